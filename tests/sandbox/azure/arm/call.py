# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to Azure Resource Manager, authenticated, routed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..world import AnyStore, AzureWorld
from .authorize import Need
from .ids import group_id


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity behind a token. ``object_id`` is the principal's (claim ``oid``), ``client_id`` the application's
    (``appid``); ``name`` is what a person would call it."""

    tenant: str
    object_id: str
    client_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """``params``: the parts of the path that the operation's template names. ``query``: the query string (names in
    lower case). ``body``: the checked body, without read-only members and nulls; None when there is none.
    ``base_url``: the server as the client calls it, without a slash at the end. ``headers``: names in lower case.
    ``needs``: what it takes for the answer to be whole, noted by the operation for callers with roles."""

    world: AzureWorld
    caller: Caller
    operation: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    api_version: str
    base_url: str
    path: str
    headers: Mapping[str, str]
    needs: list[Need] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        """The subscription of the path; ``""`` for an operation of the tenant."""
        return self.params.get("subscription", "")

    @property
    def group(self) -> str:
        """The resource group of the path, or ``""``."""
        return self.params.get("group", "")

    @property
    def group_id(self) -> str:
        """The id of the path's resource group."""
        return group_id(self.subscription, self.group)

    def store(self, kind: type[AnyStore]) -> AnyStore:
        """The store of that kind in the path's subscription."""
        return self.world.store(kind, self.subscription)

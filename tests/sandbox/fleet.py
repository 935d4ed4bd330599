# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet file: accounts, machines and the catalogue of patches, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .machines import Clock, Machine, Patch


class FleetError(ValueError):
    """A fleet file that is wrong; the message names file, key and what is allowed, all errors at once."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that may be assumed. ``external_id`` ``""``: none is asked."""

    arn: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``home``: the sandbox's credentials belong to it. ``access_key``/``secret_key``: only the home's."""

    account_id: str
    name: str
    home: bool = False
    roles: tuple[Role, ...] = ()
    access_key: str = ""
    secret_key: str = ""
    regions: tuple[str, ...] = ()


@dataclass(slots=True)
class Fleet:
    """What a fleet file describes, alive."""

    clock: Clock
    source: str
    accounts: dict[str, Account]
    machines: dict[str, Machine]
    catalogue: tuple[Patch, ...]
    default_region: str = "eu-central-1"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Account:
        """The account of the sandbox's own credentials."""
        raise NotImplementedError

    def machine(self, node_id: str) -> Machine:
        """By id; raises KeyError."""
        raise NotImplementedError

    def by_name(self, name: str) -> Machine:
        """The first machine of that name; raises KeyError."""
        raise NotImplementedError

    def select(self, account: str, region: str | None = None) -> Iterator[Machine]:
        """The machines of an account (and region), in the file's order."""
        raise NotImplementedError

    def role(self, arn: str) -> tuple[Account, Role] | None:
        """Whose role that is; None when the fleet does not name it."""
        raise NotImplementedError

    def reset(self) -> None:
        """Put every machine back to what the file says (same Machine identities are NOT kept)."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the machines' temporary directories."""
        raise NotImplementedError


def load_fleet(path: str | Path, clock: Clock | None = None) -> Fleet:
    """Read a fleet file. Raises FleetError."""
    raise NotImplementedError


def build_fleet(data: Mapping[str, Any], clock: Clock | None = None, source: str = "<fleet>") -> Fleet:
    """A fleet from data of the file's form. Raises FleetError."""
    raise NotImplementedError


def large_fleet(nodes: int, *, accounts: int = 2, regions: tuple[str, ...] = ("eu-central-1", "eu-west-1")) -> dict[str, Any]:
    """Data of a fleet of ``nodes`` machines, six operating systems in turn, for ``build_fleet``."""
    raise NotImplementedError

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure queries of a deployment schedule as dynamic scopes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import InputError
from .maintenance_filter import RESOURCE_TYPES, check_filter, wanted_filter
from .maintenance_ids import check_scope, derived_name
from .migration_losses import QUERIES, Loss

_INSTEAD = "a dynamic scope where the machines are (azure_maintenance_assignment), or a query that finds them"


@dataclass(frozen=True, slots=True)
class Scope:
    """A dynamic scope: at a subscription or resource group, with a filter in the words of the options."""

    scope: str
    filter: Mapping[str, Any] = field(hash=False)

    def name(self, configuration: str) -> str:
        """The same for the same filter, so that several of a configuration are apart at one place."""
        digest = hashlib.sha256(json.dumps(self.filter, sort_keys=True).casefold().encode()).hexdigest()[:6]
        return f"{derived_name(configuration)}-{digest}"


def scopes_of(schedule: Mapping[str, Any]) -> tuple[list[Scope], list[Loss]]:
    """A scope for each place of each query, and what no scope can stand for. Queries find virtual machines only, of the
    schedule's system.
    """
    found: dict[tuple[str, str], Scope] = {}
    losses: list[Loss] = []
    for number, query in enumerate(schedule["targets"]["azure_queries"]):
        option = f"targets.azure_queries[{number}]"
        settings = query["tag_settings"]
        chosen = wanted_filter(
            {
                "resource_types": [RESOURCE_TYPES[0]],
                "os_types": [schedule["operating_system"]],
                "resource_groups": [],
                "locations": query["locations"],
                "tag_settings": dict(settings) if settings["tags"] else {"tags": {}},
            }
        )
        if not query["scope"]:
            why = "it names no subscription and no resource group, and a dynamic scope belongs to one"
            losses.append(Loss(f"{option}.scope", dict(query), why, _INSTEAD, QUERIES))
        for place in query["scope"]:
            try:
                check_filter(chosen)
                scope = Scope(check_scope(f"{option}.scope", place), chosen or {})
            except InputError as error:
                why = f"of {error.option} Update Manager takes only {error.allowed}"
                losses.append(Loss(option, {**query, "scope": [place]}, why, _INSTEAD, QUERIES))
            else:
                found[(scope.scope.lower(), scope.name(""))] = scope
    return list(found.values()), losses

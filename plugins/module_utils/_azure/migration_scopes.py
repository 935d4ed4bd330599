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

from .maintenance_filter import RESOURCE_TYPES, wanted_filter
from .maintenance_ids import derived_name


@dataclass(frozen=True, slots=True)
class Scope:
    """A dynamic scope: at a subscription or resource group, with a filter in the words of the options."""

    scope: str
    filter: Mapping[str, Any] = field(hash=False)

    def name(self, configuration: str) -> str:
        """The same for the same filter, so that several of a configuration are apart at one place."""
        digest = hashlib.sha256(json.dumps(self.filter, sort_keys=True).casefold().encode()).hexdigest()[:6]
        return f"{derived_name(configuration)}-{digest}"


def scopes_of(schedule: Mapping[str, Any]) -> list[Scope]:
    """A scope for each place of each query. Queries find virtual machines only, of the schedule's system."""
    found: dict[tuple[str, str], Scope] = {}
    for query in schedule["targets"]["azure_queries"]:
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
        for place in query["scope"]:
            scope = Scope(place.rstrip("/"), chosen or {})
            found[(scope.scope.lower(), scope.name(""))] = scope
    return list(found.values())

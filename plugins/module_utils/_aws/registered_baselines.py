# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which baseline a patch group gets for each operating system, and which one applies when it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .._core.facts import Baseline
from .client import Connection

PAGE = 100

Mappings: TypeAlias = Mapping[tuple[str, str], Mapping[str, Any]]
"""Identity of the baseline that is registered, by patch group and operating system."""


@dataclass(frozen=True, slots=True)
class RegisteredBaselines:
    """Baselines by patch group and operating system, and the default of each operating system."""

    by_group: Mapping[tuple[str, str], Baseline] = field(default_factory=dict)
    defaults: Mapping[str, Baseline] = field(default_factory=dict)

    def baseline_of(self, patch_group: str, operating_system: str) -> Baseline | None:
        """What Patch Manager would use: a group without a registered baseline falls silently to the default."""
        return self.by_group.get((patch_group, operating_system)) or self.defaults.get(operating_system)


def registered_baselines(connection: Connection) -> RegisteredBaselines:
    """Everything that is registered in the account and region, and the defaults."""
    mappings = patch_group_mappings(connection)
    identities = baseline_identities(connection)
    return RegisteredBaselines(
        {key: _baseline(identity, default=False) for key, identity in mappings.items()},
        {
            str(identity["OperatingSystem"]): _baseline(identity, default=True)
            for identity in identities
            if identity.get("DefaultBaseline")
        },
    )


def patch_group_mappings(connection: Connection, name_prefix: str = "", operating_system: str = "") -> Mappings:
    """Identity of the baseline registered for each group and operating system."""
    filters = _filters(NAME_PREFIX=name_prefix, OPERATING_SYSTEM=operating_system)
    listed = connection.pages(
        "ssm", "describe_patch_groups", "Mappings", "read the patch groups", MaxResults=PAGE, **filters
    )
    return {
        (str(entry["PatchGroup"]), str(entry["BaselineIdentity"]["OperatingSystem"])): entry["BaselineIdentity"]
        for entry in listed
    }


def baseline_identities(
    connection: Connection, *, owner: str = "", name_prefix: str = "", operating_system: str = ""
) -> list[Mapping[str, Any]]:
    """Baselines of the account and of the service (owner ``Self`` and ``AWS``, empty for both), in short."""
    filters = _filters(OWNER=owner, NAME_PREFIX=name_prefix, OPERATING_SYSTEM=operating_system)
    return list(
        connection.pages(
            "ssm",
            "describe_patch_baselines",
            "BaselineIdentities",
            "read the patch baselines",
            MaxResults=PAGE,
            **filters,
        )
    )


def _filters(**wanted: str) -> dict[str, Any]:
    """The member Filters of a request, nothing where nothing is wanted."""
    filters = [{"Key": key, "Values": [value]} for key, value in wanted.items() if value]
    return {"Filters": filters} if filters else {}


def is_aws_owned(baseline_id: str) -> bool:
    """Whether a baseline belongs to AWS: those are the ones that lists name by their ARN."""
    return baseline_id.startswith("arn:")


def short_id(baseline_id: str) -> str:
    """The ``pb-…`` of an id that may be an ARN; no two baselines of a region have the same."""
    return baseline_id.rpartition("/")[2]


def _baseline(identity: Mapping[str, Any], *, default: bool) -> Baseline:
    return Baseline(str(identity["BaselineId"]), str(identity.get("BaselineName", "")), default)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_patch_group_info``: patch groups, their baselines, and how their nodes stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.patch_groups import WILDCARD, common_start, matches
from .._core.pool import results
from .client import Connection
from .model_check import check_request, snake_case
from .module import session_of
from .registered_baselines import Mappings, patch_group_mappings


def describe_groups(module: Any) -> dict[str, Any]:
    """The patch groups that the options ask for: one listing, and a request for each group whose state is asked for."""
    params = module.params
    patterns = None if params["patch_groups"] is None else list(dict.fromkeys(params["patch_groups"]))
    for name in patterns or ():
        check_request("ssm", "DescribePatchGroupState", {"PatchGroup": WILDCARD.sub("x", name)})
    connection = session_of(module).connect(params["account"] or "")
    mappings: Mappings = {}
    if patterns != []:
        mappings = patch_group_mappings(connection, common_start(patterns or ()), params["operating_system"] or "")
    groups = groups_of(mappings, patterns)
    if params["states"]:
        states = dict(results(lambda name: _state(connection, name), [group["name"] for group in groups]))
        groups = [{**group, "state": states[group["name"]]} for group in groups]
    return {"changed": False, "patch_groups": groups}


def groups_of(mappings: Mappings, patterns: Sequence[str] | None) -> list[dict[str, Any]]:
    """The groups that match a pattern, all when None, by name. A group that is named in full is there in any case."""
    named = {text for text in patterns or () if not WILDCARD.search(text)}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in named}
    for (name, system), identity in mappings.items():
        if patterns is None or any(matches(pattern, name) for pattern in patterns):
            found.setdefault(name, []).append(
                {
                    "operating_system": system,
                    "baseline_id": str(identity["BaselineId"]),
                    "name": str(identity.get("BaselineName", "")),
                    "default_baseline": bool(identity.get("DefaultBaseline")),
                }
            )
    return [
        {"name": name, "baselines": sorted(baselines, key=lambda entry: str(entry["operating_system"]))}
        for name, baselines in sorted(found.items())
    ]


def _state(connection: Connection, name: str) -> dict[str, int]:
    answer = connection.call(
        "ssm", "describe_patch_group_state", f"read the state of the patch group {name}", PatchGroup=name
    )
    return {snake_case(member): int(count) for member, count in answer.items() if member.startswith("Instances")}

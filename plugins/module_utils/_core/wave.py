# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles need to know of the nodes of a wave, beside the nodes themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .nodes import Node

Planned = Iterable[tuple[Node, Mapping[str, Any]]]


def application_hooks(planned: Planned) -> list[dict[str, Any]]:
    """The hooks of the applications of these nodes: application, before, after (files, or empty) and its nodes."""
    found: dict[str, dict[str, Any]] = {}
    for node, plan in planned:
        hooks = plan.get("hooks") or {}
        if not (hooks.get("before") or hooks.get("after")):
            continue
        entry = found.setdefault(
            node.application,
            {
                "application": node.application,
                "before": hooks.get("before") or "",
                "after": hooks.get("after") or "",
                "nodes": [],
            },
        )
        entry["nodes"].append({"node_id": node.node_id, "name": node.name})
    return list(found.values())


def approvals(planned: Planned) -> list[dict[str, Any]]:
    """The approval rules of the nodes that have some (their clouds have no baselines), each with its nodes' ids."""
    found: dict[str, dict[str, Any]] = {}
    for node, plan in planned:
        rule = plan.get("approval")
        if rule:
            entry = found.setdefault(json.dumps(rule, sort_keys=True), {**rule, "node_ids": []})
            entry["node_ids"].append(node.node_id)
    return list(found.values())


def reboot_modes(planned: Planned) -> dict[str, list[str]]:
    """Ids of the nodes by the reboot mode that their plan has."""
    found: dict[str, list[str]] = {}
    for node, plan in planned:
        found.setdefault(str(plan.get("reboot") or "with_install"), []).append(node.node_id)
    return found

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_patch_operation``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._core.errors import InputError
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.scope import Scope
from .._ledger.scope_args import open_scope
from .module import session_of
from .nodes import azure_nodes
from .patch_request import (
    ASSESS,
    INSTALL,
    Choice,
    PatchPlan,
    choice_of,
    lists_of_states,
    plan_assessments,
    plan_installations,
)
from .send_patch import PatchSender, shown

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}

PATCH_ARGS: dict[str, Any] = {
    "operation": {"type": "str", "required": True, "choices": [ASSESS, INSTALL]},
    "reboot_setting": {"type": "str", "choices": ["IfRequired", "Never", "Always"]},
    "maximum_duration": {"type": "str"},
    "approved": {"type": "bool", "default": False},
    "patches": {"type": "dict"},
    "windows_parameters": {
        "type": "dict",
        "options": {
            "classifications_to_include": {
                **_TEXTS,
                "choices": [
                    "Critical",
                    "Security",
                    "UpdateRollUp",
                    "FeaturePack",
                    "ServicePack",
                    "Definition",
                    "Tools",
                    "Updates",
                ],
            },
            "kb_numbers_to_include": _TEXTS,
            "kb_numbers_to_exclude": _TEXTS,
            "exclude_kbs_requiring_reboot": {"type": "bool"},
            "max_patch_publish_date": {"type": "str"},
            "patch_name_masks_to_include": _TEXTS,
            "patch_name_masks_to_exclude": _TEXTS,
        },
    },
    "linux_parameters": {
        "type": "dict",
        "options": {
            "classifications_to_include": {**_TEXTS, "choices": ["Critical", "Security", "Other"]},
            "package_name_masks_to_include": _TEXTS,
            "package_name_masks_to_exclude": _TEXTS,
        },
    },
    "node_ids": _TEXTS,
}

NOT_RECORDED = "the run has not recorded what is missing on it"


@dataclass(slots=True)
class Started:
    """What was started, and which nodes failed at it."""

    nodes: list[Node]
    operations: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    def result(self, *, details: bool) -> dict[str, Any]:
        """The module's answer; with ``details`` the operations themselves, which a run has in its ledger."""
        order = {node.node_id: position for position, node in enumerate(self.nodes)}
        operations = sorted(self.operations, key=lambda operation: order[operation["node_id"]])
        touched = [operation["node_id"] for operation in operations]
        after = [{key: operation[key] for key in ("node_id", "operation")} for operation in operations]
        answer: dict[str, Any] = {
            "changed": bool(touched),
            "nodes": summarize(self.nodes, touched, self.failures),
            "diff": {"before": {"operations": []}, "after": {"operations": after}},
        }
        return answer | ({"operations": operations} if details else {})


def start_patch_operation(module: Any) -> dict[str, Any]:
    """Start the operation on the nodes of the scope that have none yet."""
    params = module.params
    choice = choice_of(params) if params["operation"] == INSTALL else None
    if params["approved"] and not params["run_id"] and not module.check_mode:
        raise InputError("approved", True, "true only with run_id: what is approved is in the run's ledger")
    scope = open_scope(params, module.check_mode, "observe" if params["operation"] == ASSESS else "install")
    nodes = azure_nodes(scope.nodes(), params["node_ids"])
    if choice and params["approved"]:
        choice = approved_choice(choice, scope, nodes)
    sender = PatchSender(session_of(module), scope, params["operation"])
    started = start_operations(sender, nodes, choice, check_mode=module.check_mode)
    return started.result(details=scope.run_id is None)


def approved_choice(choice: Choice, scope: Scope, nodes: Sequence[Node]) -> Choice:
    """The lists of what the run found to be missing before; without a run (check mode) they are not known."""
    if scope.run_id is None:
        return replace(choice, predicting=True)
    lists, unknown = lists_of_states(scope.recorded_patches("before"))
    silent = {node.node_id: NOT_RECORDED for node in nodes if node.node_id not in {*lists, *unknown}}
    return replace(choice, lists=lists, unknown={**unknown, **silent})


def start_operations(sender: PatchSender, nodes: Sequence[Node], choice: Choice | None, *, check_mode: bool) -> Started:
    """Send each node its request unless it has one; without a choice an assessment.

    Raises GateClosed when the run's gate is not open, CloudError when no request at all was accepted.
    """
    scope, started = sender.scope, Started(list(nodes))
    if check_mode:
        plan = _planned(nodes, choice)
        started.failures.update(plan.refused)
        started.operations = [shown(request) for request in plan.requests]
        return started
    scope.require_open_gate()
    started.failures.update(sender.settle_intended())
    scope.fail(started.failures)
    covered = scope.covered(sender.ledger_kind)
    todo = [node for node in nodes if node.node_id not in covered and node.node_id not in started.failures]
    plan = _planned(todo, choice)
    scope.phase_started(todo)
    for reason in dict.fromkeys(plan.skipped.values()):
        scope.phase_ended([node for node in todo if plan.skipped.get(node.node_id) == reason], "skipped", reason)
    for node in todo:
        if node.node_id in plan.refused:
            sender.refuse(node, plan.refused[node.node_id])
    started.failures.update(plan.refused)
    sent = sender.send(plan.requests)
    started.operations = sent.accepted
    started.failures.update(sender.failures_of(sent))
    return started


def _planned(nodes: Sequence[Node], choice: Choice | None) -> PatchPlan:
    return plan_assessments(nodes) if choice is None else plan_installations(nodes, choice)

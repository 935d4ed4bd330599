# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_run_command``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import InputError
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._ledger.scope_args import open_scope
from .module import session_of
from .nodes import azure_nodes
from .reboot_wait import REBOOT
from .run_commands import Script
from .send_run_command import Sender, Wanted, shown_command

_OPTIONS = {
    "timeout_seconds": "timeoutInSeconds",
    "run_as_user": "runAsUser",
    "run_as_password": "runAsPassword",
    "output_blob_uri": "outputBlobUri",
    "error_blob_uri": "errorBlobUri",
}
"""Options of the module that are properties of the command as they are."""


@dataclass(slots=True)
class Started:
    """What was started, and which nodes failed at it."""

    nodes: list[Node]
    commands: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    def result(self, *, details: bool) -> dict[str, Any]:
        """The module's answer; with ``details`` the commands themselves, which a run has in its ledger."""
        order = {node.node_id: position for position, node in enumerate(self.nodes)}
        commands = sorted(self.commands, key=lambda command: order[command["node_id"]])
        touched = [command["node_id"] for command in commands]
        answer: dict[str, Any] = {
            "changed": bool(touched),
            "nodes": summarize(self.nodes, touched, self.failures),
            "diff": {
                "before": {"commands": []},
                "after": {"commands": [{key: command[key] for key in ("node_id", "kind")} for command in commands]},
            },
        }
        return answer | ({"commands": commands} if details else {})


def start_run_command(module: Any) -> dict[str, Any]:
    """The work of ``azure_run_command``."""
    params = module.params
    scripts = scripts_of(params)
    scope = open_scope(params, module.check_mode, "observe")
    nodes = azure_nodes(scope.nodes(), params["node_ids"])
    sender = Sender(session_of(module), scope, params["kind"], params["delete_after"])
    started = start_commands(sender, nodes, scripts, check_mode=module.check_mode)
    return started.result(details=scope.run_id is None)


def scripts_of(params: Mapping[str, Any]) -> dict[str, Script]:
    """The scripts by operating system family; under an empty name the one for all. Raises InputError."""
    texts = {"": params["script"]} if params["script"] is not None else params["scripts"]
    options = {member: params[name] for name, member in _OPTIONS.items() if params.get(name) is not None}
    parameters, protected = _texts(params["parameters"]), _texts(params["protected_parameters"])
    scripts = {
        family: Script(text, parameters, protected, options) for family, text in texts.items() if (text or "").strip()
    }
    if not scripts:
        raise InputError("scripts", texts, "a script for linux or windows, or one in script for both, not empty")
    if (params["timeout_seconds"] or 1) < 1:
        raise InputError("timeout_seconds", params["timeout_seconds"], "a number of seconds from 1")
    return scripts


def start_commands(
    sender: Sender, nodes: Sequence[Node], scripts: Mapping[str, Script], *, check_mode: bool
) -> Started:
    """Send each node its command unless it has one.

    Raises GateClosed when the run's gate is not open, CloudError when no command at all was accepted.
    """
    scope, started = sender.scope, Started(list(nodes))
    if check_mode:
        wanted, started.failures = _planned(nodes, scripts, sender.kind)
        started.commands = [shown_command(one.node, sender.kind, sender.delete_after) for one in wanted]
        return started
    scope.require_open_gate()
    started.failures.update(sender.settle_intended())
    scope.fail(started.failures)
    covered = scope.covered(sender.kind)
    todo = [node for node in nodes if node.node_id not in covered]
    wanted, refused = _planned(todo, scripts, sender.kind)
    scope.phase_started(todo)
    for node in todo:
        if node.node_id in refused:
            sender.refuse(node, refused[node.node_id])
    started.failures.update(refused)
    sent = sender.send_all(wanted)
    started.commands = sent.accepted
    started.failures.update(sender.failures_of(sent))
    return started


def _planned(nodes: Sequence[Node], scripts: Mapping[str, Script], kind: str) -> tuple[list[Wanted], dict[str, str]]:
    """The commands to send, and the nodes to which none can be sent, with the reason."""
    wanted, refused = list[Wanted](), dict[str, str]()
    for node in nodes:
        script = scripts.get("") or scripts.get(node.os_family)
        if kind == REBOOT and not node.os_family:
            refused[node.node_id] = "its operating system family is not known: set os_family to linux or windows"
        elif script:
            wanted.append(Wanted(node, script))
        else:
            refused[node.node_id] = _refusal(node)
    return wanted, refused


def _refusal(node: Node) -> str:
    if not node.os_family:
        return "its operating system family is not known, so no script can be chosen: set os_family to linux or windows"
    return f"there is no script for its operating system family {node.os_family}"


def _texts(parameters: Mapping[str, Any] | None) -> dict[str, str]:
    """Parameters as the API wants them; a flag is written as YAML does."""
    return {
        str(name): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (parameters or {}).items()
    }

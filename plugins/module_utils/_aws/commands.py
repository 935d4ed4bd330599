# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands have to be sent to which nodes: the plan of every module that uses Run Command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from .._core.nodes import Node
from .._core.targets import chunks, targets_of

NODES_A_COMMAND = 50
"""Node ids that SendCommand takes at most (service model: InstanceIdList)."""

COMMENT_LENGTH = 100
"""Characters of a command's comment at most (service model: Comment)."""

SCRIPT_DOCUMENTS = {"linux": "AWS-RunShellScript", "windows": "AWS-RunPowerShellScript"}


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """What a command does. ``options`` are further members of SendCommand under the API's names.

    ``noted`` is what the ledger keeps of it as it is.
    """

    document: str
    parameters: Mapping[str, list[str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    noted: Mapping[str, Any] = field(default_factory=dict)

    def request(self, node_ids: Sequence[str], comment: str) -> dict[str, Any]:
        """The members of SendCommand."""
        request: dict[str, Any] = {"DocumentName": self.document, "InstanceIds": list(node_ids), **self.options}
        if self.parameters:
            request["Parameters"] = {name: list(values) for name, values in self.parameters.items()}
        if comment:
            request["Comment"] = comment
        return request

    def remembered(self) -> dict[str, Any]:
        """What the ledger keeps: names, and a hash of the values, which may hold what must not be kept."""
        values = sorted((name, list(given)) for name, given in self.parameters.items())
        return {
            "document": self.document,
            "parameters": sorted(self.parameters),
            "parameters_sha256": sha256(repr(values).encode()).hexdigest(),
            **self.noted,
        }

    def answer(self, command_id: str, account: str, region: str, nodes: Iterable[Node]) -> dict[str, Any]:
        """A command as the modules answer it."""
        return {
            "command_id": command_id,
            "account": account,
            "region": region,
            "document": self.document,
            "node_ids": [node.node_id for node in nodes],
        }


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """One SendCommand: at most 50 nodes of one account and region."""

    account: str
    region: str
    spec: CommandSpec
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class CommandPlan:
    """The commands to send, the nodes to which none can be sent, and those that need none, with the reasons."""

    commands: tuple[PlannedCommand, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)


def plan_same(nodes: Iterable[Node], spec: CommandSpec, default_region: str) -> CommandPlan:
    """The same command for all nodes, in as few requests as the API allows."""
    return CommandPlan(tuple(split(nodes, spec, default_region)))


def plan_by_family(nodes: Sequence[Node], specs: Mapping[str, CommandSpec], default_region: str) -> CommandPlan:
    """For each node the command of its operating system family.

    A node whose family is not known or has no command is refused: a script in the wrong language would fail on it with
    a message that nobody understands.
    """
    commands: list[PlannedCommand] = []
    for family, spec in specs.items():
        commands.extend(split((node for node in nodes if node.os_family == family), spec, default_region))
    return CommandPlan(tuple(commands), {node.node_id: _refusal(node) for node in nodes if node.os_family not in specs})


def script_spec(family: str, script: str, execution_timeout: int | None, options: Mapping[str, Any]) -> CommandSpec:
    """The command that runs a script: AWS-RunShellScript or AWS-RunPowerShellScript, a line each as they want it."""
    parameters = {"commands": script.splitlines() or [""]}
    if execution_timeout is not None:
        parameters["executionTimeout"] = [str(execution_timeout)]
    return CommandSpec(SCRIPT_DOCUMENTS[family], parameters, options)


def marked(marker: str, comment: str) -> str:
    """The comment of a command: the marker by which it is found again, then as much of the user's as fits."""
    return f"{marker} {comment}".strip()[:COMMENT_LENGTH] if comment else marker[:COMMENT_LENGTH]


def split(nodes: Iterable[Node], spec: CommandSpec, default_region: str) -> Iterable[PlannedCommand]:
    """The command for these nodes, in as few requests as the API allows."""
    for target in targets_of(nodes, default_region):
        for part in chunks(target.items, NODES_A_COMMAND):
            yield PlannedCommand(target.account, target.region, spec, tuple(part))


def _refusal(node: Node) -> str:
    if not node.os_family:
        return "its operating system family is not known, so no script can be chosen: set os_family to linux or windows"
    return f"there is no script for its operating system family {node.os_family}"

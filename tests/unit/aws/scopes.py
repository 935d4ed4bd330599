# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scope that remembers as the ledger does, in memory, so that a test can look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import GateClosed
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import (
    OPERATION_OPEN,
    NodeResult,
    NullScope,
    Operation,
)


class MemoryScope(NullScope):
    """A run's wave and phase in memory."""

    def __init__(self, nodes: Sequence[Node], *, run_id: str = "run-1", gate_open: bool = True) -> None:
        super().__init__(nodes)
        self.run_id = run_id
        self.gate_open = gate_open
        self.written: dict[str, Operation] = {}
        self.outcomes: dict[str, NodeResult] = {}
        self.failed: dict[str, str] = {}
        self.phases: dict[str, str] = {}
        self.power: dict[str, str] = {}
        self.restored: set[str] = set()
        self.snapshots: dict[str, list[dict[str, Any]]] = {}
        self.patches: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self.events: list[str] = []

    def require_open_gate(self) -> None:
        if not self.gate_open:
            raise GateClosed("the gate is closed")

    def comment(self, operation_id: str) -> str:
        return f"run={self.run_id} op={operation_id}"

    def tags(self, node: Node) -> dict[str, str]:
        return {"hybridops:run": str(self.run_id), "hybridops:node": node.node_id}

    def add(self, operation: Operation) -> None:
        """An operation that was written before."""
        self.written[operation.operation_id] = operation

    def intend(
        self,
        kind: str,
        nodes: Sequence[Node],
        *,
        poller: str,
        account: str,
        region: str,
        request: Mapping[str, Any],
    ) -> str:
        operation_id = f"op{len(self.written) + 1}"
        ids = tuple(node.node_id for node in nodes)
        self.written[operation_id] = Operation(
            operation_id, kind, "phase", poller, account, region, "intended", request=request, node_ids=ids, pending=ids
        )
        self.events.append(f"intend {operation_id}")
        return operation_id

    def sent(self, operation_id: str, handle: str) -> None:
        self._move(operation_id, "sent", ("intended",), handle=handle)

    def not_sent(self, operation_id: str, reason: str) -> None:
        self._move(operation_id, "not_sent", ("intended",))

    def _move(self, operation_id: str, state: str, allowed: tuple[str, ...], **values: Any) -> None:
        assert self.written[operation_id].state in allowed
        self.written[operation_id] = replace(self.written[operation_id], state=state, **values)
        self.events.append(f"{state} {operation_id}")

    def operations(self, poller: str | None = None, states: Sequence[str] = OPERATION_OPEN) -> list[Operation]:
        return [
            operation
            for operation in self.written.values()
            if operation.state in states and poller in (None, operation.poller)
        ]

    def covered(self, kind: str) -> set[str]:
        return {
            node_id
            for operation in self.written.values()
            if operation.kind == kind and operation.state != "not_sent"
            for node_id in operation.node_ids
        }

    def results(self, operation_id: str, results: Iterable[NodeResult]) -> None:
        listed = list(results)
        operation = self.written[operation_id]
        pending = tuple(node_id for node_id in operation.pending if node_id not in {r.node_id for r in listed})
        self.written[operation_id] = replace(operation, pending=pending)
        if not pending:
            self._move(operation_id, "finished", ("intended", "sent"))
        for result in listed:
            self.outcomes[result.node_id] = result
            if result.status == "failed":
                self.failed.setdefault(result.node_id, result.detail)

    def phase_started(self, nodes: Sequence[Node]) -> None:
        self.phases.update((node.node_id, "started") for node in nodes)

    def phase_ended(self, nodes: Sequence[Node], status: str, detail: str = "") -> None:
        self.phases.update((node.node_id, status) for node in nodes)

    def fail(self, reasons: Mapping[str, str]) -> None:
        for node_id, reason in reasons.items():
            self.failed.setdefault(node_id, reason)

    def remember_power(self, states: Mapping[str, str]) -> None:
        for node_id, state in states.items():
            self.power.setdefault(node_id, state)

    def remembered_power(self) -> dict[str, str]:
        return dict(self.power)

    def reached(self, phase: str) -> set[str]:
        found = (operation.node_ids for operation in self.written.values() if operation.phase == phase)
        return {node_id for node_ids in found for node_id in node_ids}

    def busy(self) -> set[str]:
        return {node_id for operation in self.operations() for node_id in operation.pending}

    def power_restored(self, node_ids: Iterable[str]) -> None:
        self.restored.update(node_ids)

    def record_snapshots(self, node_id: str, snapshots: Sequence[Mapping[str, Any]]) -> None:
        self.snapshots[node_id] = [dict(snapshot) for snapshot in snapshots]

    def record_patches(self, when: str, states: Mapping[str, Mapping[str, Any]]) -> None:
        self.patches[when] = dict(states)

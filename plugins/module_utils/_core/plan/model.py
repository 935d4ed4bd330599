# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan: what a run will do to each node, what it will not touch, and why it may not begin at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..approve import ApprovalRule
from ..facts import Baseline
from ..nodes import Node
from ..policy.model import Check


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to refuse or to warn of. ``node_id`` is None when it concerns the run; ``code`` is one of refusals."""

    code: str
    reason: str
    remedy: str = ""
    node_id: str | None = None
    taken: bool = False
    """Every node that it concerns accepts the risk; known only while the plan is made."""

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {"node_id": self.node_id, "code": self.code, "reason": self.reason, "remedy": self.remedy}

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """One node with everything that will be done to it.

    ``wave`` counts from 1 when the batch is cut in the plan's order; ``snapshot`` is what will be tried, after what the
    node can do; ``spread`` are keys of which two nodes of a wave must not share one; ``held`` is empty, or the reason
    why nothing is done to the node although it belongs to the batch, so that it counts as not passed.
    """

    node: Node
    slot: str
    power_before: str
    will_start: bool
    snapshot: str
    reboot: str
    on_failure: str
    min_free_disk_mib: int
    baseline: Baseline | None
    checks: tuple[Check, ...] = ()
    hook_before: str = ""
    hook_after: str = ""
    update_agent: bool = False
    accept: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()
    wave: int = 1
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    held: str = ""
    approval: ApprovalRule | None = None

    @property
    def node_id(self) -> str:
        """The node's id."""
        return self.node.node_id

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the node's fields and the plan's beside each other."""
        baseline = self.baseline
        return self.node.to_dict() | {
            "slot": self.slot,
            "power_before": self.power_before,
            "will_start": self.will_start,
            "snapshot": self.snapshot,
            "reboot": self.reboot,
            "on_failure": self.on_failure,
            "min_free_disk_mib": self.min_free_disk_mib,
            "baseline": {"id": baseline.id, "name": baseline.name, "default": baseline.default} if baseline else None,
            "checks": [
                {"kind": check.kind, "target": check.target, "batch": check.batch, "status": check.status}
                for check in self.checks
            ],
            "hooks": {"before": self.hook_before, "after": self.hook_after},
            "update_agent": self.update_agent,
            "accept": list(self.accept),
            "spread": list(self.spread),
            "wave": self.wave,
            "steps": list(self.steps),
            "warnings": list(self.warnings),
            "held": self.held,
            "approval": self.approval.to_dict() if self.approval else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedNode:
        """The node that :meth:`to_dict` described."""
        own = {key: data[key] for key in _OWN_PLAIN}
        node = Node.from_dict({key: data[key] for key in Node.__dataclass_fields__})
        return cls(
            node=node,
            **own,
            baseline=Baseline(**data["baseline"]) if data["baseline"] else None,
            checks=tuple(Check(**check) for check in data["checks"]),
            hook_before=data["hooks"]["before"],
            hook_after=data["hooks"]["after"],
            accept=tuple(data["accept"]),
            spread=tuple(data["spread"]),
            steps=tuple(data["steps"]),
            warnings=tuple(data["warnings"]),
            approval=ApprovalRule.from_dict(data["approval"]) if data.get("approval") else None,
        )


_OWN_PLAIN = (
    "slot",
    "power_before",
    "will_start",
    "snapshot",
    "reboot",
    "on_failure",
    "min_free_disk_mib",
    "update_agent",
    "wave",
    "held",
)


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """A batch with its nodes in the order in which waves are cut; ``waves`` as Ansible's ``serial`` takes them."""

    name: str
    after: tuple[str, ...]
    nodes: tuple[PlannedNode, ...]
    waves: tuple[int | str, ...] = ("100%",)

    def to_dict(self) -> dict[str, Any]:
        """The batch as plain data."""
        return {
            "name": self.name,
            "after": list(self.after),
            "waves": list(self.waves),
            "nodes": [node.to_dict() for node in self.nodes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedBatch:
        """The batch that :meth:`to_dict` described."""
        nodes = tuple(PlannedNode.from_dict(node) for node in data["nodes"])
        return cls(data["name"], tuple(data["after"]), nodes, tuple(data["waves"]))


@dataclass(frozen=True, slots=True)
class ExcludedNode:
    """A node that the policy leaves out, with the reason; ``until`` is ISO 8601 UTC or empty."""

    node_id: str
    name: str
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The opening of the slot in which the plan was made; times in ISO 8601 UTC. No new install from ``cutoff`` on."""

    slot: str
    start: str
    end: str
    cutoff: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run over an environment will do. With a refusal nothing may begin."""

    run_id: str
    environment: str
    made_at: str
    batches: tuple[PlannedBatch, ...] = ()
    excluded: tuple[ExcludedNode, ...] = ()
    refusals: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    window: Window | None = None
    gate: Mapping[str, Any] | None = None
    policy_path: str = ""
    policy_sha256: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the run may begin."""
        return not self.refusals

    def nodes(self) -> Iterator[PlannedNode]:
        """Every node of the plan, batch by batch."""
        for batch in self.batches:
            yield from batch.nodes

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, for the ledger and for a module's result."""
        return {
            "run_id": self.run_id,
            "environment": self.environment,
            "made_at": self.made_at,
            "policy": {"path": self.policy_path, "sha256": self.policy_sha256},
            "window": _plain(self.window) if self.window else None,
            "gate": dict(self.gate) if self.gate is not None else None,
            "batches": [batch.to_dict() for batch in self.batches],
            "excluded": [_plain(node) for node in self.excluded],
            "refusals": [finding.to_dict() for finding in self.refusals],
            "warnings": [finding.to_dict() for finding in self.warnings],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that :meth:`to_dict` described."""
        return cls(
            run_id=data["run_id"],
            environment=data["environment"],
            made_at=data["made_at"],
            batches=tuple(PlannedBatch.from_dict(batch) for batch in data["batches"]),
            excluded=tuple(ExcludedNode(**node) for node in data["excluded"]),
            refusals=tuple(Finding(**finding) for finding in data["refusals"]),
            warnings=tuple(Finding(**finding) for finding in data["warnings"]),
            window=Window(**data["window"]) if data["window"] else None,
            gate=data["gate"],
            policy_path=data["policy"]["path"],
            policy_sha256=data["policy"]["sha256"],
        )

    def digest(self) -> str:
        """SHA-256 of what will be done; the same for plans that differ only in their run id and the time."""
        content = {key: value for key, value in self.to_dict().items() if key not in ("run_id", "made_at")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes snapshot sets: all volumes of a node at one instant, found again by their tags, never made twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.scope import NodeResult, Scope
from .._core.targets import Target
from .client import Connection
from .errors import speaks_of_caller
from .instances import Instance, create_tags, instances_by_id, tag_list
from .snapshot_plan import SnapshotPlan, common_tags, plan_snapshots
from .snapshots import DEVICE_TAG, OPERATION_TAG, Snapshot, by_node, snapshots_by_tags

POLLER = "ec2_snapshot_set_info"
KIND = "snapshot_set"
LOOKS = (1.0, 2.0, 4.0)
"""Seconds before each look for a set whose answer was lost; new snapshots are not always listed at once."""


@dataclass(slots=True)
class SnapshotOutcome:
    """What was done in one account and region."""

    plan: SnapshotPlan = field(default_factory=SnapshotPlan)
    sets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    errors: list[CloudError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SnapshotWork:
    """Makes the sets of one scope; ``tags`` and ``description`` are the user's."""

    scope: Scope
    tags: Mapping[str, str]
    description: str
    check_mode: bool = False

    def __call__(self, connection: Connection, target: Target[Node]) -> SnapshotOutcome:
        """The work in one account and region: settle what was intended, look, plan, apply."""
        nodes = list(target.items)
        if not self.check_mode:
            settle_intended(self.scope, connection)
        existing = self._existing(connection, nodes)
        instances = instances_by_id(connection, [node.node_id for node in nodes])
        plan = plan_snapshots(nodes, instances, existing, self.scope.covered(KIND))
        outcome = SnapshotOutcome(plan, failures=dict(plan.failures))
        if self.check_mode:
            outcome.created = [node.node_id for node in plan.create]
            return outcome
        self.scope.phase_started([*plan.create, *(node for node in nodes if node.node_id in plan.reuse)])
        self._reuse(connection, {node.node_id: node for node in nodes}, instances, outcome)
        self._create(connection, instances, outcome)
        self._tag_devices(connection, outcome)
        return outcome

    def _existing(self, connection: Connection, nodes: Sequence[Node]) -> dict[str, list[Snapshot]]:
        """Sets that this run has made, also where the ledger has forgotten them. Without a run there are none."""
        common = common_tags([self.scope.tags(node) for node in nodes])
        if self.scope.run_id is None or not common:
            return {}
        return by_node(snapshots_by_tags(connection, {key: [value] for key, value in common.items()}))

    def _reuse(
        self,
        connection: Connection,
        nodes: Mapping[str, Node],
        instances: Mapping[str, Instance],
        outcome: SnapshotOutcome,
    ) -> None:
        for node_id, snapshots in outcome.plan.reuse.items():
            operation_id = self._intend(connection, nodes[node_id])
            self._made(operation_id, node_id, snapshots, instances.get(node_id), outcome)

    def _create(self, connection: Connection, instances: Mapping[str, Instance], outcome: SnapshotOutcome) -> None:
        def create(node: Node) -> tuple[str, list[Snapshot]]:
            operation_id = self._intend(connection, node)
            try:
                return operation_id, self._requested(connection, node, operation_id)
            except OutcomeUnknown:
                raise
            except CloudError as error:
                if speaks_of_caller(error.code) or not error.lasting:
                    self.scope.not_sent(operation_id, str(error))
                else:
                    self.scope.results(operation_id, [NodeResult(node.node_id, "failed", str(error))])
                raise

        for node, answer in outcomes(create, outcome.plan.create):
            if isinstance(answer, CloudError):
                outcome.failures[node.node_id] = str(answer)
                outcome.errors.append(answer)
            else:
                operation_id, snapshots = answer
                outcome.created.append(node.node_id)
                self._made(operation_id, node.node_id, snapshots, instances[node.node_id], outcome)

    def _intend(self, connection: Connection, node: Node) -> str:
        return self.scope.intend(
            KIND, [node], poller=POLLER, account=connection.account, region=connection.region, request={}
        )

    def _requested(self, connection: Connection, node: Node, operation_id: str) -> list[Snapshot]:
        """The snapshots of a new set. Raises OutcomeUnknown when even looking did not tell whether there is one."""
        doing = f"make snapshots of {node.shown}"
        tags = {**self.tags, **self.scope.tags(node), OPERATION_TAG: operation_id}
        request = {
            "InstanceSpecification": {"InstanceId": node.node_id},
            "Description": self.description,
            "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tag_list(tags)}],
        }
        try:
            answer = connection.send_once("ec2", "create_snapshots", doing, **request)
        except OutcomeUnknown as lost:
            found = _look(connection, operation_id, lost)
            if found:
                return found
            answer = connection.send_once("ec2", "create_snapshots", doing, **request)
        return [Snapshot.from_api(raw) for raw in answer["Snapshots"]]

    def _made(
        self,
        operation_id: str,
        node_id: str,
        snapshots: Sequence[Snapshot],
        instance: Instance | None,
        outcome: SnapshotOutcome,
    ) -> None:
        devices = instance.devices if instance else {}
        outcome.sets[node_id] = [snapshot.to_dict(devices.get(snapshot.volume_id, "")) for snapshot in snapshots]
        self.scope.record_snapshots(node_id, outcome.sets[node_id])
        self.scope.sent(operation_id, ",".join(snapshot.snapshot_id for snapshot in snapshots))

    def _tag_devices(self, connection: Connection, outcome: SnapshotOutcome) -> None:
        """Write each snapshot's device on it: CreateSnapshots gives all snapshots of a set the same tags."""
        devices: dict[str, list[str]] = {}
        for snapshots in outcome.sets.values():
            for snapshot in snapshots:
                if snapshot["device"]:
                    devices.setdefault(snapshot["device"], []).append(snapshot["snapshot_id"])
        for device, snapshot_ids in devices.items():
            try:
                create_tags(connection, snapshot_ids, {DEVICE_TAG: device})
            except CloudError as error:
                outcome.warnings.append(str(error))


def settle_intended(scope: Scope, connection: Connection) -> None:
    """Settle what a controller that stopped had intended here: look for each set by the operation in its tags."""
    for operation in scope.operations(POLLER, ("intended",)):
        if (operation.account, operation.region) != (connection.account, connection.region):
            continue
        found = snapshots_by_tags(connection, {OPERATION_TAG: [operation.operation_id]})
        if not found:
            scope.not_sent(operation.operation_id, "the service has no such snapshots")
            continue
        for node_id in operation.node_ids:
            scope.record_snapshots(node_id, [snapshot.to_dict() for snapshot in found])
        scope.sent(operation.operation_id, ",".join(snapshot.snapshot_id for snapshot in found))


def _look(connection: Connection, operation_id: str, lost: OutcomeUnknown) -> list[Snapshot]:
    """The set of an operation whose answer was lost, empty when there is none. Raises OutcomeUnknown."""
    try:
        for pause in LOOKS:
            connection.sleep(pause)
            found = snapshots_by_tags(connection, {OPERATION_TAG: [operation_id]})
            if found:
                return found
    except CloudError as error:
        raise OutcomeUnknown(f"{lost}\nWhether they were made is not known: {error}", code=lost.code) from error
    return []

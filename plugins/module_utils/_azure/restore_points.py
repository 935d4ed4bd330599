# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a restore point of each VM of a scope, and never a second one for the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.scope import NodeResult, Scope
from . import versions
from .busy import when_free
from .client import Connection
from .nodes import ARC
from .restore_point_api import (
    RestorePoint,
    collection_id,
    location_of,
    point_id,
    point_of,
    read_collection,
    read_point,
)
from .session import AzureSession

POLLER = "azure_vm_restore_point_info"
KIND = "restore_point"
NO_DISKS_HERE = "it is an Arc machine, of which Azure can make no restore point"


@dataclass(slots=True)
class RestorePointOutcome:
    """What became of the nodes, by their ids."""

    points: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    errors: list[CloudError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RestorePointWork:
    """Makes the restore points of one scope. ``name`` is that of every point, ``tags`` are for new collections."""

    session: AzureSession
    scope: Scope
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    consistency_mode: str | None = None
    check_mode: bool = False

    def __call__(self, nodes: Sequence[Node]) -> RestorePointOutcome:
        """Settle what was intended, look, and make what is not there, all nodes side by side."""
        outcome = RestorePointOutcome()
        covered = set[str]()
        if not self.check_mode:
            self._settle_intended(outcome)
            covered = self.scope.covered(KIND)
        outcome.unsupported = {node.node_id: NO_DISKS_HERE for node in nodes if node.provider == ARC}
        machines = [
            node
            for node in nodes
            if node.node_id not in covered and node.node_id not in outcome.unsupported | outcome.failures
        ]
        if not self.check_mode:
            self.scope.phase_started(machines)
        for node, answer in outcomes(self._one, machines):
            if isinstance(answer, CloudError):
                outcome.failures[node.node_id] = str(answer)
                outcome.errors.append(answer)
            else:
                created, point = answer
                if created:
                    outcome.created.append(node.node_id)
                if point:
                    outcome.points[node.node_id] = point.to_snapshots()
        return outcome

    def _one(self, node: Node) -> tuple[bool, RestorePoint | None]:
        """Whether a point is made, and the point; in check mode there is none yet."""
        connection = self.session.connect(node.account, node.region)
        collection = read_collection(connection, node.node_id, f"read the restore points of {node.shown}")
        found = point_of(collection, self.name)
        if self.check_mode:
            return found is None, found
        operation_id = self.scope.intend(
            KIND,
            [node],
            poller=POLLER,
            account=node.account,
            region=node.region,
            request={"point": point_id(node.node_id, self.name)},
        )
        if found:
            self._made(operation_id, node, found, "")
            return False, found
        try:
            if collection is None:
                self._make_collection(connection, node)
            point, url = self._requested(connection, node)
        except CloudError as error:
            self._refused(operation_id, node, error)
            raise
        self._made(operation_id, node, point, url)
        return True, point

    def _make_collection(self, connection: Connection, node: Node) -> None:
        doing = f"make a collection for the restore points of {node.shown}"
        location = node.region or location_of(connection, node.node_id, doing)
        tags = {"hybridops:node": node.node_id[-256:], **self.tags}
        body = {"location": location, "properties": {"source": {"id": node.node_id}}, "tags": tags}
        connection.call("PUT", collection_id(node.node_id), versions.COMPUTE, doing, body)

    def _requested(self, connection: Connection, node: Node) -> tuple[RestorePoint, str]:
        """The new point, and the URL that tells how its making goes. Raises OutcomeUnknown when nothing told."""
        target, doing = point_id(node.node_id, self.name), f"make a restore point of {node.shown}"
        mode = {"consistencyMode": self.consistency_mode} if self.consistency_mode else {}
        body: dict[str, Any] = {"properties": mode}
        try:
            answer = when_free(connection, lambda: connection.send_once("PUT", target, versions.COMPUTE, doing, body))
        except OutcomeUnknown as lost:
            found = self._look(connection, target, doing, lost)
            if found:
                return found, ""
            answer = connection.send_once("PUT", target, versions.COMPUTE, doing, body)
        return RestorePoint.from_api(answer.body), answer.async_operation or answer.location

    def _look(self, connection: Connection, target: str, doing: str, lost: OutcomeUnknown) -> RestorePoint | None:
        try:
            return read_point(connection, target, doing)
        except CloudError as error:
            text = f"{lost}\nWhether there is a restore point is not known: {error}"
            raise OutcomeUnknown(text, code=lost.code) from error

    def _made(self, operation_id: str, node: Node, point: RestorePoint, url: str) -> None:
        self.scope.record_snapshots(node.node_id, point.to_snapshots())
        self.scope.sent(operation_id, f"{point.id} {url}".strip())

    def _refused(self, operation_id: str, node: Node, error: CloudError) -> None:
        """What surely was not done may be asked for again; what is not known stays intended, for a later look."""
        if isinstance(error, OutcomeUnknown):
            self.scope.fail({node.node_id: str(error)})
        elif error.lasting:
            self.scope.results(operation_id, [NodeResult(node.node_id, "failed", str(error))])
        else:
            self.scope.not_sent(operation_id, str(error))

    def _settle_intended(self, outcome: RestorePointOutcome) -> None:
        """Look for the points that a controller which stopped had intended: each has a name that nothing else has."""
        for operation in self.scope.operations(POLLER, ("intended",)):
            target = str(operation.request.get("point") or "")
            try:
                connection = self.session.connect(operation.account, operation.region)
                found = read_point(connection, target, "look for a restore point that was intended")
            except CloudError as error:
                outcome.failures.update(dict.fromkeys(operation.node_ids, str(error)))
                continue
            if found:
                for node_id in operation.node_ids:
                    self.scope.record_snapshots(node_id, found.to_snapshots())
                self.scope.sent(operation.operation_id, found.id)
            else:
                self.scope.not_sent(operation.operation_id, "the service has no such restore point")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules that make restore points and wait for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError, InputError, together
from .._core.node_summary import summarize
from .._core.nodes import Node
from .._core.polling import Progress, look_until
from .._core.scope import Scope
from .._core.waiter import Pending, Seen, Waiter, operations_under_way
from .._ledger.scope_args import open_scope
from .errors import error_text
from .module import session_of
from .nodes import ARC, azure_nodes
from .restore_point_api import CREATING, SUCCEEDED, RestorePoint, point_id, point_name, read_point
from .restore_points import NO_DISKS_HERE, POLLER, RestorePointOutcome, RestorePointWork
from .session import AzureSession

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?\Z")
NAME_ALLOWED = "1 to 80 letters, digits, _, . and -, with a letter, digit or _ at both ends"


def make_restore_points(module: Any) -> dict[str, Any]:
    """Make a restore point of each node of the scope; answers what was started."""
    params = module.params
    scope = open_scope(params, module.check_mode, "snapshot")
    scope.require_open_gate()
    nodes = azure_nodes(scope.nodes(), params["node_ids"])
    session = session_of(module)
    name = _name(params, datetime.now(UTC))
    work = RestorePointWork(session, scope, name, params["tags"] or {}, params["consistency_mode"], module.check_mode)
    outcome = work(nodes)
    if outcome.errors and len(outcome.errors) == len(nodes) and not any(error.lasting for error in outcome.errors):
        raise together(outcome.errors)
    failures = outcome.failures | (outcome.unsupported if params["on_unsupported"] == "fail" else {})
    if not module.check_mode:
        scope.fail(failures)
        _pass_over(scope, nodes, outcome, failures)
    answer: dict[str, Any] = {
        "changed": bool(outcome.created),
        "nodes": summarize(nodes, outcome.created, failures),
        "diff": {"before": {"restore_points_of": []}, "after": {"restore_points_of": outcome.created}},
    }
    if scope.run_id is None:
        answer["name"] = name
        answer["restore_points"] = [
            {"node_id": node_id, "restore_point_id": point_id(node_id, name), "snapshots": snapshots}
            for node_id, snapshots in outcome.points.items()
        ]
    return answer


def _name(params: Mapping[str, Any], now: datetime) -> str:
    """The name of the points: the run's, else the one that was given, else one of the time. Raises InputError."""
    if params["run_id"]:
        return point_name(str(params["run_id"]))
    if not params["name"]:
        return f"hybridops-{now:%Y%m%dT%H%M%SZ}"
    if not _NAME.match(params["name"]):
        raise InputError("name", params["name"], NAME_ALLOWED)
    return str(params["name"])


def _pass_over(scope: Scope, nodes: Sequence[Node], outcome: RestorePointOutcome, failures: Mapping[str, str]) -> None:
    skipped = [node for node in nodes if node.node_id in outcome.unsupported and node.node_id not in failures]
    scope.phase_ended(skipped, "skipped", NO_DISKS_HERE)


@dataclass(frozen=True, slots=True)
class WantedPoint:
    """The restore point of a node, made by an operation; ``url`` tells how its making goes, empty when not known."""

    account: str
    node_id: str
    point_id: str
    url: str = ""
    operation_id: str = ""

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The node, as what waits wants it."""
        return (self.node_id,)


class RestorePointWaiter(Waiter[WantedPoint]):
    """The restore points that are waited for."""

    def __init__(self, session: AzureSession, scope: Scope, wanted: Sequence[WantedPoint], progress: Progress) -> None:
        super().__init__(scope, wanted, self._read, progress=progress)
        self.session = session
        self.seen: dict[str, RestorePoint] = {}

    def _read(self, asked: Sequence[Pending[WantedPoint]]) -> list[Seen]:
        return [self._seen(pending.item) for pending in asked]

    def _seen(self, wanted: WantedPoint) -> Seen:
        connection = self.session.connect(wanted.account)
        point = read_point(connection, wanted.point_id, "read a restore point")
        seen = Seen()
        if point is None:
            seen.add(wanted.node_id, "failed", "the restore point does not exist any more")
            return seen
        self.seen[wanted.node_id] = point
        if point.state == CREATING:
            seen.add(wanted.node_id, "", "pending")
            return seen
        self.scope.record_snapshots(wanted.node_id, point.to_snapshots())
        if point.state == SUCCEEDED:
            seen.add(wanted.node_id, "passed", "")
        else:
            seen.add(wanted.node_id, "failed", f"the restore point failed: {self._why(wanted, point)}")
        return seen

    def _why(self, wanted: WantedPoint, point: RestorePoint) -> str:
        """The error of the operation that made it, as long as the service remembers that; else the state."""
        if wanted.url:
            try:
                body = self.session.connect(wanted.account).get_url(wanted.url, "read why a restore point failed").body
            except CloudError as error:
                return f"{point.state} ({error.code})"
            told = body.get("error") if isinstance(body, Mapping) else None
            if isinstance(told, Mapping):
                return error_text(told)
        return f"its state is {point.state}"


def wait_for_restore_points(module: Any) -> dict[str, Any]:
    """Wait until restore points are complete; answers progress."""
    params = module.params
    scope = open_scope(params, module.check_mode, "snapshot")
    progress = Progress()
    if scope.run_id is None:
        known = azure_nodes(scope.nodes(), params["node_ids"])
        wanted = _named(params, known)
    else:
        known = scope.wave_nodes()
        wanted = _of_scope(scope, progress)
    waiter = RestorePointWaiter(session_of(module), scope, wanted, progress)
    look_until(waiter.look, params["wait_timeout"])
    answer = waiter.answer(known)
    if scope.run_id is None:
        answer["restore_points"] = [
            {"node_id": node_id, "restore_point_id": point.id, "state": point.state, "snapshots": point.to_snapshots()}
            for node_id, point in sorted(waiter.seen.items())
        ]
    return answer


def _named(params: Mapping[str, Any], nodes: Sequence[Node]) -> list[WantedPoint]:
    if not params["name"]:
        raise InputError("name", params["name"], "the name of the restore points, when no run_id is given")
    return [
        WantedPoint(node.account, node.node_id, point_id(node.node_id, params["name"]))
        for node in nodes
        if node.provider != ARC
    ]


def _of_scope(scope: Scope, progress: Progress) -> list[WantedPoint]:
    wanted = []
    for operation in operations_under_way(scope, POLLER, progress):
        target, _sep, url = operation.handle.partition(" ")
        wanted += [
            WantedPoint(operation.account, node_id, target, url, operation.operation_id)
            for node_id in operation.pending
        ]
    return wanted

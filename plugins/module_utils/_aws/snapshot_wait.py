# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until snapshots are complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._core.polling import Progress
from .._core.scope import Scope
from .._core.waiter import Pending, Seen, Waiter, operations_under_way
from .session import AwsSession
from .snapshots import Snapshot, snapshots_by_id


@dataclass(frozen=True, slots=True)
class WantedSet:
    """The snapshots of a node, made by an operation."""

    account: str
    region: str
    node_id: str
    snapshot_ids: tuple[str, ...]
    operation_id: str = ""

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The node, as what waits wants it."""
        return (self.node_id,)


class SnapshotWaiter(Waiter[WantedSet]):
    """The sets that are waited for; one request answers for an account and region."""

    def __init__(
        self,
        session: AwsSession,
        scope: Scope,
        wanted: Sequence[WantedSet],
        progress: Progress | None = None,
        failures: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            scope,
            wanted,
            self._read,
            lambda wanted: (wanted.account, wanted.region),
            progress or Progress(),
            {} if failures is None else failures,
        )
        self.session = session
        self.seen: dict[str, list[Snapshot]] = {}

    def _read(self, asked: Sequence[Pending[WantedSet]]) -> list[Seen]:
        sets = [pending.item for pending in asked]
        connection = self.session.connect(sets[0].account, sets[0].region)
        found = snapshots_by_id(connection, [snapshot_id for wanted in sets for snapshot_id in wanted.snapshot_ids])
        return [self._taken(wanted, found) for wanted in sets]

    def _taken(self, wanted: WantedSet, found: Mapping[str, Snapshot]) -> Seen:
        snapshots = [found[snapshot_id] for snapshot_id in wanted.snapshot_ids if snapshot_id in found]
        self.seen[wanted.node_id] = snapshots
        seen = Seen()
        status, text = judge(wanted.snapshot_ids, snapshots)
        if status:
            self.scope.record_snapshots(wanted.node_id, [snapshot.to_dict() for snapshot in snapshots])
        seen.add(wanted.node_id, status, text)
        return seen


def judge(snapshot_ids: Sequence[str], snapshots: Sequence[Snapshot]) -> tuple[str, str]:
    """Whether a set is complete: status (empty while it is waited for) and a text."""
    bad = [snapshot for snapshot in snapshots if snapshot.state == "error"]
    if bad:
        said = "; ".join(f"{snapshot.snapshot_id}: {snapshot.message or 'no reason given'}" for snapshot in bad)
        return ("failed", f"the snapshot failed: {said}")
    if len(snapshots) == len(snapshot_ids) and all(snapshot.state == "completed" for snapshot in snapshots):
        return ("passed", "")
    return ("", "pending")


def wanted_of_scope(scope: Scope, poller: str, progress: Progress) -> list[WantedSet]:
    """The sets of a run's wave and phase that are under way; the nodes of all of them join the progress."""
    return [
        WantedSet(
            operation.account,
            operation.region,
            node_id,
            tuple(filter(None, operation.handle.split(","))),
            operation.operation_id,
        )
        for operation in operations_under_way(scope, poller, progress)
        for node_id in operation.pending
    ]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until snapshots are complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .._core.polling import Progress
from .._core.scope import NodeResult, Scope
from .._core.targets import Target, on_targets
from .client import Connection
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


@dataclass(slots=True)
class SnapshotWaiter:
    """The sets that are waited for. ``look`` asks once, all accounts and regions side by side."""

    session: AwsSession
    scope: Scope
    wanted: Sequence[WantedSet]
    progress: Progress = field(default_factory=Progress)
    failures: dict[str, str] = field(default_factory=dict)
    seen: dict[str, list[Snapshot]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for wanted in self.wanted:
            self.progress.nodes.add(wanted.node_id)
            self.progress.waiting[wanted.node_id] = "pending"

    def look(self) -> bool:
        """Ask about every set that is waited for; answers whether all are done. Raises CloudError when none answers."""
        groups: dict[tuple[str, str], list[WantedSet]] = {}
        for wanted in self.wanted:
            if wanted.node_id in self.progress.waiting:
                groups.setdefault((wanted.account, wanted.region), []).append(wanted)
        targets = [Target(account, region, tuple(sets)) for (account, region), sets in groups.items()]
        answers = on_targets(self.session, targets, _read)
        self.progress.notes = [str(error) for _target, error in answers.errors]
        for target, found in answers.answers:
            for wanted in target.items:
                self._take(wanted, found)
        return self.progress.finished

    def _take(self, wanted: WantedSet, found: Mapping[str, Snapshot]) -> None:
        snapshots = [found[snapshot_id] for snapshot_id in wanted.snapshot_ids if snapshot_id in found]
        self.seen[wanted.node_id] = snapshots
        status, text = judge(wanted.snapshot_ids, snapshots)
        if not status:
            self.progress.waiting[wanted.node_id] = text
            return
        del self.progress.waiting[wanted.node_id]
        if status == "failed":
            self.failures[wanted.node_id] = text
        self.scope.record_snapshots(wanted.node_id, [snapshot.to_dict() for snapshot in snapshots])
        if wanted.operation_id:
            self.scope.results(wanted.operation_id, [NodeResult(wanted.node_id, status, text)])


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
    wanted: list[WantedSet] = []
    for operation in scope.operations(poller, ("sent", "finished")):
        progress.nodes.update(operation.node_ids)
        if operation.state == "sent":
            snapshot_ids = tuple(filter(None, operation.handle.split(",")))
            wanted.extend(
                WantedSet(operation.account, operation.region, node_id, snapshot_ids, operation.operation_id)
                for node_id in operation.pending
            )
    return wanted


def _read(connection: Connection, target: Target[WantedSet]) -> dict[str, Snapshot]:
    return snapshots_by_id(connection, [snapshot_id for wanted in target.items for snapshot_id in wanted.snapshot_ids])

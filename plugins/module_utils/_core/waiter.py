# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for operations: all asked about side by side, each node's end recorded once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from .errors import CloudError, together
from .node_summary import summarize
from .nodes import Node
from .polling import Progress, names_of
from .pool import outcomes
from .scope import NodeResult, Operation, Scope


class Awaited(Protocol):
    """Something that is waited for; what it is made of differs from cloud to cloud."""

    @property
    def operation_id(self) -> str:
        """The scope's operation, empty without a run."""

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The nodes whose end is waited for."""


Item = TypeVar("Item", bound=Awaited)


@dataclass(frozen=True, slots=True)
class Pending(Generic[Item]):
    """What is asked about: an item, and those of its nodes that have not ended."""

    item: Item
    node_ids: tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """What a look told of one item: how nodes ended, and what others are doing."""

    results: list[NodeResult] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)

    def add(self, node_id: str, status: str, text: str, output: str = "") -> None:
        """One node; an empty status means that it goes on, and ``text`` is what it does."""
        if status:
            self.results.append(NodeResult(node_id, status, text, output))
        else:
            self.waiting[node_id] = text


def each_alone(item: Awaited) -> Hashable:
    """The grouping where a request answers for one item only."""
    return id(item)


def could_not_be_read(_item: Awaited, error: CloudError) -> str:
    """Why nodes failed that could not be asked about."""
    return f"what became of it could not be read: {error}"


@dataclass
class Waiter(Generic[Item]):
    """The items that are waited for. ``look`` asks once about all of them.

    ``ask`` gets the items of one group (those of the same ``group_of``), which one request answers, and gives what it
    saw of each in their order; it is called from several threads. An error that is lasting fails the nodes of its group
    with ``reason``, one that passes becomes a note. An item that is not ``due`` is left alone in this look.
    """

    scope: Scope
    items: Sequence[Item]
    ask: Callable[[Sequence[Pending[Item]]], Sequence[Seen]]
    group_of: Callable[[Item], Hashable] = each_alone
    progress: Progress = field(default_factory=Progress)
    failures: dict[str, str] = field(default_factory=dict)
    at_first: str = "pending"
    reason: Callable[[Item, CloudError], str] = could_not_be_read
    due: Callable[[Item], bool] = lambda _item: True
    _pending: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for item in self.items:
            self._pending.append(set(item.node_ids))
            self.progress.nodes.update(item.node_ids)
            self.progress.waiting.update(dict.fromkeys(item.node_ids, self.at_first))

    def look(self) -> bool:
        """Ask about everything that has not ended; answers whether all has.

        Raises CloudError when nothing at all could be learnt.
        """
        self.progress.notes.clear()
        errors: list[tuple[list[int], CloudError]] = []
        groups = self._groups()
        for indices, answer in outcomes(self._ask, groups):
            if isinstance(answer, CloudError):
                errors.append((indices, answer))
            else:
                for index, seen in zip(indices, answer, strict=True):
                    self._take(index, seen)
        if errors and len(errors) == len(groups):
            raise together([error for _indices, error in errors])
        for indices, error in errors:
            self._take_error(indices, error)
        return self.progress.finished

    def answer(self, known: Collection[Node]) -> dict[str, Any]:
        """What a module that waits answers: counts, failures and progress; ``known`` are the nodes with their names."""
        names = names_of(known)
        nodes = [Node(node_id, names.get(node_id, "")) for node_id in sorted(self.progress.nodes)]
        return {
            "changed": False,
            "nodes": summarize(nodes, (), self.failures),
            "progress": self.progress.to_dict(names),
        }

    def _groups(self) -> list[list[int]]:
        groups: dict[Hashable, list[int]] = {}
        for index, item in enumerate(self.items):
            if self._pending[index] and self.due(item):
                groups.setdefault(self.group_of(item), []).append(index)
        return list(groups.values())

    def _ask(self, indices: Sequence[int]) -> Sequence[Seen]:
        return self.ask([Pending(self.items[index], tuple(sorted(self._pending[index]))) for index in indices])

    def _take(self, index: int, seen: Seen) -> None:
        self.progress.waiting.update(seen.waiting)
        self._record(index, seen.results)

    def _take_error(self, indices: Sequence[int], error: CloudError) -> None:
        if not error.lasting:
            self.progress.notes.append(str(error))
            return
        for index in indices:
            text = self.reason(self.items[index], error)
            pending = sorted(self._pending[index])
            self._record(index, [NodeResult(node_id, "failed", text) for node_id in pending])

    def _record(self, index: int, results: Sequence[NodeResult]) -> None:
        if not results:
            return
        for result in results:
            self._pending[index].discard(result.node_id)
            if result.status == "failed":
                self.failures[result.node_id] = result.detail
        still = set().union(*self._pending)
        for result in results:
            if result.node_id not in still:
                self.progress.waiting.pop(result.node_id, None)
        operation_id = self.items[index].operation_id
        if operation_id:
            self.scope.results(operation_id, results)


def operations_under_way(scope: Scope, poller: str, progress: Progress) -> list[Operation]:
    """The operations of a run's wave and phase that are waited for; the nodes of ended ones join the progress too."""
    under_way = []
    for operation in scope.operations(poller, ("sent", "finished")):
        progress.nodes.update(operation.node_ids)
        if operation.state == "sent" and operation.pending:
            under_way.append(operation)
    return under_way

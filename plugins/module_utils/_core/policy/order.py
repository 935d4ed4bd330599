# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of batches: what each waits for when the policy and all its applications are taken together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .model import Batch, Policy

Graph = Mapping[str, Sequence[str]]


def waits_for(batches: Iterable[Batch]) -> dict[str, tuple[str, ...]]:
    """Batch to the batches that it waits for; of several with one name, all that any of them waits for."""
    graph: dict[str, tuple[str, ...]] = {}
    for batch in batches:
        graph[batch.name] = tuple(dict.fromkeys((*graph.get(batch.name, ()), *batch.after)))
    return graph


def all_batches(policy: Policy) -> list[Batch]:
    """The policy's batches and those of its applications."""
    return [*policy.batches, *(batch for application in policy.applications for batch in application.batches)]


def batch_order(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Every batch with what it waits for, in an order in which each comes after those.

    One run is one chain of batches, so applications cannot order the same two batches differently. Batches that do not
    wait for each other stay in the order in which the policy names them.
    """
    graph = waits_for(all_batches(policy))
    ordered: dict[str, tuple[str, ...]] = {}
    while len(ordered) < len(graph):
        ready = next((name for name in graph if name not in ordered and _is_ready(name, graph, ordered)), None)
        if ready is None:
            raise ValueError(f"batches wait for each other: {' → '.join(find_cycle(graph))}")
        ordered[ready] = graph[ready]
    return ordered


def batch_ranks(policy: Policy) -> dict[str, int]:
    """Every batch with its place in the order, from 1: one more than the last that it waits for.

    Batches with the same rank do not wait for each other.
    """
    ranks: dict[str, int] = {}
    for name, before in batch_order(policy).items():
        ranks[name] = 1 + max((ranks[one] for one in before if one in ranks), default=0)
    return ranks


def find_cycle(graph: Graph) -> list[str]:
    """A circle of names that wait for each other, the first again at its end; empty when there is none."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        found = _walk(start, graph, path, done)
        if found:
            return found
    return []


def _is_ready(name: str, graph: Graph, ordered: Mapping[str, object]) -> bool:
    return all(before in ordered for before in graph[name] if before in graph)


def _walk(name: str, graph: Graph, path: list[str], done: set[str]) -> list[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done or name not in graph:
        return []
    path.append(name)
    for before in graph[name]:
        found = _walk(before, graph, path, done)
        if found:
            return found
    path.pop()
    done.add(name)
    return []

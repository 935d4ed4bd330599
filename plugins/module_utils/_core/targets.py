# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes by account and region, and the work on all of these targets side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from .errors import CloudError, together
from .nodes import Node, canonical_id
from .pool import outcomes

Answer = TypeVar("Answer")
Item = TypeVar("Item")
Connected = TypeVar("Connected")
Connected_co = TypeVar("Connected_co", covariant=True)


class Session(Protocol[Connected_co]):
    """What makes connections to accounts and regions of a cloud."""

    def connect(self, account: str = "", region: str = "") -> Connected_co:
        """A connection to an account (or subscription) and region; empty is the session's own."""


@dataclass(frozen=True, slots=True)
class Target(Generic[Item]):
    """One account and region, and what is to be done there."""

    account: str
    region: str
    items: tuple[Item, ...]


@dataclass(slots=True)
class TargetAnswers(Generic[Item, Answer]):
    """What each target answered, and the targets that did not, with the reason."""

    answers: list[tuple[Target[Item], Answer]] = field(default_factory=list)
    errors: list[tuple[Target[Item], CloudError]] = field(default_factory=list)


def nodes_of(providers: Collection[str], nodes: Iterable[Node], node_ids: Sequence[str] | None = None) -> list[Node]:
    """The nodes of these providers, each once; only those of ``node_ids`` when that is given."""
    wanted = None if node_ids is None else {canonical_id(node_id) for node_id in node_ids}
    chosen = {
        node.node_id: node
        for node in nodes
        if node.provider in providers and (wanted is None or node.node_id in wanted)
    }
    return list(chosen.values())


def targets_of(nodes: Iterable[Node], default_region: str) -> list[Target[Node]]:
    """The nodes by account and region, in the order in which they first appear."""
    groups: dict[tuple[str, str], list[Node]] = {}
    for node in nodes:
        groups.setdefault((node.account, node.region or default_region), []).append(node)
    return [Target(account, region, tuple(members)) for (account, region), members in groups.items()]


def on_targets(
    session: Session[Connected], targets: Sequence[Target[Item]], work: Callable[[Connected, Target[Item]], Answer]
) -> TargetAnswers[Item, Answer]:
    """Do the work on every target at the same time. A target that fails does not stop the others.

    Raises :class:`CloudError` when no target at all could be worked on, and whatever is no CloudError.
    """

    def on_one(target: Target[Item]) -> Answer:
        return work(session.connect(target.account, target.region), target)

    outcome: TargetAnswers[Item, Answer] = TargetAnswers()
    for target, answer in outcomes(on_one, targets):
        if isinstance(answer, CloudError):
            outcome.errors.append((target, answer))
        else:
            outcome.answers.append((target, answer))
    if outcome.errors and not outcome.answers:
        raise together([error for _target, error in outcome.errors])
    return outcome


def answers_of(outcome: TargetAnswers[Any, Answer]) -> dict[Any, Answer]:
    """What each target was answered, by its first item. Raises CloudError when one of them was not."""
    if outcome.errors:
        raise together([error for _target, error in outcome.errors])
    return {target.items[0]: given for target, given in outcome.answers}


def chunks(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """The items in slices of at most ``size``: what one request may carry."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])

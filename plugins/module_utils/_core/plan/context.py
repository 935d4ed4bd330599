# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of a plan look at: the run as a whole, and one node with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..approve import RuleForNode
from ..errors import InputError, did_you_mean
from ..facts import NodeFacts
from ..names import GroupName
from ..nodes import Node
from ..policy.model import Application, Batch, Environment, Policy, Wave
from ..policy.settings import Settings
from ..refusals import ACCEPTABLE, HOLDABLE
from ..schedule import Occurrence

DEFAULT_HORIZON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a person says for one run, beyond the policy.

    ``allow_unlisted``: go on although the cloud has nodes of the environment that the inventory lacks; the same as
    ``unlisted`` among ``accept``.
    ``accept``: codes of refusals whose risk is taken, for every node. ``hold``: codes for which a node is left out, and
    counts as not passed, instead of refusing the run. ``freeze_override``: the reason to run in a freeze all the same.
    ``slot``: only nodes of this slot. ``waves``: instead of the policy's. ``reorder``: waves are cut from the plan's
    order, so that it may move nodes of one cluster apart; else the inventory's order stays, which is the one that
    Ansible cuts. ``horizon``: how long the run may take, for what would happen meanwhile; else until the end of the
    slot.
    """

    allow_unlisted: bool = False
    accept: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    freeze_override: str = ""
    slot: str = ""
    waves: tuple[Wave, ...] = ()
    reorder: bool = False
    horizon: timedelta | None = None

    def __post_init__(self) -> None:
        _known("accept", self.accept, ACCEPTABLE)
        _known("hold", self.hold, HOLDABLE)


@dataclass(frozen=True, slots=True)
class Context:
    """The run as the rules see it."""

    policy: Policy
    environment: Environment
    now: datetime
    until: datetime
    run_id: str
    options: PlanOptions
    other_runs: Mapping[str, str]
    openings: Mapping[str, Occurrence] = field(default_factory=dict)
    """The opening that is under way, or else the next one, by slot name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One node of the environment, completed from the cloud's facts and the policy.

    ``listed`` is the node as the inventory has it; ``labels`` are its labels and tags; ``declared`` are the batches
    that its variable and its patch group name, ``matched`` those whose conditions it fulfils.
    """

    node: Node
    listed: Node
    facts: NodeFacts | None
    labels: Mapping[str, str]
    group: GroupName | None
    environments: tuple[str, ...]
    declared: tuple[str, ...]
    matched: tuple[str, ...]
    application: Application | None
    batch: Batch | None
    settings: Settings
    approval: RuleForNode | None = None
    """The policy's approval rules, for a node whose cloud has no baselines."""

    @property
    def known(self) -> NodeFacts | None:
        """The facts of a node that the cloud knows."""
        return self.facts if self.facts is not None and self.facts.found else None


def utc_text(instant: datetime) -> str:
    """An instant as the ledger and the report write it: ``2026-11-21T06:00:00Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _known(option: str, codes: Iterable[str], allowed: tuple[str, ...]) -> None:
    for code in codes:
        if code not in allowed:
            raise InputError(option, code, ", ".join(allowed) + did_you_mean(code, allowed))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arranging nodes: into batches, into waves, each with what will be done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ..policy.model import NONE, Wave
from ..policy.order import batch_order
from ..policy.settings import waves_for
from .context import Context, Subject
from .findings import Sorted
from .model import Finding, PlannedBatch, PlannedNode
from .spread import conflicts, cut, safe_size, spread_keys, spread_order, wave_sizes
from .steps import describe

SHOWN = 5


def planned_batches(
    context: Context, subjects: Sequence[Subject], everyone: Sequence[Subject], findings: Sorted
) -> Iterator[PlannedBatch]:
    """The batches that have nodes, in the order of the run, each cut into waves.

    ``everyone`` are the environment's nodes in the inventory's order, also those that the plan leaves out: Ansible
    counts them when it cuts a batch.
    """
    planned = {subject.node.node_id for subject in subjects}
    by_batch: dict[str, list[Subject]] = {}
    for subject in everyone:
        by_batch.setdefault(subject.node.batch, []).append(subject)
    for name, after in batch_order(context.policy).items():
        waves = context.options.waves or waves_for(context.policy, context.environment.name, name)
        placed = _placed(context, by_batch.get(name, []), planned, waves)
        nodes = tuple(_plan_node(context, subject, wave, findings) for subject, wave in placed)
        if nodes:
            yield PlannedBatch(name, after, nodes, waves)


def _placed(
    context: Context, line: Sequence[Subject], planned: set[str], waves: Sequence[Wave]
) -> list[tuple[Subject, int]]:
    """The planned nodes of a batch with the number of their wave."""
    if context.options.reorder:
        line = [subject for subject in line if subject.node.node_id in planned]
    sizes = wave_sizes(len(line), waves)
    order = list(range(len(line)))
    if context.options.reorder:
        order = spread_order([_keys(subject) for subject in line], sizes)
    return [
        (line[index], wave)
        for wave, indexes in enumerate(cut(order, sizes), start=1)
        for index in indexes
        if line[index].node.node_id in planned
    ]


def _keys(subject: Subject) -> tuple[str, ...]:
    return spread_keys(subject.labels, subject.settings.spread_by)


def _plan_node(context: Context, subject: Subject, wave: int, findings: Sorted) -> PlannedNode:
    facts, settings, application = subject.known, subject.settings, subject.application
    stopped = facts is not None and facts.power_state == "stopped"
    can_snapshot = facts is not None and facts.snapshot.possible
    planned = PlannedNode(
        node=subject.node,
        slot=slot_of(subject, context),
        power_before=facts.power_state if facts else "unknown",
        will_start=stopped and settings.start_stopped and facts is not None and facts.can_power,
        snapshot=settings.snapshot if can_snapshot else NONE,
        reboot=settings.reboot,
        on_failure=settings.on_failure,
        min_free_disk_mib=settings.min_free_disk_mib,
        baseline=facts.baseline if facts else None,
        checks=tuple(
            check for check in (application.checks if application else ()) if check.batch in ("", subject.node.batch)
        ),
        hook_before=application.hook_before if application else "",
        hook_after=application.hook_after if application else "",
        update_agent=facts is not None and facts.agent.up_to_date is False,
        accept=tuple(dict.fromkeys((*settings.accept, *context.options.accept))),
        spread=_keys(subject),
        wave=wave,
        warnings=tuple(findings.node_warnings.get(subject.node.node_id, ())),
        held=findings.held.get(subject.node.node_id, ""),
        approval=subject.approval.rule if subject.approval else None,
    )
    return replace(planned, steps=describe(planned, subject))


def same_wave(batch: PlannedBatch) -> Iterator[Finding]:
    """No wave has two nodes that must not be down together."""
    size = safe_size([node.spread for node in batch.nodes])
    for number, group in groupby(batch.nodes, key=lambda node: node.wave):
        wave = list(group)
        for key in conflicts([node.spread for node in wave]):
            together = [node for node in wave if key in node.spread]
            names = ", ".join(node.node.name or node.node_id for node in together[:SHOWN])
            more = f" and {len(together) - SHOWN} more" if len(together) > SHOWN else ""
            reason = f"{batch.name}, wave {number}: {names}{more} would be down together ({key})"
            remedy = f"use waves: [{size}], order the inventory otherwise, or accept same_wave"
            yield Finding("same_wave", reason, remedy, taken=all("same_wave" in node.accept for node in together))


def slot_of(subject: Subject, context: Context) -> str:
    """The slot that the node's patch group names, or the only one of the environment."""
    if subject.group and subject.group.slot:
        return subject.group.slot
    return next(iter(context.openings)) if len(context.openings) == 1 else ""

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as text, for people: batch by batch, wave by wave, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .model import Finding, Plan, PlannedBatch, PlannedNode


def plan_lines(plan: Plan) -> list[str]:
    """The plan in lines without trailing newlines: what stops it first, then what will be done."""
    return list(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    planned = list(plan.nodes())
    held = sum(bool(node.held) for node in planned)
    numbers = [f"{len(planned) - held} to patch", *([f"{held} held"] if held else [])]
    numbers += [f"{len(plan.excluded)} excluded"] if plan.excluded else []
    yield f"Plan of run {plan.run_id} for {plan.environment}: {', '.join(numbers)}"
    if plan.window:
        yield f"Slot {plan.window.slot} is open until {plan.window.end}, no new install from {plan.window.cutoff} on"
    if plan.refusals:
        yield f"REFUSED, nothing will be started ({_count(len(plan.refusals), 'reason')}):"
        yield from _findings(plan.refusals)
    if plan.warnings:
        yield "Warnings:"
        yield from _findings(plan.warnings)
    for batch in plan.batches:
        yield from _batch(batch)
    if plan.excluded:
        yield f"Excluded ({_count(len(plan.excluded), 'node')}):"
        for node in plan.excluded:
            until = f", until {node.until}" if node.until else ""
            yield f"  {_shown(node.name, node.node_id)}: {node.reason}{until}"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"  [{finding.code}] {finding.reason}"
        if finding.remedy:
            yield f"      → {finding.remedy}"


def _batch(batch: PlannedBatch) -> Iterator[str]:
    after = f", after {' and '.join(batch.after)}" if batch.after else ""
    yield f"{batch.name}{after}: {_count(len(batch.nodes), 'node')}"
    waves = groupby(batch.nodes, key=lambda node: node.wave)
    for wave, nodes in waves:
        listed = list(nodes)
        yield f"  wave {wave}: {_count(len(listed), 'node')}"
        for node in listed:
            yield from _node(node)


def _node(planned: PlannedNode) -> Iterator[str]:
    node = planned.node
    where = " ".join(part for part in (node.provider, node.account, node.region) if part)
    details = [part for part in (node.os or node.os_family, node.application, where, node.patch_group) if part]
    yield f"    {node.shown}: {', '.join(details)}"
    for step in planned.steps:
        yield f"      - {step}"
    for warning in planned.warnings:
        yield f"      ! {warning}"


def _shown(name: str, node_id: str) -> str:
    return f"{name} ({node_id})" if name and name != node_id else node_id


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

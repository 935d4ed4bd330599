# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about where a node belongs: it is in the cloud, in one environment, in one batch, in no other run."""

from __future__ import annotations

from collections.abc import Iterator

from ..systems import OS_FAMILY
from .context import Context, Subject
from .model import Finding
from .resolve import batches_of

MISPLACED = ("no_batch", "two_batches", "os_against_batch", "wrong_batch", "unknown_group", "group_differs")
"""Codes of nodes that are not, or perhaps not, in the batch in which they should be."""


def found(subject: Subject, _context: Context) -> Iterator[Finding]:
    """The cloud was asked about the node and knows it."""
    if not subject.node.provider:
        yield _finding(subject, "no_provider", "no cloud is named for it", "set patch_provider in the inventory")
    elif subject.facts is None:
        yield _finding(
            subject, "no_facts", "nothing was read about it", "check that the info step covers its account and region"
        )
    elif not subject.facts.found:
        where = " ".join(part for part in (subject.node.provider, subject.node.account, subject.node.region) if part)
        remedy = "take it out of the inventory, or correct its id, account or region"
        yield _finding(subject, "not_found", f"{where} does not know it", remedy)


def group(subject: Subject, context: Context) -> Iterator[Finding]:
    """Inventory, tag and variables name one patch group and one environment, and the policy can form it."""
    listed, tagged = subject.listed.patch_group, subject.known.patch_group if subject.known else ""
    if listed and subject.known and tagged != listed:
        says = f"the cloud says {tagged!r}" if tagged else "the node carries none"
        remedy = "refresh the inventory, or correct the tag"
        yield _finding(subject, "group_differs", f"its patch group is {listed!r} in the inventory, {says}", remedy)
    elif len(subject.environments) > 1:
        names = " and ".join(subject.environments)
        yield _finding(
            subject, "group_differs", f"variable and patch group name the environments {names}", "correct one of them"
        )
    if subject.node.patch_group and subject.group is None:
        example = context.policy.group_format
        remedy = f"use a group of the form {example} with names of the policy"
        reason = f"the policy forms no patch group {subject.node.patch_group!r}"
        yield _finding(subject, "unknown_group", reason, remedy)
    elif subject.group and subject.group.slot and context.openings and subject.group.slot not in context.openings:
        slots = ", ".join(context.openings)
        reason = f"{context.environment.name} has no slot {subject.group.slot!r}, which its patch group names"
        yield _finding(subject, "unknown_group", reason, f"use one of the slots {slots}")


def operating_system(subject: Subject, _context: Context) -> Iterator[Finding]:
    """The inventory does not claim another operating system than the cloud sees."""
    facts, listed = subject.known, subject.listed
    if facts is None:
        return
    pairs = [(listed.os_family, facts.os_family)]
    if listed.os in OS_FAMILY:
        pairs.append((listed.os, facts.os))
    for said, seen in pairs:
        if said and seen and said != seen:
            reason = f"it is {said} in the inventory, the cloud says {seen}"
            yield _finding(subject, "os_differs", reason, "correct the inventory")
            return


def batch(subject: Subject, context: Context) -> Iterator[Finding]:
    """The node is in one batch, and it is the one that the policy puts it in."""
    if subject.known is None and not subject.node.os_family:
        return  # what it would need to be judged by is unknown, which is refused already
    names = [one.name for one in batches_of(context.policy, subject.application)]
    application = subject.application
    whose = f"the application {application.name}" if application and application.batches else "the policy"
    if len(subject.declared) > 1:
        reason = f"its variable and its patch group name the batches {' and '.join(subject.declared)}"
        yield _finding(subject, "two_batches", reason, "correct one of them")
    elif subject.declared:
        yield from _declared(subject, names, whose)
    elif not subject.matched:
        reason = f"it fits none of the batches {', '.join(names)} of {whose}"
        yield _finding(subject, "no_batch", reason, "tag it, or widen the match of a batch")
    elif len(subject.matched) > 1:
        reason = f"it fits the batches {' and '.join(subject.matched)} of {whose}"
        yield _finding(subject, "two_batches", reason, "narrow their match, or name one in its patch group")


def other_run(subject: Subject, context: Context) -> Iterator[Finding]:
    """No other unfinished run has the node."""
    holder = context.other_runs.get(subject.node.node_id, "")
    if holder and holder != context.run_id:
        remedy = f"wait for it, go on with it (patch_run_id={holder}), or finish it"
        yield _finding(subject, "held_by_run", f"the run {holder} has it and has not ended", remedy)


def _declared(subject: Subject, names: list[str], whose: str) -> Iterator[Finding]:
    declared = subject.declared[0]
    if declared in subject.matched:
        return
    right = " or ".join(subject.matched) or "no batch"
    if subject.batch is None:
        reason = f"{whose} has no batch {declared!r}, only {', '.join(names)}"
        yield _finding(subject, "wrong_batch", reason, f"its place is {right}: correct its patch group")
        return
    unfitting = subject.batch.match.unfitting(subject.node, subject.labels)
    conditions = f"{declared} of {whose} is for {subject.batch.match}"
    if "os_family" in unfitting or "os" in unfitting:
        os = subject.node.os or subject.node.os_family or "of an unknown operating system"
        reason = f"it is {os}, but {conditions}"
        yield _finding(subject, "os_against_batch", reason, f"its place is {right}: correct its patch group")
        return
    reason = f"{conditions}, which it does not fulfil ({', '.join(unfitting)})"
    yield _finding(subject, "wrong_batch", reason, f"its place is {right}: correct its patch group or its labels")


def _finding(subject: Subject, code: str, reason: str, remedy: str) -> Finding:
    return Finding(code, f"{subject.node.shown}: {reason}", remedy, subject.node.node_id)

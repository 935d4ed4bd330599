# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the run as a whole: its time, its inventory, its batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product, takewhile

from ..durations import spoken
from ..facts import UnlistedNode
from ..nodes import Node
from ..policy.approvals import approval_name
from ..policy.freezes import freezes_between
from ..policy.model import MANIFEST, NATIVE, ROLLBACK
from ..policy.settings import gate_for
from ..schedule import GAP, occurrences
from .context import Context, utc_text
from .model import Finding, PlannedBatch, PlannedNode
from .resolve import group_parser

AHEAD = timedelta(days=366)
SHOWN = 5


def delivery(context: Context) -> Iterator[Finding]:
    """In an environment that the clouds' windows patch, no run does."""
    if context.environment.delivery == NATIVE:
        remedy = "set delivery: controller, or accept native_delivery for this run"
        yield Finding("native_delivery", f"the clouds' own windows install in {context.environment.name}", remedy)


def available(context: Context) -> Iterator[Finding]:
    """The approvals ask for nothing that does not exist yet."""
    approval = context.policy.approvals.get(approval_name(context.policy, context.environment.name))
    if approval and approval.promote == MANIFEST:
        reason = f"approvals.{approval.name}: promote: manifest is not available yet"
        yield Finding("not_available", reason, "use follows")


def rollback(batches: Sequence[PlannedBatch]) -> Iterator[Finding]:
    """Rolling back a node that failed is accepted by the format, and not there yet."""
    nodes = [node for batch in batches for node in batch.nodes if node.on_failure == ROLLBACK]
    if nodes:
        reason = f"rollback is not available yet; {_count(len(nodes), 'node')} would need it"
        yield Finding("not_available", reason, "use hold: on_failure: hold")


def freeze(context: Context) -> Iterator[Finding]:
    """No freeze of the environment is on, or begins before the run ends."""
    for one in freezes_between(context.policy, context.environment.name, context.now, context.until):
        span = f"from {utc_text(one.start)} to {utc_text(one.end)}"
        override = context.options.freeze_override
        remedy = f"overridden: {override}" if override else "wait for its end, or override it with a reason"
        yield Finding("freeze", f"nothing may be changed {span}: {one.reason}", remedy)


def slot(context: Context) -> Iterator[Finding]:
    """The run is inside a slot and early enough in it; clock changes are told."""
    wanted = context.options.slot
    if wanted and wanted not in context.openings:
        known = ", ".join(context.openings) or "none"
        yield Finding("unknown_slot", f"{context.environment.name} has no slot {wanted!r}", f"use one of: {known}")
        return
    openings = {name: one for name, one in context.openings.items() if not wanted or name == wanted}
    is_open = [name for name, one in openings.items() if one.covers(context.now)]
    if not is_open:
        upcoming = min(openings.items(), key=lambda item: item[1].start, default=None)
        if upcoming:
            text = (
                f"no slot of {context.environment.name} is open; {upcoming[0]} opens at {utc_text(upcoming[1].start)}"
            )
            yield Finding("outside_slot", text, "the run is made now all the same")
    elif all(context.now >= openings[name].cutoff for name in is_open):
        last = max((openings[name] for name in is_open), key=lambda one: one.end)
        text = f"the slot {is_open[0]} ends in {spoken(last.end - context.now)}, too soon for new installs"
        yield Finding("after_cutoff", text, "wait for the next slot, or accept after_cutoff")
    yield from _clock_changes(context)


def _clock_changes(context: Context) -> Iterator[Finding]:
    for one in context.policy.slots_of(context.environment.name):
        found = occurrences(one.when, one.duration, one.cutoff, context.policy.zone, context.now)
        for occurrence in takewhile(lambda item: item.start < context.now + AHEAD, found):
            if occurrence.clock_change:
                what = "does not exist" if occurrence.clock_change == GAP else "exists twice"
                local = occurrence.local.strftime("%Y-%m-%d %H:%M")
                text = f"slot {one.name}: {local} {what} in {context.policy.timezone}; it opens at"
                yield Finding("clock_change", f"{text} {utc_text(occurrence.start)}", "choose another time of day")
                break


def unlisted(context: Context, nodes: Sequence[UnlistedNode], listed: set[str]) -> Iterator[Finding]:
    """The inventory has every node that the cloud has in the environment: a slice or a gap would patch half of it."""
    parser = group_parser(context.policy)
    for one in nodes:
        group = parser.guess(one.patch_group) if one.patch_group else None
        other = group is not None and group.environment != context.environment.name
        stand_in = Node(one.node_id, one.name, account=one.account, region=one.region, patch_group=one.patch_group)
        if one.node_id in listed or other or _is_excluded(context, stand_in):
            continue
        where = " ".join(part for part in (one.account, one.region) if part)
        reason = f"{stand_in.shown} in {where} has the patch group {one.patch_group} and is not in the inventory"
        remedy = (
            "plan from the whole inventory, add it, change its tag, or accept unlisted (once, if it is gone for good)"
        )
        yield Finding("unlisted", reason, remedy, one.node_id)


def listed_twice(nodes: Sequence[Node]) -> Iterator[Finding]:
    """Every node is in the inventory once."""
    for node_id, count in Counter(node.node_id for node in nodes).items():
        if count > 1:
            names = ", ".join(dict.fromkeys(node.name or node.node_id for node in nodes if node.node_id == node_id))
            reason = f"{node_id} is in the inventory {count} times ({names})"
            yield Finding("listed_twice", reason, "keep one of the entries", node_id)


def no_environment(homeless: Sequence[Node]) -> Iterator[Finding]:
    """Nodes without patch group and environment are no part of any run."""
    if homeless:
        shown = ", ".join(node.shown for node in homeless[:SHOWN])
        more = f" and {len(homeless) - SHOWN} more" if len(homeless) > SHOWN else ""
        reason = f"{_count(len(homeless), 'node')} of the inventory belong to no environment: {shown}{more}"
        yield Finding("no_environment", reason, "give them a patch group, or take them out of the inventory")


def exclusions_ended(context: Context, nodes: Sequence[Node]) -> Iterator[Finding]:
    """An exclusion that has ended no longer keeps its nodes out."""
    for one in context.policy.exclusions:
        if one.until and one.until <= context.now and any(one.match.fits(node) for node in nodes):
            reason = f"the exclusion of {one.match} ({one.reason}) ended at {utc_text(one.until)}"
            yield Finding("exclusion_ended", reason, "its nodes are patched; renew it or delete it")


def empty(context: Context, excluded: int) -> Iterator[Finding]:
    """A run over nothing would pass without having looked at anything."""
    also = f" ({_count(excluded, 'node')} excluded)" if excluded else ""
    reason = f"no node of {context.environment.name} is left to patch{also}"
    yield Finding("empty", reason, "check the inventory, the patch groups and the policy's environments")


def empty_batches(context: Context, batches: Sequence[PlannedBatch]) -> Iterator[Finding]:
    """What a batch waits for has a node that can pass, or its gate would stay closed."""
    gate = gate_for(context.policy, context.environment.name)
    if gate.allow_empty:
        return
    members = {batch.name: [_gate_key(gate.scope, node) for node in batch.nodes] for batch in batches}
    for batch in batches:
        for key, before in product(dict.fromkeys(members[batch.name]), batch.after):
            there = [one for one in members.get(before, ()) if not key or one == key]
            if not there:
                whose = f" of {key}" if key else ""
                reason = f"{batch.name}{whose} waits for {before}, which has no node{whose}: its gate would stay closed"
                yield Finding("empty_batch", reason, "set gate: {allow_empty: true}, or correct the batches")


def _gate_key(scope: str, node: PlannedNode) -> str:
    return node.node.application if scope == "application" else ""


def _is_excluded(context: Context, node: Node) -> bool:
    return any(
        one.match.fits(node) and (one.until is None or context.now < one.until) for one in context.policy.exclusions
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

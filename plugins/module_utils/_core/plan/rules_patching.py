# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about what decides on a node's patches, and what protects it: baseline, native updates, snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ..facts import NativeUpdate
from ..policy.model import NONE, REQUIRED
from .context import Context, Subject, utc_text
from .model import Finding

BASELINE_PROVIDERS = ("aws",)
"""Providers whose nodes get their patches through a baseline of their patch group."""


def baseline(subject: Subject, _context: Context) -> Iterator[Finding]:
    """A baseline is registered for the node's patch group and operating system."""
    facts = subject.known
    if facts is None or subject.node.provider not in BASELINE_PROVIDERS:
        return
    os = subject.node.os or subject.node.os_family or "its operating system"
    group = subject.node.patch_group or "none"
    if facts.baseline is None:
        reason = f"no baseline is known for the patch group {group} and {os}"
        yield _finding(subject, "no_baseline", reason, "bring the policy into force (playbooks/policy.yml)")
    elif facts.baseline.default:
        name = facts.baseline.name or facts.baseline.id
        reason = f"no baseline is registered for the patch group {group} and {os}, the default {name} would apply"
        remedy = "bring the policy into force (playbooks/policy.yml), or accept default_baseline"
        yield _finding(subject, "default_baseline", reason, remedy)


def approval(subject: Subject, _context: Context) -> Iterator[Finding]:
    """The node's cloud tells all that the approval rules ask for."""
    if subject.known is None or subject.approval is None or not subject.approval.not_told:
        return
    lacks = ", ".join(dict.fromkeys(why for _criterion, why in subject.approval.not_told))
    reason = f"its approval rules cannot be kept to the letter, since Azure tells {lacks}"
    remedy = "leave that out for its operating system (by_os), or accept approval_not_told to go without it"
    yield _finding(subject, "approval_not_told", reason, remedy)


def native_updates(subject: Subject, context: Context) -> Iterator[Finding]:
    """Nothing else installs on the node during the run: not its cloud, not its operating system."""
    if subject.known is None:
        return
    for update in subject.known.native_updates:
        if update.kind == "os":
            reason = f"its operating system installs updates on its own ({update.name})"
            yield _finding(subject, "self_updating", reason, "switch that off, or accept self_updating")
        elif update.kind == "platform":
            reason = f"Azure patches it when it likes ({update.name})"
            remedy = "set bypassPlatformSafetyChecksOnUserSchedule on it, or accept native_update"
            yield _finding(subject, "native_update", reason, remedy)
        elif _may_fire(update, context):
            when = f"next at {update.next}" if update.next else "at a time that is not known"
            reason = f"the {update.kind.replace('_', ' ')} {update.name} would install on it, {when}"
            remedy = "disable it, let it only scan, or accept native_update"
            yield _finding(subject, "native_update", reason, remedy)


def snapshot(subject: Subject, _context: Context) -> Iterator[Finding]:
    """All volumes of the node can be snapshotted and restored, unless the policy allows it to go unprotected."""
    facts = subject.known
    if facts is None or subject.settings.snapshot == NONE or facts.snapshot.possible:
        return
    why = "; ".join(facts.snapshot.obstacles) or "its cloud offers none"
    if subject.settings.snapshot != REQUIRED or subject.settings.allow_unprotected:
        yield _finding(subject, "unprotected", f"it is patched without a snapshot: {why}", "as the policy allows")
        return
    remedy = "remove the obstacle, or set allow_unprotected: true for such nodes in the policy"
    yield _finding(subject, "no_snapshot", f"it cannot have a restorable snapshot: {why}", remedy)


def _may_fire(update: NativeUpdate, context: Context) -> bool:
    """Whether it fires before the run ends. A time that is not known, or cannot be read, may be any."""
    if not update.next:
        return True
    try:
        instant = datetime.fromisoformat(update.next)
    except ValueError:
        return True
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return utc_text(instant) < utc_text(context.until)


def _finding(subject: Subject, code: str, reason: str, remedy: str) -> Finding:
    return Finding(code, f"{subject.node.shown}: {reason}", remedy, subject.node.node_id)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about a node's power, its agent, and whether it may go down at all."""

from __future__ import annotations

from collections.abc import Iterator

from .context import Context, Subject
from .model import Finding


def power(subject: Subject, _context: Context) -> Iterator[Finding]:
    """The node runs, or may and can be started."""
    facts = subject.known
    if facts is None or facts.power_state == "running":
        return
    if facts.power_state == "stopped":
        yield from _stopped(subject)
    elif facts.power_state == "unknown" and not facts.can_power:
        return
    else:
        remedy = {
            "starting": "wait until it runs",
            "stopping": "wait until it is stopped",
            "absent": "it is gone: take it out of the inventory",
        }.get(facts.power_state, "look at it in its cloud")
        yield _finding(subject, "power_state", f"its power state is {facts.power_state}", remedy)


def agent(subject: Subject, _context: Context) -> Iterator[Finding]:
    """The agent of a node that runs answers; of one that is stopped it cannot."""
    facts = subject.known
    if facts is None or facts.power_state in ("stopped", "absent"):
        return
    detail = f" ({facts.agent.detail})" if facts.agent.detail else ""
    if facts.agent.online is False:
        remedy = "start or repair the agent, and check the node's role and network"
        yield _finding(subject, "agent_offline", f"its agent does not answer{detail}", remedy)
    elif facts.agent.online is None:
        reason = f"it is not known whether its agent answers{detail}"
        yield _finding(subject, "agent_unknown", reason, "the run finds out before it installs")
    if facts.agent.up_to_date is False:
        reason = f"its agent {facts.agent.version} is not the newest".replace("  ", " ")
        yield _finding(subject, "agent_outdated", reason, "the run updates it first")


def scaling_group(subject: Subject, _context: Context) -> Iterator[Finding]:
    """A member of a scaling group that goes down is replaced by a fresh, unpatched one."""
    if subject.known and subject.known.scaling_group:
        remedy = "patch its image instead, or put it on standby and accept scaling_group"
        reason = (
            f"it is a member of the scaling group {subject.known.scaling_group}, which replaces it when it goes down"
        )
        yield _finding(subject, "scaling_group", reason, remedy)


def _stopped(subject: Subject) -> Iterator[Finding]:
    if not subject.settings.start_stopped:
        remedy = "start it, exclude it, or set start_stopped: true in the policy"
        yield _finding(subject, "stopped", "it is stopped and the policy does not let it be started", remedy)
    elif subject.known and not subject.known.can_power:
        yield _finding(subject, "cannot_start", "it is stopped and its cloud cannot start it", "start it by hand")


def _finding(subject: Subject, code: str, reason: str, remedy: str) -> Finding:
    return Finding(code, f"{subject.node.shown}: {reason}", remedy, subject.node.node_id)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be done to a node, in words: one line for each phase."""

from __future__ import annotations

from ..approve import AFTER_DAYS, SEVERITIES, ApprovalRule
from ..policy.model import NEVER, NONE, REQUIRED, ROLLBACK, SEPARATE
from .context import Subject
from .model import PlannedNode


def describe(planned: PlannedNode, subject: Subject) -> tuple[str, ...]:
    """The lines for one node, in the order in which they are done."""
    if planned.held:
        return (f"held: {planned.held}",)
    return (
        _power(planned),
        _snapshot(planned, subject),
        _observe(planned),
        _install(planned),
        _reboot(planned),
        _verify(planned),
        _afterwards(planned),
    )


def _power(planned: PlannedNode) -> str:
    drain = f"{planned.hook_before} first, then " if planned.hook_before else ""
    agent = ", then update the agent" if planned.update_agent else ""
    if planned.will_start:
        return f"power: {drain}start it, since it is stopped, and wait for its agent{agent}"
    return f"power: {drain}check that it runs and its agent answers{agent}"


def _snapshot(planned: PlannedNode, subject: Subject) -> str:
    if planned.snapshot == NONE:
        obstacles = subject.known.snapshot.obstacles if subject.known else ()
        asked = subject.settings.snapshot
        if subject.known is None:
            return "snapshot: not known, since the node is not"
        if asked == NONE:
            return "snapshot: none, as the policy says"
        allowed = ", which the policy allows" if asked != REQUIRED or subject.settings.allow_unprotected else ""
        return f"snapshot: none{allowed} ({'; '.join(obstacles) or 'its cloud offers none'})"
    volumes = subject.known.volumes if subject.known else 0
    count = {0: "all volumes", 1: "its volume"}.get(volumes, f"all {volumes} volumes as one set")
    must = "without it nothing is installed" if planned.snapshot == REQUIRED else "go on without it if it fails"
    return f"snapshot: {count}; {must}"


def _observe(planned: PlannedNode) -> str:
    disk = f", {planned.min_free_disk_mib} MiB free at least" if planned.min_free_disk_mib else ""
    return f"observe: missing patches, services, ports, pending reboot{disk}"


def _install(planned: PlannedNode) -> str:
    if planned.approval is not None:
        return f"install: exactly what is missing and approved ({_approved(planned.approval)})"
    if planned.baseline is None:
        return "install: what is missing by its approval rules"
    name = planned.baseline.name or planned.baseline.id
    which = f"the default baseline {name}" if planned.baseline.default else f"the baseline {name}"
    return f"install: what {which} approves and is missing"


def _approved(rule: ApprovalRule) -> str:
    said = [", ".join(rule.classifications) or "all classifications"]
    if rule.severities and SEVERITIES not in rule.ignored:
        said.append(f"severity {', '.join(rule.severities)}")
    if rule.after_days and AFTER_DAYS not in rule.ignored:
        said.append(f"published {rule.after_days} days ago or earlier")
    return "; ".join(said)


def _reboot(planned: PlannedNode) -> str:
    return {
        NEVER: "reboot: never; patches that wait for one stay pending",
        SEPARATE: "reboot: as a phase of its own, if patches wait for one",
    }.get(planned.reboot, "reboot: with the install, if patches need it")


def _verify(planned: PlannedNode) -> str:
    checks = "".join(f", {check}" for check in planned.checks)
    return f"verify: services and ports as before, no patch failed or pending{checks}"


def _afterwards(planned: PlannedNode) -> str:
    stop = "stop it again" if planned.will_start else "leave it running"
    hook = f", then {planned.hook_after}" if planned.hook_after else ""
    failed = "roll it back" if planned.on_failure == ROLLBACK else "hold it for a person"
    return f"afterwards: {stop}{hook}; if it failed, {failed}"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States of a run, a node, a phase and an operation, and which change into which.

The ledger changes a state only through :func:`check_transition`, so that a late answer, a second job or a
resumed run can never turn a verdict back into work.
"""

from __future__ import annotations

from collections.abc import Mapping

from .errors import TransitionError

PLANNED = "planned"
GOING = "going"
PASSED = "passed"
FAILED = "failed"
HELD = "held"
NOT_CHECKED = "not_checked"

VERDICTS = (PASSED, FAILED, HELD, NOT_CHECKED)
UNFINISHED_NODE = (PLANNED, GOING)

NODE: Mapping[str, tuple[str, ...]] = {
    PLANNED: (GOING, HELD, FAILED),
    GOING: (PASSED, FAILED, HELD, NOT_CHECKED),
    PASSED: (),
    FAILED: (),
    HELD: (GOING,),
    NOT_CHECKED: (),
}
"""``held`` may still go when a person opens the gate while the run is unfinished; other verdicts are final."""

PHASES = ("plan", "power", "snapshot", "observe", "install", "reboot", "observe_after", "verify")
"""The phases of a node in the order of a wave."""

STARTED = "started"
SKIPPED = "skipped"

PHASE: Mapping[str, tuple[str, ...]] = {
    STARTED: (PASSED, FAILED, SKIPPED, NOT_CHECKED),
    PASSED: (STARTED, FAILED),
    FAILED: (),
    SKIPPED: (),
    NOT_CHECKED: (STARTED, FAILED),
}
"""A phase that ended well may begin again (a second operation of the same phase) and may fail then."""

RUN_RUNNING = "running"
RUN_ENDED = (PASSED, FAILED, HELD)

OPERATION: Mapping[str, tuple[str, ...]] = {
    "intended": ("sent", "not_sent", "finished"),
    "sent": ("finished",),
    "not_sent": (),
    "finished": (),
}


def check_transition(table: Mapping[str, tuple[str, ...]], what: str, before: str, after: str) -> bool:
    """Say whether ``before`` → ``after`` is a change that ``table`` declares.

    Answers False when nothing changes. Raises :class:`TransitionError` when the table does not have it.
    """
    if before == after:
        return False
    if after not in table.get(before, ()):
        allowed = ", ".join(table.get(before, ())) or "nothing, it is final"
        raise TransitionError(f"{what} cannot go from {before} to {after}; from {before} it can go to {allowed}")
    return True


def run_status(verdicts: Mapping[str, int]) -> str:
    """Status of a run that ended, from the number of nodes with each verdict.

    ``failed`` when a node failed or could not be checked, ``held`` when nodes were only held back, else ``passed``.
    """
    if verdicts.get(FAILED, 0) or verdicts.get(NOT_CHECKED, 0):
        return FAILED
    if verdicts.get(HELD, 0):
        return HELD
    return PASSED

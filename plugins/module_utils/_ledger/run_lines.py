# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in words, for the person who watches it."""

from __future__ import annotations

from .._core.states import RUN_RUNNING, VERDICTS
from .runs import RunSummary

SHOWN = 20


def run_lines(run: RunSummary) -> list[str]:
    """Where a run stands: counts, then the nodes that did not pass with the reason, then what can be done."""
    total = sum(run.states.values())
    counts = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in sorted(run.states.items()) if number)
    if run.status == RUN_RUNNING:
        head = f"Run {run.run_id} ({run.environment}) is under way since {run.started}: {total} nodes, {counts}"
    else:
        head = f"Run {run.run_id} ({run.environment}) ended {run.finished} as {run.status}: {total} nodes, {counts}"
    lines = [head]
    for node in run.not_passed[:SHOWN]:
        reason = f": {node['reason']}" if node["reason"] else ""
        lines.append(f"  {node['batch']} {node['name']} {node['state'].replace('_', ' ')}{reason}")
    rest = len(run.not_passed) - SHOWN + run.not_passed_omitted
    if rest > 0:
        lines.append(f"  and {rest} more, see the report")
    if run.power_left and run.status != RUN_RUNNING:
        shown = ", ".join(run.power_left[:SHOWN])
        lines.append(f"Not stopped again, although stopped before the run: {shown}; see playbooks/restore_power.yml")
    if run.status == RUN_RUNNING:
        lines.append(f"Go on with it: -e patch_run_id={run.run_id}; or end it with playbooks/patch_finish.yml")
    elif any(run.states.get(verdict) for verdict in VERDICTS if verdict != "passed"):
        lines.append("Nothing is done again under this run id; begin a new run when the reasons are gone")
    return lines

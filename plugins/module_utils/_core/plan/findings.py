# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sorting what the rules found: what refuses the run, what only warns, and which nodes are held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..refusals import ACCEPTABLE_RISK, CODES, WARNS
from .context import PlanOptions, Subject
from .model import Finding


@dataclass(slots=True)
class Sorted:
    """Findings by what follows from them; ``held`` and ``node_warnings`` are by node id."""

    refusals: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    node_warnings: dict[str, list[str]] = field(default_factory=dict)


def sort_findings(
    findings: Iterable[Finding], subjects: Sequence[Subject], options: PlanOptions, run_accepts: Iterable[str] = ()
) -> Sorted:
    """A risk that policy or run accept is a warning; a node that the run holds back does not refuse it.

    ``run_accepts`` are the codes that the policy accepts for what concerns the run. Only a node that is in a batch can
    be held: elsewhere no gate would count it.
    """
    of_run = {*run_accepts, *options.accept}
    accepted = {subject.node.node_id: {*subject.settings.accept, *options.accept} for subject in subjects}
    in_batch = {subject.node.node_id for subject in subjects if subject.node.batch}
    result = Sorted()
    for finding in findings:
        code, node_id = CODES[finding.code], finding.node_id or ""
        if code.effect == WARNS or _is_allowed(finding, options):
            _warn(result, finding)
        elif code.effect == ACCEPTABLE_RISK and (finding.taken or finding.code in accepted.get(node_id, of_run)):
            _warn(result, Finding(finding.code, finding.reason, "accepted", finding.node_id))
        elif finding.code in options.hold and node_id in in_batch:
            result.held.setdefault(node_id, finding.reason)
            _warn(result, Finding(finding.code, f"held: {finding.reason}", finding.remedy, finding.node_id))
        else:
            result.refusals.append(finding)
    return result


def _is_allowed(finding: Finding, options: PlanOptions) -> bool:
    allowed = {"unlisted": options.allow_unlisted, "freeze": bool(options.freeze_override.strip())}
    return allowed.get(finding.code, False)


def _warn(result: Sorted, finding: Finding) -> None:
    result.warnings.append(finding)
    if finding.node_id:
        result.node_warnings.setdefault(finding.node_id, []).append(str(finding))

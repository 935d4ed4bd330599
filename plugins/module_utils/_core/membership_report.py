# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run over many schedules answers: each schedule, the machines that need a person, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .membership import MATCHED, NOT_CONNECTED, REASONS, Decision
from .membership_plan import Change, several, twins
from .node_summary import MOST_FAILURES

UNCHANGED, CHANGED, FAILED, NOT_DONE, OVER, IGNORED = "unchanged", "changed", "failed", "not_done", "over", "ignored"
STATES = (UNCHANGED, CHANGED, FAILED, NOT_DONE, OVER, IGNORED)
"""``over``: a schedule that differs, but does not run any more, so that the service would not take it."""

NO_CHANGE = Change((), (), ())


@dataclass(slots=True)
class Outcome:
    """A schedule with what is to be changed on it, and what became of that. ``placeholder``: whether it has one then.

    ``done`` counts the requests that were accepted, of ``requests``; before they are sent a planned change is CHANGED.
    """

    id: str
    name: str
    where: str
    state: str = UNCHANGED
    change: Change = NO_CHANGE
    placeholder: bool = False
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    requests: int = 0

    def fail(self, reason: str, state: str = FAILED) -> None:
        """Record why the schedule is not as it is to be."""
        self.state, self.reason = state, reason

    def shown(self) -> dict[str, Any]:
        """The schedule in the answer."""
        return {
            "id": self.id,
            "name": self.name,
            "where": self.where,
            "state": self.state,
            "reason": self.reason,
            "machines": len(self.change.names),
            "joined": list(self.change.joined[:MOST_FAILURES]),
            "joined_count": len(self.change.joined),
            "left": list(self.change.left[:MOST_FAILURES]),
            "left_count": len(self.change.left),
            "placeholder": self.placeholder,
        }

    def diff(self) -> dict[str, Any]:
        """The difference in the form that Ansible shows."""
        header = f"{self.where}: {self.name}"
        return {"before": self.before, "after": self.after, "before_header": header, "after_header": header}


def machines_shown(decisions: Sequence[Decision], names: Mapping[str, str]) -> dict[str, Any]:
    """Machines by why they are on no schedule, and those on several. ``names`` are those of schedules by id."""
    found: dict[str, Any] = {
        reason: _capped(_machine(one, names) for one in decisions if one.reason == reason) for reason in REASONS
    }
    found["several"] = _capped(_machine(one, names) for one in several(decisions))
    alike = twins(one.member for one in decisions if one.reason == MATCHED)
    found["twins"] = _capped({"computer": name, "ids": [one.id for one in each]} for name, each in alike.items())
    return found


def counts(outcomes: Sequence[Outcome], decisions: Sequence[Decision]) -> dict[str, Any]:
    """How many schedules and machines there are of each kind."""
    states, reasons = Counter(one.state for one in outcomes), Counter(one.reason for one in decisions)
    return {
        "schedules": {"total": len(outcomes), **{state: states[state] for state in STATES}},
        "machines": {
            "total": len(decisions),
            "connected": len(decisions) - reasons[NOT_CONNECTED],
            MATCHED: reasons[MATCHED],
            "several": len(several(decisions)),
            **{reason: reasons[reason] for reason in REASONS},
        },
        "joined": sum(len(one.change.joined) for one in outcomes),
        "left": sum(len(one.change.left) for one in outcomes),
    }


def statement(outcomes: Sequence[Outcome], unread: Sequence[str]) -> str:
    """What was done and what was not, empty when everything was."""
    failed = [one for one in outcomes if one.state == FAILED]
    not_done = [one for one in outcomes if one.state == NOT_DONE]
    if not (failed or not_done or unread):
        return ""
    written = sum(one.state == CHANGED for one in outcomes)
    differing = written + len(failed) + len(not_done)
    lines = [f"Not everything was done: {written} of {differing} schedules that differ were written."]
    if not_done:
        lines.append(f"Not begun, since the time was over: {_listed(one.name for one in not_done)}.")
    lines += [f"{one.name} ({one.where}): {one.reason}" for one in failed[:MOST_FAILURES]]
    lines += [f"{reason}" for reason in unread]
    lines.append("What was not done is as it was; the next run does it.")
    return "\n".join(lines)


def _capped(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(entries)[:MOST_FAILURES]


def _machine(decision: Decision, names: Mapping[str, str]) -> dict[str, Any]:
    member = decision.member
    shown = {"id": member.id, "name": member.name, "tag": member.tag, "os_family": member.os_family}
    return {**shown, "schedules": [names.get(one, one) for one in decision.schedules]}


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 20} more" if len(listed) > 20 else ""
    return f"{', '.join(listed[:20])}{more}"

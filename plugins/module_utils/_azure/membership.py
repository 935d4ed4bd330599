# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts machines on schedules by their tags: looks, decides, plans, writes what differs, and says what was done."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .._core.errors import CloudError, InputError, together
from .._core.membership import Decision, Member, decide, merged
from .._core.membership_plan import members_by_schedule, plan_names, several
from .._core.membership_report import CHANGED, IGNORED, Outcome, counts, machines_shown, statement
from .._core.patience import Patience
from .membership_args import DEPLOYMENTS, REFUSE, WARN, Place, Settings, settings_of, time_limit_of
from .membership_configurations import MaintenanceConfigurations
from .membership_schedules import DeploymentSchedules
from .membership_sight import Listed, Sight, look
from .module import session_of
from .session import AzureSession

Unread = list[tuple[Place, CloudError]]


class Feed(Protocol):
    """What machines are put on."""

    @property
    def saved_searches(self) -> Sequence[str]:
        """The workspaces in which a saved search is made that stands for nobody."""

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should look at of what changes."""

    def schedules_of(self, place: Place) -> list[Listed]:
        """The schedules of a place."""

    def fill(self, sights: Sequence[Sight]) -> Unread:
        """Read who is on the schedules, where their list does not tell."""

    def plan(self, sight: Sight, members: Mapping[str, list[Member]]) -> list[Outcome]:
        """What changes on each schedule of a place."""

    def prepare(self) -> None:
        """See to what the changes need."""

    def apply(self) -> None:
        """Write what differs."""


@dataclass(slots=True)
class _Run:
    """What is known of the places that could be read, and which could not."""

    feed: Feed
    settings: Settings
    sights: list[Sight]
    unread: Unread
    decisions: list[tuple[Sight, list[Decision]]]

    @property
    def merged(self) -> list[Decision]:
        """One decision for each machine."""
        return merged(decision for _sight, decisions in self.decisions for decision in decisions)


def manage_membership(module: Any) -> dict[str, Any]:
    """Put the machines on the schedules that their tags say, in every place of the options."""
    session = session_of(module, Patience(until=time.monotonic() + time_limit_of(module.params)))
    settings = settings_of(module.params, session.account)
    run = _seen(session, settings)
    _refuse_several(run)
    outcomes = [outcome for sight, decisions in run.decisions for outcome in _planned(run, sight, decisions)]
    run.feed.prepare()
    if not module.check_mode:
        run.feed.apply()
    answer = _answer(run, outcomes, written=not module.check_mode)
    failed = statement(outcomes, [f"{place.shown}: {error}" for place, error in run.unread])
    for warning in _warnings(run):
        module.warn(warning)
    if failed:
        module.fail_json(msg=failed, **answer)
    return answer


def _seen(session: AzureSession, settings: Settings) -> _Run:
    """Look at all places and decide. Raises CloudError when none could be read."""
    kind = DeploymentSchedules if settings.feed == DEPLOYMENTS else MaintenanceConfigurations
    feed: Feed = kind(session, settings)
    sights, unread = look(session, settings, feed.schedules_of)
    for failed in (feed.fill, lambda those: _without_anybody(settings, those)):
        errors = failed(sights)
        unread += errors
        sights = [sight for sight in sights if sight.place not in {place for place, _error in errors}]
    if unread and not sights:
        raise together([error for _place, error in unread])
    decided = [
        (sight, decide(settings.rules, sight.members, [one.schedule for one in sight.listed])) for sight in sights
    ]
    return _Run(feed, settings, sights, unread, decided)


def _without_anybody(settings: Settings, sights: Sequence[Sight]) -> Unread:
    """The places where nobody is connected or tagged, which is more often a fault of what tells it, or of how it was
    asked, than the truth."""
    if settings.allow_no_machines:
        return []
    found = []
    for sight in sights:
        names = {name for one in sight.listed if settings.rules.concerns(one.schedule.name) for name in one.names}
        connected = [member for member in sight.members if member.connected]
        if not names or any(member.tag for member in connected):
            continue
        what, doubtful = (
            (f"None of the {len(connected)} connected machines has the tag {settings.tag_key!r}", "tag_key")
            if connected
            else ("Not one machine is connected", settings.connected_by)
        )
        message = (
            f"{what}, and {len(names)} are on schedules of {sight.place.shown}. Nothing was changed there. "
            f"Check {doubtful}, or set allow_no_machines"
        )
        found.append((sight.place, CloudError(message, code="NoMachines")))
    return found


def _planned(run: _Run, sight: Sight, decisions: Iterable[Decision]) -> list[Outcome]:
    """The outcomes of a place: of its schedules that the rules are for as planned, of the others as ignored."""
    rules = run.settings.rules
    left_alone = [one for one in sight.listed if not rules.concerns(one.schedule.name)]
    sight.listed = [one for one in sight.listed if rules.concerns(one.schedule.name)]
    ignored = [
        Outcome(one.schedule.id, one.schedule.name, sight.place.shown, IGNORED, plan_names(one.names, one.names))
        for one in left_alone
    ]
    return [*run.feed.plan(sight, members_by_schedule(decisions)), *ignored]


def _refuse_several(run: _Run) -> None:
    found = several(run.merged)
    if run.settings.several == REFUSE and found:
        names = _names(run)
        shown = "; ".join(
            f"{one.member.name} ({one.member.tag}): {', '.join(names[each] for each in one.schedules)}"
            for one in found[:20]
        )
        more = f"; and {len(found) - 20} more" if len(found) > 20 else ""
        raise InputError(
            "several_schedules", REFUSE, f"each machine on one schedule at most. On several: {shown}{more}"
        )


def _names(run: _Run) -> dict[str, str]:
    return {one.schedule.id: one.schedule.name for sight in run.sights for one in sight.listed}


def _warnings(run: _Run) -> list[str]:
    """What a person should look at although the run did what it was to do."""
    found, warnings = several(run.merged), list(run.feed.warnings)
    if found and run.settings.several == WARN:
        machines = ", ".join(one.member.name for one in found[:20])
        warnings.append(f"Machines on several schedules ({len(found)}): {machines}")
    listed = [outcome for sight in run.sights for outcome in sight.listed]
    unknown = run.settings.rules.unknown_names(one.schedule.name for one in listed)
    if unknown:
        warnings.append(f"mapping names schedules that do not exist or are left alone: {', '.join(unknown)}")
    return warnings


def _answer(run: _Run, outcomes: Sequence[Outcome], *, written: bool) -> dict[str, Any]:
    """The module's answer. In check mode what is planned counts as done, but for what could not be."""
    decisions = run.merged
    names = {outcome.id: outcome.name for outcome in outcomes}
    changing = [one for one in outcomes if (one.done if written else one.state == CHANGED)]
    return {
        "changed": bool(changing),
        "diff": [outcome.diff() for outcome in changing],
        "schedules": [outcome.shown() for outcome in outcomes],
        "summary": {
            "places": {"total": len(run.settings.places), "read": len(run.sights), "failed": len(run.unread)},
            **counts(outcomes, decisions),
        },
        "machines": {**machines_shown(decisions, names), "unresolved": _unresolved(run)},
        "placeholders_made": list(run.feed.saved_searches),
        "failures": [
            *({"where": place.shown, "name": "", "reason": str(error)} for place, error in run.unread),
            *({"where": one.where, "name": one.name, "reason": one.reason} for one in outcomes if _is_failure(one)),
        ],
    }


def _is_failure(outcome: Outcome) -> bool:
    return outcome.state in ("failed", "not_done")


def _unresolved(run: _Run) -> list[dict[str, str]]:
    """Who sends heartbeats and is no Arc machine that could be read, each with what that means."""
    unread = "Azure knows no such Arc machine, or the credentials may not read it: it stays on its schedules"
    none = "its agent tells of no Arc machine, so it has no tags"
    beats = {
        (beat.computer, beat.resource_id): {
            "computer": beat.computer,
            "resource_id": beat.resource_id,
            "reason": unread if beat.resource_id else none,
        }
        for sight in run.sights
        for beat in sight.unresolved
    }
    return list(beats.values())[:200]

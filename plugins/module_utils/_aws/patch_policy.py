# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings baselines, their registrations and maintenance windows into force in many accounts and regions: the work of
``ssm_patch_policy``.

Everything is read and planned before the first write, so that with an account that cannot be reached nothing changes in
the others. Each resource is looked at, planned and changed as its own module does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._core.change_set import ChangeSet
from .._core.errors import CloudError, InputError, partly_done
from .._core.targets import Target, answers_of, on_targets
from . import baseline, patch_group, window
from .baseline_plan import plan_present as plan_baseline_present
from .client import Connection
from .module import session_of
from .patch_group import Registered
from .policy_answer import Changes, answer, warnings
from .policy_items import Place, WantedBaseline, WantedGroup, WantedPolicy, WantedWindow, shown_place, wanted_policy
from .policy_state import GroupState, PolicyState, read_state
from .session import AwsSession
from .window_plan import plan_absent, plan_present


def apply_policy(module: Any) -> dict[str, Any]:
    """Make everything as the options say: look, plan, apply unless in check mode, answer."""
    session = session_of(module)
    wanted = wanted_policy(module.params, session.region)
    state = read_state(session, wanted)
    planned = plan(wanted, state)
    for warning in warnings(planned, state):
        module.warn(warning)
    done = planned if module.check_mode else _Writer(session, planned).write(state)
    return answer(planned, done, state, check=module.check_mode)


def plan(wanted: WantedPolicy, state: PolicyState) -> Changes:
    """What has to be done. Raises PatchingError for what cannot be had."""
    baselines = {one: plan_baseline(one, state.baselines[one]) for one in wanted.baselines}
    return Changes(
        removed=[(place, _at(place, plan_absent(found))) for place, found in state.surplus],
        baselines=baselines,
        groups={group: plan_group(group, state.groups[group], baselines) for group in wanted.groups},
        windows={one: plan_window(one, state.windows[one]) for one in wanted.windows},
    )


def plan_baseline(wanted: WantedBaseline, current: Mapping[str, Any] | None) -> ChangeSet:
    """Make or change a baseline. Tags that are not wanted stay."""
    planned = plan_baseline_present(current, wanted.values, tags=wanted.tags, purge_tags=False, default_baseline=None)
    return _at(wanted.place, planned)


def plan_group(group: WantedGroup, state: GroupState, changes: Mapping[WantedBaseline, ChangeSet]) -> ChangeSet:
    """Register the group's baselines; a name stands first for all of this call's that have it, each of another
    operating system. Raises InputError for an unknown one, and for two of the same operating system."""
    ours = [
        Registered(change.after["baseline_id"], wanted.name, change.after["operating_system"])
        for wanted, change in changes.items()
        if wanted.place == group.place
    ]
    names = {entry.name for entry in ours}
    known = [*ours, *(entry for entry in state.known if entry.name not in names)]
    wanted: dict[str, Registered] = {}
    for text in group.baselines:
        for meant in [[entry] for entry in ours if entry.name == text] or [known]:
            for system, entry in patch_group.resolve([text], meant).items():
                if wanted.setdefault(system, entry) != entry:
                    raise InputError("baselines", text, f"one baseline for {system}; {wanted[system].shown} is one too")
    return _at(group.place, patch_group.plan_present(group.name, state.current, wanted, purge=False))


def plan_window(wanted: WantedWindow, current: Mapping[str, Any] | None) -> ChangeSet:
    """Make or change a window. Tags that are not wanted stay."""
    planned = plan_present(
        current,
        wanted.values,
        tags=wanted.tags,
        purge_tags=False,
        purge_targets=wanted.purge_targets,
        purge_tasks=wanted.purge_tasks,
    )
    return _at(wanted.place, planned)


def _at(place: Place, changes: ChangeSet) -> ChangeSet:
    where = shown_place(place)
    return replace(changes, resource=f"{changes.resource} in {where}") if where else changes


@dataclass(slots=True)
class _Writer:
    """Carries the changes out, kind after kind; of one kind all side by side.

    Windows that have to go are the first, so that none installs by itself when the policy says that a run does. Windows
    that are made are the last, when what they install by is in force.
    """

    session: AwsSession
    changes: Changes
    done: int = 0

    def write(self, state: PolicyState) -> Changes:
        """Write everything; answers the changes with the ids that came. Raises CloudError, with how much was done."""
        changes = self.changes
        self._carry_out(
            dict(enumerate(changes.removed)), lambda connection, change, _number: window.apply(connection, change, {})
        )
        baselines = self._with_ids(changes.baselines, baseline.apply, "baseline_id")
        groups = {group: plan_group(group, state.groups[group], baselines) for group in changes.groups}
        self._carry_out(
            {group: (group.place, change) for group, change in groups.items()},
            lambda connection, change, group: patch_group.apply(connection, group.name, change),
        )
        windows = self._with_ids(changes.windows, window.apply, "window_id")
        return replace(changes, baselines=baselines, groups=groups, windows=windows)

    def _with_ids(
        self,
        changes: Mapping[Any, ChangeSet],
        write: Callable[[Connection, ChangeSet, Mapping[str, str]], str],
        key: str,
    ) -> dict[Any, ChangeSet]:
        """Carry out the changes of one kind; answers them with the ids of what was made."""
        ids = self._carry_out(
            {wanted: (wanted.place, change) for wanted, change in changes.items()},
            lambda connection, change, wanted: write(connection, change, wanted.tags or {}),
        )
        return {
            wanted: replace(change, after={**change.after, key: ids.get(wanted, change.after[key])})
            for wanted, change in changes.items()
        }

    def _carry_out(
        self,
        changes: Mapping[Any, tuple[Place, ChangeSet]],
        write: Callable[[Connection, ChangeSet, Any], Any],
    ) -> dict[Any, Any]:
        """Carry out those that change something; answers what each gave. Raises CloudError when one failed."""

        def work(connection: Connection, target: Target[Any]) -> Any:
            (item,) = target.items
            return write(connection, changes[item][1], item)

        targets = [Target(*place, (item,)) for item, (place, change) in changes.items() if change.changed]
        try:
            outcome = on_targets(self.session, targets, work)
            self.done += len(outcome.answers)
            return answers_of(outcome)
        except CloudError as error:
            raise partly_done(error, self.done, self.changes.count) from error

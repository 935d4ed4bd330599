# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings maintenance configurations with their dynamic scopes, or deployment schedules, into force in many
subscriptions: the work of ``azure_patch_policy``.

Everything is read and planned before the first write, so that with a subscription that cannot be reached nothing
changes in the others. Each resource is planned and changed as its own module does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .._core.change_set import ChangeSet
from .._core.errors import CloudError, InputError, partly_done, together
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from . import maintenance_assignment, maintenance_configuration
from .maintenance_assignment_plan import plan_scope
from .maintenance_ids import assignment_id, derived_name, subscription_of
from .maintenance_plan import plan_absent, plan_present
from .module import session_of
from .policy_answer import Changes, answer
from .policy_items import WantedConfiguration, WantedPolicy, WantedScope, wanted_policy
from .policy_schedule_items import Account, plan_schedules, read_schedules, wanted_schedules, write_schedule
from .policy_state import PolicyState, read_state
from .policy_unknown import UnknownSchedule, unknown_configurations
from .session import AzureSession


def apply_policy(module: Any) -> dict[str, Any]:
    """Make everything as the options say: look, plan, apply unless in check mode, answer."""
    session = session_of(module)
    wanted, schedules = wanted_policy(module.params, session.account), wanted_schedules(module.params, session.account)
    state, schedule_state = read_state(session, wanted), read_schedules(session, schedules)
    now = datetime.now(UTC)
    changes = replace(plan(wanted, state, now), schedules=plan_schedules(schedule_state))
    removed = {canonical_id(change.before["id"]) for change in changes.removed}
    unknown = unknown_configurations(wanted, state, removed, now)
    unknown_schedules = [UnknownSchedule(*one) for one in schedule_state.unknown]
    if not module.check_mode:
        write(session, changes)
    for warning in (*(one.warning for one in unknown), *(one.warning for one in unknown_schedules)):
        module.warn(warning)
    return answer(changes, now, check=module.check_mode) | {
        "unknown_configurations": [one.to_dict() for one in unknown],
        "unknown_schedules": [one.to_dict() for one in unknown_schedules],
    }


def plan(wanted: WantedPolicy, state: PolicyState, now: datetime) -> Changes:
    """What has to be done. Raises InputError for what cannot be had."""
    surplus = {canonical_id(str(one["id"])): one for rule in wanted.purge for one in state.surplus(rule, wanted)}
    configurations = {one: _plan_configuration(one, state, now) for one in wanted.configurations}
    scopes = [
        (one, _plan_scope(one, scope, state.scopes_of(one.id))) for one in wanted.configurations for scope in one.scopes
    ]
    return Changes(
        removed=[
            _in_subscription(found["id"], plan_absent(found, state.assignments_of(found["id"]), unassign=True))
            for found in surplus.values()
        ],
        surplus_scopes=[
            change for one in wanted.configurations for change in _surplus_scopes(one, state.scopes_of(one.id))
        ],
        configurations=configurations,
        scopes=scopes,
    )


def _plan_configuration(wanted: WantedConfiguration, state: PolicyState, now: datetime) -> ChangeSet:
    """Make or change a configuration. Raises InputError that says of which."""
    try:
        change = plan_present(state.configuration(wanted), wanted.values, wanted.id, now, purge_tags=False)
    except InputError as error:
        raise InputError(f"{error.option} of {wanted.name}", error.value, error.allowed) from error
    return _in_subscription(wanted.id, change)


def _plan_scope(
    configuration: WantedConfiguration, wanted: WantedScope, present: Sequence[dict[str, Any]]
) -> ChangeSet:
    """Make or change a dynamic scope. One that the configuration has at this place is meant, whatever its name is."""
    current = _scope_at(wanted, configuration, present)
    name = str(current["name"]) if current else derived_name(configuration.id)
    return _at_scope(wanted.scope, plan_scope(current, wanted.scope, configuration.id, wanted.filter, name=name))


def _surplus_scopes(configuration: WantedConfiguration, present: Sequence[dict[str, Any]]) -> Iterator[ChangeSet]:
    if not configuration.purge_scopes:
        return
    meant = [found for one in configuration.scopes if (found := _scope_at(one, configuration, present))]
    kept = {canonical_id(found["id"]) for found in meant}
    for found in present:
        if canonical_id(found["id"]) not in kept:
            yield _at_scope(
                found["scope"],
                plan_scope(found, found["scope"], configuration.id, None, name=found["name"], absent=True),
            )


def _scope_at(
    wanted: WantedScope, configuration: WantedConfiguration, present: Sequence[dict[str, Any]]
) -> dict[str, Any] | None:
    own = canonical_id(assignment_id(wanted.scope, derived_name(configuration.id)))
    here = [found for found in present if found["scope"] == wanted.scope.lower()]
    return next((found for found in here if canonical_id(found["id"]) == own), here[0] if here else None)


def _in_subscription(resource_id: str, changes: ChangeSet) -> ChangeSet:
    return replace(changes, resource=f"{changes.resource} in {subscription_of(resource_id)}")


def _at_scope(scope: str, changes: ChangeSet) -> ChangeSet:
    return replace(changes, resource=f"{changes.resource} of {scope.lower().removeprefix('/subscriptions/')}")


def write(session: AzureSession, changes: Changes) -> None:
    """Carry the changes out, kind after kind; of one kind all side by side. Raises CloudError, with how much was done.

    New configurations are the first: they concern nobody until they are assigned, and where Azure refuses one, all that
    is in force stays so. Then what has to go, so that none installs by itself when the policy says that a run does, or
    at two times. A configuration is as it should be before machines get it.
    """
    writer = _Writer(session, changes.count)
    new = [change for change in changes.configurations.values() if not change.before]
    there = [change for change in changes.configurations.values() if change.before]
    writer.carry_out(new, maintenance_configuration.apply)
    writer.carry_out(changes.removed, maintenance_configuration.apply)
    writer.carry_out_at(changes.schedules.removed)
    writer.carry_out(changes.surplus_scopes, _send)
    writer.carry_out(there, maintenance_configuration.apply)
    writer.carry_out([change for _configuration, change in changes.scopes], _send)
    writer.carry_out_at(changes.schedules.schedules)


def _send(session: AzureSession, changes: ChangeSet) -> None:
    for step in changes.steps:
        maintenance_assignment.send(session, step)


@dataclass(slots=True)
class _Writer:
    """Carries out those changes that there are, and counts."""

    session: AzureSession
    count: int
    done: int = 0

    def carry_out(self, changes: Sequence[ChangeSet], write_one: Callable[[AzureSession, ChangeSet], None]) -> None:
        """Changes of configurations or scopes."""
        self._each([partial(write_one, self.session, change) for change in changes if change.changed])

    def carry_out_at(self, changes: Sequence[tuple[Account, ChangeSet]]) -> None:
        """Changes of schedules in their accounts."""
        self._each([partial(write_schedule, self.session, *one) for one in changes if one[1].changed])

    def _each(self, writes: Sequence[Callable[[], None]]) -> None:
        """Raises CloudError when one of them failed; the others have been tried."""
        answers = [found for _write, found in outcomes(lambda write: write(), writes)]
        errors = [found for found in answers if isinstance(found, CloudError)]
        self.done += len(answers) - len(errors)
        if errors:
            raise partly_done(together(errors), self.done, self.count)

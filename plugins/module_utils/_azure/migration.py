# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_schedule_migration``: read the schedules, map, look at what there is, plan, apply, answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from . import maintenance_assignment, maintenance_configuration
from .maintenance_configuration import assignments_in, list_configurations, service_time
from .maintenance_ids import subscription_of
from .migration_answer import answer, failures, warnings
from .migration_args import Settings, settings_of
from .migration_machines import Machines, read_all, resolve
from .migration_map import Mapped, map_schedule
from .migration_plan import FAILED, Migration, PartPlan, Present, Target, plan, refuse_collisions
from .migration_source import each_once, exported, live
from .module import session_of
from .session import AzureSession


def migrate_schedules(module: Any) -> dict[str, Any]:
    """Make of each schedule what stands for it in Update Manager."""
    session = session_of(module)
    settings = settings_of(module.params, session.account)
    of_files = exported(settings)
    migrations, machines = _planned(session, settings, of_files)
    if not module.check_mode:
        write(session, migrations)
    for warning in warnings(migrations, machines, settings):
        module.warn(warning)
    result = answer(migrations, machines, settings, written=not module.check_mode)
    failed = failures(migrations)
    if failed:
        module.fail_json(msg=failed, **result)
    return result


def _planned(session: AzureSession, settings: Settings, of_files: list[Any]) -> tuple[list[Migration], Machines]:
    sources = each_once([*live(session, settings), *of_files])
    connection = session.connect(settings.subscription)
    configurations = list_configurations(connection, settings.subscription, settings.group)
    now = service_time(connection)
    mapped = [map_schedule(source.resource, settings.rules, now) for source in sources]
    # What is not moved whatever its machines are needs none of them.
    moving = [one for one in mapped if not one.over and (one.enabled or not settings.enabled_only)]
    machines = read_all(session, moving, _arc_subscriptions(settings, moving))
    for one in moving:
        resolve(one, machines)
    refuse_collisions(moving)
    target = Target(
        settings.subscription, settings.group, settings.rules.accept, settings.enabled_only, settings.purge
    )  # fmt: skip
    present = Present(
        {canonical_id(str(one["id"])): one for one in configurations},
        assignments_in(session, _places(settings, moving)) if moving else (),
    )
    return [
        plan(one, source.where, target, present, machines, now)
        for one, source in zip(mapped, sources, strict=True)
    ], machines  # fmt: skip


def _arc_subscriptions(settings: Settings, mapped: Sequence[Mapped]) -> list[str]:
    """Where computers are looked for: where the options say, else where schedules and configurations are."""
    named = settings.machine_subscriptions or (
        settings.subscription,
        *(place.subscription for place in settings.places),
        *(subscription_of(one.id) for one in mapped if one.id.startswith("/subscriptions/")),
    )
    return list(dict.fromkeys(one.lower() for one in named))


def _places(settings: Settings, mapped: Sequence[Mapped]) -> list[str]:
    """The subscriptions whose assignments concern the configurations."""
    ids = [each for one in mapped for each in (*one.machines, *(scope.scope for scope in one.scopes))]
    return list(dict.fromkeys([settings.subscription.lower(), *(subscription_of(one) for one in ids)]))


def write(session: AzureSession, migrations: Sequence[Migration]) -> None:
    """Make the configurations side by side, then what is assigned to those that could be made.

    Each request is safe to repeat, and a further call does what could not be done.
    """
    parts = [part for migration in migrations for part in migration.parts]
    for part, answered in outcomes(lambda one: _configure(session, one), parts):
        if isinstance(answered, CloudError):
            part.errors.append(str(answered))
    members = [(part, step) for part in parts if not part.errors for step in part.members]
    for (part, _step), answered in outcomes(lambda one: maintenance_assignment.send(session, one[1]), members):
        if isinstance(answered, CloudError):
            part.errors.append(str(answered))
        else:
            part.done += 1
    for migration in migrations:
        if any(part.errors for part in migration.parts):
            migration.state = FAILED


def _configure(session: AzureSession, part: PartPlan) -> None:
    if part.configuration.changed:
        maintenance_configuration.apply(session, part.configuration)
        part.done += 1

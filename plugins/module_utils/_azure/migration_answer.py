# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``azure_schedule_migration`` answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .._core.change_set import ChangeSet, diffs
from .migration_args import Settings, fits
from .migration_losses import shown_losses
from .migration_machines import Machines
from .migration_plan import FAILED, NOT_MIGRATED, Migration, PartPlan

_MOST_SHOWN = 20


def answer(migrations: Sequence[Migration], machines: Machines, settings: Settings, *, written: bool) -> dict[str, Any]:
    """The module's result. In check mode what is planned counts as done."""
    shown = [_migration(one, settings, written=written) for one in migrations]
    return {
        "changed": any(one["changed"] for one in shown),
        "diff": diffs(change for one in migrations for part in one.parts for change in part.changes),
        "schedules": shown,
        "summary": dict(sorted(Counter(one.state for one in migrations).items())),
        "prerequisites": machines.lacking(),
    }


def _migration(migration: Migration, settings: Settings, *, written: bool) -> dict[str, Any]:
    mapped = migration.mapped
    return {
        "name": mapped.name,
        "id": mapped.id,
        "where": migration.where,
        "state": migration.state,
        "changed": any(_changed(part, written=written) for part in migration.parts),
        "configurations": [_part(part, written=written) for part in migration.parts],
        "not_carried_over": shown_losses(mapped.losses, settings.rules.accept),
        "errors": [error for part in migration.parts for error in part.errors],
    }


def _changed(part: PartPlan, *, written: bool) -> bool:
    return part.done > 0 if written else any(change.changed for change in part.changes)


def _part(part: PartPlan, *, written: bool) -> dict[str, Any]:
    after = part.configuration.after
    return {
        **{name: after[name] for name in ("id", "name", "maintenance_window", "install_patches")},
        "changed": _changed(part, written=written),
        "machines": list(part.machines.after["machines"]),
        "dynamic_scopes": [_scope(change) for change in part.scopes if change.after],
    }


def _scope(change: ChangeSet) -> dict[str, Any]:
    after: Mapping[str, Any] = change.after
    return {name: after[name] for name in ("id", "scope", "filter")}


def failures(migrations: Sequence[Migration]) -> str:
    """What could not be written, in words; empty when all was."""
    failed = [one for one in migrations if one.state == FAILED]
    if not failed:
        return ""
    moved = sum(bool(one.parts) for one in migrations)
    errors = [f"{one.mapped.name}: {error}" for one in failed for part in one.parts for error in part.errors]
    told = "\n".join(list(dict.fromkeys(errors))[:_MOST_SHOWN])
    return f"{len(failed)} of {moved} schedules could not be migrated wholly. A further call does the rest.\n{told}"


def warnings(migrations: Sequence[Migration], machines: Machines, settings: Settings) -> list[str]:
    """What a person should look at although the module did what it was to do."""
    found = []
    left = [one.mapped.name for one in migrations if one.state == NOT_MIGRATED]
    if left:
        more = f" and {len(left) - _MOST_SHOWN} more" if len(left) > _MOST_SHOWN else ""
        named = ", ".join(left[:_MOST_SHOWN])
        found.append(f"Not migrated, since something would be lost (see not_carried_over): {named}{more}")
    found += [f"Whether the machines of dynamic scopes are set up is not known: {why}" for why in machines.unlisted]
    names = [one.mapped.name for one in migrations]
    unused = [one for one in settings.patterns if not any(fits(one, name) for name in names)]
    if unused:
        found.append(f"No schedule has a name like {', '.join(unused)} (option schedules)")
    return found

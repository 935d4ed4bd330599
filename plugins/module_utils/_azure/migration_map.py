# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deployment schedule becomes in Update Manager, and what of it cannot be carried over: nothing is asked here.

Each setting of a schedule ends up in a configuration, in its machines or dynamic scopes, or as a :class:`Loss`. A loss
keeps the schedule from being moved until it is accepted by its name; some cannot be, since nothing would be right then.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .._core.durations import parse_duration, spoken
from .._core.errors import InputError
from .._core.nodes import canonical_id
from .deployment_schedule_model import TASKS, from_api, state_from_api
from .deployment_schedule_start import told_of
from .group_tags import LONGEST_VALUE
from .maintenance_check import SHORTEST, check_configuration
from .maintenance_model import GUEST, wanted_configuration
from .maintenance_window import LONGEST, written_duration
from .membership_args import ALIAS
from .migration_losses import BY_HAND, DESCRIPTION, DISABLED, DURATION, FAILED, SEARCH, TASK, Loss
from .migration_patches import patches_of
from .migration_scopes import Scope, scopes_of
from .migration_times import Times, times_for
from .migration_unknown import unknown_settings

ORIGIN_TAG, DESCRIPTION_TAG = "hybridops:migrated-from", "hybridops:description"
_USUAL_DURATION = timedelta(hours=2)
"""What the service takes for a schedule that says none."""

_MOST_NAME = 64
_ILLEGAL = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Rules:
    """How schedules are moved, as the options say."""

    location: str
    prefix: str = ""
    accept: frozenset[str] = frozenset()
    time_zones: Mapping[str, str] = field(default_factory=dict, hash=False)
    names: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A configuration to make: its name, and its settings as :mod:`.maintenance_model` compares them."""

    name: str
    values: Mapping[str, Any] = field(hash=False)


@dataclass(slots=True)
class Mapped:
    """What becomes of a schedule. ``machines`` are ids, ``computers`` names of machines outside of Azure.

    ``over``: it never runs again, so there is nothing to move.
    """

    name: str
    id: str
    system: str = ""
    enabled: bool = True
    over: bool = False
    parts: list[Part] = field(default_factory=list)
    machines: list[str] = field(default_factory=list)
    computers: list[str] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def blocked(self, accept: frozenset[str]) -> bool:
        """Whether a loss keeps it from being moved."""
        return any(loss.blocks and loss.accept not in accept for loss in self.losses)


def map_schedule(resource: Mapping[str, Any], rules: Rules, now: datetime) -> Mapped:
    """What a schedule becomes, as the API answers it alone or in a list."""
    schedule, state = from_api(resource), state_from_api(resource)
    info = schedule["schedule_info"]
    name = schedule["name"]
    mapped = Mapped(name, str(resource.get("id") or ""), schedule["operating_system"], info["is_enabled"])
    times = times_for(info, replace(told_of(resource), next_run=state["next_run"]), rules.time_zones, now)
    mapped.over = times.over
    mapped.losses += times.losses
    mapped.losses += [*_state_losses(schedule, state), *_task_losses(schedule), *_search_losses(schedule)]
    patches, losses = patches_of(schedule)
    mapped.losses += losses
    length = _duration(schedule, mapped)
    mapped.scopes, losses = scopes_of(schedule)
    mapped.losses += [*losses, *unknown_settings(resource.get("properties") or {})]
    mapped.machines = list(dict.fromkeys(canonical_id(one.rstrip("/")) for one in schedule["azure_virtual_machines"]))
    mapped.computers = list({one.casefold(): one for one in schedule["non_azure_computer_names"]}.values())
    tags = {ORIGIN_TAG: _origin(mapped), **_description(info, mapped)}
    values = {"location": rules.location, "maintenance_scope": GUEST, "install_patches": patches, "tags": tags}
    if not times.over:
        mapped.parts = [
            Part(part_name, wanted_configuration({**values, "maintenance_window": window}))
            for part_name, window in _windows(times, length, mapped, rules)
        ]
        mapped.losses += _refused(mapped)
    if not info["is_enabled"]:
        mapped.machines, mapped.computers, mapped.scopes = [], [], []
    return mapped


def configuration_name(name: str, prefix: str = "", suffix: str = "") -> str:
    """A schedule's name as a configuration may have it; the same for the same name, whenever it is asked."""
    legal = _ILLEGAL.sub("-", name).strip("-.")
    if not legal:
        legal = f"schedule-{_digest(name.casefold())}"
    whole = f"{prefix}{legal}{f'-{suffix}' if suffix else ''}"
    return whole if len(whole) <= _MOST_NAME else f"{whole[: _MOST_NAME - 9]}-{_digest(whole)}"


def _windows(times: Times, length: timedelta, mapped: Mapped, rules: Rules) -> Iterator[tuple[str, dict[str, str]]]:
    chosen = next((new for old, new in rules.names.items() if old.casefold() == mapped.name.casefold()), "")
    for opening in times.openings:
        suffix = f"-{opening.suffix}" if opening.suffix else ""
        name = f"{chosen}{suffix}" if chosen else configuration_name(mapped.name, rules.prefix, opening.suffix)
        yield name, {**times.window(opening), "duration": written_duration(length)}


def _state_losses(schedule: Mapping[str, Any], state: Mapping[str, Any]) -> Iterator[Loss]:
    if not schedule["schedule_info"]["is_enabled"]:
        members = (
            [*schedule["azure_virtual_machines"], *schedule["non_azure_computer_names"]]
            + [query["scope"] for query in schedule["targets"]["azure_queries"]]
        )  # fmt: skip
        why = "a configuration cannot be switched off"
        yield Loss("schedule_info.is_enabled", members, why, "a configuration that is assigned to nothing", DISABLED)
    if state["error"] or state["provisioning_state"].lower() == "failed":
        told = state["error"].get("message") or state["provisioning_state"]
        why = f"the service could not make the schedule: {told}"
        yield Loss("provisioning_state", state["provisioning_state"], why, "what it was to be", FAILED)


def _task_losses(schedule: Mapping[str, Any]) -> Iterator[Loss]:
    for name in TASKS:
        task = schedule["tasks"][name]
        if task["source"]:
            event = "PreMaintenanceEvent" if name == "pre_task" else "PostMaintenanceEvent"
            instead = (
                f"an Event Grid subscription to Microsoft.Maintenance.{event} of the configuration that starts the "
                f"runbook {task['source']} by a webhook, with its parameters; it is given the event as WebhookData and "
                f"no SoftwareUpdateConfigurationRunContext, and a run that fails does not keep the window from opening"
            )
            why = "configurations of Update Manager run no runbooks"
            yield Loss(f"tasks.{name}", dict(task), why, instead, TASK)


def _search_losses(schedule: Mapping[str, Any]) -> Iterator[Loss]:
    for index, query in enumerate(schedule["targets"]["non_azure_queries"]):
        place, why = f"targets.non_azure_queries[{index}]", "Update Manager knows no saved searches"
        if query["function_alias"].casefold() == ALIAS:
            yield Loss(place, dict(query), f"{why}; this one finds nothing", "nothing", blocks=False)
            continue
        instead = (
            "a tag on the Arc machines that it finds, and a dynamic scope by this tag "
            "(azure_maintenance_assignment) or memberships by tag (azure_schedule_membership)"
        )
        yield Loss(place, dict(query), why, instead, SEARCH)


def _duration(schedule: Mapping[str, Any], mapped: Mapped) -> timedelta:
    """The length of the windows; one that there cannot be is the nearest."""
    try:
        asked = parse_duration(schedule["duration"]) if schedule["duration"] else _USUAL_DURATION
    except ValueError:
        mapped.losses.append(Loss("duration", schedule["duration"], "it cannot be read", BY_HAND))
        return LONGEST
    length = min(max(asked, SHORTEST), LONGEST)
    whole = timedelta(minutes=length // timedelta(minutes=1))
    if whole != asked:
        why = f"a window of Update Manager has {spoken(SHORTEST)} to {spoken(LONGEST)}"
        mapped.losses.append(Loss("duration", schedule["duration"], why, spoken(whole), DURATION))
    return whole


def _description(info: Mapping[str, Any], mapped: Mapped) -> dict[str, str]:
    text = info["description"]
    if len(text) > LONGEST_VALUE:
        why = f"a tag, the only place for it, has at most {LONGEST_VALUE} characters"
        mapped.losses.append(Loss("schedule_info.description", text, why, "its beginning", DESCRIPTION))
    return {DESCRIPTION_TAG: text[:LONGEST_VALUE]} if text else {}


def _origin(mapped: Mapped) -> str:
    """What tells whose configuration it is. An id may be longer than a tag."""
    parts = mapped.id.split("/")
    account = parts[8] if len(parts) > 10 else ""
    digest = _digest(canonical_id(mapped.id) or mapped.name.casefold())
    return f"{account}/{mapped.name} {digest}" if account else f"{mapped.name} {digest}"


def _refused(mapped: Mapped) -> Iterator[Loss]:
    """What Update Manager would not take of what was mapped."""
    for part in mapped.parts:
        try:
            check_configuration(part.values)
        except InputError as error:
            yield Loss(error.option, error.value, f"Update Manager takes only {error.allowed}", BY_HAND)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]

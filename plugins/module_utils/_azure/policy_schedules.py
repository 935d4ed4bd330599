# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployment schedules that a policy with native delivery asks for, where Update Management still works.

They are for the same batches and have the same rules as maintenance configurations. Their queries find virtual machines
by tag; Arc machines are in a schedule only by name, which is the business of ``azure_schedule_membership``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from .._core.delivery.batch_windows import Lengths, window_recurrence
from .._core.delivery.members import some
from .._core.durations import format_duration
from .._core.errors import InputError
from .._core.nodes import provider_of_id
from .._core.policy.model import DEPLOYMENT_SCHEDULES, UPDATE_MANAGER, ConfigurationSettings, Environment, Policy
from .._core.recur_every import MONTH, WEEK, Recurrence
from .._core.schedule import WEEKDAYS, WEEKS
from .nodes import ARC
from .policy_configurations import OS_TYPES, Rules, SlotBatch, configuration_name, first_opening, reboot_setting

LENGTHS = Lengths(timedelta(minutes=30), timedelta(hours=6), "a deployment schedule of Azure Automation")

_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "linux": {
        "classifications_to_include": "included_package_classifications",
        "package_name_masks_to_include": "included_package_name_masks",
        "package_name_masks_to_exclude": "excluded_package_name_masks",
    },
    "windows": {
        "classifications_to_include": "included_update_classifications",
        "kb_numbers_to_include": "included_kb_numbers",
        "kb_numbers_to_exclude": "excluded_kb_numbers",
    },
}
"""What a schedule calls the parameters of a configuration."""

Resource = dict[str, Any]


def account_of(settings: ConfigurationSettings, environment: str, subscriptions: Sequence[str]) -> dict[str, str]:
    """The Automation account of an environment's schedules, as the module names it. Raises InputError."""
    for key in ("resource_group", "automation_account"):
        if not getattr(settings, key):
            option = f"maintenance_configurations.{key} of {environment}"
            raise InputError(option, None, "where the deployment schedules are, since service is deployment_schedules")
    homes = [settings.subscription] if settings.subscription else list(dict.fromkeys(subscriptions))
    if len(homes) != 1:
        option = f"maintenance_configurations.subscription of {environment}"
        raise InputError(option, settings.subscription, "that of the Automation account, since machines are in several")
    return {
        "subscription": str(homes[0]).lower(),
        "resource_group": str(settings.resource_group),
        "automation_account_name": str(settings.automation_account),
    }


def schedules(
    policy: Policy,
    environment: Environment,
    batches: Sequence[SlotBatch],
    account: Mapping[str, str],
    rules: Rules,
    prefix: str,
) -> list[Resource]:
    """One schedule for each batch and family. Raises InputError for a window that no schedule can have."""
    return [
        _schedule(policy, environment, batch, family, rules, prefix) | dict(account)
        for batch in batches
        for family in batch.families
    ]


def mark_of(environment: str) -> str:
    """The description of an environment's schedules, which have no tags: it says whose they are."""
    return f"hybridops.patching: {environment}"


def descriptions() -> list[str]:
    """What the descriptions look like (:func:`mark_of`), whatever the environment is."""
    return [mark_of("*")]


def passed_over(settings: ConfigurationSettings, environment: str) -> list[str]:
    """Tell of schedules that an earlier service may have made in the account that is still named."""
    if not settings.automation_account or settings.service == DEPLOYMENT_SCHEDULES:
        return []
    return [
        f"deployment schedules that the policy made in the Automation account {settings.automation_account} go on "
        f"installing: they are not looked at while service is {UPDATE_MANAGER}. If {environment} has some there, bring "
        f"it into force once with delivery: controller and service: {DEPLOYMENT_SCHEDULES}, which deletes them; then "
        "leave automation_account out"
    ]


def arc_warnings(batches: Sequence[SlotBatch]) -> list[str]:
    """Tell of machines that no query of a schedule finds."""
    names = [
        node_id.rpartition("/")[2]
        for batch in batches
        for members in batch.members.values()
        for node_id in members.node_ids
        if provider_of_id(node_id) == ARC
    ]
    if not names:
        return []
    return [
        f"Arc machines are on deployment schedules only once azure_schedule_membership puts them there: {some(names)}"
    ]


def _schedule(
    policy: Policy, environment: Environment, batch: SlotBatch, family: str, rules: Rules, prefix: str
) -> Resource:
    members = batch.in_family(family)
    (group,) = {one.name for one in members.values()}
    parameters = rules[group, family].parameters
    keys = list(dict.fromkeys(key for one in members.values() for key in one.tag_keys))
    return {
        "name": configuration_name(prefix, environment.name, batch, family),
        "operating_system": OS_TYPES[family],
        family: {
            **{name: parameters[key] for key, name in _PARAMETERS[family].items()},
            "reboot_setting": reboot_setting(members.values()),
        },
        "duration": format_duration(batch.window.duration),
        "targets": {
            "azure_queries": [
                {
                    "scope": [f"/subscriptions/{subscription}" for subscription in members],
                    "locations": [],
                    "tag_settings": {
                        "tags": {key: [group] for key in keys},
                        "filter_operator": "Any" if len(keys) > 1 else "All",
                    },
                }
            ]
        },
        "schedule_info": {
            "start_time": first_opening(policy, batch).isoformat(),
            "expiry_time": "",
            "time_zone": policy.timezone,
            "is_enabled": True,
            "description": mark_of(environment.name),
            "interval": 1,
            **_days(batch),
        },
    }


def _days(batch: SlotBatch) -> Resource:
    recurrence: Recurrence = window_recurrence(batch.slot, batch.window)
    if recurrence.offset:
        option = f"slots.when of slot {batch.slot.name} of {batch.slot.environment}"
        allowed = (
            f"a slot whose windows begin before midnight: that of {batch.name} begins on the day after a weekday of "
            f"the month, which a deployment schedule cannot say"
        )
        raise InputError(option, str(batch.slot.when), allowed)
    days = [WEEKDAYS[weekday].capitalize() for weekday in recurrence.weekdays]
    if recurrence.unit == MONTH:
        number = -1 if recurrence.week == "last" else WEEKS.index(recurrence.week) + 1
        occurrences = [{"occurrence": number, "day": day} for day in days]
        return {"frequency": "Month", "advanced_schedule": {"monthly_occurrences": occurrences}}
    if recurrence.unit == WEEK:
        return {"frequency": "Week", "advanced_schedule": {"week_days": days}}
    return {"frequency": "Day", "advanced_schedule": {}}

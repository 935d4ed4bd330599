# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The maintenance windows that a policy asks for: scans, or with native delivery the installs of each slot.

What a window cannot do of what the policy says is the business of :mod:`.policy_native`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from .._core.delivery.members import Estate, Members, Place
from .._core.delivery.native import ENVIRONMENT_TAG, slot_of
from .._core.policy.model import CONTINUE_TASK, NATIVE, NEVER, Environment, Policy, Slot, WindowSettings
from .._core.policy.order import batch_ranks
from .._core.policy.settings import tag_keys_for, windows_for
from .._core.schedule import ssm_cron
from .._core.targets import chunks
from .policy_native import whole_hours

DOCUMENT = "AWS-RunPatchBaseline"
SCAN_SCHEDULE = "cron(0 0/4 * * ? *)"
"""Every four hours by the clock of the policy's zone. A rate would count from when each window was made or changed, so
that accounts and regions would scan at different times and each change of the policy would move them."""
SCAN_HOURS = range(0, 24, 4)
"""The hours at which :data:`SCAN_SCHEDULE` opens."""
TARGET_VALUES = 5
"""Values of one target. The service's model allows 50, its users report that it takes 5; more are more targets."""
COMMENT = 100
"""Characters of a command's comment (service model: Comment)."""
DESCRIPTION = 128
"""Characters of a window's description (service model: MaintenanceWindowDescription)."""
WINDOW_NAMES = ("*-scan", "*-install-*")
"""Patterns of the names that windows of a policy have, whatever its prefix and environments."""

Resource = dict[str, Any]
"""A window, a target or a task as ssm_maintenance_window takes it."""


def policy_windows(policy: Policy, environment: Environment, estate: Estate, prefix: str) -> list[Resource]:
    """The windows of an environment at each place. Raises InputError for a length that a window cannot have."""
    maker = _Maker(policy, environment, prefix)
    if environment.delivery != NATIVE:
        return [maker.scan(place, groups) for place, groups in estate.items()]
    windows = []
    for place, groups in estate.items():
        for slot in policy.slots_of(environment.name):
            of_slot = [members for members in groups if slot_of(policy, environment, members) == slot.name]
            if of_slot:
                windows.append(maker.install(place, slot, of_slot))
    return windows


def window_prefix(prefix: str, environment: str) -> str:
    """What the names of an environment's windows begin with."""
    return f"{prefix}-{environment}-"


def scan_name(prefix: str, environment: str) -> str:
    """The name of the window that scans."""
    return f"{window_prefix(prefix, environment)}scan"


def install_name(prefix: str, environment: str, slot: str) -> str:
    """The name of the window that installs by a slot."""
    return f"{window_prefix(prefix, environment)}install-{slot}"


class _Maker:
    """Makes the windows of one environment."""

    def __init__(self, policy: Policy, environment: Environment, prefix: str) -> None:
        self._policy = policy
        self._environment = environment.name
        self._prefix = prefix
        self._keys = tag_keys_for(policy, "aws").get("group", ())
        self._slugs = _slugs(self._keys)
        self._ranks = batch_ranks(policy)
        self._settings = windows_for(policy, environment.name)

    def scan(self, place: Place, groups: Sequence[Members]) -> Resource:
        """One window that scans every patch group of the environment at a place."""
        targets: list[Resource] = []
        for key in self._keys:
            names = [members.name for members in groups if key in members.tag_keys]
            for number, part in enumerate(chunks(names, TARGET_VALUES), 1):
                targets.append(_target(f"key-{self._slugs[key]}" + (f"-{number}" if number > 1 else ""), key, part))
        # A scan that fails on some nodes is no reason to leave out others.
        settings = WindowSettings("100%", "100%", CONTINUE_TASK, self._settings.service_role_arn)
        settings = _filled(settings, {"account": place[0], "region": place[1]})
        comment = f"Scan of {self._environment}"
        # One task for each target, since the targets of one task are worked on one after another.
        tasks = [
            _task(f"scan-{target['name']}", [target], 1, {"Operation": ["Scan"]}, settings, comment)
            for target in targets
        ]
        return self._window(place, scan_name(self._prefix, self._environment)) | {
            "description": f"Scans the nodes of {self._environment} every 4 hours and installs nothing",
            "schedule": SCAN_SCHEDULE,
            "duration": 1,
            "cutoff": 0,
            "targets": targets,
            "tasks": tasks,
        }

    def install(self, place: Place, slot: Slot, groups: Sequence[Members]) -> Resource:
        """The window of a slot: a target and a task for each batch, the tasks in the order of the batches."""
        targets: list[Resource] = []
        tasks: list[Resource] = []
        for members in sorted(groups, key=lambda one: (self._ranks[one.group.batch], one.group.batch)):
            batch = members.group.batch
            of_batch = self._batch_targets(members)
            words = {"account": place[0], "region": place[1], "environment": self._environment}
            settings = _filled(self._settings, words | {"slot": slot.name, "batch": batch})
            parameters = _install_parameters(members, settings)
            comment = f"Install on {self._environment}, slot {slot.name}, {batch}"
            targets += of_batch
            tasks.append(_task(f"install-{batch}", of_batch, self._ranks[batch], parameters, settings, comment))
        return self._window(place, install_name(self._prefix, self._environment, slot.name)) | {
            "description": f"Installs on {self._environment} in slot {slot.name}; no gate, no snapshot"[:DESCRIPTION],
            "schedule": ssm_cron(slot.when),
            "duration": whole_hours(slot, "duration"),
            "cutoff": whole_hours(slot, "cutoff"),
            "targets": targets,
            "tasks": tasks,
        }

    def _batch_targets(self, members: Members) -> list[Resource]:
        """A batch's nodes, by each key under which they carry their group: of one target all keys would have to fit."""
        batch = members.group.batch
        return [
            _target(f"batch-{batch}" + (f"-{self._slugs[key]}" if number else ""), key, [members.name])
            for number, key in enumerate(self._keys)
            if key in members.tag_keys
        ]

    def _window(self, place: Place, name: str) -> Resource:
        return {
            "account": place[0],
            "region": place[1],
            "name": name,
            "schedule_timezone": self._policy.timezone,
            "allow_unassociated_targets": False,
            # Whether it is enabled is not said: whoever disabled it, for a freeze perhaps, meant it. A new one is.
            "schedule_offset": 0,
            "start_date": "",
            "end_date": "",
            "tags": {ENVIRONMENT_TAG: self._environment},
        }


def _install_parameters(members: Members, settings: WindowSettings) -> dict[str, list[str]]:
    parameters = {
        "Operation": ["Install"],
        "RebootOption": ["NoReboot" if NEVER in members.reboots else "RebootIfNeeded"],
    }
    if settings.install_override_list:
        parameters["InstallOverrideList"] = [settings.install_override_list]
    return parameters


def _target(name: str, key: str, values: Sequence[str]) -> Resource:
    return {
        "name": name,
        "resource_type": "INSTANCE",
        "targets": [{"key": f"tag:{key}", "values": list(values)}],
    }


def _task(
    name: str,
    targets: Sequence[Resource],
    priority: int,
    parameters: Mapping[str, list[str]],
    settings: WindowSettings,
    comment: str,
) -> Resource:
    command: Resource = {"comment": comment[:COMMENT], "parameters": dict(parameters)}
    if settings.output_s3_bucket_name:
        command["output_s3_bucket_name"] = settings.output_s3_bucket_name
    if settings.output_s3_key_prefix:
        command["output_s3_key_prefix"] = settings.output_s3_key_prefix
    return {
        "name": name,
        "task_type": "RUN_COMMAND",
        "task_arn": DOCUMENT,
        "window_targets": [target["name"] for target in targets],
        "priority": priority,
        "max_concurrency": settings.max_concurrency,
        "max_errors": settings.max_errors,
        "cutoff_behavior": settings.cutoff_behavior,
        "service_role_arn": settings.service_role_arn,
        "task_invocation_parameters": {"run_command": command},
    }


def _filled(settings: WindowSettings, words: Mapping[str, str]) -> WindowSettings:
    """The settings with what the placeholders of their texts stand for."""
    texts = {one.name: getattr(settings, one.name) for one in fields(settings)}
    return WindowSettings(**{name: text.format(**words) if text else text for name, text in texts.items()})


def _slugs(keys: Sequence[str]) -> dict[str, str]:
    """Tag keys as parts of names, each another one."""
    found: dict[str, str] = {}
    for number, key in enumerate(keys, 1):
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", key).strip("-") or str(number)
        found[key] = f"{slug}-{number}" if slug in found.values() else slug
    return found

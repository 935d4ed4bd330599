# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of targets and alarms, which windows, tasks and associations have alike: by key and values, without order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

KEY_VALUES_ARGS: dict[str, Any] = {
    "key": {"type": "str", "required": True, "no_log": False},
    "values": {"type": "list", "elements": "str", "required": True},
}
"""Options of one entry of a list of targets."""

ALARM_ARGS: dict[str, Any] = {
    "alarms": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}},
    },
    "ignore_poll_alarm_failure": {"type": "bool"},
}
"""Options of an alarm configuration."""


def stable_targets(targets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The targets in a form in which two equal lists look equal."""
    return sorted(
        (
            {"key": _target_key(str(entry["key"])), "values": sorted(dict.fromkeys(entry["values"] or ()))}
            for entry in targets
        ),
        key=repr,
    )


def targets_to_api(targets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Targets as the requests take them."""
    return [{"Key": entry["key"], "Values": list(entry["values"])} for entry in targets]


def targets_from_api(raw: Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Targets of an answer in the words of the options, in their stable form."""
    return stable_targets({"key": entry["Key"], "values": entry.get("Values") or []} for entry in raw or ())


def stable_alarm(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """An alarm configuration in a form in which two equal ones look equal; empty when it names no alarm."""
    if not value or not value.get("alarms"):
        return {}
    return {
        "alarms": sorted(({"name": str(alarm["name"])} for alarm in value["alarms"]), key=repr),
        "ignore_poll_alarm_failure": bool(value.get("ignore_poll_alarm_failure")),
    }


def alarm_to_api(value: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm configuration as the requests take it."""
    return {
        "Alarms": [{"Name": alarm["name"]} for alarm in value["alarms"]],
        "IgnorePollAlarmFailure": value["ignore_poll_alarm_failure"],
    }


def alarm_from_api(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """An alarm configuration of an answer in the words of the options."""
    raw = raw or {}
    return stable_alarm(
        {
            "alarms": [{"name": alarm["Name"]} for alarm in raw.get("Alarms") or ()],
            "ignore_poll_alarm_failure": raw.get("IgnorePollAlarmFailure"),
        }
    )


def _target_key(key: str) -> str:
    """The key; that for ids may be written in any case."""
    return "InstanceIds" if key.lower() == "instanceids" else key

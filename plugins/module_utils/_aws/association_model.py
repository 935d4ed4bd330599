# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A State Manager association in the words of the modules' options, and in those of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict, snake_dict_to_camel_dict

from .document_parameters import text_lists
from .target_lists import (
    alarm_from_api,
    alarm_to_api,
    stable_alarm,
    stable_targets,
    targets_from_api,
    targets_to_api,
)

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNSPECIFIED")
"""How severe it is that the association failed (service model: AssociationComplianceSeverity)."""

MEMBERS: Mapping[str, str] = {
    "association_name": "AssociationName",
    "name": "Name",
    "document_version": "DocumentVersion",
    "parameters": "Parameters",
    "targets": "Targets",
    "target_maps": "TargetMaps",
    "target_locations": "TargetLocations",
    "automation_target_parameter_name": "AutomationTargetParameterName",
    "schedule_expression": "ScheduleExpression",
    "schedule_offset": "ScheduleOffset",
    "apply_only_at_cron_interval": "ApplyOnlyAtCronInterval",
    "calendar_names": "CalendarNames",
    "duration": "Duration",
    "max_concurrency": "MaxConcurrency",
    "max_errors": "MaxErrors",
    "compliance_severity": "ComplianceSeverity",
    "sync_compliance": "SyncCompliance",
    "output_location": "OutputLocation",
    "alarm_configuration": "AlarmConfiguration",
    "association_dispatch_assume_role": "AssociationDispatchAssumeRole",
}
"""Options that are members of the requests, and what the API calls them."""

UNSET: Mapping[str, Any] = {
    "association_name": "",
    "document_version": "$DEFAULT",
    "parameters": {},
    "targets": [],
    "target_maps": [],
    "target_locations": [],
    "automation_target_parameter_name": "",
    "schedule_expression": "",
    "schedule_offset": 0,
    "apply_only_at_cron_interval": False,
    "calendar_names": [],
    "duration": 0,
    "max_concurrency": "",
    "max_errors": "",
    "compliance_severity": "UNSPECIFIED",
    "sync_compliance": "AUTO",
    "output_location": {},
    "alarm_configuration": {},
    "association_dispatch_assume_role": "",
}
"""What an association has where nothing was set. An option with such an empty value takes away what is there."""

NO_TARGET = "aws:NoOpAutomationTag"
"""Key of the target that the service adds to an automation that was given none; it refuses to be sent it back."""


def wanted_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options ask for, in a stable form; options that are not set are left out."""
    return {name: stable(name, params[name]) for name in MEMBERS if params.get(name) is not None}


def to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of CreateAssociation or UpdateAssociation. What is empty is left out, which is how it is taken away."""
    return {MEMBERS[name]: _member(name, values[name]) for name in MEMBERS if values.get(name)}


def from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An AssociationDescription in the words of the options, everything that nothing was set for included."""
    known = {name: _option(name, raw[member]) for name, member in MEMBERS.items() if raw.get(member) is not None}
    if raw.get("InstanceId") and not known.get("targets"):
        known["targets"] = [{"key": "InstanceIds", "values": [str(raw["InstanceId"])]}]
    return new_association(known) | {"association_id": str(raw.get("AssociationId", ""))}


def new_association(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an association made with these values will be; its id is not known yet."""
    return {"association_id": "", **UNSET, **{name: stable(name, value) for name, value in values.items()}}


def stable(name: str, value: Any) -> Any:
    """A value in the form in which two equal ones look equal: no order where order has no meaning."""
    if name == "parameters":
        return text_lists(value)
    if name == "targets":
        return _targets(value)
    if name == "target_maps":
        return sorted(({key: sorted(values) for key, values in text_lists(entry).items()} for entry in value), key=repr)
    if name == "target_locations":
        return sorted((_stable_location(entry) for entry in value), key=repr)
    if name == "calendar_names":
        return sorted(dict.fromkeys(value))
    if name == "output_location":
        return _stable_output(value)
    if name == "alarm_configuration":
        return stable_alarm(value)
    return value or UNSET.get(name, value)


def same(name: str, wanted: Any, current: Any) -> bool:
    """Whether a wanted value is there already; both in stable form."""
    if name == "output_location" and wanted and current:
        there, given = current["s3_location"], wanted["s3_location"]
        # The service fills in the bucket's region.
        return bool({**there, **given} == there and given.keys() | {"output_s3_region"} >= there.keys())
    return bool(wanted == current)


def same_parameters(
    wanted: Mapping[str, Sequence[str]], current: Mapping[str, Sequence[str]], defaults: Mapping[str, Sequence[str]]
) -> bool:
    """Whether both mean the same to a document with these default values."""
    return {**defaults, **wanted} == {**defaults, **current}


def _targets(targets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Targets without order, and without the one that stands for none."""
    return stable_targets(entry for entry in targets if entry["key"] != NO_TARGET)


def _stable_location(entry: Mapping[str, Any]) -> dict[str, Any]:
    location = {name: value for name, value in entry.items() if value}
    for name in ("accounts", "regions", "exclude_accounts"):
        if name in location:
            location[name] = sorted(dict.fromkeys(location[name]))
    if "targets" in location:
        location["targets"] = stable_targets(location["targets"])
    return location


def _stable_output(value: Mapping[str, Any]) -> dict[str, Any]:
    location = {name: text for name, text in (value.get("s3_location") or {}).items() if text}
    return {"s3_location": location} if location else {}


def _member(name: str, value: Any) -> Any:
    if name == "targets":
        return targets_to_api(value)
    if name == "alarm_configuration":
        return alarm_to_api(value)
    if name == "target_locations":
        return [snake_dict_to_camel_dict(entry, capitalize_first=True) for entry in value]
    if name == "output_location":
        return snake_dict_to_camel_dict(value, capitalize_first=True)
    return value


def _option(name: str, value: Any) -> Any:
    if name == "targets":
        return targets_from_api(value)
    if name == "alarm_configuration":
        return alarm_from_api(value)
    if name == "target_locations":
        return [camel_dict_to_snake_dict(entry) for entry in value]
    if name == "output_location":
        return camel_dict_to_snake_dict(value)
    return value

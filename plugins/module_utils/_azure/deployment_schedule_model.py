# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment schedule in the words of the modules' options, and in those of the API.

The API adds much to what was sent: sections of the other operating system, dates, offsets, null for what is empty. Here
a schedule has every setting, empty where it is not set, and nothing else; a request has only what is not empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.durations import format_duration, parse_duration
from .deployment_schedule_times import schedule_info_from_api, schedule_info_to_api

WINDOWS, LINUX = "Windows", "Linux"
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "windows": {
        "included_update_classifications": "includedUpdateClassifications",
        "excluded_kb_numbers": "excludedKbNumbers",
        "included_kb_numbers": "includedKbNumbers",
        "reboot_setting": "rebootSetting",
    },
    "linux": {
        "included_package_classifications": "includedPackageClassifications",
        "excluded_package_name_masks": "excludedPackageNameMasks",
        "included_package_name_masks": "includedPackageNameMasks",
        "reboot_setting": "rebootSetting",
    },
}
"""Settings of an operating system, and what the API calls them."""

CLASSIFICATIONS = ("included_update_classifications", "included_package_classifications")
"""Lists that are one text in the API, with commas."""

ALL = "All"
"""How tags are combined where nothing is said. It has to be in every request."""

USUAL_REBOOT, USUAL_DURATION = "IfRequired", "PT2H"
"""What the service takes where a new schedule does not say."""

TASKS: Mapping[str, str] = {"pre_task": "preTask", "post_task": "postTask"}
NO_TASK: Mapping[str, Any] = {"source": "", "parameters": {}}

STATE: Mapping[str, str] = {
    "provisioning_state": "provisioningState",
    "creation_time": "creationTime",
    "created_by": "createdBy",
    "last_modified_time": "lastModifiedTime",
    "last_modified_by": "lastModifiedBy",
}
"""What the service tells of a schedule, and nobody sets."""


def empty_schedule(name: str) -> dict[str, Any]:
    """A schedule in which nothing is set."""
    return from_api({"name": name, "properties": {}})


def new_schedule(name: str, operating_system: str) -> dict[str, Any]:
    """A schedule with what the service takes where nothing is said."""
    section = operating_system.lower()
    schedule = {**empty_schedule(name), "operating_system": operating_system, "duration": USUAL_DURATION}
    return {**schedule, section: {**schedule[section], "reboot_setting": USUAL_REBOOT}}


def from_api(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a schedule as the API answers it, alone or in a list (where it has no ``schedule_info``)."""
    properties = resource.get("properties") or {}
    update = properties.get("updateConfiguration") or {}
    targets, tasks = update.get("targets") or {}, properties.get("tasks") or {}
    return {
        "name": str(resource.get("name") or ""),
        "operating_system": str(update.get("operatingSystem") or "").capitalize(),
        **{section: _section_from_api(section, update.get(section)) for section in SECTIONS},
        "duration": _duration(update.get("duration")),
        "azure_virtual_machines": _texts(update.get("azureVirtualMachines")),
        "non_azure_computer_names": _texts(update.get("nonAzureComputerNames")),
        "targets": {
            "azure_queries": [_azure_query_from_api(query) for query in targets.get("azureQueries") or ()],
            "non_azure_queries": [
                {"function_alias": str(query.get("functionAlias") or ""), "workspace_id": _text(query, "workspaceId")}
                for query in targets.get("nonAzureQueries") or ()
            ],
        },
        "schedule_info": schedule_info_from_api(properties.get("scheduleInfo")),
        "tasks": {name: _task_from_api(tasks.get(member)) for name, member in TASKS.items()},
    }


def to_api(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a request that makes the schedule so."""
    update: dict[str, Any] = {"operatingSystem": schedule["operating_system"]}
    for section in SECTIONS:
        members = _section_to_api(section, schedule[section])
        if section == schedule["operating_system"].lower():
            # The service asks for settings of the operating system, whichever they are.
            update[section] = members or {"rebootSetting": USUAL_REBOOT}
        elif members:
            update[section] = members
    if schedule["duration"]:
        update["duration"] = schedule["duration"]
    update["azureVirtualMachines"] = list(schedule["azure_virtual_machines"])
    update["nonAzureComputerNames"] = list(schedule["non_azure_computer_names"])
    targets = _targets_to_api(schedule["targets"])
    if targets:
        update["targets"] = targets
    properties = {"updateConfiguration": update, "scheduleInfo": schedule_info_to_api(schedule["schedule_info"])}
    tasks = {member: _task_to_api(schedule["tasks"][name]) for name, member in TASKS.items()}
    tasks = {member: task for member, task in tasks.items() if task}
    return {"properties": {**properties, **({"tasks": tasks} if tasks else {})}}


def state_from_api(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What the service tells of a schedule beside its settings."""
    properties = resource.get("properties") or {}
    info, error = properties.get("scheduleInfo") or {}, properties.get("error") or {}
    return {
        **{name: str(properties.get(member) or "") for name, member in STATE.items()},
        "next_run": str(info.get("nextRun") or properties.get("nextRun") or ""),
        "error": {key: str(error[key]) for key in ("code", "message") if error.get(key)},
    }


def azure_query_to_api(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query for Azure VMs as the API takes it."""
    settings = query["tag_settings"]
    members: dict[str, Any] = {"scope": list(query["scope"])}
    if query["locations"]:
        members["locations"] = list(query["locations"])
    tags = {key: list(values) for key, values in settings["tags"].items()}
    return {**members, "tagSettings": {"tags": tags, "filterOperator": settings["filter_operator"]}}


def _targets_to_api(targets: Mapping[str, Any]) -> dict[str, Any]:
    queries = {
        "azureQueries": [azure_query_to_api(query) for query in targets["azure_queries"]],
        "nonAzureQueries": [
            {"functionAlias": query["function_alias"], "workspaceId": query["workspace_id"]}
            for query in targets["non_azure_queries"]
        ],
    }
    return {member: listed for member, listed in queries.items() if listed}


def _azure_query_from_api(query: Mapping[str, Any]) -> dict[str, Any]:
    settings = query.get("tagSettings") or {}
    return {
        "scope": _texts(query.get("scope")),
        "locations": _texts(query.get("locations")),
        "tag_settings": {
            "tags": {str(key): _texts(values) for key, values in (settings.get("tags") or {}).items()},
            "filter_operator": str(settings.get("filterOperator") or ALL).capitalize(),
        },
    }


def _section_from_api(section: str, raw: Mapping[str, Any] | None) -> dict[str, Any]:
    given = raw or {}
    found: dict[str, Any] = {}
    for name, member in SECTIONS[section].items():
        if name == "reboot_setting":
            found[name] = _text(given, member)
        elif name in CLASSIFICATIONS:
            found[name] = [each.strip() for each in _text(given, member).split(",") if each.strip()]
        else:
            found[name] = _texts(given.get(member))
    return found


def _section_to_api(section: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, member in SECTIONS[section].items():
        value = settings[name]
        if value:
            members[member] = ", ".join(value) if name in CLASSIFICATIONS else value
    return members


def _task_from_api(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    given = raw or {}
    # Values stay as they are: a runbook may tell null from a text.
    return {"source": _text(given, "source"), "parameters": dict(given.get("parameters") or {})}


def _task_to_api(task: Mapping[str, Any]) -> dict[str, Any]:
    if not task["source"]:
        return {}
    return {"source": task["source"], **({"parameters": dict(task["parameters"])} if task["parameters"] else {})}


def _duration(text: Any) -> str:
    """The shortest form of a duration; one that cannot be read stays as it is."""
    try:
        return format_duration(parse_duration(str(text))) if text else ""
    except ValueError:
        return str(text)


def _text(given: Mapping[str, Any], member: str) -> str:
    return str(given.get(member) or "")


def _texts(listed: Sequence[Any] | None) -> list[str]:
    return [str(each) for each in listed or ()]

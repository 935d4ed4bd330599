# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes reported after their last scan or install."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine
from ...machines.ssm_patching import PatchReport, last_report
from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .nodes import managed_nodes, patch_group

COUNTS = {
    "InstalledCount": "INSTALLED",
    "InstalledOtherCount": "INSTALLED_OTHER",
    "InstalledPendingRebootCount": "INSTALLED_PENDING_REBOOT",
    "InstalledRejectedCount": "INSTALLED_REJECTED",
    "MissingCount": "MISSING",
    "FailedCount": "FAILED",
    "NotApplicableCount": "NOT_APPLICABLE",
    "AvailableSecurityUpdateCount": "AVAILABLE_SECURITY_UPDATE",
    "CriticalNonCompliantCount": "CRITICAL_NON_COMPLIANT",
    "SecurityNonCompliantCount": "SECURITY_NON_COMPLIANT",
    "OtherNonCompliantCount": "OTHER_NON_COMPLIANT",
}
GROUP_PAGE = 5
"""States that a page of DescribeInstancePatchStatesForPatchGroup holds (the model's InstancePatchStatesList)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _state(machine: Machine, report: PatchReport) -> dict[str, Any]:
    counts = report.counts()
    return {
        "InstanceId": machine.node_id,
        "PatchGroup": patch_group(machine),
        "BaselineId": report.baseline_id,
        "SnapshotId": report.snapshot_id or None,
        "InstallOverrideList": report.install_override_list or None,
        "Operation": report.operation,
        "OperationStartTime": report.operation_start,
        "OperationEndTime": report.operation_end,
        "RebootOption": report.reboot_option or None,
        "LastNoRebootInstallOperationTime": report.last_no_reboot_install,
        "UnreportedNotApplicableCount": 0,
    } | {name: counts[state] for name, state in COUNTS.items()}


def _taken_in(machine: Machine) -> PatchReport | None:
    """What the service knows of a node: its last report, ``report_delay`` simulated seconds late (an attribute)."""
    report = last_report(machine)
    late = machine.clock.wall_seconds(float(machine.attributes.get("report_delay") or 0))
    if report is None or (machine.clock.now() - report.operation_end).total_seconds() >= late:
        return report
    before = machine.records.get("patch_report_before")
    return before if isinstance(before, PatchReport) else None


@operation("ssm", "DescribeInstancePatchStates")
def describe_instance_patch_states(call: Call) -> Mapping[str, Any]:
    """The summary of up to 50 nodes; nodes that never reported, or are not there, are left out."""
    known = managed_nodes(call)
    reports = [
        (known[node_id], _taken_in(known[node_id])) for node_id in call.params["InstanceIds"] if node_id in known
    ]
    shown, token = page(call, [_state(machine, report) for machine, report in reports if report], 50)
    return {"InstancePatchStates": shown, "NextToken": token}


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Equal": operator.eq,
    "NotEqual": operator.ne,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
}


def _meets(state: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """A filter of DescribeInstancePatchStatesForPatchGroup, on a count."""
    key = entry["Key"]
    if key not in COUNTS:
        raise ServiceError("InvalidFilter", f"The filter name {key} is not valid")
    try:
        return bool(_OPERATORS[entry["Type"]](state[key], int(entry["Values"][0])))
    except ValueError:
        raise ServiceError("InvalidFilter", f"The value of {key} is not a number") from None


def _of_group(call: Call) -> list[tuple[Machine, PatchReport | None]]:
    wanted = call.params["PatchGroup"]
    return [
        (machine, last_report(machine)) for machine in managed_nodes(call).values() if patch_group(machine) == wanted
    ]


@operation("ssm", "DescribeInstancePatchStatesForPatchGroup")
def describe_instance_patch_states_for_patch_group(call: Call) -> Mapping[str, Any]:
    """The summary of a group's nodes that reported."""
    states = [_state(machine, report) for machine, report in _of_group(call) if report]
    for entry in call.params.get("Filters") or []:
        states = [state for state in states if _meets(state, entry)]
    shown, token = page(call, states, GROUP_PAGE, at_most=GROUP_PAGE)
    return {"InstancePatchStates": shown, "NextToken": token}


@operation("ssm", "DescribePatchGroupState")
def describe_patch_group_state(call: Call) -> Mapping[str, Any]:
    """How many nodes of a group have patches in each state."""
    members = _of_group(call)
    answer = {"Instances": len(members), "InstancesWithUnreportedNotApplicablePatches": 0}
    named = {name: f"InstancesWith{name.removesuffix('Count')}Patches" for name in COUNTS}
    named["AvailableSecurityUpdateCount"] = "InstancesWithAvailableSecurityUpdates"
    for count, name in named.items():
        answer[name] = sum(bool(report and report.counts()[COUNTS[count]]) for _machine, report in members)
    return answer


_LINE_FILTERS = {"Classification": "Classification", "KBId": "KBId", "Severity": "Severity", "State": "State"}


def _plain(value: str) -> str:
    """States are written ``InstalledOther`` in filters and ``INSTALLED_OTHER`` in answers."""
    return value.replace("_", "").lower()


@operation("ssm", "DescribeInstancePatches")
def describe_instance_patches(call: Call) -> Mapping[str, Any]:
    """The patches of one node, as it last reported them."""
    machine = managed_nodes(call).get(call.params["InstanceId"])
    if machine is None:
        raise ServiceError(
            "InvalidInstanceId",
            f"Instance {call.params['InstanceId']} is not in a valid state for account {call.account}",
        )
    report = last_report(machine)
    lines = [
        {
            "Title": state.title,
            "KBId": state.id,
            "Classification": state.classification,
            "Severity": state.severity,
            "State": state.state,
            "InstalledTime": state.installed_at or _EPOCH,
            "CVEIds": state.cve_ids or None,
        }
        for state in (report.states if report else ())
    ]
    for entry in call.params.get("Filters") or []:
        key, values = entry.get("Key"), entry.get("Values") or []
        if key not in _LINE_FILTERS:
            raise ServiceError(
                "InvalidFilter", f"The filter name {key} is not valid; valid are {', '.join(_LINE_FILTERS)}"
            )
        wanted = {_plain(value) for value in values} if key == "State" else set(values)
        lines = [line for line in lines if (_plain(str(line[key])) if key == "State" else line[key]) in wanted]
    shown, token = page(call, lines, 50)
    return {"Patches": shown, "NextToken": token}

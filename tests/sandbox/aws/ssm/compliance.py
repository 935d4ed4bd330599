# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compliance of nodes with their patch baselines, as scans and installs reported it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...machines import Machine
from ...machines.ssm_patching import PatchReport, last_report
from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .nodes import managed_nodes, patch_group

SEVERITIES = ("Critical", "High", "Medium", "Low", "Informational", "Unspecified")
NON_COMPLIANT = frozenset({"MISSING", "FAILED", "INSTALLED_REJECTED", "INSTALLED_PENDING_REBOOT"})


def _items(machine: Machine, report: PatchReport) -> list[dict[str, Any]]:
    """One item for each patch; NOT_APPLICABLE ones are not items of compliance."""
    items = []
    for state in report.states:
        if state.state in ("NOT_APPLICABLE", "AVAILABLE_SECURITY_UPDATE"):
            continue
        details = {
            "PatchBaselineId": report.baseline_id,
            "PatchGroup": patch_group(machine),
            "PatchState": state.state,
            "PatchSeverity": state.severity,
            "Classification": state.classification,
            "InstalledTime": state.installed_at.isoformat() if state.installed_at else "",
        }
        items.append(
            {
                "ComplianceType": "Patch",
                "ResourceType": "ManagedInstance",
                "ResourceId": machine.node_id,
                "Id": state.id,
                "Title": state.title or None,
                "Severity": report.compliance.get(state.key, "UNSPECIFIED"),
                "Status": "NON_COMPLIANT" if state.state in NON_COMPLIANT else "COMPLIANT",
                "Details": details,
                "ExecutionSummary": _execution(report),
            }
        )
    return items


def _execution(report: PatchReport) -> dict[str, Any]:
    return {
        "ExecutionTime": report.operation_end,
        "ExecutionId": report.snapshot_id or None,
        "ExecutionType": "Command",
    }


def _filtered(call: Call, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Filters of the string form: several values are alternatives."""
    for entry in call.params.get("Filters") or []:
        key, values, kind = entry.get("Key"), entry.get("Values") or [], entry.get("Type") or "EQUAL"
        if items and key not in items[0]:
            raise ServiceError("InvalidFilter", f"The filter name {key} is not valid")
        items = [item for item in items if _meets(str(item[key]), values, kind)]
    return items


def _meets(value: str, wanted: Sequence[str], kind: str) -> bool:
    if kind == "NOT_EQUAL":
        return value not in wanted
    if kind == "BEGIN_WITH":
        return value.startswith(tuple(wanted))
    if kind in ("LESS_THAN", "GREATER_THAN"):
        return any(value < item if kind == "LESS_THAN" else value > item for item in wanted)
    return value in wanted


@operation("ssm", "ListComplianceItems")
def list_compliance_items(call: Call) -> Mapping[str, Any]:
    """The items of one node."""
    kinds, ids = call.params.get("ResourceTypes") or ["ManagedInstance"], call.params.get("ResourceIds") or []
    if kinds != ["ManagedInstance"]:
        raise ServiceError("InvalidResourceType", f"The resource type {kinds[0]} is not valid")
    if not ids:
        raise ServiceError("InvalidResourceId", "A resource ID is required")
    machine = managed_nodes(call).get(ids[0])
    report = last_report(machine) if machine else None
    shown, token = page(call, _filtered(call, _items(machine, report) if machine and report else []), 50)
    return {"ComplianceItems": shown, "NextToken": token}


def _counts(items: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {f"{level}Count": sum(item["Severity"] == level.upper() for item in items) for level in SEVERITIES}


def _summary(machine: Machine, report: PatchReport) -> dict[str, Any]:
    items = _items(machine, report)
    good = [item for item in items if item["Status"] == "COMPLIANT"]
    bad = [item for item in items if item["Status"] != "COMPLIANT"]
    worst = next(
        (level.upper() for level in SEVERITIES if any(item["Severity"] == level.upper() for item in bad)), None
    )
    return {
        "ComplianceType": "Patch",
        "ResourceType": "ManagedInstance",
        "ResourceId": machine.node_id,
        "Status": "NON_COMPLIANT" if bad else "COMPLIANT",
        "OverallSeverity": worst or "UNSPECIFIED",
        "ExecutionSummary": _execution(report),
        "CompliantSummary": {"CompliantCount": len(good), "SeveritySummary": _counts(good)},
        "NonCompliantSummary": {"NonCompliantCount": len(bad), "SeveritySummary": _counts(bad)},
    }


def _reported(call: Call) -> list[dict[str, Any]]:
    pairs = [(machine, last_report(machine)) for machine in managed_nodes(call).values()]
    return [_summary(machine, report) for machine, report in pairs if report]


@operation("ssm", "ListResourceComplianceSummaries")
def list_resource_compliance_summaries(call: Call) -> Mapping[str, Any]:
    """The summary of each node that reported."""
    shown, token = page(call, _filtered(call, _reported(call)), 50)
    return {"ResourceComplianceSummaryItems": shown, "NextToken": token}


@operation("ssm", "ListComplianceSummaries")
def list_compliance_summaries(call: Call) -> Mapping[str, Any]:
    """How many nodes comply and how many do not."""
    summaries = _filtered(call, _reported(call))
    if not summaries:
        return {"ComplianceSummaryItems": []}
    good = [{"Severity": item["OverallSeverity"]} for item in summaries if item["Status"] == "COMPLIANT"]
    bad = [{"Severity": item["OverallSeverity"]} for item in summaries if item["Status"] != "COMPLIANT"]
    return {
        "ComplianceSummaryItems": [
            {
                "ComplianceType": "Patch",
                "CompliantSummary": {"CompliantCount": len(good), "SeveritySummary": _counts(good)},
                "NonCompliantSummary": {"NonCompliantCount": len(bad), "SeveritySummary": _counts(bad)},
            }
        ]
    }

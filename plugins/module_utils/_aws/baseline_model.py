# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A patch baseline in the words of the module's options, and in those of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .registered_baselines import is_aws_owned
from .times import iso

SYSTEMS = (
    "WINDOWS",
    "AMAZON_LINUX",
    "AMAZON_LINUX_2",
    "AMAZON_LINUX_2022",
    "AMAZON_LINUX_2023",
    "UBUNTU",
    "REDHAT_ENTERPRISE_LINUX",
    "SUSE",
    "CENTOS",
    "ORACLE_LINUX",
    "DEBIAN",
    "MACOS",
    "RASPBIAN",
    "ROCKY_LINUX",
    "ALMA_LINUX",
)
"""Operating systems that a baseline may be for (service model: OperatingSystem)."""

LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED")
"""Compliance levels (service model: PatchComplianceLevel)."""

DEFAULT_SYSTEM = "WINDOWS"
"""What the service takes when CreatePatchBaseline names no operating system."""

MEMBERS: Mapping[str, str] = {
    "name": "Name",
    "operating_system": "OperatingSystem",
    "description": "Description",
    "approval_rules": "ApprovalRules",
    "approved_patches": "ApprovedPatches",
    "approved_patches_compliance_level": "ApprovedPatchesComplianceLevel",
    "approved_patches_enable_non_security": "ApprovedPatchesEnableNonSecurity",
    "rejected_patches": "RejectedPatches",
    "rejected_patches_action": "RejectedPatchesAction",
    "global_filters": "GlobalFilters",
    "sources": "Sources",
    "available_security_updates_compliance_status": "AvailableSecurityUpdatesComplianceStatus",
}
"""Options that are members of the requests, and what the API calls them."""

_SERVER_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "approval_rules": [],
    "approved_patches": [],
    "approved_patches_compliance_level": "UNSPECIFIED",
    "approved_patches_enable_non_security": False,
    "rejected_patches": [],
    "rejected_patches_action": "ALLOW_AS_DEPENDENCY",
    "global_filters": [],
    "sources": [],
    "available_security_updates_compliance_status": "",
}
"""What a baseline has where nothing was set."""

_NOT_EMPTY = ("description", "available_security_updates_compliance_status")
"""Members that cannot be sent empty: they are emptied by a request that replaces the whole baseline without them."""

_RULE_MEMBERS = {
    "approve_after_days": "ApproveAfterDays",
    "approve_until_date": "ApproveUntilDate",
    "compliance_level": "ComplianceLevel",
    "enable_non_security": "EnableNonSecurity",
}


def wanted_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the options ask for, in a stable form; options that are not set are left out."""
    return {name: stable(name, params[name]) for name in MEMBERS if params.get(name) is not None}


def to_api(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of CreatePatchBaseline or UpdatePatchBaseline; what is to be empty and cannot be sent so is left out."""
    return {
        MEMBERS[name]: _member(name, value) for name, value in values.items() if value != "" or name not in _NOT_EMPTY
    }


def update_members(changes: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Members of UpdatePatchBaseline that bring the changes about.

    What is left out stays, so only the changes are sent. Where one of them cannot be sent, since it would be empty, the
    baseline is replaced: then what is left out becomes empty, and everything that it is to have is sent.
    """
    if all(changes[name] != "" for name in _NOT_EMPTY if name in changes):
        return to_api(changes)
    whole = {name: after[name] for name in MEMBERS if after[name] != _SERVER_DEFAULTS.get(name)}
    del whole["operating_system"]
    return {**to_api(whole), "Replace": True}


def from_api(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A baseline of GetPatchBaseline in the words of the options, everything that nothing was set for included."""
    known = {name: raw[member] for name, member in MEMBERS.items() if raw.get(member) is not None}
    values = {name: _option(name, value) for name, value in known.items()}
    baseline_id = str(raw.get("BaselineId", ""))
    return new_baseline(values) | {
        "baseline_id": baseline_id,
        "owner": "AWS" if is_aws_owned(baseline_id) else "Self",
        "patch_groups": sorted(raw.get("PatchGroups") or []),
    }


def dates_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """When a baseline of GetPatchBaseline was made and last changed, in ISO 8601; empty where that is not told."""
    found = {"created_date": raw.get("CreatedDate"), "modified_date": raw.get("ModifiedDate")}
    return {name: iso(moment) for name, moment in found.items()}


def new_baseline(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a baseline made with these values will be; its id is not known yet."""
    system = {"operating_system": DEFAULT_SYSTEM}
    baseline = {**system, **_SERVER_DEFAULTS, **{name: stable(name, value) for name, value in values.items()}}
    return {"baseline_id": "", **baseline, "owner": "Self", "patch_groups": []}


def stable(name: str, value: Any) -> Any:
    """A value in the form in which two equal ones look equal: no order where order has no meaning."""
    if name in ("approved_patches", "rejected_patches"):
        return sorted(dict.fromkeys(value))
    if name == "global_filters":
        return _stable_filters(value)
    if name == "approval_rules":
        return sorted((_stable_rule(rule) for rule in value), key=repr)
    if name == "sources":
        return sorted((_stable_source(source) for source in value), key=repr)
    return value


def same(name: str, wanted: Any, current: Any) -> bool:
    """Whether a wanted value is there already; both in stable form."""
    return _same_rules(wanted, current) if name == "approval_rules" else bool(wanted == current)


def with_delays(wanted: Sequence[Mapping[str, Any]], current: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The wanted rules, those without a delay with the one that the same rule has now: what is not set stays."""
    left = list(current)
    kept = []
    for rule in sorted(wanted, key=_has_no_delay):
        found = next((other for other in left if _same_rule(rule, other)), None)
        if found is not None:
            left.remove(found)
        kept.append(dict(rule if found is None else found))
    return sorted(kept, key=repr)


def _same_rules(wanted: Sequence[Mapping[str, Any]], current: Sequence[Mapping[str, Any]]) -> bool:
    """Compare as sets. A wanted rule without a delay is met by any, since the service adds one of its own."""
    left = list(current)
    for rule in sorted(wanted, key=_has_no_delay):
        found = next((other for other in left if _same_rule(rule, other)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _same_rule(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    if not _has_no_delay(wanted):
        return dict(wanted) == dict(current)
    return _without_delay(wanted) == _without_delay(current)


def _has_no_delay(rule: Mapping[str, Any]) -> bool:
    return "approve_after_days" not in rule and "approve_until_date" not in rule


def _without_delay(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in ("approve_after_days", "approve_until_date")}


def _stable_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    stable_rule: dict[str, Any] = {
        "patch_filters": _stable_filters(rule["patch_filters"]),
        "compliance_level": rule.get("compliance_level") or "UNSPECIFIED",
        "enable_non_security": bool(rule.get("enable_non_security")),
    }
    for name in ("approve_after_days", "approve_until_date"):
        if rule.get(name) is not None:
            stable_rule[name] = rule[name]
    return stable_rule


def _stable_filters(filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        ({"key": entry["key"], "values": sorted(dict.fromkeys(entry["values"]))} for entry in filters), key=repr
    )


def _stable_source(source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": source["name"],
        "products": sorted(dict.fromkeys(source["products"])),
        "configuration": source["configuration"].strip(),
    }


def _member(name: str, value: Any) -> Any:
    if name == "global_filters":
        return {"PatchFilters": _api_filters(value)}
    if name == "approval_rules":
        return {"PatchRules": [_api_rule(rule) for rule in value]}
    if name == "sources":
        return [{key.capitalize(): part for key, part in source.items()} for source in value]
    return value


def _api_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    members = {_RULE_MEMBERS[name]: value for name, value in rule.items() if name in _RULE_MEMBERS}
    return {"PatchFilterGroup": {"PatchFilters": _api_filters(rule["patch_filters"])}, **members}


def _api_filters(filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"Key": entry["key"], "Values": list(entry["values"])} for entry in filters]


def _option(name: str, value: Any) -> Any:
    if name == "global_filters":
        return _option_filters(value.get("PatchFilters") or [])
    if name == "approval_rules":
        return [_option_rule(rule) for rule in value.get("PatchRules") or []]
    if name == "sources":
        return [{key.lower(): part for key, part in source.items()} for source in value]
    return value


def _option_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: rule[member] for name, member in _RULE_MEMBERS.items() if rule.get(member) is not None}
    return {"patch_filters": _option_filters(rule["PatchFilterGroup"].get("PatchFilters") or []), **named}


def _option_filters(filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"key": entry["Key"], "values": list(entry["Values"])} for entry in filters]

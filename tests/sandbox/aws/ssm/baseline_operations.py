# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, get, update, delete, list patch baselines; the default of an operating system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .baseline_rules import check_baseline
from .baselines import EMPTY, BaselineStore, identity, is_aws, orchestrator_filters
from .resource_tags import checked_tags

SETTABLE = (
    "Name",
    "GlobalFilters",
    "ApprovalRules",
    "ApprovedPatches",
    "ApprovedPatchesComplianceLevel",
    "ApprovedPatchesEnableNonSecurity",
    "RejectedPatches",
    "RejectedPatchesAction",
    "Description",
    "Sources",
    "AvailableSecurityUpdatesComplianceStatus",
)
LIMIT = 50
"""Baselines of one's own in a region (service quota)."""


def _with_rule_defaults(rules: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {"ComplianceLevel": "UNSPECIFIED", "EnableNonSecurity": False}
    return {"PatchRules": [defaults | dict(rule) for rule in rules["PatchRules"]]}


def _merged(base: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    changes = {name: params[name] for name in SETTABLE if params.get(name) is not None}
    if "ApprovalRules" in changes:
        changes["ApprovalRules"] = _with_rule_defaults(changes["ApprovalRules"])
    merged = {**base, **changes}
    check_baseline(merged)
    return merged


@operation("ssm", "CreatePatchBaseline")
def create_patch_baseline(call: Call) -> Mapping[str, Any]:
    """Create one. Names need not be unique; a client token makes the request safe to repeat."""
    store, token = call.store(BaselineStore), call.params.get("ClientToken")
    asked = {name: value for name, value in call.params.items() if name != "ClientToken"}
    if token in store.tokens:
        baseline_id, before = store.tokens[token]
        if before != asked:
            raise ServiceError("IdempotentParameterMismatch", "The client token was used with other parameters")
        return {"BaselineId": baseline_id}
    if sum(not is_aws(baseline) for baseline in store.baselines.values()) >= LIMIT:
        raise ServiceError("ResourceLimitExceededException", f"At most {LIMIT} patch baselines are allowed in a region")
    now = call.world.now()
    made = _merged(EMPTY | {"OperatingSystem": call.params.get("OperatingSystem") or "WINDOWS"}, call.params)
    tags = checked_tags(call.params.get("Tags") or [], {})
    baseline_id = call.world.new_id("pb-")
    store.baselines[baseline_id] = {"BaselineId": baseline_id, **made, "CreatedDate": now, "ModifiedDate": now}
    store.tags[baseline_id] = tags
    if token:
        store.tokens[token] = (baseline_id, asked)
    return {"BaselineId": baseline_id}


@operation("ssm", "GetPatchBaseline")
def get_patch_baseline(call: Call) -> Mapping[str, Any]:
    """One baseline, with the groups registered with it; without its tags."""
    store = call.store(BaselineStore)
    found = store.get(call.params["BaselineId"])
    return found | {"PatchGroups": store.groups_of(found["BaselineId"])}


@operation("ssm", "UpdatePatchBaseline")
def update_patch_baseline(call: Call) -> Mapping[str, Any]:
    """Change one: what is left out stays, or with ``Replace`` becomes empty."""
    store = call.store(BaselineStore)
    before = store.owned(call.params["BaselineId"])
    base: Mapping[str, Any] = before
    if call.params.get("Replace"):
        if not call.params.get("Name"):
            raise ServiceError("ValidationException", "Name is required with Replace")
        fixed = ("BaselineId", "OperatingSystem", "CreatedDate")
        base = EMPTY | {name: before[name] for name in fixed}
    store.baselines[before["BaselineId"]] = _merged(base, call.params) | {"ModifiedDate": call.world.now()}
    return store.baselines[before["BaselineId"]]


@operation("ssm", "DeletePatchBaseline")
def delete_patch_baseline(call: Call) -> Mapping[str, Any]:
    """Delete one that no group is registered with and that is nobody's default. One that is not there is deleted."""
    store, baseline_id = call.store(BaselineStore), call.params["BaselineId"]
    if baseline_id in store.baselines or baseline_id.rpartition("/")[2] in store.baselines:
        baseline_id = store.owned(baseline_id)["BaselineId"]
        if store.groups_of(baseline_id):
            raise ServiceError(
                "ResourceInUseException", f"Patch Baseline {baseline_id} is registered for a patch group"
            )
        if baseline_id in store.defaults.values():
            raise ServiceError("ResourceInUseException", f"Patch Baseline {baseline_id} is the default baseline")
        del store.baselines[baseline_id]
        store.tags.pop(baseline_id, None)
    return {"BaselineId": baseline_id}


@operation("ssm", "DescribePatchBaselines")
def describe_patch_baselines(call: Call) -> Mapping[str, Any]:
    """Baselines, AWS's own included, by owner, name prefix, operating system."""
    store = call.store(BaselineStore)
    wanted = orchestrator_filters(call, ("NAME_PREFIX", "OWNER", "OPERATING_SYSTEM"))
    found = []
    for baseline in store.baselines.values():
        owner = "AWS" if is_aws(baseline) else "Self"
        if "OWNER" in wanted and owner not in wanted["OWNER"]:
            continue
        if "OPERATING_SYSTEM" in wanted and baseline["OperatingSystem"] not in wanted["OPERATING_SYSTEM"]:
            continue
        if "NAME_PREFIX" in wanted and not baseline["Name"].startswith(tuple(wanted["NAME_PREFIX"])):
            continue
        found.append(identity(store, baseline))
    shown, token = page(call, found, 50)
    return {"BaselineIdentities": shown, "NextToken": token}


@operation("ssm", "GetDefaultPatchBaseline")
def get_default_patch_baseline(call: Call) -> Mapping[str, Any]:
    """The default of an operating system (WINDOWS when none is named)."""
    system = call.params.get("OperatingSystem") or "WINDOWS"
    return {"BaselineId": call.store(BaselineStore).defaults[system], "OperatingSystem": system}


@operation("ssm", "RegisterDefaultPatchBaseline")
def register_default_patch_baseline(call: Call) -> Mapping[str, Any]:
    """Make a baseline the default of its operating system."""
    store = call.store(BaselineStore)
    baseline = store.get(call.params["BaselineId"])
    store.defaults[baseline["OperatingSystem"]] = baseline["BaselineId"]
    return {"BaselineId": baseline["BaselineId"]}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes patch baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .baseline_model import from_api, to_api, wanted_of
from .baseline_plan import (
    ADD_TAGS,
    CREATE,
    DELETE,
    REMOVE_TAGS,
    SET_DEFAULT,
    UNSET_DEFAULT,
    UPDATE,
    plan_absent,
    plan_present,
)
from .client import Connection
from .instances import tag_dict, tag_list
from .model_check import check_request
from .module import session_of

OWN_DEFAULT = "AWS-DefaultPatchBaseline"
"""The service's own default for Windows, which has further baselines of the service; others have one each."""


def manage_baseline(module: Any) -> dict[str, Any]:
    """Make the baseline as the options say: look, plan, apply unless in check mode, answer."""
    params = dict(module.params)
    if params["tags"] is not None:
        params["tags"] = {str(key): str(value) for key, value in params["tags"].items()}
    wanted = wanted_of(params)
    _refuse_bad_values(wanted, params["tags"])
    connection = session_of(module).connect(params["account"] or "")
    current = fetch(connection, params["baseline_id"], params["name"], params["operating_system"])
    changes = _plan(params, wanted, current)
    baseline: Mapping[str, Any] = changes.after
    if changes.changed and not module.check_mode:
        baseline_id = apply(connection, changes, params["tags"] or {})
        baseline = {**changes.after, "baseline_id": baseline_id} if changes.after else {}
    return {"changed": changes.changed, "diff": changes.diff(), "baseline": dict(baseline)}


def _plan(params: Mapping[str, Any], wanted: Mapping[str, Any], current: Mapping[str, Any] | None) -> ChangeSet:
    if params["state"] == "absent":
        return plan_absent(current)
    if current is None and not params["name"]:
        raise InputError("baseline_id", params["baseline_id"], "a baseline that exists, or a name to make one")
    return plan_present(
        current,
        wanted,
        tags=params["tags"],
        purge_tags=params["purge_tags"],
        default_baseline=params["default_baseline"],
    )


def fetch(
    connection: Connection, baseline_id: str | None, name: str | None, operating_system: str | None
) -> dict[str, Any] | None:
    """The baseline with this id, or the only one with this name; None when there is none. Raises InputError."""
    identities = {str(entry["BaselineId"]): entry for entry in _own(connection, "" if baseline_id else name or "")}
    if not baseline_id:
        baseline_id = _only(identities, name or "", operating_system)
    if not baseline_id or baseline_id not in identities:
        return None
    doing = f"read the patch baseline {baseline_id}"
    raw = connection.call("ssm", "get_patch_baseline", doing, BaselineId=baseline_id)
    tags = connection.call("ssm", "list_tags_for_resource", doing, ResourceType="PatchBaseline", ResourceId=baseline_id)
    return from_api(raw) | {
        "default_baseline": bool(identities[baseline_id].get("DefaultBaseline")),
        "tags": tag_dict(tags.get("TagList")),
    }


def _own(connection: Connection, name_prefix: str) -> list[dict[str, Any]]:
    filters = [{"Key": "OWNER", "Values": ["Self"]}]
    if name_prefix:
        filters.append({"Key": "NAME_PREFIX", "Values": [name_prefix]})
    return list(
        connection.pages(
            "ssm", "describe_patch_baselines", "BaselineIdentities", "read the patch baselines", Filters=filters
        )
    )


def _only(identities: Mapping[str, Mapping[str, Any]], name: str, operating_system: str | None) -> str:
    """The id of the baseline of this name, empty when there is none. Names are not unique in the API."""
    found = sorted(
        baseline_id
        for baseline_id, entry in identities.items()
        if entry.get("BaselineName") == name and operating_system in (None, entry.get("OperatingSystem"))
    )
    if len(found) > 1:
        raise InputError("name", name, f"the name of one baseline; {', '.join(found)} have it: give baseline_id")
    return found[0] if found else ""


def apply(connection: Connection, changes: ChangeSet, tags: Mapping[str, str]) -> str:
    """Carry the change set out; answers the baseline's id."""
    baseline_id = str(changes.before.get("baseline_id", ""))
    name = str((changes.after or changes.before)["name"])
    system = str((changes.after or changes.before)["operating_system"])
    for step in changes.steps:
        if step.action == CREATE:
            baseline_id = _create(connection, step, name, tags)
        else:
            _change(connection, step, baseline_id, f"{name} ({baseline_id})", system)
    return baseline_id


def _create(connection: Connection, step: Step, name: str, tags: Mapping[str, str]) -> str:
    """Make the baseline. The token makes the request safe to repeat."""
    request = {**step.params, "ClientToken": uuid4().hex, **({"Tags": tag_list(tags)} if tags else {})}
    answer = connection.call("ssm", "create_patch_baseline", f"create the patch baseline {name}", **request)
    return str(answer["BaselineId"])


def _change(connection: Connection, step: Step, baseline_id: str, shown: str, system: str) -> None:
    resource = {"ResourceType": "PatchBaseline", "ResourceId": baseline_id}
    if step.action == UPDATE:
        doing = f"change the patch baseline {shown}"
        connection.call("ssm", "update_patch_baseline", doing, BaselineId=baseline_id, **step.params)
    elif step.action == DELETE:
        connection.call("ssm", DELETE, f"delete the patch baseline {shown}", BaselineId=baseline_id)
    elif step.action == ADD_TAGS:
        tags = tag_list(step.params["tags"])
        connection.call("ssm", ADD_TAGS, f"tag the patch baseline {shown}", Tags=tags, **resource)
    elif step.action == REMOVE_TAGS:
        doing = f"remove tags from the patch baseline {shown}"
        connection.call("ssm", REMOVE_TAGS, doing, TagKeys=step.params["keys"], **resource)
    elif step.action == SET_DEFAULT:
        connection.call("ssm", SET_DEFAULT, f"make {shown} the default for {system}", BaselineId=baseline_id)
    elif step.action == UNSET_DEFAULT:
        other = _service_default(connection, system)
        connection.call("ssm", SET_DEFAULT, f"make {other} the default for {system}", BaselineId=other)


def _service_default(connection: Connection, system: str) -> str:
    """The service's own default baseline of an operating system."""
    listed = connection.pages(
        "ssm",
        "describe_patch_baselines",
        "BaselineIdentities",
        f"find the service's own baseline for {system}",
        Filters=[{"Key": "OWNER", "Values": ["AWS"]}, {"Key": "OPERATING_SYSTEM", "Values": [system]}],
    )
    names = {str(entry["BaselineName"]): str(entry["BaselineId"]) for entry in listed}
    if not names:
        raise CloudError(f"Could not find the service's own baseline for {system}: it has none", code="NotFound")
    return names.get(OWN_DEFAULT) or names[min(names)]


def _refuse_bad_values(wanted: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Refuse before the first request what the service model refuses. Raises InputError."""
    check_request("ssm", "CreatePatchBaseline", {**to_api(wanted), "Tags": tag_list(tags or {})})

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes State Manager associations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError, OutcomeUnknown
from .association_model import MEMBERS, from_api, same, to_api, wanted_of
from .association_plan import CREATE, DELETE, UPDATE, plan_absent, plan_present, refuse_contradictions
from .client import Connection
from .instances import tag_list
from .model_check import check_request
from .module import session_of
from .resource_tags import apply_tag_step, read_tags, wanted_tags
from .schedules import check_schedule, is_rate

PAGE = 50
GONE = "AssociationDoesNotExist"


def manage_association(module: Any) -> dict[str, Any]:
    """Make the association as the options say: look, plan, apply unless in check mode, answer."""
    params = dict(module.params)
    tags = wanted_tags(params["tags"])
    wanted = wanted_of(params)
    _refuse_bad_values(wanted, params, tags)
    connection = session_of(module).connect(params["account"] or "")
    wanted = _with_local_name(wanted, connection)
    current, version = fetch(connection, params["association_id"], params["association_name"] or "")
    if params["state"] == "absent":
        changes = plan_absent(current)
    elif current is None and params["association_id"]:
        raise InputError(
            "association_id", params["association_id"], "the id of an association in this account and region"
        )
    else:
        defaults = _defaults(connection, wanted, current) if current else {}
        changes = plan_present(current, wanted, tags=tags, purge_tags=params["purge_tags"], defaults=defaults)
    association: Mapping[str, Any] = changes.after
    if changes.changed and not module.check_mode:
        association_id = apply(connection, changes, version)
        association = {**changes.after, "association_id": association_id} if changes.after else {}
    return {"changed": changes.changed, "diff": changes.diff(), "association": dict(association)}


def fetch(connection: Connection, association_id: str | None, name: str) -> tuple[dict[str, Any] | None, str]:
    """The association with this id, or the only one with this name, and its version; None when there is none."""
    if not association_id:
        association_id = _only(connection, name)
    raw = describe(connection, association_id) if association_id else None
    if raw is None:
        return None, ""
    found = _with_local_name(from_api(raw), connection)
    tags = read_tags(connection, "Association", found["association_id"], f"association {association_id}")
    return found | {"tags": tags}, str(raw.get("AssociationVersion", ""))


def describe(connection: Connection, association_id: str) -> dict[str, Any] | None:
    """All that the service says about an association, None when there is none with this id."""
    doing = f"read the association {association_id}"
    try:
        answer = connection.call("ssm", "describe_association", doing, AssociationId=association_id)
    except CloudError as error:
        if error.code == GONE:
            return None
        raise
    found: dict[str, Any] = answer["AssociationDescription"]
    return found


def with_name(connection: Connection, name: str) -> dict[str, dict[str, Any]]:
    """The associations of this name, by id. Names are not unique in the API."""
    listed = connection.pages(
        "ssm",
        "list_associations",
        "Associations",
        f"look for the association {name}",
        AssociationFilterList=[{"key": "AssociationName", "value": name}],
        MaxResults=PAGE,
    )
    return {str(entry["AssociationId"]): entry for entry in listed if entry.get("AssociationName") == name}


def _only(connection: Connection, name: str) -> str:
    found = with_name(connection, name)
    if len(found) > 1:
        shown = ", ".join(f"{association_id} ({entry['Name']})" for association_id, entry in sorted(found.items()))
        raise InputError("association_name", name, f"the name of one association; {shown} have it: give association_id")
    return next(iter(found), "")


def _with_local_name(values: dict[str, Any], connection: Connection) -> dict[str, Any]:
    """The document without the ARN where that says nothing more: AWS's own, or one of the account."""
    parts = str(values.get("name", "")).split(":", 5)
    if len(parts) == 6 and parts[0] == "arn" and parts[4] in ("", connection.account):
        return {**values, "name": parts[5].rpartition("/")[2]}
    return values


def _defaults(connection: Connection, wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the document itself has for its parameters, asked only where that could be the whole difference."""
    given, there = wanted.get("parameters"), current["parameters"]
    other = wanted.get("name", current["name"]) != current["name"]
    if given is None or other or given == there or any(given[name] != there[name] for name in {*given} & {*there}):
        return {}
    version = wanted.get("document_version", current["document_version"])
    doing = f"read the parameters of the document {current['name']}"
    answer = connection.call("ssm", "describe_document", doing, Name=current["name"], DocumentVersion=version)
    parameters = answer["Document"].get("Parameters") or []
    return {str(entry["Name"]): _default(entry) for entry in parameters if entry.get("DefaultValue") is not None}


def _default(parameter: Mapping[str, Any]) -> list[str]:
    text = str(parameter["DefaultValue"])
    if parameter.get("Type") == "StringList":
        try:
            return [str(entry) for entry in json.loads(text)]
        except (TypeError, ValueError):
            return [text]
    return [text]


def apply(connection: Connection, changes: ChangeSet, version: str) -> str:
    """Carry the change set out; answers the association's id."""
    association_id = str(changes.before.get("association_id", ""))
    for step in changes.steps:
        if step.action == CREATE:
            association_id = _create(connection, step, str(changes.after["association_name"]), changes)
        elif step.action == UPDATE:
            _update(connection, step, changes, version)
        elif step.action == DELETE and changes.after:
            _delete_replaced(connection, step, association_id, changes.resource)
        elif step.action == DELETE:
            delete(connection, step)
        else:
            apply_tag_step(connection, step, "Association", association_id, changes.resource)
    return association_id


def _create(connection: Connection, step: Step, name: str, changes: ChangeSet) -> str:
    """Make the association. CreateAssociation has no token: after a lost answer it is looked for by its name."""
    known = {str(changes.before.get("association_id", ""))}
    try:
        answer = connection.send_once("ssm", CREATE, f"create the {step.subject}", **step.params)
    except OutcomeUnknown:
        made = sorted(with_name(connection, name).keys() - known) if name else []
        if len(made) != 1:
            raise
        return made[0]
    return str(answer["AssociationDescription"]["AssociationId"])


def _update(connection: Connection, step: Step, changes: ChangeSet, version: str) -> None:
    """Change the association. Its version makes the request safe to repeat: each one is changed only once."""
    association_id = str(changes.before["association_id"])
    request = {"AssociationId": association_id, **({"AssociationVersion": version} if version else {}), **step.params}
    try:
        connection.call("ssm", UPDATE, f"change the {changes.resource}", **request)
    except CloudError as error:
        if error.code != "InvalidAssociationVersion" or not _is_as_wanted(connection, association_id, changes):
            raise


def _is_as_wanted(connection: Connection, association_id: str, changes: ChangeSet) -> bool:
    """Whether an attempt whose answer was lost had changed the association."""
    raw = describe(connection, association_id)
    found = _with_local_name(from_api(raw), connection) if raw else {}
    return bool(found) and all(same(name, changes.after[name], found[name]) for name in MEMBERS)


def _delete_replaced(connection: Connection, step: Step, new_id: str, shown: str) -> None:
    """Delete the association that a new one replaces. If that fails the new one goes again, so that not both run."""
    old_id = str(step.params["AssociationId"])
    try:
        delete(connection, step)
    except CloudError as error:
        try:
            if describe(connection, old_id) is None:
                return
            delete(connection, Step(DELETE, {"AssociationId": new_id}, f"new {shown}"))
            now = f"The new one ({new_id}) was deleted again, {old_id} is as it was"
        except CloudError:
            now = f"Both {old_id} and the new {new_id} may be there now: delete one of them by its association_id"
        raise CloudError(f"{error}\n{now}", code=error.code, lasting=error.lasting) from error


def delete(connection: Connection, step: Step) -> None:
    """Delete the association, or find that it is gone already."""
    try:
        connection.call("ssm", DELETE, f"delete the {step.subject}", **step.params)
    except CloudError as error:
        if error.code != GONE:
            raise


def _refuse_bad_values(wanted: Mapping[str, Any], params: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Refuse before the first request what the service model refuses. Raises InputError."""
    check_request("ssm", "CreateAssociation", {**to_api(wanted), "Tags": tag_list(tags or {})})
    identity = {"association_id": "AssociationId", "association_name": "AssociationName"}
    given = {member: params[name] for name, member in identity.items() if params[name] is not None}
    check_request("ssm", "UpdateAssociation", given)
    schedule = str(wanted.get("schedule_expression") or "")
    check_schedule("schedule_expression", schedule)
    if wanted.get("apply_only_at_cron_interval") and is_rate(schedule):
        raise InputError("apply_only_at_cron_interval", True, f"false, since {schedule} is no cron(…)")
    # What is not given may be there already.
    known = set(wanted) - (set() if "apply_only_at_cron_interval" in wanted else {"schedule_offset"})
    refuse_contradictions({name: wanted[name] for name in known})

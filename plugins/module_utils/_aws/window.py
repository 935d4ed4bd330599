# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes maintenance windows with their targets and tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .._core.pool import map_side_by_side, results
from .client import Connection
from .instances import tag_list
from .model_check import check_request
from .module import session_of
from .resource_tags import ADD_TAGS, REMOVE_TAGS, apply_tag_step, read_tags, wanted_tags
from .window_check import check_window
from .window_list import PAGE, list_windows
from .window_model import contents_from_api, settings_from_api, wanted_window
from .window_plan import CREATE, DELETE, UPDATE, plan_absent, plan_present
from .window_target_plan import DEREGISTER_TARGET, NEW, REGISTER_TARGET
from .window_task_model import task_targets_to_api
from .window_task_plan import DEREGISTER_TASK, REGISTER_TASK

RESOURCE_TYPE = "MaintenanceWindow"
MISSING = "DoesNotExistException"


def manage_window(module: Any) -> dict[str, Any]:
    """Make the window as the options say: look, plan, apply unless in check mode, answer."""
    params = module.params
    wanted, tags = wanted_window(params), wanted_tags(params["tags"])
    if params["window_id"]:
        check_request("ssm", "GetMaintenanceWindow", {"WindowId": params["window_id"]})
    check_window(wanted, tags)
    connection = session_of(module).connect(params["account"] or "")
    current = fetch(connection, params["window_id"], params["name"])
    changes = _plan(params, wanted, tags, current)
    window = dict(changes.after)
    if window:
        window["next_execution_time"] = current["next_execution_time"] if current else ""
    if changes.changed and not module.check_mode:
        applied = carry_out(connection, changes, tags or {})
        window = _with_ids(connection, window, changes, applied) if window else {}
    return {"changed": changes.changed, "diff": changes.diff(), "window": window}


def _plan(
    params: Mapping[str, Any],
    wanted: Mapping[str, Any],
    tags: Mapping[str, str] | None,
    current: Mapping[str, Any] | None,
) -> ChangeSet:
    if params["state"] == "absent":
        return plan_absent(current)
    if current is None and params["window_id"]:
        raise InputError("window_id", params["window_id"], "the id of a window that exists in this account and region")
    return plan_present(
        current,
        wanted,
        tags=tags,
        purge_tags=params["purge_tags"],
        purge_targets=params["purge_targets"],
        purge_tasks=params["purge_tasks"],
    )


def fetch(
    connection: Connection,
    window_id: str | None,
    name: str | None,
    identities: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any] | None:
    """The window with this id, or the only one with this name; None when there is none. Raises InputError.

    ``identities`` are what :func:`list_windows` gave, so that who looks for many windows lists them once.
    """
    if not window_id:
        listed = list_windows(connection, name or "") if identities is None else identities
        window_id = _only(listed, name or "")
    return read_window(connection, window_id) if window_id else None


def _only(listed: Sequence[Mapping[str, Any]], name: str) -> str:
    """The id of the window of this name, empty when there is none. Names are not unique in the API."""
    found = sorted(str(entry["WindowId"]) for entry in listed if entry.get("Name") == name)
    if len(found) > 1:
        raise InputError("name", name, f"the name of one window; {', '.join(found)} have it: give window_id")
    return found[0] if found else ""


def read_window(connection: Connection, window_id: str) -> dict[str, Any] | None:
    """A window with its targets, its tasks and their parameters, and its tags; None when there is no such window."""
    shown = f"maintenance window {window_id}"
    parts: dict[str, Callable[[], Any]] = {
        "window": lambda: connection.call("ssm", "get_maintenance_window", f"read the {shown}", WindowId=window_id),
        "targets": lambda: _contents(connection, "describe_maintenance_window_targets", "Targets", window_id),
        "tasks": lambda: _tasks(connection, window_id),
        "tags": lambda: read_tags(connection, RESOURCE_TYPE, window_id, shown),
    }
    read: dict[str, Any] = {}
    for part, answer in map_side_by_side(lambda part: parts[part](), parts):
        if part == "window" and isinstance(answer, CloudError) and answer.code == MISSING:
            return None
        if isinstance(answer, Exception):
            raise answer
        read[part] = answer
    raw = read["window"]
    return {
        "window_id": window_id,
        **settings_from_api(raw),
        **contents_from_api(read["targets"], read["tasks"]),
        "tags": read["tags"],
        "next_execution_time": str(raw.get("NextExecutionTime") or ""),
        "created_date": raw.get("CreatedDate"),
        "modified_date": raw.get("ModifiedDate"),
    }


def _contents(connection: Connection, operation: str, key: str, window_id: str) -> list[dict[str, Any]]:
    doing = f"read the {key.lower()} of the maintenance window {window_id}"
    return list(connection.pages("ssm", operation, key, doing, WindowId=window_id, MaxResults=PAGE))


def _tasks(connection: Connection, window_id: str) -> list[dict[str, Any]]:
    """The tasks with the parameters of their invocation, which the listing leaves out."""
    listed = _contents(connection, "describe_maintenance_window_tasks", "Tasks", window_id)

    def read(task_id: str) -> dict[str, Any]:
        doing = f"read the task {task_id} of the maintenance window {window_id}"
        return connection.call("ssm", "get_maintenance_window_task", doing, WindowId=window_id, WindowTaskId=task_id)

    return [task for task_id, task in results(read, [str(entry["WindowTaskId"]) for entry in listed])]


@dataclass(slots=True)
class Applied:
    """Ids that came with applying a change set: of the window, and of new targets and tasks by name."""

    window_id: str
    targets: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)


def apply(connection: Connection, changes: ChangeSet, tags: Mapping[str, str]) -> str:
    """Carry the change set out; answers the window's id."""
    return carry_out(connection, changes, tags).window_id


def carry_out(connection: Connection, changes: ChangeSet, tags: Mapping[str, str]) -> Applied:
    """Carry the change set out, in its order. Raises CloudError, with what it leaves behind."""
    applied = Applied(str(changes.before.get("window_id", "")))
    name = str((changes.before or changes.after)["name"])
    for step in changes.steps:
        try:
            _carry_out(connection, step, applied, name, tags)
        except CloudError as error:
            if changes.before or not applied.window_id:
                raise
            left = f"The window was created before that, as {applied.window_id}; a further call does the rest"
            raise CloudError(f"{error}. {left}", code=error.code, lasting=error.lasting) from error
    return applied


def _carry_out(connection: Connection, step: Step, applied: Applied, name: str, tags: Mapping[str, str]) -> None:
    shown = f"maintenance window {name} ({applied.window_id})" if applied.window_id else f"maintenance window {name}"
    if step.action == CREATE:
        request = {**step.params["request"], **({"Tags": tag_list(tags)} if tags else {})}
        answer = _create(connection, CREATE, f"create the {shown}", request)
        applied.window_id = str(answer["WindowId"])
    elif step.action == UPDATE:
        connection.call("ssm", UPDATE, f"change the {shown}", WindowId=applied.window_id, **step.params["request"])
    elif step.action == DELETE:
        connection.call("ssm", DELETE, f"delete the {shown}", WindowId=applied.window_id)
    elif step.action in (ADD_TAGS, REMOVE_TAGS):
        apply_tag_step(connection, step, RESOURCE_TYPE, applied.window_id, shown)
    else:
        _change_contents(connection, step, applied, shown)


def _change_contents(connection: Connection, step: Step, applied: Applied, shown: str) -> None:
    """Send a step about a target or a task."""
    kind = "Target" if "target" in step.action else "Task"
    request = {"WindowId": applied.window_id, **_request(step, applied)}
    doing = f"{step.action.partition('_')[0]} the {kind.lower()} {step.subject} of the {shown}"
    if step.action in (REGISTER_TARGET, REGISTER_TASK):
        answer = _create(connection, step.action, doing, request)
        ids = applied.targets if kind == "Target" else applied.tasks
        ids[step.subject] = str(answer[f"Window{kind}Id"])
        return
    request[f"Window{kind}Id"] = step.params["id"]
    try:
        connection.call("ssm", step.action, doing, **request)
    except CloudError as error:
        # An attempt whose answer was lost may have removed it.
        if error.code != MISSING or step.action not in (DEREGISTER_TARGET, DEREGISTER_TASK):
            raise


def _request(step: Step, applied: Applied) -> dict[str, Any]:
    """Members of the request, with the ids of targets that were registered just now."""
    if step.action == DEREGISTER_TARGET:
        return {"Safe": True}
    request = dict(step.params.get("request") or {})
    task = step.params.get("task")
    if task:
        ids = [applied.targets.get(entry.removeprefix(NEW), entry) for entry in task["window_target_ids"]]
        targets = task_targets_to_api(task, ids)
        request |= {"Targets": targets} if targets else {}
    return request


def _create(connection: Connection, operation: str, doing: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send a request that makes something. The token makes it safe to repeat."""
    return connection.call("ssm", operation, doing, **request, ClientToken=uuid4().hex)


def _with_ids(connection: Connection, window: dict[str, Any], changes: ChangeSet, applied: Applied) -> dict[str, Any]:
    """The window as it is now: with the ids that it got, and with when it opens next."""
    for kind, ids in (("target", applied.targets), ("task", applied.tasks)):
        named = [
            {**entry, f"window_{kind}_id": entry[f"window_{kind}_id"] or ids[entry["name"]]}
            for entry in window[f"{kind}s"]
        ]
        window[f"{kind}s"] = named
    window["window_id"] = applied.window_id
    if any(step.action in (CREATE, UPDATE) for step in changes.steps):
        doing = f"read the maintenance window {applied.window_id}"
        raw = connection.call("ssm", "get_maintenance_window", doing, WindowId=applied.window_id)
        window["next_execution_time"] = str(raw.get("NextExecutionTime") or "")
    return window

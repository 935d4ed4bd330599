# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window in memory, as the service keeps it: strict about members and the rules of its documentation.

It answers as boto3's client does, so that what is planned can be applied and read back without a wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from ansible_collections.hybridops.patching.plugins.module_utils._aws.client import Connection
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_model import (
    contents_from_api,
    settings_from_api,
)
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

MODEL = botocore.session.get_session().get_service_model("ssm")
IDENTITIES = ("WindowId", "WindowTargetId", "WindowTaskId", "ClientToken", "Replace", "Tags", "Safe")
PLACEHOLDER = {"MaxConcurrency": "1", "MaxErrors": "1"}

Raw = dict[str, Any]


class WindowService:
    """One window at most; ``sent`` are the operations so far, ``last`` what the latest was sent."""

    def __init__(self) -> None:
        self.windows: dict[str, Raw] = {}
        self.targets: dict[str, Raw] = {}
        self.tasks: dict[str, Raw] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.sent: list[str] = []
        self.last: Raw = {}
        self.after_each: Callable[[], None] = lambda: None
        self._made = 0

    @property
    def connection(self) -> Connection:
        """A connection of the product to this service."""
        return Connection("111111111111", "eu-central-1", lambda _service: self)

    def __getattr__(self, operation: str) -> Callable[..., Raw]:
        if f"do_{operation}" not in type(self).__dict__:
            raise AttributeError(operation)
        name = "".join(part.capitalize() for part in operation.split("_"))

        def answer(**params: Any) -> Raw:
            report = ParamValidator().validate(params, MODEL.operation_model(name).input_shape)
            assert not report.has_errors(), report.generate_report()
            found: Raw = getattr(self, f"do_{operation}")(params)
            self.sent.append(operation)
            self.last = params
            self.after_each()
            return found

        return answer

    def new_id(self) -> str:
        """An id that sorts as things were made."""
        self._made += 1
        return f"00000000-0000-0000-0000-{self._made:012x}"

    def do_create_maintenance_window(self, params: Raw) -> Raw:
        self._made += 1
        window_id = f"mw-{self._made:017x}"
        self.windows[window_id] = {**_members(params), "WindowId": window_id, "Enabled": True}
        self.tags[window_id] = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        return {"WindowId": window_id}

    def do_update_maintenance_window(self, params: Raw) -> Raw:
        window = self.windows[params["WindowId"]]
        required = ("Name", "Schedule", "Duration", "Cutoff", "AllowUnassociatedTargets")
        self.windows[params["WindowId"]] = {**_updated(window, params, required, ()), "WindowId": params["WindowId"]}
        assert "Enabled" in self.windows[params["WindowId"]], "a window that is neither enabled nor disabled"
        return {}

    def do_delete_maintenance_window(self, params: Raw) -> Raw:
        self.windows.pop(params["WindowId"], None)
        self.targets.clear()
        self.tasks.clear()
        return {}

    def read(self) -> Raw | None:
        """The window as the product reads it."""
        for window_id, window in self.windows.items():
            tasks = [{**({} if task.get("Targets") else PLACEHOLDER), **task} for task in self.tasks.values()]
            contents = contents_from_api(list(self.targets.values()), tasks)
            return {"window_id": window_id, **settings_from_api(window), **contents, "tags": self.tags[window_id]}
        return None

    def do_add_tags_to_resource(self, params: Raw) -> Raw:
        self.tags[params["ResourceId"]] |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        return {}

    def do_remove_tags_from_resource(self, params: Raw) -> Raw:
        for key in params["TagKeys"]:
            del self.tags[params["ResourceId"]][key]
        return {}

    def do_register_target_with_maintenance_window(self, params: Raw) -> Raw:
        target_id = self.new_id()
        self.targets[target_id] = {**_members(params), "WindowTargetId": target_id}
        return {"WindowTargetId": target_id}

    def do_update_maintenance_window_target(self, params: Raw) -> Raw:
        target_id = params["WindowTargetId"]
        kept = ("WindowTargetId", "ResourceType")
        self.targets[target_id] = _updated(self.targets[target_id], params, ("Targets",), kept)
        return {}

    def do_deregister_target_from_maintenance_window(self, params: Raw) -> Raw:
        assert params.get("Safe"), "a target is removed without a look at who uses it"
        if any(params["WindowTargetId"] in target_ids(task) for task in self.tasks.values()):
            raise _refusal("TargetInUseException")
        del self.targets[params["WindowTargetId"]]
        return {}

    def do_register_task_with_maintenance_window(self, params: Raw) -> Raw:
        task_id = self.new_id()
        defaults = {"Priority": 1, "CutoffBehavior": "CONTINUE_TASK"}
        self._keep(task_id, {**defaults, **_members(params), "WindowTaskId": task_id})
        return {"WindowTaskId": task_id}

    def do_update_maintenance_window_task(self, params: Raw) -> Raw:
        task_id = params["WindowTaskId"]
        self._keep(task_id, _updated(self.tasks[task_id], params, ("TaskArn",), ("WindowTaskId", "TaskType")))
        return {}

    def do_deregister_task_from_maintenance_window(self, params: Raw) -> Raw:
        del self.tasks[params["WindowTaskId"]]
        return {}

    def _keep(self, task_id: str, task: Raw) -> None:
        assert target_ids(task) <= self.targets.keys(), "a task for targets that are not there"
        for name in PLACEHOLDER:
            assert bool(task.get(name)) == bool(task.get("Targets")), f"{name} belongs to a task with targets"
        assert task.get("Targets") or task["TaskType"] != "RUN_COMMAND"
        self.tasks[task_id] = task


def target_ids(task: Mapping[str, Any]) -> set[str]:
    """Ids of targets of the window that a task refers to."""
    return {
        value for entry in task.get("Targets", []) if entry["Key"] == "WindowTargetIds" for value in entry["Values"]
    }


def _members(params: Raw) -> Raw:
    return {name: value for name, value in params.items() if name not in IDENTITIES}


def _updated(before: Raw, params: Raw, required: tuple[str, ...], kept: tuple[str, ...]) -> Raw:
    if not params.get("Replace"):
        return before | _members(params)
    assert all(name in params for name in required), "Replace without what is required"
    return {name: before[name] for name in kept} | _members(params)


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Any")

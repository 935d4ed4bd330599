# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules that start commands: from their options to what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.dict_transformations import snake_dict_to_camel_dict

from .._core.errors import InputError
from .._core.nodes import Node
from .._core.scope import Scope, report_id
from .._ledger.scope_args import open_scope
from .allowed_nodes import only_tags, refuse_other_nodes, refuse_other_tags
from .commands import (
    SCRIPT_DOCUMENTS,
    CommandPlan,
    CommandSpec,
    marked,
    plan_by_family,
    plan_same,
    script_spec,
)
from .document_parameters import text_lists
from .list_planner import ListPlanner
from .model_check import check_request
from .module import session_of
from .nodes import aws_nodes
from .patch_lists import list_choice
from .patch_operation import patch_spec
from .send_command import Sender
from .start_commands import Started, start_commands
from .target_lists import ALARM_ARGS

COMMAND_ARGS: dict[str, Any] = {
    "document_version": {"type": "str"},
    "timeout_seconds": {"type": "int"},
    "comment": {"type": "str", "default": ""},
    "node_ids": {"type": "list", "elements": "str"},
    "max_concurrency": {"type": "str"},
    "max_errors": {"type": "str"},
    "output_s3_bucket_name": {"type": "str"},
    "output_s3_key_prefix": {"type": "str", "no_log": False},
    "service_role_arn": {"type": "str"},
    "notification_config": {
        "type": "dict",
        "options": {
            "notification_arn": {"type": "str", "required": True},
            "notification_events": {"type": "list", "elements": "str"},
            "notification_type": {"type": "str"},
        },
    },
    "cloud_watch_output_config": {
        "type": "dict",
        "options": {
            "cloud_watch_log_group_name": {"type": "str"},
            "cloud_watch_output_enabled": {"type": "bool"},
        },
    },
    "alarm_configuration": {
        "type": "dict",
        "options": ALARM_ARGS,
    },
}
"""Options of every module that sends commands."""

COMMAND_REQUIRED_BY = {"output_s3_key_prefix": ("output_s3_bucket_name",)}

_OPTIONS = {
    "document_version": "DocumentVersion",
    "timeout_seconds": "TimeoutSeconds",
    "max_concurrency": "MaxConcurrency",
    "max_errors": "MaxErrors",
    "output_s3_bucket_name": "OutputS3BucketName",
    "output_s3_key_prefix": "OutputS3KeyPrefix",
    "service_role_arn": "ServiceRoleArn",
    "notification_config": "NotificationConfig",
    "cloud_watch_output_config": "CloudWatchOutputConfig",
    "alarm_configuration": "AlarmConfiguration",
    "document_hash": "DocumentHash",
    "document_hash_type": "DocumentHashType",
}
"""Options of the modules that are members of SendCommand."""

Plan = Callable[[Sequence[Node]], CommandPlan]


def start_command(module: Any) -> dict[str, Any]:
    """The work of ``ssm_command``."""
    params = module.params
    options = send_options(params)
    region = str(module.region or "")
    if params["document"]:
        spec = CommandSpec(params["document"], text_lists(params["parameters"] or {}), options)
        return _start(module, params["kind"], "observe", [spec], lambda nodes: plan_same(nodes, spec, region))
    specs = {
        family: script_spec(family, script, params["execution_timeout"], options)
        for family, script in params["scripts"].items()
        if script
    }
    if not specs:
        raise InputError("scripts", params["scripts"], f"a script for {' or '.join(SCRIPT_DOCUMENTS)}")
    return _start(
        module, params["kind"], "observe", list(specs.values()), lambda nodes: plan_by_family(nodes, specs, region)
    )


def start_patch_operation(module: Any) -> dict[str, Any]:
    """The work of ``ssm_patch_operation``."""
    params = {**module.params, "snapshot_id": module.params.get("snapshot_id") or report_id(module.params, "install")}
    spec = patch_spec(params, send_options(params))
    choice, tags = list_choice(params, module.check_mode), only_tags(params)
    scope, nodes = _opened(module, "install", [spec])
    refuse_other_nodes(nodes, params.get("only_node_ids"))
    session = session_of(module)
    refuse_other_tags(session, nodes, tags)
    kind = f"patch_{params['operation'].lower()}"
    sender = Sender(scope, kind, params["comment"])
    if choice is None or params["operation"] != "Install":
        region = str(module.region or "")
        started = start_commands(
            session, sender, nodes, lambda todo: plan_same(todo, spec, region), check_mode=module.check_mode
        )
        return started.result(details=scope.run_id is None)
    planner = ListPlanner(session, scope, kind, spec, choice)
    started = start_commands(
        session, sender, nodes, planner.plan, check_mode=module.check_mode, prepare=planner.prepare
    )
    for name in planner.decided.doubtful:
        module.warn(f"omit_patches: {name} means no missing patch of any of the nodes")
    return listed_result(started, planner)


def listed_result(started: Started, planner: ListPlanner) -> dict[str, Any]:
    """The answer of an operation with lists; a run has the lists in its ledger."""
    alone = planner.scope.run_id is None
    answer, told = started.result(details=alone), planner.answer(started.nodes)
    answer["diff"]["after"]["override_lists"] = told["override_lists"]
    return answer | (told if alone else {})


def send_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are members of SendCommand, under the API's names; unset ones are left to the service."""
    return {
        member: _members(params[name]) if isinstance(params[name], dict) else params[name]
        for name, member in _OPTIONS.items()
        if params.get(name) is not None
    }


def _members(given: Mapping[str, Any]) -> dict[str, Any]:
    """A structure of the API; what is not set in it is left out."""
    members: dict[str, Any] = snake_dict_to_camel_dict(
        {name: value for name, value in given.items() if value is not None}, capitalize_first=True
    )
    return members


def _opened(module: Any, phase: str, specs: Sequence[CommandSpec]) -> tuple[Scope, list[Node]]:
    """The scope and its nodes, when the commands are such as the service allows. Raises InputError."""
    for spec in specs:
        check_request("ssm", "SendCommand", spec.request([], marked("", module.params["comment"])))
    scope = open_scope(module.params, module.check_mode, phase)
    return scope, aws_nodes(scope.nodes(), module.params["node_ids"])


def _start(module: Any, kind: str, phase: str, specs: Sequence[CommandSpec], plan: Plan) -> dict[str, Any]:
    scope, nodes = _opened(module, phase, specs)
    sender = Sender(scope, kind, module.params["comment"])
    started = start_commands(session_of(module), sender, nodes, plan, check_mode=module.check_mode)
    return started.result(details=scope.run_id is None)

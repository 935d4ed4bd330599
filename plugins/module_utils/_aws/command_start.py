# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules that start commands: from their options to what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._core.errors import InputError
from .._core.nodes import Node
from .._core.scope import report_id
from .._ledger.scope_args import open_scope
from .commands import (
    SCRIPT_DOCUMENTS,
    CommandPlan,
    CommandSpec,
    marked,
    plan_by_family,
    plan_same,
    script_spec,
)
from .model_check import check_request
from .module import session_of
from .nodes import aws_nodes
from .patch_operation import patch_spec
from .send_command import Sender
from .start_commands import start_commands

_OPTIONS = {
    "document_version": "DocumentVersion",
    "timeout_seconds": "TimeoutSeconds",
    "max_concurrency": "MaxConcurrency",
    "max_errors": "MaxErrors",
    "output_s3_bucket_name": "OutputS3BucketName",
    "output_s3_key_prefix": "OutputS3KeyPrefix",
}
"""Options of the modules that are members of SendCommand as they are."""

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
    region = str(module.region or "")
    kind = f"patch_{params['operation'].lower()}"
    return _start(module, kind, "install", [spec], lambda nodes: plan_same(nodes, spec, region))


def send_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options that SendCommand takes as they are, under the API's names; unset ones are left to the service."""
    return {member: params[name] for name, member in _OPTIONS.items() if params.get(name) is not None}


def text_lists(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters of a document as the API wants them: a list of texts each."""
    return {
        name: [_text(entry) for entry in (value if isinstance(value, list) else [value])]
        for name, value in parameters.items()
    }


def _start(module: Any, kind: str, phase: str, specs: Sequence[CommandSpec], plan: Plan) -> dict[str, Any]:
    for spec in specs:
        check_request("ssm", "SendCommand", spec.request([], marked("", module.params["comment"])))
    scope = open_scope(module.params, module.check_mode, phase)
    nodes = aws_nodes(scope.nodes(), module.params["node_ids"])
    started = start_commands(
        session_of(module),
        Sender(scope, kind, module.params["comment"]),
        nodes,
        plan,
        check_mode=module.check_mode,
    )
    return started.result(details=scope.run_id is None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)

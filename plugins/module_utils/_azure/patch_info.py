# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_patch_operation_info``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import InputError
from .._core.nodes import Node, canonical_id, provider_of_id
from .._core.polling import Progress, look_until
from .._core.scope import NullScope, Scope
from .._core.waiter import operations_under_way
from .._ledger.scope_args import open_scope
from .module import session_of
from .nodes import PROVIDERS
from .patch_activity import moment_of
from .patch_request import ASSESS, INSTALL
from .patch_result import compact, read_compact
from .patch_wait import Ended, PatchOperation, PatchPoller
from .send_patch import KINDS, POLLER


def wait_for_patch_operations(module: Any) -> dict[str, Any]:
    """Wait for the operations named, or for those of a run's wave and phase; answers results and progress."""
    params = module.params
    progress = Progress()
    if params["run_id"]:
        scope = open_scope(params, module.check_mode, "observe")
        known = scope.wave_nodes()
        operations = operations_of_scope(scope, progress)
    else:
        scope, known = NullScope([]), list[Node]()
        operations = [named(entry) for entry in params["operations"] or ()]
    poller = PatchPoller(session_of(module), scope, operations, progress)
    look_until(poller.look, params["wait_timeout"])
    answer = poller.answer(known)
    if scope.run_id is None:
        answer["results"] = [_shown(ended) for ended in poller.ended]
    return answer


def operations_of_scope(scope: Scope, progress: Progress) -> list[PatchOperation]:
    """The operations of a run's wave and phase that are under way; the nodes of all of them join the progress."""
    return [
        PatchOperation(
            node_id,
            INSTALL if operation.kind == KINDS[INSTALL] else ASSESS,
            operation.handle,
            operation.account,
            moment_of(operation.intended_at),
            operation.operation_id,
            str(operation.request.get("known") or ""),
        )
        for operation in operations_under_way(scope, POLLER, progress)
        for node_id in operation.pending
    ]


def named(entry: Mapping[str, Any]) -> PatchOperation:
    """The operation that an entry of the option ``operations`` describes. Raises InputError."""
    node_id = canonical_id(entry["node_id"])
    if provider_of_id(node_id) not in PROVIDERS:
        raise InputError("operations.node_id", entry["node_id"], "the resource id of a VM or of an Arc machine")
    if not entry["handle"]:
        raise InputError("operations.handle", "", "what azure_patch_operation answered outside check mode")
    account = node_id.split("/")[2]
    return PatchOperation(node_id, entry["operation"], entry["handle"], account, moment_of(entry.get("started_at")))


def _shown(ended: Ended) -> dict[str, Any]:
    return {
        "node_id": ended.operation.node_id,
        "operation": ended.operation.operation,
        "status": ended.status,
        "detail": ended.detail,
        "result": read_compact(compact(ended.operation.operation, ended.result)) if ended.result else {},
    }

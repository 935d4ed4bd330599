# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From when on a report of a node tells at least as new a state as the run's own operation, by the service's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .._core.scope import Scope
from .client import Connection
from .send_command import POLLER

SCAN, INSTALL = "patch_scan", "patch_install"
"""Kinds of a run's operations that report patch states."""


def new_enough_from(connection: Connection, scope: Scope, node_ids: Sequence[str]) -> dict[str, datetime]:
    """For each node the moment from which on what begins to scan tells what the operation of the scope's phase would.

    For a scan that is when it was asked for, for an installation when it had ended. Nodes without either are left out.
    One request and its pages for each command that any of the nodes was in. Raises CloudError.
    """
    wanted = set(node_ids)
    moments: dict[str, datetime] = {}
    for operation in scope.operations(POLLER, ("sent", "finished")):
        here = (operation.account, operation.region) == (connection.account, connection.region)
        if here and operation.kind in (SCAN, INSTALL) and operation.handle and wanted.intersection(operation.node_ids):
            for entry in _invocations(connection, operation.handle):
                moment = entry.get("RequestedDateTime") if operation.kind == SCAN else _ended(entry)
                if moment is not None and entry["InstanceId"] in wanted:
                    moments[str(entry["InstanceId"])] = moment
    return moments


def _invocations(connection: Connection, command_id: str) -> list[dict[str, Any]]:
    doing = f"read when the command {command_id} ran"
    return list(
        connection.pages(
            "ssm",
            "list_command_invocations",
            "CommandInvocations",
            doing,
            CommandId=command_id,
            Details=True,
            MaxResults=50,
        )
    )


def _ended(entry: Mapping[str, Any]) -> datetime | None:
    """When the last of the steps ended that ran on a node."""
    ends = (plugin.get("ResponseFinishDateTime") for plugin in entry.get("CommandPlugins") or ())
    return max((end for end in ends if isinstance(end, datetime)), default=None)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines are connected, by the heartbeats of their agents in the workspace that an Automation account uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import canonical_id
from . import versions
from .client import Connection
from .deployment_schedule import account_id
from .log_query import customer_id, query
from .session import AzureSession
from .systems import family_of_type

_COLUMNS = "Computer, OSType, ResourceGroup, Resource, ResourceId"
QUESTION = f"Heartbeat | summarize TimeGenerated = max(TimeGenerated) by {_COLUMNS}"
"""Each computer with what it is in Azure, and when it was last heard of."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A computer that was heard of. ``resource_id`` is the canonical one, empty where the agent told none."""

    computer: str
    os_family: str
    resource_id: str
    group: str
    resource: str


def linked_workspace(connection: Connection, group: str, account: str) -> str:
    """The resource id of the workspace that is linked to an Automation account. Raises CloudError, also for none."""
    doing = f"read the workspace that is linked to the Automation account {account}"
    path = f"{account_id(connection.account, group, account)}/linkedWorkspace"
    answer = connection.call("GET", path, versions.AUTOMATION, doing).body
    workspace = str(answer.get("id") or "") if isinstance(answer, Mapping) else ""
    if not workspace:
        raise CloudError(
            f"Could not {doing}: there is none. Link one, give workspace_id, or set connected_by to resource_graph",
            code="NoLinkedWorkspace",
        )
    return workspace


def beats(session: AzureSession, workspace: str, hours: int) -> list[Beat]:
    """The computers that were heard of in the last hours. Raises CloudError, also for an answer that is not whole.

    A machine whose name was changed meanwhile is known by the name that it had last.
    """
    name, subscription = workspace.rpartition("/")[2], workspace.split("/")[2]
    customer, logs = customer_id(session.connect(subscription), workspace), session.connect_logs(subscription)
    return beats_of(query(logs, customer, QUESTION, hours, f"read the heartbeats of the workspace {name}"), name)


def beats_of(rows: Iterable[Mapping[str, Any]], workspace: str) -> list[Beat]:
    """The computers of the rows, in the order of their names."""
    last: dict[str, tuple[str, Beat]] = {}
    for row in rows:
        if not row.get("Computer"):
            continue
        try:
            beat, at = _beat(row), str(row["TimeGenerated"] or "")
        except KeyError as error:
            raise CloudError(
                f"Could not read the heartbeats of the workspace {workspace}: the answer has no column {error}",
                code="NoColumn",
            ) from error
        key = beat.resource_id or f"{beat.group}/{beat.resource}/{beat.computer}".casefold()
        if key not in last or last[key][0] < at:
            last[key] = (at, beat)
    return sorted((beat for _at, beat in last.values()), key=lambda beat: (beat.computer, beat.resource_id))


def _beat(row: Mapping[str, Any]) -> Beat:
    return Beat(
        str(row["Computer"]),
        family_of_type(str(row["OSType"] or "")),
        canonical_id(str(row["ResourceId"] or "")),
        str(row["ResourceGroup"] or ""),
        str(row["Resource"] or ""),
    )

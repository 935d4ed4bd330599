# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts assessments and installations, one request a machine: intent first, handle after, never an install twice.

The API knows no token by which the service would recognise a request that it has had, and it lists no operations. What
tells whether a lost request was taken is what the machine shows afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node, provider_of_id
from .._core.pool import outcomes
from .._core.scope import Operation
from .._core.targets import Target, targets_of
from . import versions
from .answer import Answer
from .nodes import VM
from .patch_activity import GRAPH_BEHIND, Activity, Machine, activity_since, last_activity, last_of_many, moment_of
from .patch_request import ASSESS, INSTALL, PATHS, PatchRequest
from .patch_result import activity_of
from .sending import NO_HANDLE, SenderToEach, Sent

POLLER = "azure_patch_operation_info"
KINDS = {ASSESS: "patch_assess", INSTALL: "patch_install"}

ACTIVITY = "activity:"
"""With this a handle begins that is no address but the id of what the machine shows."""

SHOWS_WITHIN = 600.0
"""Seconds after which a VM that shows no installation has not got one; the extension reports as soon as it begins."""

GRAPH_LOOKS = 120.0
"""For how long the Resource Graph is asked. It may be half an hour behind, so finding nothing there says nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that is to be sent, and the last installation that its machine showed before."""

    request: PatchRequest
    operation_id: str = ""
    known: str = ""

    @property
    def node(self) -> Node:
        """The machine."""
        return self.request.node


@dataclass(frozen=True)
class PatchSender(SenderToEach[Wanted]):
    """Sends requests of one operation for one scope."""

    operation: str

    POLLER = POLLER
    ABSENT = "the machine shows no such installation"

    @property
    def ledger_kind(self) -> str:
        """The kind of the operations in the ledger."""
        return KINDS[self.operation]

    def send(self, requests: Sequence[PatchRequest]) -> Sent[Wanted]:
        """Send the requests; see :meth:`SenderToEach.send_all`."""
        return self.send_all(self._with_known(requests))

    def _with_known(self, requests: Sequence[PatchRequest]) -> list[Wanted]:
        """The requests, each with the installation that its machine has shown so far; an assessment needs none."""
        if self.operation == ASSESS:
            return [Wanted(request) for request in requests]

        def shown_now(request: PatchRequest) -> str:
            connection = self.session.connect(request.node.account, request.node.region)
            found = last_activity(connection, _machine(request.node.node_id), INSTALL)
            return found.activity_id if found else ""

        # Without it the time alone tells a new installation from an old one, which is good enough to go on.
        known = {
            request.node.node_id: found
            for request, found in outcomes(shown_now, [request for request in requests if request.node.provider == VM])
            if not isinstance(found, CloudError)
        }
        known |= self._known_of_arc([request.node for request in requests if request.node.provider != VM])
        return [Wanted(request, known=known.get(request.node.node_id, "")) for request in requests]

    def _known_of_arc(self, nodes: Sequence[Node]) -> dict[str, str]:
        """The last installation of each Arc machine, as the Resource Graph shows it: one query for a subscription."""

        def shown_there(target: Target[Node]) -> dict[str, Activity]:
            connection = self.session.connect(target.account, target.region)
            return last_of_many(connection, [node.node_id for node in target.items], INSTALL)

        places = targets_of([replace(node, region="") for node in nodes], "")
        found: dict[str, str] = {}
        for _target, activities in outcomes(shown_there, places):
            if not isinstance(activities, CloudError):
                found.update({node_id: activity.activity_id for node_id, activity in activities.items()})
        return found

    def intended(self, wanted: Wanted) -> Wanted:
        """The request with its operation."""
        return replace(wanted, operation_id=self.intend(wanted.node, self.remembered(wanted)))

    def remembered(self, wanted: Wanted) -> dict[str, Any]:
        """What is asked for, and the installation that the machine showed before."""
        return {"operation": self.operation, "known": wanted.known}

    def renewed(self, wanted: Wanted, reason: str) -> Wanted:
        """Intended anew, since the time of the intent is what a lost installation is looked for by."""
        self.scope.not_sent(wanted.operation_id, reason)
        return replace(wanted, operation_id="")

    def ask(self, wanted: Wanted) -> str:
        """The handle of the accepted operation."""
        node = wanted.node
        connection = self.session.connect(node.account, node.region)
        path, version = f"{node.node_id}/{PATHS[self.operation]}", versions.OF_MACHINES[node.provider]
        if self.operation == ASSESS:
            return handle_of(connection.call("POST", path, version, f"start an assessment of {node.shown}"))
        doing = f"start an installation on {node.shown}"
        return handle_of(connection.send_once("POST", path, version, doing, wanted.request.body))

    def look(self, operation: Operation, age: float, waited: float) -> str | None:
        """Look for an installation; an assessment may simply be asked for again."""
        if self.operation == ASSESS:
            return ""
        connection = self.session.connect(operation.account, operation.region)
        machine = _machine(operation.node_ids[0])
        known, since = str(operation.request.get("known") or ""), moment_of(operation.intended_at)
        found = activity_since(connection, machine, INSTALL, known, since)
        if found:
            return f"{ACTIVITY}{found.activity_id}"
        if age >= (SHOWS_WITHIN if machine.provider == VM else GRAPH_BEHIND.total_seconds()):
            return ""
        if machine.provider != VM and waited >= GRAPH_LOOKS:
            raise OutcomeUnknown(
                "the Resource Graph shows no installation yet, and it may be half an hour behind. Look at the "
                "machine's update history before it is patched again",
                code="NotShown",
            )
        return None

    def shown(self, wanted: Wanted, handle: str) -> dict[str, Any]:
        """An accepted operation as the module answers it."""
        return shown(wanted.request, handle, datetime.now(UTC))


def handle_of(answer: Answer) -> str:
    """Where to ask what becomes of an accepted operation. Raises OutcomeUnknown when the service does not tell."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    handle = answer.location or answer.async_operation
    if not handle and activity_of(body):
        handle = f"{ACTIVITY}{activity_of(body)}"
    if not handle:
        raise OutcomeUnknown(
            "the service accepted the operation but does not tell where to ask about it", code=NO_HANDLE
        )
    return handle


def shown(request: PatchRequest, handle: str = "", at: datetime | None = None) -> dict[str, Any]:
    """An operation as the module answers it; without a handle one that would be started."""
    return {
        "node_id": request.node.node_id,
        "account": request.node.account,
        "region": request.node.region,
        "operation": request.operation,
        "handle": handle,
        "started_at": f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "",
    }


def _machine(node_id: str) -> Machine:
    return Machine(node_id, provider_of_id(node_id))

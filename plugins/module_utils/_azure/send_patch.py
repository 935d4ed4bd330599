# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts assessments and installations, one request a machine: intent first, handle after, never an install twice.

The API knows no token by which the service would recognise a request that it has had, and it lists no operations. What
tells whether a lost request was taken is what the machine shows afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from .._core.errors import CloudError, OutcomeUnknown
from .._core.nodes import Node, provider_of_id
from .._core.pool import map_side_by_side
from .._core.scope import NodeResult, Operation, Scope
from .._core.targets import Target, targets_of
from .answer import Answer
from .busy import PAUSE, is_busy
from .client import Connection
from .nodes import VM
from .patch_activity import Activity, Machine, activity_since, last_activity, last_of_many, moment_of
from .patch_request import API_VERSIONS, ASSESS, INSTALL, PATHS, PatchRequest
from .patch_result import activity_of
from .session import AzureSession

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

POLLER = "azure_patch_operation_info"
KINDS = {ASSESS: "patch_assess", INSTALL: "patch_install"}

ACTIVITY = "activity:"
"""With this a handle begins that is no address but the id of what the machine shows."""

BUSY_SECONDS = 600.0
"""For how long machines are asked again on which something else is done: an assessment takes some minutes."""

SHOWS_WITHIN = 600.0
"""Seconds after which a VM that shows no installation has not got one; the extension reports as soon as it begins."""

GRAPH_LOOKS = 120.0
"""For how long the Resource Graph is asked. It may be half an hour behind, so finding nothing there says nothing."""

PAUSES = (2.0, 5.0, 10.0)
LAST_PAUSE = 30.0


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was not accepted: nothing happened on its machine."""

    wanted: Wanted
    error: CloudError


@dataclass(slots=True)
class Sent:
    """What became of the requests."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PatchSender:
    """Sends requests of one operation for one scope."""

    session: AzureSession
    scope: Scope
    operation: str
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    @property
    def kind(self) -> str:
        """The kind of the operations in the ledger."""
        return KINDS[self.operation]

    def send(self, requests: Sequence[PatchRequest]) -> Sent:
        """Send the requests, all side by side; those that a busy machine refuses again when a while has passed."""
        outcome, began = Sent(), self.clock()
        todo = [self._intended(wanted) for wanted in self._with_known(requests)]
        while todo:
            busy: list[Refusal] = []
            for wanted, answer in map_side_by_side(self._accepted, todo):
                if isinstance(answer, OutcomeUnknown):
                    outcome.unknown[wanted.node.node_id] = str(answer)
                elif isinstance(answer, CloudError):
                    (busy if is_busy(answer) else outcome.refusals).append(Refusal(wanted, answer))
                elif isinstance(answer, Exception):
                    raise answer
                else:
                    self.scope.sent(wanted.operation_id, answer)
                    outcome.operations.append(shown(wanted.request, answer, datetime.now(UTC)))
            if busy and self.clock() - began + PAUSE > BUSY_SECONDS:
                outcome.refusals += busy
                busy = []
            if busy:
                self.sleep(PAUSE)
            todo = [refusal.wanted for refusal in busy]
        return outcome

    def refuse(self, node: Node, reason: str) -> None:
        """Record a node to which nothing can be sent as failed by an operation, as a refused request would be."""
        operation_id = self._intend(node, {"operation": self.operation})
        self.scope.results(operation_id, [NodeResult(node.node_id, "failed", reason)])

    def settle_intended(self) -> dict[str, str]:
        """Settle what a controller that then stopped had intended; an assessment may simply be asked for again.

        Answers the nodes about which nothing could be learnt, with the reason.
        """
        intended = [one for one in self.scope.operations(POLLER, ("intended",)) if one.kind == self.kind]
        unknown: dict[str, str] = {}
        for operation, answer in map_side_by_side(self._settled, intended):
            if isinstance(answer, CloudError):
                unknown.update(dict.fromkeys(operation.node_ids, str(answer)))
            elif isinstance(answer, Exception):
                raise answer
            elif answer:
                self.scope.sent(operation.operation_id, answer)
            else:
                self.scope.not_sent(operation.operation_id, "the machine shows no such installation")
        return unknown

    def _settled(self, operation: Operation) -> str:
        if self.operation == ASSESS:
            return ""
        connection = self.session.connect(operation.account, operation.region)
        machine = _machine(operation.node_ids[0])
        since = moment_of(operation.intended_at)
        return self._found(connection, machine, str(operation.request.get("known") or ""), since)

    def _with_known(self, requests: Sequence[PatchRequest]) -> list[Wanted]:
        """The requests, each with the installation that its machine has shown so far; an assessment needs none."""
        if self.operation == ASSESS:
            return [Wanted(request) for request in requests]

        def shown_now(request: PatchRequest) -> str:
            connection = self.session.connect(request.node.account, request.node.region)
            found = last_activity(connection, _machine(request.node.node_id), INSTALL)
            return found.activity_id if found else ""

        # Without it the time alone tells a new installation from an old one, which is good enough to go on.
        alone = map_side_by_side(shown_now, [request for request in requests if request.node.provider == VM])
        known = {request.node.node_id: activity_id for request, activity_id in _read(alone)}
        known |= self._known_of_arc([request.node for request in requests if request.node.provider != VM])
        return [Wanted(request, known=known.get(request.node.node_id, "")) for request in requests]

    def _known_of_arc(self, nodes: Sequence[Node]) -> dict[str, str]:
        """The last installation of each Arc machine, as the Resource Graph shows it: one query for a subscription."""

        def shown_there(target: Target[Node]) -> dict[str, Activity]:
            connection = self.session.connect(target.account, target.region)
            return last_of_many(connection, [node.node_id for node in target.items], INSTALL)

        places = targets_of([replace(node, region="") for node in nodes], "")
        found: dict[str, str] = {}
        for _target, activities in _read(map_side_by_side(shown_there, places)):
            found.update({node_id: activity.activity_id for node_id, activity in activities.items()})
        return found

    def _intended(self, wanted: Wanted) -> Wanted:
        request = {"operation": self.operation, "known": wanted.known}
        return replace(wanted, operation_id=self._intend(wanted.node, request))

    def _intend(self, node: Node, request: Mapping[str, Any]) -> str:
        return self.scope.intend(
            self.kind, [node], poller=POLLER, account=node.account, region=node.region, request=request
        )

    def _accepted(self, wanted: Wanted) -> str:
        """The handle of the accepted operation. Raises OutcomeUnknown when even looking did not tell."""
        node = wanted.node
        connection = self.session.connect(node.account, node.region)
        path, version = f"{node.node_id}/{PATHS[self.operation]}", API_VERSIONS[node.provider]
        if self.operation == ASSESS:
            return handle_of(connection.call("POST", path, version, f"start an assessment of {node.shown}"))
        doing, since = f"start an installation on {node.shown}", datetime.now(UTC)
        try:
            answer = connection.send_once("POST", path, version, doing, wanted.request.body)
        except OutcomeUnknown as lost:
            found = self._look(connection, wanted, since, lost)
            if found:
                return found
            answer = connection.send_once("POST", path, version, doing, wanted.request.body)
        return handle_of(answer)

    def _look(self, connection: Connection, wanted: Wanted, since: datetime, lost: OutcomeUnknown) -> str:
        try:
            return self._found(connection, _machine(wanted.node.node_id), wanted.known, since)
        except CloudError as error:
            raise OutcomeUnknown(f"{lost}\nWhether it was accepted is not known: {error}", code=lost.code) from error

    def _found(self, connection: Connection, machine: Machine, known: str, since: datetime | None) -> str:
        """The handle of an installation that began since, empty when there surely is none. Raises CloudError."""
        age = (datetime.now(UTC) - since).total_seconds() if since else 0.0
        looks, waited = list(PAUSES), 0.0
        while True:
            found = activity_since(connection, machine, INSTALL, known, since)
            if found:
                return f"{ACTIVITY}{found.activity_id}"
            if machine.provider == VM and age + waited >= SHOWS_WITHIN:
                return ""
            if machine.provider != VM and waited >= GRAPH_LOOKS:
                raise OutcomeUnknown(
                    "the Resource Graph shows no installation yet, and it may be half an hour behind. Look at the "
                    "machine's update history before it is patched again",
                    code="NotShown",
                )
            pause = looks.pop(0) if looks else LAST_PAUSE
            connection.sleep(pause)
            waited += pause


def handle_of(answer: Answer) -> str:
    """Where to ask what becomes of an accepted operation. Raises OutcomeUnknown when the service does not tell."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    handle = answer.location or answer.async_operation
    if not handle and activity_of(body):
        handle = f"{ACTIVITY}{activity_of(body)}"
    if not handle:
        raise OutcomeUnknown(
            "the service accepted the operation but does not tell where to ask about it", code="NoHandle"
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


def _read(answers: Sequence[tuple[Asked, Answered | Exception]]) -> Iterator[tuple[Asked, Answered]]:
    """The answers less those that a cloud refused. Raises whatever is no CloudError."""
    for asked, answer in answers:
        if not isinstance(answer, Exception):
            yield asked, answer
        elif not isinstance(answer, CloudError):
            raise answer


def _machine(node_id: str) -> Machine:
    return Machine(node_id, provider_of_id(node_id))

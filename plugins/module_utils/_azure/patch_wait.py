# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for assessments and installations and hands their results to the scope."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import provider_of_id
from .._core.polling import Progress
from .._core.scope import Scope
from .._core.waiter import Pending, Seen, Waiter
from .caller import is_of_the_call
from .client import Connection
from .errors import error_text
from .nodes import name_of
from .patch_activity import GRAPH_BEHIND, Activity, Machine, activity_by_id, activity_since
from .patch_request import INSTALL
from .patch_result import IN_PROGRESS, activity_of, compact, verdict
from .send_patch import ACTIVITY
from .session import AzureSession

GOING = "in progress"

GRAPH_PAUSE = 15.0
"""Seconds between two looks at what a machine shows, which costs more than an address does."""

_GONE = ("HTTP 404", "HTTP 410", "NotFound", "ResourceNotFound", "OperationNotFound", "HTTP 204")


@dataclass(frozen=True, slots=True)
class PatchOperation:
    """An operation that was started on a machine. ``handle`` is an address, or the id of an activity."""

    node_id: str
    operation: str
    handle: str
    account: str
    started_at: datetime | None = None
    operation_id: str = ""
    known: str = ""
    """The installation that the machine had shown before."""

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The node, as what waits wants it."""
        return (self.node_id,)

    @property
    def machine(self) -> Machine:
        """The machine, to be asked what it shows."""
        return Machine(self.node_id, provider_of_id(self.node_id))


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation that has ended."""

    operation: PatchOperation
    status: str
    detail: str
    result: Mapping[str, Any]


class PatchPoller(Waiter[PatchOperation]):
    """The operations that are waited for, each asked about no sooner than the service wants."""

    def __init__(
        self,
        session: AzureSession,
        scope: Scope,
        operations: Sequence[PatchOperation],
        progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            scope, operations, self._read, progress=progress or Progress(), at_first=GOING, due=self._is_due
        )
        self.session = session
        self._clock = clock
        self._not_before: dict[str, float] = {}
        self._forgotten: set[str] = set()
        self._ended: dict[str, Ended] = {}

    @property
    def ended(self) -> list[Ended]:
        """What ended, in the order of the operations."""
        return [self._ended[one.handle] for one in self.items if one.handle in self._ended]

    def _is_due(self, operation: PatchOperation) -> bool:
        return self._clock() >= self._not_before.get(operation.handle, 0.0)

    def _read(self, asked: Sequence[Pending[PatchOperation]]) -> list[Seen]:
        return [self._seen(pending.item) for pending in asked]

    def _seen(self, operation: PatchOperation) -> Seen:
        connection = self.session.connect(operation.account)
        try:
            result = self._result(connection, operation)
        except CloudError as error:
            if is_of_the_call(error):
                raise
            # The service answers the address of an operation that failed with the operation's own error.
            return self._end(operation, "failed", str(error), {})
        if result is None:
            return _going(operation)
        status, detail = verdict(operation.operation, result)
        return self._end(operation, status, detail, result) if status else _going(operation)

    def _end(self, operation: PatchOperation, status: str, detail: str, result: Mapping[str, Any]) -> Seen:
        self._ended[operation.handle] = Ended(operation, status, detail, result)
        seen = Seen()
        seen.add(operation.node_id, status, detail, compact(operation.operation, result) if result else "")
        return seen

    def _result(self, connection: Connection, operation: PatchOperation) -> Mapping[str, Any] | None:
        """The result, None while the operation goes on. Raises CloudError, also for one that ended without a result."""
        if operation.handle.startswith(ACTIVITY) or operation.handle in self._forgotten:
            return self._shown(connection, operation)
        doing = f"read what became of the {_noun(operation)} of {name_of(operation.node_id)}"
        try:
            answer = connection.get_url(operation.handle, doing)
        except CloudError as error:
            if error.code not in _GONE:
                raise
            self._forgotten.add(operation.handle)
            return self._shown(connection, operation)
        if answer.status == 202:
            self._wait(operation, answer.retry_after)
            return None
        body = answer.body if isinstance(answer.body, Mapping) else {}
        result = _output(body, doing)
        if result is None and _is_going(body):
            self._wait(operation, answer.retry_after)
            return None
        if result is None:
            self._forgotten.add(operation.handle)
            return self._shown(connection, operation)
        return result

    def _shown(self, connection: Connection, operation: PatchOperation) -> Mapping[str, Any] | None:
        """What the machine itself shows of the operation, None while that goes on or is not there yet."""
        found = self._activity(connection, operation)
        if found is not None and found.result.get("status") != IN_PROGRESS:
            return found.result
        begun = operation.started_at
        if found is None and begun and datetime.now(UTC) - begun > GRAPH_BEHIND:
            raise CloudError(
                f"the service no longer knows the {_noun(operation)}, and the machine shows none that began since "
                f"{begun:%Y-%m-%dT%H:%M:%SZ}: what became of it is not known",
                code="Forgotten",
            )
        self._wait(operation, GRAPH_PAUSE)
        return None

    def _activity(self, connection: Connection, operation: PatchOperation) -> Activity | None:
        machine, kind = operation.machine, operation.operation
        if operation.handle.startswith(ACTIVITY):
            return activity_by_id(connection, machine, kind, operation.handle.removeprefix(ACTIVITY))
        return activity_since(connection, machine, kind, operation.known, operation.started_at)

    def _wait(self, operation: PatchOperation, seconds: float | None) -> None:
        self._not_before[operation.handle] = self._clock() + (seconds or 0.0)


def _going(operation: PatchOperation) -> Seen:
    return Seen(waiting={operation.node_id: GOING})


def _noun(operation: PatchOperation) -> str:
    return "installation" if operation.operation == INSTALL else "assessment"


def _output(body: Mapping[str, Any], doing: str) -> Mapping[str, Any] | None:
    """The result in what an address answers: Location gives it as it is, Azure-AsyncOperation in properties.output.

    Raises CloudError when the operation ended with an error and no result.
    """
    if activity_of(body):
        return body
    properties = body.get("properties")
    output = properties.get("output") if isinstance(properties, Mapping) else None
    if isinstance(output, Mapping) and activity_of(output):
        return output
    if body.get("status") in ("Failed", "Canceled"):
        error = body.get("error")
        said = error_text(error) if isinstance(error, Mapping) else str(body["status"])
        raise CloudError(f"Could not {doing}: {said}", code="OperationFailed")
    return None


def _is_going(body: Mapping[str, Any]) -> bool:
    return body.get("status") in (IN_PROGRESS, "Running", "Accepted")

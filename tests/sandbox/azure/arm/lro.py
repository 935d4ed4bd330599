# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long-running operations of Azure Resource Manager: a request is accepted, the client polls until it has ended.

Source: "Track asynchronous Azure operations" (Azure documentation) and azure-rest-api-specs' ARM RPC, Async API
reference. ``Location`` answers 202 while under way and then the result; ``Azure-AsyncOperation`` answers 200 with a
``status``. Both stand for one operation.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from ..world import AzureWorld
from .answer import Answer
from .call import Call
from .errors import ArmError
from .registry import operation

log = logging.getLogger(__name__)

KEEP = 24 * 3600.0
"""Simulated seconds for which a result can be asked for. It ends later than any test, as Azure's does."""

Work = Callable[[], Any]
Polled = Literal["both", "location", "async"]


@dataclass(slots=True)
class LongRunning:
    """One operation. ``status``: InProgress, Succeeded, Failed, Canceled. ``result``: the body of the final answer."""

    operation_id: str
    started: datetime
    since: float
    status: str = "InProgress"
    ended: datetime | None = None
    result: Any = None
    error: ArmError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def end(self, status: str, now: datetime, result: Any = None, error: ArmError | None = None) -> None:
        """It has ended, unless it had before."""
        with self.lock:
            if self.status == "InProgress":
                self.result, self.error, self.ended, self.status = result, error, now, status


class LongRunningStore:
    """The operations of a subscription."""

    def __init__(self, world: AzureWorld, subscription: str) -> None:
        self._world = world
        self.operations: dict[str, LongRunning] = {}

    def open(self) -> LongRunning:
        """A new operation; those that ended long ago are forgotten."""
        now = self._world.clock.seconds()
        for old in [one for one in self.operations.values() if one.ended and one.since + KEEP < now]:
            del self.operations[old.operation_id]
        made = LongRunning(self._world.new_guid(), self._world.now(), now)
        self.operations[made.operation_id] = made
        return made


def start(
    call: Call,
    seconds: float,
    work: Work,
    *,
    status: int = 202,
    body: Any = None,
    polled: Polled = "both",
    location: str = "",
) -> Answer:
    """Begin an operation; the answer tells where to poll.

    After ``seconds`` simulated seconds ``work`` is called in a thread of its own, without the world's lock; it may take
    its time. What it returns is the body of the final answer (None: 204 by ``Location``); an ArmError that it raises
    makes the operation Failed. ``status`` and ``body``: of this first answer (PUT: 201 or 200 with the resource).
    ``polled``: which headers are sent. ``location``: the region in the address, that of the resource.
    """
    held = call.store(LongRunningStore).open()
    generation = call.world.generation
    run = threading.Thread(
        target=_run,
        args=(call, held, generation, seconds, work),
        name=f"{call.operation} {held.operation_id}",
        daemon=True,
    )
    run.start()
    return Answer(status, body, _headers(call, held, polled, location or "global"))


def _run(call: Call, held: LongRunning, generation: int, seconds: float, work: Work) -> None:
    world = call.world
    try:
        world.clock.sleep(seconds)
        if world.generation != generation:
            return
        held.end("Succeeded", *_ended(world, work()))
    except ArmError as error:
        held.end("Canceled" if error.code == "OperationPreempted" else "Failed", world.now(), error=error)
    except Exception as error:
        log.exception("%s", call.operation)
        failure = ArmError(500, "SandboxFailure", f"The sandbox itself failed: {error!r}")
        held.end("Failed", world.now(), error=failure)


def _ended(world: AzureWorld, result: Any) -> tuple[datetime, Any]:
    return world.now(), result


def _namespace(call: Call) -> str:
    return call.operation.partition("/")[0]


def _headers(call: Call, held: LongRunning, polled: Polled, location: str) -> dict[str, str]:
    namespace = _namespace(call)
    place = f"{call.base_url}/subscriptions/{call.subscription}/providers/{namespace}/locations/{location}"
    kinds = _polled_at(namespace, call.operation)
    version = f"api-version={call.api_version}"
    headers = {"Retry-After": str(call.world.settings.retry_after)}
    if polled != "async":
        headers["Location"] = f"{place}/{kinds.location}/{held.operation_id}?monitor=true&{version}"
    if polled != "location":
        headers["Azure-AsyncOperation"] = f"{place}/{kinds.status}/{held.operation_id}?{version}"
    return headers


class PolledAt(NamedTuple):
    """Under which types of a location an operation is polled: by ``Azure-AsyncOperation`` and by ``Location``."""

    status: str
    location: str


POLLED_AT = {
    "Microsoft.Compute": PolledAt("operations", "operations"),
    "Microsoft.HybridCompute": PolledAt("operationStatus", "operationResults"),
}
UPDATE_CENTER = PolledAt("updateCenterOperationResults", "updateCenterOperationResults")
"""Each is an action of its own in Azure's list of resource provider operations, to be granted by a role."""


def _polled_at(namespace: str, operation_name: str) -> PolledAt:
    patches = operation_name.lower().endswith(("/assesspatches/action", "/installpatches/action"))
    return UPDATE_CENTER if patches and namespace == "Microsoft.HybridCompute" else POLLED_AT[namespace]


def poll(call: Call) -> Answer:
    """Where an operation is: by ``Location`` (with ``monitor``) or by ``Azure-AsyncOperation``."""
    held = call.store(LongRunningStore).operations.get(call.params["operation"])
    if held is None:
        message = f"The operation '{call.params['operation']}' was not found. It may have expired."
        raise ArmError(404, "NotFound", message)
    retry = {"Retry-After": str(call.world.settings.retry_after)}
    if "monitor" not in call.query:
        return Answer(200, _async_status(held), retry if held.status == "InProgress" else {})
    if held.status == "InProgress":
        return Answer(
            202, None, retry | {"Location": f"{call.base_url}{call.path}?monitor=true&api-version={call.api_version}"}
        )
    if held.error is not None:
        raise held.error
    return Answer(204) if held.result is None else Answer(200, held.result)


def _async_status(held: LongRunning) -> dict[str, Any]:
    return {
        "name": held.operation_id,
        "status": held.status,
        "startTime": timestamp(held.started),
        "endTime": timestamp(held.ended) if held.ended else None,
        "error": held.error.body["error"] if held.error else None,
        "properties": {"output": held.result} if held.result is not None else None,
    }


def timestamp(instant: datetime) -> str:
    """An instant as ARM writes it: ``2026-11-26T06:00:00.1234567+00:00``."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def serve_polls(namespace: str, versions: tuple[str, ...]) -> None:
    """A resource provider with long-running operations: serve their polling."""
    kinds = {*POLLED_AT[namespace], *(UPDATE_CENTER if namespace == "Microsoft.HybridCompute" else ())}
    for kind in sorted(kinds):
        operation(
            "GET",
            f"/subscriptions/{{subscription}}/providers/{namespace}/locations/{{location}}/{kind}/{{operation}}",
            versions=versions,
            name=f"{namespace}/locations/{kind}/read",
        )(poll)

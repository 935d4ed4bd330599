# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sending has in common where each machine gets a request of its own, all side by side.

A request is intended just before it is sent and its handle is recorded by the same thread just after, so the time of
the intent tells how long ago it may have reached the machine, however long the others take.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from .._core.errors import CloudError, OutcomeUnknown, together
from .._core.nodes import Node
from .._core.patience import Patience
from .._core.pool import outcomes, results
from .._core.scope import NodeResult, Operation, Scope
from .busy import PAUSE, is_busy
from .caller import is_of_the_call
from .patch_activity import moment_of
from .session import AzureSession

SENT_AGAIN_SECONDS = 600.0
"""For how long machines are asked again on which something else is done: an assessment takes some minutes."""

NO_HANDLE = "NoHandle"
"""Code of what was accepted without being told where to ask about it: it is never sent again."""

PAUSES = (2.0, 5.0, 10.0)
LAST_PAUSE = 30.0


class Intended(Protocol):
    """A request whose operation stands in the ledger."""

    @property
    def node(self) -> Node:
        """The machine it is for."""

    @property
    def operation_id(self) -> str:
        """The operation in the ledger."""


Wanted = TypeVar("Wanted", bound=Intended)


@dataclass(frozen=True, slots=True)
class Refusal(Generic[Wanted]):
    """A request that was not accepted: nothing happened on its machine."""

    wanted: Wanted
    error: CloudError
    asked_at: datetime

    @property
    def node_id(self) -> str:
        """The machine."""
        return self.wanted.node.node_id


Attempted: TypeAlias = tuple[dict[str, Any], Refusal[Wanted] | None]
"""What one request came to: the operation as the module answers it, or why there is none."""


@dataclass(slots=True)
class Sent(Generic[Wanted]):
    """What became of the requests. ``unknown``: machines that may have got theirs, or not, with the reason."""

    accepted: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal[Wanted]] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SenderToEach(ABC, Generic[Wanted]):
    """Sends requests of one kind for one scope."""

    session: AzureSession
    scope: Scope
    sleep: Callable[[float], None] = field(default=time.sleep, kw_only=True)
    clock: Callable[[], float] = field(default=time.monotonic, kw_only=True)

    POLLER: ClassVar[str]
    ABSENT: ClassVar[str]
    """Why an intended request counts as not sent when looking has found that the machine did not get it."""

    @property
    @abstractmethod
    def ledger_kind(self) -> str:
        """The kind of the operations in the ledger."""

    @abstractmethod
    def intended(self, wanted: Wanted) -> Wanted:
        """The request with its operation, which is in the ledger from now on."""

    @abstractmethod
    def remembered(self, wanted: Wanted) -> dict[str, Any]:
        """What the operation remembers of the request, for :meth:`look`."""

    @abstractmethod
    def renewed(self, wanted: Wanted, reason: str) -> Wanted:
        """A request that was not accepted, ready to be sent again; without an operation it is intended anew."""

    @abstractmethod
    def ask(self, wanted: Wanted) -> str:
        """Send one request; answers its handle. Raises CloudError."""

    @abstractmethod
    def look(self, operation: Operation, age: float, waited: float) -> str | None:
        """Look once for what was asked ``age`` seconds ago: its handle, empty when it surely was not accepted.

        None: not to be seen yet, look again. ``waited``: seconds for which it has been looked for already. Raises
        CloudError when it cannot be told.
        """

    @abstractmethod
    def shown(self, wanted: Wanted, handle: str) -> dict[str, Any]:
        """An accepted operation as the module answers it."""

    def is_lost(self, error: CloudError) -> bool:
        """Whether the service may have acted on a request that ended so."""
        return isinstance(error, OutcomeUnknown) and error.code != NO_HANDLE

    def send_all(self, wanted: Sequence[Wanted]) -> Sent[Wanted]:
        """Send the requests, all side by side.

        Those that a busy machine refuses are sent again when a while has passed, those that were lost are looked for
        together and sent once more when the machines surely have not got them.
        """
        outcome, began, repeated = Sent[Wanted](), self.clock(), set[str]()
        todo = list(wanted)
        while todo:
            busy: list[Refusal[Wanted]] = []
            lost: list[Refusal[Wanted]] = []
            for _one, (accepted, answer) in results(self._attempt, todo):
                if answer is None:
                    outcome.accepted.append(accepted)
                elif self.is_lost(answer.error):
                    lost.append(answer)
                elif isinstance(answer.error, OutcomeUnknown):
                    outcome.unknown[answer.node_id] = str(answer.error)
                else:
                    (busy if is_busy(answer.error) else outcome.refusals).append(answer)
            todo = self._look_for_lost(lost, repeated, outcome)
            if self.clock() - began + PAUSE > SENT_AGAIN_SECONDS:
                outcome.refusals += busy
                busy = []
            todo += [self.renewed(refusal.wanted, str(refusal.error)) for refusal in busy]
            if busy:
                self.sleep(PAUSE)
        return outcome

    def refuse(self, node: Node, reason: str) -> None:
        """Record a node to which nothing can be sent as failed by an operation, as a refused request would be."""
        self.scope.results(self.intend(node, {}), [NodeResult(node.node_id, "failed", reason)])

    def intend(self, node: Node, request: Mapping[str, Any]) -> str:
        """Record that a machine is to get a request; answers the id of the operation."""
        place = {"account": node.account, "region": node.region}
        return self.scope.intend(self.ledger_kind, [node], poller=self.POLLER, request=request, **place)

    def settle_intended(self) -> dict[str, str]:
        """Settle what a controller that then stopped had intended.

        Answers the nodes about which nothing could be learnt, with the reason.
        """
        unknown: dict[str, str] = {}
        intended = [one for one in self.scope.operations(self.POLLER, ("intended",)) if one.kind == self.ledger_kind]
        for operation, answer in self._looked(intended, _age_when_sent):
            if isinstance(answer, CloudError):
                unknown.update(dict.fromkeys(operation.node_ids, str(answer)))
            elif answer:
                self.scope.sent(operation.operation_id, answer)
            else:
                self.scope.not_sent(operation.operation_id, self.ABSENT)
        return unknown

    def failures_of(self, sent: Sent[Wanted]) -> dict[str, str]:
        """Record the refusals and what is not known; answers the nodes that failed, with the reason.

        Raises CloudError when nothing was accepted for a reason that is not any machine's: then no node has failed.
        """
        errors = [refusal.error for refusal in sent.refusals]
        if errors and not (sent.accepted or sent.unknown) and all(is_of_the_call(error) for error in errors):
            for refusal in sent.refusals:
                self.scope.not_sent(refusal.wanted.operation_id, str(refusal.error))
            raise together(errors)
        for refusal in sent.refusals:
            result = NodeResult(refusal.node_id, "failed", str(refusal.error))
            self.scope.results(refusal.wanted.operation_id, [result])
        self.scope.fail(sent.unknown)
        return {refusal.node_id: str(refusal.error) for refusal in sent.refusals} | sent.unknown

    def _attempt(self, wanted: Wanted) -> Attempted[Wanted]:
        asked, at = wanted if wanted.operation_id else self.intended(wanted), datetime.now(UTC)
        try:
            handle = self.ask(asked)
        except CloudError as error:
            return {}, Refusal(asked, error, at)
        self.scope.sent(asked.operation_id, handle)
        return self.shown(asked, handle), None

    def _operation(self, lost: Refusal[Wanted]) -> Operation:
        """What the ledger has of a lost request; a module on its own has no ledger."""
        node, at = lost.wanted.node, lost.asked_at.isoformat()
        return Operation(
            lost.wanted.operation_id,
            self.ledger_kind,
            "",
            self.POLLER,
            node.account,
            node.region,
            "intended",
            "",
            at,
            self.remembered(lost.wanted),
            (node.node_id,),
        )

    def _look_for_lost(
        self, lost: Sequence[Refusal[Wanted]], repeated: set[str], outcome: Sent[Wanted]
    ) -> list[Wanted]:
        """Look what became of lost requests; answers those to send once more."""
        refusals, again = {refusal.wanted.operation_id: refusal for refusal in lost}, list[Wanted]()
        for operation, answer in self._looked([self._operation(one) for one in lost], lambda _operation: 0.0):
            refusal = refusals[operation.operation_id]
            if isinstance(answer, CloudError):
                outcome.unknown[refusal.node_id] = f"{refusal.error}\nWhether it was accepted is not known: {answer}"
            elif answer:
                self.scope.sent(operation.operation_id, answer)
                outcome.accepted.append(self.shown(refusal.wanted, answer))
            elif isinstance(refusal.error, OutcomeUnknown) and refusal.node_id not in repeated:
                repeated.add(refusal.node_id)
                again.append(self.renewed(refusal.wanted, self.ABSENT))
            else:
                outcome.refusals.append(refusal)
        return again

    def _look_once(self, operation: Operation, ages: Mapping[str, float], waited: float) -> str | None:
        return self.look(operation, ages[operation.operation_id] + waited, waited)

    def _looked(
        self, operations: Sequence[Operation], age: Callable[[Operation], float]
    ) -> Iterator[tuple[Operation, str | CloudError]]:
        """What looking told of each operation, all looked for together until nothing is open any more."""
        ages = {operation.operation_id: age(operation) for operation in operations}
        todo, pauses, waited = list(operations), list(PAUSES), 0.0
        while todo:
            later: list[Operation] = []
            look = partial(self._look_once, ages=ages, waited=waited)
            for operation, answer in outcomes(look, todo):
                if answer is None:
                    later.append(operation)
                else:
                    yield operation, answer
            todo = later
            if todo:
                pause = pauses.pop(0) if pauses else LAST_PAUSE
                self.sleep(pause)
                waited += pause


def _age_when_sent(operation: Operation) -> float:
    """Seconds since the request surely had left: while it was throttled it was sent again for this long at most."""
    intended_at = moment_of(operation.intended_at)
    age = (datetime.now(UTC) - intended_at).total_seconds() if intended_at else 0.0
    return max(0.0, age - Patience().answer)

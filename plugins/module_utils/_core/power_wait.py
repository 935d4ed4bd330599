# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until machines have reached their power state and, once started, their agent answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .errors import InputError
from .nodes import Node
from .polling import Progress, look_until
from .power_plan import DEALLOCATED, RUNNING, STOPPED
from .scope import Scope
from .waiter import Pending, Seen, Waiter, operations_under_way

Verdict = tuple[str, str]

_OFF = {"stopped": (STOPPED, DEALLOCATED), "deallocated": (DEALLOCATED,)}
"""The power states in which a wanted state of being off is reached."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Nodes that were asked to reach ``state`` (started, stopped, deallocated, restarted) at ``since``.

    ``handle`` is what the service gave for it, ``operation_id`` the scope's operation; both empty without a run.
    """

    account: str
    region: str
    state: str
    node_ids: tuple[str, ...]
    since: datetime | None = None
    operation_id: str = ""
    handle: str = ""

    @property
    def turns_on(self) -> bool:
        """Whether the machine is to run in the end."""
        return self.state not in _OFF

    def reached_by(self, power_state: str) -> bool:
        """Whether a power state is that which is wanted."""
        return power_state in _OFF.get(self.state, (RUNNING,))


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a machine that is waited for.

    ``answers``: its agent has reported since what was asked for. ``failure``: why what was asked for failed, as the
    service tells it. ``doing``: what goes on although the power state looks reached. ``problem``: why the machine could
    not be looked at; it is looked at again.
    """

    power_state: str
    answers: bool = False
    failure: str = ""
    doing: str = ""
    problem: str = ""


Look = Callable[[Sequence[Pending[Wanted]]], Sequence[Mapping[str, Sight]]]
"""Looks at the machines of one account and region; answers what is seen of each, in the order of what is asked."""


class PowerWaiter(Waiter[Wanted]):
    """The nodes that are waited for, account by account and region by region. ``states`` are the last ones seen."""

    def __init__(
        self,
        scope: Scope,
        wanted: Sequence[Wanted],
        look_at: Look,
        progress: Progress | None = None,
        *,
        ask_agent: bool = True,
    ) -> None:
        super().__init__(scope, wanted, self._read, lambda item: (item.account, item.region), progress or Progress())
        self.states: dict[str, str] = {}
        self._look_at = look_at
        self._ask_agent = ask_agent
        for item in wanted:
            self.progress.waiting.update(dict.fromkeys(item.node_ids, f"to be {item.state}"))

    def _read(self, asked: Sequence[Pending[Wanted]]) -> list[Seen]:
        return [self._judged(pending, sights) for pending, sights in zip(asked, self._look_at(asked), strict=True)]

    def _judged(self, pending: Pending[Wanted], sights: Mapping[str, Sight]) -> Seen:
        seen = Seen()
        for node_id in pending.node_ids:
            sight = sights.get(node_id)
            self.states[node_id] = sight.power_state if sight else "absent"
            seen.add(node_id, *judge(pending.item, sight, ask_agent=self._ask_agent))
        return seen


def judge(wanted: Wanted, sight: Sight | None, *, ask_agent: bool) -> Verdict:
    """Whether a node has reached what was wanted: status (empty while it is waited for) and a text."""
    if sight is None or sight.power_state == "absent":
        return ("failed", "the machine does not exist any more")
    if sight.problem:
        return ("", sight.problem)
    reached = wanted.reached_by(sight.power_state)
    if sight.failure and not (reached and wanted.state != "restarted"):
        return ("failed", f"it {_FAILED[wanted.state]}: {sight.failure}")
    if not reached or sight.doing:
        return ("", sight.doing or sight.power_state)
    if wanted.turns_on and ask_agent and not sight.answers:
        return ("", "waiting for the agent")
    return ("passed", "")


_FAILED = {
    "started": "did not start",
    "restarted": "did not restart",
    "stopped": "did not stop",
    "deallocated": "was not deallocated",
}


def wait_for_power(waiter: PowerWaiter, known: Sequence[Node], timeout: float) -> dict[str, Any]:
    """Look until all is reached or the time is up; answers progress. ``known`` are nodes with their names."""
    look_until(waiter.look, timeout)
    answer = waiter.answer(known)
    if waiter.scope.run_id is None:
        answer["power_states"] = waiter.states
    return answer


def wanted_of_scope(scope: Scope, poller: str, progress: Progress) -> list[Wanted]:
    """What a run's wave and phase has asked for; the nodes of all of it join the progress."""
    wanted = []
    for operation in operations_under_way(scope, poller, progress):
        asked_at = str(operation.request.get("requested_at") or operation.intended_at)
        wanted.append(
            Wanted(
                operation.account,
                operation.region,
                str(operation.request["state"]),
                operation.pending,
                datetime.fromisoformat(asked_at) if asked_at else None,
                operation.operation_id,
                operation.handle,
            )
        )
    return wanted


def wanted_state(state: str | None, states: Sequence[str]) -> str:
    """The option ``state`` of a module without a run. Raises InputError when it is not given."""
    if not state:
        raise InputError("state", state, f"{', '.join(states[:-1])} or {states[-1]}, when no run_id is given")
    return state


def moment(text: str | None) -> datetime | None:
    """The option ``since``. Raises InputError."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("since", text, "a time in ISO 8601") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)

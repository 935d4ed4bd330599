# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How VMs and their agents look that are waited for, and what became of the operations that were started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._core.errors import CloudError
from .._core.power_wait import Look, Sight, Wanted
from .._core.waiter import Pending
from .client import Connection
from .errors import error_text
from .nodes import group_of, name_of
from .session import AzureSession
from .vm_states import VmState, VmStates, read_states, side_by_side

_MOVING = ("starting", "stopping", "deallocating")
_ENDED_BADLY = ("failed", "canceled")


def look_at(session: AzureSession, *, ask_agent: bool = True) -> Look:
    """Looks at the VMs of a subscription, and at the operations of those that their state leaves open."""

    def look(asked: Sequence[Pending[Wanted]]) -> list[dict[str, Sight]]:
        connection = session.connect(asked[0].item.account, asked[0].item.region)
        node_ids = list(dict.fromkeys(node_id for pending in asked for node_id in pending.node_ids))
        agent = ask_agent and any(pending.item.turns_on for pending in asked)
        states = read_states(connection, node_ids, agent=agent)
        told = _operations(connection, asked, states)
        items = [_by_their_clock(pending.item, connection) for pending in asked]
        return [
            {
                node_id: sight
                for node_id in pending.node_ids
                if (sight := _sight(item, node_id, states, told)) is not None
            }
            for pending, item in zip(asked, items, strict=True)
        ]

    return look


def _by_their_clock(wanted: Wanted, connection: Connection) -> Wanted:
    """The time of the request as the service's clock had it: what it tells of a VM is compared with that."""
    return wanted if wanted.since is None else replace(wanted, since=wanted.since + connection.ahead)


def _sight(wanted: Wanted, node_id: str, states: VmStates, told: Mapping[str, Mapping[str, Any]]) -> Sight | None:
    error = states.errors.get(node_id)
    if error is not None:
        return (
            Sight("unknown", failure=f"its state could not be read: {error}")
            if error.lasting
            else Sight("unknown", problem=error.code)
        )
    state = states.found.get(node_id)
    return None if state is None else sight_of(wanted, state, told.get(wanted.handle, {}))


def sight_of(wanted: Wanted, state: VmState, told: Mapping[str, Any]) -> Sight:
    """What is seen of a VM. ``told`` is what its operation says, empty when it was not asked or is forgotten.

    A VM that restarts runs all the time for its instance view, so the operation has to have ended first. The time of
    the agent's status moves on as long as it is heard of.
    """
    since = wanted.since
    answers = state.ready_at is not None and (since is None or state.ready_at >= since)
    status = str(told.get("status") or "").lower()
    going_on = wanted.state == "restarted" and (status == "inprogress" or (not told and state.under_way))
    return Sight(state.power_state, answers, _failure(wanted, state, told, status), "restarting" if going_on else "")


def _failure(wanted: Wanted, state: VmState, told: Mapping[str, Any], status: str) -> str:
    """Why the operation failed: as it says itself, else as the VM says, if that is not older."""
    if status in _ENDED_BADLY:
        error = told.get("error")
        return error_text(error) if isinstance(error, Mapping) else f"Azure says {told['status']}"
    if told or not state.failure or wanted.since is None or state.changed_at is None:
        return ""
    return state.failure if state.changed_at >= wanted.since else ""


def _operations(
    connection: Connection, asked: Sequence[Pending[Wanted]], states: VmStates
) -> dict[str, Mapping[str, Any]]:
    """What the operations tell by their handles, asked only where the VM's state does not.

    That is a restart, and a VM on which nothing goes on any more although it has not reached what was wanted.
    """
    nodes = {
        pending.item.handle: pending.node_ids[0]
        for pending in asked
        if pending.item.handle.startswith("https://") and _leaves_open(pending, states)
    }
    found, _errors = side_by_side(list(nodes), lambda url: _operation(connection, url, nodes[url]))
    return found


def _leaves_open(pending: Pending[Wanted], states: VmStates) -> bool:
    wanted, state = pending.item, states.found.get(pending.node_ids[0])
    if state is None:
        return False
    moving = state.under_way or state.power_state in _MOVING
    return wanted.state == "restarted" or not (moving or wanted.reached_by(state.power_state))


def _operation(connection: Connection, url: str, node_id: str) -> Mapping[str, Any] | None:
    """The answer of an operation's URL in the form of Azure-AsyncOperation; None when it is forgotten."""
    try:
        answer = connection.get_url(url, f"read how the power operation of {group_of(node_id)}/{name_of(node_id)} goes")
    except CloudError as error:
        if not error.lasting:
            raise
        return None
    return answer.body if isinstance(answer.body, Mapping) else None

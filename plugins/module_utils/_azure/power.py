# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The power of VMs: how they are, their mark, and the requests that start, stop, deallocate and restart them.

Arc machines have no power here; whether their agent is connected tells whether they run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import Node, canonical_id
from .._core.power import PowerWork
from .._core.power_plan import BEFORE_TAG, DEALLOCATED, STOPPED, Machine, PowerRules
from .._core.scope import Scope
from . import versions
from .busy import when_free
from .client import Connection
from .nodes import ARC, group_of, name_of
from .tags import delete_tags, merge_tags
from .vm_states import NOT_FOUND, ONE_BY_ONE, read_states, side_by_side

POLLER = "azure_vm_power_info"

RULES = PowerRules(
    off=(STOPPED, DEALLOCATED),
    uncontrollable="it is an Arc machine, whose power cannot be controlled from here",
    unreachable="it is an Arc machine that is not connected, and it cannot be started from here",
    unknown="this subscription has no such machine",
    absent="it is being deleted",
)

_ACTIONS = {"start": "start", "stop": "powerOff", "deallocate": "deallocate", "restart": "restart"}


def power_work(
    scope: Scope, state: str, remembered: Mapping[str, str], check_mode: bool = False, **settings: Any
) -> PowerWork[Connection]:
    """What brings VMs into a power state; ``settings`` are those of :class:`PowerWork`."""
    return PowerWork(scope, state, remembered, VmPower, RULES, POLLER, 1, check_mode=check_mode, **settings)


@dataclass(frozen=True, slots=True)
class VmPower:
    """The power of one subscription's VMs; see :class:`PowerControl`."""

    connection: Connection

    @property
    def account(self) -> str:
        return self.connection.account

    @property
    def region(self) -> str:
        return self.connection.region

    def machines(self, nodes: Sequence[Node], state: str) -> dict[str, Machine]:
        arc = [node.node_id for node in nodes if node.provider == ARC]
        found = {node_id: Machine(node_id, controllable=False) for node_id in arc}
        if state == "started" and arc:
            found |= self._connected(arc)
        vms = [node.node_id for node in nodes if node.provider != ARC]
        states = read_states(self.connection, vms, tag=BEFORE_TAG) if vms else None
        for node_id, seen in (states.found if states else {}).items():
            found[node_id] = Machine(node_id, seen.power_state, seen.mark)
        for node_id, error in (states.errors if states else {}).items():
            found[node_id] = Machine(node_id, problem=str(error))
        return found

    def _connected(self, node_ids: Sequence[str]) -> dict[str, Machine]:
        """Arc machines with whether they are connected; one that is not there, or cannot be read, has a problem."""
        statuses, errors = arc_statuses(self.connection, node_ids)
        found = {}
        for node_id in node_ids:
            problem = str(errors[node_id]) if node_id in errors else "" if node_id in statuses else RULES.unknown
            online = statuses.get(node_id, "").lower() == "connected"
            found[node_id] = Machine(node_id, controllable=False, online=online, problem=problem)
        return found

    def mark(self, states: Mapping[str, str]) -> dict[str, str]:
        return self._tagged(states, merge_tags, "mark")

    def unmark(self, marks: Mapping[str, str]) -> dict[str, str]:
        return self._tagged(marks, delete_tags, "remove the mark of")

    def _tagged(
        self, values: Mapping[str, str], change: Callable[[Connection, str, Mapping[str, str], str], None], verb: str
    ) -> dict[str, str]:
        def one(node_id: str) -> bool:
            doing = f"{verb} {group_of(node_id)}/{name_of(node_id)} (tag {BEFORE_TAG})"
            change(self.connection, node_id, {BEFORE_TAG: values[node_id]}, doing)
            return True

        _done, errors = side_by_side(list(values), one)
        return {node_id: str(error) for node_id, error in errors.items()}

    def send(self, action: str, nodes: Sequence[Node], doing: str) -> str:
        (node,) = nodes
        send = self.connection.send_once if action == "restart" else self.connection.call
        path = f"{node.node_id}/{_ACTIONS[action]}"
        answer = when_free(self.connection, lambda: send("POST", path, versions.COMPUTE, doing))
        return answer.async_operation or answer.location

    def blames_one(self, error: CloudError) -> bool:
        return False


def arc_statuses(connection: Connection, node_ids: Sequence[str]) -> tuple[Mapping[str, str], Mapping[str, CloudError]]:
    """Status of the Arc machines that exist (Connected, Disconnected, Error, …), and those that could not be read.

    Up to 30 are asked one by one, more are found in the list of the subscription. Raises CloudError for the list.
    """
    if len(node_ids) <= ONE_BY_ONE:
        return side_by_side(node_ids, lambda node_id: _arc_status(connection, node_id))
    path = f"/subscriptions/{connection.account}/providers/Microsoft.HybridCompute/machines"
    listed = connection.pages(path, versions.HYBRID_COMPUTE, "list the Arc machines")
    return {canonical_id(str(entry.get("id") or "")): _status(entry) for entry in listed}, {}


def _arc_status(connection: Connection, node_id: str) -> str | None:
    doing = f"read the state of {group_of(node_id)}/{name_of(node_id)}"
    try:
        return _status(connection.call("GET", node_id, versions.HYBRID_COMPUTE, doing).body)
    except CloudError as error:
        if error.code in NOT_FOUND:
            return None
        raise


def _status(entry: Mapping[str, Any]) -> str:
    return str((entry.get("properties") or {}).get("status") or "")

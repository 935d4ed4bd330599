# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The power of EC2 instances: which there are, their mark, and the requests that start, stop and restart them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import Node
from .._core.power import PowerWork
from .._core.power_plan import BEFORE_TAG, STOPPED, Machine, PowerRules
from .._core.scope import Scope
from .client import Connection
from .errors import speaks_of_caller
from .instances import ABSENT, UNKNOWN, create_tags, delete_tags, instances_by_id, is_hybrid
from .managed import managed_nodes

POLLER = "ec2_power_info"
INSTANCES_A_REQUEST = 50
"""Instances in one request, so that a request that is refused because of one of them is soon divided."""

RULES = PowerRules(
    off=(STOPPED,),
    uncontrollable="it is a hybrid node, whose power cannot be controlled from here",
    unreachable="it is a hybrid node whose agent does not answer, and it cannot be started from here",
    unknown=UNKNOWN,
    absent=ABSENT,
)

_OPERATIONS = {"start": "start_instances", "stop": "stop_instances", "restart": "reboot_instances"}


def power_work(
    scope: Scope, state: str, remembered: Mapping[str, str], check_mode: bool = False, **settings: Any
) -> PowerWork[Connection]:
    """What brings instances into a power state; ``settings`` are those of :class:`PowerWork`."""
    return PowerWork(
        scope, state, remembered, Ec2Power, RULES, POLLER, INSTANCES_A_REQUEST, check_mode=check_mode, **settings
    )


@dataclass(frozen=True, slots=True)
class Ec2Power:
    """The power of one account and region; see :class:`PowerControl`."""

    connection: Connection

    @property
    def account(self) -> str:
        return self.connection.account

    @property
    def region(self) -> str:
        return self.connection.region

    def machines(self, nodes: Sequence[Node], state: str) -> dict[str, Machine]:
        node_ids = [node.node_id for node in nodes]
        online = self._online(node_ids) if state == "started" else set()
        found = {
            node_id: Machine(node_id, controllable=False, online=node_id in online)
            for node_id in node_ids
            if is_hybrid(node_id)
        }
        for node_id, instance in instances_by_id(self.connection, node_ids).items():
            found[node_id] = Machine(node_id, instance.power_state, instance.tags.get(BEFORE_TAG, ""))
        return found

    def _online(self, node_ids: Sequence[str]) -> set[str]:
        """The hybrid nodes whose agent answers; asked for only where it decides."""
        hybrid = [node_id for node_id in node_ids if is_hybrid(node_id)]
        listed = managed_nodes(self.connection, hybrid) if hybrid else {}
        return {node_id for node_id, entry in listed.items() if entry.get("PingStatus") == "Online"}

    def mark(self, states: Mapping[str, str]) -> dict[str, str]:
        for state in sorted(set(states.values())):
            create_tags(self.connection, [key for key, value in states.items() if value == state], {BEFORE_TAG: state})
        return {}

    def unmark(self, marks: Mapping[str, str]) -> dict[str, str]:
        delete_tags(self.connection, list(marks), [BEFORE_TAG])
        return {}

    def send(self, action: str, nodes: Sequence[Node], doing: str) -> str:
        send = self.connection.send_once if action == "restart" else self.connection.call
        send("ec2", _OPERATIONS[action], doing, InstanceIds=[node.node_id for node in nodes])
        return ""

    def blames_one(self, error: CloudError) -> bool:
        return error.lasting and not speaks_of_caller(error.code)

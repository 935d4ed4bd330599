# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How instances and their agents look that are waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.power_wait import Look, Sight, Wanted
from .._core.waiter import Pending
from .instances import Instance, instances_by_id
from .managed import managed_nodes
from .session import AwsSession


def look_at(session: AwsSession, *, ask_agent: bool = True) -> Look:
    """Looks at the instances of an account and region, and at the agents of those that run where that is asked for."""

    def look(asked: Sequence[Pending[Wanted]]) -> list[dict[str, Sight]]:
        connection = session.connect(asked[0].item.account, asked[0].item.region)
        instances = instances_by_id(connection, [node_id for pending in asked for node_id in pending.node_ids])
        running = [
            node_id
            for pending in asked
            for node_id in pending.node_ids
            if pending.item.turns_on and node_id in instances and instances[node_id].power_state == "running"
        ]
        agents = managed_nodes(connection, running) if ask_agent and running else {}
        return [
            {
                node_id: sight_of(pending.item, instances[node_id], agents.get(node_id))
                for node_id in pending.node_ids
                if node_id in instances
            }
            for pending in asked
        ]

    return look


def sight_of(wanted: Wanted, instance: Instance, agent: Mapping[str, Any] | None) -> Sight:
    """What is seen of an instance and of its agent."""
    answers = instance.power_state == "running" and _answers(wanted, instance, agent)
    return Sight(instance.power_state, answers, _why_it_stopped(instance) if wanted.turns_on else "")


def _answers(wanted: Wanted, instance: Instance, agent: Mapping[str, Any] | None) -> bool:
    """Whether the agent is online and has said so since the start.

    A node that was off for a short time still shows Online with an old ping. A start is compared with the launch time,
    which is the service's own clock; a restart leaves that as it was, so there the time of the request counts.
    """
    if not agent or agent.get("PingStatus") != "Online":
        return False
    since = wanted.since if wanted.state == "restarted" else instance.raw.get("LaunchTime")
    ping = agent.get("LastPingDateTime")
    return since is None or (ping is not None and ping >= since)


def _why_it_stopped(instance: Instance) -> str:
    """The service's reason for an instance that went back to stopped although it was started; else empty."""
    reason = instance.raw.get("StateReason") or {}
    code = str(reason.get("Code", ""))
    if instance.power_state != "stopped" or not code or code == "Client.UserInitiatedShutdown":
        return ""
    return str(reason.get("Message") or code)

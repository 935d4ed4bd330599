# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until instances have reached their power state and, once started, their agent answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.errors import CloudError, together
from .._core.polling import Progress
from .._core.pool import map_side_by_side
from .._core.scope import NodeResult, Scope
from .client import Connection
from .instances import Instance, instances_by_id
from .managed import managed_nodes
from .session import AwsSession

Verdict = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Nodes that were asked to reach ``state`` (started, stopped, restarted) at ``since``, by an operation."""

    account: str
    region: str
    state: str
    node_ids: tuple[str, ...]
    since: datetime | None = None
    operation_id: str = ""


@dataclass(slots=True)
class PowerWaiter:
    """What is waited for. ``look`` asks once, all accounts and regions side by side."""

    session: AwsSession
    scope: Scope
    wanted: Sequence[Wanted]
    agent: bool = True
    progress: Progress = field(default_factory=Progress)
    failures: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    _pending: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for wanted in self.wanted:
            self._pending.append(set(wanted.node_ids))
            self.progress.nodes.update(wanted.node_ids)
            self.progress.waiting.update(dict.fromkeys(wanted.node_ids, f"to be {wanted.state}"))

    def look(self) -> bool:
        """Ask about every node that is waited for; answers whether all are done. Raises CloudError for no answer."""
        open_indices = [index for index, pending in enumerate(self._pending) if pending]
        self.progress.notes.clear()
        errors: list[CloudError] = []
        answers = map_side_by_side(self._ask, open_indices)
        for index, answer in answers:
            if isinstance(answer, CloudError):
                errors.append(answer)
                self.progress.notes.append(str(answer))
            elif isinstance(answer, Exception):
                raise answer
            else:
                self._record(index, answer)
        if errors and len(errors) == len(answers):
            raise together(errors)
        return self.progress.finished

    def _ask(self, index: int) -> list[NodeResult]:
        wanted = self.wanted[index]
        connection = self.session.connect(wanted.account, wanted.region)
        pending = sorted(self._pending[index])
        instances = instances_by_id(connection, pending)
        agents = self._agents(connection, wanted, instances)
        results = []
        for node_id in pending:
            status, text = judge(wanted, instances.get(node_id), agents.get(node_id), ask_agent=self.agent)
            self.states[node_id] = instances[node_id].power_state if node_id in instances else "absent"
            if status:
                results.append(NodeResult(node_id, status, text))
            else:
                self.progress.waiting[node_id] = text
        return results

    def _agents(
        self, connection: Connection, wanted: Wanted, instances: Mapping[str, Instance]
    ) -> dict[str, Mapping[str, Any]]:
        running = [node_id for node_id, instance in instances.items() if instance.power_state == "running"]
        if not self.agent or wanted.state == "stopped" or not running:
            return {}
        return managed_nodes(connection, running)

    def _record(self, index: int, results: Sequence[NodeResult]) -> None:
        for result in results:
            self._pending[index].discard(result.node_id)
            self.progress.waiting.pop(result.node_id, None)
            if result.status == "failed":
                self.failures[result.node_id] = result.detail
        operation_id = self.wanted[index].operation_id
        if operation_id and results:
            self.scope.results(operation_id, results)


def judge(wanted: Wanted, instance: Instance | None, agent: Mapping[str, Any] | None, *, ask_agent: bool) -> Verdict:
    """Whether a node has reached what was wanted: status (empty while it is waited for) and a text."""
    if instance is None or instance.power_state == "absent":
        return ("failed", "the instance does not exist any more")
    if wanted.state == "stopped":
        return ("passed", "") if instance.power_state == "stopped" else ("", instance.power_state)
    if instance.power_state != "running":
        reason = _why_it_stopped(instance)
        return ("failed", f"it did not start: {reason}") if reason else ("", instance.power_state)
    if not ask_agent:
        return ("passed", "")
    return ("passed", "") if _answers(wanted, instance, agent) else ("", "waiting for the agent")


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


def wanted_of_scope(scope: Scope, poller: str, progress: Progress) -> list[Wanted]:
    """What a run's wave and phase has asked for; the nodes of all of it join the progress."""
    wanted = []
    for operation in scope.operations(poller, ("sent", "finished")):
        progress.nodes.update(operation.node_ids)
        if operation.state == "sent" and operation.pending:
            asked_at = str(operation.request.get("requested_at") or operation.intended_at)
            wanted.append(
                Wanted(
                    operation.account,
                    operation.region,
                    operation.handle,
                    operation.pending,
                    datetime.fromisoformat(asked_at) if asked_at else None,
                    operation.operation_id,
                )
            )
    return wanted

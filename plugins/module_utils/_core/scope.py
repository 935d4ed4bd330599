# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module that works on many nodes talks to the run that it belongs to.

A module is written once against :class:`Scope`. Without a run it gets a :class:`NullScope` and does what
it is told; with a run it gets the ledger's scope, which knows the nodes still going, holds the gate, and remembers
what was intended, sent and answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

from .nodes import Node

OPERATION_OPEN = ("intended", "sent")
"""States of an operation whose outcome is not known yet."""


def report_id(params: Mapping[str, Any], phase: str) -> str:
    """The GUID that marks what a run scans or installs in a phase of a wave; empty for options without a run.

    A node's report names it, which tells the report from an older one without trusting anybody's clock. ``phase`` is
    taken when the options name none.
    """
    if not params.get("run_id"):
        return ""
    parts = [str(params[name]) for name in ("run_id", "batch", "wave")] + [str(params.get("phase") or phase)]
    return str(uuid5(NAMESPACE_URL, "/".join(["hybridops.patching", *parts])))


@dataclass(frozen=True, slots=True)
class Operation:
    """One request to a cloud that does something to nodes.

    ``state`` is ``intended`` (written before the request is sent), ``sent`` (the service gave a handle),
    ``not_sent`` (the service refused it, nothing happened) or ``finished``.
    ``handle`` is what the service answered with: a command id, a snapshot id list, an empty string.
    """

    operation_id: str
    kind: str
    phase: str
    poller: str
    account: str
    region: str
    state: str
    handle: str = ""
    intended_at: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    node_ids: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    """The nodes of this operation that have no result yet."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What an operation did on one node. ``status`` is ``passed`` or ``failed``."""

    node_id: str
    status: str
    detail: str = ""
    output: str = ""


class Scope(Protocol):
    """What a module may ask of, and must tell, the run."""

    @property
    def run_id(self) -> str | None:
        """The run, or None when the module works on its own."""

    def nodes(self) -> list[Node]:
        """The nodes to work on: those given, or those of the wave still going for which this phase is not skipped."""

    def wave_nodes(self) -> list[Node]:
        """Every node of the wave that was joined, whatever became of it (power is restored for all of them)."""

    def require_open_gate(self) -> None:
        """Raise :class:`GateClosed` unless the ledger holds an open gate for each node of the wave still going."""

    def comment(self, operation_id: str) -> str:
        """A text of at most 100 characters that marks the operation in the cloud, so that it can be found again."""

    def tags(self, node: Node) -> dict[str, str]:
        """Tags that mark what an operation creates for ``node`` (run id and node)."""

    def intend(
        self,
        kind: str,
        nodes: Sequence[Node],
        *,
        poller: str,
        account: str,
        region: str,
        request: Mapping[str, Any],
    ) -> str:
        """Write down that a request will be sent, before it is; answers the operation's id."""

    def sent(self, operation_id: str, handle: str) -> None:
        """The service accepted the request and gave ``handle``."""

    def not_sent(self, operation_id: str, reason: str) -> None:
        """The service surely did not act on the request."""

    def operations(self, poller: str | None = None, states: Sequence[str] = OPERATION_OPEN) -> list[Operation]:
        """Operations of this wave and phase, oldest first."""

    def covered(self, kind: str) -> set[str]:
        """Ids of nodes for which this phase has an operation of ``kind`` that was intended, sent or finished."""

    def results(self, operation_id: str, results: Iterable[NodeResult]) -> None:
        """Record node results; the operation is finished when every node has one. A failed node fails its phase."""

    def phase_started(self, nodes: Sequence[Node]) -> None:
        """The phase begins for these nodes."""

    def phase_ended(self, nodes: Sequence[Node], status: str, detail: str = "") -> None:
        """The phase ended (``passed``, ``skipped``, ``not_checked``) for these nodes, which keep going."""

    def fail(self, reasons: Mapping[str, str]) -> None:
        """These nodes (id to reason) failed in this phase and go no further."""

    def remember_power(self, states: Mapping[str, str]) -> None:
        """Power state of each node before the run touched it; what is remembered and not yet restored stays."""

    def remembered_power(self) -> dict[str, str]:
        """Power state to go back to, of every node of the wave on which nothing is under way any more."""

    def reached(self, phase: str) -> set[str]:
        """Ids of the run's nodes to which an operation of a phase was, or may have been, sent."""

    def busy(self) -> set[str]:
        """Ids of the run's nodes on which something is under way, or may be: their power is not to be touched."""

    def power_restored(self, node_ids: Iterable[str]) -> None:
        """These nodes are back in the power state that was remembered."""

    def record_snapshots(self, node_id: str, snapshots: Sequence[Mapping[str, Any]]) -> None:
        """Snapshots of a node: ``snapshot_id``, ``volume_id``, ``device``, ``state``; a known id is updated."""

    def record_patches(self, when: str, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Patch state of nodes ``before`` or ``after`` the installation, as ``_core.patches.PatchState``.

        Once an installation was sent to a node, what is remembered of before stays.
        """

    def recorded_patches(self, when: str) -> dict[str, dict[str, Any]]:
        """What :meth:`record_patches` keeps of the wave's nodes, by their id: counts, patches, not_checked."""

    def operation_outputs(self, kinds: Sequence[str]) -> dict[str, NodeResult]:
        """The newest result of an operation of these kinds on each node of the wave, in whatever phase."""


class NullScope:
    """A module on its own: it does what it is told and nothing is remembered."""

    run_id: str | None = None

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = list(nodes)

    def nodes(self) -> list[Node]:
        return list(self._nodes)

    def wave_nodes(self) -> list[Node]:
        return list(self._nodes)

    def require_open_gate(self) -> None:
        return None

    def comment(self, operation_id: str) -> str:
        return f"hybridops.patching op={operation_id}"

    def tags(self, node: Node) -> dict[str, str]:
        return {"hybridops:node": node.node_id}

    def intend(
        self,
        kind: str,
        nodes: Sequence[Node],
        *,
        poller: str,
        account: str,
        region: str,
        request: Mapping[str, Any],
    ) -> str:
        return uuid4().hex

    def sent(self, operation_id: str, handle: str) -> None:
        return None

    def not_sent(self, operation_id: str, reason: str) -> None:
        return None

    def operations(self, poller: str | None = None, states: Sequence[str] = OPERATION_OPEN) -> list[Operation]:
        return []

    def covered(self, kind: str) -> set[str]:
        return set()

    def results(self, operation_id: str, results: Iterable[NodeResult]) -> None:
        return None

    def phase_started(self, nodes: Sequence[Node]) -> None:
        return None

    def phase_ended(self, nodes: Sequence[Node], status: str, detail: str = "") -> None:
        return None

    def fail(self, reasons: Mapping[str, str]) -> None:
        return None

    def remember_power(self, states: Mapping[str, str]) -> None:
        return None

    def remembered_power(self) -> dict[str, str]:
        return {}

    def reached(self, phase: str) -> set[str]:
        return set()

    def busy(self) -> set[str]:
        return set()

    def power_restored(self, node_ids: Iterable[str]) -> None:
        return None

    def record_snapshots(self, node_id: str, snapshots: Sequence[Mapping[str, Any]]) -> None:
        return None

    def record_patches(self, when: str, states: Mapping[str, Mapping[str, Any]]) -> None:
        return None

    def recorded_patches(self, when: str) -> dict[str, dict[str, Any]]:
        return {}

    def operation_outputs(self, kinds: Sequence[str]) -> dict[str, NodeResult]:
        return {}

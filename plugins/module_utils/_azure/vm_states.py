# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of VMs as their instance view tells it, read with as few requests as possible.

Codes, levels and times of the statuses: Compute's InstanceViewStatus, VirtualMachineInstanceView and
VirtualMachineAgentInstanceView.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from .._core.errors import CloudError, together
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from . import versions
from .client import Connection
from .errors import error_text
from .machines import instance_views, raw_power_state, tag_of
from .nodes import group_of, name_of

Found = TypeVar("Found")

ONE_BY_ONE = 30
"""Up to so many VMs of a subscription are asked one by one; more are found in its lists."""

NOT_FOUND = frozenset({"NotFound", "ResourceGroupNotFound", "ResourceNotFound"})

_PROVISIONING = "provisioningstate/"
_UNDER_WAY = ("creating", "deleting", "migrating", "updating")


@dataclass(frozen=True, slots=True)
class VmState:
    """The state of a VM.

    ``power_state`` is Azure's word, ``unknown`` without one. ``under_way``: an operation on it goes on. ``failure``:
    how the last one failed, and ``changed_at`` when that was. ``ready_at``: when its agent said that it is ready, None
    while it does not. ``mark``: the tag asked for.
    """

    power_state: str
    under_way: bool = False
    failure: str = ""
    changed_at: datetime | None = None
    has_agent: bool = False
    ready_at: datetime | None = None
    mark: str = ""

    @classmethod
    def from_view(cls, view: Mapping[str, Any], tags: Mapping[str, str] | None = None, tag: str = "") -> VmState:
        """The state that an instance view tells, with the tag of this name."""
        statuses = list(view.get("statuses") or ())
        none: Mapping[str, Any] = {}
        provisioning = next((one for one in statuses if _code(one).startswith(_PROVISIONING)), none)
        kind, _slash, _reason = _code(provisioning).removeprefix(_PROVISIONING).partition("/")
        agent = view.get("vmAgent") or {}
        return cls(
            raw_power_state(str(one.get("code") or "") for one in statuses) or "unknown",
            kind in _UNDER_WAY,
            _failure(provisioning) if kind == "failed" else "",
            instant(provisioning.get("time")),
            bool(agent),
            _ready_at(agent.get("statuses") or ()),
            (tag_of(tags or {}, tag) if tag else None) or "",
        )


def _code(status: Mapping[str, Any]) -> str:
    return str(status.get("code") or "").lower()


def _failure(status: Mapping[str, Any]) -> str:
    """``ProvisioningState/failed/AllocationFailed`` and its message as one text."""
    reason = str(status.get("code") or "").split("/")[2:]
    return error_text({"code": reason[0] if reason else "", "message": status.get("message")})


def _ready_at(statuses: Iterable[Mapping[str, Any]]) -> datetime | None:
    """The agent's status is ``ProvisioningState/succeeded``, shown as Ready, as long as it is heard of."""
    ready = (one for one in statuses if _code(one) == f"{_PROVISIONING}succeeded")
    return next((instant(one.get("time")) for one in ready), None)


def instant(text: object) -> datetime | None:
    """A time of the service, None for none."""
    try:
        read = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VmStates:
    """The states of VMs by node id; a VM that does not exist is in neither. ``errors``: those that could not be read.

    Not all of several are errors: then reading them raises.
    """

    found: Mapping[str, VmState]
    errors: Mapping[str, CloudError]


def read_states(connection: Connection, node_ids: Sequence[str], *, tag: str = "", agent: bool = False) -> VmStates:
    """The states of VMs of one subscription, with a tag where one is asked for.

    ``agent``: the state of the agents is wanted too, which a list may leave out. Raises CloudError when nothing could
    be learnt.
    """
    listed = _listed(connection, node_ids, tag) if len(node_ids) > ONE_BY_ONE else {}
    one_by_one = [
        node_id
        for node_id in node_ids
        if node_id not in listed
        or (agent and listed[node_id].power_state == "running" and not listed[node_id].has_agent)
    ]
    found, errors = side_by_side(one_by_one, lambda node_id: _read(connection, node_id, tag))
    if errors and len(errors) == len(node_ids):
        raise together(list(errors.values()))
    return VmStates({**listed, **found}, errors)


def side_by_side(
    node_ids: Sequence[str], read: Callable[[str], Found | None]
) -> tuple[dict[str, Found], dict[str, CloudError]]:
    """What ``read`` gives of each node (None: left out), and the errors."""
    found: dict[str, Found] = {}
    errors: dict[str, CloudError] = {}
    for node_id, answer in outcomes(read, node_ids):
        if isinstance(answer, CloudError):
            errors[node_id] = answer
        elif answer is not None:
            found[node_id] = answer
    return found, errors


def _listed(connection: Connection, node_ids: Sequence[str], tag: str) -> dict[str, VmState]:
    """The states that the lists of the subscription tell. That of states has no tags, and that of tags no states."""
    wanted, subscription = set(node_ids), connection.account
    states = {
        node_id: VmState.from_view(view)
        for node_id, view in instance_views(connection, subscription).items()
        if node_id in wanted
    }
    if not tag:
        return states
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines"
    for entry in connection.pages(path, versions.COMPUTE, "list the virtual machines"):
        node_id = canonical_id(str(entry.get("id") or ""))
        if node_id in states:
            states[node_id] = replace(states[node_id], mark=tag_of(entry.get("tags") or {}, tag) or "")
    return states


def _read(connection: Connection, node_id: str, tag: str) -> VmState | None:
    """The state of one VM, None when there is none. Tags come with the VM, not with its instance view alone."""
    doing = f"read the state of {group_of(node_id)}/{name_of(node_id)}"
    try:
        if not tag:
            return VmState.from_view(connection.call("GET", f"{node_id}/instanceView", versions.COMPUTE, doing).body)
        machine = connection.call("GET", node_id, versions.COMPUTE, doing, query={"$expand": "instanceView"}).body
    except CloudError as error:
        if error.code in NOT_FOUND:
            return None
        raise
    view = (machine.get("properties") or {}).get("instanceView") or {}
    return VmState.from_view(view, machine.get("tags"), tag)

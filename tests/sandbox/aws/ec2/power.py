# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StartInstances, StopInstances, RebootInstances. A request is refused whole when one instance cannot do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...machines import Machine, PowerError
from ..errors import ServiceError
from ..world import Call, operation
from .filters import check_ids, dry_run
from .instances import instances, state


def _change(call: Call, verb: str, allowed: frozenset[str], act: Callable[[Machine], None]) -> list[dict[str, Any]]:
    known, ids = instances(call), call.params["InstanceIds"]
    check_ids("instance", "InvalidInstanceID", "i", ids, known)
    machines = [known[node_id] for node_id in dict.fromkeys(ids)]
    for machine in machines:
        if machine.power not in allowed:
            raise ServiceError(
                "IncorrectInstanceState",
                f"The instance '{machine.node_id}' is not in a state from which it can be {verb}.",
            )
    dry_run(call)
    changes = []
    for machine in machines:
        before = state(machine)
        try:
            act(machine)
        except PowerError as error:
            raise ServiceError("IncorrectInstanceState", str(error)) from None
        changes.append({"InstanceId": machine.node_id, "PreviousState": before, "CurrentState": state(machine)})
    return changes


@operation("ec2", "StartInstances")
def start_instances(call: Call) -> Mapping[str, Any]:
    """Begin to start; instances that run stay as they are."""
    allowed = frozenset({"stopped", "starting", "running", "rebooting"})
    return {"StartingInstances": _change(call, "started", allowed, lambda machine: machine.start())}


@operation("ec2", "StopInstances")
def stop_instances(call: Call) -> Mapping[str, Any]:
    """Begin to stop; stopped instances stay as they are."""
    if call.params.get("Hibernate"):
        raise ServiceError(
            "UnsupportedHibernationConfiguration", "The instance was not launched with hibernation enabled."
        )
    force = bool(call.params.get("Force"))
    allowed = frozenset({"running", "rebooting", "stopping", "stopped"})
    return {"StoppingInstances": _change(call, "stopped", allowed, lambda machine: machine.stop(force))}


@operation("ec2", "RebootInstances")
def reboot_instances(call: Call) -> Mapping[str, Any]:
    """Ask for a reboot; answers before it happens."""
    _change(call, "rebooted", frozenset({"running", "rebooting"}), lambda machine: machine.reboot())
    return {}

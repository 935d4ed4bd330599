# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arc machines with what decides about their membership: tags, operating system, names, and whether they are connected.

Resource Graph answers a thousand in one request, some minutes old; the lists of Azure Resource Manager are of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import canonical_id
from .._core.pool import outcomes
from .graph import query
from .machines import ARC_TYPE, list_arc
from .session import AzureSession
from .systems import family_of_type

CONNECTED = "connected"
DOING = "read the Arc machines"
_KQL = (
    f"resources | where type =~ '{ARC_TYPE}' | project id, name, location, tags, "
    f"status = tostring(properties.status), osType = tostring(properties.osType), "
    f"machineFqdn = tostring(properties.machineFqdn), computerName = tostring(properties.osProfile.computerName)"
)


@dataclass(frozen=True, slots=True)
class ArcMachine:
    """An Arc machine. ``id`` is the canonical one; ``fqdn`` and ``computer_name`` are what its agent told."""

    id: str
    name: str
    location: str
    tags: Mapping[str, str]
    connected: bool
    os_family: str
    fqdn: str
    computer_name: str

    @property
    def subscription(self) -> str:
        """The subscription, in lower case."""
        return self.id.split("/")[2]

    @property
    def group(self) -> str:
        """The resource group, in lower case."""
        return self.id.split("/")[4]


def arc_machines(
    session: AzureSession, subscriptions: Sequence[str], *, of_now: bool
) -> tuple[dict[str, ArcMachine], dict[str, CloudError]]:
    """The Arc machines of the subscriptions by id, and the subscriptions that could not be read.

    One query for all subscriptions that the same credentials reach, or with ``of_now`` a list for each.
    """
    groups = [[one] for one in subscriptions] if of_now else session.groups(list(subscriptions))
    read = _of_arm if of_now else _of_graph
    machines: dict[str, ArcMachine] = {}
    unread: dict[str, CloudError] = {}
    for group, answer in outcomes(lambda group: read(session, group), groups):
        if isinstance(answer, CloudError):
            unread.update(dict.fromkeys((one.lower() for one in group), answer))
        else:
            machines.update({machine.id: machine for machine in answer})
    return machines, unread


def _of_graph(session: AzureSession, subscriptions: list[str]) -> list[ArcMachine]:
    rows = query(session.connect(subscriptions[0]), _KQL, subscriptions, DOING)
    return list(_machines((row, row) for row in rows))


def _of_arm(session: AzureSession, subscriptions: list[str]) -> list[ArcMachine]:
    (subscription,) = subscriptions
    entries = list_arc(session.connect(subscription), subscription)
    return list(_machines((entry, _flat(entry.get("properties") or {})) for entry in entries))


def _flat(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {**properties, "computerName": (properties.get("osProfile") or {}).get("computerName")}


def _machines(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterable[ArcMachine]:
    for row, properties in rows:
        yield ArcMachine(
            canonical_id(str(row["id"])),
            str(row.get("name") or ""),
            str(row.get("location") or ""),
            {str(name): str(value) for name, value in (row.get("tags") or {}).items()},
            str(properties.get("status") or "").lower() == CONNECTED,
            family_of_type(str(properties.get("osType") or "")),
            str(properties.get("machineFqdn") or ""),
            str(properties.get("computerName") or ""),
        )

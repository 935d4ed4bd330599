# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cloud says about a node before a run, in the same words for every cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import InputError
from .nodes import canonical_id

POWER_STATES = ("running", "stopped", "starting", "stopping", "absent", "unknown")
NATIVE_KINDS = ("maintenance_window", "association", "patch_policy", "maintenance_configuration", "platform", "os")


@dataclass(frozen=True, slots=True)
class Agent:
    """The management agent on the node; None where the cloud does not say."""

    online: bool | None = None
    version: str = ""
    up_to_date: bool | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotAbility:
    """Whether all volumes of the node can be snapshotted and restored, and what speaks against it."""

    possible: bool = False
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline that the node's patch group gets; ``default`` when none is registered and the default applies."""

    id: str
    name: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class NativeUpdate:
    """Something that installs updates on the node on its own; ``next`` is ISO 8601, None when it is not known."""

    kind: str
    name: str
    next: str | None = None


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What the cloud says about one node. With ``found`` False all the rest is unknown."""

    node_id: str
    found: bool = False
    provider: str = ""
    account: str = ""
    region: str = ""
    name: str = ""
    os_family: str = ""
    os: str = ""
    os_version: str = ""
    power_state: str = "unknown"
    can_power: bool = False
    agent: Agent = field(default_factory=Agent)
    snapshot: SnapshotAbility = field(default_factory=SnapshotAbility)
    volumes: int = 0
    scaling_group: str | None = None
    baseline: Baseline | None = None
    native_updates: tuple[NativeUpdate, ...] = ()
    patch_group: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> NodeFacts:
        """Facts as a module returned them; keys that this version does not know are left out. Raises InputError."""
        if not isinstance(data, Mapping) or not data.get("node_id"):
            raise InputError("facts", data, "a dictionary with node_id, as a node info module returns it")
        plain = {key: data[key] for key in _PLAIN if data.get(key) is not None}
        plain["node_id"] = canonical_id(str(plain["node_id"]))
        snapshot = data.get("snapshot") or {}
        baseline = data.get("baseline")
        return cls(
            **plain,
            agent=Agent(**_known(Agent, data.get("agent"))),
            snapshot=SnapshotAbility(bool(snapshot.get("possible")), tuple(snapshot.get("obstacles") or ())),
            scaling_group=data.get("scaling_group") or None,
            baseline=Baseline(**_known(Baseline, baseline)) if baseline else None,
            native_updates=tuple(
                NativeUpdate(**_known(NativeUpdate, update)) for update in data.get("native_updates") or ()
            ),
            tags=dict(data.get("tags") or {}),
        )

    def to_dict(self) -> dict[str, Any]:
        """Facts as plain data."""
        return {name: getattr(self, name) for name in _PLAIN} | {
            "agent": _plain(self.agent),
            "snapshot": {"possible": self.snapshot.possible, "obstacles": list(self.snapshot.obstacles)},
            "scaling_group": self.scaling_group,
            "baseline": _plain(self.baseline) if self.baseline else None,
            "native_updates": [_plain(update) for update in self.native_updates],
            "tags": dict(self.tags),
        }


@dataclass(frozen=True, slots=True)
class UnlistedNode:
    """A node of the cloud that carries a patch group of the environment and is not in the inventory.

    ``os`` and ``tags`` are empty where a cloud's module does not say them.
    """

    node_id: str
    name: str = ""
    account: str = ""
    region: str = ""
    patch_group: str = ""
    os: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> UnlistedNode:
        """An entry of ``unlisted`` as a module returned it. Raises InputError."""
        if not isinstance(data, Mapping) or not data.get("node_id"):
            raise InputError("unlisted", data, "a dictionary with node_id")
        return cls(**_known(cls, data) | {"node_id": canonical_id(str(data["node_id"]))})

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return _plain(self)


_PLAIN = (
    "node_id",
    "found",
    "provider",
    "account",
    "region",
    "name",
    "os_family",
    "os",
    "os_version",
    "power_state",
    "can_power",
    "volumes",
    "patch_group",
)


def _known(kind: type[Any], data: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (data or {}).items() if key in kind.__dataclass_fields__}


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}

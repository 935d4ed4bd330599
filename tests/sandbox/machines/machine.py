# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .clock import Clock
from .model import Faults, InstalledPatch, Patch, PatchOutcome, ScriptResult, Service, Volume
from .operating_systems import OperatingSystem


class Machine:
    """A machine: power, agent, services, disks, patches, scripts. Thread-safe; knows no cloud.

    Attributes (read them; change them through methods or ``alter``):
    ``node_id``, ``name``, ``account``, ``region``, ``os`` (OperatingSystem), ``tags`` (dict; the cloud side may write
    it), ``attributes`` (what the cloud side needs and the machine does not: instance_type, private_ip, zone, vpc…,
    product_codes, auto_scaling_group …; from the fleet file), ``agent_version``, ``hybrid`` (an ``mi-`` node that no
    power request reaches), ``volumes``, ``services`` (by name), ``faults``, ``boot_id``, ``boot_count``, ``booted_at``.
    """

    node_id: str
    name: str
    account: str
    region: str
    os: OperatingSystem
    os_version: str
    hostname: str
    tags: dict[str, str]
    attributes: dict[str, Any]
    agent_version: str
    hybrid: bool
    volumes: list[Volume]
    services: dict[str, Service]
    faults: Faults
    self_updating: bool
    patch_source: str
    boot_id: str
    boot_count: int
    booted_at: datetime | None
    clock: Clock

    # power
    @property
    def power(self) -> str:
        """``running``, ``stopped``, ``starting``, ``stopping`` or ``rebooting`` right now."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to boot; returns at once. No effect when it runs or boots. PowerError while it is stopping."""
        raise NotImplementedError

    def stop(self, force: bool = False) -> None:
        """Begin to shut down; returns at once. No effect when stopped or stopping."""
        raise NotImplementedError

    def reboot(self) -> None:
        """Begin to reboot; returns at once. PowerError unless it runs (a second reboot while rebooting has no effect)."""
        raise NotImplementedError

    def wait_for(self, power: str, timeout: float) -> bool:
        """Block until ``power`` is the state, at most ``timeout`` simulated seconds."""
        raise NotImplementedError

    def wait_for_agent(self, timeout: float) -> bool:
        """Block until the agent is online, at most ``timeout`` simulated seconds."""
        raise NotImplementedError

    # agent
    @property
    def agent_online(self) -> bool:
        """Whether the agent answers now: the machine runs, the agent has come up and no fault keeps it away."""
        raise NotImplementedError

    @property
    def agent_last_seen(self) -> datetime | None:
        """When the agent last answered; None when never."""
        raise NotImplementedError

    def update_agent(self, version: str = "") -> str:
        """Update the agent to ``version`` or the newest; returns the version it then has. Blocks."""
        raise NotImplementedError

    # scripts
    def run_script(self, text: str, shell: str, *, timeout: float = 3600.0,
                   environment: Mapping[str, str] | None = None, working_directory: str = "") -> ScriptResult:
        """Run ``text`` with ``shell`` (``sh`` or ``powershell``); blocks. ``timeout`` in simulated seconds.

        Raises AgentLost when the machine goes down meanwhile. A script that reboots the machine itself is lost too.
        """
        raise NotImplementedError

    # patches, in general words
    def applicable_patches(self) -> list[Patch]:
        """The catalogue's patches for this OS, oldest first, installed or not, superseded ones included."""
        raise NotImplementedError

    def installed_patches(self) -> dict[str, InstalledPatch]:
        """What is installed, by key."""
        raise NotImplementedError

    def install_patches(self, patches: Iterable[Patch]) -> list[PatchOutcome]:
        """Install one after the other, with what they depend on; blocks for the time it takes; no reboot."""
        raise NotImplementedError

    @property
    def reboot_pending(self) -> bool:
        """An installed patch waits for a reboot."""
        raise NotImplementedError

    # services and health
    def service(self, name: str) -> Service:
        """By name (without ``.service``; case does not matter on Windows). Raises KeyError."""
        raise NotImplementedError

    def start_service(self, name: str) -> bool:
        """Start it; False when it is broken. Raises KeyError."""
        raise NotImplementedError

    def stop_service(self, name: str) -> None:
        """Stop it. Raises KeyError."""
        raise NotImplementedError

    def listening_ports(self) -> dict[int, str]:
        """TCP ports that listen now, with the name of the service."""
        raise NotImplementedError

    @property
    def healthy(self) -> bool:
        """It runs and every enabled service that counts for health runs."""
        raise NotImplementedError

    # control
    def alter(self, changes: Mapping[str, Any]) -> None:
        """Change it from outside (control API, tests).

        Keys: ``power`` (running|stopped, at once), ``faults`` (merged), ``services`` ({name: {state, broken, enabled}}),
        ``tags`` (merged, null removes), ``agent_version``, ``agent_online`` (false: goes away; true: is back),
        ``volumes`` ({volume_id: {used_mib}}), ``self_updating``, ``attributes`` (merged), ``installed`` (keys, added),
        ``removed`` (keys, removed). Raises AlterError, naming key and what is allowed.
        """
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain data for JSON."""
        raise NotImplementedError

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import alter as altering
from . import installing
from .clock import Clock
from .model import Faults, InstalledPatch, Patch, PatchOutcome, ScriptResult, Service, Volume
from .operating_systems import OperatingSystem
from .packages import PatchIndex, PatchStore
from .power import Durations
from .powered import Powered
from .services import ServiceSet

NEWEST_AGENT = "3.3.2299.0"


@dataclass(slots=True)
class MachineSpec:
    """How a machine is at the beginning. ``attributes`` are for the cloud side only."""

    node_id: str
    name: str
    account: str
    region: str
    os: OperatingSystem
    index: PatchIndex
    volumes: list[Volume]
    services: list[Service]
    tags: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    installed: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    running: bool = True
    hybrid: bool = False
    hostname: str = ""
    agent_version: str = NEWEST_AGENT
    newest_agent_version: str = NEWEST_AGENT
    agent_installed: bool = True
    self_updating: bool = False
    patch_source: str = "vendor"
    durations: Durations = field(default_factory=Durations)


class Machine(Powered):
    """A machine: power, agent, services, disks, patches, scripts. Thread-safe; knows no cloud.

    Attributes (read them; change them through methods or ``alter``): ``node_id``, ``name``, ``account``, ``region``,
    ``os``, ``hostname``, ``tags`` (the cloud side may write them), ``attributes`` (what only the cloud side needs:
    instance_type, zone, private_ip, product_codes, auto_scaling_group …), ``agent_version``, ``hybrid`` (no power
    request of a cloud reaches it), ``self_updating`` (the OS installs updates by itself), ``patch_source``
    (``vendor``, ``mirror:URL``, ``wsus:URL``), ``volumes``, ``services``, ``store`` (patches), ``faults``, ``boot_id``,
    ``boot_count``, ``records`` (what an agent's plugins remember on the machine, by their name).
    """

    def __init__(self, spec: MachineSpec, clock: Clock, directory: Path) -> None:
        """``directory``: where the machine keeps its files; made when first needed."""
        services = ServiceSet(spec.services, ignore_case=spec.os.is_windows)
        super().__init__(spec.node_id, clock, spec.durations, services, spec.running)
        self.directory = directory
        self.name, self.account, self.region = spec.name, spec.account, spec.region
        self.os, self.hostname = spec.os, spec.hostname or spec.name
        self.tags, self.attributes = dict(spec.tags), dict(spec.attributes)
        self.agent_version, self.newest_agent_version = spec.agent_version, spec.newest_agent_version
        self.hybrid, self.self_updating, self.patch_source = spec.hybrid, spec.self_updating, spec.patch_source
        self.agent_installed = spec.agent_installed
        self.volumes = spec.volumes
        self.store = PatchStore(spec.index, spec.not_applicable)
        for key in spec.installed:
            self.store.put(spec.index[key], None, 0)
        self.records: dict[str, Any] = {}
        self.patch_report: Any = None
        self._full_stash: int | None = None
        self.set_faults(spec.faults)

    # scripts

    def run_script(
        self,
        text: str,
        shell: str,
        *,
        timeout: float = 3600.0,
        environment: Mapping[str, str] | None = None,
        working_directory: str = "",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ScriptResult:
        """Run ``text`` with ``shell`` (``sh`` or ``powershell``); blocks. ``timeout`` in simulated seconds.
        Once ``cancelled`` says so the script is killed; its exit code is then -1.

        Raises AgentLost when the machine goes down meanwhile (also by the script itself), ValueError for another shell.
        A shell that the OS does not have fails as it would there: exit code 127.
        """
        from .scripts import run_script

        return run_script(self, text, shell, timeout, dict(environment or {}), working_directory, cancelled)

    # patches

    def applicable_patches(self) -> list[Patch]:
        """Published patches that this machine has a use for, oldest first, installed or not, replaced ones included."""
        return [patch for patch in self.store.published(self.clock.now()) if self.store.applies(patch)]

    def installed_patches(self) -> dict[str, InstalledPatch]:
        """What is installed, by key."""
        with self.lock:
            return dict(self.store.installed)

    def install_patches(
        self, patches: Iterable[Patch], may_start: Callable[[], bool] = lambda: True
    ) -> list[PatchOutcome]:
        """Install one after the other, with what they depend on; blocks for the time it takes; no reboot.

        ``may_start`` is asked before each; once it says no, the rest stay ``pending``.
        """
        return installing.install(self, patches, may_start)

    @property
    def reboot_pending(self) -> bool:
        """An installed patch waits for a reboot."""
        with self.lock:
            self._power.settle()
            return bool(self.store.waiting_for_reboot(self.boot_count))

    # services, disks, health

    @property
    def root_volume(self) -> Volume:
        """The volume with the operating system."""
        return next(volume for volume in self.volumes if volume.root)

    def service(self, name: str) -> Service:
        """By name (without ``.service``; case does not matter on Windows). Raises KeyError."""
        with self.lock:
            self._power.settle()
            return self.services.find(name)

    def start_service(self, name: str) -> bool:
        """Start it; False when it is broken. Raises KeyError."""
        with self.lock:
            self._power.settle()
            self.touch()
            return self.services.start(name)

    def stop_service(self, name: str) -> None:
        """Stop it. Raises KeyError."""
        with self.lock:
            self._power.settle()
            self.touch()
            self.services.stop(name)

    def listening_ports(self) -> dict[int, str]:
        """TCP ports that listen now, with the name of the service that owns each."""
        with self.lock:
            return self.services.ports() if self.power == "running" else {}

    @property
    def healthy(self) -> bool:
        """It runs and every enabled service that counts for health runs."""
        with self.lock:
            needed = [s for s in self.services.values() if s.health and s.enabled]
            return self.power == "running" and all(s.running for s in needed)

    # control

    def set_faults(self, faults: Faults) -> None:
        """From now on it does these things wrong, and no others."""
        with self.lock:
            root = self.root_volume
            if faults.disk_full and self._full_stash is None:
                self._full_stash, root.used_mib = root.used_mib, root.size_mib
            elif not faults.disk_full and self._full_stash is not None:
                root.used_mib, self._full_stash = self._full_stash, None
            if faults.agent_lost == "now":
                self.set_agent(False)
            elif self.faults.agent_lost and not faults.agent_lost:
                self.set_agent(True)
            self.faults = faults

    def alter(self, changes: Mapping[str, Any]) -> None:
        """Change it from outside (control API, tests); see ``alter.py`` for the keys. Raises AlterError."""
        altering.apply(self, changes)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain data for JSON."""
        return altering.describe(self)

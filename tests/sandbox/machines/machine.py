# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated machine."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from . import alter as altering
from . import installing
from .clock import Clock
from .errors import AgentLost
from .model import Faults, InstalledPatch, Patch, PatchOutcome, ScriptResult, Service, Volume
from .operating_systems import OperatingSystem
from .packages import PatchIndex, PatchStore
from .power import Durations, Power
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


class Machine:
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
        self.clock = clock
        self.directory = directory
        self.lock = threading.RLock()
        self.node_id, self.name, self.account, self.region = spec.node_id, spec.name, spec.account, spec.region
        self.os, self.hostname = spec.os, spec.hostname or spec.name
        self.tags, self.attributes = dict(spec.tags), dict(spec.attributes)
        self.agent_version, self.newest_agent_version = spec.agent_version, spec.newest_agent_version
        self.hybrid, self.self_updating, self.patch_source = spec.hybrid, spec.self_updating, spec.patch_source
        self.agent_installed = spec.agent_installed
        self.volumes = spec.volumes
        self.services = ServiceSet(spec.services, ignore_case=spec.os.is_windows)
        self.store = PatchStore(spec.index, spec.not_applicable)
        for key in spec.installed:
            self.store.put(spec.index[key], None, 0)
        self.faults = Faults()
        self.durations = spec.durations
        self.boot_count = 1 if spec.running else 0
        self.boot_id = str(uuid.uuid4())
        self.breaks_at_boot: list[str] = []
        self.records: dict[str, Any] = {}
        self.patch_report: Any = None
        self.changes = 0
        self._agent_down = False
        self._last_seen: datetime | None = clock.now() if spec.agent_installed else None
        self._full_stash: int | None = None
        self._power = Power(clock, spec.durations, self._boot, self._going_down, spec.running)
        if not spec.running:
            self.services.all_down()
        self.set_faults(spec.faults)

    # power

    @property
    def power(self) -> str:
        """``running``, ``stopped``, ``starting``, ``stopping`` or ``rebooting`` right now."""
        with self.lock:
            return self._power.state

    @property
    def booted_at(self) -> datetime | None:
        """When it came up; None when it does not run."""
        with self.lock:
            return self._power.booted_at if self._power.state == "running" else None

    @property
    def up_seconds(self) -> float:
        """Simulated seconds since it came up; 0 when it does not run."""
        with self.lock:
            return self._power.up_seconds

    def start(self) -> None:
        """Begin to boot; returns at once. No effect when it runs or boots. PowerError while it is stopping."""
        with self.lock:
            self._power.start(fails=self.faults.start_fails)

    def stop(self, force: bool = False) -> None:
        """Begin to shut down; returns at once. No effect when stopped or stopping."""
        with self.lock:
            self._power.stop(force)

    def reboot(self) -> None:
        """Begin to reboot; returns at once. PowerError unless it runs; no effect while it reboots."""
        with self.lock:
            self._power.reboot(hangs=self.faults.reboot_hangs)

    def put_power(self, running: bool) -> None:
        """Be running or stopped at once."""
        with self.lock:
            self._power.put(running)

    def wait_for(self, power: str, timeout: float) -> bool:
        """Block until ``power`` is the state, at most ``timeout`` simulated seconds."""
        return self._wait(lambda: self.power == power, timeout)

    def wait_for_agent(self, timeout: float) -> bool:
        """Block until the agent is online, at most ``timeout`` simulated seconds."""
        return self._wait(lambda: self.agent_online, timeout)

    def _wait(self, reached: Any, timeout: float) -> bool:
        end = self.clock.seconds() + timeout
        step = max(1.0, 0.02 * self.clock.speed)
        while not reached():
            left = end - self.clock.seconds()
            if left <= 0:
                return False
            self.clock.sleep(min(step, left))
        return True

    def _boot(self, rebooted: bool) -> None:
        self.boot_count += 1
        self.boot_id = str(uuid.uuid4())
        self._agent_down = rebooted and self.faults.agent_lost == "reboot"
        broken, self.breaks_at_boot = self.breaks_at_boot, []
        if rebooted:
            broken = [*broken, *self.faults.services_down_after.get("reboot", ())]
        self.services.boot()
        for name in broken:
            self.services.break_down(name)
        self.touch()

    def _going_down(self) -> None:
        if not self._agent_down and self.agent_installed:
            self._last_seen = self.clock.now()
        self.services.all_down()
        self.touch()

    # agent

    @property
    def agent_online(self) -> bool:
        """Whether the agent answers now: the machine runs, the agent has come up and no fault keeps it away."""
        with self.lock:
            return (self.agent_installed and not self._agent_down and self._power.state == "running"
                    and self._power.up_seconds >= self.durations.agent)

    @property
    def agent_last_seen(self) -> datetime | None:
        """When the agent last answered; None when never."""
        with self.lock:
            if self.agent_online:
                self._last_seen = self.clock.now()
            return self._last_seen

    def set_agent(self, online: bool) -> None:
        """Take the agent away or bring it back (it still needs a running machine)."""
        with self.lock:
            if not online and self.agent_online:
                self._last_seen = self.clock.now()
            self._agent_down = not online

    def lose_agent(self, reason: str) -> NoReturn:
        """The agent goes away now. Raises AgentLost."""
        self.set_agent(False)
        raise AgentLost(reason)

    def check_agent(self, boot_count: int) -> None:
        """Raise AgentLost unless the agent is online in that same boot."""
        with self.lock:
            if not self.agent_online or self.boot_count != boot_count:
                raise AgentLost(f"the agent of {self.node_id} is not there any more (the machine is {self.power})")

    def work(self, seconds: float, boot_count: int) -> None:
        """The agent works for ``seconds``; raises AgentLost when it or the machine went away meanwhile."""
        self.clock.sleep(seconds)
        self.check_agent(boot_count)

    def update_agent(self, version: str = "") -> str:
        """Update the agent to ``version`` or the newest; returns the version it then has. Blocks. Raises AgentLost."""
        boot = self.boot_count
        self.check_agent(boot)
        wanted = version or self.newest_agent_version
        if wanted != self.agent_version:
            self.work(self.durations.agent_update, boot)
            self.agent_version = wanted
        return self.agent_version

    # scripts

    def run_script(self, text: str, shell: str, *, timeout: float = 3600.0,
                   environment: Mapping[str, str] | None = None, working_directory: str = "") -> ScriptResult:
        """Run ``text`` with ``shell`` (``sh`` or ``powershell``); blocks. ``timeout`` in simulated seconds.

        Raises AgentLost when the machine goes down meanwhile (also by the script itself), ValueError for another shell.
        A shell that the OS does not have fails as it would there: exit code 127.
        """
        from .scripts import run_script

        return run_script(self, text, shell, timeout, dict(environment or {}), working_directory)

    # patches

    def applicable_patches(self) -> list[Patch]:
        """Published patches that this machine has a use for, oldest first, installed or not, replaced ones included."""
        return [patch for patch in self.store.published(self.clock.now()) if self.store.applies(patch)]

    def installed_patches(self) -> dict[str, InstalledPatch]:
        """What is installed, by key."""
        with self.lock:
            return dict(self.store.installed)

    def install_patches(self, patches: Iterable[Patch]) -> list[PatchOutcome]:
        """Install one after the other, with what they depend on; blocks for the time it takes; no reboot."""
        return installing.install(self, patches)

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

    def touch(self) -> None:
        """Something changed that a script may see in a file."""
        self.changes += 1

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

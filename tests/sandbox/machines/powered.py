# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a machine that goes up and down, and the agent that lives on it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from .clock import Clock
from .errors import AgentLost
from .model import Faults
from .power import Durations, Planned, Power
from .services import ServiceSet

LEAST_WALL_SECONDS = 0.3


class Powered:
    """Power and agent. ``boot_id`` and ``boot_count`` change with every boot."""

    def __init__(self, node_id: str, clock: Clock, durations: Durations, services: ServiceSet, running: bool) -> None:
        self.node_id = node_id
        self.clock = clock
        self.durations = durations
        self.services = services
        self.lock = threading.RLock()
        self.faults = Faults()
        self.agent_installed = True
        self.agent_version = ""
        self.newest_agent_version = ""
        self.boot_count = 1 if running else 0
        self.boot_id = str(uuid.uuid4())
        self.breaks_at_boot: list[str] = []
        self.changes = 0
        self._agent_down = False
        self._last_seen: datetime | None = clock.now()
        self._power = Power(clock, durations, self._boot, self._going_down, running)
        if not running:
            self.services.all_down()

    def touch(self) -> None:
        """Something changed that a script may see in a file."""
        self.changes += 1

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

    def plan_power(self, seconds: float, off: bool = False) -> None:
        """Reboot, or shut down, in so many simulated seconds, whatever runs then. PowerError unless it runs.

        The script that asks for it is a real process and needs time of the wall clock to end, however fast the fleet's
        clock is: it has at least LEAST_WALL_SECONDS.
        """
        with self.lock:
            least = LEAST_WALL_SECONDS / wall if (wall := self.clock.wall_seconds(1.0)) else 0.0
            at = self.clock.seconds() + max(seconds, least)
            self._power.plan(Planned(at, off, lambda: self.faults.reboot_hangs))

    @property
    def power_planned(self) -> bool:
        """A reboot or a shutdown is set for later."""
        with self.lock:
            return self._power.planned

    def unplan_power(self) -> bool:
        """Forget the reboot or shutdown that was set for later; False when there is none."""
        with self.lock:
            return self._power.unplan()

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

    def _wait(self, reached: Callable[[], bool], timeout: float) -> bool:
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
            return (
                self.agent_installed
                and not self._agent_down
                and self._power.state == "running"
                and self._power.up_seconds >= self.durations.agent
            )

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

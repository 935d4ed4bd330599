# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of a machine: which state follows which, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .clock import Clock
from .errors import PowerError


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a machine takes, in simulated seconds. ``agent``: from boot until the agent answers."""

    boot: float = 40.0
    shutdown: float = 15.0
    agent: float = 10.0
    scan: float = 20.0
    agent_update: float = 20.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A reboot, or a shutdown (``off``), at a simulated instant. ``hangs`` is asked then: the reboot never ends."""

    at: float
    off: bool
    hangs: Callable[[], bool]


class Power:
    """The power state. Transitions are due at an instant and take place when somebody looks (``settle``)."""

    def __init__(
        self,
        clock: Clock,
        durations: Durations,
        on_boot: Callable[[bool], None],
        on_down: Callable[[], None],
        running: bool = True,
    ) -> None:
        """``on_boot(rebooted)`` is called when the machine is up, ``on_down()`` when it begins to go down."""
        self._clock = clock
        self._durations = durations
        self._on_boot = on_boot
        self._on_down = on_down
        self._state = "running" if running else "stopped"
        self._due: float | None = None
        self._planned: Planned | None = None
        self._up_since = clock.seconds() - 86400.0
        self.booted_at: datetime | None = clock.now() if running else None

    @property
    def state(self) -> str:
        """running, stopped, starting, stopping or rebooting."""
        self.settle()
        return self._state

    @property
    def up_seconds(self) -> float:
        """Simulated seconds since the last boot; 0 when it does not run."""
        return self._clock.seconds() - self._up_since if self.state == "running" else 0.0

    @property
    def seconds_to_change(self) -> float | None:
        """Until the transition under way ends; None when there is none, or it never ends."""
        return None if self._due is None else max(0.0, self._due - self._clock.seconds())

    @property
    def planned(self) -> bool:
        """A reboot or a shutdown is set for later."""
        self.settle()
        return self._planned is not None

    def plan(self, planned: Planned) -> None:
        """Set a reboot or a shutdown for later, instead of another one. PowerError unless it runs."""
        if self.state != "running":
            raise PowerError(f"the machine is {self._state}: nothing can be set for later")
        self._planned = planned

    def unplan(self) -> bool:
        """Forget what was set for later; False when there was nothing."""
        self.settle()
        had, self._planned = self._planned is not None, None
        return had

    def settle(self) -> None:
        """Let what is due take place."""
        self._settle_transition()
        planned = self._planned
        if planned and self._state == "running" and self._clock.seconds() >= planned.at:
            self._planned = None
            if planned.off:
                self.stop()
            else:
                self.reboot(planned.hangs())
            if self._due is not None:
                self._due -= self._clock.seconds() - planned.at
            self._settle_transition()

    def _settle_transition(self) -> None:
        if self._due is None or self._clock.seconds() < self._due:
            return
        due, self._due = self._due, None
        if self._state == "stopping":
            self._state = "stopped"
            self.booted_at = None
            return
        rebooted = self._state == "rebooting"
        self._state = "running"
        self._up_since = due
        self.booted_at = self._clock.now()
        self._on_boot(rebooted)

    def start(self, fails: bool = False) -> None:
        """Begin to boot. ``fails``: it comes back to stopped. PowerError while it is stopping."""
        if self.state == "stopping":
            raise PowerError("the machine is stopping and cannot be started yet")
        if self._state == "stopped":
            self._begin("stopping" if fails else "starting", self._durations.boot)

    def stop(self, force: bool = False) -> None:
        """Begin to shut down, at once when forced."""
        if self.state in ("stopped", "stopping") and not force:
            return
        if self._state != "stopped":
            self._on_down()
            self._begin("stopping", 1.0 if force else self._durations.shutdown)

    def reboot(self, hangs: bool = False) -> None:
        """Begin to reboot. ``hangs``: it never ends by itself."""
        if self.state == "rebooting":
            return
        if self._state != "running":
            raise PowerError(f"the machine is {self._state} and cannot be rebooted")
        self._on_down()
        self._begin("rebooting", self._durations.shutdown + self._durations.boot)
        if hangs:
            self._due = None

    def put(self, running: bool) -> None:
        """Be running or stopped at once (from outside)."""
        self.settle()
        if running == (self._state == "running"):
            return
        if running:
            self._begin("starting", 0.0)
            self.settle()
        else:
            self._on_down()
            self._begin("stopping", 0.0)
            self.settle()

    def _begin(self, state: str, seconds: float) -> None:
        self._planned = None
        self._state = state
        self._due = self._clock.seconds() + seconds

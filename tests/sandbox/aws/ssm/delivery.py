# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending a command to its nodes: concurrency, error limit, delivery timeout, cancelling.

Each command has a thread that hands it out, and one for each node that it is on. They stop when the sandbox is reset.
"""

from __future__ import annotations

import threading

from ..world import World
from .commands import Command, Invocation, amount
from .execution import Runner

SLICE = 0.25
"""Wall seconds between two looks whether a waiting invocation was cancelled."""


class Delivery:
    """The way of one command to its nodes."""

    def __init__(self, world: World, command: Command) -> None:
        self.world = world
        self.command = command
        self.generation = world.generation
        total = len(command.invocations)
        self._places = threading.Semaphore(max(1, amount(command.max_concurrency, total)))
        self._allowed = amount(command.max_errors, total)
        self._deadline = world.clock.seconds() + command.timeout

    def begin(self) -> None:
        """Start; returns at once."""
        threading.Thread(target=self._hand_out, daemon=True, name=f"command {self.command.command_id}").start()

    @property
    def abandoned(self) -> bool:
        """The sandbox was reset meanwhile."""
        return self.generation != self.world.generation

    def _hand_out(self) -> None:
        for invocation in self.command.invocations:
            self._places.acquire()
            if self.abandoned:
                return
            with self.world.lock:
                stopped = self.command.errors() > self._allowed
                if invocation.details == "Pending" and (stopped or self.command.cancelled):
                    self.close(invocation, "Cancelled" if self.command.cancelled else "Terminated")
                waiting = invocation.details == "Pending"
            if waiting:
                threading.Thread(target=self._serve, args=(invocation,), daemon=True).start()
            else:
                self._places.release()

    def _serve(self, invocation: Invocation) -> None:
        try:
            if self._deliver(invocation):
                Runner(self, invocation).run()
        finally:
            self._places.release()

    def _deliver(self, invocation: Invocation) -> bool:
        """Wait for the agent; False when the invocation ended without being delivered.

        To a node with the attribute ``undeliverable`` it cannot be sent at all.
        """
        clock = self.world.clock
        if invocation.machine.attributes.get("undeliverable"):
            self.close(invocation, "Undeliverable")
            return False
        while not self.abandoned:
            online = invocation.machine.wait_for_agent(min(SLICE * clock.speed, self.command.timeout))
            with self.world.lock:
                if invocation.details != "Pending":
                    return False
                if online:
                    invocation.details = "InProgress"
                    self.command.settle()
                    return True
                if clock.seconds() >= self._deadline:
                    self.close(invocation, "DeliveryTimedOut")
                    return False
        return False

    def close(self, invocation: Invocation, details: str) -> None:
        """Give an invocation its terminal state, and work out the command's."""
        if self.abandoned:
            return
        with self.world.lock:
            invocation.details = details
            for plugin in invocation.plugins:
                if plugin.details in ("Pending", "InProgress"):
                    plugin.details = (
                        "ExecutionTimedOut"
                        if details == "ExecutionTimedOut"
                        else (
                            "Cancelled"
                            if details in ("Cancelled", "Terminated")
                            else "DeliveryTimedOut"
                            if details == "DeliveryTimedOut"
                            else "Failed"
                        )
                    )
            self.command.settle()
            self.command.changed.set()

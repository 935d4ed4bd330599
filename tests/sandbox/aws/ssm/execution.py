# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a document's steps on one node, as the agent does.

A script that exits with 194 (Linux) or 3010 (Windows) makes the agent reboot the node and run the script again
(user guide, "Handling reboots when running commands"). When the agent does not come back, the execution times out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...machines import AgentLost, MachineError, PowerError
from .commands import Invocation, PluginRun
from .documents import Step
from .outputs import save_outputs
from .patching import PATCH_TIMEOUT, run_patch_baseline
from .script import Script, script_of

if TYPE_CHECKING:
    from .delivery import Delivery

log = logging.getLogger(__name__)

REBOOT_CODES = {"Linux": 194, "MacOS": 194, "Windows": 3010}


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step ended with."""

    code: int
    stdout: str = ""
    stderr: str = ""


class ExecutionTimeout(Exception):
    """The step did not end within its time."""


class Runner:
    """The agent's work on one invocation."""

    def __init__(self, delivery: Delivery, invocation: Invocation) -> None:
        self.delivery = delivery
        self.command = delivery.command
        self.world = delivery.world
        self.invocation = invocation
        self.machine = invocation.machine

    def run(self) -> None:
        """All steps, then the invocation's state."""
        details = "Success"
        for step, plugin in zip(self.command.document.steps, self.invocation.plugins, strict=True):
            details = self._step(step, plugin)
            if details != "Success" or self.delivery.abandoned:
                break
        if self.delivery.abandoned:
            return
        save_outputs(self.world, self.command, self.invocation)
        with self.world.lock:
            if self.invocation.details == "Cancelling":
                details = "Cancelled"
            self.delivery.close(self.invocation, details)

    def _step(self, step: Step, plugin: PluginRun) -> str:
        platform = self.machine.os.platform_type
        plugin.started = self.world.now()
        if platform not in step.platforms:
            plugin.stdout = (
                f"Step execution skipped due to unsupported platform: {platform.lower()}. Step name: {step.name}"
            )
            plugin.code, plugin.details, plugin.finished = 0, "Success", self.world.now()
            return "Success"
        plugin.details = "InProgress"
        try:
            result = self._act(step)
        except ExecutionTimeout:
            plugin.finished = self.world.now()
            return "ExecutionTimedOut"
        except MachineError as error:
            result = StepResult(1, "", str(error))
        except Exception as error:
            log.exception("%s on %s", step.name, self.machine.node_id)
            result = StepResult(1, "", f"The sandbox itself failed: {error!r}")
        if self.delivery.abandoned:
            return "Failed"
        plugin.stdout, plugin.stderr = result.stdout, result.stderr
        plugin.code, plugin.finished = result.code, self.world.now()
        plugin.details = "Success" if result.code == 0 else "Failed"
        return plugin.details

    def _act(self, step: Step) -> StepResult:
        if step.action == "sandbox:patch":
            return self._within(
                PATCH_TIMEOUT, lambda: StepResult(*run_patch_baseline(self.world, self.command, self.machine))
            )
        if step.action == "aws:updateSsmAgent":
            return self._within(3600.0, self._update_agent)
        script = script_of(step, self.command.parameters)
        deadline = self.world.clock.seconds() + script.timeout
        while True:
            remaining = deadline - self.world.clock.seconds()
            result = self._within(remaining, partial(self._script, script, remaining))
            if result.code != REBOOT_CODES[self.machine.os.platform_type]:
                return result
            self._reboot(deadline)

    def _script(self, script: Script, timeout: float) -> StepResult:
        done = self.machine.run_script(
            script.text, script.shell, timeout=max(timeout, 1.0), working_directory=script.directory
        )
        if done.timed_out:
            raise ExecutionTimeout
        stderr = done.stderr
        if done.exit_code not in (0, REBOOT_CODES[self.machine.os.platform_type]):
            stderr += ("\n" if stderr and not stderr.endswith("\n") else "") + (
                f"failed to run commands: exit status {done.exit_code}"
            )
        return StepResult(done.exit_code, done.stdout, stderr)

    def _update_agent(self) -> StepResult:
        wanted = self.command.parameters["version"][0]
        before = self.machine.agent_version
        after = self.machine.update_agent(wanted)
        if before == after:
            return StepResult(0, f"amazon-ssm-agent {after} has already been installed, update skipped\n")
        return StepResult(
            0, f"Updating amazon-ssm-agent from {before} to {after}\namazon-ssm-agent updated successfully to {after}\n"
        )

    def _within(self, timeout: float, act: Callable[[], StepResult]) -> StepResult:
        """Do it; when the agent is lost meanwhile, nothing is heard until the time is over."""
        deadline = self.world.clock.seconds() + timeout
        try:
            return act()
        except AgentLost:
            self._silence(deadline)
            raise ExecutionTimeout from None

    def _silence(self, deadline: float) -> None:
        clock = self.world.clock
        while clock.seconds() < deadline and not self.delivery.abandoned and self.invocation.details == "InProgress":
            clock.sleep(min(deadline - clock.seconds(), 0.25 * clock.speed))

    def _reboot(self, deadline: float) -> None:
        """Reboot for the script, and wait for the agent."""
        booted = self.machine.boot_count
        try:
            self.machine.reboot()
        except PowerError:
            self._silence(deadline)
            raise ExecutionTimeout from None
        clock = self.world.clock
        while clock.seconds() < deadline and not self.delivery.abandoned:
            left = deadline - clock.seconds()
            if self.machine.wait_for_agent(min(left, 0.25 * clock.speed)) and self.machine.boot_count > booted:
                return
            if self.machine.boot_count == booted:
                clock.sleep(min(left, 0.05 * clock.speed))
        raise ExecutionTimeout

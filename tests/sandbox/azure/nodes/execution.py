# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the script of a managed run command on a machine, as the run command handler does.

Sources: "Run scripts in your VM by using managed Run Commands" (Azure documentation) and the handlers' published source
(Azure/run-command-handler-linux): named parameters become environment variables, the others arguments; several
commands run side by side; the last 4,096 bytes of each stream are kept.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import AgentLost, Machine, MachineError, ScriptResult
from ..patching.shapes import instant

KEPT_BYTES = 4096
USUAL_TIMEOUT = 5400.0
"""Simulated seconds when the command names none: 90 minutes."""
REPORT_WAIT = 900.0
"""How long the service waits for a machine that went away to report what became of the script."""
OPEN = ("Pending", "Running")


@dataclass(slots=True)
class Execution:
    """One run of a script. ``state``: ExecutionState of the API. ``delivered``: the agent has got it."""

    script: str
    parameters: Sequence[Mapping[str, str]]
    timeout: float
    state: str = "Pending"
    message: str = ""
    exit_code: int = 0
    output: str = ""
    error: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    delivered: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def end(self, state: str, now: datetime, message: str = "", result: ScriptResult | None = None) -> None:
        """It has ended so, unless it had before."""
        with self.lock:
            if self.state not in OPEN:
                return
            if result is not None:
                self.exit_code = result.exit_code
                self.output, self.error = _last(result.stdout), _last(result.stderr)
            self.message, self.ended, self.state = message, now, state

    def run(self, machine: Machine) -> None:
        """Wait for the agent, run, keep the result. Blocks. A command that is cancelled keeps that state, its script
        is killed."""
        if not machine.wait_for_agent(self.timeout):
            self.end("TimedOut", machine.clock.now(), "The machine's agent did not take the command in time.")
            return
        with self.lock:
            if self.state != "Pending":
                return
            self.state, self.started, self.delivered = "Running", machine.clock.now(), True
        try:
            result = _run(machine, self, lambda: self.state not in OPEN)
        except AgentLost:
            machine.wait_for_agent(REPORT_WAIT)
            self.end(
                "Failed", machine.clock.now(), "The script was interrupted: the machine or its agent was restarted."
            )
            return
        except MachineError as error:
            self.end("Failed", machine.clock.now(), str(error))
            return
        if result.timed_out:
            self.end("TimedOut", machine.clock.now(), "Script execution timed out", result)
        else:
            good = result.exit_code == 0
            message = "Execution completed" if good else f"failed to execute command: exit status {result.exit_code}"
            self.end("Succeeded" if good else "Failed", machine.clock.now(), message, result)

    def view(self) -> dict[str, Any]:
        """The instance view."""
        with self.lock:
            return {
                "executionState": self.state,
                "executionMessage": self.message,
                "exitCode": self.exit_code,
                "output": self.output,
                "error": self.error,
                "startTime": instant(self.started) if self.started else None,
                "endTime": instant(self.ended) if self.ended else None,
                "statuses": [],
            }


def _last(text: str) -> str:
    """The last bytes, beginning with a whole character."""
    return text.encode()[-KEPT_BYTES:].decode("utf-8", "ignore")


def _run(machine: Machine, execution: Execution, cancelled: Callable[[], bool]) -> ScriptResult:
    script, parameters, timeout = execution.script, execution.parameters, execution.timeout
    if machine.os.is_windows:
        text = _powershell(script, parameters)
        return machine.run_script(text, "powershell", timeout=timeout, cancelled=cancelled)
    named = {one["name"]: one["value"] for one in parameters if one["name"]}
    unnamed = [shlex.quote(one["value"]) for one in parameters if not one["name"]]
    if unnamed:
        first, newline, rest = script.partition("\n") if script.startswith("#!") else ("", "", script)
        script = f"{first}{newline}set -- {' '.join(unnamed)}\n{rest}"
    return machine.run_script(script, "sh", timeout=timeout, environment=named, cancelled=cancelled)


def _powershell(script: str, parameters: Sequence[Mapping[str, str]]) -> str:
    """The parameters as variables before the script, which is what its ``param`` block would make of them."""
    quoted = [(one["name"], one["value"].replace("'", "''")) for one in parameters]
    return "".join(f"${name} = '{value}'\n" for name, value in quoted) + script

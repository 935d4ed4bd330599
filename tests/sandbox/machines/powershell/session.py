# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running script has: variables, functions, errors, output, and the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import AgentLost
from .errors import Failure, TimeUp
from .nodes import ScriptBlock, Variable
from .values import Table, Thing, text

if TYPE_CHECKING:
    from ..machine import Machine

TEMP = "C:\\Windows\\TEMP"
LEAST_WALL_SECONDS = 10.0


class Session:
    """One run of a script."""

    def __init__(
        self,
        machine: Machine,
        timeout: float,
        environment: Mapping[str, str],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.machine = machine
        self.cancelled = cancelled
        self.boot = machine.boot_count
        self.timeout = timeout
        self.started = machine.clock.seconds()
        self._wall_end = time.monotonic() + max(machine.clock.wall_seconds(timeout), min(timeout, LEAST_WALL_SECONDS))
        self.scopes: list[dict[str, Any]] = [{"erroractionpreference": "Continue", "progresspreference": "Continue"}]
        self.functions: dict[str, ScriptBlock] = {}
        self.environment = Table(
            {
                "COMPUTERNAME": machine.hostname.split(".")[0].upper()[:15],
                "TEMP": TEMP,
                "TMP": TEMP,
                "SystemDrive": "C:",
                "SystemRoot": "C:\\Windows",
                "windir": "C:\\Windows",
                "ProgramFiles": "C:\\Program Files",
                "USERNAME": "SYSTEM",
                "ProgramData": "C:\\ProgramData",
                "OS": "Windows_NT",
                "USERDOMAIN": "WORKGROUP",
                **environment,
            }
        )
        self.errors: list[Any] = []
        self.stderr: list[str] = []
        self.last_ok = True
        self.last_exit: int | None = None
        self.line = 1
        self.trying = 0

    @property
    def now(self) -> datetime:
        """The machine's local time (its zone is UTC)."""
        return self.machine.clock.now().replace(tzinfo=None)

    def tick(self) -> None:
        """Called at every statement: the machine still runs, the time is not up, nobody has cancelled it."""
        self.machine.check_agent(self.boot)
        if time.monotonic() > self._wall_end or self.cancelled():
            raise TimeUp

    def sleep(self, seconds: float) -> None:
        """Simulated time passes. Raises TimeUp when the script may not run that long."""
        clock = self.machine.clock
        left = self.timeout - (clock.seconds() - self.started)
        end = clock.seconds() + min(seconds, max(0.0, left))
        while (rest := end - clock.seconds()) > 0:
            clock.sleep(min(rest, max(1.0, 0.05 * clock.speed)))
            self.tick()
        if seconds > left:
            raise TimeUp
        self.tick()

    def restart(self, off: bool) -> None:
        """The machine reboots or goes off, and the agent with it. Raises AgentLost."""
        if off:
            self.machine.stop()
        else:
            self.machine.reboot()
        raise AgentLost(f"{self.machine.node_id} was {'shut down' if off else 'restarted'} by a script")

    # variables

    def get(self, variable: Variable) -> Any:
        """The value of a variable; None when it was never set."""
        name = variable.name
        if variable.scope == "env":
            return self.environment.read(name)
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self._automatic(name)

    def _automatic(self, name: str) -> Any:
        if name in ("true", "false"):
            return name == "true"
        if name == "?":
            return self.last_ok
        if name == "psversiontable":
            from .dotnet import version

            return Table({"PSVersion": version("5.1.20348.2227"), "PSEdition": "Desktop"})
        return {
            "error": self.errors,
            "lastexitcode": self.last_exit,
            "pid": 4242,
            "pwd": "C:\\Windows\\system32",
            "home": "C:\\Windows\\system32\\config\\systemprofile",
            "args": [],
        }.get(name)

    def set(self, variable: Variable, value: Any) -> None:
        """Set a variable in the innermost scope."""
        if variable.scope == "env":
            if value is None:
                self.environment.pop(self.environment.find(variable.name) or "", None)
            else:
                self.environment.put(variable.name, text(value))
        elif variable.name == "lastexitcode":
            self.last_exit = None if value is None else int(value)
        elif variable.name in ("true", "false", "null"):
            if variable.name != "null":
                raise Failure(
                    f"Cannot overwrite variable {variable.name} because it is read-only or constant.",
                    identifier="VariableNotWritable",
                )
        else:
            self.scopes[-1][variable.name] = value

    # errors

    def preference(self, action: str = "") -> str:
        """What to do with an error: the command's own -ErrorAction or the preference, in lower case."""
        return (action or text(self.get(Variable("erroractionpreference"))) or "Continue").lower()

    def complain(self, failure: Failure, action: str, command: str) -> None:
        """An error that does not end the command. Raises it when it has to stop."""
        self.last_ok = False
        wanted = self.preference(action)
        if wanted == "stop":
            failure.stops = True
            raise failure
        if wanted != "ignore":
            self.errors.insert(0, error_record(failure))
        if wanted not in ("silentlycontinue", "ignore"):
            self.print_error(failure, command)

    def print_error(self, failure: Failure, command: str = "") -> None:
        """As the console shows it."""
        before = f"{command} : " if command else ""
        self.stderr.append(
            f"{before}{failure.message}\nAt line:{self.line}\n"
            f"    + CategoryInfo          : NotSpecified: (:) [{command}], {failure.kind.rsplit('.', 1)[-1]}\n"
            f"    + FullyQualifiedErrorId : {failure.identifier or failure.kind.rsplit('.', 1)[-1]}\n"
        )


def error_record(failure: Failure) -> Thing:
    """``$_`` in a catch block."""
    exception = Thing(
        failure.kind,
        Table({"Message": failure.message, "HResult": -2146233087}),
        text=f"{failure.kind}: {failure.message}",
    )
    table = Table(
        {
            "Exception": exception,
            "FullyQualifiedErrorId": failure.identifier,
            "TargetObject": failure.target,
            "CategoryInfo": Thing(
                "System.Management.Automation.ErrorCategoryInfo", Table({"Reason": failure.kind.rsplit(".", 1)[-1]})
            ),
        }
    )
    return Thing("System.Management.Automation.ErrorRecord", table, text=failure.message)

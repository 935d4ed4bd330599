# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a script on a machine, with the shell that its OS has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .model import ScriptResult

if TYPE_CHECKING:
    from .machine import Machine


def run_script(
    machine: Machine,
    text: str,
    shell: str,
    timeout: float,
    environment: dict[str, str],
    working_directory: str,
    cancelled: Callable[[], bool],
) -> ScriptResult:
    """Blocks until it ends. Raises AgentLost when the machine goes away, ValueError for an unknown shell."""
    boot = machine.boot_count
    machine.check_agent(boot)
    if shell not in ("sh", "powershell"):
        raise ValueError(f"{shell!r} is no shell; allowed: sh, powershell")
    if (shell == "powershell") != machine.os.is_windows:
        missing = "powershell" if shell == "powershell" else "sh"
        return ScriptResult(127, "", f"{missing}: command not found\n", 0.0)
    if shell == "sh":
        from .shell.runner import run

        return run(machine, text, timeout, environment, working_directory, cancelled)
    from .powershell.run import run as run_powershell

    return run_powershell(machine, text, timeout, environment, cancelled)

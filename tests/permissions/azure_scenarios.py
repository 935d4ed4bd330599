# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the playbooks and calls the modules of schedules, each with its role on Azure, and records what they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.estate import Estate, Played
from tests.integration.modules.in_process import Modules
from tests.sandbox.azure.arm.authorize import Need
from tests.sandbox.azure.settings import CLIENT_ID
from tests.sandbox.client import SandboxProcess

from .azure_fleet import FLEET, HERE, POLICY
from .azure_modules import CALLED, call_undelivered
from .scenarios import SPEED, Recorded, merged

EVERYTHING = {
    "Name": "everything",
    "IsCustom": True,
    "Description": "Everything",
    "Actions": ["*"],
    "AssignableScopes": ["/"],
}
STARTS = 120.0
"""Seconds that a sandbox may take to start: all start at once, beside other tests."""
Roles = Mapping[str, Mapping[str, Any]]


class Stage:
    """A fleet on which playbooks are played and modules called; what is needed goes to ``recorded``, by the name of the
    role."""

    def __init__(self, directory: Path, sandbox: SandboxProcess, roles: Roles | None) -> None:
        self.sandbox = sandbox
        self.estate = Estate(directory, sandbox, POLICY)
        self.recorded: dict[str, Recorded[Need]] = {}
        self._roles = roles

    def begin(self, name: str) -> Recorded[Need]:
        """From now on only the role of that name allows anything."""
        role = EVERYTHING if self._roles is None else {**self._roles[name], "AssignableScopes": [HERE]}
        self.sandbox.set_roles(CLIENT_ID, {"role": role, "scope": HERE})
        self.sandbox.clear_requests()
        return self.recorded.setdefault(name, Recorded())

    def end(self, recorded: Recorded[Need]) -> None:
        """Note what was asked; everything is allowed again."""
        for entry in self.sandbox.requests():
            recorded.needs += [Need.from_dict(data) for data in entry.get("access", [])]
            if entry["status"] == 403 or entry["error"].startswith("Sandbox"):
                recorded.refused.append(entry)
        self.sandbox.set_roles(CLIENT_ID)

    def play(self, playbook: str, *arguments: str, role: str = "", **variables: Any) -> Played:
        """Play a playbook under its role, or one that is to do for it; faults that are armed strike it."""
        recorded = self.begin(role or playbook.partition(".")[0])
        played = self.estate.play(playbook, *arguments, **variables)
        recorded.played.append(played)
        self.end(recorded)
        return played


def play_run(stage: Stage) -> None:
    """A whole run, of which answers are lost, an assessment is forgotten, and what was off is left running; then it is
    stopped."""
    fault = stage.sandbox.fault
    for operation in ("*/restorePoints/write", "*/runCommands/write", "*/assessPatches/action"):
        fault("drop_after", service="arm", operation=operation, times=2)
    fault("drop_after", service="arm", operation="*/installPatches/action", times=2)
    fault("error", operation="Microsoft.Compute/locations/operations/read", status=404, code="NotFound")
    for operation in ("*/deallocate/action", "*/powerOff/action"):
        fault("error", operation=operation, status=409, code="OperationNotAllowed", times=None)
    run = {"patch_environment": "test", "patch_run_id": "run-1", "patch_reboot_approval": "CHG0042"}
    stage.play("patch.yml", **run)
    stage.sandbox.clear_faults()
    stage.play("restore_power.yml", patch_run_id="run-1")


def play_policy(stage: Stage) -> None:
    """A policy brought into force and taken back, then a plan, and what changes nothing either."""
    batches = [{key: value for key, value in batch.items() if key != "reboot"} for batch in POLICY["batches"]]
    native = {"name": "test", "approval": "test", "delivery": "native"}
    stage.estate.set_policy(environments=[native], batches=batches)
    stage.play("policy.yml", patch_environment="test", azure_patch_policy_prepare=True)
    stage.estate.set_policy(environments=POLICY["environments"], batches=POLICY["batches"])
    stage.play("policy.yml", patch_environment="test")
    stage.play("plan.yml", patch_environment="test")
    stage.play("patch.yml", "--check", role="plan", patch_environment="test")
    stage.play("agents.yml", role="plan", patch_environment="test")


PLAYED: Mapping[str, Callable[[Stage], None]] = {"run": play_run, "policy": play_policy}
"""What can be played side by side, each on a fleet of its own."""


def record(name: str, directory: Path, roles: Roles | None) -> dict[str, Recorded[Need]]:
    """Play a scenario; without roles everything is allowed."""
    folder = directory / name
    folder.mkdir()
    with SandboxProcess(FLEET, speed=SPEED, check_answers=False, start_timeout=STARTS) as sandbox:
        stage = Stage(folder, sandbox, roles)
        PLAYED[name](stage)
        return stage.recorded


def record_modules(directory: Path, roles: Roles | None) -> dict[str, Recorded[Need]]:
    """Call modules in this process, which only one thread may do: those of schedules, and one of a run that asks why
    a script did not get to its machine."""
    folder = directory / "modules"
    folder.mkdir()
    with SandboxProcess(FLEET, speed=SPEED, check_answers=False, start_timeout=STARTS) as sandbox:
        stage = Stage(folder, sandbox, roles)
        for name, call in CALLED.items():
            recorded = stage.begin(name)
            call(Modules(sandbox), folder)
            stage.end(recorded)
        recorded = stage.begin("patch")
        call_undelivered(Modules(sandbox), folder)
        stage.end(recorded)
        return stage.recorded


def record_all(directory: Path, roles: Roles | None) -> dict[str, Recorded[Need]]:
    """Play all scenarios side by side; what was needed, by the name of the role."""
    with ThreadPoolExecutor(len(PLAYED)) as pool:
        running = [pool.submit(record, name, directory, roles) for name in PLAYED]
        parts = [record_modules(directory, roles), *(one.result() for one in running)]
    return merged(parts)

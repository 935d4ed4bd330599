# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets of one machine, and baselines, for the tests of the machines."""

from __future__ import annotations

from typing import Any

from tests.sandbox.fleet import Fleet, build_fleet
from tests.sandbox.machines import Machine, ManualClock, ScriptResult
from tests.sandbox.machines.ssm_patching import PatchReport

NODE_ID = "i-01234567890abcdef"
ACCOUNT = "111111111111"
# A fleet takes its machines' directories along when it goes; these stay until the tests end.
_ALIVE: list[Fleet] = []


def fleet_data(os: str = "redhat", patches: list[dict[str, Any]] | None = None, **machine: Any) -> dict[str, Any]:
    """Data of a fleet with one machine; patches without ``os`` get the machine's."""
    return {
        "version": 1,
        "accounts": [{"id": ACCOUNT, "name": "test", "home": True}],
        "machines": [
            {"node_id": NODE_ID, "name": "one", "account": ACCOUNT, "region": "eu-central-1", "os": os, **machine}
        ],
        "patches": [{"os": os, "released": "-30d", **patch} for patch in patches or []],
    }


def one_machine(os: str = "redhat", patches: list[dict[str, Any]] | None = None, **machine: Any) -> Machine:
    """That machine, with a clock that only passes when told."""
    fleet = build_fleet(fleet_data(os, patches, **machine), ManualClock())
    _ALIVE.append(fleet)
    return fleet.machine(NODE_ID)


def run_powershell(text: str, machine: Machine | None = None, timeout: float = 3600.0) -> ScriptResult:
    """Run it on a Windows machine with an application."""
    return (machine or windows_machine()).run_script(text, "powershell", timeout=timeout)


def powershell_lines(text: str, machine: Machine | None = None) -> list[str]:
    """What a script that must not fail prints."""
    result = run_powershell(text, machine)
    assert (result.stderr, result.exit_code) == ("", 0)
    return result.stdout.splitlines()


def windows_machine(**machine: Any) -> Machine:
    """With one application, ``AppSvc``, and one update."""
    app = {"name": "AppSvc", "display_name": "The Application", "ports": [8443]}
    update = {"id": "KB5044281", "severity": "Critical", "reboot": True}
    return one_machine("windows", [update], **{"services": [app], **machine})


def patch_states(report: PatchReport) -> dict[str, str]:
    """State by id."""
    return {item.id: item.state for item in report.states}


def rule(filters: dict[str, list[str]] | None = None, **other: Any) -> dict[str, Any]:
    """An approval rule; approves at once unless told."""
    found = [{"Key": key, "Values": values} for key, values in (filters or {}).items()]
    delay = {} if "ApproveUntilDate" in other else {"ApproveAfterDays": 0}
    return {"PatchFilterGroup": {"PatchFilters": found}, **delay, **other}


def baseline(*rules: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A baseline of those rules; without any it has one that approves everything that is security."""
    return {"BaselineId": "pb-0123456789abcdef0", "ApprovalRules": {"PatchRules": list(rules) or [rule()]}, **other}

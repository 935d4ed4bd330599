# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of Azure fleets of any size, for tests of scale and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
PATCHING = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-patching/providers"
ACCOUNT = f"{PATCHING}/Microsoft.Automation/automationAccounts/patching"
WORKSPACE = f"{PATCHING}/Microsoft.OperationalInsights/workspaces/logs"
SYSTEMS = {"redhat": "Linux", "windows": "Windows"}


def large_azure_fleet(machines: int, schedules: int) -> dict[str, Any]:
    """Data of Arc machines, two operating systems in turn, and of as many deployment schedules, for ``build_fleet``.

    There are as many waves as pairs of schedules. Each machine carries its wave as the tag ``patch`` (``wave:07``) and
    is on the schedule of its wave and operating system (``wave-07-linux``), which begins in the past.
    """
    waves = max(1, schedules // len(SYSTEMS))
    pairs = [(wave, system) for wave in range(waves) for system in SYSTEMS][:schedules]
    return {
        "version": 1,
        "azure": {
            "subscriptions": [{"id": SUBSCRIPTION, "name": "large", "groups": {"rg-patching": "westeurope"}}],
            "workspaces": [{"id": WORKSPACE}],
            "automation_accounts": [{"id": ACCOUNT, "workspace": WORKSPACE}],
            "deployment_schedules": [
                _schedule(wave, system, _names(machines, waves, wave, system)) for wave, system in pairs
            ],
        },
        "profiles": {system: {"os": system} for system in SYSTEMS},
        "machines": [_machine(number, waves) for number in range(machines)],
    }


def _system(number: int, waves: int) -> str:
    return list(SYSTEMS)[number // waves % len(SYSTEMS)]


def _names(machines: int, waves: int, wave: int, system: str) -> list[str]:
    return [_name(number) for number in range(wave, machines, waves) if _system(number, waves) == system]


def _name(number: int) -> str:
    return f"arc-{number:05d}"


def _machine(number: int, waves: int) -> dict[str, Any]:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-arc-{number % 4}"
    return {
        "node_id": f"{group}/providers/Microsoft.HybridCompute/machines/{_name(number)}",
        "name": _name(number),
        "region": "westeurope",
        "profile": _system(number, waves),
        "tags": {"patch": f"wave:{number % waves:02d}", "application": f"app-{number % 50:02d}"},
    }


def _schedule(wave: int, system: str, computers: Sequence[str]) -> dict[str, Any]:
    kind = SYSTEMS[system]
    settings = {
        "Linux": {"linux": {"includedPackageClassifications": "Critical, Security", "rebootSetting": "IfRequired"}},
        "Windows": {"windows": {"includedUpdateClassifications": "Critical, Security", "rebootSetting": "IfRequired"}},
    }
    update = {"operatingSystem": kind, **settings[kind], "duration": "PT2H", "nonAzureComputerNames": list(computers)}
    info = {"frequency": "Week", "interval": 1, "startTime": "2024-01-06T02:00:00+00:00", "timeZone": "UTC"}
    return {
        "id": f"{ACCOUNT}/softwareUpdateConfigurations/wave-{wave:02d}-{kind.lower()}",
        "properties": {"updateConfiguration": update, "scheduleInfo": info},
    }

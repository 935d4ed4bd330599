# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of fleets of any size, for tests of scale and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SYSTEMS = ("redhat", "ubuntu", "amazon_linux_2023", "centos", "suse", "windows")
SERVICES = {"windows": ("W3SVC", 80), "ubuntu": ("mysql", 3306)}
ENVIRONMENTS = ("test", "prod")
LINUX_PATCHES = (("openssl", "Important", False), ("kernel", "Critical", True))


def large_fleet_data(nodes: int, accounts: int, regions: Sequence[str]) -> dict[str, Any]:
    """``nodes`` machines, spread evenly over accounts and regions, six operating systems in turn.

    Odd accounts are test, even ones prod; Linux nodes are in batch_1, Windows nodes in batch_2, as their tags say.
    Raises ValueError for fewer than one node, account or region.
    """
    if nodes < 1 or not 0 < accounts < 900 or not regions:
        raise ValueError("a fleet needs at least one node, one to 899 accounts, and a region")
    ids = [f"{100000000000 + number}" for number in range(1, accounts + 1)]
    return {
        "version": 1,
        "default_region": regions[0],
        "accounts": [
            {"id": "999999999999", "name": "home", "home": True, "regions": list(regions)},
            *(
                {"id": i, "name": f"account-{i[-3:]}", "roles": [{"arn": f"arn:aws:iam::{i}:role/patching"}]}
                for i in ids
            ),
        ],
        "durations": {"boot": 20, "shutdown": 5, "agent": 5, "scan": 5, "agent_update": 5},
        "profiles": {system: _profile(system) for system in SYSTEMS},
        "machines": [_machine(number, ids, regions) for number in range(nodes)],
        "patches": [patch for system in SYSTEMS for patch in _patches(system)],
    }


def _profile(system: str) -> dict[str, Any]:
    name, port = SERVICES.get(system, ("postgresql", 5432))
    return {"os": system, "services": [{"name": name, "ports": [port]}]}


def _machine(number: int, accounts: Sequence[str], regions: Sequence[str]) -> dict[str, Any]:
    account = number % len(accounts)
    system = SYSTEMS[number // (len(accounts) * len(regions)) % len(SYSTEMS)]
    environment = ENVIRONMENTS[account % len(ENVIRONMENTS)]
    batch = "batch_2" if system == "windows" else "batch_1"
    return {
        "node_id": f"i-0{number:016x}",
        "name": f"{environment}-{system.replace('_', '')}-{number:05d}",
        "account": accounts[account],
        "region": regions[number // len(accounts) % len(regions)],
        "profile": system,
        "tags": {
            "Patch Group": f"patch_{environment}_0600_{batch}",
            "Application": f"app-{number % 50:02d}",
            "role": "app" if system == "windows" else "db",
        },
    }


def _patches(system: str) -> list[dict[str, Any]]:
    if system == "windows":
        return [
            {"os": system, "id": "KB5043880", "severity": "Critical", "released": "-61d", "preinstalled": True},
            {
                "os": system,
                "id": "KB5044281",
                "severity": "Critical",
                "released": "-33d",
                "reboot": True,
                "seconds": 10,
                "supersedes": ["KB5043880"],
            },
        ]
    extra = {"repository": "jammy-security", "priority": "Important"} if system == "ubuntu" else {}
    return [
        {
            "os": system,
            "package": package,
            "version": "2.0-1",
            "severity": severity,
            "released": "-30d",
            "reboot": reboot,
            "seconds": 5,
            **extra,
        }
        for package, severity, reboot in LINUX_PATCHES
    ]

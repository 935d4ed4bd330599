# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One environment on both clouds: a database and an application on AWS, on Azure VMs and on Arc machines each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import FLEET, PLACE
from tests.integration.estate import POLICY, Estate
from tests.sandbox.client import SandboxProcess

SUBSCRIPTION = "11111111-0000-4000-8000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-test/providers"


def vm(name: str) -> str:
    """The resource id of a VM."""
    return f"{GROUP}/Microsoft.Compute/virtualMachines/{name}"


def arc(name: str) -> str:
    """The resource id of an Arc machine."""
    return f"{GROUP}/Microsoft.HybridCompute/machines/{name}"


def _tags(batch: int) -> dict[str, str]:
    return {"patch": f"patch_test_0600_batch_{batch}", "application": "payroll"}


LINUX: dict[str, Any] = {
    "os": "redhat",
    "region": "westeurope",
    "services": [{"name": "postgresql", "ports": [5432]}],
    "tags": _tags(1),
}
WINDOWS: dict[str, Any] = {
    "os": "windows",
    "region": "westeurope",
    "services": [{"name": "W3SVC", "ports": [80]}],
    "tags": _tags(2),
}
PLATFORM = {"patch_mode": "AutomaticByPlatform", "bypass_platform_safety_checks": True}

CLOUDS: dict[str, Any] = FLEET | {
    "azure": {"subscriptions": [{"id": SUBSCRIPTION, "name": "test"}]},
    "machines": [
        {"node_id": "i-0db00000000000001", "name": "ec2-db", "profile": "linux"} | PLACE,
        {"node_id": vm("vm-db"), "name": "vm-db", "power": "stopped", "attributes": PLATFORM} | LINUX,
        {"node_id": arc("arc-db"), "name": "arc-db"} | LINUX,
        {"node_id": "i-0a000000000000001", "name": "ec2-app", "profile": "windows"} | PLACE,
        {"node_id": vm("vm-app"), "name": "vm-app", "attributes": PLATFORM} | WINDOWS,
        {"node_id": arc("arc-app"), "name": "arc-app"} | WINDOWS,
    ],
}

ACCEPTING: dict[str, Any] = POLICY | {
    "approvals": {"test": {"classifications": ["Security"], "after_days": 0}},
    "defaults": {"accept": ["default_baseline"], "start_stopped": True, "allow_unprotected": True},
}
"""Arc machines have no snapshots, which this policy allows."""


@pytest.fixture(scope="module")
def shared_clouds() -> Iterator[SandboxProcess]:
    """One sandbox for the tests of a module, which reset it."""
    with SandboxProcess(CLOUDS, speed=120) as sandbox:
        yield sandbox


@pytest.fixture
def clouds(tmp_path: Path, shared_clouds: SandboxProcess) -> Estate:
    """The fleet on both clouds as its data say, with an inventory, a policy and an empty ledger."""
    shared_clouds.reset()
    return Estate(tmp_path, shared_clouds, ACCEPTING)

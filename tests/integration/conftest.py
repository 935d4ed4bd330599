# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sandboxes and estates for the integration tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.integration.estate import Estate
from tests.sandbox.client import SandboxProcess

SPREAD = ("run/test_gate_table.py", "clouds/test_gate.py")
"""Files of many playbooks that share no more than a sandbox: a process takes one test of theirs at a time."""

LONG = ("clouds", "run", "policy", "providers", "permissions")
"""Directories whose tests take longest, in the order in which they begin, so that none is left for the end."""


class FileByFile(LoadScopeScheduling):
    """Gives the tests of a file to one process, so that what they share is made once and not once a process."""

    def _split_scope(self, nodeid: str) -> str:
        """Tests of the same answer go to the same process."""
        file = nodeid.partition("::")[0]
        return nodeid if file.endswith(SPREAD) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileByFile | None:
    """How ``-n`` shares out the tests, where ``--dist`` says nothing else."""
    if config.getvalue("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return FileByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests of long directories to the front; the others stay in their order behind them."""
    order = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(LONG)))


PLACE = {"account": "111111111111", "region": "eu-central-1"}

FLEET: dict[str, Any] = {
    "version": 1,
    "accounts": [
        {"id": "999999999999", "name": "home", "home": True, "regions": ["eu-central-1"]},
        {"id": "111111111111", "name": "test", "roles": [{"arn": "arn:aws:iam::111111111111:role/patching"}]},
    ],
    "durations": {"boot": 20, "shutdown": 5, "agent": 5, "scan": 5, "agent_update": 5},
    "profiles": {
        "linux": {
            "os": "redhat",
            "services": [{"name": "postgresql", "ports": [5432]}],
            "tags": {"Patch Group": "patch_test_0600_batch_1", "Application": "payroll", "role": "db"},
        },
        "windows": {
            "os": "windows",
            "services": [{"name": "W3SVC", "ports": [80]}],
            "tags": {"Patch Group": "patch_test_0600_batch_2", "Application": "payroll", "role": "app"},
        },
    },
    "machines": [
        {"node_id": "i-0db00000000000001", "name": "db1", "profile": "linux"} | PLACE,
        {"node_id": "i-0db00000000000002", "name": "db2", "profile": "linux"} | PLACE,
        {"node_id": "i-0db00000000000003", "name": "db3", "profile": "linux"} | PLACE,
        {"node_id": "i-0a000000000000001", "name": "app1", "profile": "windows"} | PLACE,
    ],
    "patches": [
        {
            "os": "redhat",
            "package": "openssl",
            "version": "1:3.0.7-27.el9",
            "severity": "Important",
            "released": "-35d",
            "seconds": 5,
        },
        {
            "os": "redhat",
            "package": "kernel",
            "version": "5.14.0-427.18.1.el9_4",
            "severity": "Critical",
            "released": "-30d",
            "reboot": True,
            "seconds": 10,
        },
        {
            "os": "windows",
            "id": "KB5044281",
            "severity": "Critical",
            "released": "-33d",
            "reboot": True,
            "seconds": 10,
        },
    ],
}
"""Three databases on Linux and one application on Windows, in one environment."""


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox for the tests of a module, which reset it."""
    with SandboxProcess(FLEET, speed=120) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> SandboxProcess:
    """A sandbox as its fleet says."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def estate(tmp_path: Path, sandbox: SandboxProcess) -> Estate:
    """The fleet with an inventory, a policy and an empty ledger."""
    return Estate(tmp_path, sandbox)

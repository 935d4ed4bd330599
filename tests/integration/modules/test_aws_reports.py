# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on whose nodes others scan too: what their scans report counts when it is newer than the run's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import PLACE
from tests.integration.modules.in_process import Modules
from tests.integration.run_under_way import RUN_ID, begun_run
from tests.sandbox.client import SandboxProcess

DB1 = {"node_id": "i-0db00000000000001", "name": "db1", "os_family": "linux", **PLACE}
WAVE = {"run_id": RUN_ID, "batch": "batch_1", "wave": 1, "phase": "observe"}


@pytest.fixture
def run(sandbox: SandboxProcess, tmp_path: Path) -> Modules:
    return Modules(sandbox, {"PATCH_LEDGER_URL": begun_run(tmp_path, [DB1])})


def theirs(run: Modules) -> None:
    """A scan of somebody else, to its end."""
    commands = run.ok("ssm_patch_operation", operation="Scan", nodes=[DB1])["commands"]
    assert run.ok("ssm_command_info", commands=commands, wait_timeout=60)["progress"]["finished"]


def ours(run: Modules) -> None:
    """The scan of the run, to its end."""
    run.ok("ssm_patch_operation", operation="Scan", **WAVE)
    assert run.ok("ssm_command_info", **WAVE, wait_timeout=60)["progress"]["finished"]


def told(run: Modules) -> dict[str, Any]:
    return run.ok("ssm_patch_compliance_info", **WAVE, when="before")


def test_a_later_scan_of_others_does_not_make_a_node_unknown(run: Modules) -> None:
    ours(run)
    theirs(run)
    answer = told(run)
    assert answer["not_checked"] == []
    assert answer["counts"]["missing"] == 2


def test_an_earlier_one_does_not_stand_in_for_the_run_s(run: Modules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ansible_collections.hybridops.patching.plugins.module_utils._aws.compliance_info.REPORT_PATIENCE", 0.0
    )
    theirs(run)
    run.sandbox.patch_machine(DB1["node_id"], agent_online=False)
    run.ok("ssm_patch_operation", operation="Scan", **WAVE)
    answer = told(run)
    assert "older than this operation" in answer["not_checked"][0]["reason"]

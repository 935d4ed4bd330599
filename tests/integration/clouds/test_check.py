# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run over both clouds, which --check prints."""

from __future__ import annotations

from tests.integration.clouds.test_run import APPLICATIONS, DATABASES
from tests.integration.estate import Estate


def test_check_mode_plans_every_node_and_writes_nothing(clouds: Estate) -> None:
    """With waves as a text, at which as a ``serial`` Ansible itself would end with a traceback."""
    played = clouds.play("patch.yml", "--check", patch_environment="test", patch_waves="1,100%")
    assert played.returncode == 0, played.output
    assert "wave 2: 2 nodes" in played
    for name in DATABASES | APPLICATIONS:
        assert f"{name} (" in played, name
    assert "install: exactly what is missing and approved (Security)" in played
    assert "not evaluated in check mode" in played
    assert clouds.sandbox.requests()
    assert clouds.sandbox.writes() == []
    assert clouds.runs() == 0
    assert not (clouds.directory / "ledger.db").exists()
    assert not clouds.reports.exists()

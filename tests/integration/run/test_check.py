# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run, which --check prints."""

from __future__ import annotations

from tests.integration.estate import Estate


def test_check_mode_prints_the_plan_and_writes_nothing(estate: Estate) -> None:
    """With waves as a text, at which as a ``serial`` Ansible itself would end with a traceback."""
    played = estate.play("patch.yml", "--check", patch_environment="test", patch_waves="1,100%")
    assert played.returncode == 0, played.output
    assert "wave 2: 2 nodes" in played
    for name in ("db1", "db2", "db3", "app1"):
        assert f"{name} (i-" in played
    assert "not evaluated in check mode" in played
    assert estate.sandbox.requests()
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0
    assert not (estate.directory / "ledger.db").exists()
    assert not estate.reports.exists()

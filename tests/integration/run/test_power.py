# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stopped node is started with leave only."""

from __future__ import annotations

from tests.integration.estate import Estate

DB3 = "i-0db00000000000003"


def test_without_leave_a_stopped_node_refuses_the_plan(estate: Estate) -> None:
    estate.set_policy(defaults={"accept": ["default_baseline"]})
    estate.sandbox.patch_machine(DB3, power="stopped")
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 2
    assert f"[stopped] db3 ({DB3}): it is stopped and the policy does not let it be started" in played
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0

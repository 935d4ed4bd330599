# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reboot of its own on every kind of machine: after the install, when approved, and only where a patch waits."""

from __future__ import annotations

from tests.integration.clouds.test_run import phases
from tests.integration.estate import Estate, nodes, verdicts


def test_each_kind_of_machine_reboots_as_a_phase_of_its_own(clouds: Estate) -> None:
    separate = [
        {"name": "batch_1", "match": {"os_family": "linux"}, "reboot": "separate"},
        {"name": "batch_2", "match": {"os_family": "windows"}, "after": ["batch_1"], "reboot": "separate"},
    ]
    clouds.set_policy(batches=separate)
    before = {machine["name"]: machine["boot_count"] for machine in clouds.sandbox.machines()}
    played = clouds.play("patch.yml", patch_environment="test", patch_reboot_approval="CHG0042")
    assert played.returncode == 0, played.output
    run = clouds.run()
    assert set(verdicts(run).values()) == {"passed"}
    for name, node in nodes(run).items():
        assert phases(node)["reboot"] == "passed", name
        assert node["patches"]["after"]["counts"]["installed_pending_reboot"] == 0
        started = 1 if name == "vm-db" else 0
        assert clouds.sandbox.machine(name)["boot_count"] == before[name] + 1 + started, name

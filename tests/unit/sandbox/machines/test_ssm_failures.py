# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans and installs that fail, or never end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.machines import AgentLost
from tests.sandbox.machines.ssm_patching import install, last_report, scan
from tests.unit.sandbox.machines.machine_kit import baseline, one_machine, patch_states

BASH = {"package": "bash", "version": "1-1", "severity": "Critical", "cves": ["CVE-2026-1", "CVE-2026-2"]}
KERNEL = {"package": "kernel", "version": "2-1", "severity": "Important", "reboot": True}
KB1 = {"id": "KB1", "severity": "Critical", "released": "-60d"}
KB2 = {"id": "KB2", "severity": "Critical", "reboot": True, "supersedes": ["KB1"]}


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        (True, {"bash.x86_64": "FAILED", "kernel.x86_64": "FAILED"}),
        (["bash.x86_64"], {"bash.x86_64": "FAILED", "kernel.x86_64": "INSTALLED"}),
        (["bash.x86_64:0:1-1"], {"bash.x86_64": "FAILED", "kernel.x86_64": "INSTALLED"}),
    ],
)
def test_installs_that_fail(fails: Any, expected: dict[str, str]) -> None:
    machine = one_machine(patches=[BASH, KERNEL], faults={"install_fails": fails})
    report = install(machine, baseline())
    assert patch_states(report) == expected
    assert report.exit_code == 1
    assert "Failed to install bash.x86_64:0:1-1" in report.error
    assert patch_states(scan(machine, baseline()))["bash.x86_64"] == "MISSING"


def test_a_full_disk_fails_every_patch_and_takes_no_reboot() -> None:
    machine = one_machine(patches=[BASH], faults={"disk_full": True})
    assert patch_states(install(machine, baseline())) == {"bash.x86_64": "FAILED"}
    assert machine.boot_count == 1


def test_too_little_space_fails_the_patch_that_does_not_fit() -> None:
    machine = one_machine(patches=[{**BASH, "size_mib": 5}, {**KERNEL, "size_mib": 500}])
    machine.alter({"volumes": {machine.root_volume.volume_id: {"used_mib": machine.root_volume.size_mib - 100}}})
    assert patch_states(install(machine, baseline())) == {"bash.x86_64": "INSTALLED", "kernel.x86_64": "FAILED"}


def test_the_agent_lost_in_the_middle_leaves_half_of_it() -> None:
    machine = one_machine(patches=[BASH, KERNEL], faults={"agent_lost": "install"})
    with pytest.raises(AgentLost):
        install(machine, baseline())
    assert len(machine.installed_patches()) == 1
    assert last_report(machine) is None
    with pytest.raises(AgentLost):
        scan(machine, baseline())
    machine.alter({"faults": {"agent_lost": ""}})
    assert patch_states(scan(machine, baseline())) == {
        "bash.x86_64": "INSTALLED_PENDING_REBOOT",
        "kernel.x86_64": "MISSING",
    }


def test_a_machine_switched_off_meanwhile_loses_the_operation() -> None:
    machine = one_machine(patches=[BASH])
    machine.stop()
    with pytest.raises(AgentLost):
        scan(machine, baseline())


def test_a_reboot_that_hangs_never_reports() -> None:
    machine = one_machine(patches=[BASH], faults={"reboot_hangs": True})
    with pytest.raises(AgentLost, match="did not come back"):
        install(machine, baseline())
    assert last_report(machine) is None


def test_a_slow_install_takes_longer() -> None:
    quick, slow = one_machine(patches=[BASH]), one_machine(patches=[BASH], faults={"install_slowness": 10})
    durations = []
    for machine in (quick, slow):
        install(machine, baseline(), reboot_option="NoReboot")
        durations.append(machine.clock.seconds())
    assert durations[1] - durations[0] == pytest.approx(15 * 9)


@pytest.mark.parametrize(("reboot", "boots"), [(False, 1), (True, 2)])
def test_a_patch_that_breaks_a_service(reboot: bool, boots: int) -> None:
    machine = one_machine(patches=[{**BASH, "reboot": reboot, "breaks": ["app", "nosuch"]}], services=["app"])
    machine.install_patches(machine.applicable_patches())
    assert machine.service("app").running is reboot, "what asks for a reboot breaks only at the boot"
    if reboot:
        machine.reboot()
        machine.wait_for_agent(300)
    assert machine.boot_count == boots
    assert machine.service("app").state == "failed"


def test_a_scan_that_fails_leaves_compliance_alone() -> None:
    machine = one_machine(patches=[BASH])
    first = scan(machine, baseline())
    machine.alter({"faults": {"scan_fails": True}})
    for report in (scan(machine, baseline()), install(machine, baseline())):
        assert report.exit_code == 1
        assert report.error
    assert last_report(machine) is first
    assert machine.installed_patches() == {}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reboots that a script sets for later: it ends, and some time afterwards the machine goes."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import (
    boot_script,
    parse_boot,
    reboot_soon_script,
)

from tests.sandbox.machines import AgentLost, Machine
from tests.unit.sandbox.machines.machine_kit import one_machine, windows_machine

SHELLS = {"linux": "sh", "windows": "powershell"}
SETTINGS = [
    ("systemd-run --on-active=5s systemctl reboot", 5),
    ("systemd-run --on-active=2min /sbin/shutdown -r now", 120),
    ("systemd-run --quiet --unit later --on-active 7 -- reboot", 7),
    ("shutdown -r +2", 120),
    ("shutdown -r", 60),
    ("/usr/sbin/shutdown --reboot 1", 60),
]


def machine_of(family: str) -> Machine:
    return windows_machine() if family == "windows" else one_machine()


def advance(machine: Machine, seconds: float) -> None:
    machine.clock.sleep(seconds)


@pytest.mark.parametrize("family", ["linux", "windows"])
def test_the_products_own_script_ends_before_the_reboot_and_the_boot_is_another_one(family: str) -> None:
    machine = machine_of(family)
    result = machine.run_script(reboot_soon_script(family), SHELLS[family])
    assert (result.exit_code, result.stderr) == (0, "")
    assert machine.power == "running"
    advance(machine, 11)
    assert machine.power == "rebooting"
    assert machine.wait_for_agent(600)
    after = machine.run_script(boot_script(family), SHELLS[family])
    assert parse_boot(after.stdout)
    assert parse_boot(after.stdout) != parse_boot(result.stdout)


@pytest.mark.parametrize(("script", "seconds"), SETTINGS)
def test_the_time_is_kept_on_linux(script: str, seconds: float) -> None:
    machine = one_machine()
    assert machine.run_script(script, "sh").exit_code == 0
    advance(machine, seconds - 1)
    assert machine.power == "running"
    advance(machine, 2)
    assert machine.power == "rebooting"


def test_a_reboot_that_was_due_long_ago_is_over() -> None:
    machine = one_machine()
    machine.run_script("systemd-run --on-active=5 reboot", "sh")
    advance(machine, 600)
    assert (machine.power, machine.boot_count) == ("running", 2)
    assert machine.up_seconds == pytest.approx(600 - 5 - machine.durations.shutdown - machine.durations.boot)


def test_it_can_be_cancelled() -> None:
    machine = one_machine()
    assert machine.run_script("shutdown -r +1; shutdown -c", "sh").exit_code == 0
    windows = windows_machine()
    result = windows.run_script(
        "shutdown /r /t 60; shutdown /a; $LASTEXITCODE; shutdown /a; $LASTEXITCODE", "powershell"
    )
    assert result.stdout.split() == ["0", "1116"]
    for one in (machine, windows):
        advance(one, 100)
        assert (one.power, one.boot_count) == ("running", 1)


def test_windows_waits_thirty_seconds_unless_told_and_takes_one_at_a_time() -> None:
    machine = windows_machine()
    result = machine.run_script("shutdown /r; $LASTEXITCODE; shutdown /r /t 5; $LASTEXITCODE", "powershell")
    assert result.stdout.split() == ["0", "1190"]
    advance(machine, 29)
    assert machine.power == "running"
    advance(machine, 2)
    assert machine.power == "rebooting"


@pytest.mark.parametrize("script", ["systemd-run --on-active=5 poweroff", "shutdown -h +1"])
def test_a_shutdown_for_later(script: str) -> None:
    machine = one_machine()
    assert machine.run_script(script, "sh").exit_code == 0
    advance(machine, 200)
    assert machine.power == "stopped"


def test_a_script_that_runs_when_it_comes_is_lost() -> None:
    machine = one_machine()
    with pytest.raises(AgentLost):
        machine.run_script("systemd-run --on-active=5 reboot; sleep 20; echo never", "sh")
    assert machine.power == "rebooting"


def test_a_reboot_for_later_can_hang_too() -> None:
    machine = one_machine(faults={"reboot_hangs": True})
    machine.run_script("systemd-run --on-active=5 reboot", "sh")
    advance(machine, 3600)
    assert machine.power == "rebooting"


def test_another_reboot_or_stop_forgets_it() -> None:
    machine = one_machine()
    machine.run_script("shutdown -r +10", "sh")
    machine.reboot()
    assert machine.wait_for_agent(300)
    advance(machine, 1000)
    assert machine.boot_count == 2


@pytest.mark.parametrize(
    "script", ["systemd-run systemctl reboot", "systemd-run --on-active=5 touch /tmp/x", "shutdown -r 25:99"]
)
def test_what_is_not_served_says_so(script: str) -> None:
    result = one_machine().run_script(script, "sh")
    assert result.exit_code == 1
    assert result.stderr

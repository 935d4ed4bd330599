# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell of simulated Windows machines: its cmdlets see and change the machine."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.probe import parse_probe, probe_script

from tests.sandbox.machines import AgentLost
from tests.unit.sandbox.machines.machine_kit import powershell_lines, run_powershell, windows_machine

APP = {"name": "AppSvc", "display_name": "The Application", "ports": [8443]}


def test_the_products_own_probe() -> None:
    machine = windows_machine(
        volumes=[{"device": "/dev/sda1", "size_gib": 50, "used_mib": 1024, "root": True, "mount": "C:"}]
    )
    seen = parse_probe(run_powershell(probe_script("windows"), machine).stdout)
    assert seen is not None
    assert seen.services is not None
    assert "AppSvc" in seen.services
    assert seen.ports == (135, 445, 3389, 5985, 8443)
    assert seen.disks == {"C:": 50176}
    assert seen.reboot_pending is False
    machine.install_patches(machine.applicable_patches())
    again = parse_probe(run_powershell(probe_script("windows"), machine).stdout)
    assert again is not None
    assert again.reboot_pending is True


def test_services_are_found_and_really_changed() -> None:
    machine = windows_machine()
    assert powershell_lines("(Get-Service appsvc).Status; Get-Service -DisplayName 'The App*' | % Name", machine) == [
        "Running",
        "AppSvc",
    ]
    assert powershell_lines("Stop-Service AppSvc -PassThru | Select-Object -ExpandProperty Status", machine) == [
        "Stopped"
    ]
    assert not machine.service("AppSvc").running
    assert powershell_lines("Get-Service App* | Restart-Service; (Get-Service AppSvc).Status", machine) == ["Running"]
    assert powershell_lines(
        "Get-Service | Where-Object Status -eq 'Running' | Where Name -like 'App*' | Select -Expand Name", machine
    ) == ["AppSvc"]
    run_powershell("Set-Service AppSvc -StartupType Disabled", machine)
    assert not machine.service("AppSvc").enabled


def test_a_broken_service_does_not_start() -> None:
    machine = windows_machine(services=[{**APP, "broken": True, "state": "failed"}])
    result = run_powershell("Start-Service AppSvc; (Get-Service AppSvc).Status", machine)
    assert "Failed to start service 'The Application (AppSvc)'." in result.stderr
    assert result.stdout == "Stopped\n"
    assert run_powershell("Start-Service AppSvc -ErrorAction Stop; 'never'", machine).exit_code == 1


def test_ports() -> None:
    assert powershell_lines("Get-NetTCPConnection -State Listen | % LocalPort | Sort-Object") == [
        "135",
        "445",
        "3389",
        "5985",
        "8443",
    ]
    assert powershell_lines(
        "(Test-NetConnection localhost -Port 8443).TcpTestSucceeded; (Test-NetConnection x -Port 8443).TcpTestSucceeded"
    ) == ["True", "False"]
    assert powershell_lines("(Invoke-WebRequest -UseBasicParsing https://localhost:8443/health).StatusCode") == ["200"]
    assert "'81'" in run_powershell("Get-NetTCPConnection -LocalPort 81").stderr


def test_cim_classes() -> None:
    machine = windows_machine()
    assert powershell_lines("(Get-CimInstance Win32_OperatingSystem).Caption", machine) == [
        "Microsoft Windows Server 2022 Datacenter"
    ]
    script = (
        "$d = Get-CimInstance -ClassName Win32_LogicalDisk -Filter \"DriveType=3 AND DeviceID='C:'\"; $d.Size / 1GB"
    )
    assert powershell_lines(script, machine) == ["50"]
    assert powershell_lines(
        "(Get-WmiObject -Query \"SELECT * FROM Win32_Service WHERE Name='AppSvc'\").State", machine
    ) == ["Running"]
    assert "Invalid class" in run_powershell("Get-CimInstance Win32_Nothing", machine).stderr
    boot = powershell_lines("(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToString('yyyy-MM-dd')", machine)
    assert boot == [machine.booted_at.strftime("%Y-%m-%d") if machine.booted_at else ""]


def test_hot_fixes() -> None:
    machine = windows_machine(installed=["KB5044281"])
    assert powershell_lines("Get-HotFix | Select-Object -ExpandProperty HotFixID", machine) == ["KB5044281"]
    assert powershell_lines("[bool](Get-HotFix -Id KB5044281 -ErrorAction SilentlyContinue)", machine) == ["True"]
    assert "Cannot find the requested hotfix" in run_powershell("Get-HotFix -Id KB1", machine).stderr


def test_the_registry_follows_the_machine() -> None:
    machine = windows_machine(self_updating=True, patch_source="wsus:http://wsus.internal:8530")
    pending = r"Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'"
    policy = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
    assert powershell_lines(pending, machine) == ["False"]
    assert powershell_lines(
        rf"(Get-ItemProperty '{policy}\AU').AUOptions; (Get-ItemProperty {policy} -Name WUServer).WUServer", machine
    ) == ["4", "http://wsus.internal:8530"]
    machine.install_patches(machine.applicable_patches())
    assert powershell_lines(pending, machine) == ["True"]
    assert "does not exist at path" in run_powershell(rf"Get-ItemProperty '{policy}' -Name Nothing", machine).stderr
    assert "Cannot find path" in run_powershell(r"Get-ItemProperty HKLM:\SOFTWARE\None", machine).stderr


def test_files_stay_over_reboots_and_on_one_machine() -> None:
    machine = windows_machine()
    script = (
        r'$f = "$env:TEMP\mark.txt"; if (Test-Path $f) { Get-Content $f; exit 0 }; Set-Content $f one, two; exit 3010'
    )
    assert run_powershell(script, machine).exit_code == 3010
    machine.reboot()
    machine.wait_for_agent(300)
    assert run_powershell(script, machine).stdout == "one\ntwo\n"
    assert powershell_lines(
        r"Test-Path C:\Windows\TEMP\mark.txt; Test-Path -PathType Container C:\Windows\Temp", windows_machine()
    ) == [
        "False",
        "True",
    ]
    run_powershell(
        r"Remove-Item C:\Windows\Temp\mark.txt; 'log' | Out-File C:\Temp\l.txt; Add-Content C:\Temp\l.txt more", machine
    )
    assert powershell_lines(r"Test-Path C:\Windows\Temp\mark.txt; (Get-Content C:\Temp\l.txt).Count", machine) == [
        "False",
        "2",
    ]
    assert "Cannot find path" in run_powershell(r"Get-Content C:\nosuch.txt", machine).stderr
    assert run_powershell(r"Set-Content C:\no\folder.txt x", machine).exit_code == 1
    made = r"New-Item -ItemType Directory -Force C:\a\b | Out-Null; 'x' > C:\a\b\c.txt; Get-ChildItem C:\a\b | % Name"
    assert powershell_lines(made, machine) == ["c.txt"]


def test_dates() -> None:
    machine = windows_machine()
    assert powershell_lines(
        "Get-Date -Format 'yyyy-MM-dd HH:mm'; (Get-Date).AddDays(-1).ToString('yyyyMMdd')", machine
    ) == [
        "2026-11-01 06:00",
        "20261031",
    ]
    between = "(New-TimeSpan -Start '2026-01-01' -End '2026-01-03').Days"
    assert powershell_lines(f"((Get-Date) - (Get-Date).AddHours(-3)).TotalHours; {between}", machine) == ["3", "2"]


def test_objects_that_nobody_formatted_are_shown_as_tables_or_lists() -> None:
    assert powershell_lines("Get-Service AppSvc")[1:4] == [
        "Status  Name   DisplayName",
        "------  ----   -----------",
        "Running AppSvc The Application",
    ]
    assert "A : 1" in run_powershell("[pscustomobject]@{A=1;B=2;C=3;D=4;E=5;F=6}").stdout
    assert powershell_lines("Get-Service AppSvc | Format-Table Name, Status -HideTableHeaders") == ["AppSvc Running"]


def test_time() -> None:
    machine = windows_machine()
    before = machine.clock.seconds()
    assert run_powershell("Start-Sleep -Seconds 90; 'done'", machine).stdout == "done\n"
    assert machine.clock.seconds() - before == pytest.approx(90)
    late = run_powershell("'begun'; Start-Sleep 100; 'never'", machine, timeout=60)
    assert (late.timed_out, late.stdout, late.exit_code) == (True, "begun\n", -1)


@pytest.mark.parametrize(
    "script", ["Restart-Computer -Force", "shutdown /r /t 0", "Stop-Computer", "shutdown.exe -s -t 0"]
)
def test_a_script_that_takes_the_machine_down_is_lost(script: str) -> None:
    machine = windows_machine()
    with pytest.raises(AgentLost):
        run_powershell(f"{script}; 'never'", machine)
    assert machine.power == ("stopping" if "-s" in script or "Stop" in script else "rebooting")


def test_a_linux_script_is_not_for_windows() -> None:
    assert windows_machine().run_script("true", "sh").exit_code == 127

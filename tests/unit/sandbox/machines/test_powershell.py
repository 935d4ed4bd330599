# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts for PowerShell on simulated Windows machines: the language, the cmdlets, and what is refused."""

from __future__ import annotations

import json

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.probe import parse_probe, probe_script
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.machines import AgentLost, Machine, ScriptResult
from tests.unit.sandbox.machines.machine_kit import one_machine

APP = {"name": "AppSvc", "display_name": "The Application", "ports": [8443]}
KB = {"id": "KB5044281", "severity": "Critical", "reboot": True}


def windows(**data: object) -> Machine:
    return one_machine("windows", [KB], **{"services": [APP], **data})


def run(text: str, machine: Machine | None = None, timeout: float = 3600.0) -> ScriptResult:
    return (machine or windows()).run_script(text, "powershell", timeout=timeout)


def lines(text: str, machine: Machine | None = None) -> list[str]:
    result = run(text, machine)
    assert (result.stderr, result.exit_code) == ("", 0)
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('$a = 5; "v=$a $($a + 1) ${a}x `$a"', ["v=5 6 5x $a"]),
        ("'single $a ''quoted'''", ["single $a 'quoted'"]),
        ('"tab`tnewline`nend"', ["tab\tnewline", "end"]),
        ('@"\nfirst $(1+1)\n"second"\n"@', ["first 2", '"second"']),
        ("$a = 1, 2, 3; $a.Count; $a[0]; $a[-1]; $a[1..2] -join ','", ["3", "1", "3", "2,3"]),
        ("$a = @(); $a.Count; $a += 'x'; $a += 'y'; $a.Length; $a -contains 'X'", ["0", "2", "True"]),
        ("$a = @('only'); $a.Count", ["1"]),
        (
            "$h = @{Name='n'; 'a b'=2}; $h.name; $h['a b']; $h.new = 3; $h.Count; $h.ContainsKey('NEW')",
            ["n", "2", "3", "True"],
        ),
        ("1 + 2 * 3; (1 + 2) * 3; 7 / 2; 8 / 2; 7 % 3; -5 + 2", ["7", "9", "3.5", "4", "1", "-3"]),
        ("'5' + 1; 1 + '5'; 'ab' * 2; 2KB; 1GB / 1MB", ["51", "6", "abab", "2048", "1024"]),
        (
            "1 -eq 1; 'A' -eq 'a'; 'A' -ceq 'a'; 2 -gt 10; '2' -gt '10'; 3 -le 3",
            ["True", "True", "False", "False", "True", "True"],
        ),
        ("'abc' -like 'A*'; 'abc' -notlike '*z'; 'abc' -match '^a(.)'; $matches[1]", ["True", "True", "True", "b"]),
        ("1,2,3 -ne 2 -join ','; 2 -in 1,2; 4 -notin 1,2", ["1,3", "True", "True"]),
        ("'a-b-c' -replace '-', '+'; ('a;b' -split ';').Count; 'x','y' -join ''", ["a+b+c", "2", "xy"]),
        (
            "$true -and $false; $true -or $false; -not $true; !$false; $null -eq $nothing",
            ["False", "True", "False", "True", "True"],
        ),
        ("'{0:N2} {1} {2,5}|' -f 3.14159, 'x', 7", ["3.14 x     7|"]),
        ("[math]::Floor(7.9); [math]::Round(2.567, 1); [int]'42' + 1; [string]5 + 1", ["7", "2.6", "43", "51"]),
        ("if (1 -gt 2) { 'a' } elseif (2 -gt 1) { 'b' } else { 'c' }", ["b"]),
        ("foreach ($x in 1..3) { if ($x -eq 2) { continue }; $x }", ["1", "3"]),
        ('for ($i = 0; $i -lt 3; $i++) { $i }; $n = 2; while ($n -gt 0) { $n--; "n$n" }', ["0", "1", "2", "n1", "n0"]),
        ("do { $k++ } until ($k -ge 3); $k; $x = if ($k) { 'yes' } else { 'no' }; $x", ["3", "yes"]),
        ("switch ('b') { 'a' { 1 } 'b' { 2 } default { 3 } }; switch (9) { default { 'd' } }", ["2", "d"]),
        (
            'function Add($a, $b = 2) { return $a + $b }; Add 1; Add -b 5 -a 1; & { param($q) "q$q" } 7',
            ["3", "6", "q7"],
        ),
        ("1..5 | Where-Object { $_ -gt 2 } | ForEach-Object { $_ * 10 } | Select-Object -First 2", ["30", "40"]),
        ("3,1,2,1 | Sort-Object -Unique; 'b','A' | Sort-Object -Descending", ["1", "2", "3", "b", "A"]),
        ("(1..4 | Measure-Object -Sum).Sum; (1..4 | Measure-Object).Count", ["10", "4"]),
        (
            "$o = [pscustomobject]@{A = 1; B = 'z'}; $o.A; \"$($o.B)\"; $o | Select-Object -ExpandProperty B",
            ["1", "z", "z"],
        ),
        (
            "' pad '.Trim().ToUpper(); 'a,b'.Split(',')[1]; 'hello'.Substring(1, 2); 'KB12'.Replace('KB','')",
            ["PAD", "b", "el", "12"],
        ),
        ("$a, $b = 1, 2, 3; $a; $b -join '+'; ($c = 5); $env:NAME = 'v'; $env:NAME", ["1", "2+3", "5", "v"]),
        ("# comment\n<# block\ncomment #> 'after' `\n + ' more'", ["after more"]),
        ("1 | Out-Null; [void](5); $null = 6; Write-Output 'a' 'b'; echo c", ["a", "b", "c"]),
        ("@{k = @(1, 2)} | ConvertTo-Json -Compress; ('{\"a\": [1]}' | ConvertFrom-Json).a[0]", ['{"k":[1,2]}', "1"]),
        ("$s = @{Name = 'AppSvc'}; (Get-Service @s).Status", ["Running"]),
        (
            "try { 1 / 0 } catch { 'c: ' + $_.Exception.Message } finally { 'f' }",
            ["c: Attempted to divide by zero.", "f"],
        ),
    ],
)
def test_the_language(script: str, expected: list[str]) -> None:
    assert lines(script) == expected


def test_the_products_own_probe() -> None:
    machine = windows(volumes=[{"device": "/dev/sda1", "size_gib": 50, "used_mib": 1024, "root": True, "mount": "C:"}])
    seen = parse_probe(run(probe_script("windows"), machine).stdout)
    assert seen is not None
    assert seen.services is not None
    assert "AppSvc" in seen.services
    assert seen.ports == (135, 445, 3389, 5985, 8443)
    assert seen.disks == {"C:": 50176}
    assert seen.reboot_pending is False
    machine.install_patches(machine.applicable_patches())
    again = parse_probe(run(probe_script("windows"), machine).stdout)
    assert again is not None
    assert again.reboot_pending is True


def test_services_are_found_and_really_changed() -> None:
    machine = windows()
    assert lines("(Get-Service appsvc).Status; Get-Service -DisplayName 'The App*' | % Name", machine) == [
        "Running",
        "AppSvc",
    ]
    assert lines("Stop-Service AppSvc -PassThru | Select-Object -ExpandProperty Status", machine) == ["Stopped"]
    assert not machine.service("AppSvc").running
    assert lines("Get-Service App* | Restart-Service; (Get-Service AppSvc).Status", machine) == ["Running"]
    assert lines(
        "Get-Service | Where-Object Status -eq 'Running' | Where Name -like 'App*' | Select -Expand Name", machine
    ) == ["AppSvc"]
    run("Set-Service AppSvc -StartupType Disabled", machine)
    assert not machine.service("AppSvc").enabled


def test_a_broken_service_does_not_start() -> None:
    machine = windows(services=[{**APP, "broken": True, "state": "failed"}])
    result = run("Start-Service AppSvc; (Get-Service AppSvc).Status", machine)
    assert "Failed to start service 'The Application (AppSvc)'." in result.stderr
    assert result.stdout == "Stopped\n"
    assert run("Start-Service AppSvc -ErrorAction Stop; 'never'", machine).exit_code == 1


def test_ports() -> None:
    assert lines("Get-NetTCPConnection -State Listen | % LocalPort | Sort-Object") == [
        "135",
        "445",
        "3389",
        "5985",
        "8443",
    ]
    assert lines(
        "(Test-NetConnection localhost -Port 8443).TcpTestSucceeded; (Test-NetConnection x -Port 8443).TcpTestSucceeded"
    ) == ["True", "False"]
    assert lines("(Invoke-WebRequest -UseBasicParsing https://localhost:8443/health).StatusCode") == ["200"]
    assert "'81'" in run("Get-NetTCPConnection -LocalPort 81").stderr


def test_cim_classes() -> None:
    machine = windows()
    assert lines("(Get-CimInstance Win32_OperatingSystem).Caption", machine) == [
        "Microsoft Windows Server 2022 Datacenter"
    ]
    script = (
        "$d = Get-CimInstance -ClassName Win32_LogicalDisk -Filter \"DriveType=3 AND DeviceID='C:'\"; $d.Size / 1GB"
    )
    assert lines(script, machine) == ["50"]
    assert lines("(Get-WmiObject -Query \"SELECT * FROM Win32_Service WHERE Name='AppSvc'\").State", machine) == [
        "Running"
    ]
    assert "Invalid class" in run("Get-CimInstance Win32_Nothing", machine).stderr
    boot = lines("(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToString('yyyy-MM-dd')", machine)
    assert boot == [machine.booted_at.strftime("%Y-%m-%d") if machine.booted_at else ""]


def test_hot_fixes() -> None:
    machine = windows(installed=["KB5044281"])
    assert lines("Get-HotFix | Select-Object -ExpandProperty HotFixID", machine) == ["KB5044281"]
    assert lines("[bool](Get-HotFix -Id KB5044281 -ErrorAction SilentlyContinue)", machine) == ["True"]
    assert "Cannot find the requested hotfix" in run("Get-HotFix -Id KB1", machine).stderr


def test_the_registry_follows_the_machine() -> None:
    machine = windows(self_updating=True, patch_source="wsus:http://wsus.internal:8530")
    pending = r"Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'"
    policy = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
    assert lines(pending, machine) == ["False"]
    assert lines(
        rf"(Get-ItemProperty '{policy}\AU').AUOptions; (Get-ItemProperty {policy} -Name WUServer).WUServer", machine
    ) == ["4", "http://wsus.internal:8530"]
    machine.install_patches(machine.applicable_patches())
    assert lines(pending, machine) == ["True"]
    assert "does not exist at path" in run(rf"Get-ItemProperty '{policy}' -Name Nothing", machine).stderr
    assert "Cannot find path" in run(r"Get-ItemProperty HKLM:\SOFTWARE\None", machine).stderr


def test_files_stay_over_reboots_and_on_one_machine() -> None:
    machine = windows()
    script = r'$f = "$env:TEMP\mark.txt"; if (Test-Path $f) { Get-Content $f; exit 0 }; Set-Content $f -Value one, two; exit 3010'
    assert run(script, machine).exit_code == 3010
    machine.reboot()
    machine.wait_for_agent(300)
    assert run(script, machine).stdout == "one\ntwo\n"
    assert lines(r"Test-Path C:\Windows\TEMP\mark.txt; Test-Path -PathType Container C:\Windows\Temp", windows()) == [
        "False",
        "True",
    ]
    run(
        r"Remove-Item C:\Windows\Temp\mark.txt; 'log' | Out-File C:\Temp\l.txt; Add-Content C:\Temp\l.txt more", machine
    )
    assert lines(r"Test-Path C:\Windows\Temp\mark.txt; (Get-Content C:\Temp\l.txt).Count", machine) == ["False", "2"]
    assert "Cannot find path" in run(r"Get-Content C:\nosuch.txt", machine).stderr
    assert run(r"Set-Content C:\no\folder.txt x", machine).exit_code == 1
    made = r"New-Item -ItemType Directory -Force C:\a\b | Out-Null; 'x' > C:\a\b\c.txt; Get-ChildItem C:\a\b | % Name"
    assert lines(made, machine) == ["c.txt"]


def test_dates() -> None:
    machine = windows()
    assert lines("Get-Date -Format 'yyyy-MM-dd HH:mm'; (Get-Date).AddDays(-1).ToString('yyyyMMdd')", machine) == [
        "2026-11-01 06:00",
        "20261031",
    ]
    between = "(New-TimeSpan -Start '2026-01-01' -End '2026-01-03').Days"
    assert lines(f"((Get-Date) - (Get-Date).AddHours(-3)).TotalHours; {between}", machine) == ["3", "2"]


@pytest.mark.parametrize(
    ("script", "code", "out", "error"),
    [
        ("exit 3010", 3010, "", ""),
        ("'a'; exit", 0, "a\n", ""),
        ("nosuch-command", 1, "", "The term 'nosuch-command' is not recognized as the name of a cmdlet"),
        ("nosuch-command; 'goes on'", 0, "goes on\n", "is not recognized"),
        (
            "$ErrorActionPreference = 'Stop'; Get-Service nosuch; 'never'",
            1,
            "",
            "Cannot find any service with service name 'nosuch'.",
        ),
        ("Get-Service nosuch; 'goes on'", 0, "goes on\n", "Cannot find any service"),
        ("Get-Service nosuch -ErrorAction SilentlyContinue; $?", 0, "False\n", ""),
        ("Get-Service nosuch 2>$null; 'x'", 0, "x\n", ""),
        ("throw 'broken'", 1, "", "broken"),
        ("try { throw 'broken' } catch { \"caught $_\"; exit 7 }", 7, "caught broken\n", ""),
        (
            "try { Get-Service nosuch -EA Stop } catch [System.IO.IOException] { 'io' } catch { 'other' }",
            0,
            "other\n",
            "",
        ),
        (
            "try { nosuch } catch [System.Management.Automation.CommandNotFoundException] { 'not found' }",
            0,
            "not found\n",
            "",
        ),
        ("function f { try { return 'early' } finally { 'last' } }; f", 0, "early\nlast\n", ""),
        ("Write-Error 'bad'; 'on'", 0, "on\n", "bad"),
        ("Write-Warning 'careful'", 0, "WARNING: careful\n", ""),
        ("cmd /c exit 5; $LASTEXITCODE", 5, "5\n", ""),
        ("cmd /c exit 5; exit 0", 0, "", ""),
        ("if (", 1, "", "At line:1"),
        ("'no end", 1, "", "The string is missing the terminator: '."),
        ("class X { }", 1, "", "'class' is not in the subset"),
        ("[System.Net.Dns]::GetHostName()", 1, "", "is not in the subset"),
        ("New-Object System.Net.WebClient", 1, "", "is not in the subset"),
        ("Get-Service -Nonsense 1", 1, "", "A parameter cannot be found that matches parameter name 'nonsense'."),
        ("(5).NoSuchMethod()", 1, "", "does not contain a method named 'NoSuchMethod'"),
        ("$null.Trim()", 1, "", "You cannot call a method on a null-valued expression."),
        ("[int]'abc'", 1, "", "Cannot convert value"),
        ("$true = 1", 1, "", "read-only"),
    ],
)
def test_errors_and_exit_codes(script: str, code: int, out: str, error: str) -> None:
    result = run(script)
    assert (result.exit_code, result.stdout) == (code, out)
    assert error in result.stderr
    assert bool(error) == bool(result.stderr)


def test_objects_that_nobody_formatted_are_shown_as_tables_or_lists() -> None:
    assert lines("Get-Service AppSvc")[1:4] == [
        "Status  Name   DisplayName",
        "------  ----   -----------",
        "Running AppSvc The Application",
    ]
    assert "A : 1" in run("[pscustomobject]@{A=1;B=2;C=3;D=4;E=5;F=6}").stdout
    assert lines("Get-Service AppSvc | Format-Table Name, Status -HideTableHeaders") == ["AppSvc Running"]


def test_time() -> None:
    machine = windows()
    before = machine.clock.seconds()
    assert run("Start-Sleep -Seconds 90; 'done'", machine).stdout == "done\n"
    assert machine.clock.seconds() - before == pytest.approx(90)
    late = run("'begun'; Start-Sleep 100; 'never'", machine, timeout=60)
    assert (late.timed_out, late.stdout, late.exit_code) == (True, "begun\n", -1)


@pytest.mark.parametrize("script", ["Restart-Computer -Force", "shutdown /r /t 0", "Stop-Computer", "shutdown.exe -s"])
def test_a_script_that_takes_the_machine_down_is_lost(script: str) -> None:
    machine = windows()
    with pytest.raises(AgentLost):
        run(f"{script}; 'never'", machine)
    assert machine.power == ("stopping" if "-s" in script or "Stop" in script else "rebooting")


def test_a_linux_script_is_not_for_windows() -> None:
    assert windows().run_script("true", "sh").exit_code == 127


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.one_of(st.integers(-99, 99), st.booleans(), st.text("xyz 'é", max_size=6)),
        max_size=4,
    )
)
def test_json_goes_there_and_back(data: dict[str, object]) -> None:
    quoted = json.dumps(data).replace("'", "''")
    result = run(f"'{quoted}' | ConvertFrom-Json | ConvertTo-Json -Compress", _shared())
    assert json.loads(result.stdout) == data


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=8))
def test_sorting_and_sums_agree_with_arithmetic(numbers: list[int]) -> None:
    listed = ",".join(map(str, numbers))
    assert lines(f"({listed} | Sort-Object) -join ','; ({listed} | Measure-Object -Sum).Sum", _shared()) == [
        ",".join(map(str, sorted(numbers))),
        str(sum(numbers)),
    ]


_MACHINES: list[Machine] = []


def _shared() -> Machine:
    if not _MACHINES:
        _MACHINES.append(windows())
    return _MACHINES[0]

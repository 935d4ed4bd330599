# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell of simulated Windows machines: the language, errors and exit codes, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.machines import Machine
from tests.unit.sandbox.machines.machine_kit import powershell_lines, run_powershell, windows_machine


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
    assert powershell_lines(script) == expected


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
    result = run_powershell(script)
    assert (result.exit_code, result.stdout) == (code, out)
    assert error in result.stderr
    assert bool(error) == bool(result.stderr)


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
    result = run_powershell(f"'{quoted}' | ConvertFrom-Json | ConvertTo-Json -Compress", _shared())
    assert json.loads(result.stdout) == data


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=8))
def test_sorting_and_sums_agree_with_arithmetic(numbers: list[int]) -> None:
    listed = ",".join(map(str, numbers))
    assert powershell_lines(f"({listed} | Sort-Object) -join ','; ({listed} | Measure-Object -Sum).Sum", _shared()) == [
        ",".join(map(str, sorted(numbers))),
        str(sum(numbers)),
    ]


_MACHINES: list[Machine] = []


def _shared() -> Machine:
    if not _MACHINES:
        _MACHINES.append(windows_machine())
    return _MACHINES[0]

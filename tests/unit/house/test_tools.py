# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts behind the Makefile, where a mistake would hide another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "tools"
SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def run_tool(name: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Runs a Python script of tools/."""
    command = [sys.executable, str(TOOLS / name), *map(str, args)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_counts_are_added_up_and_errors_count_as_failures(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(SUITE.format(10, 1, 2, 3))
    (tmp_path / "browser.xml").write_text(SUITE.format(5, 0, 0, 0))
    done = run_tool("count_tests.py", *tmp_path.glob("*.xml"))
    assert done.stdout == "tests: 9 passed, 3 failed, 3 skipped\n"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("counts", "status"), [((3, 0, 0, 0), 0), ((3, 0, 0, 1), 0), ((0, 0, 0, 0), 1), ((1, 0, 0, 1), 1)]
)
def test_a_run_without_a_passed_test_is_not_a_success(
    tmp_path: Path, counts: tuple[int, int, int, int], status: int
) -> None:
    (tmp_path / "unit.xml").write_text(SUITE.format(*counts))
    assert run_tool("count_tests.py", tmp_path / "unit.xml").returncode == status


def checkout(root: Path, git: bool) -> Path:
    """A small checkout with a copy of the script in it, and files that were made there."""
    for name in ("tools/copy_tree.py", "plugins/a.py", ".venv/lib/x.py", "build/old.txt", "plugins/__pycache__/a.pyc"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    shutil.copy(TOOLS / "copy_tree.py", root / "tools" / "copy_tree.py")
    if git:
        (root / ".gitignore").write_text("/.venv/\n/build/\n__pycache__/\nsecret.txt\n")
        (root / "secret.txt").write_text("not to be packaged")
        subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def files(root: Path) -> set[str]:
    """All files below a folder."""
    return {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}


@pytest.mark.parametrize("git", [False, True])
def test_a_copy_holds_what_belongs_to_the_checkout_and_nothing_else(tmp_path: Path, git: bool) -> None:
    root = checkout(tmp_path / "checkout", git)
    target = root / "build" / "copy"
    (target / "plugins").mkdir(parents=True)
    (target / "plugins" / "gone.py").write_text("was deleted since")
    (target / ".venv").mkdir()
    (target / ".venv" / "kept").write_text("made in the copy")
    subprocess.run([sys.executable, str(root / "tools" / "copy_tree.py"), str(target)], check=True)
    belongs = {"tools/copy_tree.py", "plugins/a.py"} | ({".gitignore"} if git else set())
    assert files(target) == belongs | {".venv/kept"}


def test_setup_refuses_an_interpreter_that_does_not_suit(tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.1 && exit 0\nexit 1\n')
    old.chmod(0o755)
    root = tmp_path / "checkout"
    (root / "tools").mkdir(parents=True)
    shutil.copy(TOOLS / "setup", root / "tools" / "setup")
    done = subprocess.run(
        [str(root / "tools" / "setup")],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHON": str(old)},
    )
    assert done.returncode == 1
    assert "is Python 3.8.1, and Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert not (root / ".venv").exists()


def stubbed(root: Path, broken: str, integration: str = "exit 0") -> subprocess.CompletedProcess[str]:
    """Run tools/test with stages that do nothing, but one that fails, and integration tests that do as said."""
    tools = root / "tools"
    tools.mkdir()
    shutil.copy(TOOLS / "test", tools / "test")
    count = 'case "$*" in *count_tests*) echo "tests: 1 passed, 0 failed, 0 skipped";; esac'
    kinds = {
        "run-pytest": f'case "$1" in integration) {integration};; {broken}) exit 1;; esac',
        "in-venv": count,
        **{name: f"exit {int(name == broken)}" for name in ("lint", "sanity", "browser", "docs", "package")},
    }
    for name, body in kinds.items():
        (tools / name).write_text(f"#!/usr/bin/env bash\n{body}\n")
        (tools / name).chmod(0o755)
    return subprocess.run([tools / "test"], check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("broken", ["lint", "unit", "sanity", "browser", "docs", "package"])
def test_one_failing_check_fails_them_all_and_is_named(tmp_path: Path, broken: str) -> None:
    done = stubbed(tmp_path, broken)
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines() if "FAILED" in line] == [[broken, "FAILED"]]


@pytest.mark.parametrize("integration", ["echo seen; exit 1", "echo seen; kill -9 $PPID"])
def test_integration_tests_that_fail_or_die_beside_the_others_fail_all(tmp_path: Path, integration: str) -> None:
    done = stubbed(tmp_path, "none", integration)
    assert done.returncode == 1
    assert "seen" in done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines() if "FAILED" in line] == [["integration", "FAILED"]]


def test_all_is_well_when_all_is_well(tmp_path: Path) -> None:
    done = stubbed(tmp_path, "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout

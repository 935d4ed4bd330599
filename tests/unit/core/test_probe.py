# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's answer is read as it is, and nothing is read into what is not there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.probe import (
    LINUX_PROBE,
    Observation,
    lasting_services,
    parse_probe,
    probe_script,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import reboot_script
from hypothesis import given
from hypothesis import strategies as st

ANSWER = """
some banner
hybridops-probe 1
services crond,postgresql@15-main,sshd
ports 22,5432
disk / 2048
disk C: 17
reboot no
auto_update
"""


def test_parse() -> None:
    seen = parse_probe(ANSWER)
    assert seen == Observation(
        services=("crond", "postgresql@15-main", "sshd"),
        ports=(22, 5432),
        disks={"/": 2048, "C:": 17},
        reboot_pending=False,
        auto_update=(),
    )


def test_what_is_not_said_is_unknown() -> None:
    seen = parse_probe("hybridops-probe 1\nservices \n")
    assert seen is not None
    assert seen.services == ()
    assert seen.ports is None
    assert seen.reboot_pending is None


@pytest.mark.parametrize("text", ["", "hello", "hybridops-probe 2\nservices a\n"])
def test_another_text_is_no_observation(text: str) -> None:
    assert parse_probe(text) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_probe("hybridops-probe 1\n" + text)


@given(
    st.lists(st.sampled_from(["sshd", "crond", "W3SVC"]), unique=True),
    st.lists(st.integers(1, 65535), unique=True),
    st.booleans(),
)
def test_observation_survives_the_ledger(services: list[str], ports: list[int], reboot: bool) -> None:
    seen = Observation(tuple(services), tuple(ports), {"/": 1}, reboot, ("x",))
    assert Observation.from_dict(seen.to_dict()) == seen


def test_lasting_services() -> None:
    assert lasting_services(("sshd", "PackageKit", "wuauserv", "CDPUserSvc_1f2e3", "W3SVC")) == {"sshd", "W3SVC"}


def test_scripts_are_for_linux_and_windows() -> None:
    with pytest.raises(KeyError):
        probe_script("solaris")
    assert probe_script("windows").startswith("$ErrorActionPreference")


def test_the_linux_probe_runs_where_its_tools_are_missing() -> None:
    done = subprocess.run(
        ["sh", "-c", LINUX_PROBE], capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0
    seen = parse_probe(done.stdout)
    assert seen is not None
    assert "/" in seen.disks


def test_the_reboot_script_reboots_once(tmp_path: Path) -> None:
    boot_id = tmp_path / "boot_id"
    script = reboot_script("linux", "run/1").replace("/proc/sys/kernel/random/boot_id", str(boot_id))

    def run(boot: str) -> int:
        boot_id.write_text(boot, encoding="utf-8")
        env = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)}
        return subprocess.run(["sh", "-c", script], check=False, env=env).returncode

    assert run("a") == 194
    assert run("a") == 194, "the node has not rebooted yet"
    assert run("b") == 0
    assert run("b") == 194, "the next reboot is another one"

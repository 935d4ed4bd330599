# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller is lost in the middle of the install: nothing is sent twice, and power comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.integration.estate import Estate, nodes, verdicts

DB1, DB2, DB3, APP = (*(f"i-0db0000000000000{number}" for number in (1, 2, 3)), "i-0a000000000000001")


def installs(estate: Estate) -> Counter[str]:
    """How often each node got an install."""
    sent = estate.sandbox.writes(operation="SendCommand")
    parameters = [(entry["params"].get("Parameters") or {}, entry["params"]["InstanceIds"]) for entry in sent]
    return Counter(one for given, ids in parameters if given.get("Operation") == ["Install"] for one in ids)


def snapshot_sets(estate: Estate) -> Counter[str]:
    """How often each node got a set of snapshots."""
    taken = estate.sandbox.writes(operation="CreateSnapshots")
    return Counter(entry["params"]["InstanceSpecification"]["InstanceId"] for entry in taken)


def until(true: Callable[[], bool], seconds: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something is true. Fails when it does not happen, or when the process ends before."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        assert process is None or process.poll() is None, "the playbook ended before"
        time.sleep(0.2)


def kill_in_the_middle(estate: Estate, run_id: str, moment: Callable[[], bool]) -> None:
    """Run the playbook until the moment, then kill it and everything that it started."""
    command = estate.command("patch.yml", patch_environment="test", patch_run_id=run_id)
    with (estate.directory / "killed.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=estate.root, env=estate.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            until(moment, 240, process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_running(estate: Estate, node_id: str) -> bool:
    return str(estate.sandbox.machine(node_id)["power"]) == "running"


@pytest.fixture
def lost(estate: Estate) -> Estate:
    """A run whose controller was lost while it installed batch 1; db3 had been stopped."""
    estate.sandbox.patch_machine(DB3, power="stopped", faults={"install_slowness": 200.0})
    kill_in_the_middle(estate, "lost", lambda: bool(installs(estate)))
    return estate


def test_the_same_run_goes_on_and_sends_nothing_twice(lost: Estate) -> None:
    assert installs(lost) == Counter([DB1, DB2, DB3])
    assert is_running(lost, DB3)

    early = lost.play("restore_power.yml", patch_run_id="lost")
    assert early.returncode == 0, early.output
    assert is_running(lost, DB3), early.output
    assert "db3" in early

    until(lambda: not_installing(lost), 120)
    late = lost.play("restore_power.yml", patch_run_id="lost")
    assert late.returncode == 0, late.output
    assert not is_running(lost, DB3)
    assert is_running(lost, DB1)

    again = lost.play("patch.yml", patch_environment="test", patch_run_id="lost")
    assert again.returncode == 0, again.output
    run = lost.run()
    assert run["status"] == "passed"
    assert set(verdicts(run).values()) == {"passed"}
    assert all(node["patches"]["installed"] for node in nodes(run).values())
    assert installs(lost) == snapshot_sets(lost) == Counter([DB1, DB2, DB3, APP])
    assert lost.runs() == 1
    assert not is_running(lost, DB3)
    assert is_running(lost, DB1)


def not_installing(estate: Estate) -> bool:
    """Whether no command is under way any more."""
    listed = estate.client("ssm").list_command_invocations()["CommandInvocations"]
    return not any(one["Status"] in ("Pending", "InProgress", "Delayed") for one in listed)

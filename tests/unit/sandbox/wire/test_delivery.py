# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a command reaches many nodes: concurrency, error limit, nodes that are away, reboots, cancelling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.aws.ssm import execution
from tests.sandbox.aws.ssm.commands import Command, Invocation, amount
from tests.sandbox.machines import Machine, ScriptResult
from tests.unit.sandbox.wire.sandbox_kit import LINUX, MANY, STOPPED, UBUNTU, WINDOWS, Sandbox, code_of, eventually

NODES = [f"i-0d{number:015x}" for number in range(20)]


class Bench:
    """Scripts that do nothing but be counted, and fail on chosen nodes."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self.started: list[str] = []
        self.failing: set[str] = set()
        self.go = threading.Event()
        self.go.set()
        self._lock = threading.Lock()

    def run(self, machine: Machine, text: str, shell: str, **_more: Any) -> ScriptResult:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.started.append(machine.node_id)
        self.go.wait(10)
        machine.clock.sleep(4)
        with self._lock:
            self.running -= 1
        return ScriptResult(int(machine.node_id in self.failing), "", "", 1.0)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench()

    def run_script(machine: Machine, text: str, shell: str, **more: Any) -> ScriptResult:
        return made.run(machine, text, shell, **more)

    monkeypatch.setattr(Machine, "run_script", run_script)
    yield made
    made.go.set()


def send(sandbox: Sandbox, **more: Any) -> str:
    return sandbox.run(NODES, "AWS-RunShellScript", {"commands": ["true"]}, account=MANY, **more)


def command(sandbox: Sandbox, command_id: str, account: str = MANY) -> dict[str, Any]:
    return dict(sandbox.client("ssm", account).list_commands(CommandId=command_id)["Commands"][0])


def details(outcome: dict[str, dict[str, Any]]) -> list[str]:
    return [outcome[node_id]["StatusDetails"] for node_id in NODES]


@pytest.mark.parametrize(("concurrency", "most"), [("3", 3), ("25%", 5), ("1%", 1)])
def test_no_more_nodes_at_a_time_than_asked_for(sandbox: Sandbox, bench: Bench, concurrency: str, most: int) -> None:
    outcome = sandbox.outcome(send(sandbox, MaxConcurrency=concurrency), MANY)
    assert bench.most == most
    assert set(details(outcome)) == {"Success"}


@pytest.mark.parametrize(("errors", "reached"), [("0", 1), ("2", 3), ("10%", 3)])
def test_after_too_many_errors_the_rest_is_terminated(
    sandbox: Sandbox, bench: Bench, errors: str, reached: int
) -> None:
    bench.failing = set(NODES)
    command_id = send(sandbox, MaxConcurrency="1", MaxErrors=errors)
    outcome = sandbox.outcome(command_id, MANY)
    assert details(outcome) == ["Failed"] * reached + ["Terminated"] * (20 - reached)
    assert len(bench.started) == reached
    told = command(sandbox, command_id)
    assert (told["Status"], told["StatusDetails"], told["ErrorCount"]) == ("Failed", "Failed", reached)
    assert told["CompletedCount"] == 20


def test_with_errors_that_are_allowed_a_command_is_incomplete(sandbox: Sandbox, bench: Bench) -> None:
    bench.failing = {NODES[0], NODES[7]}
    command_id = send(sandbox, MaxConcurrency="1", MaxErrors="2")
    outcome = sandbox.outcome(command_id, MANY)
    assert details(outcome).count("Success") == 18
    told = command(sandbox, command_id)
    assert (told["Status"], told["StatusDetails"]) == ("Failed", "Incomplete")


def test_what_was_already_sent_goes_on_after_errors(sandbox: Sandbox, bench: Bench) -> None:
    bench.failing = {NODES[0]}
    bench.go.clear()
    command_id = send(sandbox, MaxErrors="0")
    eventually(lambda: bench.running == 20)
    bench.go.set()
    outcome = sandbox.outcome(command_id, MANY)
    assert details(outcome) == ["Failed"] + ["Success"] * 19


def test_cancelling_spares_what_was_not_sent(sandbox: Sandbox, bench: Bench) -> None:
    bench.go.clear()
    command_id = send(sandbox, MaxConcurrency="2")
    eventually(lambda: bench.running == 2)
    ssm = sandbox.client("ssm", MANY)
    ssm.cancel_command(CommandId=command_id)
    assert command(sandbox, command_id)["Status"] == "Cancelling"
    bench.go.set()
    outcome = sandbox.outcome(command_id, MANY)
    assert set(details(outcome)) == {"Cancelled"}
    assert len(bench.started) == 2
    assert command(sandbox, command_id)["Status"] == "Cancelled"
    unknown = "00000000-0000-0000-0000-000000000000"
    assert code_of(ssm.cancel_command, CommandId=unknown) == "InvalidCommandId"
    assert code_of(ssm.cancel_command, CommandId=command_id, InstanceIds=[LINUX]) == "InvalidInstanceId"


def test_cancelling_on_one_node_leaves_the_others(sandbox: Sandbox, bench: Bench) -> None:
    bench.go.clear()
    command_id = send(sandbox, MaxConcurrency="1")
    eventually(lambda: bench.running == 1)
    sandbox.client("ssm", MANY).cancel_command(CommandId=command_id, InstanceIds=NODES[1:3])
    bench.go.set()
    assert details(sandbox.outcome(command_id, MANY)) == ["Success", "Cancelled", "Cancelled"] + ["Success"] * 17


def test_a_node_that_stays_away_times_out(sandbox: Sandbox) -> None:
    command_id = sandbox.run([STOPPED, LINUX], "AWS-RunShellScript", {"commands": ["true"]}, TimeoutSeconds=60)
    outcome = sandbox.outcome(command_id)
    assert outcome[LINUX]["StatusDetails"] == "Success"
    assert (outcome[STOPPED]["Status"], outcome[STOPPED]["StatusDetails"]) == ("TimedOut", "DeliveryTimedOut")
    told = command(sandbox, command_id, "111111111111")
    assert (told["StatusDetails"], told["DeliveryTimedOutCount"], told["ErrorCount"]) == ("DeliveryTimedOut", 1, 0)


def test_a_node_that_cannot_be_reached_at_all_counts_for_nothing(sandbox: Sandbox) -> None:
    sandbox.machine(UBUNTU).alter({"attributes": {"undeliverable": True}})
    command_id = sandbox.run([UBUNTU, LINUX], "AWS-RunShellScript", {"commands": ["true"]})
    outcome = sandbox.outcome(command_id)
    assert (outcome[UBUNTU]["Status"], outcome[UBUNTU]["StatusDetails"]) == ("Failed", "Undeliverable")
    assert command(sandbox, command_id, "111111111111")["StatusDetails"] == "Success"
    alone = sandbox.run([UBUNTU], "AWS-RunShellScript", {"commands": ["true"]})
    sandbox.outcome(alone)
    assert command(sandbox, alone, "111111111111")["StatusDetails"] == "Failed"


def test_a_node_that_comes_back_in_time_is_reached(sandbox: Sandbox) -> None:
    command_id = sandbox.run([STOPPED], "AWS-RunShellScript", {"commands": ["echo here"]}, TimeoutSeconds=600)
    sandbox.client("ec2").start_instances(InstanceIds=[STOPPED])
    assert sandbox.outcome(command_id)[STOPPED]["CommandPlugins"][0]["Output"] == "here\n"


ONCE = 'if [ -e "$TMPDIR/done" ]; then echo back; else touch "$TMPDIR/done"; exit 194; fi'


def test_exit_194_reboots_the_node_and_runs_the_script_again(sandbox: Sandbox) -> None:
    before = sandbox.machine(LINUX).boot_count
    invocation = sandbox.script(LINUX, ONCE)
    assert (invocation["Status"], invocation["CommandPlugins"][0]["Output"]) == ("Success", "back\n")
    assert sandbox.machine(LINUX).boot_count == before + 1


def test_exit_3010_does_the_same_on_windows(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([3010, 0])
    monkeypatch.setattr(
        Machine, "run_script", lambda _machine, _text, shell, **_more: ScriptResult(next(codes), shell, "", 1.0)
    )
    before = sandbox.machine(WINDOWS).boot_count
    command_id = sandbox.run([WINDOWS], "AWS-RunPowerShellScript", {"commands": ["exit 3010"]})
    assert sandbox.outcome(command_id)[WINDOWS]["CommandPlugins"][0]["Output"] == "powershell"
    assert sandbox.machine(WINDOWS).boot_count == before + 1


def test_194_is_a_plain_failure_on_windows(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "run_script", lambda *_given, **_more: ScriptResult(194, "", "", 1.0))
    before = sandbox.machine(WINDOWS).boot_count
    outcome = sandbox.outcome(sandbox.run([WINDOWS], "AWS-RunPowerShellScript", {"commands": ["exit 194"]}))
    assert outcome[WINDOWS]["StatusDetails"] == "Failed"
    assert sandbox.machine(WINDOWS).boot_count == before


def test_a_reboot_that_never_ends_times_out(sandbox: Sandbox) -> None:
    sandbox.machine(LINUX).alter({"faults": {"reboot_hangs": True}})
    parameters = {"commands": [ONCE], "executionTimeout": ["300"]}
    command_id = sandbox.run([LINUX], "AWS-RunShellScript", parameters)
    outcome = sandbox.outcome(command_id)[LINUX]
    assert (outcome["Status"], outcome["StatusDetails"]) == ("TimedOut", "ExecutionTimedOut")
    assert command(sandbox, command_id, "111111111111")["StatusDetails"] == "ExecutionTimedOut"


def test_a_script_that_takes_too_long_times_out(sandbox: Sandbox) -> None:
    parameters = {"commands": ["sleep 600"], "executionTimeout": ["30"]}
    outcome = sandbox.outcome(sandbox.run([UBUNTU], "AWS-RunShellScript", parameters))
    assert outcome[UBUNTU]["StatusDetails"] == "ExecutionTimedOut"


def test_an_agent_that_is_lost_is_not_heard_of_until_the_time_is_over(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "PATCH_TIMEOUT", 300.0)
    sandbox.machine(LINUX).alter({"faults": {"agent_lost": "install"}})
    command_id = sandbox.run([LINUX], "AWS-RunPatchBaseline", {"Operation": ["Install"]})
    ssm = sandbox.client("ssm")
    eventually(lambda: not sandbox.machine(LINUX).agent_online)
    listed = ssm.list_command_invocations(CommandId=command_id)["CommandInvocations"][0]
    assert listed["Status"] == "InProgress"
    ping = ssm.describe_instance_information(Filters=[{"Key": "PingStatus", "Values": ["ConnectionLost"]}])
    assert LINUX in {item["InstanceId"] for item in ping["InstanceInformationList"]}
    assert sandbox.outcome(command_id, seconds=60)[LINUX]["StatusDetails"] == "ExecutionTimedOut"


def test_a_reset_abandons_what_is_under_way(sandbox: Sandbox, bench: Bench) -> None:
    bench.go.clear()
    send(sandbox)
    eventually(lambda: bench.running == 20)
    sandbox.reset()
    bench.go.set()
    assert sandbox.client("ssm", MANY).list_commands()["Commands"] == []


@given(st.integers(1, 100), st.integers(1, 400))
def test_percentages_are_rounded_down(percent: int, total: int) -> None:
    number = amount(f"{percent}%", total)
    assert number <= total * percent / 100 < number + 1
    assert amount(str(percent), total) == percent


_STATES = st.sampled_from(["Success", "Failed", "ExecutionTimedOut", "DeliveryTimedOut", "Undeliverable", "Terminated"])


@given(st.lists(_STATES, min_size=1, max_size=12), st.integers(0, 3))
def test_the_whole_is_judged_by_its_parts(states: list[str], allowed: int) -> None:
    judged = Command.__new__(Command)
    judged.request, judged.cancelled = {"MaxErrors": str(allowed)}, False
    judged.invocations = [Invocation.__new__(Invocation) for _state in states]
    for invocation, detail in zip(judged.invocations, states, strict=True):
        invocation.details = detail
    judged.settle()
    errors = states.count("Failed") + states.count("ExecutionTimedOut")
    counted = [state for state in states if state != "Undeliverable"]
    if not counted or errors > allowed:
        assert judged.details in ("Failed", "ExecutionTimedOut")
    elif set(counted) == {"Success"}:
        assert judged.details == "Success"
    else:
        assert judged.details in ("Incomplete", "DeliveryTimedOut")
    assert (judged.status == "Success") == (judged.details == "Success")

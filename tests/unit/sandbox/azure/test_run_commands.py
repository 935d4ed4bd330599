# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed run commands on virtual machines and Arc machines, judged by the SDK's clients."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import (
    boot_script,
    parse_boot,
    reboot_soon_script,
)
from azure.core.exceptions import HttpResponseError

from tests.unit.sandbox.azure.nodes_kit import (
    ARC,
    ARC_LINUX,
    ARC_WINDOWS,
    LINUX,
    VMS,
    WINDOWS,
    AzureSandbox,
    error_of,
    fleet_data,
)

MACHINES = [LINUX, WINDOWS, ARC_LINUX, ARC_WINDOWS]
MEMBERS = {"id", "name", "type", "location", "properties"}
VIEW = {"executionState", "executionMessage", "exitCode", "output", "error", "startTime", "endTime", "statuses"}


def operations(azure: AzureSandbox, name: str) -> tuple[Any, str]:
    """The client's operations for run commands of that machine, and its group."""
    if name.startswith("arc"):
        return azure.hybrid.machine_run_commands, ARC
    return azure.compute.virtual_machine_run_commands, VMS


def begin(azure: AzureSandbox, name: str, script: str, command: str = "one", **properties: Any) -> Any:
    commands, group = operations(azure, name)
    body = {"location": "westeurope", "properties": {"source": {"script": script}, **properties}}
    return commands.begin_create_or_update(group, name, command, body)


def seen(azure: AzureSandbox, name: str, command: str = "one") -> dict[str, Any]:
    """The properties of a command, with its instance view."""
    commands, group = operations(azure, name)
    if group == ARC:
        found = commands.get(group, name, command)
    else:
        found = commands.get_by_virtual_machine(group, name, command, expand="instanceView")
    assert found.as_dict().keys() == MEMBERS
    properties: dict[str, Any] = found.as_dict()["properties"]
    return properties


def run(azure: AzureSandbox, name: str, script: str, **properties: Any) -> Mapping[str, Any]:
    """The instance view of a script that has ended."""
    begin(azure, name, script, **properties).result()
    view: Mapping[str, Any] = seen(azure, name)["instanceView"]
    return view


def wait_for(azure: AzureSandbox, name: str, *states: str) -> Mapping[str, Any]:
    for _again in range(400):
        view: Mapping[str, Any] = seen(azure, name)["instanceView"]
        if view["executionState"] in states:
            return view
        time.sleep(0.01)
    raise AssertionError(view)


def script_for(name: str, linux: str, windows: str) -> str:
    return windows if "win" in name else linux


@pytest.mark.parametrize("name", MACHINES)
def test_a_script_runs_and_tells_what_became_of_it(azure: AzureSandbox, name: str) -> None:
    view = run(azure, name, script_for(name, "echo out; echo bad >&2; exit 3", "'out'; exit 3"))
    assert view.keys() == VIEW
    assert (view["executionState"], view["exitCode"], view["output"]) == ("Failed", 3, "out\n")
    assert view["error"] == script_for(name, "bad\n", "")
    good = run(azure, name, script_for(name, "echo fine", "'fine'"))
    assert (good["executionState"], good["exitCode"], good["output"]) == ("Succeeded", 0, "fine\n")
    assert seen(azure, name)["provisioningState"] == "Succeeded"


def test_a_vm_shows_the_view_only_when_asked(azure: AzureSandbox) -> None:
    begin(azure, LINUX, "true").result()
    plain = azure.compute.virtual_machine_run_commands.get_by_virtual_machine(VMS, LINUX, "one").as_dict()
    assert plain["properties"].keys() == {"source", "asyncExecution", "provisioningState"}


@pytest.mark.parametrize("name", [LINUX, ARC_LINUX])
def test_the_last_4096_bytes_of_each_stream_are_kept(azure: AzureSandbox, name: str) -> None:
    view = run(azure, name, "seq 1 3000; seq 1 3000 >&2; echo é")
    whole = "".join(f"{number}\n" for number in range(1, 3001))
    assert view["error"] == whole[-4096:]
    assert view["output"] == (whole + "é\n").encode()[-4096:].decode()


def test_parameters_reach_the_script_and_protected_ones_are_never_shown(azure: AzureSandbox) -> None:
    view = run(
        azure,
        LINUX,
        'echo "$user $secret $1"',
        parameters=[{"name": "user", "value": "ann lee"}, {"name": "", "value": "first one"}],
        protectedParameters=[{"name": "secret", "value": "hidden"}],
    )
    assert view["output"] == "ann lee hidden first one\n"
    assert "protectedParameters" not in seen(azure, LINUX)
    assert "hidden" not in str([one["params"] for one in azure.journal.entries()])
    windows = run(azure, WINDOWS, '"$user"', parameters=[{"name": "user", "value": "o'neil"}])
    assert windows["output"] == "o'neil\n"


@pytest.mark.parametrize("name", [LINUX, ARC_WINDOWS])
def test_the_same_again_runs_nothing_and_another_script_does(azure: AzureSandbox, name: str) -> None:
    first = run(azure, name, script_for(name, "date +%N", "(Get-Date).Ticks"))
    second = run(azure, name, script_for(name, "date +%N", "(Get-Date).Ticks"))
    assert first == second
    assert run(azure, name, "echo other")["output"] == "other\n"


def test_asynchronous_execution_ends_its_operation_at_once() -> None:
    sandbox = AzureSandbox(speed=50)
    try:
        begin(sandbox, LINUX, "echo begun; sleep 20; echo done", asyncExecution=True).result()
        assert wait_for(sandbox, LINUX, "Running")["output"] == ""
        assert wait_for(sandbox, LINUX, "Succeeded")["output"] == "begun\ndone\n"
    finally:
        sandbox.close()


@pytest.mark.parametrize("name", [LINUX, WINDOWS])
def test_a_script_that_takes_too_long(azure: AzureSandbox, name: str) -> None:
    view = run(azure, name, script_for(name, "sleep 1000", "Start-Sleep 1000"), timeoutInSeconds=60)
    assert view["executionState"] == "TimedOut"


def test_a_failure_can_be_that_of_the_deployment(azure: AzureSandbox) -> None:
    with pytest.raises(HttpResponseError, match="VMExtensionProvisioningError"):
        begin(azure, LINUX, "exit 1", treatFailureAsDeploymentFailure=True).result()
    assert seen(azure, LINUX)["provisioningState"] == "Failed"


@pytest.mark.parametrize("name", MACHINES)
def test_the_products_reboot_comes_after_the_script(azure: AzureSandbox, name: str) -> None:
    family = "windows" if "win" in name else "linux"
    view = run(azure, name, reboot_soon_script(family))
    assert (view["executionState"], azure.machine(name).boot_count) == ("Succeeded", 1)
    until = time.monotonic() + 5
    while azure.machine(name).power_planned and time.monotonic() < until:
        time.sleep(0.01)
    assert azure.machine(name).wait_for_agent(300)
    after = run(azure, name, boot_script(family))
    assert azure.machine(name).boot_count == 2
    assert parse_boot(str(after["output"])) not in ("", parse_boot(str(view["output"])))


def test_a_reboot_within_the_script_fails_it(azure: AzureSandbox) -> None:
    view = run(azure, LINUX, "echo before; reboot; sleep 100")
    assert view["executionState"] == "Failed"
    assert "interrupted" in view["executionMessage"]


def test_a_command_waits_for_an_agent_that_is_away() -> None:
    sandbox = AzureSandbox(speed=50)
    try:
        sandbox.machine(ARC_LINUX).alter({"agent_online": False})
        poller = begin(sandbox, ARC_LINUX, "echo at last")
        assert seen(sandbox, ARC_LINUX)["instanceView"]["executionState"] == "Pending"
        sandbox.machine(ARC_LINUX).alter({"agent_online": True})
        poller.result()
        assert seen(sandbox, ARC_LINUX)["instanceView"]["output"] == "at last\n"
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    ("name", "code"), [(LINUX, "VMAgentStatusCommunicationError"), (ARC_LINUX, "OperationTimedOut")]
)
def test_an_agent_that_stays_away_fails_the_command(azure: AzureSandbox, name: str, code: str) -> None:
    azure.machine(name).alter({"agent_online": False})
    with pytest.raises(HttpResponseError, match=code):
        begin(azure, name, "true", timeoutInSeconds=300).result()
    found = seen(azure, name)
    assert (found["provisioningState"], found["instanceView"]["executionState"]) == ("Failed", "TimedOut")


def test_listing_and_deleting(azure: AzureSandbox) -> None:
    for command in ("b", "a"):
        begin(azure, LINUX, "true", command).result()
    commands = azure.compute.virtual_machine_run_commands
    assert [one.name for one in commands.list_by_virtual_machine(VMS, LINUX)] == ["a", "b"]
    assert list(commands.list_by_virtual_machine(VMS, WINDOWS)) == []
    commands.begin_delete(VMS, LINUX, "a").result()
    commands.begin_delete(VMS, LINUX, "a").result()
    with pytest.raises(HttpResponseError) as caught:
        commands.get_by_virtual_machine(VMS, LINUX, "a")
    assert error_of(caught.value) == (404, "ResourceNotFound")
    assert [one.name for one in commands.list_by_virtual_machine(VMS, LINUX)] == ["b"]


@pytest.mark.parametrize("name", [LINUX, WINDOWS])
def test_an_empty_script_and_a_deletion_cancel(name: str) -> None:
    sandbox = AzureSandbox(speed=10)
    linux, windows = "sleep 10; echo came > /tmp/came", "Start-Sleep 10; 'came' > C:\\came"
    look = script_for(name, "ls /tmp", "Test-Path C:\\came")
    try:
        for command in ("a", "b"):
            begin(sandbox, name, script_for(name, linux, windows), command, asyncExecution=True).result()
            while seen(sandbox, name, command)["instanceView"]["executionState"] != "Running":
                time.sleep(0.01)
        begin(sandbox, name, "", "a", asyncExecution=True).result()
        assert seen(sandbox, name, "a")["instanceView"]["executionState"] == "Canceled"
        sandbox.compute.virtual_machine_run_commands.begin_delete(VMS, name, "b").result()
        sandbox.world.clock.sleep(15)
        assert "came" not in run(sandbox, name, look)["output"]
        assert "True" not in run(sandbox, name, look)["output"]
    finally:
        sandbox.close()


def test_patch_runs_what_it_makes(azure: AzureSandbox) -> None:
    begin(azure, LINUX, "echo one").result()
    change: Any = {"properties": {"source": {"script": "echo two"}}}
    azure.compute.virtual_machine_run_commands.begin_update(VMS, LINUX, "one", change).result()
    assert seen(azure, LINUX)["instanceView"]["output"] == "two\n"


@pytest.mark.parametrize(
    "properties",
    [
        {"outputBlobUri": "https://x.blob.core.windows.net/a/b"},
        {"runAsUser": "ann", "runAsPassword": "secret"},
        {"source": {"scriptUri": "https://example.com/x.sh"}},
        {"source": {}},
        {"timeoutInSeconds": 0},
    ],
)
def test_what_is_refused(azure: AzureSandbox, properties: dict[str, Any]) -> None:
    body: Any = {"location": "westeurope", "properties": {"source": {"script": "true"}, **properties}}
    with pytest.raises(HttpResponseError) as caught:
        azure.compute.virtual_machine_run_commands.begin_create_or_update(VMS, LINUX, "x", body)
    assert error_of(caught.value) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "changes",
    [
        {"agent_version": "1.32.0.1"},
        {"attributes": {"extensions_block_list": ["Microsoft.CPlat.Core/RunCommandHandlerLinux"]}},
        {"attributes": {"extensions_allow_list": ["Microsoft.Azure.Monitor/AzureMonitorLinuxAgent"]}},
        {"attributes": {"config_mode": "monitor"}},
        {"attributes": {"extensions_enabled": False}},
    ],
)
def test_an_arc_agent_that_refuses(azure: AzureSandbox, changes: dict[str, Any]) -> None:
    azure.machine(ARC_LINUX).alter(changes)
    with pytest.raises(HttpResponseError) as caught:
        begin(azure, ARC_LINUX, "true")
    assert error_of(caught.value) == (409, "OperationNotAllowed")


def test_a_vm_that_is_off_or_has_no_extensions(azure: AzureSandbox) -> None:
    azure.machine(LINUX).put_power(False)
    azure.machine(WINDOWS).alter({"attributes": {"allow_extension_operations": False}})
    for name in (LINUX, WINDOWS):
        with pytest.raises(HttpResponseError) as caught:
            begin(azure, name, "true")
        assert error_of(caught.value) == (409, "OperationNotAllowed")


def test_commands_run_side_by_side() -> None:
    sandbox = AzureSandbox(fleet_data(), speed=50)
    try:
        began = sandbox.world.clock.seconds()
        pollers = [begin(sandbox, LINUX, "sleep 30", command) for command in ("a", "b", "c")]
        for poller in pollers:
            poller.result()
        assert sandbox.world.clock.seconds() - began < 85
    finally:
        sandbox.close()

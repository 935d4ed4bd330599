# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of Azure machines and their patch group tags, over HTTPS, with the credentials that a user has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import group_tags

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import WRITES, Task, Tasks
from tests.sandbox.client import SandboxProcess

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
VM = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-linux-01"
WINDOWS = f"{GROUPS}/rg-vms/providers/Microsoft.Compute/virtualMachines/vm-win-01"
ARC = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines/arc-linux-01"
ARC_WINDOWS = f"{GROUPS}/rg-arc/providers/Microsoft.HybridCompute/machines/arc-win-01"
NODES = [{"node_id": node_id} for node_id in (VM, WINDOWS, ARC, ARC_WINDOWS)]
GRAPH = "Microsoft.ResourceGraph/resources/read"
TAG_WRITE = "Microsoft.Resources/tags/write"


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=240) as sandbox:
        yield sandbox


def info(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_machine_info", **{"nodes": NODES, **options})


def tag(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.ok("azure_patch_group_tag", **{"nodes": NODES, **options})


def written(answer: dict[str, Any]) -> int:
    """How many tags had been written by then."""
    return sum(entry["operation"] == TAG_WRITE for entry in answer["json"])


def facts(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {fact["name"] or fact["node_id"]: fact for fact in answer["facts"]}


def test_facts_are_read_without_a_request_for_a_single_machine(modules: Modules) -> None:
    modules.sandbox.clear_requests()
    answer = info(modules, horizon_hours=24 * 14)
    found = facts(answer)
    assert {name: (fact["os_family"], fact["os"], fact["power_state"]) for name, fact in found.items()} == {
        "vm-linux-01": ("linux", "ubuntu", "running"),
        "vm-win-01": ("windows", "windows", "running"),
        "arc-linux-01": ("linux", "redhat", "running"),
        "arc-win-01": ("windows", "windows", "running"),
    }
    assert all(fact["agent"]["online"] for fact in found.values())
    assert [fact["can_power"] for fact in found.values()] == [True, True, False, False]
    assert [fact["snapshot"]["possible"] for fact in found.values()] == [True, True, False, False]
    assert found["vm-linux-01"]["volumes"] == 2
    asked = [str(entry["operation"]) for entry in modules.sandbox.requests() if "/" in str(entry["operation"])]
    assert asked == [GRAPH, GRAPH, GRAPH, "Microsoft.Compute/virtualMachines/read"]
    assert answer["unlisted"] == []


def test_both_sources_say_the_same(modules: Modules) -> None:
    assert facts(info(modules)) == facts(info(modules, source="arm"))


def test_a_configuration_is_told_when_it_opens_within_the_horizon(modules: Modules) -> None:
    far, near = info(modules, horizon_hours=24 * 365), info(modules, horizon_hours=0)
    (update,) = facts(far)["arc-linux-01"]["native_updates"]
    assert (update["kind"], update["name"]) == ("maintenance_configuration", "saturdays")
    assert facts(far)["vm-linux-01"]["native_updates"] == [], "its patch mode leaves a configuration without effect"
    assert [fact["native_updates"] for fact in facts(near).values()] == [[], [], [], []]


def test_machines_that_the_inventory_lacks_are_found(modules: Modules) -> None:
    gone = {"node_id": VM.replace("vm-linux-01", "vm-gone")}
    answer = info(modules, nodes=[NODES[0], gone], patch_groups=["patch_test_*_batch_1"])
    assert [fact["found"] for fact in answer["facts"]] == [True, False]
    assert [node["name"] for node in answer["unlisted"]] == ["arc-linux-01"]


def test_without_nodes_a_subscription_is_described(modules: Modules) -> None:
    assert len(modules.ok("azure_machine_info")["facts"]) == 4


def test_power_and_agent_are_those_of_now(modules: Modules) -> None:
    modules.sandbox.patch_machine(VM, power="stopped")
    modules.sandbox.patch_machine(ARC, attributes={"config_mode": "monitor"})
    try:
        answer = info(modules, source="arm")
    finally:
        modules.sandbox.reset()
    found = facts(answer)
    assert found["vm-linux-01"]["power_state"] == "stopped"
    assert found["vm-linux-01"]["agent"]["online"] is False
    assert found["arc-linux-01"]["agent"]["online"] is False
    assert "monitor mode" in found["arc-linux-01"]["agent"]["detail"]


def test_tags_are_checked_set_and_set_once(tasks: Tasks) -> None:
    """Through a playbook, as a user has it."""
    wanted = {"accounts": {}, "nodes": NODES, "patch_group": "patch_prod_0600_batch_1", "tag_key": "Patch"}
    check, apply = (Task("azure_patch_group_tag", wanted, check=checked) for checked in (True, False))
    predicted, first, real, second, again, third, checked = tasks.run(
        check, WRITES, apply, WRITES, apply, WRITES, check
    )
    assert [written(answer) for answer in (first, second, third)] == [0, 4, 4]
    assert predicted["changed"] is real["changed"] is True
    assert again["changed"] is checked["changed"] is False
    assert predicted["diff"] == real["diff"]
    assert predicted["nodes"] == real["nodes"]
    tags = tasks.sandbox.machine(VM)["tags"]
    assert tags["patch"] == "patch_prod_0600_batch_1"
    assert tags["application"] == "payroll", "the other tags stay"


def test_a_tag_is_removed_once(modules: Modules) -> None:
    real, again = tag(modules, state="absent"), tag(modules, state="absent")
    assert (real["changed"], again["changed"]) == (True, False)
    assert "patch" not in modules.sandbox.machine(ARC)["tags"]
    modules.sandbox.reset()


def test_a_machine_that_is_not_there_fails_alone(modules: Modules, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(group_tags, "warn", warned.append)
    nodes = [{"node_id": VM}, {"node_id": VM.replace("vm-linux-01", "vm-gone")}]
    answer = tag(modules, nodes=nodes, patch_group="patch_x_0600_batch_1")
    assert (answer["nodes"]["changed"], answer["nodes"]["failed"]) == (1, 1)
    assert "Azure knows no such machine" in answer["nodes"]["failures"][0]["reason"]
    (said,) = warned
    assert said.startswith("1 of 2 nodes were not tagged: ")
    assert "vm-gone" in said
    modules.sandbox.reset()


def test_a_tag_that_azure_would_not_take_is_refused_before_any_request(modules: Modules) -> None:
    modules.sandbox.clear_requests()
    message = modules.refused("azure_patch_group_tag", nodes=NODES, patch_group="x", tag_key="a/b")
    assert "tag_key: 'a/b' cannot be used" in message
    assert modules.sandbox.requests(operation=GRAPH) == []


class TestCredentials:
    @pytest.fixture
    def env(self, sandbox: SandboxProcess) -> dict[str, str]:
        """The credentials that the sandbox knows."""
        return sandbox.env

    def test_a_wrong_secret_is_told_and_not_shown(self, modules: Modules) -> None:
        wrong = modules.with_env({"AZURE_SECRET": "not-the-secret-at-all"})
        answer = wrong.call("azure_machine_info", nodes=NODES)
        assert answer["failed"], answer
        assert "Check secret" in answer["msg"]
        assert "Traceback" not in wrong.output
        assert "not-the-secret-at-all" not in wrong.output

    def test_what_is_missing_is_named_before_any_request(self, modules: Modules) -> None:
        modules.sandbox.clear_requests()
        message = modules.with_env({"AZURE_TENANT": ""}).refused("azure_machine_info", nodes=NODES)
        assert "missing tenant" in message
        assert [entry for entry in modules.sandbox.requests() if "/" in str(entry["operation"])] == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, modules: Modules) -> None:
        message = modules.with_env({"REQUESTS_CA_BUNDLE": ""}).refused("azure_machine_info", nodes=NODES)
        assert "CA bundle" in message

    def test_options_go_before_the_environment(self, modules: Modules, env: dict[str, str]) -> None:
        options = {"client_id": env["AZURE_CLIENT_ID"], "secret": env["AZURE_SECRET"], "tenant": env["AZURE_TENANT"]}
        other = {"AZURE_CLIENT_ID": "other", "AZURE_SECRET": "other", "AZURE_TENANT": "other"}
        answer = info(
            modules.with_env(other | {"REQUESTS_CA_BUNDLE": ""}), **options, ca_bundle=env["REQUESTS_CA_BUNDLE"]
        )
        assert len(facts(answer)) == 4

    def test_azure_identity_s_names_are_known_too(self, modules: Modules, env: dict[str, str]) -> None:
        renamed = {"AZURE_TENANT_ID": env["AZURE_TENANT"], "AZURE_CLIENT_SECRET": env["AZURE_SECRET"]}
        answer = info(modules.with_env(renamed | {"AZURE_TENANT": "", "AZURE_SECRET": ""}))
        assert len(facts(answer)) == 4

    def test_a_profile_is_read(self, modules: Modules, env: dict[str, str], tmp_path: Path) -> None:
        directory = tmp_path / ".azure"
        directory.mkdir()
        lines = [
            "[patching]",
            f"client_id={env['AZURE_CLIENT_ID']}",
            f"secret={env['AZURE_SECRET']}",
            f"tenant={env['AZURE_TENANT']}",
            f"subscription_id={SUBSCRIPTION}",
        ]
        (directory / "credentials").write_text("\n".join(lines), encoding="utf-8")
        bare = dict.fromkeys(("AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_TENANT", "AZURE_SUBSCRIPTION_ID"), "")
        elsewhere = modules.with_env(bare | {"HOME": str(tmp_path)})
        assert len(facts(elsewhere.ok("azure_machine_info", profile="patching"))) == 4

    def test_a_subscription_of_another_credential_is_reached_by_accounts(
        self, modules: Modules, env: dict[str, str]
    ) -> None:
        own = {"client_id": env["AZURE_CLIENT_ID"], "secret": env["AZURE_SECRET"], "tenant": env["AZURE_TENANT"]}
        bare = modules.with_env({"AZURE_SECRET": "wrong-for-everything-else"})
        assert len(facts(info(bare, accounts={SUBSCRIPTION: own}))) == 4
        assert env["AZURE_SECRET"] not in bare.output

    def test_a_subscription_that_nobody_knows_is_an_error(self, modules: Modules) -> None:
        unknown = [{"node_id": VM.replace("aaaaaaaa", "bbbbbbbb")}]
        answer = modules.call("azure_machine_info", nodes=unknown)
        assert answer["failed"], answer
        assert "Traceback" not in modules.output
        assert "bbbbbbbb-0000-4000-8000-000000000001" in answer["msg"]
        assert "the credentials have no role in the subscription" in answer["msg"]

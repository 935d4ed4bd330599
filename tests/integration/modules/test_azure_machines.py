# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of Azure machines and their patch group tags, over HTTPS, with the credentials that a user has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
    with SandboxProcess("azure_small", speed=120) as sandbox:
        yield sandbox


def info(**options: Any) -> Task:
    return Task("azure_machine_info", {"accounts": {}, "nodes": NODES, **options})


def tag(check: bool = False, **options: Any) -> Task:
    return Task("azure_patch_group_tag", {"accounts": {}, "nodes": NODES, **options}, check=check)


def operations(tasks: Tasks, *kinds: str) -> list[str]:
    return [str(entry["operation"]) for entry in tasks.sandbox.requests() if entry["operation"] in kinds]


def written(answer: dict[str, Any]) -> int:
    return sum(entry["operation"] == TAG_WRITE for entry in answer["json"])


def facts(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert not answer.get("failed"), answer
    return {fact["name"] or fact["node_id"]: fact for fact in answer["facts"]}


def test_facts_are_read_without_a_request_for_a_single_machine(tasks: Tasks) -> None:
    tasks.sandbox.clear_requests()
    (answer,) = tasks.run(info(horizon_hours=24 * 14))
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
    asked = [str(entry["operation"]) for entry in tasks.sandbox.requests() if "/" in str(entry["operation"])]
    assert asked == [GRAPH, GRAPH, GRAPH, "Microsoft.Compute/virtualMachines/read"]
    assert answer["unlisted"] == []


def test_both_sources_say_the_same(tasks: Tasks) -> None:
    graph, arm = tasks.run(info(), info(source="arm"))
    assert facts(graph) == facts(arm)


def test_a_configuration_is_told_when_it_opens_within_the_horizon(tasks: Tasks) -> None:
    far, near = tasks.run(info(horizon_hours=24 * 365), info(horizon_hours=0))
    (update,) = facts(far)["arc-linux-01"]["native_updates"]
    assert (update["kind"], update["name"]) == ("maintenance_configuration", "saturdays")
    assert facts(far)["vm-linux-01"]["native_updates"] == [], "its patch mode leaves a configuration without effect"
    assert [fact["native_updates"] for fact in facts(near).values()] == [[], [], [], []]


def test_machines_that_the_inventory_lacks_are_found(tasks: Tasks) -> None:
    gone = {"node_id": VM.replace("vm-linux-01", "vm-gone")}
    (answer,) = tasks.run(info(nodes=[NODES[0], gone], patch_groups=["patch_test_*_batch_1"]))
    assert [fact["found"] for fact in answer["facts"]] == [True, False]
    assert [node["name"] for node in answer["unlisted"]] == ["arc-linux-01"]


def test_without_nodes_a_subscription_is_described(tasks: Tasks) -> None:
    (answer,) = tasks.run(Task("azure_machine_info", {"accounts": {}}))
    assert len(answer["facts"]) == 4


def test_power_and_agent_are_those_of_now(tasks: Tasks) -> None:
    tasks.sandbox.patch_machine(VM, power="stopped")
    tasks.sandbox.patch_machine(ARC, attributes={"config_mode": "monitor"})
    try:
        (answer,) = tasks.run(info(source="arm"))
    finally:
        tasks.sandbox.reset()
    found = facts(answer)
    assert found["vm-linux-01"]["power_state"] == "stopped"
    assert found["vm-linux-01"]["agent"]["online"] is False
    assert found["arc-linux-01"]["agent"]["online"] is False
    assert "monitor mode" in found["arc-linux-01"]["agent"]["detail"]


def test_tags_are_checked_set_and_set_once(tasks: Tasks) -> None:
    options = {"patch_group": "patch_prod_0600_batch_1", "tag_key": "Patch"}
    predicted, first, real, second, again, third, checked = tasks.run(
        tag(check=True, **options), WRITES, tag(**options), WRITES, tag(**options), WRITES, tag(check=True, **options)
    )
    assert [written(answer) for answer in (first, second, third)] == [0, 4, 4]
    assert predicted["changed"] is real["changed"] is True
    assert again["changed"] is checked["changed"] is False
    assert predicted["diff"] == real["diff"]
    assert predicted["nodes"] == real["nodes"]
    tags = tasks.sandbox.machine(VM)["tags"]
    assert tags["patch"] == "patch_prod_0600_batch_1"
    assert tags["application"] == "payroll", "the other tags stay"


def test_a_tag_is_removed_once(tasks: Tasks) -> None:
    real, again = tasks.run(tag(state="absent"), tag(state="absent"))
    assert (real["changed"], again["changed"]) == (True, False)
    assert "patch" not in tasks.sandbox.machine(ARC)["tags"]
    tasks.sandbox.reset()


def test_a_machine_that_is_not_there_fails_alone(tasks: Tasks) -> None:
    nodes = [{"node_id": VM}, {"node_id": VM.replace("vm-linux-01", "vm-gone")}]
    (answer,) = tasks.run(tag(nodes=nodes, patch_group="patch_x_0600_batch_1"))
    assert not answer.get("failed")
    assert (answer["nodes"]["changed"], answer["nodes"]["failed"]) == (1, 1)
    assert "Azure knows no such machine" in answer["nodes"]["failures"][0]["reason"]
    tasks.sandbox.reset()


def test_a_tag_that_azure_would_not_take_is_refused_before_any_request(tasks: Tasks) -> None:
    tasks.sandbox.clear_requests()
    (answer,) = tasks.run(tag(patch_group="x", tag_key="a/b"))
    assert answer["failed"]
    assert "tag_key: 'a/b' cannot be used" in answer["msg"]
    assert tasks.sandbox.requests(operation=GRAPH) == []


class TestCredentials:
    def refused(self, tasks: Tasks, *, env: dict[str, str] | None = None, **options: Any) -> str:
        (answer,) = tasks.run(info(**options), env=env)
        assert answer["failed"], answer
        assert "Traceback" not in tasks.output
        return str(answer["msg"])

    def test_a_wrong_secret_is_told_and_not_shown(self, tasks: Tasks) -> None:
        message = self.refused(tasks, env={"AZURE_SECRET": "not-the-secret-at-all"})
        assert "Check secret" in message
        assert "not-the-secret-at-all" not in tasks.output

    def test_what_is_missing_is_named_before_any_request(self, tasks: Tasks) -> None:
        tasks.sandbox.clear_requests()
        message = self.refused(tasks, env={"AZURE_TENANT": ""})
        assert "missing tenant" in message
        assert [entry for entry in tasks.sandbox.requests() if "/" in str(entry["operation"])] == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, tasks: Tasks) -> None:
        message = self.refused(tasks, env={"REQUESTS_CA_BUNDLE": ""})
        assert "CA bundle" in message

    def test_options_go_before_the_environment(self, tasks: Tasks) -> None:
        env = tasks.sandbox.env
        options = {"client_id": env["AZURE_CLIENT_ID"], "secret": env["AZURE_SECRET"], "tenant": env["AZURE_TENANT"]}
        other = {"AZURE_CLIENT_ID": "other", "AZURE_SECRET": "other", "AZURE_TENANT": "other"}
        (answer,) = tasks.run(
            info(**options, ca_bundle=env["REQUESTS_CA_BUNDLE"]), env=other | {"REQUESTS_CA_BUNDLE": ""}
        )
        assert len(facts(answer)) == 4

    def test_azure_identity_s_names_are_known_too(self, tasks: Tasks) -> None:
        env = tasks.sandbox.env
        renamed = {"AZURE_TENANT_ID": env["AZURE_TENANT"], "AZURE_CLIENT_SECRET": env["AZURE_SECRET"]}
        (answer,) = tasks.run(info(), env=renamed | {"AZURE_TENANT": "", "AZURE_SECRET": ""})
        assert len(facts(answer)) == 4

    def test_a_profile_is_read(self, tasks: Tasks, tmp_path: Path) -> None:
        env = tasks.sandbox.env
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
        (answer,) = tasks.run(
            Task("azure_machine_info", {"accounts": {}, "profile": "patching"}), env=bare | {"HOME": str(tmp_path)}
        )
        assert len(facts(answer)) == 4

    def test_a_subscription_of_another_credential_is_reached_by_accounts(self, tasks: Tasks) -> None:
        env = tasks.sandbox.env
        own = {"client_id": env["AZURE_CLIENT_ID"], "secret": env["AZURE_SECRET"], "tenant": env["AZURE_TENANT"]}
        bare = {"AZURE_SECRET": "wrong-for-everything-else"}
        (answer,) = tasks.run(info(accounts={SUBSCRIPTION: own}), env=bare)
        assert len(facts(answer)) == 4
        assert env["AZURE_SECRET"] not in tasks.output

    def test_a_subscription_that_nobody_knows_is_an_error(self, tasks: Tasks) -> None:
        message = self.refused(tasks, nodes=[{"node_id": VM.replace("aaaaaaaa", "bbbbbbbb")}])
        assert "bbbbbbbb-0000-4000-8000-000000000001" in message
        assert "the credentials have no role in the subscription" in message

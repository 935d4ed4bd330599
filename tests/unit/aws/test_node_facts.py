# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of nodes: what the two services say, put together for the plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import managed_node_info
from ansible_collections.hybridops.patching.plugins.module_utils._aws.instances import Instance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.managed_node_info import describe_nodes
from ansible_collections.hybridops.patching.plugins.module_utils._aws.native_updates import (
    NativeRule,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.node_facts import TargetFacts, facts_of
from ansible_collections.hybridops.patching.plugins.module_utils._aws.platforms import (
    PATCH_MANAGER_NAME,
    family_of_os,
    os_of_instance,
    os_of_platform,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.registered_baselines import (
    RegisteredBaselines,
    registered_baselines,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import (
    Baseline,
    NativeUpdate,
    NodeFacts,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.patch_groups import matches

from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, instance, managed, reservations

A, B, HYBRID = "i-0000000000000000a", "i-0000000000000000b", "mi-0000000000000000c"
AGENT = {
    "PingStatus": "Online", "AgentVersion": "3.3", "IsLatestVersion": True,
    "PlatformType": "Linux", "PlatformName": "Red Hat Enterprise Linux", "PlatformVersion": "9.4",
}  # fmt: skip


class TestPlatforms:
    @pytest.mark.parametrize(
        ("name", "version", "os"),
        [
            ("Microsoft Windows Server 2022 Datacenter", "10.0.20348", "windows"),
            ("Red Hat Enterprise Linux", "9.4", "redhat"),
            ("Red Hat Enterprise Linux Server", "7.9", "redhat"),
            ("Amazon Linux", "2023", "amazon_linux_2023"),
            ("Amazon Linux", "2", "amazon_linux_2"),
            ("Amazon Linux AMI", "2018.03", "amazon_linux"),
            ("CentOS Linux", "7.9.2009", "centos"),
            ("SLES", "15.5", "suse"),
            ("Ubuntu", "22.04", "ubuntu"),
            ("Debian GNU/Linux", "12", "debian"),
            ("Oracle Linux Server", "8.9", "oracle_linux"),
            ("Rocky Linux", "9.3", "rocky_linux"),
            ("AlmaLinux", "9.3", "alma_linux"),
            ("Raspbian GNU/Linux", "11", "raspbian"),
            ("macOS", "14", "macos"),
            ("Plan 9", "4", ""),
        ],
    )
    def test_the_agent_s_words(self, name: str, version: str, os: str) -> None:
        assert os_of_platform(name, version) == os
        assert not os or os in PATCH_MANAGER_NAME

    def test_what_ec2_alone_knows(self) -> None:
        assert os_of_instance({"PlatformDetails": "Windows with SQL Server Standard"}) == "windows"
        assert os_of_instance({"PlatformDetails": "Red Hat Enterprise Linux with HA"}) == "redhat"
        assert os_of_instance({"PlatformDetails": "Linux/UNIX"}) == ""
        assert os_of_instance({"Platform": "windows"}) == "windows"

    def test_the_family_of_an_unknown_system_is_the_platform_s(self) -> None:
        assert (family_of_os("", "Linux"), family_of_os("ubuntu", ""), family_of_os("", "MacOS")) == (
            "linux",
            "linux",
            "",
        )


def facts(
    node_id: str = A, raw: dict[str, Any] | None = None, agent: dict[str, Any] | None = None, **values: Any
) -> NodeFacts:
    instances = {node_id: Instance.from_api(raw)} if raw else {}
    there = {node_id: {"InstanceId": node_id, **agent}} if agent else {}
    target = TargetFacts(ACCOUNT, REGION, instances, there, tag_keys=("Patch Group", "PatchGroup"), **values)
    return facts_of(Node(node_id, name="listed", provider="aws", os="ubuntu", os_family="linux"), target)


class TestFacts:
    def test_a_running_instance(self) -> None:
        tags = {"Name": "db01", "Patch Group": "g", "aws:autoscaling:groupName": "asg"}
        baselines = RegisteredBaselines({("g", "REDHAT_ENTERPRISE_LINUX"): Baseline("pb-1", "rhel")})
        found = facts(raw=instance(A, tags=tags), agent=AGENT, baselines=baselines)
        assert (found.found, found.name, found.os, found.os_version, found.power_state) == (
            True, "db01", "redhat", "9.4", "running",
        )  # fmt: skip
        assert (found.patch_group, found.scaling_group, found.volumes, found.can_power) == ("g", "asg", 1, True)
        assert found.baseline == Baseline("pb-1", "rhel", default=False)
        assert (found.agent.online, found.agent.up_to_date) == (True, True)
        assert found.snapshot.possible

    def test_a_group_without_a_baseline_falls_to_the_default(self) -> None:
        baselines = RegisteredBaselines({}, {"REDHAT_ENTERPRISE_LINUX": Baseline("pb-9", "theirs", default=True)})
        assert facts(raw=instance(A), agent=AGENT, baselines=baselines).baseline == Baseline("pb-9", "theirs", True)

    def test_a_stopped_instance_keeps_what_the_agent_said(self) -> None:
        ping = {"PingStatus": "ConnectionLost", "LastPingDateTime": datetime(2026, 11, 1, tzinfo=UTC)}
        found = facts(raw=instance(A, "stopped"), agent={**AGENT, **ping})
        assert (found.power_state, found.os, found.agent.online) == ("stopped", "redhat", False)
        assert "ConnectionLost, last heard of 2026-11-01" in found.agent.detail

    def test_an_instance_that_is_not_managed(self) -> None:
        found = facts(raw=instance(A, PlatformDetails="Linux/UNIX"))
        assert (found.os, found.os_family, found.agent.online) == ("ubuntu", "linux", False)
        assert "not registered" in found.agent.detail

    @pytest.mark.parametrize("state", ["terminated", "shutting-down"])
    def test_what_is_gone_is_not_found(self, state: str) -> None:
        assert not facts(raw=instance(A, state), agent=AGENT).found
        assert not facts(agent=AGENT).found

    def test_a_hybrid_node(self) -> None:
        tags = {HYBRID: {"PatchGroup": "h"}}
        found = facts(HYBRID, agent={**AGENT, "ComputerName": "onprem"}, hybrid_tags=tags)
        assert (found.found, found.name, found.power_state, found.can_power, found.patch_group) == (
            True, "onprem", "running", False, "h",
        )  # fmt: skip
        assert not found.snapshot.possible
        assert facts(HYBRID, agent={**AGENT, "PingStatus": "ConnectionLost"}).power_state == "unknown"

    @pytest.mark.parametrize(
        ("values", "shared", "says"),
        [
            ({"RootDeviceType": "instance-store", "BlockDeviceMappings": []}, (), "instance store"),
            ({"BlockDeviceMappings": []}, (), "no EBS volume"),
            ({}, (f"vol-{A[-4:]}",), "several instances"),
            ({"ProductCodes": [{"ProductCodeId": "abc", "ProductCodeType": "marketplace"}]}, (), "product code abc"),
        ],
    )
    def test_what_speaks_against_a_snapshot(self, values: dict[str, Any], shared: tuple[str, ...], says: str) -> None:
        found = facts(raw=instance(A, **values), agent=AGENT, shared_volumes=shared)
        assert not found.snapshot.possible
        assert says in found.snapshot.obstacles[0]

    def test_what_installs_by_itself(self) -> None:
        mine = NativeRule(NativeUpdate("maintenance_window", "w", "t"), ([{"Key": "InstanceIds", "Values": [A]}],))
        other = NativeRule(NativeUpdate("association", "a"), ([{"Key": "InstanceIds", "Values": [B]}],))
        assert facts(raw=instance(A), native=[mine, other]).native_updates == (mine.update,)


def test_baselines_by_group_and_system_and_the_defaults() -> None:
    mine = {"BaselineId": "pb-0000000000000000a", "BaselineName": "mine", "OperatingSystem": "UBUNTU"}
    theirs = {"BaselineId": "pb-0000000000000000b", "BaselineName": "AWS", "OperatingSystem": "UBUNTU"}
    groups = {"Mappings": [{"PatchGroup": "g", "BaselineIdentity": mine}]}
    baselines = {"BaselineIdentities": [{**theirs, "DefaultBaseline": True}, mine]}
    asked = {"MaxResults": 100}
    wire = Wire([Call("describe_patch_groups", asked, groups), Call("describe_patch_baselines", asked, baselines)])
    found = registered_baselines(wire.connection())
    assert found.baseline_of("g", "UBUNTU") == Baseline("pb-0000000000000000a", "mine")
    assert found.baseline_of("other", "UBUNTU") == Baseline("pb-0000000000000000b", "AWS", default=True)
    assert found.baseline_of("g", "WINDOWS") is None


@pytest.mark.parametrize(
    ("pattern", "group", "answer"),
    [("patch_prod_*", "patch_prod_0600_batch_1", True), ("patch_prod_*", "patch_product", False), ("a?", "ab", True),
     ("[ab]", "a", False), ("[ab]", "[ab]", True), ("Patch_*", "patch_x", False)],
)  # fmt: skip
def test_patterns_are_ec2_s(pattern: str, group: str, answer: bool) -> None:
    assert matches(pattern, group) is answer


class FakeModule:
    """As much of a module as the work needs."""

    check_mode = False

    def __init__(self, **params: Any) -> None:
        unset = {
            "targets": None, "patch_groups": None, "tag_keys": ["Patch Group"], "horizon_hours": 24,
            "gather": list(managed_node_info.GATHERED),
        }  # fmt: skip
        self.params = {**unset, **params}


def test_bulk_requests_and_nodes_that_nobody_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    group = {"Patch Group": "patch_prod_0600_batch_1"}
    by_tag = {
        "Filters": [
            {"Name": "tag:Patch Group", "Values": ["patch_prod_*"]},
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
        ],
        "MaxResults": 1000,
    }
    by_id = {"Filters": [{"Name": "instance-id", "Values": [A]}], "MaxResults": 1000}
    ids = {"Filters": [{"Key": "InstanceIds", "Values": [A, B]}], "MaxResults": 50}
    hybrids = {"Filters": [{"Key": "ResourceType", "Values": ["ManagedInstance"]}], "MaxResults": 50}
    tags = {"TagList": [{"Key": "Patch Group", "Value": "patch_prod_0600_batch_2"}]}
    wire = Wire(
        [
            Call("describe_instances", by_tag, reservations([instance(A, tags=group), instance(B, tags=group)])),
            Call("describe_instances", by_id, reservations([instance(A, tags=group)])),
            Call("describe_instance_information", ids, managed(A, **AGENT)),
            Call("describe_instance_information", hybrids, managed(HYBRID, ComputerName="onprem")),
            Call("list_tags_for_resource", {"ResourceType": "ManagedInstance", "ResourceId": HYBRID}, tags),
            Call("describe_volumes", None, {"Volumes": [{"VolumeId": f"vol-{A[-4:]}", "MultiAttachEnabled": True}]}),
            Call("describe_patch_groups", None, {"Mappings": []}),
            Call("describe_patch_baselines", None, {"BaselineIdentities": []}),
            Call("describe_maintenance_windows", None, {"WindowIdentities": []}),
            Call("list_associations", {"MaxResults": 50}, {"Associations": []}),
        ]
    )
    session = FakeSession({(ACCOUNT, REGION): wire})
    monkeypatch.setattr(managed_node_info, "session_of", lambda _module: session)
    nodes = [{"node_id": A, "account": ACCOUNT, "region": REGION}]
    answer = describe_nodes(FakeModule(nodes=nodes, patch_groups=["patch_prod_*"]))
    wire.finish()
    assert [one["node_id"] for one in answer["unlisted"]] == [B, HYBRID]
    assert answer["unlisted"][1] == {
        "node_id": HYBRID, "name": "onprem", "account": ACCOUNT, "region": REGION,
        "patch_group": "patch_prod_0600_batch_2", "os": "", "tags": {"Patch Group": "patch_prod_0600_batch_2"},
    }  # fmt: skip
    assert answer["facts"][0]["snapshot"]["possible"] is False
    assert NodeFacts.from_dict(answer["facts"][0]).os == "redhat"


def test_a_node_that_nobody_listed_is_found_by_any_of_the_keys_with_its_system(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {"Patch Group": "patch_test_0600_batch_1", "PatchGroup": "patch_prod_0600_batch_1"}
    wire = Wire(
        [
            Call("describe_instances", None, reservations([])),
            Call("describe_instances", None, reservations([instance(B, tags=tags)])),
            Call("describe_instance_information", None, managed(B, **AGENT)),
            Call("describe_instance_information", None, {"InstanceInformationList": []}),
        ]
    )
    monkeypatch.setattr(managed_node_info, "session_of", lambda _module: FakeSession({(ACCOUNT, REGION): wire}))
    place = {"account": ACCOUNT, "region": REGION}
    found = FakeModule(
        nodes=[], targets=[place], patch_groups=["patch_prod_*"], tag_keys=["Patch Group", "PatchGroup"], gather=[]
    )
    (node,) = describe_nodes(found)["unlisted"]
    assert (node["node_id"], node["patch_group"], node["os"]) == (B, "patch_prod_0600_batch_1", "redhat")
    assert node["tags"] == tags

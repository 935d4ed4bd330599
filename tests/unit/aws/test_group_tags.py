# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tag that puts nodes into patch groups: what is written, what fails alone, and what is warned of."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tag_checks import (
    NO_SYSTEM,
    GroupCheck,
    gaps,
    read_baselines,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tags import TagPlan, plan_tags
from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tags import apply as apply_tags
from ansible_collections.hybridops.patching.plugins.module_utils._aws.instances import Instance
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

from tests.unit.aws.wire import Call, Wire, instance, refusal

A, B, HYBRID = "i-0000000000000000a", "i-0000000000000000b", "mi-0000000000000000c"
KEY = "Patch Group"
NODES = [Node.from_dict({"node_id": node_id}) for node_id in (A, B, HYBRID)]


class TestTags:
    def seen(self, node_id: str, **values: Any) -> Instance:
        return Instance.from_api(instance(node_id, **values))

    def test_only_nodes_that_differ_are_written(self) -> None:
        plan = plan_tags(
            KEY,
            {A: "g", B: "g", HYBRID: "h"},
            {A: self.seen(A, tags={KEY: "g"}), B: self.seen(B)},
            {HYBRID: {KEY: "x"}},
        )
        assert plan.values == {"g": [B], "h": [HYBRID]}
        assert plan.before == {B: {}, HYBRID: {KEY: "x"}}
        assert plan.after == {B: {KEY: "g"}, HYBRID: {KEY: "h"}}

    def test_absent_removes_what_is_there(self) -> None:
        plan = plan_tags(KEY, {A: None, B: None}, {A: self.seen(A, tags={KEY: "g"}), B: self.seen(B)}, {})
        assert plan.values == {None: [A]}

    def test_nodes_that_cannot_carry_the_tag(self) -> None:
        readable = self.seen(A, MetadataOptions={"InstanceMetadataTags": "enabled"})
        plan = plan_tags(KEY, {A: "g", B: "g", HYBRID: "g"}, {A: readable}, {})
        assert "use the key PatchGroup" in plan.failures[A]
        assert plan.failures.keys() == {A, B, HYBRID}
        assert plan_tags("PatchGroup", {A: "g"}, {A: readable}, {}).changed == [A]

    def test_instances_in_bulk_and_hybrid_nodes_one_by_one(self) -> None:
        ids = [f"i-{number:017x}" for number in range(1001)]
        plan = plan_tags(KEY, dict.fromkeys([*ids, HYBRID], "g"), {one: self.seen(one) for one in ids}, {HYBRID: {}})
        tags = [{"Key": KEY, "Value": "g"}]
        resource = {"ResourceType": "ManagedInstance", "ResourceId": HYBRID}
        wire = Wire(
            [
                [
                    Call("create_tags", {"Resources": ids[:1000], "Tags": tags}),
                    Call("create_tags", {"Resources": ids[1000:], "Tags": tags}),
                    Call("add_tags_to_resource", {"Tags": tags, **resource}),
                ]
            ]
        )
        apply_tags(wire.connection(), KEY, plan)
        wire.finish()

    def test_a_hybrid_node_that_cannot_be_tagged_fails_alone(self) -> None:
        plan = plan_tags(KEY, {HYBRID: None}, {}, {HYBRID: {KEY: "g"}})
        wire = Wire([Call("remove_tags_from_resource", None, refusal("InvalidResourceId"))])
        apply_tags(wire.connection(), KEY, plan)
        assert "InvalidResourceId" in plan.failures[HYBRID]

    def test_a_request_that_fails_loses_its_own_nodes_only(self) -> None:
        plan = plan_tags(KEY, {A: "g", B: "h"}, {A: self.seen(A), B: self.seen(B)}, {})
        refused = Call("create_tags", {"Resources": [A], "Tags": [{"Key": KEY, "Value": "g"}]}, refusal("TooManyTags"))
        done = Call("create_tags", {"Resources": [B], "Tags": [{"Key": KEY, "Value": "h"}]})
        wire = Wire([[refused, done]])
        apply_tags(wire.connection(), KEY, plan)
        wire.finish()
        assert plan.failures.keys() == {A}


OTHER = "PatchGroup"


class TestBothKeys:
    """A node can be in one group, and two keys can name it."""

    def plan(self, tags: dict[str, str], value: str | None, clear: bool = False, key: str = KEY) -> TagPlan:
        return plan_tags(key, {A: value}, {A: Instance.from_api(instance(A, tags=tags))}, {}, clear_other=clear)

    def test_another_group_by_the_other_key_is_told(self) -> None:
        plan = self.plan({KEY: "g", OTHER: "h"}, "g")
        assert (plan.conflicts, plan.changed) == ({A: "h"}, [])
        assert self.plan({OTHER: "h"}, None).conflicts == {A: "h"}

    @pytest.mark.parametrize("tags", [{OTHER: "g"}, {OTHER: ""}, {}])
    def test_the_same_group_or_none_is_no_conflict(self, tags: dict[str, str]) -> None:
        assert self.plan({KEY: "g", **tags}, "g").conflicts == {}

    def test_a_key_that_patch_manager_does_not_read_conflicts_with_nothing(self) -> None:
        assert self.plan({KEY: "x", OTHER: "h"}, "g", clear=True, key="group").conflicts == {}

    def test_the_other_key_goes_once_the_group_is_set(self) -> None:
        plan = self.plan({OTHER: "h", "Name": "n"}, "g", clear=True)
        assert (plan.conflicts, plan.before, plan.after) == ({}, {A: {OTHER: "h"}}, {A: {KEY: "g"}})
        wire = Wire(
            [
                Call("create_tags", {"Resources": [A], "Tags": [{"Key": KEY, "Value": "g"}]}),
                Call("delete_tags", {"Resources": [A], "Tags": [{"Key": OTHER}]}),
            ]
        )
        apply_tags(wire.connection(), KEY, plan)
        wire.finish()

    def test_a_node_that_did_not_get_its_group_keeps_the_other_key(self) -> None:
        plan = self.plan({OTHER: "h"}, "g", clear=True)
        wire = Wire([Call("create_tags", None, refusal("UnauthorizedOperation"))])
        apply_tags(wire.connection(), KEY, plan)
        wire.finish()
        assert plan.failures.keys() == {A}

    def test_what_is_there_already_is_not_written(self) -> None:
        assert not self.plan({KEY: "g", OTHER: "g"}, "g", clear=True).changed
        assert self.plan({OTHER: "h"}, None, clear=True).cleared == [A]


class TestGaps:
    """Which nodes would silently get the default baseline."""

    def gaps(self, check: GroupCheck, os: str = "") -> list[tuple[str, str, list[str], str]]:
        seen = {A: Instance.from_api(instance(A, PlatformDetails=os))} if os else {}
        found = gaps(Wire([]).connection(), dict.fromkeys(NODES, "g"), seen, check)
        return [(gap.patch_group, gap.operating_system, gap.to_dict()["node_ids"], gap.reason) for gap in found]

    def test_by_what_the_agent_says_and_else_by_what_ec2_says(self) -> None:
        managed = {B: {"PlatformName": "Ubuntu", "PlatformVersion": "24.04"}, HYBRID: {"PlatformName": "SLES"}}
        registered: dict[tuple[str, str], dict[str, str]] = {("g", "SUSE"): {}, ("g2", "UBUNTU"): {}}
        assert self.gaps(GroupCheck(registered, managed), "Windows") == [
            ("g", "UBUNTU", [B], ""),
            ("g", "WINDOWS", [A], ""),
        ]

    def test_what_is_not_known_is_not_missing(self) -> None:
        assert self.gaps(GroupCheck({}, {})) == [("g", "", [A, B, HYBRID], NO_SYSTEM)]
        assert self.gaps(GroupCheck({}, {}, "no permission")) == [("g", "", [A, B, HYBRID], "no permission")]

    def test_what_cannot_be_read_is_an_answer(self) -> None:
        denied = refusal("AccessDeniedException")
        wire = Wire([[Call("describe_patch_groups", None, denied), Call("describe_instance_information", None, {})]])
        check = read_baselines(wire.connection(), ["g"], [A], {})
        assert "AccessDenied" in check.problem

    def test_few_requests(self) -> None:
        ids = [f"i-{number:017x}" for number in range(150)]
        asked = Call(
            "describe_patch_groups", {"MaxResults": 100, "Filters": [{"Key": "NAME_PREFIX", "Values": ["g_"]}]}
        )
        nodes = [Call("describe_instance_information", None) for _part in range(2)]
        wire = Wire([[asked, *nodes]])
        read_baselines(wire.connection(), ["g_1", "g_2"], [*ids, HYBRID], {HYBRID: {}})
        wire.finish()

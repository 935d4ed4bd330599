# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch groups: one baseline for each operating system, and the tag on the nodes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tags import apply as apply_tags
from ansible_collections.hybridops.patching.plugins.module_utils._aws.group_tags import plan_tags
from ansible_collections.hybridops.patching.plugins.module_utils._aws.instances import Instance
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_group import (
    Registered,
    apply,
    plan_absent,
    plan_present,
    registrations,
    resolve,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.wire import Call, Wire, instance, refusal

LINUX = Registered("pb-0000000000000000a", "rhel", "REDHAT_ENTERPRISE_LINUX")
LINUX_2 = Registered("pb-0000000000000000b", "rhel-2", "REDHAT_ENTERPRISE_LINUX")
WINDOWS = Registered("pb-0000000000000000c", "win", "WINDOWS")
SERVICE = Registered("arn:aws:ssm:eu-central-1:1:patchbaseline/pb-0000000000000000d", "AWS-Ubuntu", "UBUNTU")
KNOWN = [LINUX, LINUX_2, WINDOWS, SERVICE]

registered = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"])).map(
    lambda chosen: {system: Registered(f"{system}{number}", number, system) for system, number in chosen.items()}
)


def by_system(*entries: Registered) -> dict[str, Registered]:
    return {entry.operating_system: entry for entry in entries}


def carried_out(current: dict[str, Registered], changes: Any, known: list[Registered]) -> dict[str, Registered]:
    """What the service would hold after the steps; it refuses a second baseline of an operating system."""
    after = dict(current)
    ids = {entry.baseline_id: entry for entry in known}
    for step in changes.steps:
        entry = ids[step.params["baseline_id"]]
        if step.action.startswith("deregister"):
            assert after.pop(entry.operating_system).baseline_id == entry.baseline_id
        elif step.action.startswith("replace"):
            assert after[entry.operating_system].baseline_id == step.params["replaced_id"]
            after[entry.operating_system] = entry
        else:
            assert entry.operating_system not in after, "AlreadyExistsException"
            after[entry.operating_system] = entry
    return after


class TestRegistration:
    def test_ids_short_ids_and_names(self) -> None:
        wanted = resolve([LINUX.baseline_id, "win", "pb-0000000000000000d"], KNOWN)
        assert wanted == by_system(LINUX, WINDOWS, SERVICE)

    @pytest.mark.parametrize(
        ("given_", "says"),
        [
            (["none"], "id or name"),
            (["rhel", "rhel-2"], "one baseline for REDHAT"),
            (["twin"], "only one baseline has"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, given_: list[str], says: str) -> None:
        twins = [Registered("pb-1", "twin", "SUSE"), Registered("pb-2", "twin", "CENTOS")]
        with pytest.raises(InputError, match=says):
            resolve(given_, [*KNOWN, *twins])

    def test_the_same_baseline_twice_is_one(self) -> None:
        assert resolve(["rhel", LINUX.baseline_id], KNOWN) == by_system(LINUX)

    def test_a_name_of_the_account_s_own_is_meant_before_the_service_s(self) -> None:
        own = Registered("pb-0000000000000000f", SERVICE.name, "UBUNTU")
        assert resolve([SERVICE.name], [SERVICE, own]) == by_system(own)
        assert resolve([SERVICE.baseline_id], [SERVICE, own]) == by_system(SERVICE)

    def test_another_of_the_same_system_is_replaced(self) -> None:
        changes = plan_present("g", by_system(LINUX), by_system(LINUX_2), purge=False)
        assert [step.action.partition("_")[0] for step in changes.steps] == ["replace"]

    def test_others_stay_unless_purged(self) -> None:
        assert not plan_present("g", by_system(LINUX, WINDOWS), by_system(LINUX), purge=False).changed
        purged = plan_present("g", by_system(LINUX, WINDOWS), by_system(LINUX), purge=True)
        assert [entry["baseline_id"] for entry in purged.after["baselines"]] == [LINUX.baseline_id]

    def test_absent_takes_what_is_named_or_all(self) -> None:
        both = by_system(LINUX, WINDOWS)
        assert len(plan_absent("g", both, None).steps) == 2
        for text in (WINDOWS.baseline_id, WINDOWS.name):
            steps = plan_absent("g", both, [text]).steps
            assert [step.params["baseline_id"] for step in steps] == [WINDOWS.baseline_id]

    def test_absent_passes_over_what_is_not_registered(self) -> None:
        both = by_system(LINUX, WINDOWS)
        assert not plan_absent("g", both, [LINUX_2.baseline_id, "gone"]).changed
        assert not plan_absent("g", both, []).changed

    def test_absent_refuses_a_name_that_several_registered_ones_have(self) -> None:
        twins = [Registered("pb-1", "twin", "SUSE"), Registered("pb-2", "twin", "CENTOS")]
        with pytest.raises(InputError, match="only one baseline has"):
            plan_absent("g", by_system(*twins), ["twin"])

    @given(registered, registered, st.booleans())
    def test_carrying_it_out_leads_where_the_plan_says(
        self, current: dict[str, Registered], wanted: dict[str, Registered], purge: bool
    ) -> None:
        changes = plan_present("g", current, wanted, purge=purge)
        after = carried_out(current, changes, [*current.values(), *wanted.values()])
        assert wanted.items() <= after.items()
        assert [entry["baseline_id"] for entry in changes.after["baselines"]] == [
            entry.baseline_id for _system, entry in sorted(after.items())
        ]
        assert not plan_present("g", after, wanted, purge=purge).changed

    def test_only_the_group_itself_is_looked_at(self) -> None:
        answer = {
            "Mappings": [
                {
                    "PatchGroup": name,
                    "BaselineIdentity": {"BaselineId": f"pb-{name:0>17}", "OperatingSystem": "WINDOWS"},
                }
                for name in ("g", "g2")
            ]
        }
        asked = {"MaxResults": 100, "Filters": [{"Key": "NAME_PREFIX", "Values": ["g"]}]}
        wire = Wire([Call("describe_patch_groups", asked, answer)])
        assert registrations(wire.connection(), "g")["WINDOWS"].baseline_id == f"pb-{'g':0>17}"

    def test_a_registration_whose_answer_was_lost_is_done(self) -> None:
        mapping = {"PatchGroup": "g", "BaselineIdentity": {"BaselineId": LINUX.baseline_id, "OperatingSystem": "SUSE"}}
        wire = Wire(
            [
                Call("register_patch_baseline_for_patch_group", None, refusal("InternalServerError", status=500)),
                Call("register_patch_baseline_for_patch_group", None, refusal("AlreadyExistsException")),
                Call("describe_patch_groups", None, {"Mappings": [mapping]}),
            ]
        )
        apply(wire.connection(), "g", plan_present("g", {}, by_system(LINUX), purge=False))
        wire.finish()


A, B, HYBRID = "i-0000000000000000a", "i-0000000000000000b", "mi-0000000000000000c"
KEY = "Patch Group"


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

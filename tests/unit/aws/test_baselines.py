# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch baselines: what differs is sent, what does not differ is not, and the plan of a planned state is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import (
    from_api,
    same,
    stable,
    to_api,
    wanted_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_plan import plan_absent, plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._aws.model_check import check_request
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError, PatchingError
from hypothesis import given
from hypothesis import strategies as st

ID = "pb-0123456789abcdef0"
RULE = {"patch_filters": [{"key": "SEVERITY", "values": ["Critical", "Important"]}], "approve_after_days": 7}

filters = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["PRODUCT", "CLASSIFICATION", "SEVERITY"]),
            "values": st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=3),
        }
    ),
    max_size=3,
)
rules = st.lists(
    st.fixed_dictionaries(
        {"patch_filters": filters},
        optional={
            "approve_after_days": st.integers(0, 360),
            "compliance_level": st.sampled_from(["HIGH", "UNSPECIFIED"]),
            "enable_non_security": st.booleans(),
        },
    )
    | st.fixed_dictionaries({"patch_filters": filters, "approve_until_date": st.sampled_from(["2026-01-31"])}),
    max_size=4,
)
levels = st.sampled_from(["CRITICAL", "UNSPECIFIED"])
patches = st.lists(st.sampled_from(["KB1", "KB2", "kernel.x86_64"]), max_size=3)
options = st.fixed_dictionaries(
    {"name": st.just("base")},
    optional={
        "operating_system": st.sampled_from(["WINDOWS", "UBUNTU"]),
        "description": st.sampled_from(["one", "two", ""]),
        "approved_patches_compliance_level": levels,
        "available_security_updates_compliance_status": st.sampled_from(["COMPLIANT", "NON_COMPLIANT", ""]),
        "approval_rules": rules,
        "approved_patches": patches,
        "rejected_patches": patches,
        "rejected_patches_action": st.sampled_from(["BLOCK", "ALLOW_AS_DEPENDENCY"]),
        "global_filters": filters,
        "approved_patches_enable_non_security": st.booleans(),
        "sources": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(["main", "updates"]),
                    "products": st.lists(st.sampled_from(["*", "RedhatEnterpriseLinux9"]), min_size=1),
                    "configuration": st.sampled_from(["[main]\nenabled=1\n", "[main]"]),
                }
            ),
            max_size=2,
        ),
    },
)


def member(values: Any) -> Any:
    """A member of an answer: left out, null, or a value."""
    return st.just(...) | st.none() | values


raw_rules = rules.map(lambda given: to_api({"approval_rules": given})["ApprovalRules"])
raw_states = st.fixed_dictionaries(
    {
        "Description": member(st.sampled_from(["one", "two"])),
        "ApprovalRules": member(st.just({}) | raw_rules),
        "ApprovedPatches": member(patches),
        "ApprovedPatchesComplianceLevel": member(levels),
        "ApprovedPatchesEnableNonSecurity": member(st.booleans()),
        "RejectedPatches": member(patches),
        "RejectedPatchesAction": member(st.sampled_from(["BLOCK", "ALLOW_AS_DEPENDENCY"])),
        "GlobalFilters": member(filters.map(lambda given: to_api({"global_filters": given})["GlobalFilters"])),
        "Sources": member(
            st.lists(st.just({"Name": "main", "Products": ["b", "a"], "Configuration": "[main]\nx=1\n"}), max_size=1)
        ),
        "AvailableSecurityUpdatesComplianceStatus": member(st.sampled_from(["COMPLIANT", "NON_COMPLIANT"])),
        "PatchGroups": member(st.just(["b", "a"])),
        "CreatedDate": member(st.just(datetime(2026, 1, 1, tzinfo=UTC))),
    }
).map(lambda members: {name: value for name, value in members.items() if value is not ...})
"""Answers of GetPatchBaseline as the console, Terraform and this collection leave them."""


def updated(raw: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """What UpdatePatchBaseline makes of a baseline, by its documentation."""
    kept = ("Name", "OperatingSystem", "PatchGroups", "CreatedDate")
    base = {name: raw[name] for name in kept if name in raw} if request.get("Replace") else raw
    after = {**base, **{name: value for name, value in request.items() if name != "Replace"}}
    if after.get("ApprovalRules"):
        added = {"ComplianceLevel": "UNSPECIFIED", "EnableNonSecurity": False}
        listed = [{**added, **rule} for rule in after["ApprovalRules"].get("PatchRules", [])]
        listed = [rule if "ApproveUntilDate" in rule else {"ApproveAfterDays": 0, **rule} for rule in listed]
        after["ApprovalRules"] = {"PatchRules": listed}
    return after


tag_sets = st.none() | st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3)


def current(**values: Any) -> dict[str, Any]:
    return from_api({"BaselineId": ID, "Name": "base", "OperatingSystem": "WINDOWS", **values}) | {
        "default_baseline": False,
        "tags": {},
    }


def present(
    there: dict[str, Any] | None,
    wanted: dict[str, Any],
    tags: dict[str, str] | None = None,
    purge: bool = True,
    default: bool | None = None,
) -> ChangeSet:
    return plan_present(there, wanted_of(wanted), tags=tags, purge_tags=purge, default_baseline=default)


class TestPlan:
    @given(options, tag_sets, st.booleans(), st.none() | st.booleans())
    def test_what_was_made_needs_nothing_more(
        self, wanted: dict[str, Any], tags: dict[str, str] | None, purge: bool, default: bool | None
    ) -> None:
        made = present(None, wanted, tags, purge, default)
        assert made.changed
        assert not present(dict(made.after), wanted, tags, purge, default).changed

    @given(options, options, tag_sets, tag_sets, st.booleans())
    def test_what_was_changed_needs_nothing_more(
        self,
        first: dict[str, Any],
        second: dict[str, Any],
        tags: dict[str, str] | None,
        more: dict[str, str] | None,
        purge: bool,
    ) -> None:
        second = {**second, "operating_system": first.get("operating_system", "WINDOWS")}
        made = present(None, first, tags)
        changed = present(dict(made.after), second, more, purge)
        assert not present(dict(changed.after), second, more, purge).changed

    @given(options)
    def test_the_service_s_answer_to_what_was_sent_is_no_difference(self, wanted: dict[str, Any]) -> None:
        made = present(None, wanted)
        answered = {"OperatingSystem": "WINDOWS", **to_api(wanted_of(wanted)), "BaselineId": ID}
        there = from_api(answered) | {"default_baseline": False, "tags": {}}
        assert not present(there, wanted).changed
        assert {**made.after, "baseline_id": ID} == there

    @given(raw_states, options)
    def test_from_any_state_one_request_leads_to_what_is_wanted(
        self, raw: dict[str, Any], wanted: dict[str, Any]
    ) -> None:
        raw = {"Name": "base", "OperatingSystem": "WINDOWS", **raw}
        wanted = {**wanted, "operating_system": "WINDOWS"}
        changes = present(current(**raw), wanted)
        for step in changes.steps:
            check_request("ssm", "UpdatePatchBaseline", step.params)
            raw = updated(raw, step.params)
        there = current(**raw)
        assert not present(there, wanted).changed
        assert len(changes.steps) <= 1
        untouched = {name: value for name, value in changes.after.items() if name != "approval_rules"}
        assert untouched == {name: there[name] for name in untouched}
        assert same("approval_rules", changes.after["approval_rules"], there["approval_rules"])

    @given(options, st.randoms(use_true_random=False))
    def test_order_has_no_meaning(self, wanted: dict[str, Any], random: Any) -> None:
        made = present(None, wanted)
        for name in ("approval_rules", "approved_patches", "rejected_patches", "global_filters", "sources"):
            random.shuffle(wanted.get(name, []))
        in_rules = [entry for rule in wanted.get("approval_rules", []) for entry in rule["patch_filters"]]
        for entry in [*wanted.get("global_filters", []), *in_rules]:
            random.shuffle(entry["values"])
        assert not present(dict(made.after), wanted).changed

    def test_only_what_differs_is_sent(self) -> None:
        there = current(Description="old", ApprovedPatches=["KB1"])
        changes = present(there, {"description": "new", "approved_patches": ["KB1"]})
        assert [(step.action, dict(step.params)) for step in changes.steps] == [
            ("update_patch_baseline", {"Description": "new"})
        ]

    def test_what_is_not_set_stays(self) -> None:
        assert not present(current(Description="old", ApprovedPatches=["KB1"]), {"name": "base"}).changed

    def test_an_empty_list_empties(self) -> None:
        changes = present(current(ApprovedPatches=["KB1"]), {"approved_patches": []})
        assert dict(changes.steps[0].params) == {"ApprovedPatches": []}

    def test_what_cannot_be_sent_empty_is_emptied_by_replacing_the_whole(self) -> None:
        rule = {"PatchFilterGroup": {"PatchFilters": []}, "ApproveUntilDate": "2026-01-31", "ComplianceLevel": "HIGH"}
        there = current(Description="old", ApprovedPatches=["KB1"], ApprovalRules={"PatchRules": [rule]})
        (step,) = present(there, {"description": "", "rejected_patches": ["KB2"]}).steps
        assert dict(step.params) == {
            "Name": "base",
            "ApprovedPatches": ["KB1"],
            "RejectedPatches": ["KB2"],
            "ApprovalRules": {"PatchRules": [{**rule, "EnableNonSecurity": False}]},
            "Replace": True,
        }

    def test_a_date_takes_the_place_of_a_delay(self) -> None:
        rule = {"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 7}
        there = current(ApprovalRules={"PatchRules": [rule]})
        (step,) = present(there, {"approval_rules": [{"patch_filters": [], "approve_until_date": "2026-01-31"}]}).steps
        (sent,) = step.params["ApprovalRules"]["PatchRules"]
        assert sent["ApproveUntilDate"] == "2026-01-31"
        assert "ApproveAfterDays" not in sent

    def test_defaults_of_the_service_are_no_difference(self) -> None:
        rule = {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "SEVERITY", "Values": ["Important", "Critical"]}]},
            "ComplianceLevel": "UNSPECIFIED", "ApproveAfterDays": 7, "EnableNonSecurity": False,
        }  # fmt: skip
        there = current(ApprovalRules={"PatchRules": [rule]})
        assert not present(there, {"approval_rules": [RULE]}).changed
        assert present(there, {"approval_rules": [{**RULE, "approve_after_days": 8}]}).changed

    def test_a_rule_without_a_delay_is_met_by_the_one_that_the_service_adds(self) -> None:
        bare = stable("approval_rules", [{"patch_filters": []}])
        added = stable("approval_rules", [{"patch_filters": [], "approve_after_days": 0}])
        assert same("approval_rules", bare, added)
        assert not same("approval_rules", added, bare)

    def test_two_equal_rules_are_not_one(self) -> None:
        assert not same("approval_rules", stable("approval_rules", [RULE, RULE]), stable("approval_rules", [RULE]))

    def test_the_operating_system_cannot_be_changed(self) -> None:
        with pytest.raises(InputError, match="cannot be changed"):
            present(current(), {"operating_system": "UBUNTU"})

    def test_tags_are_added_changed_and_purged(self) -> None:
        there = current() | {"tags": {"a": "1", "b": "2", "aws:x": "y"}}
        steps = present(there, {}, {"a": "9", "c": "3"}).steps
        assert [(s.action, dict(s.params)) for s in steps] == [
            ("add_tags_to_resource", {"tags": {"a": "9", "c": "3"}}),
            ("remove_tags_from_resource", {"keys": ["b"]}),
        ]
        kept = present(there, {}, {"a": "9"}, purge=False)
        assert kept.after["tags"] == {"a": "9", "b": "2", "aws:x": "y"}

    def test_tags_of_aws_itself_are_no_difference(self) -> None:
        assert not present(current() | {"tags": {"aws:x": "y"}}, {}, {}).changed

    @pytest.mark.parametrize("there", [True, False])
    @pytest.mark.parametrize("wanted", [True, False])
    def test_default(self, there: bool, wanted: bool) -> None:
        steps = present(current() | {"default_baseline": there}, {}, default=wanted).steps
        assert len(steps) == (there is not wanted)

    def test_one_in_use_is_not_deleted(self) -> None:
        with pytest.raises(PatchingError, match="registered for group_a"):
            plan_absent(current(PatchGroups=["group_a"]))
        with pytest.raises(PatchingError, match="default for WINDOWS"):
            plan_absent(current() | {"default_baseline": True})

    def test_deleting_what_is_not_there_changes_nothing(self) -> None:
        assert not plan_absent(None).changed

    def test_one_in_use_is_freed_and_deleted_when_told_so(self) -> None:
        there = current(PatchGroups=["b", "a"]) | {"default_baseline": True}
        changes = plan_absent(there, deregister=True, no_default=True, service_default=AWS_ID)
        assert [step.action for step in changes.steps] == [
            "register_default_patch_baseline",
            "deregister_patch_baseline_for_patch_group",
            "deregister_patch_baseline_for_patch_group",
            "delete_patch_baseline",
        ]
        assert dict(changes.steps[0].params) == {"baseline_id": AWS_ID}
        assert [step.params["patch_group"] for step in changes.steps[1:3]] == ["a", "b"]

    def test_another_operating_system_is_not_deleted_by_its_id(self) -> None:
        with pytest.raises(InputError, match="operating_system: 'UBUNTU'"):
            plan_absent(current(), {"operating_system": "UBUNTU"})


AWS_ID = "arn:aws:ssm:eu-central-1:1:patchbaseline/pb-0000000000000000d"


class TestOwnedByAws:
    def there(self, *, default: bool = False) -> dict[str, Any]:
        return current(Description="theirs") | {"baseline_id": AWS_ID, "owner": "AWS", "default_baseline": default}

    def test_it_can_become_the_default(self) -> None:
        (step,) = present(self.there(), {"name": "base", "description": "theirs"}, {}, default=True).steps
        assert (step.action, dict(step.params)) == ("register_default_patch_baseline", {})

    @pytest.mark.parametrize(
        ("wanted", "tags", "says"),
        [
            ({"description": "mine", "approved_patches": ["KB1"]}, None, "approved_patches, description cannot be cha"),
            ({}, {"a": "b"}, "tags cannot be changed"),
        ],
    )
    def test_nothing_else_of_it_changes(self, wanted: dict[str, Any], tags: dict[str, str] | None, says: str) -> None:
        with pytest.raises(PatchingError, match=f"belongs to AWS: {says}"):
            present(self.there(), wanted, tags, default=True)
        with pytest.raises(PatchingError, match="cannot be deleted"):
            plan_absent(self.there(), deregister=True)

    def test_its_own_default_cannot_give_way_to_itself(self) -> None:
        there = self.there(default=True)
        with pytest.raises(InputError, match="make another baseline the default"):
            plan_present(there, {}, tags=None, purge_tags=True, default_baseline=False, service_default=AWS_ID)
        other = AWS_ID.replace("pb-0", "pb-1")
        gone = plan_present(there, {}, tags=None, purge_tags=True, default_baseline=False, service_default=other)
        assert [dict(step.params) for step in gone.steps] == [{"baseline_id": other}]


def test_a_rule_keeps_its_delay_when_another_one_changes() -> None:
    def rule(kind: str, **values: Any) -> dict[str, Any]:
        return {"patch_filters": [{"key": "CLASSIFICATION", "values": [kind]}], **values}

    there = from_api(
        {
            "BaselineId": ID,
            "Name": "base",
            **to_api(
                wanted_of({"approval_rules": [rule(kind, approve_after_days=30) for kind in ("Security", "Bugfix")]})
            ),
        }
    ) | {"tags": {}, "default_baseline": False}
    wanted = wanted_of({"approval_rules": [rule("Security"), rule("Enhancement")]})
    changes = plan_present(there, wanted, tags=None, purge_tags=True, default_baseline=None)
    delays = {
        one["patch_filters"][0]["values"][0]: one.get("approve_after_days") for one in changes.after["approval_rules"]
    }
    assert delays == {"Security": 30, "Enhancement": None}

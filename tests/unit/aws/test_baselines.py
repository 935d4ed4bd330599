# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch baselines: what differs is sent, what does not differ is not, and the plan of a planned state is empty."""

from __future__ import annotations

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
    ),
    max_size=4,
)
patches = st.lists(st.sampled_from(["KB1", "KB2", "kernel.x86_64"]), max_size=3)
options = st.fixed_dictionaries(
    {"name": st.just("base")},
    optional={
        "operating_system": st.sampled_from(["WINDOWS", "UBUNTU"]),
        "description": st.sampled_from(["one", "two"]),
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

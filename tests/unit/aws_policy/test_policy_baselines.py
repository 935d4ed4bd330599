# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Approval rules in each system's words: the right ones, and none lost in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import to_api, wanted_of
from ansible_collections.hybridops.patching.plugins.module_utils._aws.model_check import check_request
from ansible_collections.hybridops.patching.plugins.module_utils._aws.platforms import PATCH_MANAGER_NAME
from ansible_collections.hybridops.patching.plugins.module_utils._aws.policy_baselines import (
    baseline_rules,
    names_no_patch_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.approvals import Approval
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.words import (
    DIALECTS,
    KIND_WORDS,
    PRIORITIES,
    RATING_WORDS,
    translate_kinds,
    translate_ratings,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.systems import OS_FAMILY
from hypothesis import given
from hypothesis import strategies as st

USUAL = Approval(("Security", "Bugfix"), ("Critical", "Important"), 14)
DEBIANS = ("debian", "raspbian", "ubuntu")
RPMS = sorted(set(DIALECTS) - {"windows", "suse", *DEBIANS})


def rule_of(approval: Approval, os: str) -> dict[str, Any]:
    """The one rule of the baseline."""
    (rule,) = baseline_rules(approval, os).options["approval_rules"]
    found: dict[str, Any] = rule
    return found


def filters_of(approval: Approval, os: str) -> dict[str, list[str]]:
    """The values of the rule's filters."""
    return {entry["key"]: entry["values"] for entry in rule_of(approval, os)["patch_filters"]}


def test_every_system_of_a_policy_has_a_dialect_and_a_name_in_the_service() -> None:
    assert set(DIALECTS) == set(OS_FAMILY)
    assert set(DIALECTS) <= set(PATCH_MANAGER_NAME)


class TestWords:
    @pytest.mark.parametrize(
        ("os", "expected"),
        [
            *[
                (os, {"CLASSIFICATION": ["Security", "Bugfix"], "SEVERITY": ["Critical", "Important"]})
                for os in ("amazon_linux_2023", "centos", "oracle_linux", "redhat")
            ],
            ("suse", {"CLASSIFICATION": ["Security", "Recommended"], "SEVERITY": ["Critical", "Important"]}),
            (
                "windows",
                {
                    "CLASSIFICATION": ["SecurityUpdates", "CriticalUpdates", "UpdateRollups", "Updates"],
                    "MSRC_SEVERITY": ["Critical", "Important"],
                },
            ),
            *[(os, {"PRIORITY": list(PRIORITIES)}) for os in DEBIANS],
        ],
    )
    def test_the_usual_approval(self, os: str, expected: dict[str, list[str]]) -> None:
        assert filters_of(USUAL, os) == {"PRODUCT": ["*"], **expected}

    @pytest.mark.parametrize(
        ("os", "said", "expected"),
        [
            ("windows", "CriticalUpdates", ("CriticalUpdates",)),
            ("windows", "bugfix", ("CriticalUpdates", "UpdateRollups", "Updates")),
            ("windows", "Recommended", ("CriticalUpdates", "UpdateRollups", "Updates")),
            ("windows", "Enhancement", ("FeaturePacks",)),
            ("windows", "Yast", ()),
            ("redhat", "SecurityUpdates", ("Security",)),
            ("redhat", "securityupdates", ("Security",)),
            ("redhat", "Recommended", ("Recommended",)),
            ("redhat", "Updates", ("Bugfix",)),
            ("redhat", "Drivers", ()),
            ("suse", "Bugfix", ("Recommended",)),
            ("suse", "Enhancement", ("Feature",)),
            ("suse", "Newpackage", ()),
        ],
    )
    def test_kinds(self, os: str, said: str, expected: tuple[str, ...]) -> None:
        found = translate_kinds(DIALECTS[os], [said])
        assert found.words == expected
        assert found.left == (() if expected else (said,))

    @pytest.mark.parametrize(
        ("os", "said", "expected"),
        [
            ("amazon_linux_2", "Moderate", ("Medium",)),
            ("redhat", "Moderate", ("Medium", "Moderate")),
            ("redhat", "Medium", ("Medium", "Moderate")),
            ("suse", "Medium", ("Moderate",)),
            ("windows", "Medium", ("Moderate",)),
            ("windows", "None", ("Unspecified",)),
            ("redhat", "unspecified", ("None",)),
            ("suse", "None", ()),
        ],
    )
    def test_severities(self, os: str, said: str, expected: tuple[str, ...]) -> None:
        assert translate_ratings(DIALECTS[os], [said]).words == expected

    @pytest.mark.parametrize("os", sorted(DIALECTS))
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"classifications": ("Securty",)}, "did you mean 'Security'"),
            ({"severities": ("Critcal",)}, "did you mean 'Critical'"),
        ],
    )
    def test_a_word_that_no_system_has_is_refused(self, os: str, change: dict[str, Any], says: str) -> None:
        with pytest.raises(InputError, match=says):
            baseline_rules(replace(USUAL, **change), os)

    @pytest.mark.parametrize(
        ("os", "change"),
        [
            ("redhat", {"classifications": ("Drivers",)}),
            ("windows", {"classifications": ("Yast", "Document")}),
            ("suse", {"severities": ("Unspecified",)}),
            ("ubuntu", {"classifications": ("Bugfix",)}),
        ],
    )
    def test_a_list_of_which_nothing_is_left_is_refused(self, os: str, change: dict[str, Any]) -> None:
        with pytest.raises(InputError, match="an empty"):
            baseline_rules(replace(USUAL, **change), os)


class TestAll:
    """An empty list means all."""

    @pytest.mark.parametrize("os", RPMS)
    def test_on_rpm_packages_without_a_notice_too(self, os: str) -> None:
        everything = replace(USUAL, classifications=(), severities=())
        assert filters_of(everything, os) == {"PRODUCT": ["*"]}
        assert rule_of(everything, os)["enable_non_security"] is True
        assert rule_of(USUAL, os)["enable_non_security"] is False

    @pytest.mark.parametrize("os", DEBIANS)
    def test_on_debian_all_repositories(self, os: str) -> None:
        everything = replace(USUAL, classifications=(), severities=(), after_days=0)
        assert rule_of(everything, os)["enable_non_security"] is True
        assert baseline_rules(everything, os).remarks == ()

    @pytest.mark.parametrize("os", ["windows", "suse"])
    def test_where_the_option_does_not_belong_it_is_not_set(self, os: str) -> None:
        assert "enable_non_security" not in rule_of(replace(USUAL, classifications=()), os)


class TestDebian:
    def test_no_delay_and_what_cannot_be_said_is_told(self) -> None:
        found = baseline_rules(USUAL, "ubuntu")
        assert rule_of(USUAL, "ubuntu")["approve_after_days"] == 0
        assert rule_of(USUAL, "ubuntu")["enable_non_security"] is False
        told = " / ".join(found.remarks)
        for part in ("Bugfix", "Critical, Important", "14 days"):
            assert part in told

    def test_what_can_be_said_is_not_told(self) -> None:
        assert baseline_rules(Approval(("Security",), (), 0), "debian").remarks == ()

    def test_priorities_may_be_given_as_severities(self) -> None:
        found = baseline_rules(Approval(("Security",), ("required", "Important"), 0), "ubuntu")
        assert found.remarks == ()
        assert filters_of(Approval(("Security",), ("required", "Important"), 0), "ubuntu")["PRIORITY"] == [
            "Required",
            "Important",
        ]

    def test_important_alone_is_a_severity(self) -> None:
        found = baseline_rules(Approval(("Security",), ("Important",), 0), "ubuntu")
        assert "Important" in found.remarks[0]
        assert filters_of(Approval(("Security",), ("Important",), 0), "ubuntu")["PRIORITY"] == list(PRIORITIES)


class TestRemarks:
    @pytest.mark.parametrize("os", ["redhat", "amazon_linux_2023"])
    def test_severities_narrow_kinds_that_the_vendor_does_not_rate(self, os: str) -> None:
        assert any("Bugfix updates" in remark for remark in baseline_rules(USUAL, os).remarks)
        assert baseline_rules(replace(USUAL, severities=()), os).remarks == ()
        assert baseline_rules(replace(USUAL, classifications=("Security",)), os).remarks == ()

    def test_centos_has_notices_only_in_other_repositories(self) -> None:
        assert any("update notices" in remark for remark in baseline_rules(USUAL, "centos").remarks)
        assert baseline_rules(Approval((), (), 0), "centos").remarks == ()

    def test_a_delay_that_varies_and_a_manifest(self) -> None:
        approval = replace(USUAL, follows="test", delay_varies=True, promote="manifest")
        told = " / ".join(baseline_rules(approval, "suse").remarks)
        assert "behind test" in told
        assert "manifest" in told


class TestLists:
    PATCHES = ("KB5005112", "MS16-123", "kernel-5.14.0-427.el9.x86_64", "openssl")

    def test_a_list_goes_to_the_systems_that_its_form_names(self) -> None:
        approval = replace(USUAL, approved=self.PATCHES, rejected=self.PATCHES)
        windows, linux = baseline_rules(approval, "windows").options, baseline_rules(approval, "redhat").options
        for option in ("approved_patches", "rejected_patches"):
            assert windows[option] == list(self.PATCHES[:2])
            assert linux[option] == list(self.PATCHES[2:])

    def test_approved_means_whatever_the_rules_say(self) -> None:
        approval = replace(USUAL, approved=("openssl",))
        assert baseline_rules(approval, "redhat").options["approved_patches_enable_non_security"] is True
        assert baseline_rules(USUAL, "redhat").options["approved_patches_enable_non_security"] is False
        assert "approved_patches_enable_non_security" not in baseline_rules(approval, "windows").options

    def test_rejected_means_not_as_a_dependency_either(self) -> None:
        assert baseline_rules(USUAL, "ubuntu").options["rejected_patches_action"] == "BLOCK"

    def test_what_no_system_takes_is_found(self) -> None:
        assert names_no_patch_of(self.PATCHES, ["redhat", "windows"]) == []
        assert names_no_patch_of(self.PATCHES, ["redhat"]) == list(self.PATCHES[:2])
        assert names_no_patch_of(["openssl"], ["windows"]) == ["openssl"]


approvals = st.builds(
    Approval,
    classifications=st.lists(st.sampled_from(KIND_WORDS), max_size=4, unique=True).map(tuple),
    severities=st.lists(st.sampled_from(RATING_WORDS), max_size=4, unique=True).map(tuple),
    after_days=st.integers(0, 360),
    approved=st.lists(st.sampled_from(TestLists.PATCHES), unique=True).map(tuple),
    rejected=st.lists(st.sampled_from(TestLists.PATCHES), unique=True).map(tuple),
)


@given(approvals, st.sampled_from(sorted(DIALECTS)))
def test_nothing_of_an_approval_is_lost_without_being_named(approval: Approval, os: str) -> None:
    try:
        found = baseline_rules(approval, os)
    except InputError as error:
        lists: list[object] = [list(approval.classifications), list(approval.severities)]
        assert error.value in lists
        return
    (rule,) = found.options["approval_rules"]
    told = " / ".join(found.remarks)
    values = [value for entry in rule["patch_filters"] if entry["key"] != "PRODUCT" for value in entry["values"]]
    dialect = DIALECTS[os]
    if os in DEBIANS:
        named = [word for word in approval.classifications if word not in ("Security", "SecurityUpdates")]
        assert all(word in told for word in (*named, *approval.severities))
        assert rule["enable_non_security"] is (not approval.classifications)
    else:
        for words, find in ((approval.classifications, translate_kinds), (approval.severities, translate_ratings)):
            for word in words:
                inside = find(dialect, [word]).words
                assert set(inside) <= set(values)
                assert inside or f" {word}" in told
        wanted = {*translate_kinds(dialect, approval.classifications).words}
        wanted |= {*translate_ratings(dialect, approval.severities).words}
        assert set(values) == wanted, "the rule approves what the policy does not name"
    assert rule["approve_after_days"] == approval.after_days or f"{approval.after_days} days" in told
    for option in ("approved", "rejected"):
        taken = found.options[f"{option}_patches"]
        assert [patch for patch in getattr(approval, option) if patch not in taken] == names_no_patch_of(
            getattr(approval, option), [os]
        )


@given(approvals, st.sampled_from(sorted(DIALECTS)))
def test_the_service_s_model_takes_every_baseline(approval: Approval, os: str) -> None:
    try:
        options = baseline_rules(approval, os).options
    except InputError:
        return
    named = {"name": f"hybridops-prod-{os}", "operating_system": PATCH_MANAGER_NAME[os], **options}
    check_request("ssm", "CreatePatchBaseline", to_api(wanted_of(named)))

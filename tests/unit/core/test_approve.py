# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches the policy approves where the cloud has no baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.approve import (
    ApprovalRule,
    AvailablePatch,
    approve,
    azure_rule,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.approvals import Approval
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
KB = AvailablePatch("KB5044281", "2026-10 Cumulative Update", "", ("Security",), "", NOW - timedelta(days=20))
OPENSSL = AvailablePatch("openssl", "openssl", "3.0.7-27.el9", ("Security",))


def said(**rules: Any) -> Approval:
    """Approval rules of which the policy itself decides those that are given."""
    built_in: dict[str, Any] = {
        "classifications": ("Security", "Bugfix"),
        "severities": ("Critical", "Important"),
        "after_days": 7,
    }
    return Approval(**(built_in | rules), said=tuple(rules))


class TestApprove:
    def test_an_empty_rule_approves_everything(self) -> None:
        assert approve(OPENSSL, ApprovalRule(), NOW) == approve(KB, ApprovalRule(), NOW) == ""

    @pytest.mark.parametrize("told", ["Other", "Others", "other"])
    def test_a_classification_is_compared_by_what_it_means(self, told: str) -> None:
        patch = replace(OPENSSL, classifications=(told,))
        assert approve(patch, ApprovalRule(("Other",)), NOW) == ""
        assert f"its classification {told} is not among" in approve(patch, ApprovalRule(("Security",)), NOW)

    @pytest.mark.parametrize("told", ["UpdateRollup", "UpdateRollUp", "Update Rollups"])
    def test_rollups_are_written_in_several_ways(self, told: str) -> None:
        assert approve(replace(KB, classifications=(told,)), ApprovalRule(("UpdateRollUp",)), NOW) == ""

    def test_a_classification_that_is_not_told_is_not_approved(self) -> None:
        assert "is not told" in approve(replace(KB, classifications=()), ApprovalRule(("Security",)), NOW)

    def test_the_delay_counts_from_publication(self) -> None:
        young = replace(KB, published=NOW - timedelta(days=13, hours=23))
        assert approve(young, ApprovalRule(after_days=14), NOW) == "it is approved from 2026-11-21T07:00:00Z on"
        assert approve(KB, ApprovalRule(after_days=20), NOW) == ""

    def test_what_is_asked_for_and_not_told_speaks_against_a_patch(self) -> None:
        assert approve(OPENSSL, ApprovalRule(after_days=14), NOW) == "its date of publication is not told"
        assert approve(OPENSSL, ApprovalRule(severities=("Critical",)), NOW) == "its severity is not told"

    def test_unless_the_risk_is_accepted(self) -> None:
        rule = ApprovalRule(severities=("Critical",), after_days=14, ignored=("severities", "after_days"))
        assert approve(OPENSSL, rule, NOW) == ""

    def test_a_severity_that_is_told_counts(self) -> None:
        rule = ApprovalRule(severities=("Critical",))
        assert approve(replace(KB, severity="critical"), rule, NOW) == ""
        assert "Important is not among" in approve(replace(KB, severity="Important"), rule, NOW)

    @pytest.mark.parametrize("mask", ["KB5044281", "kb5044281", "5044281", "KB504*", "504*", "*Cumulative*"])
    def test_lists_name_patches_of_windows(self, mask: str) -> None:
        assert approve(KB, ApprovalRule(("Tools",), approved=(mask,)), NOW) == ""
        assert approve(KB, ApprovalRule(approved=(mask,), rejected=(mask,)), NOW) == "rejected by the policy"

    @pytest.mark.parametrize(
        "mask", ["openssl", "open*", "openssl_3.0.7*", "openssl=3.0.7-27.el9", "openssl:3.0.7-27.el9"]
    )
    def test_lists_name_packages(self, mask: str) -> None:
        assert approve(OPENSSL, ApprovalRule(("Other",), approved=(mask,)), NOW) == ""

    @pytest.mark.parametrize(
        "mask", ["openssl", "openssl.x86_64", "openssl-3.0.7*", "openssl-3.0.7-27.el9.x86_64", "openssl=3.0.7-27.el9"]
    )
    def test_a_package_is_meant_with_and_without_its_architecture(self, mask: str) -> None:
        package = replace(OPENSSL, id="openssl.x86_64", name="openssl.x86_64")
        assert approve(package, ApprovalRule(rejected=(mask,)), NOW) == "rejected by the policy"

    def test_a_name_of_which_another_begins_is_not_meant(self) -> None:
        libraries = replace(OPENSSL, id="openssl-libs.x86_64", name="openssl-libs.x86_64")
        assert approve(libraries, ApprovalRule(rejected=("openssl",)), NOW) == ""

    def test_a_number_alone_names_a_knowledge_base_article(self) -> None:
        assert approve(replace(KB, id="5044281"), ApprovalRule(rejected=("KB5044281",)), NOW)


masks = st.lists(st.sampled_from(["openssl", "KB5044281", "*", "kernel*"]), max_size=2).map(tuple)
rules = st.builds(
    ApprovalRule,
    classifications=st.lists(st.sampled_from(["Security", "Other"]), max_size=2).map(tuple),
    severities=st.lists(st.sampled_from(["Critical", "Low"]), max_size=2).map(tuple),
    after_days=st.integers(0, 40),
    approved=masks,
    rejected=masks,
    ignored=st.lists(st.sampled_from(["severities", "after_days"]), max_size=2, unique=True).map(tuple),
)
patches = st.builds(
    AvailablePatch,
    id=st.sampled_from(["openssl", "KB5044281"]),
    classifications=st.lists(st.sampled_from(["Security", "Others"]), max_size=1).map(tuple),
    severity=st.sampled_from(["", "Critical", "Low"]),
    published=st.none() | st.integers(0, 60).map(lambda days: NOW - timedelta(days=days)),
)


class TestRules:
    @given(rules, patches)
    def test_a_rule_survives_the_ledger(self, rule: ApprovalRule, patch: AvailablePatch) -> None:
        again = ApprovalRule.from_dict(rule.to_dict())
        assert again == rule
        assert approve(patch, again, NOW) == approve(patch, rule, NOW)

    @given(rules, patches, st.integers(0, 100))
    def test_what_is_approved_stays_approved_as_time_goes(
        self, rule: ApprovalRule, patch: AvailablePatch, days: int
    ) -> None:
        if approve(patch, rule, NOW) == "":
            assert approve(patch, rule, NOW + timedelta(days=days)) == ""

    @given(rules, patches)
    def test_a_rejection_only_ever_takes_away(self, rule: ApprovalRule, patch: AvailablePatch) -> None:
        if approve(patch, rule, NOW) == "":
            assert approve(patch, replace(rule, rejected=()), NOW) == ""

    @pytest.mark.parametrize(
        ("data", "option"),
        [
            ({"after_days": -1}, "after_days"),
            ({"after_days": "7"}, "after_days"),
            ({"classifications": "Security"}, "classifications"),
            ({"ignored": ["weather"]}, "ignored"),
        ],
    )
    def test_a_rule_that_cannot_be_is_refused_by_name(self, data: dict[str, object], option: str) -> None:
        with pytest.raises(InputError, match=f"approvals.{option}"):
            ApprovalRule.from_dict(data)


class TestAzureRule:
    def test_what_the_policy_leaves_open_is_no_complaint(self) -> None:
        linux, windows = (azure_rule(said(), family) for family in ("linux", "windows"))
        assert linux.rule == ApprovalRule(("Security", "Critical"))
        assert windows.rule == ApprovalRule(("Security", "Critical", "UpdateRollUp", "Updates"), (), 7)
        assert linux.not_told == windows.not_told == ()

    def test_words_of_the_other_cloud_are_understood(self) -> None:
        rule = azure_rule(said(classifications=("SecurityUpdates", "CriticalUpdates", "DefinitionUpdates")), "windows")
        assert rule.rule.classifications == ("Security", "Critical", "Definition")

    def test_what_azure_cannot_tell_is_told(self) -> None:
        found = azure_rule(said(classifications=("Bugfix",), severities=("Critical",), after_days=3), "linux")
        assert [criterion for criterion, _why in found.not_told] == ["classifications", "severities", "after_days"]
        assert found.rule.ignored == ("severities", "after_days")

    def test_a_kind_without_counterpart_beside_others_is_told(self) -> None:
        found = azure_rule(said(classifications=("Security", "Drivers")), "windows")
        assert [why for _criterion, why in found.not_told] == ["no patches of the kind Drivers"]

    def test_kinds_of_which_none_exists_there_are_refused_rather_than_all_approved(self) -> None:
        with pytest.raises(InputError, match=r"classifications.*Drivers.*on Azure one of Security"):
            azure_rule(said(classifications=("Drivers",)), "windows")

    def test_a_word_that_no_system_has_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"Securty.*did you mean 'Security'"):
            azure_rule(said(classifications=("Securty",)), "linux")

    def test_a_family_without_patches_is_refused(self) -> None:
        with pytest.raises(InputError, match="os_family"):
            azure_rule(said(), "")

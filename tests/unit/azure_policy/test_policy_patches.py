# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What maintenance configurations install by a policy's approvals, and what of these none can say."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts

from tests.unit.azure_policy.builders import estate, fact, native

ACCEPT = "accept: [approval_not_told]"


def wanted(*facts: NodeFacts, rules: str, environment: str = "") -> dict[str, Any]:
    """What the policy wants with these rules for prod."""
    extra = f"  approvals:\n    test: {{after_days: 0}}\n    prod: {{{rules}}}\n"
    return estate(*facts, policy=native(extra=extra, environment=environment))


def parameters(fact_: NodeFacts, rules: str, environment: str = "") -> dict[str, Any]:
    """What is installed on a machine."""
    (one,) = wanted(fact_, rules=rules, environment=environment)["configurations"]
    (found,) = (value for name, value in one["install_patches"].items() if name.endswith("_parameters"))
    return dict(found)


def refused(*facts: NodeFacts, rules: str) -> InputError:
    """The refusal of these rules."""
    with pytest.raises(InputError) as caught:
        wanted(*facts, rules=rules)
    return caught.value


WINDOWS = fact(1, os="windows")
LINUX = fact(2)


class TestClassifications:
    def test_what_the_policy_leaves_open_is_what_azure_can_have(self) -> None:
        policy = native()
        first, second = estate(LINUX, WINDOWS, policy=policy)["configurations"]
        assert first["install_patches"]["linux_parameters"]["classifications_to_include"] == ["Critical", "Security"]
        windows = second["install_patches"]["windows_parameters"]
        assert windows["classifications_to_include"] == ["Critical", "Security", "UpdateRollup", "Updates"]
        assert windows["kb_numbers_to_include"] == windows["kb_numbers_to_exclude"] == []
        assert estate(LINUX, WINDOWS, policy=policy)["warnings"] == []

    def test_words_are_those_of_configurations(self) -> None:
        rules = "classifications: [SecurityUpdates, UpdateRollUp, definition], severities: [], after_days: 0"
        assert parameters(WINDOWS, rules)["classifications_to_include"] == ["Definition", "Security", "UpdateRollup"]

    def test_all_is_every_word_since_an_empty_list_says_nothing(self) -> None:
        rules = "classifications: [], severities: [], after_days: 0"
        assert parameters(LINUX, rules)["classifications_to_include"] == ["Critical", "Other", "Security"]
        assert len(parameters(WINDOWS, rules)["classifications_to_include"]) == 8

    def test_other_goes_with_both_others_and_what_is_added_is_told(self) -> None:
        rules = "classifications: [Security, Other], severities: [], after_days: 0"
        found = wanted(LINUX, rules=rules)
        (one,) = found["configurations"]
        chosen = one["install_patches"]["linux_parameters"]["classifications_to_include"]
        assert chosen == ["Critical", "Other", "Security"]
        assert found["warnings"] == [
            "linux on Azure: Critical is installed too, since Azure takes Other with Critical and Security"
        ]


class TestWhatIsNotTold:
    @pytest.mark.parametrize(
        ("machine", "rules", "option", "why"),
        [
            (LINUX, "severities: [Critical]", "severities", "no severities (Critical are wanted)"),
            (WINDOWS, "severities: [Critical, Important]", "severities", "no severities"),
            (LINUX, "severities: [], after_days: 7", "after_days", "no date of publication of Linux packages"),
            (
                WINDOWS,
                "severities: [], after_days: 7",
                "after_days",
                "no delay after publication of patches of Windows",
            ),
            (WINDOWS, "severities: [], follows: test", "after_days", "14 days after it are wanted"),
            (WINDOWS, "classifications: [Security, Drivers], after_days: 0", "classifications", "of the kind Drivers"),
            (LINUX, "classifications: [Bugfix], after_days: 0", "classifications", "no difference between bug fixes"),
        ],
    )
    def test_it_is_refused_by_name_unless_the_policy_accepts_it_and_then_told(
        self, machine: NodeFacts, rules: str, option: str, why: str
    ) -> None:
        error = refused(machine, rules=rules)
        assert error.option == f"approvals.prod for {machine.os}, {option}"
        assert why in error.allowed
        assert "accept approval_not_told" in error.allowed
        found = wanted(machine, rules=rules, environment=ACCEPT)
        assert len(found["configurations"]) == 1
        (warning,) = [one for one in found["warnings"] if why in one]
        assert warning.startswith(f"{machine.os_family} on Azure: Azure's own windows have no ")

    def test_accepting_counts_only_where_every_machine_of_the_batch_has_it(self) -> None:
        extra = (
            "  approvals: {prod: {severities: [Critical]}}\n"
            "  applications: [{name: shop, accept: [approval_not_told]}]\n"
        )
        shop = fact(3, tags={"patch": "patch_prod_0600_batch_1", "application": "shop"})
        estate(shop, policy=native(extra=extra))
        with pytest.raises(InputError, match="severities"):
            estate(shop, LINUX, policy=native(extra=extra))

    def test_a_manifest_is_refused(self) -> None:
        assert refused(LINUX, rules="promote: manifest").option == "approvals.prod for ubuntu, promote"

    def test_a_machine_of_which_too_little_is_known_to_place_it_counts_too(self) -> None:
        text = native(
            extra="  approvals: {prod: {severities: [Critical], after_days: 0}}\n"
            "  applications: [{name: shop, accept: [approval_not_told]}]\n"
        )
        shop = fact(1, tags={"patch": "patch_prod_0600_batch_1", "application": "shop"})
        assert estate(shop, policy=text)["configurations"]
        with pytest.raises(InputError, match="accept approval_not_told"):
            estate(shop, fact(2, os="", os_family=""), policy=text)

    def test_a_list_of_which_nothing_would_be_left_is_refused_even_if_accepted(self) -> None:
        with pytest.raises(InputError, match="or an empty list for all"):
            wanted(LINUX, rules="classifications: [Drivers]", environment=ACCEPT)

    def test_systems_of_a_family_with_rules_of_their_own_cannot_be_in_one_batch(self) -> None:
        rules = "severities: [], after_days: 0, by_os: {ubuntu: {classifications: []}}"
        error = refused(LINUX, fact(3, os="redhat"), rules=rules)
        assert error.option == "approvals.prod.by_os"
        assert "the same rules for redhat and ubuntu" in error.allowed
        assert wanted(LINUX, rules=rules)["configurations"]


class TestLists:
    RULES = "severities: [], after_days: 0, "

    def test_numbers_are_for_windows_and_packages_for_linux(self) -> None:
        rules = self.RULES + 'approved: [KB5034441, "curl*"], rejected: ["5012170", kernel]'
        windows, linux = parameters(WINDOWS, rules), parameters(LINUX, rules)
        assert (windows["kb_numbers_to_include"], windows["kb_numbers_to_exclude"]) == (["5034441"], ["5012170"])
        assert linux["package_name_masks_to_include"] == ["curl*"]
        assert linux["package_name_masks_to_exclude"] == ["kernel"]

    def test_an_approved_version_is_written_as_the_extension_reads_it(self) -> None:
        rules = self.RULES + 'approved: ["openssl_3.0.7*", "libc6=2.36", "java-11-openjdk", "lib_a"]'
        masks = parameters(LINUX, rules)["package_name_masks_to_include"]
        assert masks == ["java-11-openjdk", "lib_a", "libc6=2.36", "openssl=3.0.7*"]

    @pytest.mark.parametrize(
        ("machine", "lists", "option", "why"),
        [
            (WINDOWS, 'approved: ["KB50*"]', "approved", "numbers such as KB5034441"),
            (WINDOWS, "rejected: [MS17-010]", "rejected", "numbers such as KB5034441"),
            (WINDOWS, 'by_os: {windows: {rejected: ["*Defender*"]}}', "rejected", "numbers such as KB5034441"),
            (LINUX, 'rejected: ["openssl=3.0.7"]', "rejected", "without a version"),
            (LINUX, 'approved: ["lib[ab]"]', "approved", "names of packages"),
            (LINUX, "by_os: {linux: {approved: [KB5034441]}}", "approved", "names of packages"),
        ],
    )
    def test_what_no_configuration_can_name_is_refused(
        self, machine: NodeFacts, lists: str, option: str, why: str
    ) -> None:
        error = refused(machine, rules=self.RULES + lists)
        assert error.option == f"approvals.prod for {machine.os}, {option}"
        assert why in error.allowed

    def test_patches_of_a_family_that_there_is_not_are_told(self) -> None:
        found = wanted(WINDOWS, rules=self.RULES + 'approved: [KB5034441, "curl*"]')
        assert found["warnings"] == ["approved names patches of no operating system of the environment: curl*"]

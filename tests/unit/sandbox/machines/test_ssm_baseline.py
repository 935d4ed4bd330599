# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a baseline approves: rules, filters, dates, lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.machines import Patch
from tests.sandbox.machines.ssm_baseline import effective_patches
from tests.unit.sandbox.machines.machine_kit import baseline, one_machine, rule

NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
SYSTEM = {
    "redhat": "REDHAT_ENTERPRISE_LINUX",
    "ubuntu": "UBUNTU",
    "windows": "WINDOWS",
    "suse": "SUSE",
    "amazon_linux_2023": "AMAZON_LINUX_2023",
}


def patch_of(os: str = "redhat", **data: Any) -> Patch:
    names = {"id": "KB5000001"} if os == "windows" else {"package": "bash", "version": "1:5.1.8-9.el9"}
    return one_machine(os, [{**names, **data}]).store.index.patches[0]


def status(base: dict[str, Any], patch: Patch, os: str = "redhat", now: datetime = NOW) -> str:
    effect = effective_patches({**base, "OperatingSystem": SYSTEM[os]}, [patch], now).get(patch.key)
    return effect.status if effect else ""


@pytest.mark.parametrize(
    ("filters", "approved"),
    [
        ({"CLASSIFICATION": ["Security"]}, True),
        ({"CLASSIFICATION": ["Bugfix", "Security"]}, True),
        ({"CLASSIFICATION": ["Bugfix"]}, False),
        ({"CLASSIFICATION": ["*"]}, True),
        ({"CLASSIFICATION": ["Security"], "SEVERITY": ["Critical"]}, False),
        ({"CLASSIFICATION": ["Security"], "SEVERITY": ["Critical", "Important"]}, True),
        ({"PRODUCT": ["RedhatEnterpriseLinux9.4"]}, True),
        ({"PRODUCT": ["RedhatEnterpriseLinux9.*"]}, True),
        ({"PRODUCT": ["RedhatEnterpriseLinux8.9"]}, False),
        ({"PRODUCT_FAMILY": ["Redhat Enterprise Linux"]}, True),
        ({"NAME": ["ba*"]}, True),
        ({"NAME": ["zsh"]}, False),
        ({"ARCH": ["x86_64"]}, True),
        ({"EPOCH": ["1"]}, True),
        ({"VERSION": ["5.1.8"]}, True),
        ({"RELEASE": ["9.el9"]}, True),
        ({"ADVISORY_ID": ["RHSA-2026:1"]}, True),
        ({"CVE_ID": ["CVE-2026-9"]}, False),
        ({"SECURITY": ["True"]}, True),
    ],
)
def test_filters_of_a_rule(filters: dict[str, list[str]], approved: bool) -> None:
    patch = patch_of(severity="Important", advisories=["RHSA-2026:1"])
    assert status(baseline(rule(filters)), patch) == ("APPROVED" if approved else "")


def test_the_first_rule_that_approves_counts_and_gives_the_compliance_level() -> None:
    patch = patch_of(severity="Critical")
    base = baseline(
        rule({"SEVERITY": ["Low"]}, ComplianceLevel="LOW"),
        rule({"SEVERITY": ["Critical"]}, ApproveAfterDays=90, ComplianceLevel="MEDIUM"),
        rule({"SEVERITY": ["Critical"]}, ComplianceLevel="CRITICAL"),
    )
    effect = effective_patches({**base, "OperatingSystem": "REDHAT_ENTERPRISE_LINUX"}, [patch], NOW)[patch.key]
    assert (effect.status, effect.compliance_level) == ("APPROVED", "CRITICAL")


@given(days=st.integers(0, 360), age_hours=st.integers(0, 400 * 24))
def test_a_delay_is_over_exactly_that_many_days_after_the_release(days: int, age_hours: int) -> None:
    patch = _cached_patch()
    now = patch.released + timedelta(hours=age_hours)
    expected = "APPROVED" if age_hours >= days * 24 else "PENDING_APPROVAL"
    assert status(baseline(rule(ApproveAfterDays=days)), patch, now=now) == expected


_CACHE: list[Patch] = []


def _cached_patch() -> Patch:
    if not _CACHE:
        _CACHE.append(patch_of())
    return _CACHE[0]


@pytest.mark.parametrize(
    ("released", "approved"),
    [("2026-10-15T00:00:00Z", True), ("2026-10-16T23:59:59Z", True), ("2026-10-17T00:00:00Z", False)],
)
def test_until_a_date_includes_that_whole_day_in_utc(released: str, approved: bool) -> None:
    patch = patch_of(released=released)
    assert status(baseline(rule(ApproveUntilDate="2026-10-16")), patch) == ("APPROVED" if approved else "")


@pytest.mark.parametrize("delay", [{"ApproveAfterDays": 360}, {"ApproveUntilDate": "2020-01-01"}])
def test_ubuntu_knows_no_dates(delay: dict[str, Any]) -> None:
    patch = patch_of("ubuntu", released="-1d", repository="jammy-security")
    assert status(baseline(rule(**delay)), patch, "ubuntu") == "APPROVED"


@pytest.mark.parametrize(
    ("filters", "approved"),
    [({"PRIORITY": ["Important"]}, True), ({"PRIORITY": ["Extra"]}, False), ({"SECTION": ["shells"]}, True)],
)
def test_ubuntu_has_priority_and_section(filters: dict[str, list[str]], approved: bool) -> None:
    patch = patch_of("ubuntu", priority="Important", section="shells", repository="jammy-security")
    assert status(baseline(rule(filters)), patch, "ubuntu") == ("APPROVED" if approved else "")


@pytest.mark.parametrize(
    ("os", "security", "wide", "approved"),
    [
        ("redhat", True, False, True),
        ("redhat", False, False, False),
        ("redhat", False, True, True),
        ("suse", False, False, True),
        ("windows", False, False, True),
        ("ubuntu", False, False, False),
        ("ubuntu", False, True, True),
    ],
)
def test_non_security_updates_need_leave_except_on_suse_and_windows(
    os: str, security: bool, wide: bool, approved: bool
) -> None:
    patch = patch_of(os, security=security)
    assert status(baseline(rule(EnableNonSecurity=wide)), patch, os) == ("APPROVED" if approved else "")


def test_on_ubuntu_the_candidate_version_itself_must_be_security() -> None:
    machine = one_machine(
        "ubuntu",
        [
            {"package": "bash", "version": "1", "repository": "jammy-security", "released": "-20d"},
            {"package": "bash", "version": "2", "repository": "jammy-updates", "released": "-10d"},
        ],
    )
    patches = machine.store.index.patches
    base = {**baseline(), "OperatingSystem": "UBUNTU"}
    assert effective_patches(base, patches, NOW) == {}
    assert list(effective_patches(base, patches[:1], NOW)) == ["bash.amd64:1"]


@pytest.mark.parametrize(
    ("os", "entry", "approves", "rejects"),
    [
        ("redhat", "bash-5.1.8-9.el9.x86_64", True, True),
        ("redhat", "bash-*.el9.x86_64", True, True),
        ("redhat", "bash", False, False),
        ("redhat", "RHSA-2026:1", True, False),
        ("redhat", "CVE-2026-1", True, False),
        ("redhat", "1234567", True, False),
        ("ubuntu", "bash", True, True),
        ("ubuntu", "bash.amd64", False, False),
        ("suse", "bash-5.1.8-9.el9.x86_64.rpm", True, True),
        ("suse", "RHSA-2026:*", True, True),
        ("windows", "KB5000001", True, True),
        ("windows", "KB5000002", False, False),
    ],
)
def test_names_in_the_lists(os: str, entry: str, approves: bool, rejects: bool) -> None:
    patch = patch_of(os, advisories=["RHSA-2026:1", "1234567"], cves=["CVE-2026-1"], security=True)
    nothing = rule({"NAME": ["nothing"]})
    assert status(baseline(nothing, ApprovedPatches=[entry]), patch, os) == ("EXPLICIT_APPROVED" if approves else "")
    expected = "EXPLICIT_REJECTED" if rejects else "APPROVED"
    assert status(baseline(RejectedPatches=[entry]), patch, os) == expected


def test_rejected_wins_over_approved_and_rules() -> None:
    name = "bash-5.1.8-9.el9.x86_64"
    assert status(baseline(ApprovedPatches=[name], RejectedPatches=[name]), patch_of()) == "EXPLICIT_REJECTED"


@pytest.mark.parametrize(("wide", "expected"), [(False, ""), (True, "EXPLICIT_APPROVED")])
def test_the_approved_list_needs_leave_for_non_security(wide: bool, expected: str) -> None:
    base = baseline(rule({"NAME": ["no"]}), ApprovedPatches=["bash-*"], ApprovedPatchesEnableNonSecurity=wide)
    assert status(base, patch_of(security=False)) == expected


def test_global_filters_narrow_the_rules_but_not_the_approved_list() -> None:
    filters = {"GlobalFilters": {"PatchFilters": [{"Key": "NAME", "Values": ["zsh"]}]}}
    assert status(baseline(**filters), patch_of()) == ""
    assert status(baseline(**filters, ApprovedPatches=["bash-*"]), patch_of()) == "EXPLICIT_APPROVED"


def test_windows_offers_only_what_nothing_later_replaces() -> None:
    machine = one_machine(
        "windows",
        [{"id": "KB1", "released": "-60d"}, {"id": "KB2", "released": "-30d", "supersedes": ["KB1"]}],
    )
    base = {**baseline(rule(ApproveAfterDays=45)), "OperatingSystem": "WINDOWS"}
    effects = effective_patches(base, machine.store.index.patches, NOW)
    assert {key: effect.status for key, effect in effects.items()} == {"KB2": "PENDING_APPROVAL"}


def test_a_rule_without_a_patch_set_is_for_the_system_only() -> None:
    patch = patch_of("windows", product_family="SQL Server", product="SqlServer2019", severity="Critical")
    assert status(baseline(), patch, "windows") == ""
    assert status(baseline(rule({"PATCH_SET": ["APPLICATION"]})), patch, "windows") == "APPROVED"


@pytest.mark.parametrize(("applications", "applicable"), [([], 0), (["SqlServer2019"], 1)])
def test_an_applications_patch_is_for_machines_that_have_it(applications: list[str], applicable: int) -> None:
    data = {"id": "KB7", "product_family": "SQL Server", "product": "SqlServer2019"}
    assert len(one_machine("windows", [data], applications=applications).applicable_patches()) == applicable


def test_medium_means_moderate_too() -> None:
    patch = patch_of("amazon_linux_2023", severity="Moderate")
    assert status(baseline(rule({"SEVERITY": ["Medium"]})), patch, "amazon_linux_2023") == "APPROVED"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scan and install as AWS-RunPatchBaseline does them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.machines import Machine
from tests.sandbox.machines.ssm_patching import install, last_report, operating_system_of, scan
from tests.unit.sandbox.machines.machine_kit import baseline, one_machine, patch_states, rule

BASH = {"package": "bash", "version": "1-1", "severity": "Critical", "cves": ["CVE-2026-1", "CVE-2026-2"]}
KERNEL = {"package": "kernel", "version": "2-1", "severity": "Important", "reboot": True}
KB1 = {"id": "KB1", "severity": "Critical", "released": "-60d"}
KB2 = {"id": "KB2", "severity": "Critical", "reboot": True, "supersedes": ["KB1"]}


def blocked_machine() -> Machine:
    return one_machine(
        patches=[{"package": "lib", "version": "2-1"}, {"package": "app", "version": "2-1", "depends": ["lib.x86_64"]}]
    )


def test_a_scan_installs_nothing_and_reports_what_is_missing() -> None:
    machine = one_machine(patches=[BASH, KERNEL])
    report = scan(machine, baseline())
    assert patch_states(report) == {"bash.x86_64": "MISSING", "kernel.x86_64": "MISSING"}
    assert machine.installed_patches() == {}
    assert (report.operation, report.exit_code, report.baseline_id) == ("Scan", 0, "pb-0123456789abcdef0")
    assert report.operation_end > report.operation_start
    assert last_report(machine) is report
    assert not report.compliant


def test_install_installs_reboots_and_reports() -> None:
    machine = one_machine(patches=[BASH])
    report = install(machine, baseline())
    assert patch_states(report) == {"bash.x86_64": "INSTALLED"}
    assert machine.boot_count == 2, "it reboots although the patch does not ask for it"
    assert report.compliant
    assert report.states[0].installed_at is not None


def test_nothing_to_install_does_not_reboot() -> None:
    machine = one_machine(patches=[BASH])
    install(machine, baseline())
    report = install(machine, baseline())
    assert machine.boot_count == 2
    assert patch_states(report) == {"bash.x86_64": "INSTALLED"}


def test_without_reboot_it_is_pending_until_a_reboot_and_a_scan() -> None:
    machine = one_machine(patches=[BASH])
    report = install(machine, baseline(), reboot_option="NoReboot")
    assert patch_states(report) == {"bash.x86_64": "INSTALLED_PENDING_REBOOT"}
    assert not report.compliant
    assert report.last_no_reboot_install is not None
    assert patch_states(scan(machine, baseline())) == {"bash.x86_64": "INSTALLED_PENDING_REBOOT"}
    machine.reboot()
    machine.wait_for_agent(300)
    before = last_report(machine)
    assert before is not None
    assert patch_states(before) == {"bash.x86_64": "INSTALLED_PENDING_REBOOT"}
    assert patch_states(scan(machine, baseline())) == {"bash.x86_64": "INSTALLED"}


def test_what_waits_for_a_reboot_makes_the_next_install_reboot() -> None:
    machine = one_machine(patches=[BASH])
    install(machine, baseline(), reboot_option="NoReboot")
    report = install(machine, baseline())
    assert machine.boot_count == 2
    assert patch_states(report) == {"bash.x86_64": "INSTALLED"}


def test_what_others_installed_is_never_pending() -> None:
    machine = one_machine(patches=[KERNEL])
    machine.install_patches(machine.applicable_patches())
    assert machine.reboot_pending
    assert patch_states(scan(machine, baseline())) == {"kernel.x86_64": "INSTALLED"}


def test_a_later_scan_with_another_baseline_overwrites_compliance() -> None:
    machine = one_machine(patches=[BASH])
    scan(machine, baseline(BaselineId="pb-1"))
    report = scan(machine, baseline(rule({"SEVERITY": ["Low"]}), BaselineId="pb-2"))
    assert last_report(machine) is report
    assert (report.baseline_id, patch_states(report), report.compliant) == ("pb-2", {}, True)


def test_the_newest_approved_version_is_installed_and_not_a_later_one() -> None:
    versions = [{"package": "bash", "version": f"{n}-1", "released": f"-{40 - 10 * n}d"} for n in (1, 2, 3)]
    machine = one_machine(patches=versions)
    base = baseline(rule(ApproveAfterDays=15))
    assert [item.title for item in scan(machine, base).states] == ["bash.x86_64:0:2-1"]
    report = install(machine, base)
    assert [(item.title, item.state) for item in report.states] == [("bash.x86_64:0:2-1", "INSTALLED")]
    later = scan(machine, baseline())
    assert [(item.title, item.state) for item in later.states] == [("bash.x86_64:0:3-1", "MISSING")]


def test_installed_but_not_in_the_baseline_is_other_without_details() -> None:
    machine = one_machine(patches=[{**BASH, "preinstalled": True}])
    report = scan(machine, baseline(rule({"SEVERITY": ["Low"]})))
    line = report.states[0]
    assert (line.state, line.classification, line.severity, line.title) == (
        "INSTALLED_OTHER",
        "",
        "",
        "bash.x86_64:0:1-1",
    )
    assert report.compliant


@pytest.mark.parametrize(
    ("action", "state", "compliant"),
    [("ALLOW_AS_DEPENDENCY", "INSTALLED_OTHER", True), ("BLOCK", "INSTALLED_REJECTED", False)],
)
def test_a_rejected_patch_that_is_installed(action: str, state: str, compliant: bool) -> None:
    machine = one_machine(patches=[{**BASH, "preinstalled": True}])
    report = scan(machine, baseline(RejectedPatches=["bash-*"], RejectedPatchesAction=action))
    assert patch_states(report) == {"bash.x86_64": state}
    assert report.compliant is compliant


def test_a_rejected_package_comes_in_as_a_dependency() -> None:
    machine = blocked_machine()
    report = install(machine, baseline(RejectedPatches=["lib-*"], RejectedPatchesAction="ALLOW_AS_DEPENDENCY"))
    assert patch_states(report) == {"lib.x86_64": "INSTALLED_OTHER", "app.x86_64": "INSTALLED"}


def test_block_holds_back_what_depends_on_it_too() -> None:
    base = baseline(RejectedPatches=["lib-*"], RejectedPatchesAction="BLOCK")
    machine = blocked_machine()
    assert patch_states(scan(machine, base)) == {"app.x86_64": "MISSING"}
    report = install(machine, base)
    assert patch_states(report) == {"app.x86_64": "FAILED"}
    assert report.exit_code == 1
    assert machine.installed_patches() == {}


@pytest.mark.parametrize("action", ["ALLOW_AS_DEPENDENCY", "BLOCK"])
def test_a_rejected_patch_is_not_installed_by_itself(action: str) -> None:
    machine = one_machine(patches=[BASH, KERNEL])
    install(machine, baseline(RejectedPatches=["bash-*"], RejectedPatchesAction=action))
    assert {key.split(".")[0] for key in machine.installed_patches()} == {"kernel"}


def test_an_override_list_installs_exactly_that_and_compliance_is_by_the_baseline() -> None:
    low = {"package": "vim", "version": "9-1", "severity": "Low"}
    machine = one_machine(patches=[BASH, KERNEL, low])
    base = baseline(rule({"SEVERITY": ["Critical", "Important"]}))
    report = install(machine, base, override_list=[{"id": "vim.x86_64"}, {"id": "ke*"}], override_url="s3://b/l.yaml")
    assert patch_states(report) == {
        "bash.x86_64": "MISSING",
        "kernel.x86_64": "INSTALLED",
        "vim.x86_64": "INSTALLED_OTHER",
    }
    assert report.install_override_list == "s3://b/l.yaml"


@pytest.mark.parametrize(
    ("title", "installed"),
    [("", "2-1"), ("0:1-1", "1-1"), ("*1-1", "1-1"), ("bash.x86_64:0:1-1", "1-1"), ("*3-1", None)],
)
def test_the_title_of_an_override_names_the_version(title: str, installed: str | None) -> None:
    machine = one_machine(patches=[BASH, {**BASH, "version": "2-1", "released": "-10d"}])
    install(machine, baseline(), override_list=[{"id": "bash.x86_64", "title": title}])
    assert list(machine.installed_patches()) == ([f"bash.x86_64:0:{installed}"] if installed else [])


def test_an_empty_override_list_installs_nothing() -> None:
    machine = one_machine(patches=[BASH])
    report = install(machine, baseline(), override_list=[])
    assert machine.boot_count == 1
    assert patch_states(report) == {"bash.x86_64": "MISSING"}


def test_windows_states_and_what_is_left_out() -> None:
    machine = one_machine(
        "windows",
        [
            {**KB1, "preinstalled": True},
            KB2,
            {"id": "KB3", "severity": "Critical", "released": "-3d"},
            {"id": "KB4", "severity": "Critical"},
            {"id": "KB5", "classification": "Updates", "released": "-3d"},
        ],
        not_applicable=["KB4"],
    )
    base = baseline(rule({"MSRC_SEVERITY": ["Critical"]}, ApproveAfterDays=14))
    report = scan(machine, base)
    assert patch_states(report) == {
        "KB1": "INSTALLED_OTHER",
        "KB2": "MISSING",
        "KB3": "AVAILABLE_SECURITY_UPDATE",
        "KB4": "NOT_APPLICABLE",
    }
    other = next(item for item in report.states if item.id == "KB1")
    assert (other.title, other.classification, other.severity) == ("", "", "")
    after = install(machine, base)
    assert patch_states(after)["KB2"] == "INSTALLED"
    assert "KB1" not in patch_states(after), "the update that replaced it stands for it"


def test_a_replaced_update_that_was_never_installed_is_not_applicable() -> None:
    machine = one_machine("windows", [KB1, KB2], installed=["KB2"])
    assert patch_states(scan(machine, baseline())) == {"KB2": "INSTALLED", "KB1": "NOT_APPLICABLE"}


def test_linux_only_counts_what_is_not_applicable() -> None:
    machine = one_machine(patches=[BASH, KERNEL], not_applicable=["kernel.x86_64"])
    report = scan(machine, baseline())
    assert patch_states(report) == {"bash.x86_64": "MISSING"}
    assert report.counts()["NOT_APPLICABLE"] == 1


def test_patches_of_the_future_are_not_there_yet() -> None:
    machine = one_machine(patches=[{**BASH, "released": "2026-11-02"}])
    assert scan(machine, baseline()).states == ()
    assert machine.applicable_patches() == []
    machine.clock.sleep(2 * 86400)
    assert patch_states(scan(machine, baseline())) == {"bash.x86_64": "MISSING"}


def test_counts_and_severities_of_what_counts_against_the_node() -> None:
    bugfix = {"package": "vim", "version": "9-1", "classification": "Bugfix"}
    machine = one_machine(patches=[BASH, KERNEL, bugfix])
    base = baseline(rule({"SEVERITY": ["Critical"]}, ComplianceLevel="CRITICAL"), rule(ComplianceLevel="HIGH"))
    counts = scan(machine, base).counts()
    assert counts["MISSING"] == 3
    assert (counts["CRITICAL_NON_COMPLIANT"], counts["SECURITY_NON_COMPLIANT"], counts["OTHER_NON_COMPLIANT"]) == (
        1,
        2,
        1,
    )


def test_cves_are_told_of_what_is_missing_only() -> None:
    machine = one_machine(patches=[BASH])
    assert scan(machine, baseline()).states[0].cve_ids == "CVE-2026-1,CVE-2026-2"
    assert install(machine, baseline()).states[0].cve_ids == ""


def test_the_text_of_the_command_tells_the_counts() -> None:
    report = scan(one_machine(patches=[BASH]), baseline(), snapshot_id="abc")
    assert "Patch Summary for i-01234567890abcdef" in report.output
    assert "MissingCount        : 1" in report.output
    assert report.snapshot_id == "abc"


@pytest.mark.parametrize(("os", "name"), [("windows", "WINDOWS"), ("suse", "SUSE"), ("centos_stream", "CENTOS")])
def test_the_name_of_the_operating_system(os: str, name: str) -> None:
    assert operating_system_of(one_machine(os)) == name


@settings(max_examples=40, deadline=None)
@given(
    severities=st.lists(st.sampled_from(["Critical", "Important", "Low"]), min_size=1, max_size=6),
    approved=st.sets(st.sampled_from(["Critical", "Important", "Low"]), min_size=1),
    ages=st.lists(st.integers(1, 60), min_size=6, max_size=6),
    days=st.integers(0, 60),
    no_reboot=st.booleans(),
)
def test_an_install_leaves_nothing_missing_and_installs_nothing_else(
    severities: list[str], approved: set[str], ages: list[int], days: int, no_reboot: bool
) -> None:
    patches = [
        {"package": f"p{n}", "version": "1-1", "severity": severity, "released": f"-{ages[n]}d"}
        for n, severity in enumerate(severities)
    ]
    machine = one_machine(patches=patches)
    base = baseline(rule({"SEVERITY": sorted(approved)}, ApproveAfterDays=days))
    expected = {item.id for item in scan(machine, base).states}
    wanted = {f"p{n}.x86_64" for n, s in enumerate(severities) if s in approved and ages[n] >= days}
    assert expected == wanted
    report = install(machine, base, reboot_option="NoReboot" if no_reboot else "RebootIfNeeded")
    state = "INSTALLED_PENDING_REBOOT" if no_reboot else "INSTALLED"
    assert patch_states(report) == dict.fromkeys(wanted, state)
    assert machine.boot_count == (2 if wanted and not no_reboot else 1)

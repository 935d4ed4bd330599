# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch Manager: which baseline holds for a node, what is installed, what is reported."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.sandbox.wire.sandbox_kit import (
    HOME,
    HYBRID,
    LINUX,
    NOBODY,
    PROD,
    STOPPED,
    TEST,
    UBUNTU,
    WINDOWS,
    Sandbox,
    code_of,
)

KERNEL, OPENSSL = "kernel.x86_64", "openssl.x86_64"
EVERYTHING = {
    "PatchRules": [
        {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]},
            "ApproveAfterDays": 0,
            "EnableNonSecurity": True,
        }
    ]
}


def baseline(sandbox: Sandbox, group: str = "g1", system: str = "REDHAT_ENTERPRISE_LINUX", **more: Any) -> str:
    ssm = sandbox.client("ssm")
    rules = json.loads(json.dumps(EVERYTHING))
    if system == "WINDOWS":
        del rules["PatchRules"][0]["EnableNonSecurity"]
    made = ssm.create_patch_baseline(**{"Name": "mine", "OperatingSystem": system, "ApprovalRules": rules} | more)
    ssm.register_patch_baseline_for_patch_group(BaselineId=made["BaselineId"], PatchGroup=group)
    return str(made["BaselineId"])


def state(sandbox: Sandbox, node_id: str, account: str = "111111111111") -> dict[str, Any]:
    ssm = sandbox.client("ssm", account)
    return dict(ssm.describe_instance_patch_states(InstanceIds=[node_id])["InstancePatchStates"][0])


def patches(sandbox: Sandbox, node_id: str, *states: str) -> set[str]:
    filters = [{"Key": "State", "Values": list(states)}] if states else []
    answer = sandbox.client("ssm").describe_instance_patches(InstanceId=node_id, Filters=filters)
    return {line["KBId"] for line in answer["Patches"]}


def test_a_node_that_never_reported_has_no_state(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    assert ssm.describe_instance_patch_states(InstanceIds=[LINUX, NOBODY])["InstancePatchStates"] == []
    assert patches(sandbox, LINUX) == set()
    assert code_of(ssm.describe_instance_patches, InstanceId=NOBODY) == "InvalidInstanceId"
    assert ssm.list_resource_compliance_summaries()["ResourceComplianceSummaryItems"] == []


def test_scan_and_install(sandbox: Sandbox) -> None:
    chosen = baseline(sandbox)
    assert sandbox.patch(LINUX, "Scan")["Status"] == "Success"
    scanned = state(sandbox, LINUX)
    assert (scanned["BaselineId"], scanned["PatchGroup"], scanned["Operation"]) == (chosen, "g1", "Scan")
    assert (scanned["MissingCount"], scanned["InstalledCount"]) == (2, 0)
    assert patches(sandbox, LINUX, "Missing") == {KERNEL, OPENSSL}
    boots = sandbox.machine(LINUX).boot_count
    assert sandbox.patch(LINUX, "Install")["Status"] == "Success"
    installed = state(sandbox, LINUX)
    assert (installed["MissingCount"], installed["InstalledCount"]) == (0, 2)
    assert (installed["Operation"], installed["RebootOption"]) == ("Install", "RebootIfNeeded")
    assert sandbox.machine(LINUX).boot_count == boots + 1
    assert installed["OperationStartTime"] < installed["OperationEndTime"]


def test_without_a_reboot_patches_are_pending_until_boot_and_scan(sandbox: Sandbox) -> None:
    baseline(sandbox)
    sandbox.patch(LINUX, "Install", RebootOption="NoReboot")
    assert state(sandbox, LINUX)["InstalledPendingRebootCount"] == 2
    assert patches(sandbox, LINUX, "InstalledPendingReboot") == {KERNEL, OPENSSL}
    sandbox.client("ec2").reboot_instances(InstanceIds=[LINUX])
    assert sandbox.machine(LINUX).wait_for("running", 600)
    assert sandbox.machine(LINUX).wait_for_agent(600)
    assert state(sandbox, LINUX)["InstalledPendingRebootCount"] == 2
    sandbox.patch(LINUX, "Scan")
    assert (state(sandbox, LINUX)["InstalledPendingRebootCount"], state(sandbox, LINUX)["InstalledCount"]) == (0, 2)


def test_a_group_without_registration_falls_to_the_default_of_its_system(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    sandbox.patch(UBUNTU, "Scan")
    default = ssm.get_default_patch_baseline(OperatingSystem="UBUNTU")["BaselineId"]
    assert (state(sandbox, UBUNTU)["BaselineId"], state(sandbox, UBUNTU)["PatchGroup"]) == (default, "g3")
    assert default.startswith("arn:aws:ssm:eu-central-1:")
    mine = ssm.create_patch_baseline(Name="mine", OperatingSystem="UBUNTU")["BaselineId"]
    ssm.register_default_patch_baseline(BaselineId=mine)
    sandbox.patch(UBUNTU, "Scan")
    assert state(sandbox, UBUNTU)["BaselineId"] == mine


def test_registration_counts_for_its_system_only(sandbox: Sandbox) -> None:
    ubuntu = baseline(sandbox, "g1", "UBUNTU")
    sandbox.patch(LINUX, "Scan")
    assert state(sandbox, LINUX)["BaselineId"] != ubuntu


def test_windows_and_hybrid_nodes(sandbox: Sandbox) -> None:
    baseline(sandbox, "g2", "WINDOWS")
    sandbox.patch(WINDOWS, "Install")
    assert patches(sandbox, WINDOWS, "Installed") == {"KB5044281"}
    sandbox.patch(HYBRID, "Scan", account=PROD)
    assert (state(sandbox, HYBRID, PROD)["PatchGroup"], state(sandbox, HYBRID, PROD)["MissingCount"]) == ("g9", 1)


def test_a_rejected_patch_is_left_out(sandbox: Sandbox) -> None:
    baseline(sandbox, RejectedPatches=["kernel*"], RejectedPatchesAction="BLOCK")
    sandbox.patch(LINUX, "Install")
    assert patches(sandbox, LINUX, "Installed") == {OPENSSL}
    assert patches(sandbox, LINUX, "Missing") == set()


def put(sandbox: Sandbox, text: str, **more: Any) -> str:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="lists", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="lists", Key="r1/list", Body=text.encode(), **more)
    return "s3://lists/r1/list"


def output(invocation: dict[str, Any]) -> str:
    return str(next(plugin["Output"] for plugin in invocation["CommandPlugins"] if plugin["Name"] == "PatchLinux"))


def test_an_override_list_installs_exactly_its_patches(sandbox: Sandbox) -> None:
    baseline(sandbox)
    place = put(sandbox, f"patches:\n- id: '{OPENSSL}'\n  title: '*'\n")
    assert sandbox.patch(LINUX, "Install", InstallOverrideList=place)["Status"] == "Success"
    assert patches(sandbox, LINUX, "Installed") == {OPENSSL}
    assert patches(sandbox, LINUX, "Missing") == {KERNEL}
    assert state(sandbox, LINUX)["InstallOverrideList"] == place


def test_a_scan_takes_no_notice_of_an_override_list(sandbox: Sandbox) -> None:
    baseline(sandbox)
    sandbox.patch(LINUX, "Scan", InstallOverrideList="s3://nowhere/list.yml")
    assert patches(sandbox, LINUX, "Missing") == {KERNEL, OPENSSL}


@pytest.mark.parametrize("text", ["patches: 3", "[]", "{", "just text"])
def test_a_wrong_override_list_fails_the_command(sandbox: Sandbox, text: str) -> None:
    baseline(sandbox)
    invocation = sandbox.patch(LINUX, "Install", InstallOverrideList=put(sandbox, text))
    assert (invocation["Status"], "Invalid install override list" in output(invocation)) == ("Failed", True)


def test_a_list_that_is_not_there_fails_the_command(sandbox: Sandbox) -> None:
    invocation = sandbox.patch(LINUX, "Install", InstallOverrideList="s3://nowhere/list.yml")
    assert (invocation["Status"], "does not exist" in output(invocation)) == ("Failed", True)


def test_an_https_address_must_be_public(sandbox: Sandbox) -> None:
    baseline(sandbox)
    put(sandbox, f"patches: [{{id: {OPENSSL}, title: '*'}}]")
    address = "https://lists.s3.eu-central-1.amazonaws.com/r1/list"
    refused = sandbox.patch(LINUX, "Install", InstallOverrideList=address)
    assert (refused["Status"], "403" in output(refused)) == ("Failed", True)
    sandbox.client("s3").put_object_acl(Bucket="lists", Key="r1/list", ACL="public-read")
    assert sandbox.patch(LINUX, "Install", InstallOverrideList=address)["Status"] == "Success"
    assert patches(sandbox, LINUX, "Installed") == {OPENSSL}
    elsewhere = sandbox.patch(LINUX, "Install", InstallOverrideList="https://lists.example/list.yml")
    assert elsewhere["Status"] == "Failed"


def test_a_baseline_can_be_overridden_but_not_together_with_a_list(sandbox: Sandbox) -> None:
    override = [{"OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovedPatches": ["openssl*"]}]
    place = put(sandbox, json.dumps(override))
    both = sandbox.patch(LINUX, "Install", InstallOverrideList=place, BaselineOverride=place)
    assert (both["Status"], "cannot be used together" in output(both)) == ("Failed", True)
    assert sandbox.patch(LINUX, "Scan", BaselineOverride=place)["Status"] == "Success"
    assert patches(sandbox, LINUX, "Missing") == {OPENSSL}
    assert sandbox.patch(UBUNTU, "Scan", BaselineOverride=place)["Status"] == "Failed"


def test_a_failing_patch_is_reported(sandbox: Sandbox) -> None:
    baseline(sandbox)
    sandbox.machine(LINUX).alter({"faults": {"install_fails": [KERNEL]}})
    assert sandbox.patch(LINUX, "Install")["Status"] == "Failed"
    assert (patches(sandbox, LINUX, "Failed"), patches(sandbox, LINUX, "Installed")) == ({KERNEL}, {OPENSSL})
    assert state(sandbox, LINUX)["FailedCount"] == 1


def test_lines_are_filtered_and_paged(sandbox: Sandbox) -> None:
    baseline(sandbox)
    sandbox.patch(LINUX, "Scan")
    ssm = sandbox.client("ssm")

    def by(key: str, *values: str) -> set[str]:
        answer = ssm.describe_instance_patches(InstanceId=LINUX, Filters=[{"Key": key, "Values": list(values)}])
        return {line["KBId"] for line in answer["Patches"]}

    assert by("Severity", "Critical") == {KERNEL}
    assert by("Classification", "Security") == {KERNEL, OPENSSL}
    assert by("KBId", OPENSSL) == {OPENSSL}
    assert by("State", "Installed", "Missing") == {KERNEL, OPENSSL}
    wrong = [{"Key": "Colour", "Values": ["red"]}]
    assert code_of(ssm.describe_instance_patches, InstanceId=LINUX, Filters=wrong) == "InvalidFilter"
    pages = ssm.get_paginator("describe_instance_patches").paginate(InstanceId=LINUX, PaginationConfig={"PageSize": 10})
    assert sum(len(page["Patches"]) for page in pages) == len(patches(sandbox, LINUX))


def test_a_group_is_told_as_a_whole(sandbox: Sandbox) -> None:
    baseline(sandbox)
    sandbox.patch(LINUX, "Scan")
    ssm = sandbox.client("ssm")
    whole = ssm.describe_patch_group_state(PatchGroup="g1")
    assert (whole["Instances"], whole["InstancesWithMissingPatches"], whole["InstancesWithInstalledPatches"]) == (
        2,
        1,
        0,
    )

    def members(*filters: dict[str, Any]) -> list[str]:
        answer = ssm.describe_instance_patch_states_for_patch_group(PatchGroup="g1", Filters=list(filters))
        return [item["InstanceId"] for item in answer["InstancePatchStates"]]

    assert members() == [LINUX]
    assert members({"Key": "MissingCount", "Values": ["1"], "Type": "GreaterThan"}) == [LINUX]
    assert members({"Key": "MissingCount", "Values": ["2"], "Type": "LessThan"}) == []
    wrong = {"PatchGroup": "g1", "Filters": [{"Key": "Colour", "Values": ["1"], "Type": "Equal"}]}
    assert code_of(ssm.describe_instance_patch_states_for_patch_group, **wrong) == "InvalidFilter"


def test_compliance_follows_the_last_report(sandbox: Sandbox) -> None:
    baseline(sandbox, ApprovalRules={"PatchRules": [EVERYTHING["PatchRules"][0] | {"ComplianceLevel": "HIGH"}]})
    sandbox.patch(LINUX, "Scan")
    ssm = sandbox.client("ssm")
    summary = ssm.list_resource_compliance_summaries()["ResourceComplianceSummaryItems"][0]
    assert (summary["ResourceId"], summary["Status"], summary["OverallSeverity"]) == (LINUX, "NON_COMPLIANT", "HIGH")
    assert summary["NonCompliantSummary"]["SeveritySummary"]["HighCount"] == 2
    status = [{"Key": "Status", "Values": ["NON_COMPLIANT"], "Type": "EQUAL"}]
    items = ssm.list_compliance_items(ResourceIds=[LINUX], ResourceTypes=["ManagedInstance"], Filters=status)
    found = {item["Id"]: item["Details"] for item in items["ComplianceItems"]}
    assert found[KERNEL]["PatchState"] == "MISSING"
    assert (found[KERNEL]["PatchGroup"], found[KERNEL]["PatchSeverity"]) == ("g1", "Critical")
    totals = ssm.list_compliance_summaries()["ComplianceSummaryItems"][0]
    assert (totals["CompliantSummary"]["CompliantCount"], totals["NonCompliantSummary"]["NonCompliantCount"]) == (0, 1)
    sandbox.patch(LINUX, "Install")
    assert ssm.list_resource_compliance_summaries(Filters=status)["ResourceComplianceSummaryItems"] == []
    wrong = {"ResourceIds": [LINUX], "ResourceTypes": ["Toaster"]}
    assert code_of(ssm.list_compliance_items, **wrong) == "InvalidResourceType"


def test_what_a_baseline_approves_and_what_there_is(sandbox: Sandbox) -> None:
    chosen, ssm = baseline(sandbox, RejectedPatches=["openssl*"]), sandbox.client("ssm")
    effective = ssm.describe_effective_patches_for_patch_baseline(BaselineId=chosen)["EffectivePatches"]
    found = {item["Patch"]["Title"]: item["PatchStatus"]["DeploymentStatus"] for item in effective}
    assert found["kernel.x86_64:0:5.14.0-427.18.1.el9_4"] == "APPROVED"
    assert {status for title, status in found.items() if title.startswith("openssl")} == {"EXPLICIT_REJECTED"}

    def available(key: str, value: str) -> set[str]:
        answer = ssm.describe_available_patches(Filters=[{"Key": key, "Values": [value]}])
        return {item["Id"] for item in answer["Patches"]}

    assert available("SEVERITY", "Critical") >= {KERNEL}
    assert available("NAME", "openssl") == {OPENSSL}
    assert available("ADVISORY_ID", "RHSA-2026:2447") == {OPENSSL}
    assert available("EPOCH", "1") == {OPENSSL}
    assert available("PATCH_ID", "KB5044281") == {"KB5044281"}
    assert code_of(ssm.describe_effective_patches_for_patch_baseline, BaselineId="pb-0000000000000000f") == (
        "DoesNotExistException"
    )


def test_a_stopped_node_keeps_its_place(sandbox: Sandbox) -> None:
    listed = sandbox.client("ssm").describe_instance_information()["InstanceInformationList"]
    assert {item["InstanceId"]: item["PingStatus"] for item in listed}[STOPPED] == "ConnectionLost"


@pytest.mark.parametrize(
    ("attributes", "key", "words"),
    [
        ({"s3_denied": True}, "r1/list", "Access Denied (403)"),
        ({"s3_denied": ["other", "lists"]}, "r1/list", "Access Denied (403)"),
        ({}, "r1/gone", "the key does not exist (404)"),
    ],
)
def test_a_list_that_the_node_cannot_read_fails_the_command(
    sandbox: Sandbox, attributes: dict[str, Any], key: str, words: str
) -> None:
    baseline(sandbox)
    put(sandbox, f"patches:\n- id: '{OPENSSL}'\n  title: '*'\n")
    sandbox.machine(LINUX).alter({"attributes": attributes})
    invocation = sandbox.patch(LINUX, "Install", InstallOverrideList=f"s3://lists/{key}")
    assert (invocation["Status"], words in output(invocation)) == ("Failed", True)
    sandbox.patch(LINUX, "Scan")
    assert patches(sandbox, LINUX, "Missing") == {KERNEL, OPENSSL}


def test_another_account_s_bucket_is_read_only_where_its_policy_says_so(sandbox: Sandbox) -> None:
    baseline(sandbox)
    text = f"patches:\n- id: '{OPENSSL}'\n  title: '*'\n"
    home = sandbox.client("s3", HOME)
    home.create_bucket(Bucket="central", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    home.put_object(Bucket="central", Key="list", Body=text.encode())
    assert "(403)" in output(sandbox.patch(LINUX, "Install", InstallOverrideList="s3://central/list"))
    reading = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{TEST}:root"}, "Action": "s3:GetObject"}
    statement = {**reading, "Resource": "arn:aws:s3:::central/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    home.put_bucket_policy(Bucket="central", Policy=policy)
    assert sandbox.patch(LINUX, "Install", InstallOverrideList="s3://central/list")["Status"] == "Success"
    assert patches(sandbox, LINUX, "Installed") == {OPENSSL}


def test_output_goes_below_the_plugin_and_its_step(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="outputs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    parameters = {"Operation": ["Scan"]}
    command = sandbox.run([LINUX], "AWS-RunPatchBaseline", parameters, OutputS3BucketName="outputs")
    sandbox.outcome(command)
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket="outputs")["Contents"]}
    assert f"{command}/{LINUX}/awsrunShellScript/PatchLinux/stdout" in keys

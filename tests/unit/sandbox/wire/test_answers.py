# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation that is served answers as its model says. The sandbox of these tests checks each answer; here each
operation is called, and the record says whether it was answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.aws.world import OPERATIONS, Call
from tests.unit.sandbox.wire.sandbox_kit import (
    HOME,
    HYBRID,
    LINUX,
    PROD,
    REGION,
    STOPPED,
    UBUNTU,
    Sandbox,
    code_of,
    eventually,
)

CALENDAR = "BEGIN:VCALENDAR\nX-CALENDAR-TYPE:DEFAULT_OPEN\nEND:VCALENDAR\n"
SCRIPT = {
    "schemaVersion": "2.2",
    "mainSteps": [{"action": "aws:runShellScript", "name": "only", "inputs": {"runCommand": ["true"]}}],
}


def use_sts_and_ec2(sandbox: Sandbox) -> None:
    sandbox.client("sts", HOME).get_caller_identity()
    sandbox.client("ssm", PROD)
    ec2 = sandbox.client("ec2")
    ec2.describe_instances(Filters=[{"Name": "tag-key", "Values": ["*"]}])
    ec2.describe_instance_status(IncludeAllInstances=True)
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    ec2.create_tags(Resources=[volume], Tags=[{"Key": "a", "Value": "b"}])
    ec2.delete_tags(Resources=[volume], Tags=[{"Key": "a"}])
    ec2.describe_tags()
    ec2.create_snapshots(InstanceSpecification={"InstanceId": LINUX})
    made = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.describe_snapshots(OwnerIds=["self"])
    ec2.delete_snapshot(SnapshotId=made)
    ec2.start_instances(InstanceIds=[STOPPED])
    ec2.reboot_instances(InstanceIds=[UBUNTU])
    ec2.stop_instances(InstanceIds=[UBUNTU])


def use_run_command(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    ssm.describe_instance_information()
    done = sandbox.script(LINUX, "echo hello")["CommandId"]
    ssm.get_command_invocation(CommandId=done, InstanceId=LINUX)
    ssm.list_commands()
    ssm.cancel_command(CommandId=done)
    sandbox.patch(LINUX, "Scan")


def use_documents(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    ssm.create_document(Name="mine", Content=json.dumps(SCRIPT), DocumentType="Command")
    changed = json.dumps(SCRIPT | {"description": "again"})
    ssm.update_document(Name="mine", Content=changed, DocumentVersion="$LATEST")
    ssm.update_document_default_version(Name="mine", DocumentVersion="2")
    ssm.get_document(Name="AWS-RunPatchBaseline")
    ssm.describe_document(Name="mine")
    ssm.list_documents()
    ssm.list_document_versions(Name="mine")
    sharing = {"Name": "mine", "PermissionType": "Share"}
    ssm.modify_document_permission(AccountIdsToAdd=[PROD], **sharing)
    ssm.describe_document_permission(**sharing)
    ssm.modify_document_permission(AccountIdsToRemove=[PROD], **sharing)
    ssm.delete_document(Name="mine")
    ssm.create_document(Name="freeze", Content=CALENDAR, DocumentType="ChangeCalendar", DocumentFormat="TEXT")
    ssm.get_calendar_state(CalendarNames=["freeze"])


def use_associations(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    made = ssm.create_association(Name="AWS-UpdateSSMAgent", InstanceId=LINUX)["AssociationDescription"]
    one = {"AssociationId": made["AssociationId"]}
    ssm.start_associations_once(AssociationIds=[one["AssociationId"]])
    ssm.update_association(ScheduleExpression="rate(1 day)", **one)
    ssm.list_associations()
    ssm.list_association_versions(**one)
    ssm.describe_association(**one)
    ssm.describe_instance_associations_status(InstanceId=LINUX)
    execution = ssm.describe_association_executions(**one)["AssociationExecutions"][0]["ExecutionId"]
    ssm.describe_association_execution_targets(ExecutionId=execution, **one)
    ssm.delete_association(Name="AWS-UpdateSSMAgent", InstanceId=LINUX)


def use_resource_groups(sandbox: Sandbox) -> None:
    groups = sandbox.client("resource-groups")
    query = {"Type": "TAG_FILTERS_1_0", "Query": json.dumps({"ResourceTypeFilters": ["AWS::AllSupported"]})}
    arn = groups.create_group(Name="all", ResourceQuery=query)["Group"]["GroupArn"]
    groups.get_group(Group="all")
    groups.get_group_query(Group="all")
    groups.update_group(Group="all", Description="everything")
    groups.update_group_query(Group="all", ResourceQuery=query)
    groups.list_groups()
    groups.list_group_resources(Group="all", MaxResults=2)
    groups.tag(Arn=arn, Tags={"a": "b"})
    groups.get_tags(Arn=arn)
    groups.untag(Arn=arn, Keys=["a"])
    groups.delete_group(Group=arn)


def use_patch_manager(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    baseline = {"BaselineId": ssm.create_patch_baseline(Name="mine", OperatingSystem="UBUNTU")["BaselineId"]}
    ssm.get_patch_baseline(**baseline)
    ssm.update_patch_baseline(Description="changed", **baseline)
    ssm.describe_patch_baselines()
    default = ssm.get_default_patch_baseline(OperatingSystem="UBUNTU")["BaselineId"]
    ssm.register_default_patch_baseline(**baseline)
    ssm.register_default_patch_baseline(BaselineId=default)
    ssm.register_patch_baseline_for_patch_group(PatchGroup="g1", **baseline)
    ssm.get_patch_baseline_for_patch_group(PatchGroup="g1", OperatingSystem="UBUNTU")
    ssm.describe_patch_groups()
    ssm.describe_patch_group_state(PatchGroup="g1")
    ssm.describe_effective_patches_for_patch_baseline(BaselineId=ssm.get_default_patch_baseline()["BaselineId"])
    ssm.describe_available_patches()
    ssm.describe_patch_properties(OperatingSystem="WINDOWS", Property="PRODUCT")
    ssm.describe_instance_patch_states(InstanceIds=[LINUX])
    ssm.describe_instance_patch_states_for_patch_group(PatchGroup="g1")
    ssm.describe_instance_patches(InstanceId=LINUX)
    ssm.list_compliance_items(ResourceIds=[LINUX])
    ssm.list_compliance_summaries()
    ssm.list_resource_compliance_summaries()
    ssm.deregister_patch_baseline_for_patch_group(PatchGroup="g1", **baseline)
    ssm.delete_patch_baseline(**baseline)
    node = {"ResourceType": "ManagedInstance", "ResourceId": HYBRID}
    prod = sandbox.client("ssm", PROD)
    prod.add_tags_to_resource(Tags=[{"Key": "a", "Value": "b"}], **node)
    prod.list_tags_for_resource(**node)
    prod.remove_tags_from_resource(TagKeys=["a"], **node)


def use_windows(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    settings: dict[str, Any] = {"Name": "nightly", "Schedule": "cron(0 6 ? * SAT#1 *)", "Duration": 3, "Cutoff": 1}
    window = {"WindowId": ssm.create_maintenance_window(AllowUnassociatedTargets=False, **settings)["WindowId"]}
    ssm.get_maintenance_window(**window)
    ssm.update_maintenance_window(Duration=4, **window)
    ssm.describe_maintenance_windows()
    by_tag = [{"Key": "tag:Patch Group", "Values": ["g1"]}]
    target = {
        "WindowTargetId": ssm.register_target_with_maintenance_window(
            ResourceType="INSTANCE", Targets=by_tag, **window
        )["WindowTargetId"]
    }
    ssm.update_maintenance_window_target(Name="linux", **target, **window)
    ssm.describe_maintenance_window_targets(**window)
    task = {
        "WindowTaskId": ssm.register_task_with_maintenance_window(
            Targets=[{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}],
            TaskArn="AWS-RunPatchBaseline",
            TaskType="RUN_COMMAND",
            MaxConcurrency="1",
            MaxErrors="0",
            **window,
        )["WindowTaskId"]
    }
    ssm.get_maintenance_window_task(**task, **window)
    ssm.update_maintenance_window_task(Priority=5, **task, **window)
    ssm.describe_maintenance_window_tasks(**window)
    ssm.describe_maintenance_window_schedule(**window)
    ssm.describe_maintenance_windows_for_target(Targets=by_tag, ResourceType="INSTANCE")
    open_a_window(sandbox, window)
    ssm.deregister_task_from_maintenance_window(**task, **window)
    ssm.deregister_target_from_maintenance_window(**target, **window)
    ssm.delete_maintenance_window(**window)


def open_a_window(sandbox: Sandbox, window: dict[str, str]) -> None:
    ssm = sandbox.client("ssm")
    execution = {
        "WindowExecutionId": sandbox.control("POST", f"windows/{window['WindowId']}/open")["WindowExecutionId"]
    }
    ssm.describe_maintenance_window_executions(**window)
    task = ssm.describe_maintenance_window_execution_tasks(**execution)["WindowExecutionTaskIdentities"][0]
    one = execution | {"TaskId": task["TaskExecutionId"]}
    made = eventually(
        lambda: ssm.describe_maintenance_window_execution_task_invocations(**one)[
            "WindowExecutionTaskInvocationIdentities"
        ]
    )
    ssm.get_maintenance_window_execution(**execution)
    ssm.get_maintenance_window_execution_task(**one)
    ssm.get_maintenance_window_execution_task_invocation(InvocationId=made[0]["InvocationId"], **one)
    ssm.cancel_maintenance_window_execution(**execution)


def test_every_operation_answers_as_its_model_says(sandbox: Sandbox) -> None:
    for use in (
        use_run_command,
        use_patch_manager,
        use_windows,
        use_documents,
        use_associations,
        use_resource_groups,
        use_sts_and_ec2,
    ):
        use(sandbox)
    entries = sandbox.control("GET", "requests")
    refused = [(entry["operation"], entry["error"]) for entry in entries if entry["error"]]
    answered = {(entry["service"], entry["operation"]) for entry in entries if entry["status"] == 200}
    assert (refused, sorted(set(OPERATIONS) - answered)) == ([], [])


def test_moto_s_operations_answer_too(sandbox: Sandbox) -> None:
    ec2, ssm, s3 = (sandbox.client(service) for service in ("ec2", "ssm", "s3"))
    assert ec2.describe_availability_zones()["AvailabilityZones"]
    assert ec2.describe_vpcs()["Vpcs"]
    ssm.put_parameter(Name="/a", Value="b", Type="String")
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "b"
    assert code_of(sandbox.client("ssm", PROD).get_parameter, Name="/a") == "ParameterNotFound"
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="bucket", Key="k", Body=b"text")
    assert s3.head_object(Bucket="bucket", Key="k")["ContentLength"] == 4
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"text"


def test_an_answer_that_does_not_fit_is_noticed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_call: Call) -> dict[str, Any]:
        return {"BaselineId": 7, "Colour": "red"}

    monkeypatch.setitem(OPERATIONS, ("ssm", "GetDefaultPatchBaseline"), wrong)
    assert code_of(sandbox.client("ssm").get_default_patch_baseline) == "SandboxAnswerInvalid"


def test_a_bug_of_the_sandbox_is_called_one(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_call: Call) -> dict[str, Any]:
        raise RuntimeError("bug")

    monkeypatch.setitem(OPERATIONS, ("ec2", "DescribeTags"), broken)
    assert code_of(sandbox.client("ec2").describe_tags) == "SandboxFailure"

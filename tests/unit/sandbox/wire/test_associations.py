# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State Manager associations: kept in versions, run, and told by node."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.sandbox.wire.sandbox_kit import (
    HYBRID,
    LINUX,
    PROD,
    TEST,
    UBUNTU,
    WINDOWS,
    Sandbox,
    code_of,
    eventually,
)

NO_ID = "00000000-0000-0000-0000-000000000000"
SCAN: dict[str, Any] = {
    "Name": "AWS-RunPatchBaseline",
    "Parameters": {"Operation": ["Scan"]},
    "Targets": [{"Key": "InstanceIds", "Values": [LINUX]}],
}
ON_TIME: dict[str, Any] = {"ScheduleExpression": "cron(0 2 ? * SUN *)", "ApplyOnlyAtCronInterval": True}


def create(sandbox: Sandbox, account: str = TEST, **more: Any) -> dict[str, Any]:
    made = sandbox.client("ssm", account).create_association(**SCAN | more)["AssociationDescription"]
    return dict(made)


def runs(sandbox: Sandbox, made: Mapping[str, Any], number: int = 1) -> list[dict[str, Any]]:
    """The executions, newest first, when that many have ended."""
    ssm = sandbox.client("ssm")

    def look() -> list[dict[str, Any]]:
        found = ssm.describe_association_executions(AssociationId=made["AssociationId"])["AssociationExecutions"]
        return found if len(found) == number and all("LastExecutionDate" in item for item in found) else []

    found: list[dict[str, Any]] = eventually(look, 20)
    return found


def test_an_association_runs_when_it_is_made(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    assert not ssm.describe_instance_patch_states(InstanceIds=[LINUX])["InstancePatchStates"]
    made = create(sandbox, AssociationName="scan", ScheduleExpression="rate(1 day)")
    assert (made["AssociationVersion"], made["DocumentVersion"], made["Overview"]["Status"]) == (
        "1",
        "$DEFAULT",
        "Pending",
    )
    run = runs(sandbox, made)[0]
    assert (run["Status"], run["ResourceCountByStatus"], run["AssociationVersion"]) == ("Success", "{Success=1}", "1")
    state = ssm.describe_instance_patch_states(InstanceIds=[LINUX])["InstancePatchStates"][0]
    assert (state["Operation"], state["MissingCount"] > 0) == ("Scan", True)
    one = {"AssociationId": made["AssociationId"], "ExecutionId": run["ExecutionId"]}
    target = ssm.describe_association_execution_targets(**one)["AssociationExecutionTargets"][0]
    assert (target["ResourceId"], target["Status"], target["OutputSource"]["OutputSourceType"]) == (
        LINUX,
        "Success",
        "RunCommand",
    )
    command = ssm.list_commands(CommandId=target["OutputSource"]["OutputSourceId"])["Commands"][0]
    assert command["DocumentName"] == "AWS-RunPatchBaseline"
    status = ssm.describe_instance_associations_status(InstanceId=LINUX)["InstanceAssociationStatusInfos"][0]
    assert (status["Status"], status["AssociationName"]) == ("Success", "scan")
    assert status["ExecutionSummary"].startswith("3 out of 3 plugins processed, 3 success, 0 failed")
    node = {"Filters": [{"Key": "InstanceIds", "Values": [LINUX]}]}
    assert ssm.describe_instance_information(**node)["InstanceInformationList"][0]["AssociationStatus"] == "Success"


def test_one_that_is_only_for_its_times_waits_until_it_is_asked(sandbox: Sandbox) -> None:
    ssm, made = sandbox.client("ssm"), create(sandbox, **ON_TIME)
    assert made["Overview"] == {"Status": "Pending", "DetailedStatus": "Creating"}
    one = {"AssociationId": made["AssociationId"]}
    assert ssm.describe_association_executions(**one)["AssociationExecutions"] == []
    ssm.start_associations_once(AssociationIds=[made["AssociationId"]])
    runs(sandbox, made)
    after = ssm.describe_association(**one)["AssociationDescription"]
    assert after["Overview"] == {
        "Status": "Success",
        "DetailedStatus": "Success",
        "AssociationStatusAggregatedCount": {"Success": 1},
    }
    assert after["LastExecutionDate"] == after["LastSuccessfulExecutionDate"]
    assert code_of(ssm.start_associations_once, AssociationIds=[NO_ID]) == "AssociationDoesNotExist"


def test_it_runs_at_its_time(sandbox: Sandbox) -> None:
    soon = f"at({datetime.now(UTC) + timedelta(seconds=2):%Y-%m-%dT%H:%M:%S})"
    made = create(sandbox, ScheduleExpression=soon, ApplyOnlyAtCronInterval=True)
    run = runs(sandbox, made)[0]
    assert run["Status"] == "Success"
    past = create(sandbox, ScheduleExpression="at(2020-05-14T15:55:00)", ApplyOnlyAtCronInterval=True)
    assert runs(sandbox, past)[0]["Status"] == "Success"


def test_an_update_empties_what_it_leaves_out(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    rates = {"MaxConcurrency": "1", "MaxErrors": "2", "ComplianceSeverity": "HIGH", "SyncCompliance": "MANUAL"}
    made = create(sandbox, AssociationName="scan", Duration=2, DocumentVersion="1", **ON_TIME, **rates)
    one = {"AssociationId": made["AssociationId"]}
    fixed = {"Parameters": SCAN["Parameters"], "ApplyOnlyAtCronInterval": True}
    changed = ssm.update_association(ScheduleExpression="cron(0 3 ? * SUN *)", **fixed, **one)["AssociationDescription"]
    assert {name for name in made if name not in changed} == {"AssociationName", "Duration", *rates}
    assert (changed["Name"], changed["Targets"]) == (made["Name"], made["Targets"])
    assert (changed["AssociationVersion"], changed["DocumentVersion"]) == ("2", "$DEFAULT")
    versions = ssm.list_association_versions(**one)["AssociationVersions"]
    assert [(item["AssociationVersion"], item.get("AssociationName")) for item in versions] == [
        ("2", None),
        ("1", "scan"),
    ]
    first = ssm.describe_association(AssociationVersion="1", **one)["AssociationDescription"]
    assert (first["MaxErrors"], first["AssociationVersion"]) == ("2", "1")
    assert code_of(ssm.describe_association, AssociationVersion="7", **one) == "InvalidAssociationVersion"
    assert code_of(ssm.update_association, AssociationVersion="1", **one, **fixed) == "InvalidAssociationVersion"
    # Without its parameters the document cannot run.
    assert code_of(ssm.update_association, **one) == "InvalidParameters"
    assert ssm.describe_association_executions(**one)["AssociationExecutions"] == []
    ssm.update_association(Parameters=SCAN["Parameters"], **one)
    assert runs(sandbox, made)[0]["AssociationVersion"] == "3"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Targets": []}, "InvalidTarget"),
        ({"Targets": [{"Key": "colour", "Values": ["red"]}]}, "InvalidTarget"),
        ({"Targets": [{"Key": "InstanceIds", "Values": ["*", LINUX]}]}, "InvalidTarget"),
        ({"Name": "not-there"}, "InvalidDocument"),
        ({"DocumentVersion": "77"}, "InvalidDocumentVersion"),
        ({"Parameters": {"Operation": ["Break"]}}, "InvalidParameters"),
        ({"Parameters": {}}, "InvalidParameters"),
        ({"AutomationTargetParameterName": "InstanceId"}, "InvalidParameters"),
        ({"ScheduleExpression": "rate(29 minutes)"}, "InvalidSchedule"),
        ({"ScheduleExpression": "rate(31 days)"}, "InvalidSchedule"),
        ({"ScheduleExpression": "rate(1 days)"}, "InvalidSchedule"),
        ({"ScheduleExpression": "cron(0/10 * * * ? *)"}, "InvalidSchedule"),
        ({"ScheduleExpression": "cron(5 0 2 ? * SUN *)"}, "InvalidSchedule"),
        ({"ScheduleExpression": "rate(1 day)", "ApplyOnlyAtCronInterval": True}, "InvalidSchedule"),
        ({"ScheduleExpression": "cron(0 2 ? * SUN#1 *)", "ScheduleOffset": 2}, "InvalidSchedule"),
        ({"CalendarNames": ["not-there"]}, "InvalidDocument"),
        ({"CalendarNames": ["AWS-RunPatchBaseline"]}, "InvalidDocument"),
        ({"OutputLocation": {"S3Location": {"OutputS3KeyPrefix": "a"}}}, "InvalidOutputLocation"),
        ({"TargetMaps": [{"a": ["b"]}]}, "InvalidTargetMaps"),
        ({"Tags": [{"Key": "aws:a", "Value": "b"}]}, "InvalidTag"),
        ({"ComplianceSeverity": "SEVERE"}, "ValidationException"),
        ({"Duration": 25}, "ValidationException"),
    ],
)
def test_associations_that_cannot_be(sandbox: Sandbox, wrong: dict[str, Any], code: str) -> None:
    ssm = sandbox.client("ssm")
    assert code_of(ssm.create_association, **SCAN | wrong) == code
    assert ssm.list_associations()["Associations"] == []


def test_the_old_way_for_one_instance(sandbox: Sandbox) -> None:
    ssm, old = sandbox.client("ssm"), {"Name": "AWS-UpdateSSMAgent", "InstanceId": LINUX}
    made = ssm.create_association(**old)["AssociationDescription"]
    assert (made["InstanceId"], made["Targets"]) == (LINUX, [{"Key": "InstanceIds", "Values": [LINUX]}])
    assert code_of(ssm.create_association, **old) == "AssociationAlreadyExists"
    assert code_of(ssm.create_association, **old | {"InstanceId": HYBRID}) == "InvalidInstanceId"
    assert code_of(ssm.create_association, **old, AssociationName="agent") == "ValidationException"
    newer = {"Name": "AWS-RunPatchBaseline", "InstanceId": LINUX, "Parameters": SCAN["Parameters"]}
    assert code_of(ssm.create_association, **newer) == "InvalidDocument"
    assert ssm.describe_association(**old)["AssociationDescription"]["AssociationId"] == made["AssociationId"]
    ssm.delete_association(**old)
    assert code_of(ssm.describe_association, **old) == "AssociationDoesNotExist"


def test_associations_are_found(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    by_tag = [{"Key": "tag:Patch Group", "Values": ["g1"]}]
    made = create(sandbox, AssociationName="nightly", Targets=by_tag, **ON_TIME)["AssociationId"]
    other = ssm.create_association(Name="AWS-UpdateSSMAgent", InstanceId=UBUNTU)["AssociationDescription"]

    def found(key: str, value: str) -> list[str]:
        answer = ssm.list_associations(AssociationFilterList=[{"key": key, "value": value}])
        return [item["AssociationId"] for item in answer["Associations"]]

    assert found("AssociationName", "nightly") == found("Name", "AWS-RunPatchBaseline") == [made]
    assert found("AssociationId", made) == found("AssociationStatusName", "Pending")[:1] == [made]
    assert (found("InstanceId", UBUNTU), found("InstanceId", LINUX)) == ([other["AssociationId"]], [])
    runs(sandbox, other)
    assert found("LastExecutedAfter", "2020-01-01T00:00:00Z") == [other["AssociationId"]]
    assert found("AssociationStatusName", "Success") == [other["AssociationId"]]
    assert found("LastExecutedBefore", "2020-01-01T00:00:00Z") == []

    def of(node_id: str) -> list[str]:
        answer = ssm.describe_instance_associations_status(InstanceId=node_id)
        return [item["AssociationId"] for item in answer["InstanceAssociationStatusInfos"]]

    assert (of(LINUX), of(WINDOWS), of(UBUNTU)) == ([made], [], [other["AssociationId"]])
    assert code_of(ssm.describe_instance_associations_status, InstanceId=HYBRID) == "InvalidInstanceId"
    assert sandbox.client("ssm", PROD).list_associations()["Associations"] == []
    ssm.delete_association(AssociationId=made)
    assert code_of(ssm.delete_association, AssociationId=made) == "AssociationDoesNotExist"


def test_one_fails_where_its_node_fails(sandbox: Sandbox) -> None:
    script: dict[str, Any] = {"Name": "AWS-RunShellScript", "Parameters": {"commands": ["[ $(hostname) = db-1 ]"]}}
    made = create(sandbox, Targets=[{"Key": "InstanceIds", "Values": [LINUX, UBUNTU]}], **script)
    run = runs(sandbox, made)[0]
    assert (run["Status"], run["DetailedStatus"]) == ("Failed", "Failed")
    one = {"AssociationId": made["AssociationId"], "ExecutionId": run["ExecutionId"]}
    ssm = sandbox.client("ssm")
    bad = ssm.describe_association_execution_targets(Filters=[{"Key": "Status", "Value": "Failed"}], **one)
    assert [item["ResourceId"] for item in bad["AssociationExecutionTargets"]] == [UBUNTU]
    by_status = [{"Key": "Status", "Value": "Success", "Type": "EQUAL"}]
    answer = ssm.describe_association_executions(AssociationId=made["AssociationId"], Filters=by_status)
    assert answer["AssociationExecutions"] == []
    gone = one | {"ExecutionId": NO_ID}
    assert code_of(ssm.describe_association_execution_targets, **gone) == "AssociationExecutionDoesNotExist"


def test_a_closed_calendar_keeps_it_from_running(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    closed = "BEGIN:VCALENDAR\nX-CALENDAR-TYPE:DEFAULT_CLOSED\nEND:VCALENDAR\n"
    ssm.create_document(Name="freeze", Content=closed, DocumentType="ChangeCalendar", DocumentFormat="TEXT")
    made = create(sandbox, CalendarNames=["freeze"])
    ssm.start_associations_once(AssociationIds=[made["AssociationId"]])
    assert ssm.describe_association_executions(AssociationId=made["AssociationId"])["AssociationExecutions"] == []
    assert ssm.list_commands()["Commands"] == []


@pytest.fixture
def fast() -> Iterator[Sandbox]:
    """One in which an hour is over in 1.2 seconds."""
    sandbox = Sandbox(speed=3000)
    yield sandbox
    sandbox.close()


def test_a_run_at_its_time_is_over_after_its_duration(fast: Sandbox) -> None:
    soon = f"at({datetime.now(UTC) + timedelta(seconds=2):%Y-%m-%dT%H:%M:%S})"
    long = {"commands": ["sleep 5400"], "executionTimeout": ["172800"]}
    wanted: dict[str, Any] = {
        "Name": "AWS-RunShellScript",
        "Parameters": long,
        "Duration": 1,
        "ApplyOnlyAtCronInterval": True,
    }
    made = create(fast, ScheduleExpression=soon, **wanted)
    assert [(run["Status"], run["DetailedStatus"]) for run in runs(fast, made)] == [("Failed", "Cancelled")]
    # A run that was asked for takes its time.
    fast.client("ssm").start_associations_once(AssociationIds=[made["AssociationId"]])
    assert runs(fast, made, 2)[0]["Status"] == "Success"


def test_output_goes_to_its_bucket_and_tags_are_its_own(sandbox: Sandbox) -> None:
    ssm, s3 = sandbox.client("ssm"), sandbox.client("s3")
    s3.create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    place = {"S3Location": {"OutputS3BucketName": "out", "OutputS3KeyPrefix": "assoc"}}
    made = create(sandbox, OutputLocation=place, Tags=[{"Key": "team", "Value": "a"}])
    runs(sandbox, made)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="out")["Contents"]]
    assert any(key.startswith("assoc/") and f"/{LINUX}/" in key and key.endswith("/stdout") for key in keys)
    one = {"ResourceType": "Association", "ResourceId": made["AssociationId"]}
    assert ssm.list_tags_for_resource(**one)["TagList"] == [{"Key": "team", "Value": "a"}]
    ssm.remove_tags_from_resource(TagKeys=["team"], **one)
    assert ssm.list_tags_for_resource(**one)["TagList"] == []


def test_a_runbook_takes_its_time_and_ends_as_the_control_api_says(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    content = {"schemaVersion": "0.3", "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {}}]}
    ssm.create_document(Name="book", DocumentType="Automation", Content=json.dumps(content))
    wanted = {"Name": "book", "Targets": SCAN["Targets"]}
    assert code_of(ssm.create_association, **wanted) == "InvalidParameters"
    sandbox.control("POST", "outcomes", {"task_arn": "book", "fails": True, "seconds": 1})
    made = ssm.create_association(AutomationTargetParameterName="InstanceId", **wanted)["AssociationDescription"]
    assert runs(sandbox, made)[0]["ResourceCountByStatus"] == "{Failed=1}"


def test_a_patch_policy_s_association_brings_its_own_baselines(sandbox: Sandbox) -> None:
    s3, system = sandbox.client("s3"), "REDHAT_ENTERPRISE_LINUX"
    s3.create_bucket(Bucket="aws-quicksetup-1", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="aws-quicksetup-1", Key="b.json", Body=json.dumps([{"OperatingSystem": system}]).encode())
    parameters = {"Operation": ["Scan"], "BaselineOverride": ["s3://aws-quicksetup-1/b.json"]}
    name = "AWS-QuickSetup-PatchPolicy-ScanForPatches-LA-1"
    made = create(sandbox, AssociationName=name, Parameters=parameters, ScheduleExpression="cron(0 1 * * ? *)")
    assert runs(sandbox, made)[0]["Status"] == "Success"
    # Its baseline approves nothing, so that nothing is missing.
    state = sandbox.client("ssm").describe_instance_patch_states(InstanceIds=[LINUX])["InstancePatchStates"][0]
    assert (state["MissingCount"], state["Operation"]) == (0, "Scan")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations against the sandbox: each option alone, from states that others left, and what goes wrong on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules

ACCOUNT, REGION = "111111111111", "eu-central-1"
MODULE, NAME = "ssm_association", "scan"
PLACE: dict[str, Any] = {"account": ACCOUNT, "region": REGION, "association_name": NAME}
NODE = "i-0db00000000000001"
BY_TAG = [{"key": "tag:role", "values": ["db"]}]
FULL: dict[str, Any] = {
    "name": "AWS-RunPatchBaseline",
    "document_version": "1",
    "parameters": {"Operation": "Scan"},
    "targets": BY_TAG,
    "schedule_expression": "cron(0 2 ? * SUN#1 *)",
    "schedule_offset": 2,
    "apply_only_at_cron_interval": True,
    "calendar_names": ["Freeze"],
    "duration": 2,
    "max_concurrency": "10%",
    "max_errors": "1",
    "compliance_severity": "HIGH",
    "sync_compliance": "MANUAL",
    "output_location": {"s3_location": {"output_s3_bucket_name": "patch-logs"}},
    "alarm_configuration": {"alarms": [{"name": "too-many-errors"}]},
    "association_dispatch_assume_role": "arn:aws:iam::111111111111:role/dispatch",
    "tags": {"team": "payroll"},
}
"""Every option that an association of a command document can have."""

CHANGED: dict[str, Any] = {
    "name": "AWS-UpdateSSMAgent",
    "document_version": "$LATEST",
    "parameters": {"Operation": "Scan", "RebootOption": "NoReboot"},
    "targets": [{"key": "InstanceIds", "values": [NODE]}],
    "schedule_expression": "cron(0 3 ? * SUN#1 *)",
    "schedule_offset": 3,
    "apply_only_at_cron_interval": False,
    "calendar_names": ["Freeze", "Holidays"],
    "duration": 3,
    "max_concurrency": "5",
    "max_errors": "2",
    "compliance_severity": "LOW",
    "sync_compliance": "AUTO",
    "output_location": {"s3_location": {"output_s3_bucket_name": "patch-logs", "output_s3_key_prefix": "scan"}},
    "alarm_configuration": {"alarms": [{"name": "too-many-errors"}], "ignore_poll_alarm_failure": True},
    "association_dispatch_assume_role": "arn:aws:iam::111111111111:role/other",
    "tags": {"team": "payroll", "tier": "1"},
}
REMOVED: dict[str, Any] = {
    "document_version": "",
    "parameters": {},
    "schedule_expression": "",
    "schedule_offset": 0,
    "calendar_names": [],
    "duration": 0,
    "max_concurrency": "",
    "max_errors": "",
    "compliance_severity": "UNSPECIFIED",
    "output_location": {},
    "alarm_configuration": {"alarms": []},
    "association_dispatch_assume_role": "",
    "tags": {},
}
TOGETHER: dict[str, dict[str, Any]] = {
    "name": {"parameters": {}},
    "schedule_expression": {"schedule_offset": 0, "apply_only_at_cron_interval": False},
    "apply_only_at_cron_interval": {"schedule_offset": 0},
}
"""What has to go with an option, since the service does not allow the one without the other."""

PASSING = {"AssociationVersion", "LastUpdateAssociationDate", "LastExecutionDate", "LastSuccessfulExecutionDate"}
"""What the service changes by itself whenever an association is changed or runs."""


@pytest.fixture
def ssm(estate: Estate) -> Any:
    """A client that is not the product's."""
    client = estate.client("ssm")
    for calendar in ("Freeze", "Holidays"):
        content = "BEGIN:VCALENDAR\nPRODID:-//AWS//Change Calendar 1.0//EN\nVERSION:2.0\nEND:VCALENDAR"
        client.create_document(Name=calendar, DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=content)
    return client


def told(ssm: Any) -> dict[str, Any]:
    """The only association of the name, as the service tells it."""
    listed = ssm.list_associations(AssociationFilterList=[{"key": "AssociationName", "value": NAME}])["Associations"]
    assert len(listed) == 1, listed
    answer = ssm.describe_association(AssociationId=listed[0]["AssociationId"])
    description: dict[str, Any] = answer["AssociationDescription"]
    return description


def lasting(description: dict[str, Any]) -> dict[str, Any]:
    """What of an association does not change by itself, nor when another takes its place."""
    passing = PASSING | {"AssociationId", "Date", "Overview"}
    return {key: value for key, value in description.items() if key not in passing}


def test_the_whole_and_no_more(modules: Modules, ssm: Any) -> None:
    made = modules.quartet(MODULE, **PLACE, **FULL)["association"]
    assert made["association_id"] == told(ssm)["AssociationId"]
    assert modules.quartet(MODULE, **PLACE, state="absent")["association"] == {}
    assert ssm.list_associations()["Associations"] == []


def test_each_option_changed_removed_and_added(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    for option in FULL:
        before = told(ssm)
        changed = {**TOGETHER.get(option, {}), option: CHANGED[option]}
        predicted = modules.ok(MODULE, check=True, **PLACE, **changed)
        real = modules.ok(MODULE, **PLACE, **changed)
        assert predicted["changed"], option
        assert predicted["diff"] == real["diff"], option
        assert not modules.ok(MODULE, **PLACE, **changed)["changed"], option
        if option in REMOVED:
            removed = {**TOGETHER.get(option, {}), option: REMOVED[option]}
            if option == "parameters":
                removed["name"] = "AWS-UpdateSSMAgent"
            assert modules.ok(MODULE, **PLACE, **removed)["changed"], option
        assert modules.ok(MODULE, **PLACE, **FULL)["changed"], option
        assert lasting(told(ssm)) == lasting(before), option


def test_an_option_that_is_not_set_survives_a_change(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    before = told(ssm)
    modules.quartet(MODULE, **PLACE, max_errors="7")
    after = told(ssm)
    assert lasting(after) == lasting(before) | {"MaxErrors": "7"}


def test_what_console_and_terraform_leave_is_taken_over(modules: Modules, ssm: Any) -> None:
    ssm.create_association(
        Name="AWS-RunPatchBaseline",
        AssociationName=NAME,
        DocumentVersion="$DEFAULT",
        Parameters={"Operation": ["Scan"], "RebootOption": ["RebootIfNeeded"], "SnapshotId": [""]},
        Targets=[{"Key": "tag:role", "Values": ["db", "app"]}, {"Key": "tag:Application", "Values": ["payroll"]}],
        ComplianceSeverity="UNSPECIFIED",
        SyncCompliance="AUTO",
        OutputLocation={"S3Location": {"OutputS3BucketName": "patch-logs", "OutputS3Region": REGION}},
        ApplyOnlyAtCronInterval=False,
    )
    wanted = {
        "name": "AWS-RunPatchBaseline",
        "parameters": {"Operation": "Scan"},
        "targets": [{"key": "tag:Application", "values": ["payroll"]}, {"key": "tag:role", "values": ["app", "db"]}],
        "output_location": {"s3_location": {"output_s3_bucket_name": "patch-logs"}},
    }
    modules.unchanged(MODULE, **PLACE, **wanted)
    modules.quartet(MODULE, **PLACE, **wanted, max_concurrency="1")


def test_an_ambiguous_name_and_the_way_out(modules: Modules, ssm: Any) -> None:
    request = {
        "Name": "AWS-UpdateSSMAgent",
        "AssociationName": NAME,
        "Targets": [{"Key": "tag:role", "Values": ["db"]}],
    }
    ids = [ssm.create_association(**request)["AssociationDescription"]["AssociationId"] for _number in range(2)]
    for state in ("present", "absent"):
        message = modules.refused(MODULE, **PLACE, state=state)
        assert all(association_id in message for association_id in ids)
    renamed = modules.quartet(MODULE, **{**PLACE, "association_name": "agents"}, association_id=ids[0])
    assert renamed["association"]["association_name"] == "agents"
    assert told(ssm)["AssociationId"] == ids[1]


def test_another_document_replaces_and_a_refused_one_does_not(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    before = told(ssm)
    assert "parameters is not set" in modules.refused(MODULE, **PLACE, name="AWS-UpdateSSMAgent")
    answer = modules.call(MODULE, **PLACE, name="AWS-UpdateSSMAgent", parameters=FULL["parameters"])
    assert "Operation" in answer["msg"]
    assert told(ssm) == before, "the old association has to stay while the new one cannot be made"
    modules.quartet(MODULE, **PLACE, name="AWS-UpdateSSMAgent", parameters={})
    assert told(ssm)["AssociationId"] != before["AssociationId"]
    assert told(ssm)["Targets"] == before["Targets"]


def test_a_replaced_association_that_is_gone_after_all_is_no_failure(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    before = told(ssm)
    modules.sandbox.fault("drop_after", operation="DeleteAssociation")
    modules.sandbox.fault("error", operation="DeleteAssociation", after=1, code="AccessDeniedException", status=400)
    made = modules.ok(MODULE, **PLACE, name="AWS-UpdateSSMAgent", parameters={})["association"]
    assert told(ssm)["AssociationId"] == made["association_id"] != before["AssociationId"]


def test_of_a_replacement_that_is_not_ended_one_association_is_left(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    before = told(ssm)
    other = {**PLACE, "name": "AWS-UpdateSSMAgent", "parameters": {}}
    modules.sandbox.fault("error", operation="DeleteAssociation", code="AccessDeniedException", status=400)
    answer = modules.call(MODULE, **other)
    assert "AccessDenied" in answer["msg"]
    assert f"was deleted again, {before['AssociationId']} is as it was" in answer["msg"]
    assert lasting(told(ssm)) == lasting(before)
    modules.sandbox.fault("error", operation="DeleteAssociation", code="AccessDeniedException", status=400, times=2)
    answer = modules.call(MODULE, **other)
    assert f"Both {before['AssociationId']} and the new" in answer["msg"]
    assert "have it: give association_id" in modules.refused(MODULE, **other)
    modules.ok(MODULE, account=ACCOUNT, region=REGION, association_id=before["AssociationId"], state="absent")
    modules.unchanged(MODULE, **other)


@pytest.mark.usefixtures("ssm")
def test_an_automation_without_targets(modules: Modules) -> None:
    step = {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
    content = {"schemaVersion": "0.3", "parameters": {"InstanceId": {"type": "String"}}, "mainSteps": [step]}
    modules.ok(
        "ssm_document", account=ACCOUNT, region=REGION, name="Runbook", document_type="Automation", content=content
    )
    accounts = ["222222222222", ACCOUNT]
    locations = [{"accounts": accounts, "regions": [REGION], "execution_role_name": "patching"}]
    maps = [{"InstanceId": ["i-2"]}, {"InstanceId": ["i-1"]}]
    modules.ok(MODULE, **PLACE, name="Runbook", target_maps=maps, automation_target_parameter_name="InstanceId")
    modules.unchanged(MODULE, **PLACE, target_maps=maps[::-1])
    modules.quartet(MODULE, **PLACE, target_locations=locations)
    accounts.reverse()
    modules.unchanged(MODULE, **PLACE, target_locations=locations)
    modules.quartet(MODULE, **PLACE, target_maps=[], targets=BY_TAG, target_locations=[])


def test_associations_can_be_read(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **PLACE, **FULL)
    modules.ok(MODULE, **{**PLACE, "association_name": "agents"}, name="AWS-UpdateSSMAgent", targets=BY_TAG)
    where: dict[str, Any] = {"account": ACCOUNT, "region": REGION}
    found = modules.ok("ssm_association_info", **where)["associations"]
    assert [entry["association_name"] for entry in found] == ["agents", NAME]
    assert found[1]["parameters"] == {"Operation": ["Scan"]}
    assert (found[1]["tags"], found[1]["overview"]["status"]) == ({"team": "payroll"}, "Pending")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found[1]["date"])
    association_id = told(ssm)["AssociationId"]
    filters: list[dict[str, Any]] = [{"name": "AWS-RunPatchBaseline"}, {"association_id": association_id}]
    for asked in (*filters, {"association_name": NAME}):
        assert modules.ok("ssm_association_info", **where, **asked)["associations"] == found[1:]
    nothing = {"association_name": NAME, "name": "AWS-UpdateSSMAgent"}
    assert modules.ok("ssm_association_info", **{**where, **nothing})["associations"] == []


def test_lost_answers_do_nothing_twice(modules: Modules, ssm: Any) -> None:
    sandbox = modules.sandbox
    for operation, options in (
        ("CreateAssociation", FULL),
        ("UpdateAssociation", {"max_errors": "9"}),
        ("AddTagsToResource", {"tags": {"team": "other"}}),
        ("DeleteAssociation", {"state": "absent"}),
    ):
        sandbox.fault("drop_after", operation=operation, times=1)
        assert modules.ok(MODULE, **PLACE, **options)["changed"]
        if operation != "DeleteAssociation":
            expected = "1" if operation == "CreateAssociation" else "2"
            assert told(ssm)["AssociationVersion"] == expected
        modules.unchanged(MODULE, **PLACE, **options)


@pytest.mark.usefixtures("ssm")
def test_throttles_are_waited_out(modules: Modules) -> None:
    for operation in ("ListAssociations", "CreateAssociation"):
        modules.sandbox.fault("throttle", operation=operation, times=1)
    assert modules.ok(MODULE, **PLACE, **FULL)["changed"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("association_name", "two words"),
        ("name", "no document!"),
        ("document_version", "newest"),
        ("targets", [{"key": f"tag:{number}", "values": ["a"]} for number in range(6)]),
        ("schedule_expression", "x" * 257),
        ("schedule_expression", "every day"),
        ("tags", {"aws:x": "y"}),
        ("schedule_offset", 7),
        ("schedule_offset", -1),
        ("duration", 25),
        ("max_concurrency", "0"),
        ("max_errors", "101%"),
        ("target_maps", [{"InstanceId": ["i-1"]}]),
        ("target_locations", [{"target_location_max_errors": "none"}]),
        ("output_location", {"s3_location": {"output_s3_bucket_name": "b"}}),
        ("alarm_configuration", {"alarms": [{"name": "a"}, {"name": "b"}]}),
        ("association_dispatch_assume_role", "dispatch"),
        ("tags", {"": "empty"}),
        ("association_id", "mine"),
    ],
)
def test_bad_values_are_refused(modules: Modules, option: str, value: Any) -> None:
    message = modules.refused(MODULE, **{**PLACE, **FULL, option: value})
    assert message.startswith(option), message

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of one's own, and calendars."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.unit.sandbox.wire.sandbox_kit import (
    LINUX,
    PROD,
    PROD_LINUX,
    REGION,
    TEST,
    WINDOWS,
    Sandbox,
    code_of,
    eventually,
)

GREET: dict[str, Any] = {
    "schemaVersion": "2.2",
    "description": "Says something",
    "parameters": {
        "word": {"type": "String", "default": "hello", "allowedValues": ["hello", "bye"]},
        "lines": {"type": "StringList", "default": []},
    },
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "speak",
            "precondition": {"StringEquals": ["platformType", "Linux"]},
            "inputs": {"runCommand": ["echo {{ word }} there", "{{ lines }}"]},
        },
        {"action": "aws:runShellScript", "name": "fail", "inputs": {"runCommand": ["exit 5"]}},
        {"action": "aws:runShellScript", "name": "never", "inputs": {"runCommand": ["echo never"]}},
    ],
}


def changed(**more: Any) -> str:
    return json.dumps(GREET | more)


def create(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    wanted = {"Name": "greet", "DocumentType": "Command", "Content": json.dumps(GREET)} | more
    return dict(sandbox.client("ssm").create_document(**wanted)["DocumentDescription"])


def test_a_document_runs_step_by_step_until_one_fails(sandbox: Sandbox) -> None:
    create(sandbox)
    outcome = sandbox.outcome(sandbox.run([LINUX], "greet", {"word": ["bye"], "lines": ["echo one", "echo two"]}))[
        LINUX
    ]
    assert outcome["StatusDetails"] == "Failed"
    steps = {plugin["Name"]: plugin for plugin in outcome["CommandPlugins"]}
    assert (steps["speak"]["Output"], steps["speak"]["Status"]) == ("bye there\none\ntwo\n", "Success")
    assert (steps["fail"]["ResponseCode"], steps["fail"]["Status"]) == (5, "Failed")
    assert steps["never"]["Output"] == ""


def test_parameters_are_checked(sandbox: Sandbox) -> None:
    create(sandbox)
    ssm = sandbox.client("ssm")
    for parameters in ({"word": ["good day"]}, {"colour": ["red"]}, {"word": ["hello", "bye"]}):
        arguments = {"InstanceIds": [LINUX], "DocumentName": "greet", "Parameters": parameters}
        assert code_of(ssm.send_command, **arguments) == "InvalidParameters"
    wrong = {"InstanceIds": [WINDOWS], "DocumentName": "greet"}
    assert code_of(ssm.send_command, **wrong) == "UnsupportedPlatformType"


def test_versions(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    assert (create(sandbox)["DefaultVersion"], create(sandbox, Name="other")["LatestVersion"]) == ("1", "1")
    shorter = changed(mainSteps=GREET["mainSteps"][:1])
    update = {"Name": "greet", "Content": shorter, "DocumentVersion": "$LATEST", "VersionName": "short"}
    made = ssm.update_document(**update)["DocumentDescription"]
    assert (made["DocumentVersion"], made["DefaultVersion"]) == ("2", "1")
    assert ssm.get_document(Name="greet")["DocumentVersion"] == "1"
    assert code_of(ssm.update_document, **update) == "DuplicateDocumentContent"
    assert code_of(ssm.update_document, **update | {"DocumentVersion": "1"}) == "InvalidDocumentVersion"
    assert sandbox.outcome(sandbox.run([LINUX], "greet", {}))[LINUX]["Status"] == "Failed"
    latest = sandbox.run([LINUX], "greet", {}, DocumentVersion="$LATEST")
    assert sandbox.outcome(latest)[LINUX]["Status"] == "Success"
    ssm.update_document_default_version(Name="greet", DocumentVersion="2")
    assert sandbox.outcome(sandbox.run([LINUX], "greet", {}))[LINUX]["Status"] == "Success"
    assert json.loads(ssm.get_document(Name="greet", VersionName="short")["Content"]) == json.loads(shorter)
    assert code_of(ssm.delete_document, Name="greet", DocumentVersion="2") == "InvalidDocumentOperation"
    ssm.delete_document(Name="greet", DocumentVersion="1")
    assert code_of(ssm.describe_document, Name="greet", DocumentVersion="1") == "InvalidDocumentVersion"
    ssm.delete_document(Name="greet")
    assert code_of(ssm.describe_document, Name="greet") == "InvalidDocument"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"Name": "AWS-Mine"}, "ValidationException"),
        ({"Name": "awsome"}, "ValidationException"),
        ({"DocumentFormat": "YAML", "Content": "{: :"}, "InvalidDocumentContent"),
        ({"DocumentFormat": "TEXT"}, "InvalidDocumentContent"),
        ({"Content": changed(mainSteps=[{"name": "a", "action": "aws:fly", "inputs": {}}])}, "InvalidDocumentContent"),
        ({"Content": changed(mainSteps=[GREET["mainSteps"][0]] * 2)}, "InvalidDocumentContent"),
        ({"Content": changed(mainSteps=[{"action": "aws:runShellScript"}])}, "InvalidDocumentContent"),
        ({"Content": changed(parameters={})}, "InvalidDocumentContent"),
        ({"Content": changed(parameters={"word": {"type": "Number"}})}, "InvalidDocumentContent"),
        ({"Content": changed(colour="red")}, "InvalidDocumentContent"),
        ({"DocumentType": "Automation"}, "InvalidDocumentSchemaVersion"),
        ({"Attachments": [{"Key": "SourceUrl", "Values": ["s3://b/c"]}]}, "ValidationException"),
        ({"Attachments": [{"Key": "AttachmentReference", "Values": ["greet/1/a"]}]}, "InvalidDocument"),
        ({"Content": "{"}, "InvalidDocumentContent"),
        ({"Content": "[]"}, "InvalidDocumentContent"),
        ({"Content": json.dumps(GREET | {"schemaVersion": "9"})}, "InvalidDocumentSchemaVersion"),
        ({"Content": json.dumps(GREET | {"mainSteps": []})}, "InvalidDocumentContent"),
        ({"Content": json.dumps(GREET | {"description": "x" * 70000})}, "MaxDocumentSizeExceeded"),
    ],
)
def test_documents_that_cannot_be(sandbox: Sandbox, wanted: dict[str, Any], code: str) -> None:
    arguments = {"Name": "greet", "DocumentType": "Command", "Content": json.dumps(GREET)} | wanted
    assert code_of(sandbox.client("ssm").create_document, **arguments) == code


def test_aws_s_documents_are_there_and_belong_to_amazon(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox, Tags=[{"Key": "team", "Value": "a"}])
    document = ssm.describe_document(Name="AWS-RunPatchBaseline")["Document"]
    assert document["Owner"] == "Amazon"
    assert "Operation" in {parameter["Name"] for parameter in document["Parameters"]}
    assert code_of(ssm.delete_document, Name="AWS-RunPatchBaseline") == "InvalidDocumentOperation"
    assert code_of(ssm.create_document, Name="greet", Content=json.dumps(GREET)) == "DocumentAlreadyExists"

    def found(key: str, value: str) -> set[str]:
        answer = ssm.list_documents(Filters=[{"Key": key, "Values": [value]}])
        return {item["Name"] for item in answer["DocumentIdentifiers"]}

    assert found("Owner", "Self") == found("tag:team", "a") == found("Name", "gre") == {"greet"}
    assert "AWS-RunShellScript" in found("Owner", "Amazon")
    assert code_of(ssm.list_documents, Filters=[{"Key": "Colour", "Values": ["red"]}]) == "InvalidFilterKey"


CALENDAR = """BEGIN:VCALENDAR
X-CALENDAR-TYPE:{kind}
VERSION:2.0
BEGIN:VEVENT
SUMMARY:End of the
  year
DTSTART;TZID=Europe/Zurich:20261220T000000
DTEND;TZID=Europe/Zurich:20270104T000000
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("kind", "at", "state", "then"),
    [
        ("DEFAULT_OPEN", "2026-12-01T00:00:00Z", "OPEN", "2026-12-19T23:00:00Z"),
        ("DEFAULT_OPEN", "2026-12-24T00:00:00Z", "CLOSED", "2027-01-03T23:00:00Z"),
        ("DEFAULT_OPEN", "2027-02-01T00:00:00Z", "OPEN", None),
        ("DEFAULT_CLOSED", "2026-12-24T00:00:00Z", "OPEN", "2027-01-03T23:00:00Z"),
        ("DEFAULT_CLOSED", "2026-12-19T22:59:59Z", "CLOSED", "2026-12-19T23:00:00Z"),
    ],
)
def test_a_calendar_says_when_changes_are_allowed(
    sandbox: Sandbox, kind: str, at: str, state: str, then: str | None
) -> None:
    text = CALENDAR.format(kind=kind)
    create(sandbox, Name="freeze", DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=text)
    answer = sandbox.client("ssm").get_calendar_state(CalendarNames=["freeze"], AtTime=at)
    assert (answer["State"], answer.get("NextTransitionTime"), answer["AtTime"]) == (state, then, at)


def test_several_calendars_must_all_be_open(sandbox: Sandbox) -> None:
    for name, kind in (("one", "DEFAULT_OPEN"), ("two", "DEFAULT_CLOSED")):
        text = CALENDAR.format(kind=kind)
        create(sandbox, Name=f"cal-{name}", DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=text)
    both = {"CalendarNames": ["cal-one", "cal-two"], "AtTime": "2026-12-24T00:00:00Z"}
    assert sandbox.client("ssm").get_calendar_state(**both)["State"] == "CLOSED"


def test_what_is_no_calendar(sandbox: Sandbox) -> None:
    create(sandbox)
    ssm = sandbox.client("ssm")
    assert code_of(ssm.get_calendar_state, CalendarNames=["nothing"]) == "InvalidDocument"
    assert code_of(ssm.get_calendar_state, CalendarNames=["greet"]) == "InvalidDocumentType"
    repeated = CALENDAR.format(kind="DEFAULT_OPEN").replace("END:VEVENT", "RRULE:FREQ=DAILY\nEND:VEVENT")
    create(sandbox, Name="daily", DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=repeated)
    assert code_of(ssm.get_calendar_state, CalendarNames=["daily"]) == "UnsupportedCalendarException"


def test_a_version_is_active_after_a_while(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    assert create(sandbox)["Status"] == "Creating"
    eventually(lambda: ssm.describe_document(Name="greet")["Document"]["Status"] == "Active")
    made = ssm.update_document(Name="greet", Content=changed(description="b"), DocumentVersion="$LATEST")
    assert made["DocumentDescription"]["Status"] == "Updating"
    listed = ssm.list_document_versions(Name="greet")["DocumentVersions"]
    assert [(item["DocumentVersion"], item["IsDefaultVersion"]) for item in listed] == [("2", False), ("1", True)]
    assert listed[1]["Status"] == "Active"


def test_what_an_update_does_not_say_stays(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox, DisplayName="Greeting", TargetType="/AWS::EC2::Instance", VersionName="one")
    update = {"Name": "greet", "DocumentVersion": "1"}
    made = ssm.update_document(Content=changed(description="b"), **update)["DocumentDescription"]
    assert (made["DisplayName"], made["TargetType"], "VersionName" in made) == (
        "Greeting",
        "/AWS::EC2::Instance",
        False,
    )
    again = {"Name": "greet", "DocumentVersion": "$LATEST", "Content": changed(description="c")}
    assert code_of(ssm.update_document, **again, VersionName="one") == "DuplicateDocumentVersionName"
    assert code_of(ssm.update_document, Name="greet", Content=changed(description="c")) == "InvalidDocumentVersion"
    ssm.update_document(**again, DisplayName="Other")
    ssm.delete_document(Name="greet", DocumentVersion="3")
    last = ssm.update_document(Name="greet", DocumentVersion="$LATEST", Content=changed(description="d"))
    # The number of a version that is gone is not given again.
    assert last["DocumentDescription"]["DocumentVersion"] == "4"


def test_a_document_is_read_in_either_format(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox, Content=yaml.safe_dump(GREET), DocumentFormat="YAML")
    kept, other = ssm.get_document(Name="greet"), ssm.get_document(Name="greet", DocumentFormat="JSON")
    assert (kept["DocumentFormat"], other["DocumentFormat"]) == ("YAML", "JSON")
    assert yaml.safe_load(kept["Content"]) == json.loads(other["Content"]) == GREET
    assert sandbox.outcome(sandbox.run([LINUX], "greet", {"word": ["hello"]}))


def test_what_is_in_use_or_shared_is_not_deleted(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox)
    targets = [{"Key": "InstanceIds", "Values": [LINUX]}]
    made = ssm.create_association(Name="greet", Targets=targets)["AssociationDescription"]["AssociationId"]
    assert code_of(ssm.delete_document, Name="greet") == "AssociatedInstances"
    ssm.delete_association(AssociationId=made)
    sharing = {"Name": "greet", "PermissionType": "Share"}
    ssm.modify_document_permission(AccountIdsToAdd=[PROD], **sharing)
    assert code_of(ssm.delete_document, Name="greet") == "InvalidDocumentOperation"
    ssm.modify_document_permission(AccountIdsToRemove=[PROD], AccountIdsToAdd=[PROD], **sharing)
    assert ssm.describe_document_permission(**sharing)["AccountIds"] == []
    ssm.delete_document(Name="greet")


def test_another_account_uses_a_shared_document_by_its_arn(sandbox: Sandbox) -> None:
    ssm, prod = sandbox.client("ssm"), sandbox.client("ssm", PROD)
    create(sandbox)
    arn = f"arn:aws:ssm:{REGION}:{TEST}:document/greet"
    assert code_of(prod.describe_document, Name=arn) == "InvalidDocument"
    sharing = {"Name": "greet", "PermissionType": "Share"}
    ssm.modify_document_permission(AccountIdsToAdd=["all"], **sharing)
    assert ssm.describe_document_permission(**sharing)["AccountSharingInfoList"] == [
        {"AccountId": "all", "SharedDocumentVersion": "$DEFAULT"}
    ]
    assert prod.describe_document(Name=arn)["Document"]["Owner"] == TEST
    assert code_of(prod.describe_document, Name="greet") == "InvalidDocument"
    sent = sandbox.run([PROD_LINUX], arn, {}, account=PROD)
    assert sandbox.outcome(sent, PROD)[PROD_LINUX]["DocumentName"] == "greet"
    assert code_of(prod.describe_document_permission, **sharing) == "InvalidDocument"
    assert code_of(ssm.modify_document_permission, **sharing) == "ValidationException"
    wrong = sharing | {"Name": "AWS-RunPatchBaseline", "AccountIdsToAdd": [PROD]}
    assert code_of(ssm.modify_document_permission, **wrong) == "InvalidDocumentOperation"


def test_attachments_come_from_a_bucket_or_another_version(sandbox: Sandbox) -> None:
    ssm, s3 = sandbox.client("ssm"), sandbox.client("s3")
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="files", Key="a/tool.sh", Body=b"true")
    made = create(sandbox, Attachments=[{"Key": "S3FileUrl", "Values": ["s3://files/a/tool.sh"], "Name": "tool.sh"}])
    assert made["AttachmentsInformation"] == [{"Name": "tool.sh"}]
    kept = [{"Key": "AttachmentReference", "Values": ["greet/1/tool.sh"]}]
    update = {"Name": "greet", "DocumentVersion": "$LATEST", "Content": changed(description="b"), "Attachments": kept}
    again = ssm.update_document(**update)["DocumentDescription"]
    assert again["AttachmentsInformation"] == [{"Name": "tool.sh"}]
    gone = [{"Key": "S3FileUrl", "Values": ["s3://files/gone"]}]
    bad = ssm.create_document(Name="bad", Content=changed(), Attachments=gone)["DocumentDescription"]
    assert (bad["Status"], "doesn't exist" in bad["StatusInformation"]) == ("Failed", True)


def test_a_new_version_runs_the_associations_that_follow_it(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox)
    targets = [{"Key": "InstanceIds", "Values": [LINUX]}]

    def runs(version: str) -> Callable[[], int]:
        made = ssm.create_association(Name="greet", Targets=targets, DocumentVersion=version)
        one = made["AssociationDescription"]["AssociationId"]
        return lambda: len(ssm.describe_association_executions(AssociationId=one)["AssociationExecutions"])

    latest, default, fixed = runs("$LATEST"), runs("$DEFAULT"), runs("1")
    ssm.update_document(Name="greet", Content=changed(description="b"), DocumentVersion="$LATEST")
    assert (latest(), default(), fixed()) == (2, 1, 1)
    ssm.update_document_default_version(Name="greet", DocumentVersion="2")
    assert (latest(), default(), fixed()) == (2, 2, 1)

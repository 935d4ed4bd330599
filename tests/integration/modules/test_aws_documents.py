# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents against the sandbox: versions and which is the default, other writing, sharing, use, and lost answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules

MODULE, NAME = "ssm_document", "Example-Stop"
PLACE: dict[str, Any] = {"account": "111111111111", "region": "eu-central-1"}
HERE: dict[str, Any] = {**PLACE, "name": NAME}


def script(*commands: str) -> dict[str, Any]:
    """A document of one step."""
    step = {"action": "aws:runShellScript", "name": "stop", "inputs": {"runCommand": list(commands)}}
    return {"schemaVersion": "2.2", "description": "stops the application", "mainSteps": [step]}


@pytest.fixture
def ssm(estate: Estate) -> Any:
    """A client that is not the product's."""
    return estate.client("ssm")


def versions(ssm: Any) -> tuple[str, str]:
    """The latest version and the default."""
    document = ssm.describe_document(Name=NAME)["Document"]
    return document["LatestVersion"], document["DefaultVersion"]


def test_created_changed_and_deleted(modules: Modules, ssm: Any) -> None:
    modules.quartet(MODULE, **HERE, content=script("one"), tags={"team": "payroll"}, version_name="first")
    assert versions(ssm) == ("1", "1")
    modules.quartet(MODULE, **HERE, content=script("two"), target_type="/", display_name="Stop it")
    assert versions(ssm) == ("2", "2")
    told = ssm.describe_document(Name=NAME)["Document"]
    assert (told["TargetType"], told["DisplayName"]) == ("/", "Stop it")
    modules.quartet(MODULE, **HERE, content=script("three"), default_version="keep")
    assert versions(ssm) == ("3", "2")
    told = ssm.describe_document(Name=NAME, DocumentVersion="$LATEST")["Document"]
    assert (told["TargetType"], told["DisplayName"]) == ("/", "Stop it"), "a new version keeps what the last one had"
    modules.quartet(MODULE, **HERE, default_version="1")
    modules.quartet(MODULE, **HERE, default_version="latest")
    assert versions(ssm) == ("3", "3")
    assert modules.quartet(MODULE, **HERE, state="absent")["document"] == {}
    assert [entry for entry in ssm.list_documents()["DocumentIdentifiers"] if entry["Name"] == NAME] == []


def test_other_writing_is_no_difference(modules: Modules, ssm: Any, tmp_path: Path) -> None:
    content = script("echo {{ global:DATE }}", "echo 'é: #'")
    ssm.create_document(Name=NAME, Content=yaml.safe_dump(content), DocumentFormat="YAML", DocumentType="Command")
    path = tmp_path / "stop.json"
    path.write_text(json.dumps(dict(reversed(list(content.items())))), encoding="utf-8")
    for options in ({"content": content}, {"src": str(path)}, {"content": json.dumps(content)}):
        modules.unchanged(MODULE, **HERE, **options)
    modules.unchanged(MODULE, **HERE, content=content, document_format="JSON")
    modules.quartet(MODULE, **HERE, content=script("other"), document_format="YAML")
    stored = ssm.get_document(Name=NAME)
    assert (stored["DocumentFormat"], yaml.safe_load(stored["Content"])) == ("YAML", script("other"))


def test_back_to_an_earlier_content(modules: Modules, ssm: Any) -> None:
    for command in ("one", "two", "three"):
        modules.ok(MODULE, **HERE, content=script(command))
    modules.quartet(MODULE, **HERE, content=script("one"))
    assert versions(ssm) == ("3", "1")


def test_tags_and_sharing(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **HERE, content=script("one"), tags={"a": "1", "b": "2"})
    modules.quartet(MODULE, **HERE, tags={"a": "3"})
    modules.quartet(MODULE, **HERE, tags={"c": "4"}, purge_tags=False)
    tags = ssm.list_tags_for_resource(ResourceType="Document", ResourceId=NAME)["TagList"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "3", "c": "4"}
    accounts = [f"{number:012}" for number in range(1, 23)]
    modules.quartet(MODULE, **HERE, share_with=accounts)
    modules.quartet(MODULE, **HERE, share_with=[accounts[0], "222222222222"])
    modules.quartet(MODULE, **HERE, share_with=["333333333333"], purge_share_with=False)
    shared = ssm.describe_document_permission(Name=NAME, PermissionType="Share")["AccountIds"]
    assert sorted(shared) == ["000000000001", "222222222222", "333333333333"]
    modules.ok(MODULE, **HERE, state="absent")


def test_what_is_used_is_not_deleted(modules: Modules, ssm: Any) -> None:
    modules.ok(MODULE, **HERE, content=script("one"))
    targets = [{"Key": "tag:role", "Values": ["db"]}]
    made = ssm.create_association(Name=NAME, AssociationName="stopping", Targets=targets)
    window = ssm.create_maintenance_window(
        Name="nightly", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    nodes = [{"Key": "InstanceIds", "Values": ["i-0db00000000000001"]}]
    rate = {"MaxConcurrency": "1", "MaxErrors": "1"}
    ssm.register_task_with_maintenance_window(
        WindowId=window, TaskArn=NAME, TaskType="RUN_COMMAND", Targets=nodes, **rate
    )
    message = modules.refused(MODULE, **HERE, state="absent")
    assert "association stopping" in message and f"maintenance window nightly ({window})" in message
    users = modules.ok("ssm_document_info", **HERE, users=True)["documents"][0]["users"]
    assert all(user in message for user in users) and len(users) == 2
    ssm.delete_association(AssociationId=made["AssociationDescription"]["AssociationId"])
    ssm.delete_maintenance_window(WindowId=window)
    assert modules.ok(MODULE, **HERE, state="absent")["changed"]


def test_lost_answers_do_nothing_twice(modules: Modules, ssm: Any) -> None:
    for operation, options in (
        ("CreateDocument", {"content": script("one")}),
        ("UpdateDocument", {"content": script("two")}),
        ("UpdateDocumentDefaultVersion", {"content": script("three")}),
        ("ModifyDocumentPermission", {"share_with": ["222222222222"]}),
    ):
        modules.sandbox.fault("drop_after", operation=operation, times=1)
        assert modules.ok(MODULE, **HERE, **options)["changed"]
        assert not modules.ok(MODULE, **HERE, **options)["changed"]
    assert versions(ssm) == ("3", "3")
    modules.sandbox.fault("drop_after", operation="DeleteDocument", times=1)
    assert modules.ok(MODULE, **HERE, state="absent")["changed"]


def test_documents_can_be_read(modules: Modules) -> None:
    modules.ok(MODULE, **HERE, content=script("one"))
    modules.ok(MODULE, **HERE, content=script("two"), default_version="keep", version_name="second")
    (found,) = modules.ok("ssm_document_info", **PLACE, versions=True)["documents"]
    assert (found["name"], found["content"], found["default_version"]) == (NAME, script("two"), "1")
    assert [(entry["document_version"], entry["version_name"]) for entry in found["versions"]] == [
        ("2", "second"),
        ("1", ""),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["versions"][0]["created_date"])
    assert modules.ok("ssm_document_info", **PLACE, name="Nothing-There")["documents"] == []
    assert modules.ok("ssm_document_info", **PLACE, document_type="Automation")["documents"] == []
    aws = modules.ok("ssm_document_info", **PLACE, name="AWS-RunPatchBaseline")["documents"][0]
    assert aws["owner"] == "Amazon"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("name", "two words"),
        ("content", "just: [words"),
        ("content", {"a": "x" * 70000}),
        ("src", "/nowhere/at/all.yml"),
        ("target_type", "AWS::EC2::Instance"),
        ("version_name", "a b"),
        ("display_name", "what?"),
        ("default_version", "newest"),
        ("default_version", "2"),
        ("share_with", ["everybody"]),
        ("attachments", [{"key": "S3FileUrl", "values": ["a", "b"]}]),
        ("requires", [{"name": "!"}]),
        ("tags", {"": "empty"}),
    ],
)
def test_bad_values_are_refused(modules: Modules, option: str, value: Any) -> None:
    options = {**HERE, "content": script("one"), "document_format": "YAML", option: value}
    if option == "src":
        del options["content"]
    assert modules.refused(MODULE, **options).startswith(option)


def test_what_cannot_change_is_refused(modules: Modules) -> None:
    modules.ok(MODULE, **HERE, content=script("one"))
    for option, value in (("document_type", "Automation"), ("requires", [{"name": "Other"}])):
        assert "decided when a document is created" in modules.refused(MODULE, **HERE, **{option: value})
    for state in ("present", "absent"):
        name = "AWS-RunShellScript"
        assert "a document of your own" in modules.refused(MODULE, **PLACE, name=name, content=script("x"), state=state)

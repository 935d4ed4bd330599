# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups: kept, listed with their members, and as targets of commands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.sandbox.wire.sandbox_kit import HYBRID, LINUX, PROD, STOPPED, UBUNTU, Sandbox, code_of


def query(*tags: tuple[str, list[str]], types: list[str] | None = None) -> dict[str, str]:
    body = {
        "ResourceTypeFilters": types or ["AWS::AllSupported"],
        "TagFilters": [{"Key": key, "Values": values} for key, values in tags],
    }
    return {"Type": "TAG_FILTERS_1_0", "Query": json.dumps(body)}


def members(client: Any, name: str) -> set[str]:
    found = client.list_group_resources(Group=name)["ResourceIdentifiers"]
    return {item["ResourceArn"].rpartition("/")[2] for item in found}


def test_a_group_is_made_changed_and_deleted(sandbox: Sandbox) -> None:
    groups = sandbox.client("resource-groups")
    made = groups.create_group(Name="db", ResourceQuery=query(("role", ["db"])), Tags={"team": "a"}, Description="dbs")
    arn = made["Group"]["GroupArn"]
    assert members(groups, "db") == members(groups, arn) == {LINUX, STOPPED}
    assert groups.get_group(Group="db")["Group"]["Description"] == "dbs"
    assert code_of(groups.create_group, Name="db", ResourceQuery=query()) == "BadRequestException"
    groups.update_group(Group="db", Description="other")
    groups.update_group_query(Group="db", ResourceQuery=query(("PatchGroup", [])))
    assert members(groups, "db") == {UBUNTU}
    assert json.loads(groups.get_group_query(Group="db")["GroupQuery"]["ResourceQuery"]["Query"])["TagFilters"]
    groups.tag(Arn=arn, Tags={"cost": "b"})
    groups.untag(Arn=arn, Keys=["team"])
    assert groups.get_tags(Arn=arn)["Tags"] == {"cost": "b"}
    assert [item["GroupName"] for item in groups.list_groups()["GroupIdentifiers"]] == ["db"]
    groups.delete_group(Group="db")
    assert code_of(groups.get_group, Group="db") == "NotFoundException"


def test_types_and_accounts(sandbox: Sandbox) -> None:
    groups = sandbox.client("resource-groups", PROD)
    groups.create_group(Name="nodes", ResourceQuery=query(types=["AWS::SSM::ManagedInstance"]))
    assert members(groups, "nodes") == {HYBRID}
    assert code_of(sandbox.client("resource-groups").get_group, Group="nodes") == "NotFoundException"


@pytest.mark.parametrize(
    "wrong",
    [
        {"Name": "aws-mine"},
        {"Name": "with space"},
        {"ResourceQuery": None},
        {"ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": "{"}},
        {"ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": '{"TagFilters": []}'}},
        {"ResourceQuery": query(types=["instances"])},
    ],
)
def test_groups_that_cannot_be(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    wanted = {name: value for name, value in ({"Name": "db", "ResourceQuery": query()} | wrong).items() if value}
    assert code_of(sandbox.client("resource-groups").create_group, **wanted) == "BadRequestException"


def test_a_command_goes_to_the_members_of_a_group(sandbox: Sandbox) -> None:
    groups, ssm = sandbox.client("resource-groups"), sandbox.client("ssm")
    groups.create_group(Name="web", ResourceQuery=query(("PatchGroup", ["g3"])))
    targets = [{"Key": "resource-groups:Name", "Values": ["web"]}]
    wanted: dict[str, Any] = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    sent = ssm.send_command(Targets=targets, **wanted)["Command"]["CommandId"]
    assert set(sandbox.outcome(sent)) == {UBUNTU}
    targets.append({"Key": "resource-groups:ResourceTypeFilters", "Values": ["AWS::SSM::ManagedInstance"]})
    assert ssm.send_command(Targets=targets, **wanted)["Command"]["TargetCount"] == 0

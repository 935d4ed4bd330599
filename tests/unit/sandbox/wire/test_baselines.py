# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch baselines and patch groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.aws.model import service_model
from tests.unit.sandbox.wire.sandbox_kit import PROD, Sandbox, code_of

FILTER = {"Key": "CLASSIFICATION", "Values": ["Security"]}
RULE = {"PatchFilterGroup": {"PatchFilters": [FILTER]}, "ApproveAfterDays": 7}
NOWHERE = "pb-0000000000000000f"


def create(sandbox: Sandbox, **more: Any) -> str:
    wanted = {"Name": "mine", "OperatingSystem": "SUSE"} | more
    return str(sandbox.client("ssm").create_patch_baseline(**wanted)["BaselineId"])


def rules(*changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "PatchRules": [
            {name: value for name, value in (RULE | change).items() if value is not None} for change in changes
        ]
    }


def test_a_baseline_is_what_was_asked_for_and_defaults(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    found = ssm.get_patch_baseline(BaselineId=create(sandbox, ApprovalRules=rules({}), Description="for tests"))
    assert found["ApprovalRules"]["PatchRules"][0] == RULE | {
        "ComplianceLevel": "UNSPECIFIED",
        "EnableNonSecurity": False,
    }
    assert (found["RejectedPatchesAction"], found["ApprovedPatchesComplianceLevel"]) == (
        "ALLOW_AS_DEPENDENCY",
        "UNSPECIFIED",
    )
    assert (found["GlobalFilters"], found["Sources"], found["PatchGroups"]) == ({"PatchFilters": []}, [], [])
    assert "Tags" not in found
    assert create(sandbox) != create(sandbox)
    windows = ssm.create_patch_baseline(Name="no-system")["BaselineId"]
    assert ssm.get_patch_baseline(BaselineId=windows)["OperatingSystem"] == "WINDOWS"


@pytest.mark.parametrize(
    ("wanted", "accepted"),
    [
        ({"ApprovalRules": rules({"ApproveUntilDate": "2026-10-01"})}, False),
        ({"ApprovalRules": rules({"ApproveAfterDays": None, "ApproveUntilDate": "2026-10-01"})}, True),
        ({"ApprovalRules": rules({"ApproveAfterDays": None, "ApproveUntilDate": "2026-13-1"})}, False),
        ({"ApprovalRules": rules({"ApproveAfterDays": None})}, False),
        ({"ApprovalRules": rules(*[{}] * 10)}, True),
        ({"ApprovalRules": rules(*[{}] * 11)}, False),
        ({"GlobalFilters": {"PatchFilters": [FILTER | {"Key": "MSRC_SEVERITY"}]}}, False),
        ({"OperatingSystem": "WINDOWS", "GlobalFilters": {"PatchFilters": [FILTER | {"Key": "MSRC_SEVERITY"}]}}, True),
        (
            {
                "OperatingSystem": "UBUNTU",
                "ApprovalRules": {
                    "PatchRules": [
                        {"PatchFilterGroup": {"PatchFilters": [{"Key": "PRIORITY", "Values": ["Required"]}]}}
                    ]
                },
            },
            True,
        ),
        (
            {
                "OperatingSystem": "UBUNTU",
                "ApprovalRules": {
                    "PatchRules": [
                        {
                            "PatchFilterGroup": {"PatchFilters": [{"Key": "PRIORITY", "Values": ["Required"]}]},
                            "ApproveAfterDays": 7,
                        }
                    ]
                },
            },
            True,
        ),
        ({"OperatingSystem": "WINDOWS", "ApprovedPatchesEnableNonSecurity": True}, False),
        ({"AvailableSecurityUpdatesComplianceStatus": "COMPLIANT"}, False),
        ({"OperatingSystem": "WINDOWS", "AvailableSecurityUpdatesComplianceStatus": "NON_COMPLIANT"}, True),
        ({"Sources": [{"Name": "mirror", "Products": ["*"], "Configuration": "[mirror]\nenabled=1"}]}, True),
        (
            {"OperatingSystem": "WINDOWS", "Sources": [{"Name": "mirror", "Products": ["*"], "Configuration": "x"}]},
            False,
        ),
        ({"Tags": [{"Key": "aws:owner", "Value": "x"}]}, False),
    ],
)
def test_what_a_baseline_may_be(sandbox: Sandbox, wanted: dict[str, Any], accepted: bool) -> None:
    arguments = {"Name": "mine", "OperatingSystem": "SUSE"} | wanted
    assert code_of(sandbox.client("ssm").create_patch_baseline, **arguments) == (
        "" if accepted else "ValidationException"
    )


def test_a_client_token_makes_creation_safe_to_repeat(sandbox: Sandbox) -> None:
    first = create(sandbox, ClientToken="t1")
    assert create(sandbox, ClientToken="t1") == first
    other = {"Name": "other", "OperatingSystem": "SUSE", "ClientToken": "t1"}
    assert code_of(sandbox.client("ssm").create_patch_baseline, **other) == "IdempotentParameterMismatch"


def test_an_update_keeps_what_it_does_not_name(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    baseline_id = create(sandbox, ApprovalRules=rules({}), ApprovedPatches=["curl*"], Description="old")
    updated = ssm.update_patch_baseline(BaselineId=baseline_id, Description="new", RejectedPatches=["vim*"])
    assert (updated["Description"], updated["ApprovedPatches"], updated["RejectedPatches"]) == (
        "new",
        ["curl*"],
        ["vim*"],
    )
    assert len(updated["ApprovalRules"]["PatchRules"]) == 1
    emptied = ssm.update_patch_baseline(BaselineId=baseline_id, ApprovedPatches=[])
    assert emptied["ApprovedPatches"] == []
    replaced = ssm.update_patch_baseline(BaselineId=baseline_id, Name="renamed", Replace=True)
    assert (replaced["ApprovalRules"], replaced["RejectedPatches"]) == ({"PatchRules": []}, [])
    assert (replaced["OperatingSystem"], "Description" in replaced) == ("SUSE", False)
    assert replaced["ModifiedDate"] >= replaced["CreatedDate"]
    assert code_of(ssm.update_patch_baseline, BaselineId=baseline_id, Replace=True) == "ValidationException"
    assert code_of(ssm.update_patch_baseline, BaselineId=NOWHERE) == "DoesNotExistException"


def test_baselines_in_use_stay(sandbox: Sandbox) -> None:
    ssm, baseline_id = sandbox.client("ssm"), create(sandbox)
    ssm.register_patch_baseline_for_patch_group(BaselineId=baseline_id, PatchGroup="g1")
    assert code_of(ssm.delete_patch_baseline, BaselineId=baseline_id) == "ResourceInUseException"
    ssm.deregister_patch_baseline_for_patch_group(BaselineId=baseline_id, PatchGroup="g1")
    ssm.register_default_patch_baseline(BaselineId=baseline_id)
    assert code_of(ssm.delete_patch_baseline, BaselineId=baseline_id) == "ResourceInUseException"
    other = ssm.describe_patch_baselines(
        Filters=[{"Key": "OWNER", "Values": ["AWS"]}, {"Key": "OPERATING_SYSTEM", "Values": ["SUSE"]}]
    )
    ssm.register_default_patch_baseline(BaselineId=other["BaselineIdentities"][0]["BaselineId"])
    ssm.delete_patch_baseline(BaselineId=baseline_id)
    assert code_of(ssm.get_patch_baseline, BaselineId=baseline_id) == "DoesNotExistException"
    assert code_of(ssm.delete_patch_baseline, BaselineId=baseline_id) == ""


def test_aws_s_own_baselines_can_be_read_and_not_changed(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    systems = set()
    for page in ssm.get_paginator("describe_patch_baselines").paginate(
        Filters=[{"Key": "OWNER", "Values": ["AWS"]}], PaginationConfig={"PageSize": 5}
    ):
        for identity in page["BaselineIdentities"]:
            found = ssm.get_patch_baseline(BaselineId=identity["BaselineId"])
            assert found["ApprovalRules"]["PatchRules"]
            systems.add(found["OperatingSystem"])
    assert len(systems) == 15
    arn = ssm.get_default_patch_baseline()["BaselineId"]
    assert ssm.get_patch_baseline(BaselineId=arn)["Name"] == "AWS-DefaultPatchBaseline"
    assert code_of(ssm.update_patch_baseline, BaselineId=arn, Description="x") == "InvalidResourceId"
    assert code_of(ssm.delete_patch_baseline, BaselineId=arn) == "InvalidResourceId"
    assert ssm.register_patch_baseline_for_patch_group(BaselineId=arn, PatchGroup="g")["PatchGroup"] == "g"


def test_baselines_are_found_by_owner_name_and_system(sandbox: Sandbox) -> None:
    ssm, first = sandbox.client("ssm"), create(sandbox, Name="team-suse")
    create(sandbox, Name="other-suse")

    def found(**wanted: str) -> list[str]:
        filters = [{"Key": key, "Values": [value]} for key, value in wanted.items()]
        return [item["BaselineId"] for item in ssm.describe_patch_baselines(Filters=filters)["BaselineIdentities"]]

    assert found(OWNER="Self", NAME_PREFIX="team-") == [first]
    assert len(found(OWNER="Self")) == 2
    assert len(found(OPERATING_SYSTEM="SUSE")) == 3
    assert found(OWNER="Self", OPERATING_SYSTEM="WINDOWS") == []
    wrong = [{"Key": "COLOUR", "Values": ["red"]}]
    assert code_of(ssm.describe_patch_baselines, Filters=wrong) == "ValidationException"
    assert (
        sandbox.client("ssm", PROD).describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])[
            "BaselineIdentities"
        ]
        == []
    )


def test_a_group_has_one_baseline_for_each_system(sandbox: Sandbox) -> None:
    ssm, suse, windows = sandbox.client("ssm"), create(sandbox), create(sandbox, OperatingSystem="WINDOWS")
    for baseline_id in (suse, windows):
        ssm.register_patch_baseline_for_patch_group(BaselineId=baseline_id, PatchGroup="g1")
    for again in (suse, create(sandbox)):
        arguments = {"BaselineId": again, "PatchGroup": "g1"}
        assert code_of(ssm.register_patch_baseline_for_patch_group, **arguments) == "AlreadyExistsException"
    missing = {"BaselineId": NOWHERE, "PatchGroup": "g1"}
    assert code_of(ssm.register_patch_baseline_for_patch_group, **missing) == "DoesNotExistException"
    assert ssm.get_patch_baseline(BaselineId=suse)["PatchGroups"] == ["g1"]
    mappings = ssm.describe_patch_groups()["Mappings"]
    assert {(item["PatchGroup"], item["BaselineIdentity"]["BaselineId"]) for item in mappings} == {
        ("g1", suse),
        ("g1", windows),
    }
    one = ssm.describe_patch_groups(Filters=[{"Key": "OPERATING_SYSTEM", "Values": ["SUSE"]}])["Mappings"]
    assert [item["BaselineIdentity"]["BaselineId"] for item in one] == [suse]
    assert ssm.describe_patch_groups(Filters=[{"Key": "NAME_PREFIX", "Values": ["h"]}])["Mappings"] == []
    assert ssm.get_patch_baseline_for_patch_group(PatchGroup="g1", OperatingSystem="SUSE")["BaselineId"] == suse
    ssm.deregister_patch_baseline_for_patch_group(BaselineId=suse, PatchGroup="g1")
    after = ssm.get_patch_baseline_for_patch_group(PatchGroup="g1", OperatingSystem="SUSE")["BaselineId"]
    assert after == ssm.get_default_patch_baseline(OperatingSystem="SUSE")["BaselineId"]


def test_a_baseline_takes_25_groups(sandbox: Sandbox) -> None:
    ssm, baseline_id = sandbox.client("ssm"), create(sandbox)
    for number in range(25):
        ssm.register_patch_baseline_for_patch_group(BaselineId=baseline_id, PatchGroup=f"g{number}")
    one_more = {"BaselineId": baseline_id, "PatchGroup": "g25"}
    assert code_of(ssm.register_patch_baseline_for_patch_group, **one_more) == "ResourceLimitExceededException"
    pages = [
        page["Mappings"]
        for page in ssm.get_paginator("describe_patch_groups").paginate(PaginationConfig={"PageSize": 10})
    ]
    assert [len(page) for page in pages] == [10, 10, 5]


def test_tags_of_ssm_s_own_resources(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    one = {"ResourceType": "PatchBaseline", "ResourceId": create(sandbox, Tags=[{"Key": "a", "Value": "1"}])}

    def tags(resource: dict[str, str]) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in ssm.list_tags_for_resource(**resource)["TagList"]}

    ssm.add_tags_to_resource(Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}], **one)
    assert tags(one) == {"a": "2", "b": "3"}
    ssm.remove_tags_from_resource(TagKeys=["a", "not-there"], **one)
    assert tags(one) == {"b": "3"}
    assert code_of(ssm.add_tags_to_resource, Tags=[{"Key": "aws:a", "Value": "b"}], **one) == "ValidationException"
    many = [{"Key": f"k{number}", "Value": "x"} for number in range(50)]
    assert code_of(ssm.add_tags_to_resource, Tags=many, **one) == "TooManyTagsError"
    for kind, resource_id, code in (
        ("PatchBaseline", NOWHERE, "InvalidResourceId"),
        ("MaintenanceWindow", "mw-0123456789abcdef0", "InvalidResourceId"),
        ("ManagedInstance", "i-0aaaaaaaaaaaaaa01", "InvalidResourceId"),
        ("Parameter", "p", "InvalidResourceType"),
        ("Toaster", "p", "ValidationException"),
    ):
        assert code_of(ssm.list_tags_for_resource, ResourceType=kind, ResourceId=resource_id) == code


def test_tags_of_hybrid_nodes_are_the_node_s(sandbox: Sandbox) -> None:
    ssm, hybrid = sandbox.client("ssm", PROD), {"ResourceType": "ManagedInstance", "ResourceId": "mi-0bbbbbbbbbbbbbb02"}
    ssm.add_tags_to_resource(Tags=[{"Key": "Patch Group", "Value": "g8"}], **hybrid)
    by_tag = [{"Key": "tag:Patch Group", "Values": ["g8"]}]
    found = ssm.describe_instance_information(Filters=by_tag)["InstanceInformationList"]
    assert [item["InstanceId"] for item in found] == ["mi-0bbbbbbbbbbbbbb02"]
    assert (found[0]["ResourceType"], found[0]["Name"]) == ("ManagedInstance", "onprem-1")


ALL_SYSTEMS = list(service_model("ssm").shape_for("OperatingSystem").enum)


@pytest.mark.parametrize("system", ALL_SYSTEMS)
def test_what_a_property_is_called_can_be_a_filter(sandbox: Sandbox, system: str) -> None:
    ssm = sandbox.client("ssm")
    for name in ("PRODUCT", "PRODUCT_FAMILY", "CLASSIFICATION", "MSRC_SEVERITY", "PRIORITY", "SEVERITY"):
        asked = {"OperatingSystem": system, "Property": name}
        group = {"PatchFilters": [{"Key": name, "Values": ["*"]}]}
        code = code_of(ssm.create_patch_baseline, Name="mine", OperatingSystem=system, GlobalFilters=group)
        if code_of(ssm.describe_patch_properties, **asked) == "":
            assert code == "", name
        else:
            assert code == "ValidationException", name


def test_the_default_of_each_system_can_be_another_and_amazon_s_again(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    for system in ALL_SYSTEMS:
        before = ssm.get_default_patch_baseline(OperatingSystem=system)["BaselineId"]
        mine = ssm.create_patch_baseline(Name=f"for-{system}", OperatingSystem=system)["BaselineId"]
        ssm.register_default_patch_baseline(BaselineId=mine)
        assert ssm.get_default_patch_baseline(OperatingSystem=system)["BaselineId"] == mine
        assert code_of(ssm.delete_patch_baseline, BaselineId=mine) == "ResourceInUseException"
        ssm.register_default_patch_baseline(BaselineId=before)
        ssm.delete_patch_baseline(BaselineId=mine)
        assert code_of(ssm.update_patch_baseline, BaselineId=before, Name="mine") != ""
        assert code_of(ssm.delete_patch_baseline, BaselineId=before) != ""
    absent = "pb-0ccccccccccccccc0"
    assert code_of(ssm.register_default_patch_baseline, BaselineId=absent) == "DoesNotExistException"

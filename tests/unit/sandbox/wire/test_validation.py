# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that the services' models do not allow, answered with the services' codes. botocore is the judge."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.aws.model import operation_model, pattern
from tests.sandbox.aws.validate import answer_violations, violations
from tests.unit.sandbox.wire.sandbox_kit import HOME, LINUX, Sandbox, code_of

SEND = {"DocumentName": "AWS-RunShellScript", "InstanceIds": [LINUX], "Parameters": {"commands": ["true"]}}
BASELINE = {"Name": "mine", "OperatingSystem": "SUSE"}
RULE = {"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 1}


@pytest.mark.parametrize(
    ("operation", "arguments", "says"),
    [
        ("SendCommand", SEND | {"InstanceIds": ["web1"]}, "regular expression"),
        ("SendCommand", SEND | {"InstanceIds": [f"i-0{n:016x}" for n in range(51)]}, "less than or equal to 50"),
        ("SendCommand", SEND | {"Comment": "x" * 101}, "less than or equal to 100"),
        ("SendCommand", SEND | {"TimeoutSeconds": 29}, "greater than or equal to 30"),
        ("SendCommand", SEND | {"MaxConcurrency": "0"}, "regular expression"),
        ("SendCommand", SEND | {"MaxErrors": "101%"}, "regular expression"),
        ("SendCommand", {"InstanceIds": [LINUX]}, "must not be null"),
        ("SendCommand", SEND | {"DocumentHashType": "Md5"}, "enum value set"),
        ("SendCommand", SEND | {"Targets": [{"Key": "tag:a", "Values": ["x"] * 51}]}, "less than or equal to 50"),
        ("SendCommand", SEND | {"Targets": [{"Key": "tag:a", "Values": ["x"]}] * 6}, "less than or equal to 5"),
        ("CreatePatchBaseline", BASELINE | {"Name": "ab"}, "greater than or equal to 3"),
        ("CreatePatchBaseline", BASELINE | {"Name": "with space"}, "regular expression"),
        ("CreatePatchBaseline", BASELINE | {"OperatingSystem": "BSD"}, "enum value set"),
        ("CreatePatchBaseline", BASELINE | {"RejectedPatches": ["x"] * 51}, "less than or equal to 50"),
        (
            "CreatePatchBaseline",
            BASELINE | {"ApprovalRules": {"PatchRules": [RULE | {"ApproveAfterDays": 361}]}},
            "'approvalRules.patchRules.1.member.approveAfterDays'",
        ),
        ("DescribeInstancePatchStates", {"InstanceIds": [LINUX] * 51}, "less than or equal to 50"),
        ("ListCommands", {"Filters": [{"key": "Colour", "value": "red"}]}, "enum value set"),
        ("ListCommands", {"MaxResults": 51}, "less than or equal to 50"),
        ("DescribeInstanceInformation", {"MaxResults": 4}, "greater than or equal to 5"),
        (
            "CreateMaintenanceWindow",
            {"Name": "abc", "Schedule": "rate(1 day)", "Duration": 25, "Cutoff": 0, "AllowUnassociatedTargets": False},
            "less than or equal to 24",
        ),
    ],
)
def test_ssm_refuses_what_its_model_does_not_allow(
    sandbox: Sandbox, operation: str, arguments: dict[str, Any], says: str
) -> None:
    ssm = sandbox.client("ssm")
    with pytest.raises(ssm.exceptions.ClientError) as caught:
        ssm._make_api_call(operation, arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert says in error["Message"]


def raw(sandbox: Sandbox, service: str, account: str, operation: str, change: Any) -> str:
    """Change a request's body after botocore has written it, before it is signed; the code of the answer."""
    client = sandbox.client(service, account)

    def alter(request: Any, **_more: Any) -> None:
        request.data = change(request.data)

    client.meta.events.register_first(f"request-created.{service}.{operation}", alter, unique_id="alter")
    try:
        return code_of(client._make_api_call, operation_name=operation, api_params={})
    finally:
        client.meta.events.unregister(f"request-created.{service}.{operation}", unique_id="alter")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"Colour": "red"}', "ValidationException"),
        (b'{"MaxResults": "many"}', "SerializationException"),
        (b'{"MaxResults": true}', "SerializationException"),
        (b'{"Filters": {"key": "Status"}}', "SerializationException"),
        (b"[]", "SerializationException"),
        (b"{", "SerializationException"),
        (b'{"MaxResults": null}', ""),
    ],
)
def test_ssm_refuses_unknown_members_and_wrong_types(sandbox: Sandbox, body: bytes, code: str) -> None:
    assert raw(sandbox, "ssm", HOME, "ListCommands", lambda _data: body) == code


def test_ssm_does_not_know_operations_that_are_not_there(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm", HOME)

    def alter(request: Any, **_more: Any) -> None:
        request.headers.replace_header("X-Amz-Target", "AmazonSSM.MakeCoffee")

    ssm.meta.events.register_first("request-created.ssm.ListCommands", alter, unique_id="target")
    try:
        assert code_of(ssm.list_commands) == "UnknownOperationException"
    finally:
        ssm.meta.events.unregister("request-created.ssm.ListCommands", unique_id="target")


def test_ssm_says_what_the_sandbox_does_not_serve(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm")
    with pytest.raises(ssm.exceptions.ClientError, match="does not serve ssm:StartAutomationExecution"):
        ssm.start_automation_execution(DocumentName="AWS-RestartEC2Instance")
    assert code_of(sandbox.client("ec2").run_instances, MinCount=1, MaxCount=1) == "InvalidAction"
    assert code_of(sandbox.client("sqs").list_queues) != ""


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ({"Colour": "red"}, "UnknownParameter"),
        ({"Filter.1.Colour": "red"}, "UnknownParameter"),
        ({"Filter.1.Name": "colour", "Filter.1.Value.1": "red"}, "InvalidParameterValue"),
        ({"Filter.1.Name": "instance-id"}, "InvalidParameterValue"),
        ({"MaxResults": "4"}, "InvalidParameterValue"),
        ({"MaxResults": "many"}, "InvalidParameterValue"),
        ({"MaxResults": "5"}, ""),
        ({"MaxResults": "5", "InstanceId.1": LINUX}, "InvalidParameterCombination"),
        ({"InstanceId.1": "web1"}, "InvalidInstanceID.Malformed"),
        ({"NextToken": "made-up"}, "InvalidNextToken"),
        ({"DryRun": "true"}, "DryRunOperation"),
    ],
)
def test_ec2_refuses_what_it_does_not_know(sandbox: Sandbox, added: dict[str, str], code: str) -> None:
    sandbox.client("ec2")
    assert raw(sandbox, "ec2", "111111111111", "DescribeInstances", lambda data: {**data, **added}) == code


def test_ec2_and_sts_name_what_is_missing(sandbox: Sandbox) -> None:
    ec2, sts = sandbox.client("ec2"), sandbox.client("sts", HOME)
    assert code_of(ec2._make_api_call, operation_name="StopInstances", api_params={}) == "MissingParameter"
    assert (
        code_of(
            ec2._make_api_call,
            operation_name="CreateSnapshots",
            api_params={"InstanceSpecification": {"InstanceId": LINUX}, "CopyTagsFromSource": "nowhere"},
        )
        == "InvalidParameterValue"
    )
    assert (
        code_of(sts._make_api_call, operation_name="AssumeRole", api_params={"RoleArn": "x" * 20}) == "ValidationError"
    )


# botocore's own validator knows required members, types, unknown members and lengths: all that it reports we report.
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 500)
    | st.text(max_size=4)
    | st.sampled_from([LINUX, "WINDOWS", "tag:a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Key", "Values", "PatchRules", "PatchFilterGroup", "PatchFilters", "ApproveAfterDays", "Colour"]
            ),
            inner,
        )
    ),
    max_leaves=8,
)
_OPERATIONS = ["SendCommand", "CreatePatchBaseline", "DescribeInstancePatchStates", "RegisterTaskWithMaintenanceWindow"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_OPERATIONS), st.data())
def test_what_botocore_finds_is_found(name: str, data: st.DataObject) -> None:
    operation = operation_model("ssm", name)
    assert operation is not None
    members = [*operation.input_shape.members, "Colour"]
    params = data.draw(st.dictionaries(st.sampled_from(members), _VALUES.filter(lambda value: value is not None)))
    judged = ParamValidator().validate(params, operation.input_shape).has_errors()
    found = list(violations(operation.input_shape, params))
    assert found or not judged


def test_patterns_of_the_model_are_java_s() -> None:
    assert pattern(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$").fullmatch("Größe 1_.:/=+-@")
    assert not pattern(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$").fullmatch("a;b")
    for service in ("ssm", "ec2", "sts"):
        model = __import__("tests.sandbox.aws.model", fromlist=["service_model"]).service_model(service)
        for name in model.shape_names:
            pattern(model.shape_for(name).metadata.get("pattern") or "")


def test_answers_are_held_against_the_model() -> None:
    operation = operation_model("ssm", "DescribePatchGroups")
    assert operation is not None
    good = {"Mappings": [{"PatchGroup": "g", "BaselineIdentity": {"BaselineId": "pb-0123456789abcdef0"}}]}
    assert answer_violations(operation.output_shape, good) == []
    wrong: list[Any] = [[{"Group": "g"}], [{"PatchGroup": 1}], {}]
    for mappings in wrong:
        assert answer_violations(operation.output_shape, {"Mappings": mappings})

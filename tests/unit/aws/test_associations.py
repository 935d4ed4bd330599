# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations: what differs is sent, always with all the rest, and the plan of a planned state is empty."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import association as association_module
from ansible_collections.hybridops.patching.plugins.module_utils._aws.association import manage_association
from ansible_collections.hybridops.patching.plugins.module_utils._aws.association_args import association_args
from ansible_collections.hybridops.patching.plugins.module_utils._aws.association_model import (
    MEMBERS,
    NO_TARGET,
    UNSET,
    from_api,
    stable,
    to_api,
    wanted_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.association_plan import plan_absent, plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    InputError,
    OutcomeUnknown,
)
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.wire import REGION, Call, FakeSession, Wire, refusal

ID, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"

texts = st.sampled_from(["one", "two", "three"])
targets = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["tag:a", "tag:b", "InstanceIds"]), "values": st.lists(texts, max_size=3)}
    ),
    max_size=3,
)
options = st.fixed_dictionaries(
    {"name": st.sampled_from(["AWS-UpdateSSMAgent", "AWS-RunPatchBaseline"])},
    optional={
        "association_name": texts,
        "document_version": st.sampled_from(["", "3", "$LATEST"]),
        "parameters": st.dictionaries(texts, st.one_of(texts, st.booleans(), st.lists(texts, max_size=2)), max_size=2),
        "targets": targets,
        "target_locations": st.lists(
            st.fixed_dictionaries(
                {"accounts": st.lists(texts, max_size=2)}, optional={"targets": targets, "execution_role_name": texts}
            ),
            max_size=2,
        ),
        "automation_target_parameter_name": texts,
        "schedule_expression": st.sampled_from(["", "cron(0 2 ? * SUN *)"]),
        "apply_only_at_cron_interval": st.booleans(),
        "calendar_names": st.lists(texts, max_size=3),
        "duration": st.integers(0, 24),
        "max_concurrency": st.sampled_from(["", "1", "10%"]),
        "compliance_severity": st.sampled_from(["HIGH", "UNSPECIFIED"]),
        "output_location": st.fixed_dictionaries(
            {"s3_location": st.fixed_dictionaries({}, optional={"output_s3_bucket_name": texts})}
        ),
        "alarm_configuration": st.fixed_dictionaries(
            {"alarms": st.lists(st.fixed_dictionaries({"name": texts}), max_size=1)}
        ),
    },
)


def api(**values: Any) -> dict[str, Any]:
    """An AssociationDescription."""
    return {
        "AssociationId": ID,
        "AssociationName": "scan",
        "Name": "AWS-RunPatchBaseline",
        "AssociationVersion": "4",
    } | values


def there(tags: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    """An association as it was read."""
    return from_api(api(**values)) | {"tags": tags or {}}


def plan(
    current: dict[str, Any] | None,
    tags: dict[str, str] | None = None,
    defaults: dict[str, list[str]] | None = None,
    purge_tags: bool = True,
    **wanted: Any,
) -> ChangeSet:
    return plan_present(current, wanted_of(wanted), tags=tags, purge_tags=purge_tags, defaults=defaults or {})


def as_read(request: dict[str, Any]) -> dict[str, Any]:
    """What the service tells of an association that was made or changed with this request."""
    kept = {member: value for member, value in request.items() if member in MEMBERS.values()}
    return from_api({"AssociationId": ID, "DocumentVersion": "$DEFAULT", "ComplianceSeverity": "UNSPECIFIED"} | kept)


class TestModel:
    def test_every_member_that_the_service_would_forget_is_known(self) -> None:
        model = botocore.session.get_session().get_service_model("ssm")
        asked = set(model.operation_model("UpdateAssociation").input_shape.members)
        assert asked - {"AssociationId", "AssociationVersion"} == set(MEMBERS.values())

    def test_every_member_is_an_option(self) -> None:
        assert set(MEMBERS) <= set(association_args())

    @given(options)
    def test_what_was_made_is_read_as_planned(self, wanted: dict[str, Any]) -> None:
        planned = plan(None, **wanted)
        assert as_read(dict(planned.steps[0].params)) | {"association_id": "", "tags": {}} == planned.after

    @given(options)
    def test_stable_forms_are_stable(self, wanted: dict[str, Any]) -> None:
        once = wanted_of(wanted)
        assert {name: stable(name, value) for name, value in once.items()} == once

    def test_the_old_form_with_an_instance_is_a_target(self) -> None:
        assert from_api(api(InstanceId="i-00000001"))["targets"] == [{"key": "InstanceIds", "values": ["i-00000001"]}]

    def test_the_target_that_stands_for_none_is_none_and_not_sent(self) -> None:
        current = there(Targets=[{"Key": NO_TARGET, "Values": ["AWS-NoOpAutomationTarget-Value"]}])
        assert current["targets"] == []
        assert "Targets" not in plan(current, max_errors="1").steps[0].params


class TestPlan:
    @given(options, options)
    def test_the_plan_of_a_planned_state_is_empty(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        after = dict(plan(None, **first).after) | {"association_id": ID}
        second = {"parameters": {}, **second}
        changed = dict(plan(after, **second).after) | {"association_id": ID}
        assert not plan(changed, **second).changed

    @given(options, options)
    def test_a_change_sends_all_that_is_to_be(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        after = dict(plan(None, **first).after) | {"association_id": ID}
        changes = plan(after, **{**second, "name": first["name"]})
        if changes.changed:
            assert as_read(dict(changes.steps[0].params)) | {"tags": {}} == changes.after

    @pytest.mark.parametrize("name", [name for name in UNSET if name != "association_name"])
    def test_an_empty_value_takes_away_what_is_there(self, name: str) -> None:
        full: dict[str, Any] = {
            "DocumentVersion": "2",
            "Parameters": {"Operation": ["Scan"]},
            "Targets": [{"Key": "tag:a", "Values": ["b"]}],
            "TargetMaps": [{"InstanceId": ["i"]}],
            "TargetLocations": [{"Accounts": ["1"]}],
            "AutomationTargetParameterName": "InstanceId",
            "ScheduleExpression": "rate(1 day)",
            "ScheduleOffset": 2,
            "ApplyOnlyAtCronInterval": True,
            "CalendarNames": ["a"],
            "Duration": 3,
            "MaxConcurrency": "1",
            "MaxErrors": "1",
            "ComplianceSeverity": "HIGH",
            "SyncCompliance": "MANUAL",
            "OutputLocation": {"S3Location": {"OutputS3BucketName": "b"}},
            "AlarmConfiguration": {"Alarms": [{"Name": "a"}]},
            "AssociationDispatchAssumeRole": "arn:aws:iam::111111111111:role/r",
        }
        assert set(full) == {MEMBERS[option] for option in UNSET if option != "association_name"}
        del full["TargetMaps" if name == "targets" else "Targets"]
        if name == "apply_only_at_cron_interval":
            del full["ScheduleOffset"]
        empty: dict[str, Any] = {name: type(UNSET[name])() if name != "document_version" else ""}
        changes = plan(there(**full), **empty)
        sent = dict(changes.steps[0].params)
        told: dict[str, Any] = {"Targets": []} if name == "targets" else {}
        assert sent == to_api(changes.after) | told
        if name not in ("document_version", "compliance_severity", "sync_compliance"):
            assert not sent.get(MEMBERS[name])
        assert changes.after[name] == UNSET[name]
        assert {member: sent[member] for member in full if member in sent and member != MEMBERS[name]} == {
            member: value
            if member != "AlarmConfiguration"
            else {"Alarms": [{"Name": "a"}], "IgnorePollAlarmFailure": False}
            for member, value in full.items()
            if member != MEMBERS[name]
        }

    def test_order_and_writing_make_no_difference(self) -> None:
        current = there(
            Targets=[{"Key": "tag:b", "Values": ["2", "1"]}, {"Key": "instanceids", "Values": ["*"]}],
            CalendarNames=["b", "a"],
        )
        wanted: dict[str, Any] = {
            "targets": [{"key": "InstanceIds", "values": ["*"]}, {"key": "tag:b", "values": ["1", "2", "1"]}],
            "calendar_names": ["a", "b"],
        }
        assert not plan(current, **wanted).changed

    def test_the_order_of_a_parameters_values_has_meaning(self) -> None:
        current = there(Parameters={"commands": ["one", "two"]})
        assert plan(current, parameters={"commands": ["two", "one"]}).changed

    def test_parameters_that_the_document_has_anyway_are_no_difference(self) -> None:
        defaults = {"RebootOption": ["RebootIfNeeded"], "SnapshotId": [""]}
        current = there(Parameters={"Operation": ["Scan"], "RebootOption": ["RebootIfNeeded"]})
        same = plan(current, defaults=defaults, parameters={"Operation": "Scan", "SnapshotId": ""})
        assert (same.changed, same.diff()["before"] == same.diff()["after"]) == (False, True)
        other = there(Parameters={"Operation": ["Scan"], "RebootOption": ["NoReboot"]})
        assert plan(other, defaults=defaults, parameters={"Operation": "Scan"}).changed

    def test_the_region_that_the_service_finds_out_is_no_difference(self) -> None:
        bucket = {"OutputS3BucketName": "b", "OutputS3Region": "eu-west-1"}
        current = there(OutputLocation={"S3Location": bucket})
        assert not plan(current, output_location={"s3_location": {"output_s3_bucket_name": "b"}}).changed
        assert plan(current, output_location={"s3_location": {"output_s3_bucket_name": "c"}}).changed
        prefixed = there(OutputLocation={"S3Location": {**bucket, "OutputS3KeyPrefix": "p"}})
        assert plan(prefixed, output_location={"s3_location": {"output_s3_bucket_name": "b"}}).changed

    def test_another_document_takes_a_new_association_before_the_old_one_goes(self) -> None:
        current = there(tags={"a": "1", "aws:x": "y"}, DocumentVersion="7", Targets=[{"Key": "tag:a", "Values": ["b"]}])
        changes = plan(current, name="Mine")
        assert [step.action for step in changes.steps] == ["create_association", "delete_association"]
        assert changes.steps[0].params == {
            "AssociationName": "scan",
            "Name": "Mine",
            "DocumentVersion": "$DEFAULT",
            "ComplianceSeverity": "UNSPECIFIED",
            "SyncCompliance": "AUTO",
            "Targets": [{"Key": "tag:a", "Values": ["b"]}],
            "Tags": [{"Key": "a", "Value": "1"}],
        }
        assert changes.steps[1].params == {"AssociationId": ID}
        assert plan(current, name="Mine", document_version="7").after["document_version"] == "7"

    def test_tags_alone_change_nothing_else(self) -> None:
        changes = plan(there(tags={"a": "1", "b": "2", "aws:x": "y"}), tags={"a": "3"})
        assert [step.action for step in changes.steps] == ["add_tags_to_resource", "remove_tags_from_resource"]
        assert changes.after["tags"] == {"a": "3", "aws:x": "y"}
        kept = plan(there(tags={"a": "1", "b": "2"}), tags={"a": "3"}, purge_tags=False)
        assert kept.after["tags"] == {"a": "3", "b": "2"}

    def test_what_the_api_excludes_is_refused(self) -> None:
        with pytest.raises(InputError, match="target_maps"):
            plan(there(Targets=[{"Key": "tag:a", "Values": ["b"]}]), target_maps=[{"InstanceId": ["i"]}])
        with pytest.raises(InputError, match="schedule_offset"):
            plan(there(ScheduleExpression="cron(0 2 ? * SUN#1 *)"), schedule_offset=2)
        with pytest.raises(InputError, match="name"):
            plan(None, association_name="scan")

    def test_parameters_of_another_document_are_not_taken_over(self) -> None:
        current = there(Parameters={"Operation": ["Scan"]})
        with pytest.raises(InputError, match=r"parameters is not set.*AWS-UpdateSSMAgent"):
            plan(current, name="AWS-UpdateSSMAgent")
        assert plan(current, name="AWS-UpdateSSMAgent", parameters={}).after["parameters"] == {}
        assert plan(there(), name="AWS-UpdateSSMAgent").changed

    def test_what_is_absent_stays_absent(self) -> None:
        assert not plan_absent(None).changed
        assert plan_absent(there()).steps[0].params == {"AssociationId": ID}


class FakeModule:
    """As much of a module as the work needs."""

    def __init__(self, params: dict[str, Any], check_mode: bool = False) -> None:
        unset: dict[str, Any] = dict.fromkeys(association_args())
        self.params = {**unset, "state": "present", "purge_tags": True, **params}
        self.check_mode = check_mode


def listed(*ids: str, name: str = "scan") -> Call:
    asked = {"AssociationFilterList": [{"key": "AssociationName", "value": "scan"}], "MaxResults": 50}
    entries = [{"AssociationId": entry, "AssociationName": name, "Name": "AWS-RunPatchBaseline"} for entry in ids]
    return Call("list_associations", asked, {"Associations": entries})


def described(**values: Any) -> Call:
    return Call("describe_association", {"AssociationId": ID}, {"AssociationDescription": api(**values)})


NO_TAGS = Call("list_tags_for_resource", {"ResourceType": "Association", "ResourceId": ID}, {"TagList": []})
LOST = ReadTimeoutError(endpoint_url="https://ssm")


class TestModule:
    @pytest.fixture(autouse=True)
    def _patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def manage(self, params: dict[str, Any], *script: Call, check_mode: bool = False) -> dict[str, Any]:
        wire = Wire(list(script))
        session = FakeSession({("", REGION): wire})
        self.monkeypatch.setattr(association_module, "session_of", lambda _module: session)
        result = manage_association(FakeModule(params, check_mode))
        wire.finish()
        return result

    def test_a_longer_name_is_another_association(self) -> None:
        assert (
            self.manage({"association_name": "scan", "state": "absent"}, listed(ID, name="scan-2"))["changed"] is False
        )

    def test_an_ambiguous_name_is_refused_with_the_ids(self) -> None:
        with pytest.raises(InputError, match=rf"{ID} \(AWS-RunPatchBaseline\), {OTHER} .*give association_id"):
            self.manage({"association_name": "scan"}, listed(ID, OTHER))

    def test_an_id_that_is_unknown_is_refused(self) -> None:
        gone = Call("describe_association", None, refusal("AssociationDoesNotExist"))
        with pytest.raises(InputError, match="association_id"):
            self.manage({"association_id": ID, "max_errors": "1"}, gone)

    def test_an_association_whose_creation_had_no_answer_is_found_by_its_name(self) -> None:
        lost = Call("create_association", None, LOST)
        made = self.manage({"association_name": "scan", "name": "Mine"}, listed(), lost, listed(ID))
        assert made["association"]["association_id"] == ID

    def test_a_creation_that_cannot_be_found_again_is_not_repeated(self) -> None:
        lost = Call("create_association", None, LOST)
        with pytest.raises(OutcomeUnknown):
            self.manage({"association_name": "scan", "name": "Mine"}, listed(), lost, listed())

    def test_a_replacement_without_answer_is_not_taken_for_the_old_one(self) -> None:
        lost = Call("create_association", None, LOST)
        gone = Call("delete_association", {"AssociationId": ID})
        script = (listed(ID), described(), NO_TAGS, lost, listed(ID, OTHER), gone)
        made = self.manage({"association_name": "scan", "name": "Mine"}, *script)
        assert made["association"]["association_id"] == OTHER

    def test_a_change_without_answer_is_made_once(self) -> None:
        request = {
            "AssociationId": ID, "AssociationVersion": "4", "AssociationName": "scan", "Name": "AWS-RunPatchBaseline",
            "DocumentVersion": "$DEFAULT", "MaxErrors": "1", "ComplianceSeverity": "UNSPECIFIED",
            "SyncCompliance": "AUTO",
        }  # fmt: skip
        lost = Call("update_association", request, LOST)
        again = Call("update_association", request, refusal("InvalidAssociationVersion"))
        script = (listed(ID), described(), NO_TAGS, lost, again)
        params = {"association_name": "scan", "max_errors": "1"}
        assert self.manage(params, *script, described(MaxErrors="1"))["changed"]
        with pytest.raises(CloudError, match="InvalidAssociationVersion"):
            self.manage(params, *script, described(MaxErrors="2"))

    def test_the_documents_defaults_are_asked_for_only_where_they_may_be_the_difference(self) -> None:
        read = (listed(ID), described(Parameters={"Operation": ["Scan"], "RebootOption": ["NoReboot"]}), NO_TAGS)
        parameter = {"Name": "RebootOption", "Type": "StringList", "DefaultValue": '["NoReboot"]'}
        document = Call(
            "describe_document",
            {"Name": "AWS-RunPatchBaseline", "DocumentVersion": "$DEFAULT"},
            {"Document": {"Parameters": [parameter]}},
        )
        params: dict[str, Any] = {"association_name": "scan", "parameters": {"Operation": "Scan"}}
        assert self.manage(params, *read, document)["changed"] is False
        params["parameters"] = {"Operation": "Install", "RebootOption": "NoReboot"}
        assert self.manage(params, *read, check_mode=True)["changed"] is True

    def test_an_arn_of_aws_is_its_documents_name(self) -> None:
        read = (listed(ID), described(), NO_TAGS)
        name = f"arn:aws:ssm:{REGION}::document/AWS-RunPatchBaseline"
        assert self.manage({"association_name": "scan", "name": name}, *read)["changed"] is False
        shared = f"arn:aws:ssm:{REGION}:222222222222:document/AWS-RunPatchBaseline"
        assert self.manage({"association_name": "scan", "name": shared}, *read, check_mode=True)["changed"] is True

    def test_an_interval_is_no_cron_s(self) -> None:
        rate = {"schedule_expression": "rate(1 day)", "apply_only_at_cron_interval": True}
        with pytest.raises(InputError, match=r"apply_only_at_cron_interval.*rate\(1 day\) is no cron"):
            self.manage({"association_name": "scan", "name": "AWS-RunPatchBaseline", **rate})

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("association_name", "a b"),
            ("association_name", ""),
            ("association_id", "mine"),
            ("name", "no document!"),
            ("document_version", "newest"),
            ("targets", [{"key": f"tag:{n}", "values": ["a"]} for n in range(6)]),
            ("schedule_expression", "x" * 257),
            ("schedule_expression", "every day"),
            ("tags", {"aws:x": "y"}),
            ("schedule_offset", 7),
            ("duration", 25),
            ("max_concurrency", "0"),
            ("max_errors", "101%"),
            ("output_location", {"s3_location": {"output_s3_bucket_name": "b"}}),
            ("alarm_configuration", {"alarms": [{"name": "a"}, {"name": "b"}]}),
            ("association_dispatch_assume_role", "role"),
        ],
    )
    def test_bad_values_are_refused_before_any_request(self, option: str, value: Any) -> None:
        with pytest.raises(InputError, match=option):
            self.manage({"association_name": "scan", "name": "AWS-RunPatchBaseline", option: value})

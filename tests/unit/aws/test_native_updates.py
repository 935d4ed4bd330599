# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Systems Manager would install by itself, and on which nodes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.native_updates import (
    NativeRule,
    installs,
    native_rules,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.ssm_targets import is_target
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import (
    NativeUpdate,
)

from tests.unit.aws.wire import Call, Wire

A, B = "i-0000000000000000a", "i-0000000000000000b"
UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
WINDOW = "mw-0123456789abcdef0"
TARGET_ID, TASK_ID = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


class TestTargets:
    @pytest.mark.parametrize(
        ("targets", "answer"),
        [
            ([], False),
            ([{"Key": "InstanceIds", "Values": [A, B]}], True),
            ([{"Key": "InstanceIds", "Values": [B]}], False),
            ([{"Key": "InstanceIds", "Values": ["*"]}], True),
            ([{"Key": "tag:role", "Values": ["db", "app"]}], True),
            ([{"Key": "tag:role", "Values": ["app"]}], False),
            ([{"Key": "tag:role", "Values": ["db"]}, {"Key": "tag:env", "Values": ["prod"]}], False),
            ([{"Key": "tag-key", "Values": ["role"]}], True),
            ([{"Key": "resource-groups:Name", "Values": ["x"]}], None),
            ([{"Key": "resource-groups:Name", "Values": ["x"]}, {"Key": "tag:role", "Values": ["app"]}], False),
        ],
    )
    def test_all_keys_have_to_match(self, targets: list[dict[str, Any]], answer: bool | None) -> None:
        assert is_target(targets, A, {"role": "db", "env": "test"}) is answer

    def test_what_cannot_be_told_counts_as_concerned(self) -> None:
        rule = NativeRule(
            NativeUpdate("maintenance_window", "w"), ([{"Key": "resource-groups:Name", "Values": ["x"]}],)
        )
        assert rule.concerns(A, {})


def window(next_time: str) -> dict[str, Any]:
    return {"WindowId": WINDOW, "Name": "nightly", "Enabled": True, "NextExecutionTime": next_time}


def task(arn: str, targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {"WindowTaskId": TASK_ID, "WindowId": WINDOW, "TaskArn": arn, "Type": "RUN_COMMAND", "Targets": targets}


def whole(operation: str) -> dict[str, Any]:
    return {"TaskInvocationParameters": {"RunCommand": {"Parameters": {"Operation": [operation]}}}}


BY_TARGET = [{"Key": "WindowTargetIds", "Values": [TARGET_ID]}]
NO_ASSOCIATIONS = Call("list_associations", {"MaxResults": 50}, {"Associations": []})


class TestNativeUpdates:
    def rules(self, *script: Call) -> list[NativeRule]:
        wire = Wire(list(script))
        found = native_rules(wire.connection(), UNTIL)
        wire.finish()
        return found

    def windows(self, *windows: dict[str, Any]) -> Call:
        asked = {"Filters": [{"Key": "Enabled", "Values": ["true"]}], "MaxResults": 100}
        return Call("describe_maintenance_windows", asked, {"WindowIdentities": list(windows)})

    def test_a_window_that_installs(self) -> None:
        targets = {"Targets": [{"WindowTargetId": TARGET_ID, "Targets": [{"Key": "tag:role", "Values": ["db"]}]}]}
        found = self.rules(
            self.windows(window("2026-11-21T22:00+01:00")),
            Call("describe_maintenance_window_tasks", None, {"Tasks": [task("AWS-RunPatchBaseline", BY_TARGET)]}),
            Call("get_maintenance_window_task", {"WindowId": WINDOW, "WindowTaskId": TASK_ID}, whole("Install")),
            Call("describe_maintenance_window_targets", None, targets),
            NO_ASSOCIATIONS,
        )
        assert found[0].update == NativeUpdate("maintenance_window", "nightly", "2026-11-21T22:00+01:00")
        assert (found[0].concerns(A, {"role": "db"}), found[0].concerns(A, {"role": "app"})) == (True, False)

    def test_a_window_that_only_scans(self) -> None:
        found = self.rules(
            self.windows(window("2026-11-21T22:00Z")),
            Call("describe_maintenance_window_tasks", None, {"Tasks": [task("AWS-RunPatchBaseline", BY_TARGET)]}),
            Call("get_maintenance_window_task", None, whole("Scan")),
            NO_ASSOCIATIONS,
        )
        assert found == []

    def test_other_tasks_cost_no_further_request(self) -> None:
        tasks = {"Tasks": [task("arn:aws:ssm:x:1:document/Mine", BY_TARGET)]}
        assert (
            self.rules(
                self.windows(window("2026-11-21T22:00Z")),
                Call("describe_maintenance_window_tasks", None, tasks),
                NO_ASSOCIATIONS,
            )
            == []
        )

    def test_a_window_beyond_the_horizon_is_not_looked_into(self) -> None:
        assert self.rules(self.windows(window("2026-12-01T22:00Z")), NO_ASSOCIATIONS) == []

    def test_a_time_that_cannot_be_read_may_be_any(self) -> None:
        none = Call("describe_maintenance_window_tasks", None, {"Tasks": []})
        assert self.rules(self.windows(window("soon")), none, NO_ASSOCIATIONS) == []

    @pytest.mark.parametrize(
        ("name", "document", "operation", "kind"),
        [
            ("mine", "AWS-RunPatchBaseline", "Install", "association"),
            ("mine", "AWS-RunPatchBaseline", "Scan", None),
            ("mine", "AWS-GatherSoftwareInventory", "Install", None),
            ("AWS-QuickSetup-PatchPolicy-InstallPatches-LA-x1y2z", "AWS-RunPatchBaseline", "Install", "patch_policy"),
            ("AWS-QuickSetup-PatchPolicy-InstallPatches-LA-x1y2z", "AWSQuickSetup-Any", "Install", "patch_policy"),
            ("AWS-QuickSetup-PatchPolicy-ScanForPatches-LA-x1y2z", "AWS-RunPatchBaseline", "Scan", None),
            ("AWS-QuickSetup-PatchPolicy-ScanForPatches-LA-x1y2z", "AWS-RunPatchBaseline", "Install", "patch_policy"),
            ("AWS-QuickSetup-PatchPolicy-ScanForPatches-LA-x1y2z", "AWSQuickSetup-Any", None, None),
            ("AWS-QuickSetup-PatchPolicy-InstallPatches-LA-x1y2z", "AWSQuickSetup-Any", None, "patch_policy"),
            ("AWS-QuickSetup-SSMHostMgmt-ScanForPatches-x1y2z", "AWS-RunPatchBaselineAssociation", "Scan", None),
            ("AWS-QuickSetup-SSMHostMgmt-UpdateSSMAgent-x1y2z", "AWS-UpdateSSMAgent", None, None),
        ],
    )
    def test_associations(self, name: str, document: str, operation: str | None, kind: str | None) -> None:
        entry = {
            "AssociationId": TASK_ID, "AssociationName": name, "Name": document, "ScheduleExpression": "rate(1 day)",
            "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
        }  # fmt: skip
        listed = Call("list_associations", None, {"Associations": [entry]})
        described = {"AssociationDescription": {"Parameters": {"Operation": [operation]} if operation else {}}}
        script = [self.windows(), listed, Call("describe_association", {"AssociationId": TASK_ID}, described)]
        other = document in ("AWS-GatherSoftwareInventory", "AWS-UpdateSSMAgent")
        found = self.rules(*(script[:2] if other else script))
        assert [rule.update.kind for rule in found] == ([kind] if kind else [])
        assert all(rule.concerns(A, {}) for rule in found)

    def association(self, **whole: Any) -> NativeRule:
        """The rule of an association that installs."""
        entry = {"AssociationId": TASK_ID, "Name": "AWS-RunPatchBaseline", "ScheduleExpression": "rate(1 day)"}
        description = {"Parameters": {"Operation": ["Install"]}, **whole}
        listed = Call("list_associations", None, {"Associations": [entry]})
        (found,) = self.rules(
            self.windows(), listed, Call("describe_association", None, {"AssociationDescription": description})
        )
        return found

    def test_a_policy_is_known_by_the_bucket_of_its_baselines_too(self) -> None:
        override = "s3://aws-quicksetup-patchpolicy-111111111111-x1y2z/baseline_overrides.json"
        parameters = {"Operation": ["Install"], "BaselineOverride": [override]}
        assert self.association(Parameters=parameters).update.kind == "patch_policy"
        parameters["BaselineOverride"] = ["s3://ours/baseline_overrides.json"]
        assert self.association(Parameters=parameters).update.kind == "association"

    def test_nodes_of_an_association(self) -> None:
        by_tag = [{"Key": "tag:role", "Values": ["db"]}]
        for whole, node_id, tags, concerned in (
            ({"Targets": by_tag}, A, {"role": "db"}, True),
            ({"Targets": by_tag}, A, {"role": "app"}, False),
            ({"InstanceId": A}, A, {}, True),
            ({"InstanceId": A}, B, {}, False),
            ({"TargetMaps": [{"InstanceId": [B]}, {"InstanceId": [A]}]}, A, {}, True),
            ({"TargetMaps": [{"InstanceId": [B]}]}, A, {}, False),
        ):
            assert self.association(**whole).concerns(node_id, tags) is concerned, whole

    def test_an_association_without_a_schedule_is_no_threat(self) -> None:
        entry = {"AssociationId": TASK_ID, "Name": "AWS-RunPatchBaseline"}
        assert self.rules(self.windows(), Call("list_associations", None, {"Associations": [entry]})) == []

    def test_operations(self) -> None:
        assert installs({}) and installs({"Operation": ["Install"]})
        assert not installs({"Operation": ["scan"]}) and not installs({"Action": ["Scan"]})

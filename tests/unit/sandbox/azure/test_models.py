# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies and answers held against the SDKs' models, of both generations."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.compute import models as compute
from azure.mgmt.hybridcompute import models as hybridcompute
from azure.mgmt.maintenance import models as maintenance

from tests.sandbox.azure.arm.errors import ArmError
from tests.sandbox.azure.arm.shapes import shape_of
from tests.sandbox.azure.arm.validate import answer_violations, check_body

CONFIGURATION: dict[str, Any] = {
    "location": "westeurope",
    "properties": {
        "extensionProperties": {"InGuestPatchMode": "User"},
        "maintenanceScope": "InGuestPatch",
        "installPatches": {
            "rebootSetting": "IfRequired",
            "linuxParameters": {"classificationsToInclude": ["Critical"]},
        },
        "maintenanceWindow": {"startDateTime": "2026-12-01 02:00", "duration": "03:55", "timeZone": "UTC"},
    },
}


def test_flattened_members_of_msrest_are_where_the_wire_has_them() -> None:
    assert check_body(maintenance.MaintenanceConfiguration, CONFIGURATION) == CONFIGURATION


@pytest.mark.parametrize(
    ("model", "body", "place"),
    [
        (
            maintenance.MaintenanceConfiguration,
            {"properties": {"maintenanceScope": "Toys"}},
            "properties.maintenanceScope",
        ),
        (maintenance.MaintenanceConfiguration, {"properties": {"toys": 1}}, "properties.toys"),
        (maintenance.MaintenanceConfiguration, {"tags": {"a": 1}}, "tags.a"),
        (compute.VirtualMachineUpdate, {"properties": {"osProfile": {"toys": 1}}}, "properties.osProfile.toys"),
        (compute.VirtualMachineUpdate, {"zones": "1"}, "zones"),
        (compute.VirtualMachineUpdate, {"properties": {"hardwareProfile": []}}, "properties.hardwareProfile"),
        (hybridcompute.MachineInstallPatchesParameters, {"rebootSetting": "Never"}, "maximumDuration"),
        (
            hybridcompute.MachineInstallPatchesParameters,
            {"maximumDuration": "PT", "rebootSetting": "Never"},
            "maximumDuration",
        ),
        (
            hybridcompute.MachineInstallPatchesParameters,
            {
                "maximumDuration": "PT1H",
                "rebootSetting": "Never",
                "windowsParameters": {"maxPatchPublishDate": "yesterday"},
            },
            "windowsParameters.maxPatchPublishDate",
        ),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(model: type[Any], body: dict[str, Any], place: str) -> None:
    with pytest.raises(ArmError) as refused:
        check_body(model, body)
    assert (refused.value.status, refused.value.target) == (400, place)


def test_read_only_members_and_nulls_are_passed_over() -> None:
    sent = {
        "location": "westeurope",
        "id": "/x",
        "properties": {"vmId": "1", "provisioningState": "x", "priority": None},
    }
    assert check_body(compute.VirtualMachine, sent) == {"location": "westeurope", "properties": {}}


@pytest.mark.parametrize("duration", ["PT2H", "PT02H00M00S", "P1DT1H", "PT0.5S", "P2W"])
def test_durations(duration: str) -> None:
    body = {"maximumDuration": duration, "rebootSetting": "Never"}
    assert check_body(hybridcompute.MachineInstallPatchesParameters, body) == body


def test_all_that_is_wrong_is_in_the_details() -> None:
    with pytest.raises(ArmError) as refused:
        check_body(compute.VirtualMachineInstallPatchesParameters, {"a": 1, "rebootSetting": "x"})
    assert [detail["target"] for detail in refused.value.body["error"]["details"]] == ["a", "rebootSetting"]


def test_answers_are_held_against_the_model_with_their_read_only_members() -> None:
    good = {"status": "Succeeded", "installationActivityId": "1", "rebootStatus": "NotNeeded", "installedPatchCount": 1}
    assert answer_violations(compute.VirtualMachineInstallPatchesResult, good) == []
    wrong = {**good, "installedPatchCount": "1", "toys": 1, "status": "Fine"}
    places = [violation.path for violation in answer_violations(compute.VirtualMachineInstallPatchesResult, wrong)]
    assert places == ["status", "installedPatchCount", "toys"]


@pytest.mark.parametrize("package", [compute, hybridcompute, maintenance])
def test_every_model_has_a_shape(package: Any) -> None:
    models = [one for one in vars(package).values() if hasattr(one, "_attribute_map") or hasattr(one, "_is_model")]
    assert len(models) > 10
    assert all(shape_of(model).members is not None for model in models)
    unknown = [
        f"{model.__name__}.{name}"
        for model in models
        for name, member in shape_of(model).members.items()
        if member.shape.kind == "any" and "settings" not in name.lower()
    ]
    assert len(unknown) < 12, unknown

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing and installing through the API, on virtual machines and Arc machines, judged by the SDK's clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.unit.sandbox.azure.nodes_kit import (
    ARC,
    ARC_LINUX,
    ARC_WINDOWS,
    LINUX,
    VMS,
    WINDOWS,
    AzureSandbox,
    error_of,
    fleet_data,
)

SECURITY: dict[str, Any] = {"classificationsToInclude": ["Critical", "Security"]}
VM_ASSESSMENT = {
    "status",
    "assessmentActivityId",
    "rebootPending",
    "criticalAndSecurityPatchCount",
    "otherPatchCount",
    "startDateTime",
    "availablePatches",
}
AVAILABLE = {
    "patchId",
    "name",
    "version",
    "kbId",
    "classifications",
    "rebootBehavior",
    "activityId",
    "publishedDate",
    "lastModifiedDateTime",
    "assessmentState",
}
COUNTS = {"excludedPatchCount", "notSelectedPatchCount", "pendingPatchCount", "installedPatchCount", "failedPatchCount"}
INSTALLATION = {
    "status",
    "installationActivityId",
    "rebootStatus",
    "maintenanceWindowExceeded",
    "startDateTime",
} | COUNTS
ARC_COMMON = {"status", "startDateTime", "lastModifiedDateTime", "startedBy", "osType", "patchServiceUsed"}


def install(azure: AzureSandbox, name: str, duration: str = "PT2H", reboot: str = "IfRequired", **own: Any) -> Any:
    """The result of an installation on a VM or an Arc machine, as data. ``own``: the parameters of its OS."""
    kind = "windowsParameters" if "win" in name else "linuxParameters"
    body: Any = {"maximumDuration": duration, "rebootSetting": reboot, kind: own}
    vms, machines = azure.compute.virtual_machines, azure.hybrid.machines
    arc = name.startswith("arc")
    poller: Any = machines.begin_install_patches(ARC, name, body) if arc else vms.begin_install_patches(VMS, name, body)
    return poller.result().as_dict()


def counts(result: Mapping[str, Any]) -> tuple[int, ...]:
    """Excluded, not selected, pending, installed, failed."""
    order = ("excluded", "notSelected", "pending", "installed", "failed")
    return tuple(result[f"{name}PatchCount"] for name in order)


def states(result: Mapping[str, Any]) -> dict[str, str]:
    return {patch["kbId"] or patch["name"]: patch["installationState"] for patch in result["patches"]}


def test_an_assessment_of_a_vm_has_the_members_of_the_published_example(azure: AzureSandbox) -> None:
    found = azure.compute.virtual_machines.begin_assess_patches(VMS, WINDOWS).result().as_dict()
    assert found.keys() == VM_ASSESSMENT
    assert found["availablePatches"][0].keys() == AVAILABLE
    assert (found["criticalAndSecurityPatchCount"], found["otherPatchCount"]) == (1, 2)
    assert {patch["kbId"] for patch in found["availablePatches"]} == {"5044281", "2267602", "890830"}
    assert {patch["activityId"] for patch in found["availablePatches"]} == {found["assessmentActivityId"]}


def test_linux_tells_no_dates(azure: AzureSandbox) -> None:
    found = azure.compute.virtual_machines.begin_assess_patches(VMS, LINUX).result().as_dict()
    assert all("publishedDate" not in patch for patch in found["availablePatches"])
    assert (found["criticalAndSecurityPatchCount"], found["otherPatchCount"]) == (2, 1)


@pytest.mark.parametrize(
    ("name", "wanted", "service"),
    [
        (ARC_LINUX, {"security": 2, "critical": 0, "other": 1}, "YUM"),
        (
            ARC_WINDOWS,
            {
                "security": 1,
                "critical": 0,
                "definition": 1,
                "updateRollup": 1,
                "featurePack": 0,
                "servicePack": 0,
                "tools": 0,
                "updates": 0,
            },
            "WU",
        ),
    ],
)
def test_an_assessment_of_an_arc_machine_is_counts(
    azure: AzureSandbox, name: str, wanted: dict[str, int], service: str
) -> None:
    found = azure.hybrid.machines.begin_assess_patches(ARC, name).result().as_dict()
    more = {"assessmentActivityId", "rebootPending", "availablePatchCountByClassification"}
    assert found.keys() == ARC_COMMON | more
    assert found["availablePatchCountByClassification"] == wanted
    assert (found["patchServiceUsed"], found["startedBy"]) == (service, "User")


def test_an_installation_on_a_vm_names_its_patches(azure: AzureSandbox) -> None:
    done = install(azure, LINUX, **SECURITY)
    assert done.keys() == INSTALLATION | {"patches"}
    assert (done["status"], done["rebootStatus"], counts(done)) == ("Succeeded", "Completed", (0, 1, 0, 2, 0))
    assert states(done) == {"openssl": "Installed", "linux-image-azure": "Installed", "vim-common": "NotSelected"}
    assert azure.machine(LINUX).boot_count == 2
    again = install(azure, LINUX, **SECURITY)
    assert (again["status"], again["rebootStatus"], counts(again)) == ("Succeeded", "NotNeeded", (0, 1, 0, 0, 0))


def test_an_installation_on_an_arc_machine_is_counts(azure: AzureSandbox) -> None:
    done = install(azure, ARC_WINDOWS, **SECURITY, kbNumbersToInclude=["KB890830"], kbNumbersToExclude=["2267602"])
    assert done.keys() == INSTALLATION | ARC_COMMON
    assert (done["status"], done["rebootStatus"], counts(done)) == ("Succeeded", "Completed", (0, 1, 0, 2, 0))


def test_excluded_patches_are_counted_apart(azure: AzureSandbox) -> None:
    done = install(azure, WINDOWS, **SECURITY, excludeKbsRequiringReboot=True)
    assert states(done) == {"5044281": "Excluded", "2267602": "NotSelected", "890830": "NotSelected"}
    assert counts(done) == (1, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("setting", "status", "boots"),
    [("Never", "Required", 1), ("IfRequired", "Completed", 2), ("Always", "Completed", 2)],
)
def test_reboot_settings(azure: AzureSandbox, setting: str, status: str, boots: int) -> None:
    done = install(azure, ARC_LINUX, reboot=setting, **SECURITY)
    assert (done["status"], done["rebootStatus"]) == ("Succeeded", status)
    assert azure.machine(ARC_LINUX).boot_count == boots
    assert azure.machine(ARC_LINUX).reboot_pending is (setting == "Never")


def test_always_reboots_without_need_and_if_required_does_not(azure: AzureSandbox) -> None:
    done = install(azure, LINUX, packageNameMasksToInclude=["vim*"])
    assert (done["rebootStatus"], azure.machine(LINUX).boot_count) == ("NotNeeded", 1)
    install(azure, LINUX, reboot="Always", packageNameMasksToInclude=["nothing"])
    assert azure.machine(LINUX).boot_count == 2


def test_a_pending_reboot_comes_before_the_patches(azure: AzureSandbox) -> None:
    install(azure, LINUX, reboot="Never", packageNameMasksToInclude=["linux-image*"])
    done = install(azure, LINUX, packageNameMasksToInclude=["vim*"])
    assert (done["rebootStatus"], azure.machine(LINUX).boot_count) == ("Completed", 2)


@pytest.mark.parametrize("name", [WINDOWS, ARC_WINDOWS])
def test_a_patch_that_fails_is_told_within_a_200(azure: AzureSandbox, name: str) -> None:
    azure.machine(name).alter({"faults": {"install_fails": ["KB5044281"]}})
    done = install(azure, name, classificationsToInclude=["Security", "Definition"])
    assert (done["status"], counts(done)) == ("Failed", (0, 1, 0, 1, 1))
    error = done["errorDetails" if name == ARC_WINDOWS else "error"]
    assert error["message"] == "1 error/s reported."
    assert "0x80070643" in error["details"][0]["message"]


def test_warnings_are_a_status_of_their_own(azure: AzureSandbox) -> None:
    azure.machine(LINUX).alter({"attributes": {"install_warning": "Ubuntu Pro is not attached"}})
    done = install(azure, LINUX, **SECURITY)
    assert done["status"] == "CompletedWithWarnings"
    assert done["error"]["details"][0]["message"] == "Ubuntu Pro is not attached"


def test_a_window_that_is_too_short_leaves_patches_pending(azure: AzureSandbox) -> None:
    done = install(azure, LINUX, duration="PT20M", **SECURITY)
    assert (done["status"], done["maintenanceWindowExceeded"]) == ("Failed", True)
    assert counts(done) == (0, 1, 2, 0, 0)
    azure.machine(LINUX).alter({"faults": {"install_slowness": 100}})
    done = install(azure, LINUX, duration="PT25M", **SECURITY)
    assert (done["maintenanceWindowExceeded"], counts(done)) == (True, (0, 1, 1, 1, 0))


def test_a_scan_that_fails_installs_nothing(azure: AzureSandbox) -> None:
    azure.machine(WINDOWS).alter({"faults": {"scan_fails": True}})
    done = install(azure, WINDOWS, **SECURITY)
    assert (done["status"], done["patches"]) == ("Failed", [])
    found = azure.compute.virtual_machines.begin_assess_patches(VMS, WINDOWS).result()
    assert found.status == "Failed"
    assert found.error is not None
    assert "HRESULT" in str((found.error.details or [])[0].message)


def test_classifications_that_linux_cannot_tell_apart_fail(azure: AzureSandbox) -> None:
    done = install(azure, LINUX, classificationsToInclude=["Security", "Other"])
    assert (done["status"], counts(done)) == ("Failed", (0, 0, 0, 0, 0))
    assert "Invalid classification combination" in done["error"]["details"][0]["message"]


def test_an_agent_that_is_lost_is_told_when_the_window_is_over(azure: AzureSandbox) -> None:
    azure.machine(LINUX).alter({"faults": {"agent_lost": "install"}})
    before = azure.world.clock.seconds()
    done = install(azure, LINUX, duration="PT1H", **SECURITY)
    assert (done["status"], done["error"]["code"]) == ("Failed", "ShutdownOrUnresponsive")
    assert counts(done) == (0, 1, 1, 1, 0)
    assert azure.world.clock.seconds() - before >= 3600


def test_a_reboot_that_hangs(azure: AzureSandbox) -> None:
    azure.machine(ARC_LINUX).alter({"faults": {"reboot_hangs": True}})
    done = install(azure, ARC_LINUX, duration="PT1H", **SECURITY)
    assert (done["status"], done["rebootStatus"]) == ("Failed", "Started")
    assert done["errorDetails"]["code"] == "ShutdownOrUnresponsive"


def test_services_that_stay_down_after_it(azure: AzureSandbox) -> None:
    azure.machine(LINUX).alter({"faults": {"services_down_after": {"reboot": ["postgresql"]}}})
    install(azure, LINUX, **SECURITY)
    assert not azure.machine(LINUX).healthy


def test_an_assessment_without_an_agent_fails_late(azure: AzureSandbox) -> None:
    azure.machine(ARC_LINUX).alter({"agent_online": False})
    found = azure.hybrid.machines.begin_assess_patches(ARC, ARC_LINUX).result()
    assert found.status == "Failed"
    assert found.error_details is not None
    assert found.error_details.code == "ShutdownOrUnresponsive"


@pytest.mark.parametrize(
    "body",
    [
        {"rebootSetting": "Sometimes"},
        {"rebootSetting": "Never", "windowsParameters": {}},
        {"rebootSetting": "Never", "linuxParameters": {"classificationsToInclude": ["Definition"]}},
        {"rebootSetting": "Never", "maximumDuration": "PT0S"},
        {"maximumDuration": "PT2H"},
        {"rebootSetting": "Never", "linuxParameters": {"kbNumbersToInclude": ["1"]}},
    ],
)
def test_bodies_that_are_refused(azure: AzureSandbox, body: Any) -> None:
    with pytest.raises(HttpResponseError) as caught:
        azure.compute.virtual_machines.begin_install_patches(VMS, LINUX, body)
    status, code = error_of(caught.value)
    assert status == 400
    assert code in ("InvalidParameter", "InvalidRequestContent")


def test_arc_needs_a_duration(azure: AzureSandbox) -> None:
    body: Any = {"rebootSetting": "Never"}
    with pytest.raises(HttpResponseError, match="maximumDuration"):
        azure.hybrid.machines.begin_install_patches(ARC, ARC_LINUX, body)


def test_one_operation_at_a_time() -> None:
    sandbox = AzureSandbox(speed=6)
    try:
        vms, machines = sandbox.compute.virtual_machines, sandbox.hybrid.machines
        body: Any = {"rebootSetting": "Never", "maximumDuration": "PT1H"}
        pollers: list[Any] = [vms.begin_assess_patches(VMS, LINUX), machines.begin_assess_patches(ARC, ARC_LINUX)]
        with pytest.raises(HttpResponseError, match="another operation is in progress") as caught:
            vms.begin_install_patches(VMS, LINUX, body)
        assert error_of(caught.value) == (409, "OperationNotAllowed")
        with pytest.raises(HttpResponseError, match="another operation is in progress"):
            machines.begin_assess_patches(ARC, ARC_LINUX)
        assert [poller.result().status for poller in pollers] == ["Succeeded"] * 2
        assert vms.begin_install_patches(VMS, LINUX, body).result().status == "Succeeded"
    finally:
        sandbox.close()


def test_an_installation_can_be_cancelled() -> None:
    data = fleet_data()
    data["machines"][0]["faults"] = {"install_slowness": 10}
    sandbox = AzureSandbox(data, speed=50)
    try:
        vms = sandbox.compute.virtual_machines
        body: Any = {"rebootSetting": "Never", "maximumDuration": "PT2H"}
        poller = vms.begin_install_patches(VMS, LINUX, body)
        assert sandbox.post(f"{sandbox.machine(LINUX).node_id}/cancelPatchInstallation") == 202
        done = poller.result().as_dict()
        assert done["status"] == "Failed"
        assert done["pendingPatchCount"] > 0
        assert done["maintenanceWindowExceeded"] is False
    finally:
        sandbox.close()


def test_the_instance_view_has_the_newest_results(azure: AzureSandbox) -> None:
    install(azure, LINUX, **SECURITY)
    status = azure.compute.virtual_machines.instance_view(VMS, LINUX).as_dict()["patchStatus"]
    assert status["lastPatchInstallationSummary"]["installedPatchCount"] == 2
    assert status["availablePatchSummary"]["criticalAndSecurityPatchCount"] == 0
    assert status["availablePatchSummary"]["otherPatchCount"] == 1

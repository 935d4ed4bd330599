# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine is asked to install, and what a result says: pure, with the SDK's models as the oracle of bodies."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_request import (
    NO_CHOICE,
    NO_FAMILY,
    NOTHING_TO_INSTALL,
    Choice,
    choice_of,
    lists_of_states,
    parameters_of,
    plan_installations,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_result import (
    MOST_OUTPUT,
    compact,
    errors_of,
    read_compact,
    verdict,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from azure.mgmt.compute.models import VirtualMachineInstallPatchesParameters
from azure.mgmt.hybridcompute.models import MachineInstallPatchesParameters

from tests.unit.azure.wire import arc, vm

LINUX, WINDOWS = Node(vm("db"), "db", "azure_vm", os_family="linux"), Node(arc("ad"), "ad", os_family="windows")
NOTHING = dict.fromkeys(("windows_parameters", "linux_parameters", "patches"))
BASE = {"reboot_setting": "Never", "maximum_duration": "pt120m", "approved": False, **NOTHING}


def known_members(model: Any, body: dict[str, Any]) -> None:
    """Fail for a member that the SDK's model of the body does not have, or of another type."""
    parsed = model(body)
    fields = {field._rest_name for field in model._attr_to_rest_field.values()}
    assert set(body) <= fields
    for name in ("windows_parameters", "linux_parameters"):
        inner = getattr(parsed, name)
        if inner is not None:
            assert set(inner) <= {field._rest_name for field in type(inner)._attr_to_rest_field.values()}
    assert parsed.maximum_duration.total_seconds() > 0


class TestBodies:
    def test_each_family_s_own_settings_as_both_services_read_them(self) -> None:
        windows = {
            "classifications_to_include": ["Security"],
            "kb_numbers_to_exclude": ["5012170"],
            "exclude_kbs_requiring_reboot": True,
            "max_patch_publish_date": "2026-11-01",
            "patch_name_masks_to_include": None,
        }
        linux = {"classifications_to_include": ["Critical", "Security"], "package_name_masks_to_exclude": ["kernel*"]}
        choice = choice_of({**BASE, "windows_parameters": windows, "linux_parameters": linux})
        plan = plan_installations([LINUX, WINDOWS], choice)
        bodies = [dict(request.body or {}) for request in plan.requests]
        assert bodies == [
            {
                "maximumDuration": "PT2H",
                "rebootSetting": "Never",
                "linuxParameters": {
                    "classificationsToInclude": ["Critical", "Security"],
                    "packageNameMasksToExclude": ["kernel*"],
                },
            },
            {
                "maximumDuration": "PT2H",
                "rebootSetting": "Never",
                "windowsParameters": {
                    "classificationsToInclude": ["Security"],
                    "kbNumbersToExclude": ["5012170"],
                    "excludeKbsRequiringReboot": True,
                    "maxPatchPublishDate": "2026-11-01T00:00:00Z",
                },
            },
        ]
        for body in bodies:
            known_members(VirtualMachineInstallPatchesParameters, body)
            known_members(MachineInstallPatchesParameters, body)

    def test_a_list_is_never_joined_by_classifications_which_would_add_to_it(self) -> None:
        patches = [{"id": "openssl", "version": "3.0.2-1"}, {"id": "bash", "version": ""}]
        assert parameters_of("linux", patches) == {"packageNameMasksToInclude": ["bash", "openssl=3.0.2-1"]}

    def test_windows_updates_by_number_and_those_without_one_by_their_title(self) -> None:
        chosen = parameters_of("windows", [{"id": "KB5012170"}, {"id": "5034439"}, {"id": "Driver (x64)"}])
        assert chosen == {"kbNumbersToInclude": ["5012170", "5034439"], "patchNameMasksToInclude": ["Driver??x64?"]}


class TestPlan:
    @pytest.mark.parametrize("lists", [{}, {LINUX.node_id: []}])
    def test_an_empty_list_is_no_request_since_it_would_install_everything(self, lists: dict[str, Any]) -> None:
        plan = plan_installations([LINUX], Choice("Never", "PT2H", lists=lists))
        assert (plan.requests, plan.skipped) == ([], {LINUX.node_id: NOTHING_TO_INSTALL})

    def test_a_family_about_which_nothing_is_said_is_refused(self) -> None:
        plan = plan_installations([LINUX, WINDOWS], Choice("Never", "PT2H", {"linux": {}}))
        assert [request.node for request in plan.requests] == [LINUX]
        assert plan.refused == {WINDOWS.node_id: NO_CHOICE}

    def test_a_node_of_no_known_family_is_refused(self) -> None:
        node = Node(vm("x"))
        assert plan_installations([node], Choice("Never", "PT2H", {"linux": {}})).refused == {node.node_id: NO_FAMILY}

    def test_what_is_missing_or_failed_is_asked_for_again_with_its_version(self) -> None:
        def patch(name: str, state: str) -> dict[str, str]:
            return {"id": name, "title": f"{name} 1.0", "state": state}

        states = {
            "a": {"patches": [patch("one", "missing"), patch("two", "failed"), patch("three", "installed")]},
            "b": {"patches": [patch("four", "available_security_update")]},
            "c": {"not_checked": "no report", "patches": []},
        }
        lists, unknown = lists_of_states(states)
        assert lists == {"a": [{"id": "one", "version": "1.0"}, {"id": "two", "version": "1.0"}], "b": []}
        assert list(unknown) == ["c"]


class TestRefusedOptions:
    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ({"maximum_duration": "2 hours"}, "maximum_duration"),
            ({"maximum_duration": "PT0S"}, "maximum_duration"),
            ({"linux_parameters": {"classifications_to_include": ["Other", "Security"]}}, "classifications_to_include"),
            ({"windows_parameters": {"max_patch_publish_date": "soon"}}, "max_patch_publish_date"),
            ({"patches": {vm("db"): "openssl"}}, "patches"),
            ({"patches": {}, "linux_parameters": {}}, "exact list"),
        ],
    )
    def test_before_the_first_request(self, given: dict[str, Any], named: str) -> None:
        with pytest.raises(InputError, match=named):
            choice_of({**BASE, **given})


class TestVerdict:
    @pytest.mark.parametrize(
        ("result", "status", "said"),
        [
            ({"status": "InProgress"}, "", "in progress"),
            ({"status": "Succeeded", "installedPatchCount": 3, "rebootStatus": "Required"}, "passed", ""),
            ({"status": "CompletedWithWarnings"}, "passed", "with warnings"),
            ({"status": "CompletedWithWarnings", "failedPatchCount": 2}, "failed", "2 patches failed"),
            ({"status": "CompletedWithWarnings", "pendingPatchCount": 1}, "failed", "1 patches were not installed"),
            (
                {"status": "Succeeded", "pendingPatchCount": 1, "rebootStatus": "Required"},
                "passed",
                "wait for a reboot",
            ),
            (
                {
                    "status": "Succeeded",
                    "pendingPatchCount": 1,
                    "rebootStatus": "Required",
                    "maintenanceWindowExceeded": True,
                },
                "failed",
                "1 patches were not installed, the maximum duration was too short",
            ),
            ({"status": "Succeeded", "rebootStatus": "Failed"}, "failed", "the reboot failed"),
            ({"status": "Failed", "failedPatchCount": 1, "installedPatchCount": 4}, "failed", "4 were installed"),
            ({"status": "Unknown"}, "failed", "ended as Unknown"),
            ({}, "failed", "nothing that the service tells"),
        ],
    )
    def test_an_installation(self, result: dict[str, Any], status: str, said: str) -> None:
        found, text = verdict("install", result)
        assert found == status
        assert said in text

    def test_an_assessment_that_failed_says_why(self) -> None:
        details = [{"code": "PACKAGE_MANAGER_FAILURE", "message": "no index"}]
        result = {
            "status": "Failed",
            "errorDetails": {"code": "1", "message": "1 error/s reported.", "details": details},
        }
        assert verdict("assess", result) == (
            "failed",
            "the assessment ended as Failed: PACKAGE_MANAGER_FAILURE: no index",
        )

    @pytest.mark.parametrize("error", [None, {"code": "0", "message": "0 error/s reported.", "details": []}])
    def test_an_empty_error_is_none(self, error: Any) -> None:
        assert errors_of({"error": error}) == ""


class TestKept:
    def test_what_was_not_chosen_is_left_out(self) -> None:
        patches = [{"name": "a", "installationState": "Installed"}, {"name": "b", "installationState": "NotSelected"}]
        kept = read_compact(compact("install", {"status": "Succeeded", "patches": patches, "error": None}))
        assert kept == {"operation": "install", "status": "Succeeded", "patches": [patches[0]]}

    def test_a_list_that_is_too_long_goes_and_its_length_stays(self) -> None:
        patches = [{"name": "x" * 100, "version": str(number)} for number in range(3000)]
        text = compact("assess", {"status": "Succeeded", "availablePatches": patches})
        assert len(text) < MOST_OUTPUT
        assert read_compact(text) == {"operation": "assess", "patchesOmitted": 3000, "status": "Succeeded"}

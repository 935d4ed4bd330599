# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update Manager: configurations, what they are assigned to, and the machines that are made ready for them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.examples.play import Stage
from tests.integration.examples.test_guides import tasks_of
from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

CONFIGURATION, CONFIGURATION_INFO = "azure_maintenance_configuration", "azure_maintenance_configuration_info"
ASSIGNMENT, ASSIGNMENT_INFO = "azure_maintenance_assignment", "azure_maintenance_assignment_info"
SETTINGS = "azure_vm_patch_settings"
SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
HERE = f"/subscriptions/{SUBSCRIPTION}"
VMS = f"{HERE}/resourceGroups/rg-vms"
SATURDAYS = f"{VMS}/providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
LINUX = f"{VMS}/providers/Microsoft.Compute/virtualMachines/vm-linux-01"
WINDOWS = f"{VMS}/providers/Microsoft.Compute/virtualMachines/vm-win-01"
ARC = f"{HERE}/resourceGroups/rg-arc/providers/Microsoft.HybridCompute/machines/arc-linux-01"
ARC_WINDOWS = f"{HERE}/resourceGroups/rg-arc/providers/Microsoft.HybridCompute/machines/arc-win-01"
PLACE: dict[str, Any] = {"name": "prod-0600", "resource_group": "rg-vms"}
WHOLE: dict[str, Any] = {
    **PLACE,
    "location": "westeurope",
    "maintenance_scope": "InGuestPatch",
    "visibility": "Custom",
    "namespace": "Microsoft.Maintenance",
    "extension_properties": {"InGuestPatchMode": "User"},
    "maintenance_window": {
        "start_date_time": "2026-01-03 06:00",
        "expiration_date_time": "2036-12-31 00:00",
        "duration": "03:00",
        "time_zone": "W. Europe Standard Time",
        "recur_every": "Month First Saturday Offset1",
    },
    "install_patches": {
        "reboot_setting": "Never",
        "linux_parameters": {
            "classifications_to_include": ["Critical", "Security"],
            "package_name_masks_to_include": ["openssl*"],
            "package_name_masks_to_exclude": ["kernel*"],
        },
        "windows_parameters": {
            "classifications_to_include": ["Security", "UpdateRollup"],
            "kb_numbers_to_include": ["KB5034441"],
            "kb_numbers_to_exclude": ["5034123"],
            "exclude_kbs_requiring_reboot": True,
        },
    },
    "tags": {"Environment": "prod", "slot": "0600"},
}


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox with two VMs and two Arc machines."""
    with SandboxProcess("azure_small", speed=60) as sandbox:
        yield sandbox


@pytest.fixture
def modules(one_sandbox: SandboxProcess) -> Iterator[Modules]:
    """Modules against the sandbox as its fleet says."""
    yield Modules(one_sandbox)
    one_sandbox.clear_faults()
    one_sandbox.reset()


def nodes(*ids: str) -> list[dict[str, str]]:
    return [{"node_id": one} for one in ids]


def sent(modules: Modules, *verbs: str) -> list[str]:
    """Operations of the requests since they were last cleared that are of these kinds: read, write, delete."""
    operations = [str(one["operation"]) for one in modules.sandbox.requests()]
    return [one for one in operations if one.startswith("Microsoft.") and one.endswith(verbs)]


class TestConfigurations:
    def test_everything_at_once(self, modules: Modules) -> None:
        made = modules.quartet(CONFIGURATION, **WHOLE)["maintenance_configuration"]
        for name, value in WHOLE["install_patches"].items():
            assert made["install_patches"][name] == value
        assert made["maintenance_window"]["duration"] == "03:00"
        assert made["tags"] == {"Environment": "prod", "slot": "0600"}

    @pytest.mark.parametrize(
        "parts",
        [
            {"maintenance_window": {"recur_every": "2Weeks Sunday,Saturday"}},
            {"maintenance_window": {"expiration_date_time": ""}},
            {"maintenance_window": {"start_date_time": "2026-01-03 07:30"}},
            {"install_patches": {"reboot_setting": "Always"}},
            {"install_patches": {"linux_parameters": {"package_name_masks_to_include": []}}},
            {"install_patches": {"windows_parameters": {"kb_numbers_to_exclude": ["KB1", "KB2"]}}},
            {"extension_properties": {"InGuestPatchMode": "Platform"}},
            {"tags": {}},
        ],
    )
    def test_one_change_leaves_the_rest(self, modules: Modules, parts: dict[str, Any]) -> None:
        before = modules.ok(CONFIGURATION, **WHOLE)["maintenance_configuration"]
        after = modules.quartet(CONFIGURATION, **PLACE, **parts)["maintenance_configuration"]
        (member,) = parts
        assert {name for name in before if before[name] != after[name]} - {"id", "tags"} <= {member}
        there = modules.ok(CONFIGURATION_INFO, **PLACE)["maintenance_configurations"][0]
        unlike = {name for name in after if name not in ("id", "tags") and after[name] != there[name]}
        assert unlike == set(), "what was answered is what is there"

    def test_it_goes_once(self, modules: Modules) -> None:
        modules.ok(CONFIGURATION, **WHOLE)
        gone = modules.quartet(CONFIGURATION, **PLACE, state="absent")
        assert gone["maintenance_configuration"] == {}

    def test_an_assigned_one_goes_only_when_told_to(self, modules: Modules) -> None:
        place: dict[str, Any] = {"name": "saturdays", "resource_group": "rg-vms", "state": "absent"}
        message = modules.refused(CONFIGURATION, **place)
        assert "vm-linux-01" in message
        assert "configurationAssignments/arc-linux" in message
        modules.sandbox.clear_requests()
        modules.ok(CONFIGURATION, **place, delete_assignments=True)
        deleted = sent(modules, "/delete")
        assert deleted == [
            "Microsoft.Maintenance/configurationAssignments/delete",
            "Microsoft.Maintenance/configurationAssignments/delete",
            "Microsoft.Maintenance/maintenanceConfigurations/delete",
        ]

    def test_a_bad_value_is_refused_before_any_request(self, modules: Modules) -> None:
        modules.sandbox.clear_requests()
        for member, value, named in (
            ("duration", "04:00", "01:30 to 03:55"),
            ("time_zone", "Europe/Paris", "Romance Standard Time"),
            ("recur_every", "5Hours", "6 to 35 hours"),
        ):
            options = deepcopy(WHOLE)
            options["maintenance_window"][member] = value
            assert named in modules.refused(CONFIGURATION, **options)
        assert "name:" in modules.refused(CONFIGURATION, **{**WHOLE, "name": "a/b"})
        assert sent(modules, "/read", "/write") == []

    def test_a_resource_group_has_to_exist(self, modules: Modules) -> None:
        for check in (True, False):
            answer = modules.call(CONFIGURATION, check=check, **{**WHOLE, "resource_group": "nope"})
            assert answer["failed"]
            assert "ResourceGroupNotFound" in answer["msg"]
        modules.unchanged(CONFIGURATION, name="prod-0600", resource_group="nope", state="absent")

    def test_what_the_service_refuses_is_told_in_its_words(self, modules: Modules) -> None:
        answer = modules.call(CONFIGURATION, **WHOLE | {"visibility": "Public"})
        assert answer["failed"]
        assert "Could not write the maintenance configuration prod-0600" in answer["msg"]
        assert "Visibility 'Public' is not allowed" in answer["msg"]

    def test_lost_and_refused_requests_do_nothing_twice(self, modules: Modules) -> None:
        write = "Microsoft.Maintenance/maintenanceConfigurations/write"
        modules.sandbox.fault("drop_after", operation=write, times=1)
        modules.sandbox.fault("throttle", operation="Microsoft.Maintenance/maintenanceConfigurations/read", times=2)
        assert modules.ok(CONFIGURATION, **WHOLE)["changed"] is True
        modules.unchanged(CONFIGURATION, **WHOLE)
        modules.sandbox.fault("throttle", operation="Microsoft.Maintenance/*/delete", times=1, retry_after=0)
        modules.sandbox.fault("drop_after", operation="Microsoft.Maintenance/*/delete", times=1, after=1)
        assert modules.ok(CONFIGURATION, **PLACE, state="absent")["changed"] is True

    def test_all_are_read_with_two_lists_and_told_when_they_open(self, modules: Modules) -> None:
        modules.ok(CONFIGURATION, **WHOLE)
        modules.sandbox.clear_requests()
        found = modules.ok(CONFIGURATION_INFO, assignments=True, next_openings=3)["maintenance_configurations"]
        assert sent(modules, "/read") == [
            "Microsoft.Maintenance/maintenanceConfigurations/read",
            "Microsoft.Maintenance/configurationAssignments/read",
        ]
        assert [one["name"] for one in found] == ["prod-0600", "saturdays"]
        own, saturdays = found
        assert (own["machines"], own["dynamic_scopes"]) == ([], [])
        assert saturdays["machines"] == [LINUX.lower()]
        assert [scope["name"] for scope in saturdays["dynamic_scopes"]] == ["arc-linux"]
        opens = [datetime.fromisoformat(one) for one in saturdays["next_openings"]]
        assert opens[1] - opens[0] == opens[2] - opens[1] == timedelta(days=7)
        assert opens[0] > datetime.now(UTC)

    def test_the_last_run_of_each_machine_is_told(self, modules: Modules) -> None:
        modules.ok(ASSIGNMENT, maintenance_configuration_id=SATURDAYS, nodes=nodes(WINDOWS, ARC_WINDOWS))
        modules.sandbox.open_maintenance(SATURDAYS)
        runs: list[dict[str, Any]] = []
        for _attempt in range(200):
            read = modules.ok(CONFIGURATION_INFO, name="saturdays", resource_group="rg-vms", runs=True)
            runs = read["maintenance_configurations"][0]["runs"]
            if len(runs) == 4 and all(run["status"] != "InProgress" for run in runs):
                break
        status = {run["node_id"]: run["status"] for run in runs}
        assert status[LINUX.lower()] == "Failed", "it does not let schedules patch it"
        assert status[WINDOWS.lower()] == status[ARC.lower()] == "Succeeded"
        assert len({run["run_id"] for run in runs}) == 1


class TestAssignments:
    def test_machines_join_and_leave_in_bulk(self, modules: Modules) -> None:
        options: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "nodes": nodes(WINDOWS, ARC, ARC_WINDOWS)}
        made = modules.quartet(ASSIGNMENT, **options)
        assert made["changed_node_ids"] == [one.lower() for one in (WINDOWS, ARC, ARC_WINDOWS)]
        assert made["nodes"]["ok"] == 3
        gone = modules.quartet(ASSIGNMENT, **options, state="absent")
        assert gone["nodes"]["changed"] == 3
        left = modules.ok(ASSIGNMENT_INFO, maintenance_configuration_id=SATURDAYS)["assignments"]
        assert [one["node_id"] for one in left] == [LINUX.lower()]

    def test_others_leave_only_when_told_to(self, modules: Modules) -> None:
        options: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "nodes": nodes(WINDOWS)}
        modules.ok(ASSIGNMENT, **options)
        assert len(modules.ok(ASSIGNMENT_INFO)["assignments"]) == 2
        purged = modules.quartet(ASSIGNMENT, **options, purge_nodes=True)
        assert purged["changed_node_ids"] == [LINUX.lower()]
        assert purged["diff"]["after"] == {"machines": [WINDOWS.lower()]}
        read = modules.ok(ASSIGNMENT_INFO)
        assert [one["node_id"] for one in read["assignments"]] == [WINDOWS.lower()]
        assert [one["name"] for one in read["dynamic_scopes"]] == ["arc-linux"], "dynamic scopes stay"

    def test_an_assignment_of_any_name_counts(self, modules: Modules) -> None:
        options: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS.lower(), "nodes": nodes(LINUX)}
        modules.unchanged(ASSIGNMENT, **options, prerequisites="ignore")

    def test_a_machine_that_is_not_ready_is_named_and_not_assigned(self, modules: Modules, told: list[str]) -> None:
        modules.ok(CONFIGURATION, **WHOLE)
        options: dict[str, Any] = {
            "maintenance_configuration_id": SATURDAYS.replace("saturdays", "prod-0600"),
            "nodes": nodes(LINUX, ARC),
        }
        made = modules.quartet(ASSIGNMENT, **options)
        assert made["changed_node_ids"] == [ARC.lower()]
        assert [one["name"] for one in made["prerequisites"]] == ["vm-linux-01"]
        assert "AutomaticByPlatform is needed" in made["nodes"]["failures"][0]["reason"]
        assert told[0].startswith("1 of 2 nodes were not assigned: rg-vms/vm-linux-01")
        refused = modules.ok(ASSIGNMENT, **options, prerequisites="report")
        assert refused["nodes"]["failed"] == 1
        assert "does not meet the prerequisites" in refused["nodes"]["failures"][0]["reason"]

    def test_a_machine_is_made_ready_and_then_assigned(self, modules: Modules) -> None:
        lacking = modules.ok(ASSIGNMENT_INFO, prerequisites=True)["prerequisites"]
        assert [one["name"] for one in lacking] == ["vm-linux-01"]
        ready: dict[str, Any] = {
            "patch_mode": "AutomaticByPlatform",
            "bypass_platform_safety_checks_on_user_schedule": True,
        }
        made = modules.quartet(SETTINGS, nodes=nodes(LINUX, WINDOWS, ARC), **ready)
        assert made["changed_node_ids"] == [LINUX.lower()]
        assert made["arc_node_ids"] == [ARC.lower()]
        assert modules.ok(ASSIGNMENT_INFO, prerequisites=True)["prerequisites"] == []

    def test_a_thousand_would_be_read_with_lists(self, modules: Modules) -> None:
        gone = [LINUX.replace("vm-linux-01", f"vm-{number}") for number in range(40)]
        modules.sandbox.clear_requests()
        answer = modules.ok(ASSIGNMENT, maintenance_configuration_id=SATURDAYS, nodes=nodes(ARC, *gone), check=True)
        assert len(sent(modules, "/read")) == 4, "the configuration, the assignments, VMs and Arc machines"
        assert answer["nodes"]["failed"] == 40
        assert answer["changed_node_ids"] == [ARC.lower()]

    def test_lost_and_refused_requests_do_nothing_twice(self, modules: Modules) -> None:
        operation = "Microsoft.Maintenance/configurationAssignments/write"
        modules.sandbox.fault("drop_after", operation=operation, times=1)
        modules.sandbox.fault("throttle", operation=operation, times=1)
        options: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "nodes": nodes(WINDOWS, ARC, ARC_WINDOWS)}
        assert modules.ok(ASSIGNMENT, **options)["nodes"]["changed"] == 3
        modules.unchanged(ASSIGNMENT, **options)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"maintenance_configuration_id": "saturdays", "nodes": nodes(ARC)}, "maintenance_configuration_id"),
            ({"nodes": [{"node_id": "i-0123456789abcdef0", "provider": "azure_vm"}]}, "nodes.node_id"),
            ({"nodes": nodes(ARC), "name": "a/b"}, "name: 'a/b'"),
            ({"nodes": nodes(ARC), "filter": {}}, "filter"),
            ({"scope": LINUX, "filter": {}}, "scope"),
            ({"scope": HERE}, "filter is not set"),
            ({"scope": HERE, "filter": {"tag_settings": {"tags": {"patch": []}}}}, "filter.tag_settings.tags.patch"),
            ({"scope": HERE, "filter": {"locations": [""]}}, "filter.locations"),
            ({"maintenance_configuration_id": f"{SATURDAYS}x", "nodes": nodes(ARC)}, "configuration that exists"),
            (
                {"maintenance_configuration_id": f"{SATURDAYS}x", "scope": HERE, "filter": {}},
                "configuration that exists",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(self, modules: Modules, options: dict[str, Any], message: str) -> None:
        assert message in modules.refused(ASSIGNMENT, **{"maintenance_configuration_id": SATURDAYS, **options})


FILTER: dict[str, Any] = {
    "locations": ["westeurope", "West Europe"],
    "os_types": ["Linux"],
    "resource_groups": ["rg-vms", "RG-ARC"],
    "resource_types": ["Microsoft.HybridCompute/machines"],
    "tag_settings": {"tags": {"Patch": ["b", "a"], "role": ["db"]}, "filter_operator": "Any"},
}


class TestDynamicScopes:
    @pytest.mark.parametrize("place", [HERE, f"{HERE}/resourceGroups/rg-arc"])
    def test_one_is_made_changed_and_removed(self, modules: Modules, place: str) -> None:
        own: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "scope": place, "name": "own"}
        made = modules.quartet(ASSIGNMENT, **own, filter=FILTER)["dynamic_scope"]
        assert made["filter"]["tag_settings"] == {
            "tags": {"Patch": ["a", "b"], "role": ["db"]},
            "filter_operator": "Any",
        }
        less = modules.quartet(ASSIGNMENT, **own, filter={"locations": [], "tag_settings": {"tags": {"role": ["db"]}}})
        assert less["dynamic_scope"]["filter"]["locations"] == []
        assert less["dynamic_scope"]["filter"]["os_types"] == ["Linux"]
        assert less["dynamic_scope"]["filter"]["tag_settings"]["tags"] == {"role": ["db"]}
        assert modules.quartet(ASSIGNMENT, **own, state="absent")["dynamic_scope"] == {}

    def test_spelling_and_order_are_no_difference(self, modules: Modules) -> None:
        own: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "scope": HERE, "name": "own"}
        modules.ok(ASSIGNMENT, **own, filter=FILTER)
        other = {
            "locations": ["West Europe"],
            "resource_groups": ["RG-arc", "RG-VMS"],
            "tag_settings": {"tags": {"role": "db", "patch": ["a", "b", "a"]}},
        }
        modules.unchanged(ASSIGNMENT, **own, filter=other)
        modules.unchanged(ASSIGNMENT, **{**own, "maintenance_configuration_id": SATURDAYS.lower(), "scope": f"{HERE}/"})

    def test_without_a_name_it_is_found_again(self, modules: Modules) -> None:
        own: dict[str, Any] = {"maintenance_configuration_id": SATURDAYS, "scope": HERE}
        modules.quartet(ASSIGNMENT, **own, filter={})
        modules.quartet(ASSIGNMENT, **own, filter={"os_types": ["Windows"]})
        modules.quartet(ASSIGNMENT, **own, state="absent")

    def test_it_moves_to_another_configuration(self, modules: Modules) -> None:
        modules.ok(CONFIGURATION, **WHOLE)
        other = SATURDAYS.replace("saturdays", "prod-0600")
        made = modules.quartet(ASSIGNMENT, maintenance_configuration_id=other, scope=HERE, name="arc-linux")
        assert made["dynamic_scope"]["maintenance_configuration_id"] == other.lower()
        assert made["dynamic_scope"]["filter"]["os_types"] == ["Linux"]


class TestSettings:
    @pytest.mark.parametrize(
        ("node_id", "wanted"),
        [
            (LINUX, {"patch_mode": "ImageDefault", "assessment_mode": "AutomaticByPlatform"}),
            (LINUX, {"patch_mode": "AutomaticByPlatform", "reboot_setting": "Unknown"}),
            (WINDOWS, {"patch_mode": "AutomaticByOS", "assessment_mode": "ImageDefault"}),
            (WINDOWS, {"bypass_platform_safety_checks_on_user_schedule": False}),
            (WINDOWS, {"reboot_setting": "Never"}),
        ],
    )
    def test_each_setting(self, modules: Modules, node_id: str, wanted: dict[str, Any]) -> None:
        before = modules.sandbox.machine(node_id)
        made = modules.quartet(SETTINGS, nodes=nodes(node_id), **wanted)
        shown = made["diff"]["after"][node_id.lower()]
        assert {name: shown[name] for name in wanted} == wanted
        after = modules.sandbox.machine(node_id)
        unlike = {name for name in before if before[name] != after[name]}
        assert unlike <= {"attributes", "agent"}, "nothing else of the machine was touched"

    def test_a_mode_that_a_system_does_not_have_fails_that_node_alone(self, modules: Modules, told: list[str]) -> None:
        answer = modules.quartet(SETTINGS, nodes=nodes(LINUX, WINDOWS), patch_mode="AutomaticByOS")
        assert answer["changed_node_ids"] == [WINDOWS.lower()]
        assert "is not one of Linux" in answer["nodes"]["failures"][0]["reason"]
        assert told[0].startswith("1 of 2 nodes were not given these patch settings: ")

    def test_a_mode_that_a_machine_was_not_made_for_fails_it_before_anything_is_written(self, modules: Modules) -> None:
        for check in (True, False):
            answer = modules.ok(SETTINGS, check=check, nodes=nodes(WINDOWS), patch_mode="Manual")
            assert not answer["changed"]
            assert "was made with true" in answer["nodes"]["failures"][0]["reason"]
        assert sent(modules, "write") == []

    def test_settings_of_the_platform_need_its_mode(self, modules: Modules) -> None:
        answer = modules.ok(SETTINGS, nodes=nodes(LINUX), reboot_setting="Never")
        assert "only be set with patch_mode AutomaticByPlatform" in answer["nodes"]["failures"][0]["reason"]
        assert "patch_mode" in modules.refused(
            SETTINGS, nodes=nodes(WINDOWS), patch_mode="Manual", reboot_setting="Never"
        )
        assert "nothing is asked for" in modules.refused(SETTINGS, nodes=nodes(WINDOWS))

    def test_a_machine_that_is_not_there_fails_alone(self, modules: Modules) -> None:
        options: dict[str, Any] = {"nodes": nodes(LINUX.replace("01", "99"), WINDOWS), "reboot_setting": "Always"}
        answer = modules.ok(SETTINGS, **options)
        assert (answer["nodes"]["changed"], answer["nodes"]["failed"]) == (1, 1)

    def test_lost_and_refused_requests_do_nothing_twice(self, modules: Modules) -> None:
        operation = "Microsoft.Compute/virtualMachines/write"
        modules.sandbox.fault("drop_after", operation=operation, times=1)
        modules.sandbox.fault("throttle", operation=operation, times=1, after=1)
        options: dict[str, Any] = {
            "nodes": nodes(LINUX, WINDOWS),
            "patch_mode": "AutomaticByPlatform",
            "assessment_mode": "ImageDefault",
        }
        assert modules.ok(SETTINGS, **options)["nodes"]["changed"] == 2
        modules.unchanged(SETTINGS, **options)


class TestShown:
    @pytest.mark.parametrize("module", [CONFIGURATION, CONFIGURATION_INFO, ASSIGNMENT, ASSIGNMENT_INFO, SETTINGS])
    def test_the_examples_work(self, modules: Modules, module: str) -> None:
        answers = Stage(modules.sandbox, {}, {}).play_examples(module)
        assert answers
        assert [answer.get("nodes", {}).get("failures", []) for answer in answers] == [[]] * len(answers)
        assert all(answer["changed"] is not module.endswith("_info") for answer in answers)

    def test_the_tasks_of_the_guide_work(self, modules: Modules) -> None:
        stage = Stage(modules.sandbox, {}, {})
        answers = [answer for task in tasks_of("azure-update-manager.md") for answer in stage.play(task)]
        assert [answer["changed"] for answer in answers] == [True] * 5 + [False] * 2
        assert all(answer.get("nodes", {"failed": 0})["failed"] == 0 for answer in answers)
        assert answers[-1]["prerequisites"] == []

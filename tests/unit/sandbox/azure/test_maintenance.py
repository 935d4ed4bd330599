# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations and assignments that are written, judged by the SDK's client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.maintenance.models import ConfigurationAssignment, MaintenanceConfiguration

from tests.sandbox.azure.maintenance import assignments, configurations
from tests.sandbox.azure.maintenance.errors import MaintenanceError
from tests.sandbox.azure.maintenance.runs import RunStore, look
from tests.sandbox.azure.maintenance.windows import parse_window
from tests.sandbox.timetable import Timetable
from tests.unit.sandbox.azure.nodes_kit import (
    ARC,
    ARC_LINUX,
    ARC_WINDOWS,
    LINUX,
    SUBSCRIPTION,
    VMS,
    WINDOWS,
    AzureSandbox,
    error_of,
    fleet_data,
)

VM, ARC_MACHINE = ("Microsoft.Compute", "virtualMachines"), ("Microsoft.HybridCompute", "machines")


def soon(minutes: float = 60) -> str:
    """A start in the service's form, so far ahead in UTC."""
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


def body(**changes: Any) -> Any:
    """A configuration for guest patches on both systems."""
    properties: dict[str, Any] = {
        "extensionProperties": {"InGuestPatchMode": "User"},
        "maintenanceScope": "InGuestPatch",
        "installPatches": {
            "rebootSetting": "IfRequired",
            "linuxParameters": {"classificationsToInclude": ["Critical", "Security"]},
            "windowsParameters": {"classificationsToInclude": ["Critical", "Security", "UpdateRollup"]},
        },
        "maintenanceWindow": {"startDateTime": soon(), "duration": "02:00", "timeZone": "UTC", "recurEvery": "Day"},
    }
    window = {**properties["maintenanceWindow"], **changes.pop("window", {})}
    patches = {**properties["installPatches"], **changes.pop("patches", {})}
    top = {name: changes.pop(name) for name in ("tags", "location") if name in changes}
    properties |= {"maintenanceWindow": window, "installPatches": patches, **changes}
    return MaintenanceConfiguration.deserialize({"location": "westeurope", **top, "properties": properties})


def refusal(azure: AzureSandbox, configuration: Any) -> str:
    """What the provider says to it."""
    with pytest.raises(HttpResponseError) as caught:
        azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", configuration)
    assert caught.value.status_code == 400
    assert caught.value.response is not None
    found: str = json.loads(caught.value.response.text())["Error"]["Message"]
    return found


def assign(azure: AzureSandbox, machine: str, configuration: str = "made", **more: Any) -> ConfigurationAssignment:
    """Assign a configuration to a machine."""
    group, kind = (ARC, ARC_MACHINE) if machine.startswith("arc") else (VMS, VM)
    assignment = ConfigurationAssignment(maintenance_configuration_id=id_of(configuration), **more)
    operations = azure.maintenance.configuration_assignments
    return operations.create_or_update(group, *kind, machine, configuration, assignment)


def id_of(name: str) -> str:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{VMS}"
    return f"{group}/providers/Microsoft.Maintenance/maintenanceConfigurations/{name}"


def test_a_configuration_is_made_and_answered_in_the_services_own_way(azure: AzureSandbox) -> None:
    operations = azure.maintenance.maintenance_configurations
    sent = body(tags={"Team": "ops", "Zone": "one"}, patches={"rebootSetting": "Never"})
    operations.create_or_update(VMS, "made", sent)
    found: Any = operations.get(VMS.upper(), "MADE")
    assert found.id == id_of("made").replace("resourceGroups", "resourcegroups")
    assert found.install_patches.reboot_setting == "NeverReboot"
    assert list((found.tags or {}).items()) == [("zone", "one"), ("team", "ops")]
    assert (found.expiration_date_time, found.visibility) == ("9999-12-31 23:59:59", "Custom")
    assert found.install_patches.windows_parameters.exclude_kbs_requiring_reboot is False
    assert found.install_patches.windows_parameters.kb_numbers_to_include == []
    names = {one.name for one in azure.maintenance.maintenance_configurations_for_resource_group.list(VMS)}
    assert names == {"made", "saturdays"}


def test_a_change_keeps_what_it_does_not_name_and_a_put_does_not(azure: AzureSandbox) -> None:
    operations = azure.maintenance.maintenance_configurations
    operations.create_or_update(VMS, "made", body(tags={"team": "ops"}))
    changed = operations.update(VMS, "made", MaintenanceConfiguration(duration="03:00"))
    assert (changed.duration, changed.recur_every, changed.tags) == ("03:00", "Day", {"team": "ops"})
    assert operations.create_or_update(VMS, "made", body()).tags == {}
    assert operations.get(VMS, "made").duration == "02:00"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": {"duration": "01:29"}}, "from 01:30 to 03:55"),
        ({"window": {"duration": "03:56"}}, "from 01:30 to 03:55"),
        ({"window": {"duration": "2:00"}}, "HH:mm"),
        ({"window": {"startDateTime": soon(13)}}, "15 minutes"),
        ({"window": {"startDateTime": "2026-12-01T02:00"}}, "YYYY-MM-DD hh:mm"),
        ({"window": {"startDateTime": None}}, "required"),
        ({"window": {"timeZone": "Europe/Berlin"}}, "time zone 'Europe/Berlin'"),
        ({"window": {"recurEvery": "5Hours"}}, "from 6 to 35"),
        ({"window": {"recurEvery": "36Days"}}, "from 1 to 35"),
        ({"window": {"recurEvery": "Month"}}, "missing day of month or week of month"),
        ({"window": {"recurEvery": "Month Fifth Monday"}}, "not a valid value of recurEvery"),
        ({"window": {"recurEvery": "Month Second Tuesday Offset7"}}, "not a valid value of recurEvery"),
        ({"window": {"recurEvery": "Month day32"}}, "not a valid value of recurEvery"),
        ({"window": {"recurEvery": "Month day-2"}}, "not a valid value of recurEvery"),
        ({"window": {"recurEvery": "Week Sonntag"}}, "not a valid value of recurEvery"),
        ({"window": {"recurEvery": "6Hours Monday"}}, "not a valid value of recurEvery"),
        ({"window": {"expirationDateTime": soon(30)}}, "later than startDateTime"),
        ({"extensionProperties": {}}, "must contain Patch mode"),
        ({"patches": {"linuxParameters": {"classificationsToInclude": ["Updates"]}}}, "Updates"),
        ({"patches": {"windowsParameters": {"classificationsToInclude": ["Other"]}}}, "Other"),
        ({"visibility": "Public"}, "Public"),
    ],
)
def test_what_the_model_allows_and_the_service_does_not(
    azure: AzureSandbox, changes: dict[str, Any], said: str
) -> None:
    assert said in refusal(azure, body(**changes))


@pytest.mark.parametrize(
    "recurs",
    [
        "6Hours",
        "Day",
        "35Days",
        "Week",
        "1Week Monday",
        "2Weeks Saturday,Sunday",
        "Month day1,day31",
        "3Months Last Friday",
        "Month Second Tuesday Offset4",
        "Month First Sunday Offset-6",
    ],
)
def test_recurrences_that_are_taken(azure: AzureSandbox, recurs: str) -> None:
    made = azure.maintenance.maintenance_configurations.create_or_update(
        VMS, "made", body(window={"recurEvery": recurs})
    )
    assert made.recur_every == recurs


def test_a_start_in_the_past_stays_when_the_window_is_not_moved(azure: AzureSandbox) -> None:
    operations = azure.maintenance.maintenance_configurations
    present = body(window={"startDateTime": soon(16)})
    operations.create_or_update(VMS, "made", present)
    store = azure.world
    store.clock._wall_start += timedelta(minutes=20)
    try:
        present.duration = "03:00"
        assert operations.create_or_update(VMS, "made", present).duration == "03:00"
        present.recur_every = "Week"
        assert "15 minutes" in refusal(azure, present)
    finally:
        store.clock._wall_start -= timedelta(minutes=20)


def test_region_and_scope_stay_as_they_are(azure: AzureSandbox) -> None:
    operations = azure.maintenance.maintenance_configurations
    operations.create_or_update(VMS, "made", body())
    with pytest.raises(HttpResponseError) as caught:
        operations.create_or_update(VMS, "made", body(location="northeurope"))
    assert error_of(caught.value) == (409, "InvalidResourceLocation")
    assert "scope" in refusal(azure, body(maintenanceScope="Host"))
    with pytest.raises(HttpResponseError) as caught:
        operations.create_or_update(VMS, "other", body(location=None))
    assert error_of(caught.value) == (400, "LocationRequired")
    with pytest.raises(HttpResponseError) as caught:
        operations.create_or_update(VMS, "other", body(location="westeuropa"))
    assert error_of(caught.value) == (400, "LocationNotAvailableForResourceType")


def test_a_deleted_configuration_takes_its_assignments_with_it(azure: AzureSandbox) -> None:
    operations = azure.maintenance.maintenance_configurations
    operations.create_or_update(VMS, "made", body())
    assign(azure, ARC_LINUX)
    operations.delete(VMS, "made")
    operations.delete(VMS, "made")
    names = [one.name for one in azure.maintenance.configuration_assignments_within_subscription.list()]
    assert sorted(name or "" for name in names) == ["arc-linux", "saturdays"]


def test_a_machine_is_assigned_and_released(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    made = assign(azure, WINDOWS, location="westeurope")
    assert made.maintenance_configuration_id == id_of("made")
    operations = azure.maintenance.configuration_assignments
    found = operations.get(VMS, *VM, WINDOWS, "made")
    assert found.maintenance_configuration_id == id_of("made").lower()
    assert found.resource_id == azure.machine(WINDOWS).node_id.lower()
    operations.delete(VMS, *VM, WINDOWS, "made")
    operations.delete(VMS, *VM, WINDOWS, "made")
    assert list(operations.list(VMS, *VM, WINDOWS)) == []


def test_a_virtual_machine_has_to_leave_patching_to_schedules(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    settings: dict[str, Any] = {"patchMode": "AutomaticByPlatform"}
    for platform in (None, {"bypassPlatformSafetyChecksOnUserSchedule": False}):
        settings["automaticByPlatformSettings"] = platform
        patch: Any = {"properties": {"osProfile": {"linuxConfiguration": {"patchSettings": settings}}}}
        azure.compute.virtual_machines.begin_update(VMS, LINUX, patch).result()
        with pytest.raises(HttpResponseError, match="bypassPlatformSafetyChecksOnUserSchedule"):
            assign(azure, LINUX)
    settings["automaticByPlatformSettings"] = {"bypassPlatformSafetyChecksOnUserSchedule": True}
    azure.compute.virtual_machines.begin_update(VMS, LINUX, patch).result()
    assert assign(azure, LINUX).name == "made"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"location": "northeurope"}, "northeurope"),
        ({"resource_id": "/subscriptions/x"}, "not the resource of the request"),
        ({"filter": {"osTypes": ["Linux"]}}, "filter"),
    ],
)
def test_assignments_of_machines_that_are_refused(azure: AzureSandbox, more: dict[str, Any], said: str) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    with pytest.raises(HttpResponseError, match=said):
        assign(azure, ARC_LINUX, **more)


def test_an_assignment_needs_its_configuration_and_its_machine(azure: AzureSandbox) -> None:
    with pytest.raises(HttpResponseError) as caught:
        assign(azure, ARC_LINUX, "nothing")
    assert error_of(caught.value) == (404, "ResourceNotFound")
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    with pytest.raises(HttpResponseError) as caught:
        assign(azure, "arc-nowhere")
    assert error_of(caught.value) == (404, "ResourceNotFound")


def tagged(operator: str, **tags: list[str]) -> dict[str, Any]:
    """A filter by tags."""
    return {"tagSettings": {"tags": tags, "filterOperator": operator}}


def scope(azure: AzureSandbox, name: str = "dynamic", group: str = "", **filters: Any) -> ConfigurationAssignment:
    """A dynamic scope of the subscription or a group."""
    wanted: Any = {"properties": {"maintenanceConfigurationId": id_of("made"), "filter": filters}}
    assignment = ConfigurationAssignment.deserialize(wanted)
    if group:
        return azure.maintenance.configuration_assignments_for_resource_group.create_or_update(group, name, assignment)
    return azure.maintenance.configuration_assignments_for_subscriptions.create_or_update(name, assignment)


def run(azure: AzureSandbox) -> dict[str, Any]:
    """Open the configuration and wait until it has ended; its row."""
    azure.application.open_maintenance(id_of("made").upper())
    for _attempt in range(400):
        rows = [
            row for row in azure.rows("maintenanceresources") if row["type"].endswith("configurations/applyupdates")
        ]
        if rows and rows[-1]["properties"]["status"] != "InProgress":
            return dict(rows[-1]["properties"])
    raise AssertionError(f"the run did not end: {rows}")


@pytest.mark.parametrize(
    ("filters", "group", "expected"),
    [
        ({}, "", {ARC_LINUX, ARC_WINDOWS, LINUX, WINDOWS}),
        ({}, "RG-ARC", {ARC_LINUX, ARC_WINDOWS}),
        ({"osTypes": ["Linux"]}, "", {ARC_LINUX, LINUX}),
        ({"resourceTypes": ["microsoft.hybridcompute/machines"], "osTypes": ["Windows"]}, "", {ARC_WINDOWS}),
        ({"resourceGroups": ["RG-VMS"]}, "", {LINUX, WINDOWS}),
        ({"locations": ["West Europe"], "resourceGroups": ["rg-arc"]}, "", {ARC_LINUX, ARC_WINDOWS}),
        ({"locations": ["northeurope"]}, "", set()),
        (tagged("All", PATCH=["patch_test_0600_batch_2"]), "", {ARC_WINDOWS, WINDOWS}),
        (tagged("All", role=["db"], application=["shop"]), "", {ARC_LINUX}),
        (tagged("Any", role=["db"], application=["shop"]), "", {ARC_LINUX, ARC_WINDOWS, LINUX}),
    ],
)
def test_a_dynamic_scope_is_worked_out_when_the_window_opens(
    azure: AzureSandbox, filters: dict[str, Any], group: str, expected: set[str]
) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    made = scope(azure, group=group, **filters)
    assert str(made.resource_id).lower() == f"/subscriptions/{SUBSCRIPTION}" + (
        f"/resourcegroups/{group}".lower() if group else ""
    )
    names = {one.rpartition("/")[2] for one in azure.application.open_maintenance(id_of("made"))["machines"]}
    assert names == expected


def test_a_dynamic_scope_without_a_filter_has_every_machine(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    wanted: Any = {"properties": {"maintenanceConfigurationId": id_of("made")}}
    made = azure.maintenance.configuration_assignments_for_subscriptions.create_or_update(
        "dynamic", ConfigurationAssignment.deserialize(wanted)
    )
    assert made.filter is None
    names = {one.rpartition("/")[2] for one in azure.application.open_maintenance(id_of("made"))["machines"]}
    assert names == {ARC_LINUX, ARC_WINDOWS, LINUX, WINDOWS}


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"osTypes": ["BSD"]}, "BSD"),
        ({"resourceTypes": ["Microsoft.Compute/disks"]}, "disks"),
        ({"tagSettings": {"tags": {"a": ["b"]}}}, "filterOperator"),
        ({"tagSettings": {"tags": {"a": []}, "filterOperator": "All"}}, "value"),
    ],
)
def test_filters_that_are_refused(azure: AzureSandbox, filters: dict[str, Any], said: str) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    with pytest.raises(HttpResponseError, match=said):
        scope(azure, **filters)


def test_limits(azure: AzureSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (configurations.MOST, assignments.MOST_ASSIGNMENTS, assignments.MOST_SCOPES) == (250, 3000, 200)
    monkeypatch.setattr(configurations, "MOST", 2)
    monkeypatch.setattr(assignments, "MOST_ASSIGNMENTS", 3)
    monkeypatch.setattr(assignments, "MOST_SCOPES", 2)
    operations = azure.maintenance.maintenance_configurations
    operations.create_or_update(VMS, "made", body())
    with pytest.raises(HttpResponseError, match="limit of 2"):
        operations.create_or_update(VMS, "third", body())
    operations.create_or_update(VMS, "elsewhere", body(location="northeurope"))
    for name in ("one", "two", "two"):
        scope(azure, name)
    with pytest.raises(HttpResponseError, match="limit of 2 dynamic"):
        scope(azure, "three")
    assign(azure, ARC_LINUX)
    with pytest.raises(HttpResponseError, match="limit of 3 assignments"):
        assign(azure, ARC_WINDOWS)
    assign(azure, ARC_LINUX)


def test_an_open_window_installs_on_the_machines_of_that_moment(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body(patches={"rebootSetting": "Never"}))
    scope(azure, osTypes=["Windows"])
    assign(azure, ARC_LINUX)
    assign(azure, WINDOWS)
    ended = run(azure)
    assert (ended["status"], ended["resourceUpdateSummary"]["total"]) == ("Succeeded", 3)
    rows = [row for row in azure.rows("maintenanceresources") if row["type"] == "microsoft.maintenance/applyupdates"]
    assert {row["properties"]["resourceId"].rpartition("/")[2] for row in rows} == {ARC_LINUX, ARC_WINDOWS, WINDOWS}
    assert {row["properties"]["correlationId"] for row in rows} == {ended["correlationId"]}
    done = [row for row in azure.rows("patchinstallationresources") if row["type"].endswith("patchinstallationresults")]
    assert {row["properties"]["maintenanceRunId"] for row in done} == {ended["correlationId"]}
    assert {row["properties"]["startedBy"] for row in done} == {"Platform"}
    assert azure.machine(WINDOWS).reboot_pending
    assert {"KB5044281", "KB890830"} <= azure.machine(ARC_WINDOWS).installed_patches().keys()
    assert "KB2267602" not in azure.machine(ARC_WINDOWS).installed_patches()


def test_a_machine_that_is_not_set_for_schedules_any_more_is_not_patched(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    assign(azure, WINDOWS)
    before = azure.machine(WINDOWS).installed_patches().keys()
    azure.machine(WINDOWS).alter({"attributes": {"bypass_platform_safety_checks": False}})
    assert run(azure)["status"] == "Failed"
    assert azure.machine(WINDOWS).installed_patches().keys() == before


def test_the_machines_own_reboot_setting_counts_for_more(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(
        VMS, "made", body(patches={"rebootSetting": "Always"})
    )
    assign(azure, WINDOWS)
    azure.machine(WINDOWS).alter({"attributes": {"reboot_setting": "Never"}})
    boots = azure.machine(WINDOWS).boot_count
    assert run(azure)["status"] == "Succeeded"
    assert azure.machine(WINDOWS).boot_count == boots


def test_a_window_that_is_open_is_not_opened_again(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    assign(azure, ARC_LINUX)
    azure.machine(ARC_LINUX).alter({"faults": {"install_slowness": 100}})
    azure.application.open_maintenance(id_of("made"))
    with pytest.raises(ValueError, match="open already"):
        azure.application.open_maintenance(id_of("made"))


def test_a_window_opens_at_its_time(azure: AzureSandbox) -> None:
    azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
    table, now = Timetable(), azure.world.now()
    with azure.world.lock:
        for minutes in (0, 58, 61, 62):
            look(azure.world, table, now + timedelta(minutes=minutes))
        runs = azure.world.store(RunStore, SUBSCRIPTION).runs
    assert [one.configuration["name"] for one in runs] == ["made"]


def test_resource_graph_shows_writes_late() -> None:
    azure = AzureSandbox(fleet_data(graph_lag=120), speed=400)
    try:
        azure.maintenance.maintenance_configurations.create_or_update(VMS, "made", body())
        assign(azure, ARC_LINUX)
        assert made(azure, "maintenanceresources", lag=False) == []
        (row,) = made(azure, "maintenanceresources")
        assert (row["resourceGroup"], row["subscriptionId"]) == (ARC, SUBSCRIPTION)
        assert [row["location"] for row in made(azure, "resources")] == ["westeurope"]
        azure.maintenance.maintenance_configurations.delete(VMS, "made")
        assert made(azure, "maintenanceresources", lag=False)
        assert made(azure, "maintenanceresources") == []
    finally:
        azure.close()


def made(azure: AzureSandbox, table: str, lag: bool = True) -> list[dict[str, Any]]:
    """The rows of what the tests make."""
    return [row for row in azure.rows(table, lag) if row["name"] == "made"]


@pytest.mark.parametrize(
    ("window", "after", "opens"),
    [
        ({"recurEvery": "Day"}, "2026-12-01 01:00", "2026-12-01 01:00"),
        ({"recurEvery": "Day"}, "2026-12-01 02:30", "2026-12-02 01:00"),
        ({"recurEvery": "2Weeks Saturday,Sunday"}, "2026-12-07 00:00", "2026-12-19 01:00"),
        ({"recurEvery": "Month Second Tuesday Offset4"}, "2026-12-01 12:00", "2026-12-12 01:00"),
        ({"recurEvery": "Month Last Friday"}, "2026-12-01 12:00", "2026-12-25 01:00"),
        ({"recurEvery": "Month day31"}, "2027-02-01 00:00", "2027-03-31 00:00"),
        ({"recurEvery": "Month day10,day-1"}, "2027-02-11 00:00", "2027-02-28 01:00"),
        ({"recurEvery": "12Hours"}, "2026-12-01 12:00", "2026-12-01 13:00"),
        ({"recurEvery": "4Months day1"}, "2026-12-02 12:00", "2027-04-01 00:00"),
        ({}, "2026-12-02 12:00", None),
        ({"recurEvery": "Day", "expirationDateTime": "2026-12-05 00:00"}, "2026-12-04 12:00", None),
    ],
)
def test_when_a_window_opens(window: dict[str, str], after: str, opens: str | None) -> None:
    """In the time of Berlin, which is one hour ahead of UTC and two in summer."""
    given = {"startDateTime": "2026-12-01 02:00", "timeZone": "W. Europe Standard Time", "duration": "02:00", **window}
    found = parse_window(given).next_after(datetime.fromisoformat(after).replace(tzinfo=UTC) - timedelta(minutes=1))
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == opens


def test_a_day_that_no_month_has_never_comes() -> None:
    window = {"startDateTime": "2026-02-01 02:00", "timeZone": "UTC", "recurEvery": "12Months day31"}
    assert parse_window(window).next_after(datetime.now(UTC)) is None


def test_refusals_are_written_with_capitals() -> None:
    with pytest.raises(MaintenanceError) as caught:
        parse_window({})
    assert caught.value.body["Error"]["Code"] == "InvalidMaintenanceWindow"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What deployment schedules become in Update Manager: at the same times, and with nothing lost that is not listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.arc_machines import ArcMachine
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_model import from_api
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_times import times_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_model import new_configuration
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_plan import plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_window import window_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_answer import warnings
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_args import Settings
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_losses import ACCEPTABLE
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_machines import (
    Machines,
    by_name,
    resolve,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_map import (
    Mapped,
    Rules,
    configuration_name,
    map_schedule,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_plan import (
    NOT_MIGRATED,
    Migration,
    refuse_collisions,
)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.sandbox.azure.maintenance.windows import parse_window

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa-patching"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-vms/providers/Microsoft.Compute/virtualMachines"
RULES = Rules("westeurope")
ALL = frozenset(ACCEPTABLE)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COUNT = 24

ZONES = st.sampled_from(
    ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata", "Africa/Cairo"]
)
STARTS = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))
WEEKDAYS = st.lists(st.sampled_from(DAYS), unique=True, max_size=7)
MONTH_DAYS = st.lists(st.one_of(st.integers(1, 31), st.just(-1)), unique=True, max_size=4)
OCCURRENCES = st.lists(
    st.builds(
        lambda number, day: {"occurrence": number, "day": day},
        st.sampled_from([1, 2, 3, 4, 5, -1]),
        st.sampled_from(DAYS),
    ),
    max_size=3,
    unique_by=lambda one: (one["occurrence"], one["day"]),
)
INTERVALS = st.one_of(st.integers(1, 4), st.integers(1, 100))


@st.composite
def schedule_infos(draw: st.DrawFn) -> dict[str, Any]:
    """A ``scheduleInfo`` of every frequency."""
    frequency = draw(st.sampled_from(["OneTime", "Minute", "Hour", "Day", "Week", "Month"]))
    days: dict[str, Any] = {}
    if frequency == "Week":
        days = {"weekDays": draw(WEEKDAYS)}
    elif frequency == "Month":
        days = draw(
            st.one_of(MONTH_DAYS.map(lambda d: {"monthDays": d}), OCCURRENCES.map(lambda d: {"monthlyOccurrences": d}))
        )
    start = draw(STARTS)
    ends = draw(st.one_of(st.none(), st.integers(1, 3000)))
    interval = (
        None if frequency == "OneTime" else max(15, draw(INTERVALS)) if frequency == "Minute" else draw(INTERVALS)
    )
    return {
        "frequency": frequency,
        "interval": interval,
        "startTime": start.isoformat(),
        "expiryTime": (start + timedelta(days=ends)).isoformat()
        if ends and frequency != "OneTime"
        else "9999-12-31T23:59:00+00:00",
        "timeZone": draw(ZONES),
        "isEnabled": draw(st.sampled_from([True, True, True, False])),
        "description": draw(st.sampled_from(["", "third Saturday", "x" * 300])),
        "advancedSchedule": {name: value for name, value in days.items() if value} or None,
    }


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """An ``updateConfiguration`` with everything that there can be."""
    texts = st.lists(st.sampled_from(["a", "b*", "c"]), unique=True, max_size=2)
    windows = {
        "includedUpdateClassifications": draw(
            st.sampled_from(["Critical, Security", "Unclassified", "FeaturePack", "Critical, Drivers", ""])
        ),
        "includedKbNumbers": draw(st.lists(st.sampled_from(["5031364", "KB1", "many"]), unique=True, max_size=2)),
        "excludedKbNumbers": draw(st.lists(st.sampled_from(["5031365", "168934"]), unique=True, max_size=2)),
        "rebootSetting": draw(st.sampled_from(["IfRequired", "never", "Always", "RebootOnly", None])),
    }
    linux = {
        "includedPackageClassifications": draw(st.sampled_from(["Other", "Critical, Security", "Unclassified", ""])),
        "includedPackageNameMasks": draw(texts),
        "excludedPackageNameMasks": draw(texts),
        "rebootSetting": draw(st.sampled_from(["IfRequired", "Never", "Always", "RebootOnly"])),
    }
    query = {
        "scope": [SUBSCRIPTION, f"{SUBSCRIPTION}/resourceGroups/rg-vms"],
        "locations": draw(st.sampled_from([["West Europe"], []])),
        "tagSettings": draw(st.sampled_from([None, {"tags": {"patch": ["w1", "w2"]}, "filterOperator": "Any"}])),
    }
    search = {"functionAlias": draw(st.sampled_from(["old", "hybridops_no_machines"])), "workspaceId": "w"}
    return {
        "operatingSystem": draw(st.sampled_from(["Windows", "Linux"])),
        "windows": windows,
        "linux": linux,
        "duration": draw(st.sampled_from(["PT30M", "PT2H", "PT02H30M00S", "PT3H55M", "PT6H", "PT2H0M30S", None])),
        "azureVirtualMachines": draw(st.sampled_from([[], [f"{VM}/One", f"{VM}/two"]])),
        "nonAzureComputerNames": draw(st.sampled_from([[], ["arc-1", "gone"]])),
        "targets": {
            "azureQueries": draw(st.sampled_from([None, [query]])),
            "nonAzureQueries": draw(st.sampled_from([None, [search]])),
        },
    }


TASKS = st.sampled_from(
    [None, {"preTask": {"source": "Stop", "parameters": {"A": "b"}}, "postTask": {"source": "Start"}}]
)


def resource(
    update: dict[str, Any] | None = None, name: str = "prod", tasks: Any = None, **info: Any
) -> dict[str, Any]:
    """A schedule as the API answers it; by default one that is moved wholly."""
    times = {"frequency": "Day", "interval": 1, "startTime": "2026-01-01T03:00:00+01:00", "timeZone": "Europe/Zurich"}
    usual = {
        "operatingSystem": "Linux",
        "linux": {"includedPackageClassifications": "Security", "rebootSetting": "IfRequired"},
        "duration": "PT2H",
        "nonAzureComputerNames": ["arc-1"],
    }
    properties = {
        "updateConfiguration": usual | (update or {}),
        "scheduleInfo": {**times, "isEnabled": True, **info},
        "tasks": tasks,
    }
    return {"id": f"{ACCOUNT}/softwareUpdateConfigurations/{name}", "name": name, "properties": properties}


def windows(mapped: Mapped) -> list[dict[str, Any]]:
    """The windows of the configurations."""
    return [dict(part.values["maintenance_window"]) for part in mapped.parts]


def fields(mapped: Mapped) -> dict[str, str]:
    """What is listed, with the word that accepts it."""
    return {loss.field: loss.accept for loss in mapped.losses}


def openings(window: dict[str, Any], since: datetime) -> Iterator[datetime]:
    """When the service opens a window, as the sandbox knows it; it does not know the last day of a month."""
    if "day-1" in window["recur_every"]:
        yield from window_of(window).openings_from(since)
        return
    names = {"start_date_time": "startDateTime", "expiration_date_time": "expirationDateTime", "duration": "duration",
             "time_zone": "timeZone", "recur_every": "recurEvery"}  # fmt: skip
    told = {names[name]: value for name, value in window.items() if value}
    if "expirationDateTime" in told:
        # The last minute is one of the window's.
        ends = datetime.fromisoformat(told["expirationDateTime"]) + timedelta(minutes=1)
        told["expirationDateTime"] = ends.strftime("%Y-%m-%d %H:%M")
    recurring, at = parse_window(told), since - timedelta(seconds=1)
    while (at := recurring.next_after(at)) is not None:
        yield at


@given(info=schedule_infos())
@settings(max_examples=300, deadline=None)
@example({"frequency": "Day", "interval": 1, "startTime": "2025-03-30T02:30", "timeZone": "Europe/Zurich"})
@example({"frequency": "Hour", "interval": 6, "startTime": "2025-10-26T02:30:00+01:00", "timeZone": "Europe/Zurich"})
@example({"frequency": "Hour", "interval": 48, "startTime": "2025-10-26T02:30:00+00:00", "timeZone": "UTC"})
@example({"frequency": "Day", "interval": 70, "startTime": "2025-10-26T03:30:00+01:00", "timeZone": "Europe/Zurich"})
def test_windows_open_when_the_schedule_runs(info: dict[str, Any]) -> None:
    answered = resource(**info)
    mapped = map_schedule(answered, RULES, NOW)
    kept = [
        loss
        for loss in mapped.losses
        if loss.field.startswith("schedule_info")
        and loss.accept not in ("split", "disabled", "description", "hidden_days")
    ]
    runs = list(islice(times_of(from_api(answered)["schedule_info"]).runs(NOW + timedelta(minutes=15)), COUNT))
    assert mapped.over is (not runs)
    if kept or mapped.over:
        assert mapped.over or kept[0].accept in ("interval", "fifth_weekday") or not mapped.parts
        return
    assert len(mapped.parts) == 1 or "split" in {loss.accept for loss in mapped.losses}
    opened = merge(*(openings(window, NOW + timedelta(minutes=15)) for window in windows(mapped)))
    assert list(islice(opened, COUNT)) == runs


@given(update=updates(), info=schedule_infos(), tasks=TASKS)
@settings(max_examples=200, deadline=None)
def test_every_setting_is_carried_over_or_listed(update: dict[str, Any], info: dict[str, Any], tasks: Any) -> None:
    answered = resource(update, tasks=tasks, **info)
    mapped, schedule = map_schedule(answered, RULES, NOW), from_api(answered)
    assert mapped.parts or mapped.over or mapped.blocked(ALL)
    listed = fields(mapped)
    assert {f"tasks.{name}" for name, task in schedule["tasks"].items() if task["source"]} <= set(listed)
    for number in range(len(schedule["targets"]["non_azure_queries"])):
        assert f"targets.non_azure_queries[{number}]" in listed
    away = next((loss.value for loss in mapped.losses if loss.field == "schedule_info.is_enabled"), [])
    members = [*mapped.machines, *mapped.computers]
    for one in (*schedule["azure_virtual_machines"], *schedule["non_azure_computer_names"]):
        assert one in away or one.lower() in members
    for query in schedule["targets"]["azure_queries"]:
        found = [scope for scope in mapped.scopes if scope.scope in query["scope"]]
        assert query["scope"] in away or [one.scope for one in found] == query["scope"]
        for scope in found:
            assert scope.filter["locations"] == query["locations"]
            assert scope.filter["tag_settings"]["tags"] == query["tag_settings"]["tags"]
            assert (
                scope.filter["tag_settings"].get("filter_operator", "All") == query["tag_settings"]["filter_operator"]
            )
            assert scope.filter["os_types"] == [schedule["operating_system"]]
    for part in mapped.parts:
        _check_part(part.values, schedule, mapped)


def _check_part(values: Any, schedule: dict[str, Any], mapped: Mapped) -> None:
    """A configuration says what the schedule says, but for what is listed."""
    listed = fields(mapped)
    section = schedule["operating_system"].lower()
    patches = values["install_patches"]
    assert set(patches) == {"reboot_setting", f"{section}_parameters"}
    carried = {value for name in patches[f"{section}_parameters"] for value in patches[f"{section}_parameters"][name]}
    lost = [loss.value for loss in mapped.losses if loss.field.startswith(f"{section}.")]
    for name, value in schedule[section].items():
        for one in value if isinstance(value, list) else ():
            assert one.removeprefix("KB") in carried or one == "Unclassified" or one in lost
        if name == "reboot_setting" and value:
            assert patches[name].casefold() == value.casefold() or f"{section}.{name}" in listed
    other = "linux" if section == "windows" else "windows"
    assert {f"{other}.{name}" for name, value in schedule[other].items() if value} <= set(listed)
    minutes = {
        "PT30M": "01:30",
        "PT2H": "02:00",
        "PT2H30M": "02:30",
        "PT3H55M": "03:55",
        "PT6H": "03:55",
        "PT2H30S": "02:00",
        "": "02:00",
    }
    assert values["maintenance_window"]["duration"] == minutes[schedule["duration"]]
    assert ("duration" in listed) is (schedule["duration"] in ("PT30M", "PT6H", "PT2H30S"))
    description = schedule["schedule_info"]["description"]
    assert values["tags"].get("hybridops:description", "") == description[:256]
    assert ("schedule_info.description" in listed) is (len(description) > 256)


WEEKLY = {"frequency": "Week", "interval": 1}
MONTHLY = {"frequency": "Month", "interval": 1}


def occurrences(*each: tuple[int, str]) -> dict[str, Any]:
    """The days of a month."""
    return {"monthlyOccurrences": [{"occurrence": number, "day": day} for number, day in each]}


@pytest.mark.parametrize(
    ("info", "recurs", "accept"),
    [
        ({"frequency": "Hour", "interval": 1}, ["6Hours"], "interval"),
        ({"frequency": "Hour", "interval": 6}, ["6Hours"], ""),
        ({"frequency": "Hour", "interval": 100}, ["4Days"], "interval"),
        ({"frequency": "Hour", "interval": 48}, ["2Days"], "interval"),
        ({"frequency": "Hour", "interval": 48, "timeZone": "UTC"}, ["2Days"], ""),
        ({"frequency": "Minute", "interval": 30}, ["6Hours"], "interval"),
        ({"frequency": "Day", "interval": 35}, ["35Days"], ""),
        ({"frequency": "Day", "interval": 70}, ["10Weeks Thursday"], ""),
        ({"frequency": "Day", "interval": 100}, ["14Weeks Thursday"], "interval"),
        ({"frequency": "Week", "interval": 36}, ["35Weeks Thursday"], "interval"),
        ({"frequency": "Month", "interval": 36}, ["35Months day1"], "interval"),
        ({**WEEKLY, "advancedSchedule": {"weekDays": ["Sunday", "Friday"]}}, ["Week Friday,Sunday"], ""),
        ({**WEEKLY, "interval": 2, "advancedSchedule": {"weekDays": ["Sunday", "Friday"]}},
         ["2Weeks Friday", "2Weeks Sunday"], "split"),
        ({**WEEKLY, "advancedSchedule": None}, ["Week Thursday"], "hidden_days"),
        ({**MONTHLY, "advancedSchedule": None}, ["Month day1"], "hidden_days"),
        ({**MONTHLY, "advancedSchedule": {"monthDays": [31, -1]}}, ["Month day-1,day31"], ""),
        ({**MONTHLY, "advancedSchedule": occurrences((-1, "Friday"))}, ["Month Last Friday"], ""),
        ({**MONTHLY, "advancedSchedule": occurrences((5, "Friday"))}, ["Month Last Friday"], "fifth_weekday"),
        ({**MONTHLY, "advancedSchedule": occurrences((1, "Friday"), (3, "Friday"))},
         ["Month First Friday", "Month Third Friday"], "split"),
        ({"frequency": "OneTime", "interval": None, "startTime": "2027-01-01T03:00:00+01:00"}, ["6Hours"], ""),
    ],
)  # fmt: skip
def test_each_form_has_its_windows(info: dict[str, Any], recurs: list[str], accept: str) -> None:
    mapped = map_schedule(resource(**info), RULES, NOW)
    assert [one["recur_every"] for one in windows(mapped)] == recurs
    assert [loss.accept for loss in mapped.losses] == ([accept] if accept else [])
    assert mapped.blocked(frozenset()) is bool(accept)
    assert not mapped.blocked(ALL)


def test_settings_that_nobody_here_knows_are_told_where_they_stand_and_say_something() -> None:
    query = {"scope": [SUBSCRIPTION], "since": "2027", "empty": []}
    whole = resource({"targets": {"azureQueries": [query]}}, novelty={"deep": True})
    told = [loss for loss in map_schedule(whole, RULES, NOW).losses if "no setting" in loss.why]
    assert [(loss.field, loss.value) for loss in told] == [
        ("updateConfiguration.targets.azureQueries[0].since", "2027"),
        ("scheduleInfo.novelty", {"deep": True}),
    ]
    assert not any(loss.blocks for loss in told)


def test_a_window_for_one_run_expires_before_it_opens_again() -> None:
    once = {"frequency": "OneTime", "interval": None, "startTime": "2027-01-01T03:00:00+01:00"}
    (window,) = windows(map_schedule(resource(**once), RULES, NOW))
    assert (window["start_date_time"], window["expiration_date_time"]) == ("2027-01-01 03:00", "2027-01-01 08:00")


NEVER: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"linux": {"rebootSetting": "RebootOnly", "includedPackageNameMasks": ["a"]}}, {}, "linux.reboot_setting"),
    ({"linux": {"rebootSetting": "Never", "includedPackageClassifications": "Unclassified"}}, {},
     "linux.included_package_classifications"),
    ({"duration": "soon"}, {}, "duration"),
    ({"operatingSystem": None}, {}, "operating_system"),
    ({}, {"timeZone": "Antarctica/Troll"}, "schedule_info.time_zone"),
    ({}, {"timeZone": "Middle Earth"}, "schedule_info.time_zone"),
    ({}, {"frequency": None}, "schedule_info"),
    ({}, {"startTime": None}, "schedule_info"),
    ({}, {"startTime": "soon"}, "schedule_info.start_time"),
    ({}, {"nextRun": "2026-11-27T05:00:00+01:00"}, "schedule_info"),
    ({}, {**WEEKLY, "nextRun": "2026-11-30T03:00:00+01:00"}, "schedule_info.advanced_schedule"),
    ({}, {**MONTHLY, "advancedSchedule": occurrences((4, "Friday"), (-1, "Friday"))},
     "schedule_info.advanced_schedule.monthly_occurrences"),
    ({}, {**MONTHLY, "advancedSchedule": {"monthDays": [1], **occurrences((1, "Friday"))}},
     "schedule_info.advanced_schedule.monthly_occurrences"),
]  # fmt: skip


@pytest.mark.parametrize(("update", "info", "place"), NEVER)
def test_what_nothing_stands_for_is_never_moved(update: dict[str, Any], info: dict[str, Any], place: str) -> None:
    mapped = map_schedule(resource(update, **info), RULES, NOW)
    loss = next(loss for loss in mapped.losses if loss.field == place)
    assert (loss.accept, loss.blocks) == ("", True)
    assert loss.why
    assert loss.instead
    assert mapped.blocked(ALL)


@pytest.mark.parametrize(
    "info",
    [
        {"frequency": "OneTime", "interval": None},
        {"frequency": "OneTime", "interval": None, "startTime": "2026-11-26T12:10:00+00:00"},
        {"expiryTime": "2026-11-26T12:00:00+00:00"},
    ],
)
def test_what_does_not_run_any_more_is_over(info: dict[str, Any]) -> None:
    mapped = map_schedule(resource(**info), RULES, NOW)
    assert mapped.over
    assert mapped.parts == []
    assert [(loss.blocks, loss.instead) for loss in mapped.losses] == [(False, "nothing")]


def test_the_zone_that_the_options_name_keeps_the_hours() -> None:
    for zone in ("Antarctica/Troll", "Middle Earth"):
        rules = Rules("westeurope", time_zones={zone.upper(): "UTC"})
        mapped = map_schedule(resource(startTime="2026-01-01T03:00", timeZone=zone), rules, NOW)
        (window,) = windows(mapped)
        assert (window["start_date_time"][-5:], window["time_zone"]) == ("03:00", "UTC")
        assert fields(mapped) == {"schedule_info.time_zone": ""}
        assert not mapped.blocked(frozenset())


def test_what_the_service_could_not_make_is_listed() -> None:
    failed = resource()
    failed["properties"] |= {"provisioningState": "Failed", "error": {"code": "X", "message": "no such VM"}}
    mapped = map_schedule(failed, RULES, NOW)
    assert fields(mapped) == {"provisioning_state": "failed_schedule"}
    assert "no such VM" in mapped.losses[0].why


def test_runbooks_name_the_event_that_takes_their_place() -> None:
    mapped = map_schedule(resource(tasks={"postTask": {"source": "Start-It", "parameters": {"A": "b"}}}), RULES, NOW)
    (loss,) = mapped.losses
    assert (loss.field, loss.value) == ("tasks.post_task", {"source": "Start-It", "parameters": {"A": "b"}})
    assert "Microsoft.Maintenance.PostMaintenanceEvent" in loss.instead
    assert "Start-It" in loss.instead


def test_a_disabled_schedule_becomes_a_configuration_for_nobody() -> None:
    query = {"scope": [SUBSCRIPTION]}
    everybody = {"azureVirtualMachines": [f"{VM}/One"], "targets": {"azureQueries": [query]}}
    mapped = map_schedule(resource(everybody, isEnabled=False), RULES, NOW)
    assert (mapped.machines, mapped.computers, mapped.scopes) == ([], [], [])
    (loss,) = mapped.losses
    assert (loss.accept, loss.value) == ("disabled", [f"{VM}/One", "arc-1", [SUBSCRIPTION]])


@pytest.mark.parametrize(
    ("name", "prefix", "suffix", "expected"),
    [
        ("prod w1", "", "", "prod-w1"),
        ("Prod_1.2", "aum-", "first-friday", "aum-Prod_1.2-first-friday"),
        (" (Äpfel) ", "", "", "pfel"),
        ("補丁", "", "", "schedule-6047b589"),
    ],
)
def test_names_are_legal_and_always_the_same(name: str, prefix: str, suffix: str, expected: str) -> None:
    assert configuration_name(name, prefix, suffix) == expected


def test_a_long_name_is_cut_and_still_tells_which() -> None:
    one, two = (configuration_name("x" * 100 + end, "", "first-friday") for end in "ab")
    assert len(one) == len(two) == 64
    assert one != two


def test_schedules_that_would_become_one_configuration_are_both_refused() -> None:
    names = ("prod w1", "PROD-W1", "other")
    mapped = [map_schedule(resource(name=name), RULES, NOW) for name in names]
    refuse_collisions(mapped)
    assert [one.blocked(ALL) for one in mapped] == [True, True, False]
    renamed = Rules("westeurope", names={"Prod W1": "mine"})
    mapped = [map_schedule(resource(name=name), renamed, NOW) for name in names]
    refuse_collisions(mapped)
    assert [one.blocked(ALL) for one in mapped] == [False, False, False]


def arc(name: str, fqdn: str = "", computer: str = "", family: str = "linux", group: str = "rg") -> ArcMachine:
    """An Arc machine."""
    node_id = f"{SUBSCRIPTION}/resourcegroups/{group}/providers/microsoft.hybridcompute/machines/{name.lower()}"
    return ArcMachine(node_id, name, "westeurope", {}, True, family, fqdn, computer)


MACHINES = (
    arc("One", "one.example.com", "one"),
    arc("two-azure", "two.example.com", "TWO"),
    arc("twin", "a.example.com", group="a"),
    arc("twin", "b.example.com", group="b"),
    arc("short"),
    arc("win", family="windows"),
)


@pytest.mark.parametrize(
    ("computer", "found"),
    [
        ("one.example.com", "one"),
        ("ONE", "one"),
        ("two", "two-azure"),
        ("two.example.com", "two-azure"),
        ("a", "twin"),
        ("short.example.com", "short"),
        ("one.example.org", "no Arc machine of the subscriptions"),
        ("nowhere", "no Arc machine of the subscriptions"),
        ("twin", "2 Arc machines go by this name"),
        ("win", "is a windows machine, and the schedule is for linux"),
    ],
)
def test_computers_are_found_by_the_names_that_they_go_by(computer: str, found: str) -> None:
    mapped = map_schedule(resource({"nonAzureComputerNames": [computer]}), RULES, NOW)
    resolve(mapped, Machines(arc=by_name(MACHINES)))
    if mapped.losses:
        assert found in mapped.losses[0].why
        assert (mapped.losses[0].value, mapped.losses[0].accept, mapped.machines) == (computer, "computers", [])
    else:
        assert [one.rpartition("/")[2] for one in mapped.machines] == [found]


@given(info=schedule_infos(), later=st.integers(0, 400 * 24))
@settings(max_examples=60, deadline=None)
def test_a_configuration_that_was_made_is_not_changed_by_time(info: dict[str, Any], later: int) -> None:
    mapped, again = (map_schedule(resource(**info), RULES, at) for at in (NOW, NOW + timedelta(hours=later)))
    assume(mapped.parts and again.parts and not again.over)
    identity = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Maintenance/maintenanceConfigurations/"
    for part in again.parts:
        made = next(one for one in mapped.parts if one.name == part.name)
        assert part.values == made.values
        there = plan_present(None, made.values, identity + made.name, NOW).after
        assert there["maintenance_window"]["time_zone"] == part.values["maintenance_window"]["time_zone"]
        current = {**new_configuration(identity + made.name, made.values), **there, "raw": {}}
        assert not plan_present(current, part.values, identity + part.name, NOW + timedelta(hours=later)).changed


def test_what_is_left_and_patterns_that_fit_nothing_are_warned_of() -> None:
    chosen = Settings((), (), ("PROD*", "none"), False, "s", "rg", (), False, RULES)
    left = [Migration(map_schedule(resource(name=f"prod-{n}"), RULES, NOW), "here", NOT_MIGRATED) for n in range(25)]
    first, second = warnings(left, Machines(), chosen)
    assert first.endswith("prod-18, prod-19 and 5 more")
    assert second == "No schedule has a name like none (option schedules)"
    assert warnings([], Machines(), Settings((), (), (), False, "s", "rg", (), False, RULES)) == []

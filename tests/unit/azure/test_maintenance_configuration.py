# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations: what differs, what is sent, what is refused before anything is asked."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_check import check_configuration
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_model import (
    configuration_from_api,
    wanted_configuration,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_plan import (
    plan_absent,
    plan_present,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_window import (
    moved_start,
    same_openings,
    window_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from azure.mgmt.maintenance.models import MaintenanceConfiguration
from hypothesis import assume, given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Maintenance/maintenanceConfigurations/saturdays"
PARAMS: dict[str, Any] = {
    "location": "westeurope",
    "maintenance_scope": "InGuestPatch",
    "maintenance_window": {
        "start_date_time": "2026-12-05 06:00",
        "duration": "03:00",
        "time_zone": "W. Europe Standard Time",
        "recur_every": "Month First Saturday",
    },
    "install_patches": {
        "reboot_setting": "Never",
        "linux_parameters": {
            "classifications_to_include": ["Critical", "Security"],
            "package_name_masks_to_include": ["openssl*"],
            "package_name_masks_to_exclude": ["kernel*", "docker*"],
        },
        "windows_parameters": {
            "classifications_to_include": ["Security", "UpdateRollup"],
            "kb_numbers_to_include": ["KB5034441"],
            "kb_numbers_to_exclude": ["5034123", "KB5034124"],
            "exclude_kbs_requiring_reboot": True,
        },
    },
    "tags": {"environment": "prod", "Slot": "0600"},
}

AS_THE_SERVICE_HAS_IT: dict[str, Any] = {
    "id": ID.replace("resourceGroups", "resourcegroups"),
    "name": "saturdays",
    "type": "Microsoft.Maintenance/maintenanceConfigurations",
    "location": "West Europe",
    "tags": {"slot": "0600", "environment": "prod"},
    "systemData": {"createdBy": "someone", "createdAt": "2026-01-01T00:00:00Z"},
    "properties": {
        "namespace": "Microsoft.Maintenance",
        "maintenanceScope": "InGuestPatch",
        "visibility": "Custom",
        "extensionProperties": {"inGuestPatchMode": "User"},
        "maintenanceWindow": {
            "startDateTime": "2026-12-05 06:00",
            "expirationDateTime": "9999-12-31 23:59:59",
            "duration": "03:00",
            "timeZone": "W. Europe Standard Time",
            "recurEvery": "1Month First Saturday",
        },
        "installPatches": {
            "rebootSetting": "NeverReboot",
            "linuxParameters": {
                "packageNameMasksToExclude": ["docker*", "kernel*"],
                "packageNameMasksToInclude": ["openssl*"],
                "classificationsToInclude": ["Security", "Critical"],
            },
            "windowsParameters": {
                "classificationsToInclude": ["UpdateRollUp", "Security"],
                "kbNumbersToInclude": ["5034441"],
                "kbNumbersToExclude": ["KB5034124", "KB5034123"],
                "excludeKbsRequiringReboot": True,
            },
            "tasks": {"preTasks": [{"source": "/subscriptions/s/x", "taskScope": "Global"}]},
        },
    },
}
"""The same with all that the service, the portal or Terraform add and write otherwise."""


def changed(**parts: Any) -> dict[str, Any]:
    """The options with something of the window, the patches or the rest otherwise."""
    params = deepcopy(PARAMS)
    for name, value in parts.items():
        if isinstance(value, dict) and isinstance(params.get(name), dict) and name != "tags":
            params[name] = {**params[name], **value}
        else:
            params[name] = value
    return params


def plan(params: dict[str, Any], there: dict[str, Any] | None, now: datetime = NOW, **settings: Any) -> ChangeSet:
    wanted = wanted_configuration(params)
    check_configuration(wanted)
    current = configuration_from_api(there) if there else None
    return plan_present(current, wanted, ID, now, **settings)


def body(changes: ChangeSet) -> dict[str, Any]:
    (step,) = changes.steps
    request: dict[str, Any] = step.params["request"]
    model = MaintenanceConfiguration.deserialize(request)
    assert set(request["properties"]) <= {
        attribute["key"].split(".")[1]
        for attribute in MaintenanceConfiguration._attribute_map.values()
        if attribute["key"].startswith("properties.")
    }
    assert model.location == request["location"]
    return request


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """A request as the service would answer it afterwards."""
    return {"id": ID, "name": "saturdays", **deepcopy(request)}


def test_a_new_configuration_is_sent_as_the_api_has_it() -> None:
    assert body(plan(PARAMS, None)) == {
        "location": "westeurope",
        "tags": {"environment": "prod", "Slot": "0600"},
        "properties": {
            "namespace": "Microsoft.Maintenance",
            "maintenanceScope": "InGuestPatch",
            "visibility": "Custom",
            "extensionProperties": {"InGuestPatchMode": "User"},
            "maintenanceWindow": {
                "startDateTime": "2026-12-05 06:00",
                "duration": "03:00",
                "timeZone": "W. Europe Standard Time",
                "recurEvery": "Month First Saturday",
            },
            "installPatches": {
                "rebootSetting": "Never",
                "linuxParameters": {
                    "classificationsToInclude": ["Critical", "Security"],
                    "packageNameMasksToInclude": ["openssl*"],
                    "packageNameMasksToExclude": ["docker*", "kernel*"],
                },
                "windowsParameters": {
                    "classificationsToInclude": ["Security", "UpdateRollup"],
                    "kbNumbersToInclude": ["KB5034441"],
                    "kbNumbersToExclude": ["5034123", "KB5034124"],
                    "excludeKbsRequiringReboot": True,
                },
            },
        },
    }


def test_what_others_write_otherwise_is_no_difference() -> None:
    assert plan(PARAMS, AS_THE_SERVICE_HAS_IT).steps == ()


def test_nothing_wanted_changes_nothing() -> None:
    nothing: dict[str, Any] = {"maintenance_window": {}, "install_patches": {"linux_parameters": {}}, "tags": None}
    assert plan(nothing, AS_THE_SERVICE_HAS_IT).steps == ()
    assert plan({}, AS_THE_SERVICE_HAS_IT, now=datetime(2036, 1, 1, tzinfo=UTC)).steps == ()


PUBLISHED = {
    "id": ID,
    "name": "configuration1",
    "location": "westus2",
    "properties": {
        "namespace": "Microsoft.Maintenance",
        "maintenanceScope": "InGuestPatch",
        "visibility": "Custom",
        "maintenanceWindow": {
            "startDateTime": "2020-04-30 08:00",
            "expirationDateTime": "9999-12-31 00:00",
            "duration": "05:00",
            "timeZone": "Pacific Standard Time",
            "recurEvery": "5Days",
        },
        "installPatches": {
            "linuxParameters": {
                "classificationsToInclude": ["Critical"],
                "packageNameMasksToExclude": ["apt", "http"],
                "packageNameMasksToInclude": ["binutils", "bin"],
            },
            "rebootSetting": "Always",
        },
    },
}
"""What the published example of a configuration for Linux says, some of it."""


def test_the_published_example_is_unchanged_when_it_says_what_is_wanted() -> None:
    params = {
        "location": "westus2",
        "visibility": "Custom",
        "namespace": "Microsoft.Maintenance",
        "maintenance_window": {
            "start_date_time": "2020-04-30 08:00:00",
            "expiration_date_time": "9999-12-31 23:59",
            "duration": "05:00",
            "time_zone": "Pacific Standard Time",
            "recur_every": "5Days",
        },
        "install_patches": {
            "reboot_setting": "Always",
            "linux_parameters": {
                "classifications_to_include": ["Critical"],
                "package_name_masks_to_exclude": ["http", "apt"],
                "package_name_masks_to_include": ["bin", "binutils"],
            },
            "windows_parameters": {"kb_numbers_to_exclude": [], "exclude_kbs_requiring_reboot": False},
        },
        "tags": {},
    }
    assert plan(params, PUBLISHED).steps == ()
    check_configuration(wanted_configuration(params))


def test_a_window_as_long_as_that_of_the_published_example_is_not_written() -> None:
    with pytest.raises(InputError, match=r"maintenance_window.duration: '05:00'.*01:30 to 03:55"):
        plan(changed(maintenance_window={"duration": "05:00"}), AS_THE_SERVICE_HAS_IT)
    with pytest.raises(InputError, match=r"maintenance_window.duration: '05:00'"):
        plan(changed(maintenance_window={"duration": "05:00"}), None)


@pytest.mark.parametrize(
    ("parts", "path", "value"),
    [
        ({"visibility": "Public"}, "visibility", "Public"),
        ({"namespace": "Other"}, "namespace", "Other"),
        (
            {"extension_properties": {"InGuestPatchMode": "Platform"}},
            "extensionProperties.inGuestPatchMode",
            "Platform",
        ),
        ({"maintenance_window": {"duration": "02:30"}}, "maintenanceWindow.duration", "02:30"),
        ({"maintenance_window": {"time_zone": "UTC"}}, "maintenanceWindow.timeZone", "UTC"),
        (
            {"maintenance_window": {"recur_every": "2Weeks Sunday,Saturday"}},
            "maintenanceWindow.recurEvery",
            "2Weeks Saturday,Sunday",
        ),
        (
            {"maintenance_window": {"expiration_date_time": "2027-12-31 00:00"}},
            "maintenanceWindow.expirationDateTime",
            "2027-12-31 00:00",
        ),
        (
            {"maintenance_window": {"start_date_time": "2027-01-02 05:30"}},
            "maintenanceWindow.startDateTime",
            "2027-01-02 05:30",
        ),
        ({"install_patches": {"reboot_setting": "Always"}}, "installPatches.rebootSetting", "Always"),
        (
            {"install_patches": {"linux_parameters": {"classifications_to_include": ["Other"]}}},
            "installPatches.linuxParameters.classificationsToInclude",
            ["Other"],
        ),
        (
            {"install_patches": {"linux_parameters": {"package_name_masks_to_include": []}}},
            "installPatches.linuxParameters.packageNameMasksToInclude",
            None,
        ),
        (
            {"install_patches": {"linux_parameters": {"package_name_masks_to_exclude": ["x"]}}},
            "installPatches.linuxParameters.packageNameMasksToExclude",
            ["x"],
        ),
        (
            {"install_patches": {"windows_parameters": {"classifications_to_include": ["Tools"]}}},
            "installPatches.windowsParameters.classificationsToInclude",
            ["Tools"],
        ),
        (
            {"install_patches": {"windows_parameters": {"kb_numbers_to_include": ["KB1"]}}},
            "installPatches.windowsParameters.kbNumbersToInclude",
            ["KB1"],
        ),
        (
            {"install_patches": {"windows_parameters": {"kb_numbers_to_exclude": []}}},
            "installPatches.windowsParameters.kbNumbersToExclude",
            None,
        ),
        (
            {"install_patches": {"windows_parameters": {"exclude_kbs_requiring_reboot": False}}},
            "installPatches.windowsParameters.excludeKbsRequiringReboot",
            None,
        ),
    ],
)
def test_one_change_is_sent_with_everything_else_as_it_is(parts: dict[str, Any], path: str, value: Any) -> None:
    there = deepcopy(AS_THE_SERVICE_HAS_IT)
    changes = plan(parts, there)
    before = configuration_from_api(there)
    after = configuration_from_api(answered(body(changes)))
    sent: Any = body(changes)["properties"]
    for name in path.split("."):
        sent = sent.get(name) if isinstance(sent, dict) else sent
    assert sent == value
    unlike = {name for name in before if name not in ("raw", "id") and before[name] != after[name]}
    assert len(unlike) == 1, "nothing else differs"
    assert {**changes.after, "id": ID} == {key: after[key] for key in changes.after}, "what is predicted is what comes"
    assert body(changes)["properties"]["installPatches"]["tasks"], "what is not known here stays"
    assert plan(parts, answered(body(changes))).steps == (), "and once is enough"


def test_lists_and_flags_that_are_emptied_leave_no_trace() -> None:
    empty = {
        "linux_parameters": {key: [] for key in PARAMS["install_patches"]["linux_parameters"]},
        "windows_parameters": {
            "classifications_to_include": [],
            "kb_numbers_to_include": [],
            "kb_numbers_to_exclude": [],
            "exclude_kbs_requiring_reboot": False,
        },
    }
    request = body(plan({"install_patches": empty}, AS_THE_SERVICE_HAS_IT))
    assert set(request["properties"]["installPatches"]) == {"rebootSetting", "tasks"}


class TestTags:
    def test_they_are_a_set_whose_names_have_no_case(self) -> None:
        assert plan({"tags": {"SLOT": "0600", "Environment": "prod"}}, AS_THE_SERVICE_HAS_IT).steps == ()

    def test_values_have_a_case(self) -> None:
        request = body(plan({"tags": {"SLOT": "0600", "Environment": "Prod"}}, AS_THE_SERVICE_HAS_IT))
        assert request["tags"] == {"slot": "0600", "environment": "Prod"}

    def test_others_go_unless_they_may_stay(self) -> None:
        wanted = {"tags": {"owner": "team"}}
        assert body(plan(wanted, AS_THE_SERVICE_HAS_IT))["tags"] == {"owner": "team"}
        kept = body(plan(wanted, AS_THE_SERVICE_HAS_IT, purge_tags=False))["tags"]
        assert kept == {"environment": "prod", "owner": "team", "slot": "0600"}

    def test_they_leave_a_start_that_has_passed_as_it_is(self) -> None:
        late = datetime(2030, 1, 1, tzinfo=UTC)
        request = body(plan({"tags": {}}, AS_THE_SERVICE_HAS_IT, now=late))
        assert request["properties"]["maintenanceWindow"]["startDateTime"] == "2026-12-05 06:00"


class TestExtensionProperties:
    def test_the_patch_mode_is_never_taken_away(self) -> None:
        there = deepcopy(AS_THE_SERVICE_HAS_IT)
        there["properties"]["extensionProperties"]["other"] = "x"
        assert plan({"extension_properties": {"other": "x"}}, there).steps == ()
        gone = body(plan({"extension_properties": {}}, there))
        assert gone["properties"]["extensionProperties"] == {"inGuestPatchMode": "User"}
        assert plan({"extension_properties": {}}, there, purge_extension_properties=False).steps == ()

    def test_the_case_of_a_mode_says_nothing_that_of_another_value_does(self) -> None:
        there = deepcopy(AS_THE_SERVICE_HAS_IT)
        there["properties"]["extensionProperties"]["other"] = "x"
        assert plan({"extension_properties": {"Other": "x", "InGuestPatchMode": "User"}}, there).steps == ()
        request = body(plan({"extension_properties": {"other": "X"}}, there))
        assert request["properties"]["extensionProperties"] == {"inGuestPatchMode": "User", "other": "X"}


class TestStart:
    def test_one_that_has_passed_becomes_the_next_opening(self) -> None:
        params = changed(maintenance_window={"start_date_time": "2026-01-03 06:00"})
        request = body(plan(params, None))
        assert request["properties"]["maintenanceWindow"]["startDateTime"] == "2026-12-05 06:00"
        assert plan(params, answered(request)).steps == ()

    def test_it_needs_no_move_again_as_time_goes_by(self) -> None:
        params = changed(maintenance_window={"start_date_time": "2026-01-03 06:00"})
        there = answered(body(plan(params, None)))
        for days in (1, 8, 9, 10, 40, 400, 4000):
            assert plan(params, there, now=NOW + timedelta(days=days)).steps == ()

    def test_an_opening_that_is_too_near_is_left_to_the_old_window(self) -> None:
        now = datetime(2026, 12, 5, 4, 50, tzinfo=UTC)
        params = changed(maintenance_window={"start_date_time": "2026-01-03 06:00"})
        request = body(plan(params, None, now=now))
        assert request["properties"]["maintenanceWindow"]["startDateTime"] == "2027-01-02 06:00"
        assert plan(params, answered(request), now=now + timedelta(minutes=1)).steps == ()

    def test_it_moves_with_a_window_that_changes(self) -> None:
        now = datetime(2027, 2, 1, tzinfo=UTC)
        changes = plan({"maintenance_window": {"duration": "02:00"}}, AS_THE_SERVICE_HAS_IT, now=now)
        assert changes.after["maintenance_window"]["start_date_time"] == "2027-02-06 06:00"

    def test_another_rhythm_is_a_change(self) -> None:
        params = changed(maintenance_window={"start_date_time": "2026-01-03 05:00"})
        changes = plan(params, AS_THE_SERVICE_HAS_IT)
        assert changes.after["maintenance_window"]["start_date_time"] == "2026-12-05 05:00"

    def test_that_of_a_window_that_opens_once_has_to_be_ahead(self) -> None:
        params = changed(maintenance_window={"start_date_time": "2026-11-26 13:10", "recur_every": None})
        with pytest.raises(InputError, match=r"start_date_time: '2026-11-26 13:10'.*15 minutes.*2026-11-26 13:15"):
            plan(params, None)
        later = changed(maintenance_window={"start_date_time": "2026-11-26 13:15", "recur_every": ""})
        there = answered(body(plan(later, None)))
        assert plan(later, there, now=NOW + timedelta(days=9)).steps == (), "and nothing is to be done when it is over"

    def test_a_time_that_the_clock_passes_over_is_refused(self) -> None:
        params = changed(maintenance_window={"start_date_time": "2027-03-28 02:30"})
        with pytest.raises(InputError, match=r"start_date_time.*put forward"):
            plan(params, None)

    def test_a_window_that_is_over_is_refused(self) -> None:
        window = {"start_date_time": "2026-01-03 06:00", "expiration_date_time": "2026-11-30 00:00"}
        with pytest.raises(InputError, match="start_date_time"):
            plan(changed(maintenance_window=window), None)


RECURRENCES = st.one_of(
    st.builds(lambda n: f"{n}Hours", st.integers(6, 35)),
    st.builds(lambda n: f"{n}Days", st.integers(2, 35)),
    st.builds(
        lambda n, days: f"{n}Weeks {','.join(sorted(days))}",
        st.integers(2, 9),
        st.sets(st.sampled_from(["Monday", "Tuesday", "Saturday", "Sunday"]), min_size=1, max_size=3),
    ),
    st.builds(lambda n, day: f"{n}Months day{day}", st.integers(2, 7), st.integers(1, 31)),
    st.builds(
        lambda n, week, day, offset: f"{n}Months {week} {day} Offset{offset}",
        st.integers(2, 7),
        st.sampled_from(["First", "Second", "Last"]),
        st.sampled_from(["Monday", "Sunday"]),
        st.sampled_from([-6, -2, 1, 6]),
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    RECURRENCES,
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)),
    st.sampled_from(["UTC", "W. Europe Standard Time", "Pacific Standard Time"]),
)
def test_a_start_that_is_moved_keeps_the_rhythm(recurs: str, start: datetime, zone: str) -> None:
    values = {"start_date_time": start.strftime("%Y-%m-%d %H:%M"), "time_zone": zone, "recur_every": recurs}
    try:
        moved = {**values, "start_date_time": moved_start(values, NOW)}
    except InputError:
        assume(False)
    first = window_of(moved).start.replace(tzinfo=window_of(moved).zone)
    assert first >= NOW + timedelta(minutes=15)
    old = list(islice(window_of(values).openings_from(first), 30))
    assert list(islice(window_of(moved).openings_from(NOW), 30)) == old
    assert same_openings(values, moved, first)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"maintenance_scope": "Guest"}, "maintenance_scope: 'Guest'"),
    ({"visibility": "Private"}, "visibility: 'Private'"),
    ({"extension_properties": {"InGuestPatchMode": "Auto"}}, "extension_properties.InGuestPatchMode: 'Auto'"),
    ({"maintenance_window": {"duration": "01:29"}}, "maintenance_window.duration: '01:29'.*01:30 to 03:55"),
    ({"maintenance_window": {"duration": "03:56"}}, "maintenance_window.duration: '03:56'"),
    ({"maintenance_window": {"duration": "180"}}, "maintenance_window.duration: '180'"),
    ({"maintenance_window": {"duration": "03:99"}}, "maintenance_window.duration: '03:99'"),
    ({"maintenance_window": {"duration": "PT3H"}}, "maintenance_window.duration: 'PT3H'"),
    ({"maintenance_window": {"duration": ""}}, "maintenance_window.duration: ''"),
    ({"maintenance_window": {"start_date_time": "tomorrow"}}, "maintenance_window.start_date_time: 'tomorrow'"),
    ({"maintenance_window": {"start_date_time": ""}}, "maintenance_window.start_date_time: ''"),
    ({"maintenance_window": {"start_date_time": "2027-02-30 06:00"}}, "start_date_time: '2027-02-30 06:00'"),
    ({"maintenance_window": {"start_date_time": "2027-01-02"}}, "start_date_time: '2027-01-02'"),
    ({"maintenance_window": {"start_date_time": "2027-01-02T06:00Z"}}, "start_date_time: '2027-01-02T06:00Z'"),
    ({"maintenance_window": {"expiration_date_time": "never"}}, "expiration_date_time: 'never'"),
    ({"maintenance_window": {"time_zone": "Europe/Zurich"}}, "time_zone: 'Europe/Zurich'.*W. Europe Standard Time"),
    ({"maintenance_window": {"time_zone": "Etc/UTC"}}, "time_zone: 'Etc/UTC'.*: UTC"),
    ({"maintenance_window": {"time_zone": "CET time"}}, "time_zone: 'CET time'"),
    ({"maintenance_window": {"recur_every": "5Hours"}}, "recur_every: '5Hours'.*6 to 35 hours"),
    ({"maintenance_window": {"recur_every": "36Hours"}}, "recur_every: '36Hours'"),
    ({"maintenance_window": {"recur_every": "36Days"}}, "recur_every: '36Days'"),
    ({"maintenance_window": {"recur_every": "36Weeks"}}, "recur_every: '36Weeks'"),
    ({"maintenance_window": {"recur_every": "36Months day1"}}, "recur_every: '36Months day1'"),
    ({"maintenance_window": {"recur_every": "Month"}}, "recur_every: 'Month'.*Month Second Tuesday"),
    ({"maintenance_window": {"recur_every": "Month Second Tuesday Offset7"}}, "recur_every"),
    ({"maintenance_window": {"recur_every": "Month Fifth Monday"}}, "recur_every: 'Month Fifth Monday'"),
    ({"maintenance_window": {"recur_every": "Month day32"}}, "recur_every: 'Month day32'"),
    ({"maintenance_window": {"recur_every": "Week Caturday"}}, "recur_every: 'Week Caturday'"),
    ({"maintenance_window": {"recur_every": "0Days"}}, "recur_every: '0Days'"),
    ({"maintenance_window": {"recur_every": "cron(0 6 * * ? *)"}}, "recur_every"),
    ({"install_patches": {"reboot_setting": "Sometimes"}}, "reboot_setting: 'Sometimes'"),
    (
        {"install_patches": {"linux_parameters": {"classifications_to_include": ["Bugfix"]}}},
        "linux_parameters.classifications_to_include: 'Bugfix'",
    ),
    (
        {"install_patches": {"windows_parameters": {"classifications_to_include": ["Other"]}}},
        "windows_parameters.classifications_to_include: 'Other'",
    ),
    ({"install_patches": {"windows_parameters": {"kb_numbers_to_exclude": ["MS17"]}}}, "kb_numbers_to_exclude: 'MS17'"),
    ({"install_patches": {"linux_parameters": {"package_name_masks_to_include": [" "]}}}, "masks_to_include: ' '"),
    ({"tags": {"a/b": "x"}}, "tags: 'a/b'"),
    ({"tags": {"a": "x" * 257}}, "tags.a"),
    ({"tags": {"a": "x", "A": "y"}}, "tags: 'a'"),
    ({"tags": {str(number): "x" for number in range(51)}}, "tags: 51"),
]


@pytest.mark.parametrize(("parts", "message"), BAD)
def test_what_cannot_be_is_refused_before_anything_is_asked(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_configuration(wanted_configuration(parts))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"location": None}, "location is not set"),
        ({"maintenance_window": None}, "maintenance_window.start_date_time is not set"),
        ({"maintenance_window": {"time_zone": None}}, "maintenance_window.time_zone is not set"),
        ({"maintenance_window": {"expiration_date_time": "2026-12-05 06:00"}}, "expiration_date_time"),
    ],
)
def test_a_new_one_without_what_it_needs_is_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan(changed(**parts), None)


@pytest.mark.parametrize(
    "parts",
    [
        {"maintenance_window": {"duration": "1:30"}},
        {"maintenance_window": {"duration": "03:55:00"}},
        {"maintenance_window": {"recur_every": "6hours"}},
        {"maintenance_window": {"recur_every": "35Months day31"}},
        {"maintenance_window": {"recur_every": "month last friday offset -6"}},
        {"maintenance_window": {"time_zone": "utc"}},
        {"maintenance_window": {"time_zone": "w. europe standard time"}},
        {"maintenance_scope": "Host", "maintenance_window": {"duration": "05:00", "recur_every": "Month"}},
        {"install_patches": {"windows_parameters": {"classifications_to_include": ["UpdateRollUp"]}}},
        {"tags": {str(number): "" for number in range(50)}},
    ],
)
def test_what_the_service_takes_is_taken(parts: dict[str, Any]) -> None:
    check_configuration(wanted_configuration(parts))


def test_place_and_purpose_do_not_change() -> None:
    with pytest.raises(InputError, match=r"location: 'northeurope'.*West Europe"):
        plan({"location": "northeurope"}, AS_THE_SERVICE_HAS_IT)
    with pytest.raises(InputError, match=r"maintenance_scope: 'Host'.*InGuestPatch"):
        plan({"maintenance_scope": "Host"}, AS_THE_SERVICE_HAS_IT)


def test_another_scope_is_left_with_little() -> None:
    params = {"location": "westeurope", "maintenance_scope": "Host"}
    assert body(plan(params, None))["properties"] == {
        "namespace": "Microsoft.Maintenance",
        "maintenanceScope": "Host",
        "visibility": "Custom",
        "extensionProperties": {},
    }


def test_what_is_assigned_goes_first_and_only_when_told_to() -> None:
    current = configuration_from_api(AS_THE_SERVICE_HAS_IT)
    with pytest.raises(InputError, match=r"delete_assignments: /a, /b"):
        plan_absent(current, ["/b", "/a"])
    changes = plan_absent(current, ["/b", "/a"], unassign=True)
    assert [str(step) for step in changes.steps] == [
        "delete_assignment /a",
        "delete_assignment /b",
        f"delete_configuration {current['id']}",
    ]
    assert plan_absent(None).steps == ()

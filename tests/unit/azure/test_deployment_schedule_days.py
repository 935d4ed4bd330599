# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Days of deployment schedules: those that the service does not tell, and those that do not say when one runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_model import to_api
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_plan import (
    doubts,
    plan_members,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_start import DaysUnknown
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError

from tests.unit.azure.test_deployment_schedule import NOW, VM, WANTED, as_the_service_shows, created, options, plan

THIRD = {"monthly_occurrences": [{"occurrence": 3, "day": "Saturday"}]}


def hiding(next_run: str | None, **info: Any) -> dict[str, Any]:
    """A schedule as a service answers it that has null for days, whatever they are."""
    given = {**WANTED, "schedule_info": {**WANTED["schedule_info"], **info}}
    resource = as_the_service_shows(created(**given))
    resource["properties"]["scheduleInfo"] |= {"advancedSchedule": None, "nextRun": next_run}
    return resource


class TestRightAfterAWrite:
    """The next run is the start then, which fits every rule that has it."""

    NEXT = "2026-12-19T06:00:00+01:00"

    def test_days_that_have_it_are_as_wanted(self) -> None:
        assert not plan(hiding(self.NEXT), **WANTED).changed

    def test_days_that_lack_it_are_a_difference(self) -> None:
        days = {"monthly_occurrences": [{"occurrence": 2, "day": "Saturday"}]}
        assert plan(hiding(self.NEXT), schedule_info={"advanced_schedule": days}).changed

    def test_a_month_does_not_lose_its_days(self) -> None:
        with pytest.raises(DaysUnknown, match="nor anything from which they could be told"):
            plan_members(hiding(self.NEXT), ["new"], None, NOW)
        with pytest.raises(DaysUnknown):
            plan(hiding(self.NEXT), duration="PT3H")

    def test_nor_where_it_is_off_and_there_is_no_next_run(self) -> None:
        off = hiding(None, is_enabled=False)
        assert not plan(off, **{**WANTED, "schedule_info": {**WANTED["schedule_info"], "is_enabled": False}}).changed
        with pytest.raises(DaysUnknown):
            plan(off, schedule_info={"is_enabled": True})

    def test_days_that_are_named_are_written(self) -> None:
        info = {"is_enabled": False, "advanced_schedule": THIRD}
        after = plan(hiding(self.NEXT), schedule_info=info).after
        assert after["schedule_info"]["advanced_schedule"]["monthly_occurrences"] == THIRD["monthly_occurrences"]

    def test_none_can_be_named_too(self) -> None:
        assert plan(hiding(self.NEXT), duration="PT3H", schedule_info={"advanced_schedule": {}}).changed

    def test_a_week_is_written_and_the_doubt_is_told(self) -> None:
        weekly = hiding(self.NEXT, frequency="Week", interval=1, advanced_schedule={"week_days": ["Saturday"]})
        changes = plan_members(weekly, ["new"], None, NOW)
        (doubt,) = doubts(weekly, {}, changes)
        assert "tells no days on which the deployment schedule prod-w1 runs (frequency Week)" in doubt

    def test_a_schedule_whose_days_are_told_leaves_no_doubt(self) -> None:
        resource = as_the_service_shows(created(**WANTED))
        assert doubts(resource, {}, plan_members(resource, ["new"], None, NOW)) == []


def test_a_next_run_without_an_offset_is_one_of_the_zone() -> None:
    assert not plan(hiding("2027-02-20T06:00:00"), NOW + timedelta(days=30), **WANTED).changed


def test_a_start_that_is_not_told_can_be_given() -> None:
    resource = created(**WANTED)
    resource["properties"]["scheduleInfo"]["startTime"] = None
    assert plan(resource, schedule_info={"start_time": "2026-12-19T06:00"}).changed
    with pytest.raises(InputError, match=r"schedule_info\.start_time: '' cannot be used"):
        plan(resource, duration="PT3H")


HOURLY: dict[str, Any] = {
    "name": "testpatch",
    "operating_system": "Windows",
    "windows": {
        "included_update_classifications": ["Critical"],
        "excluded_kb_numbers": ["168934", "168973"],
        "reboot_setting": "IfRequired",
    },
    "duration": "PT2H0M",
    "azure_virtual_machines": [f"{VM}/vm-01"],
    "schedule_info": {
        "frequency": "Hour",
        "interval": 1,
        "start_time": "2027-10-19T12:22:57+00:00",
        "expiry_time": "2028-11-09T11:22:57+00:00",
        "time_zone": "America/Los_Angeles",
        "advanced_schedule": {"week_days": ["Monday", "Thursday"]},
    },
    "tasks": {"post_task": {"source": "GetCache", "parameters": None}},
}


class TestDaysOfAnotherFrequency:
    """The published request of "Create software update configuration" has days of the week with Hour."""

    def test_they_are_sent(self) -> None:
        changes = plan(None, **HOURLY)
        info = to_api(changes.after)["properties"]["scheduleInfo"]
        assert (info["frequency"], info["advancedSchedule"]) == ("Hour", {"weekDays": ["Monday", "Thursday"]})
        assert (info["startTime"], info["expiryTime"]) == ("2027-10-19T05:22:00-07:00", "2028-11-09T03:22:00-08:00")
        (doubt,) = doubts(None, options(**HOURLY), changes)
        assert "week_days is not for the frequency Hour" in doubt

    @pytest.mark.parametrize("told", [None, {}, {"weekDays": ["Thursday", "Monday"]}])
    def test_they_are_no_difference_where_they_are_not_told(self, told: dict[str, Any] | None) -> None:
        resource = created(**HOURLY)
        resource["properties"]["scheduleInfo"]["advancedSchedule"] = told
        assert not plan(resource, **HOURLY).changed

    def test_others_are(self) -> None:
        days = {"week_days": ["Monday"]}
        assert plan(created(**HOURLY), schedule_info={"advanced_schedule": days}).changed
        assert plan(created(**HOURLY), schedule_info={"advanced_schedule": {}}).changed

    def test_what_others_have_left_stays_in_the_way_of_nothing(self) -> None:
        """Terraform takes any days with any frequency, and so does the service."""
        resource = created(**HOURLY)
        left = {"monthDays": [1, 10], "monthlyOccurrences": [{"occurrence": 1, "day": "Tuesday"}]}
        resource["properties"]["scheduleInfo"]["advancedSchedule"] = left
        changes = plan(resource, schedule_info={"start_time": "2027-10-20T12:30:00+00:00"})
        assert to_api(changes.after)["properties"]["scheduleInfo"]["advancedSchedule"] == left


def test_more_than_one_occurrence_is_refused() -> None:
    several = [{"occurrence": 1, "day": "Monday"}, {"occurrence": 3, "day": "Monday"}]
    with pytest.raises(InputError, match="one at most"):
        options(schedule_info={"frequency": "Month", "advanced_schedule": {"monthly_occurrences": several}})


def test_what_the_answer_leaves_out_is_what_the_service_takes() -> None:
    """Published answers have no ``rebootSetting``, although the request had one."""
    resource = created(**WANTED)
    del resource["properties"]["updateConfiguration"]["windows"]["rebootSetting"]
    del resource["properties"]["updateConfiguration"]["duration"]
    assert not plan(resource, **WANTED).changed
    assert plan(resource, windows={"reboot_setting": "Never"}).changed
    assert plan(resource, duration="PT3H").changed

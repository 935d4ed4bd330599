# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which deployment schedules a policy asks for, where it wants those instead of maintenance configurations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_args import wanted_schedule
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_check import check_schedule
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_model import to_api
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_plan import plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_times import times_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_window import window_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.policy_schedule_items import wanted_schedules
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.azure_policy.builders import BASE, NOW, OTHER, SUBSCRIPTION, estate, fact, native

WHERE = "service: deployment_schedules, resource_group: rg-auto, automation_account: aa-patching"
ACCOUNT = {"subscription": SUBSCRIPTION, "resource_group": "rg-auto", "automation_account_name": "aa-patching"}
LINUX, WINDOWS = "hybridops-prod-install-0600-batch_1-linux", "hybridops-prod-install-0600-batch_2-windows"


def policy(slot: str = "", where: str = WHERE, **more: str) -> str:
    """A policy of prod with deployment schedules."""
    return native(slot=slot, where=where, **more)


def complete(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with the options that are not set, as the module has them."""
    section = {name: entry.get(name) for name in ("windows", "linux")}
    return {**section, "tasks": None, "azure_virtual_machines": None, "non_azure_computer_names": None, **entry}


class TestSchedules:
    def test_each_batch_and_family_has_one_with_a_window_of_its_own(self) -> None:
        found = estate(fact(1), fact(2, os="windows"), policy=policy())
        assert found["configurations"] == []
        first, second = found["schedules"]
        assert (first["name"], second["name"]) == (LINUX, WINDOWS)
        assert {name: first[name] for name in ACCOUNT} == ACCOUNT
        assert first["operating_system"] == "Linux"
        assert first["linux"]["included_package_classifications"] == ["Critical", "Security"]
        assert second["windows"]["included_update_classifications"] == [
            "Critical",
            "Security",
            "UpdateRollup",
            "Updates",
        ]
        assert second["windows"]["reboot_setting"] == "IfRequired"
        assert (first["duration"], second["duration"]) == ("PT1H30M", "PT1H30M")
        info = first["schedule_info"]
        assert (info["frequency"], info["time_zone"]) == ("Month", "Europe/Zurich")
        assert info["expiry_time"] == "", "one that somebody let expire runs again"
        assert info["advanced_schedule"] == {"monthly_occurrences": [{"occurrence": 3, "day": "Saturday"}]}
        assert info["start_time"] == "2024-01-20T06:00:00"
        assert second["schedule_info"]["start_time"] == "2024-01-20T07:30:00"
        (query,) = first["targets"]["azure_queries"]
        assert query["scope"] == [f"/subscriptions/{SUBSCRIPTION}"]
        assert query["tag_settings"] == {"tags": {"patch": ["patch_prod_0600_batch_1"]}, "filter_operator": "All"}
        assert "the deployment schedules of Azure Automation install by themselves" in found["statement"]

    def test_its_queries_go_over_all_subscriptions_of_one_account(self) -> None:
        (one,) = estate(fact(1), fact(2, account=OTHER), policy=policy(where=f"{WHERE}, subscription: {OTHER}"))[
            "schedules"
        ]
        assert one["subscription"] == OTHER
        (query,) = one["targets"]["azure_queries"]
        assert query["scope"] == [f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{OTHER}"]

    def test_those_of_an_earlier_delivery_go_by_name_and_description(self) -> None:
        rule = {**ACCOUNT, "name_prefix": "hybridops-prod-", "description": "hybridops.patching: prod"}
        found = estate(fact(1), policy=policy())
        assert found["purge_schedules"] == [rule]
        assert found["schedules"][0]["schedule_info"]["description"] == rule["description"]
        controller = policy().replace("delivery: native", "delivery: controller")
        assert estate(fact(1), policy=controller)["purge_schedules"] == [rule]
        assert estate(fact(1), policy=controller)["schedules"] == []
        assert estate(fact(1), policy=BASE)["purge_schedules"] == [], "nobody asks a service that was shut down"

    def test_those_of_an_account_that_is_still_named_are_warned_of_since_nobody_looks_at_them(self) -> None:
        place = "resource_group: rg-auto, location: westeurope, automation_account: aa-patching"
        for text in (policy(where=place), policy(where=place).replace("delivery: native", "delivery: controller")):
            found = estate(fact(1), policy=text)
            (warning,) = [one for one in found["warnings"] if "aa-patching go on installing" in one]
            assert "with delivery: controller and service: deployment_schedules" in warning
        assert not any("go on installing" in one for one in estate(fact(1), policy=policy())["warnings"])

    def test_arc_machines_are_named_since_no_query_finds_them(self) -> None:
        arc = fact(1).node_id.replace("compute/virtualmachines/vm", "hybridcompute/machines/arc")
        found = estate(fact(1, node_id=arc, provider="azure_arc"), policy=policy())
        assert found["warnings"] == [
            "Arc machines are on deployment schedules only once azure_schedule_membership puts them there: arc1"
        ]

    def test_the_module_takes_all_of_it_and_a_second_time_finds_it_as_it_is(self) -> None:
        found = estate(fact(1), fact(2, os="windows"), policy=policy())
        params = {"schedules": [complete(one) for one in found["schedules"]], "purge_schedules": []}
        for one in wanted_schedules(params, "").schedules:
            made = plan_present(None, one.values, NOW)
            assert made.changed
            resource = {"name": one.name, **to_api(made.after)}
            assert not plan_present(resource, one.values, NOW + timedelta(days=100)).changed


class TestWhatNoScheduleCanDo:
    @pytest.mark.parametrize("key", ["resource_group", "automation_account"])
    def test_without_an_account_it_is_refused(self, key: str) -> None:
        where = ", ".join(part for part in WHERE.split(", ") if not part.startswith(key))
        with pytest.raises(InputError) as caught:
            estate(fact(1), policy=policy(where=where))
        assert caught.value.option == f"maintenance_configurations.{key} of prod"

    def test_an_account_for_several_subscriptions_has_to_be_named_in_full(self) -> None:
        with pytest.raises(InputError, match=r"maintenance_configurations.subscription of prod"):
            estate(fact(1), fact(2, account=OTHER), policy=policy())

    def test_windows_have_the_limits_of_schedules(self) -> None:
        assert estate(fact(1), policy=policy(slot='{time: "06:00"}, duration: PT1H'))["schedules"]
        with pytest.raises(InputError, match="PT1H to PT12H in 2 equal parts") as caught:
            estate(fact(1), policy=policy(slot='{time: "06:00"}, duration: PT59M'))
        assert "PT30M to PT6H (a deployment schedule of Azure Automation)" in caught.value.allowed

    def test_the_day_after_a_weekday_of_the_month_cannot_be_said(self) -> None:
        slot = '{week: last, weekday: saturday, time: "22:00"}, duration: PT5H'
        with pytest.raises(InputError, match="that of batch_2 begins on the day after a weekday of the month"):
            estate(fact(1), fact(2, os="windows"), policy=policy(slot=slot))
        weekly = estate(fact(1, os="windows"), policy=policy(slot='{weekday: saturday, time: "22:00"}, duration: PT5H'))
        assert weekly["schedules"][0]["schedule_info"]["advanced_schedule"] == {"week_days": ["Sunday"]}

    def test_every_schedule_passes_the_check_of_its_own_module(self) -> None:
        for one in estate(fact(1), fact(2, os="windows"), policy=policy())["schedules"]:
            check_schedule(wanted_schedule(complete(one)))


WHENS = st.one_of(
    st.just(""),
    st.sampled_from(["weekday: saturday, ", "weekday: monday, ", "week: first, weekday: sunday, "]),
    st.sampled_from(["week: last, weekday: friday, ", "week: third, weekday: wednesday, "]),
)


@settings(deadline=None, max_examples=25)
@given(when=WHENS, hour=st.integers(3, 20), minute=st.integers(0, 59))
def test_both_services_open_the_window_of_each_batch_at_the_same_times(when: str, hour: int, minute: int) -> None:
    slot = f'{{{when}time: "{hour:02d}:{minute:02d}"}}, duration: PT3H'
    machines = (fact(1), fact(2, os="windows"))
    configurations = estate(*machines, policy=native(slot=slot))["configurations"]
    schedules = estate(*machines, policy=policy(slot=slot))["schedules"]
    since = datetime(2026, 11, 1, tzinfo=UTC)
    for configuration, schedule in zip(configurations, schedules, strict=True):
        one = window_of(configuration["maintenance_window"]).openings_from(since)
        other = times_of({**schedule["schedule_info"], "expiry_time": "", **_days(schedule)}).runs(since)
        assert list(islice(one, 24)) == list(islice(other, 24))


def _days(schedule: dict[str, Any]) -> dict[str, Any]:
    days: dict[str, list[Any]] = {"week_days": [], "month_days": [], "monthly_occurrences": []}
    return {"advanced_schedule": {**days, **schedule["schedule_info"]["advanced_schedule"]}}


def test_schedules_that_look_like_ours_and_are_of_no_environment_are_to_be_told() -> None:
    found = estate(fact(1), policy=policy())
    (rule,), (purge,) = found["unknown_schedules"], found["purge_schedules"]
    assert {key: rule[key] for key in ("subscription", "automation_account_name")} == {
        key: purge[key] for key in ("subscription", "automation_account_name")
    }
    assert rule["descriptions"] == ["hybridops.patching: *"]
    assert rule["known"]["hybridops.patching: prod"] == "hybridops-prod-"
    assert estate(fact(1))["unknown_schedules"] == []

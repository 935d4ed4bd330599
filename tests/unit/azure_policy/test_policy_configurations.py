# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which maintenance configurations a policy asks for on Azure, and what none can do of what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_check import check_configuration
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_model import wanted_configuration
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_plan import plan_present
from ansible_collections.hybridops.patching.plugins.module_utils._azure.policy_items import wanted_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

from tests.unit.azure_policy.builders import BASE, NOW, OTHER, SUBSCRIPTION, WHERE, estate, fact, native

STRAY = {
    "node_id": f"/subscriptions/{OTHER}/resourcegroups/rg/providers/microsoft.compute/virtualmachines/stray",
    "name": "stray",
    "account": OTHER,
    "region": "westeurope",
    "patch_group": "patch_prod_0600_batch_2",
}
LINUX, WINDOWS = "hybridops-prod-install-0600-batch_1-linux", "hybridops-prod-install-0600-batch_2-windows"


class TestController:
    def test_nothing_is_programmed_and_what_was_goes(self) -> None:
        found = estate(fact(1), fact(2, account=OTHER), policy=BASE)
        assert found["configurations"] == []
        assert found["purge_configurations"] == [
            {
                "subscription": subscription,
                "name_prefix": "hybridops-prod-",
                "tags": {"hybridops:environment": "prod"},
            }
            for subscription in (SUBSCRIPTION, OTHER)
        ]
        assert found["statement"] == ""
        assert found["warnings"] == []
        (line,) = found["schedule"]
        assert line.startswith("prod: on Azure no window installs. A run has each machine assessed")

    def test_it_is_the_same_whatever_native_delivery_could_not_do(self) -> None:
        policy = BASE.replace("06:00", "06:01") + "  defaults: {reboot: separate}\n"
        assert estate(fact(1), policy=policy)["configurations"] == []

    def test_without_machines_nothing_is_said_or_looked_at(self) -> None:
        assert estate(policy=BASE) == estate() == estate(fact(1, provider="aws"))
        assert estate()["purge_configurations"] == []


class TestInstalls:
    def test_each_batch_and_family_has_a_configuration_with_a_window_of_its_own(self) -> None:
        first, second = estate(fact(1), fact(2, os="windows"))["configurations"]
        assert (first["name"], second["name"]) == (LINUX, WINDOWS)
        assert (first["subscription"], first["resource_group"], first["location"]) == (
            SUBSCRIPTION,
            "patching",
            "westeurope",
        )
        assert first["maintenance_window"] == {
            "start_date_time": "2024-01-20 06:00",
            "expiration_date_time": "",
            "duration": "01:30",
            "time_zone": "W. Europe Standard Time",
            "recur_every": "Month Third Saturday",
        }
        assert second["maintenance_window"] == first["maintenance_window"] | {"start_date_time": "2024-01-20 07:30"}
        assert first["tags"] == {"hybridops:environment": "prod"}

    def test_it_takes_the_machines_of_its_group_and_family_in_each_subscription(self) -> None:
        found = estate(fact(1), fact(2, account=OTHER))["configurations"]
        assert [one["subscription"] for one in found] == [SUBSCRIPTION, OTHER]
        for one in found:
            (scope,) = one["dynamic_scopes"]
            assert scope["scope"] == f"/subscriptions/{one['subscription']}"
            assert scope["filter"] == {
                "locations": [],
                "resource_groups": [],
                "resource_types": ["Microsoft.Compute/virtualMachines", "Microsoft.HybridCompute/machines"],
                "os_types": ["Linux"],
                "tag_settings": {"tags": {"patch": ["patch_prod_0600_batch_1"]}, "filter_operator": "All"},
            }

    def test_where_the_policy_names_a_subscription_that_one_has_them_for_all(self) -> None:
        home = "AAAAAAAA-0000-4000-8000-000000000009"
        found = estate(fact(1), fact(2, account=OTHER), policy=native(where=f"{WHERE}, subscription: {home}"))
        (one,) = found["configurations"]
        assert one["subscription"] == home.lower()
        assert [scope["scope"] for scope in one["dynamic_scopes"]] == [
            f"/subscriptions/{SUBSCRIPTION}",
            f"/subscriptions/{OTHER}",
        ]
        assert [one["subscription"] for one in found["purge_configurations"]] == [SUBSCRIPTION, OTHER, home.lower()]

    def test_keys_under_which_machines_carry_the_group_are_all_meant_in_whatever_case(self) -> None:
        extra = "  tag_keys: {azure: {group: [patch, Patch Group]}}\n"
        group = "patch_prod_0600_batch_1"
        facts = (fact(1, tags={"Patch": group}), fact(2, tags={"patch group": group}))
        (one,) = estate(*facts, policy=native(extra=extra))["configurations"]
        assert one["dynamic_scopes"][0]["filter"]["tag_settings"] == {
            "tags": {"patch": [group], "Patch Group": [group]},
            "filter_operator": "Any",
        }
        (one,) = estate(facts[1], policy=native(extra=extra))["configurations"]
        assert list(one["dynamic_scopes"][0]["filter"]["tag_settings"]["tags"]) == ["Patch Group"]

    def test_a_batch_with_both_families_has_two_configurations_at_the_same_time(self) -> None:
        extra = "  batches: [{name: all}]\n"
        facts = (fact(1, batch="all"), fact(2, os="windows", batch="all"))
        first, second = estate(*facts, policy=native(extra=extra))["configurations"]
        assert [one["name"].rpartition("-")[2] for one in (first, second)] == ["linux", "windows"]
        assert first["maintenance_window"] == second["maintenance_window"]
        assert set(first["install_patches"]) == {"reboot_setting", "linux_parameters"}
        assert set(second["install_patches"]) == {"reboot_setting", "windows_parameters"}

    def test_a_batch_keeps_its_window_where_the_one_before_it_has_no_machine(self) -> None:
        (one,) = estate(fact(1, os="windows"))["configurations"]
        assert one["maintenance_window"]["start_date_time"] == "2024-01-20 07:30"

    @pytest.mark.parametrize(("reboot", "setting"), [("with_install", "IfRequired"), ("never", "Never")])
    def test_reboots_are_those_of_the_policy(self, reboot: str, setting: str) -> None:
        (one,) = estate(fact(1), policy=native(environment=f"reboot: {reboot}"))["configurations"]
        assert one["install_patches"]["reboot_setting"] == setting

    def test_a_configuration_that_somebody_let_expire_opens_again(self) -> None:
        (one,) = wanted_policy({**estate(fact(1)), "configurations": self.entries(fact(1))}, "").configurations
        made = plan_present(None, one.values, one.id, NOW)
        expired = {**made.after["maintenance_window"], "expiration_date_time": "2026-06-30 00:00"}
        again = plan_present({**made.after, "maintenance_window": expired, "raw": {}}, one.values, one.id, NOW)
        assert again.after == made.after
        assert again.changed

    def entries(self, *facts: NodeFacts) -> list[dict[str, Any]]:
        """The configurations, with what the module adds of its own."""
        return [{**one, "purge_scopes": True} for one in estate(*facts)["configurations"]]

    def test_what_it_is_and_when_is_said(self) -> None:
        found = estate(fact(1), fact(2, os="windows"))
        for what in ("also when the one before it failed", "no gate holds it", "no snapshot", "Azure knows no order"):
            assert what in found["statement"]
        assert found["schedule"] == [
            f"{LINUX} installs in slot 0600 (third Saturday of the month at 06:00) for 1 h 30 min, "
            f"next 2026-11-21 06:00 Europe/Zurich",
            f"{WINDOWS} installs in slot 0600 (third Saturday of the month at 06:00) for 1 h 30 min, "
            f"next 2026-11-21 07:30 Europe/Zurich",
        ]

    def test_the_module_takes_all_of_it_and_a_second_time_finds_it_as_it_is(self) -> None:
        found = estate(fact(1), fact(2, os="windows"), fact(3, account=OTHER))
        params = {
            "configurations": self.entries(fact(1), fact(2, os="windows"), fact(3, account=OTHER)),
            "purge_configurations": found["purge_configurations"],
        }
        wanted = wanted_policy(params, "")
        assert len(wanted.configurations) == 3
        for one in wanted.configurations:
            made = plan_present(None, one.values, one.id, NOW)
            again = plan_present({**made.after, "raw": {}}, one.values, one.id, NOW)
            assert made.changed
            assert not again.changed, "the start of the policy lies in the past and stands for the next opening"


class TestWindows:
    def windows(self, slot: str, *, where: str = WHERE) -> dict[str, tuple[str, str, str]]:
        """Start, length and rhythm of the window of each batch."""
        found = estate(fact(1), fact(2, os="windows"), policy=native(slot=slot, where=where))["configurations"]
        windows = {one["name"].split("-")[-2]: one["maintenance_window"] for one in found}
        return {
            batch: (window["start_date_time"][-5:], window["duration"], window["recur_every"])
            for batch, window in windows.items()
        }

    def test_what_comes_after_midnight_is_on_the_next_day(self) -> None:
        assert self.windows('{week: last, weekday: saturday, time: "22:00"}, duration: PT5H') == {
            "batch_1": ("22:00", "02:30", "Month Last Saturday"),
            "batch_2": ("00:30", "02:30", "Month Last Saturday Offset1"),
        }
        assert self.windows('{weekday: sunday, time: "23:00"}, duration: PT4H') == {
            "batch_1": ("23:00", "02:00", "Week Sunday"),
            "batch_2": ("01:00", "02:00", "Week Monday"),
        }
        assert self.windows('{time: "22:30"}, duration: PT4H')["batch_2"] == ("00:30", "02:00", "Day")

    def test_the_policy_may_name_them(self) -> None:
        named = "windows: {batch_1: {opens: PT30M, duration: PT2H}, batch_2: {opens: PT3H, duration: PT3H30M}}"
        assert self.windows('{weekday: saturday, time: "06:00"}, duration: PT8H', where=f"{WHERE}, {named}") == {
            "batch_1": ("06:30", "02:00", "Week Saturday"),
            "batch_2": ("09:00", "03:30", "Week Saturday"),
        }

    @pytest.mark.parametrize(
        ("slot", "where", "option", "allowed"),
        [
            ("PT2H", "", "slots.duration of slot 0600 of prod", "PT3H to PT7H50M in 2 equal parts of whole minutes"),
            ("PT8H", "", "slots.duration of slot 0600 of prod", "maintenance_configurations.windows"),
            ("PT3H1M", "", "slots.duration of slot 0600 of prod", "whole minutes"),
            (
                "PT8H",
                "batch_1: {opens: PT0H, duration: PT2H}, batch_2: {opens: PT1H59M, duration: PT2H}",
                "maintenance_configurations.windows.batch_2 of prod, opens",
                "PT2H or later, when the window of batch_1 is over, which batch_2 waits for",
            ),
            (
                "PT8H",
                "batch_1: {opens: PT0H, duration: PT1H}, batch_2: {opens: PT2H, duration: PT2H}",
                "maintenance_configurations.windows.batch_1 of prod, duration",
                "PT1H30M to PT3H55M (a maintenance configuration of Azure)",
            ),
            (
                "PT8H",
                "batch_1: {opens: PT0H, duration: PT4H}, batch_2: {opens: PT5H, duration: PT2H}",
                "maintenance_configurations.windows.batch_1 of prod, duration",
                "PT1H30M to PT3H55M",
            ),
            (
                "PT4H",
                "batch_1: {opens: PT0H, duration: PT2H}, batch_2: {opens: PT3H, duration: PT2H}",
                "maintenance_configurations.windows.batch_2 of prod",
                "within slot 0600, which is open for PT4H",
            ),
            (
                "PT4H",
                "batch_1: {opens: PT0H, duration: PT2H}",
                "maintenance_configurations.windows of prod",
                "a window for each batch with nodes, also for batch_2",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused_by_name_and_never_rounded(
        self, slot: str, where: str, option: str, allowed: str
    ) -> None:
        windows = f"{WHERE}, windows: {{{where}}}" if where else WHERE
        policy = native(slot=f'{{weekday: saturday, time: "06:00"}}, duration: {slot}', where=windows)
        with pytest.raises(InputError) as caught:
            estate(fact(1), fact(2, os="windows"), policy=policy)
        assert caught.value.option == option
        assert allowed in caught.value.allowed

    def test_batches_that_do_not_wait_for_each_other_may_be_open_together(self) -> None:
        extra = "  batches: [{name: a, after: []}, {name: b, after: []}, {name: c, after: [a]}]\n"
        facts = (fact(1, batch="a"), fact(2, batch="b"), fact(3, batch="c"))
        found = estate(*facts, policy=native(extra=extra))["configurations"]
        starts = {one["name"].split("-")[-2]: one["maintenance_window"]["start_date_time"][-5:] for one in found}
        assert starts == {"a": "06:00", "b": "06:00", "c": "07:30"}

    def test_a_clock_that_is_put_forward_between_two_windows_makes_them_overlap(self) -> None:
        slot = '{weekday: sunday, time: "00:30"}, duration: %s'
        with pytest.raises(InputError, match="on 2027-03-28 the clock is put forward") as caught:
            self.windows(slot % "PT5H")
        assert caught.value.option == "slots.when of slot 0600 of prod"
        gap = "windows: {batch_1: {opens: PT0H, duration: PT2H}, batch_2: {opens: PT3H, duration: PT2H}}"
        assert self.windows(slot % "PT5H", where=f"{WHERE}, {gap}")["batch_2"][0] == "03:30"
        assert self.windows('{weekday: saturday, time: "00:30"}, duration: PT5H'), "no clock changes on a Saturday"

    def test_an_opening_that_the_clock_passes_over_or_shows_twice_is_told(self) -> None:
        found = estate(fact(1), policy=native(slot='{weekday: sunday, time: "02:30"}'))
        told = [one for one in found["warnings"] if "Azure does not say" in one]
        assert told == [
            "the window of batch_1 in slot 0600 opens on 2027-03-28 at 02:30, a time that does not exist on that day; "
            "Azure does not say whether and when its window opens then",
            "the window of batch_1 in slot 0600 opens on 2027-10-31 at 02:30, a time that exists twice on that day; "
            "Azure does not say whether and when its window opens then",
        ]

    def test_a_zone_without_a_name_of_windows_is_refused(self) -> None:
        policy = native().replace("Europe/Zurich", "Antarctica/Troll")
        with pytest.raises(InputError, match=r"timezone: 'Antarctica/Troll'.*a time zone that Windows has a name for"):
            estate(fact(1), policy=policy)


class TestWhatNoConfigurationCanDo:
    def test_everything_that_cannot_be_said_is_told_at_once(self) -> None:
        extra = "  approvals: {prod: {severities: [Critical]}}\n"
        with pytest.raises(InputError) as caught:
            estate(fact(1), fact(2, os="redhat"), fact(3, os="windows"), policy=native(extra=extra))
        lines = str(caught.value).splitlines()
        assert [line.partition(",")[0] for line in lines] == [
            "approvals.prod for redhat",
            "approvals.prod for ubuntu",
            "approvals.prod for windows",
        ]

    @pytest.mark.parametrize("key", ["resource_group", "location"])
    def test_without_a_place_it_is_refused(self, key: str) -> None:
        where = ", ".join(part for part in WHERE.split(", ") if not part.startswith(key))
        with pytest.raises(InputError) as caught:
            estate(fact(1), policy=native(where=where))
        assert caught.value.option == f"maintenance_configurations.{key} of prod"

    def test_an_environment_without_a_slot_is_refused(self) -> None:
        policy = (
            native()
            .replace("environment: prod", "environment: test")
            .replace(
                '{name: "0600", environment: test, when: {week: third',
                '{name: "0700", environment: test, when: {week: third',
            )
        )
        with pytest.raises(InputError, match="at least one slot that says when to install"):
            estate(fact(1), policy=policy)

    def test_an_excluded_machine_with_the_tag_is_refused(self) -> None:
        extra = "  exclusions: [{match: {labels: {owner: bob}}, reason: vendor}]\n"
        machine = fact(1)
        with pytest.raises(InputError, match=r"exclusions in the patch group patch_prod_0600_batch_1.*vendor"):
            estate(
                machine,
                policy=native(extra=extra),
                nodes=(Node(machine.node_id, provider="azure_vm", labels={"owner": "bob"}),),
            )

    def test_a_reboot_of_its_own_and_different_reboots_are_refused(self) -> None:
        with pytest.raises(InputError, match="nothing reboots later"):
            estate(fact(1), policy=native(environment="reboot: separate"))
        shop = "  applications: [{name: shop, reboot: never}]\n"
        facts = (fact(1), fact(2, tags={"patch": "patch_prod_0600_batch_1", "application": "shop"}))
        with pytest.raises(InputError, match="one for all nodes of the batch"):
            estate(*facts, policy=native(extra=shop))
        apart = (facts[0], replace(facts[1], account=OTHER))
        with pytest.raises(InputError, match="one for all nodes of the batch"):
            estate(*apart, policy=native(where=f"{WHERE}, subscription: {OTHER}", extra=shop))
        found = estate(*apart, policy=native(extra=shop))["configurations"]
        assert [one["install_patches"]["reboot_setting"] for one in found] == ["IfRequired", "Never"]

    def test_a_machine_in_a_batch_for_the_other_system_is_told(self) -> None:
        found = estate(fact(1), fact(2, os="windows", batch="batch_1"))
        (warning,) = found["warnings"]
        assert warning.endswith("is for another operating system, and its window installs on them all the same: vm2")
        by_runs = estate(fact(2, os="windows", batch="batch_1"), policy=BASE)
        assert by_runs["warnings"] == [], "a plan refuses it"

    def test_groups_of_a_slot_that_the_environment_lacks_and_freezes_are_told(self) -> None:
        extra = "  freezes: [{from: 2026-12-18, to: 2026-12-31, reason: end of year}]\n"
        policy = native(extra=extra).replace('{name: "0600", environment: test', '{name: "2200", environment: test')
        found = estate(fact(1), fact(2, patch_group="patch_prod_2200_batch_1"), policy=policy)
        assert len(found["configurations"]) == 1
        lost, freeze = found["warnings"]
        assert lost.endswith("since prod has no such slot: patch_prod_2200_batch_1")
        assert freeze.startswith("slot 0600 opens on 2026-12-19 06:00, in the freeze for end of year")

    def test_machines_that_no_configuration_reaches_are_named(self) -> None:
        facts = (
            fact(1, found=False),
            fact(2, patch_group="", tags={}),
            fact(3, patch_group="patch_test_0600_batch_1"),
            fact(4, os="", os_family=""),
            fact(5),
        )
        found = estate(*facts)
        assert len(found["configurations"]) == 1
        assert found["warnings"] == [
            "Azure does not know these nodes of the inventory: vm1",
            "these nodes have no patch group, so that no batch has them: vm2",
            "the patch group of these nodes is none of prod, and is left alone: vm3",
            "the operating system of these nodes is not known, or is not one that is patched: vm4",
        ]

    def test_machines_that_the_inventory_lacks_count_since_scopes_have_them_too(self) -> None:
        stray = {**STRAY, "os": "windows", "tags": {"patch": "patch_prod_0600_batch_2"}}
        other_cloud = {"node_id": "i-0123456789abcdef0", "patch_group": "patch_prod_0600_batch_1"}
        found = estate(fact(1), unlisted=[stray, other_cloud])
        assert [one["name"] for one in found["configurations"]] == [LINUX, WINDOWS]
        assert found["configurations"][1]["dynamic_scopes"][0]["scope"] == f"/subscriptions/{OTHER}"
        (warning,) = found["warnings"]
        assert warning.endswith("not in the inventory; maintenance configurations install on them all the same: stray")
        by_runs = estate(fact(1), policy=BASE, unlisted=[stray])
        assert by_runs["warnings"] == [
            "these machines have a patch group of the environment and are not in the inventory: stray"
        ]
        assert [one["subscription"] for one in by_runs["purge_configurations"]] == [SUBSCRIPTION, OTHER]

    def test_two_patch_groups_under_two_keys_are_refused_since_both_install(self) -> None:
        extra = "  tag_keys: {azure: {group: [patch, Patch Group]}}\n"
        torn = fact(1, tags={"PATCH": "patch_prod_0600_batch_1", "Patch Group": "patch_prod_0600_batch_2"})
        with pytest.raises(InputError, match="tags patch and Patch Group of vm1"):
            estate(torn, policy=native(extra=extra))
        (warning,) = estate(torn, policy=BASE + extra)["warnings"]
        assert warning.startswith("these nodes have different patch groups under different tag keys")

    def test_what_is_left_where_the_environment_has_no_machine_any_more_goes_too(self) -> None:
        found = estate(policy=BASE, targets=[{"account": OTHER}])
        assert [one["subscription"] for one in found["purge_configurations"]] == [OTHER]
        assert estate(targets=[{"account": OTHER}])["configurations"] == []

    def test_what_looks_like_ours_and_is_of_no_environment_is_to_be_told(self) -> None:
        found = estate(fact(1), prefix="acme", targets=[{"account": OTHER}])
        assert [one["subscription"] for one in found["unknown_configurations"]] == [SUBSCRIPTION, OTHER]
        rule = found["unknown_configurations"][0]
        assert rule["tag_key"] == "hybridops:environment"
        assert rule["known"] == {"test": "acme-test-", "prod": "acme-prod-"}
        (wanted,) = wanted_policy(
            {"configurations": [], "purge_configurations": [], "unknown_configurations": [rule]}, ""
        ).watch
        for one in estate(fact(1), fact(2, os="windows"), prefix="acme")["configurations"]:
            assert wanted.watch.fits(one["name"])
            assert not wanted.wonders(one["name"], "prod")
        assert wanted.wonders(LINUX, "prod"), "another prefix"
        assert not wanted.wonders(LINUX, None)
        assert not wanted.doubts("acme-test-install-0600-batch_1-linux", {"prod"})
        assert wanted.doubts("acme-prod-install-0600-batch_1-linux", {"prod"})

    def test_every_configuration_passes_the_check_of_its_own_module(self) -> None:
        for one in estate(fact(1), fact(2, os="windows"))["configurations"]:
            check_configuration(wanted_configuration(one))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance configurations and dynamic scopes of a policy, in two subscriptions of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.hybridops.patching.plugins.modules import azure_patch_policy

from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

MODULE = "azure_patch_policy"
FLEET = Path(__file__).parents[2] / "sandbox" / "fleets" / "azure_small.yml"
ONE, TWO = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
SATURDAYS = "saturdays"
CONFIGURATION = "Microsoft.Maintenance/maintenanceConfigurations"
ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments"
EXAMPLES = yaml.safe_load(azure_patch_policy.EXAMPLES)
TAGS = {"hybridops:environment": "prod"}


def fleet() -> dict[str, Any]:
    """The small fleet with a second subscription, in which one machine is."""
    found: dict[str, Any] = yaml.safe_load(FLEET.read_text(encoding="utf-8"))
    found["azure"]["subscriptions"].append({"id": TWO, "name": "second"})
    machine = deepcopy(found["machines"][0])
    machine |= {"node_id": machine["node_id"].replace(ONE, TWO), "name": "second-01"}
    found["machines"].append(machine)
    found["azure"]["automation_accounts"] = [
        {"id": f"/subscriptions/{ONE}/resourceGroups/rg-vms/providers/Microsoft.Automation/automationAccounts/aa"}
    ]
    return found


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[SandboxProcess]:
    """One sandbox for the file."""
    with SandboxProcess(fleet(), speed=60) as sandbox:
        yield sandbox


@pytest.fixture
def modules(one_sandbox: SandboxProcess) -> Iterator[Modules]:
    """Modules against the sandbox as its fleet says."""
    yield Modules(one_sandbox)
    one_sandbox.clear_faults()
    one_sandbox.reset()


def scope(subscription: str = ONE, batch: int = 1, **filters: Any) -> dict[str, Any]:
    """A dynamic scope by the tag of a batch."""
    tags = {"tags": {"patch": [f"patch_prod_0600_batch_{batch}"]}, "filter_operator": "All"}
    chosen = {"os_types": ["Linux" if batch == 1 else "Windows"], "tag_settings": tags}
    return {"scope": f"/subscriptions/{subscription}", "filter": {**chosen, **filters}}


def configuration(batch: int = 1, **changes: Any) -> dict[str, Any]:
    """The configuration of a batch, with scopes in both subscriptions."""
    whole = {
        "subscription": ONE,
        "resource_group": "rg-vms",
        "name": f"hybridops-prod-install-0600-batch_{batch}",
        "location": "westeurope",
        "maintenance_window": {
            "start_date_time": f"2024-01-20 0{5 + batch}:30",
            "duration": "01:30",
            "time_zone": "W. Europe Standard Time",
            "recur_every": "Month Third Saturday",
        },
        "install_patches": {
            "reboot_setting": "Never",
            "linux_parameters": {
                "classifications_to_include": ["Security", "Critical"],
                "package_name_masks_to_include": ["openssl=3*"],
                "package_name_masks_to_exclude": ["kernel*"],
            },
        },
        "tags": dict(TAGS),
        "dynamic_scopes": [scope(ONE, batch), scope(TWO, batch)],
    }
    return {**whole, **changes}


def policy(*configurations: dict[str, Any], purge: tuple[str, ...] = (ONE, TWO)) -> dict[str, Any]:
    """Options of the module: these configurations and no others of prod."""
    rules = [{"subscription": one, "name_prefix": "hybridops-prod-", "tags": dict(TAGS)} for one in purge]
    return {"configurations": list(configurations), "purge_configurations": rules}


WHOLE = policy(configuration(1), configuration(2))


def sent(modules: Modules) -> list[str]:
    """What was asked of Azure since requests were cleared."""
    operations = [str(one["operation"]) for one in modules.sandbox.requests()]
    return sorted(one for one in operations if one.startswith("Microsoft."))


def names(modules: Modules) -> set[str]:
    """The configurations that there are."""
    answers = [modules.ok("azure_maintenance_configuration_info", subscription_id=one) for one in (ONE, TWO)]
    return {str(one["name"]) for answer in answers for one in answer["maintenance_configurations"]}


class TestInForce:
    def test_everything_at_once_and_then_two_lists_a_subscription(self, modules: Modules) -> None:
        real = modules.quartet(MODULE, **WHOLE)
        assert names(modules) == {SATURDAYS, *(f"hybridops-prod-install-0600-batch_{number}" for number in (1, 2))}
        assert [one["subscription"] for one in real["configurations"]] == [ONE, ONE]
        assert {one["scope"] for one in real["dynamic_scopes"]} == {f"/subscriptions/{ONE}", f"/subscriptions/{TWO}"}
        assert len(real["dynamic_scopes"]) == 4
        assert all(len(one["opens"]) == 1 for one in real["configurations"])
        modules.sandbox.clear_requests()
        again = modules.ok(MODULE, **WHOLE)
        assert sent(modules) == [f"{ASSIGNMENT}/read"] * 2 + [f"{CONFIGURATION}/read"] * 2
        assert again["lines"][0].startswith(f"{ONE}: unchanged configurations hybridops-prod-install-0600-batch_1, ")

    def test_the_examples_are_played_in_their_order(self, modules: Modules) -> None:
        for task in EXAMPLES:
            modules.quartet(MODULE, **task[f"hybridops.patching.{MODULE}"])
        assert names(modules) == {SATURDAYS}

    def test_nothing_asked_for_is_nothing_read(self, modules: Modules) -> None:
        modules.sandbox.clear_requests()
        assert modules.unchanged(MODULE)["lines"] == []
        assert sent(modules) == []

    def test_what_console_and_service_say_in_other_words_is_no_difference(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)
        first = configuration(1, location="West Europe", tags={"HYBRIDOPS:Environment": "prod"})
        first["install_patches"]["linux_parameters"]["classifications_to_include"] = ["Critical", "Security"]
        first["dynamic_scopes"] = [
            scope(TWO, os_types=["Linux"], locations=[]),
            {**scope(ONE), "scope": f"/subscriptions/{ONE.upper()}/"},
        ]
        modules.unchanged(MODULE, **policy(first, configuration(2)))


class TestChanges:
    @pytest.fixture(autouse=True)
    def _in_force(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)

    @pytest.mark.parametrize(
        "changes",
        [
            {"maintenance_window": {"start_date_time": "2024-01-20 05:00"}},
            {"maintenance_window": {"duration": "02:00"}},
            {"maintenance_window": {"time_zone": "UTC"}},
            {"maintenance_window": {"recur_every": "Month Third Saturday Offset1"}},
            {"install_patches": {"reboot_setting": "IfRequired"}},
            {
                "install_patches": {
                    "linux_parameters": {"classifications_to_include": ["Critical", "Security", "Other"]}
                }
            },
            {"install_patches": {"linux_parameters": {"package_name_masks_to_include": []}}},
            {"install_patches": {"linux_parameters": {"package_name_masks_to_exclude": ["kernel*", "docker*"]}}},
            {"install_patches": {"windows_parameters": {"kb_numbers_to_exclude": ["5034441"]}}},
            {"tags": {"owner": "team"}},
        ],
        ids=str,
    )
    def test_each_field_is_one_write_and_all_else_stays(self, modules: Modules, changes: dict[str, Any]) -> None:
        base = {name: value for name, value in configuration(1).items() if name not in ("maintenance_window", "tags")}
        wanted = {**base, "install_patches": {}, **changes}
        modules.sandbox.clear_requests()
        modules.quartet(MODULE, configurations=[wanted])
        assert [one for one in sent(modules) if not one.endswith("read")] == [f"{CONFIGURATION}/write"]
        found = modules.ok("azure_maintenance_configuration_info", name=base["name"], resource_group="rg-vms")
        (kept,) = found["maintenance_configurations"]
        assert kept["tags"] == {**TAGS, **changes.get("tags", {})}

    def test_a_scope_is_changed_where_it_is_and_others_of_the_configuration_go(self, modules: Modules) -> None:
        narrow = scope(ONE, locations=["westeurope"])
        modules.sandbox.clear_requests()
        modules.quartet(MODULE, **policy(configuration(1, dynamic_scopes=[narrow]), configuration(2)))
        assert [one for one in sent(modules) if not one.endswith("read")] == [
            f"{ASSIGNMENT}/delete",
            f"{ASSIGNMENT}/write",
        ]
        modules.quartet(MODULE, **WHOLE)
        fewer = configuration(1, dynamic_scopes=[], purge_scopes=False)
        modules.unchanged(MODULE, **policy(fewer, configuration(2)))

    def test_a_scope_with_a_name_of_its_own_is_the_one_that_is_meant(self, modules: Modules) -> None:
        other = {"resource_group": "rg-vms", "name": "by-hand", "subscription": ONE}
        window, patches = configuration()["maintenance_window"], configuration()["install_patches"]
        whole = {**other, "location": "westeurope", "maintenance_window": window, "install_patches": patches}
        made = modules.ok(MODULE, configurations=[whole])["configurations"][0]["id"]
        modules.ok(
            "azure_maintenance_assignment",
            maintenance_configuration_id=made,
            scope=f"/subscriptions/{ONE}",
            name="my-own-name",
            filter=scope(ONE)["filter"],
        )
        modules.unchanged(MODULE, configurations=[{**other, "dynamic_scopes": [scope(ONE)]}])

    def test_what_a_rule_means_goes_first_with_all_that_it_is_assigned_to(self, modules: Modules) -> None:
        modules.sandbox.clear_requests()
        answer = modules.quartet(MODULE, **policy(configuration(1)))
        assert [one["name"] for one in answer["removed_configurations"]] == ["hybridops-prod-install-0600-batch_2"]
        assert names(modules) == {SATURDAYS, "hybridops-prod-install-0600-batch_1"}
        deleted = [one for one in sent(modules) if one.endswith("delete")]
        assert deleted == [f"{ASSIGNMENT}/delete"] * 2 + [f"{CONFIGURATION}/delete"]

    @pytest.mark.parametrize(
        "rule",
        [
            {"name_prefix": "hybridops-test-", "tags": TAGS},
            {"name_prefix": "hybridops-prod-", "tags": {"hybridops:environment": "test"}},
            {"name_prefix": "hybridops-prod-", "tags": {**TAGS, "more": "x"}},
            {"name_prefix": "hybridops-prod-", "tags": TAGS, "subscription": TWO},
        ],
        ids=str,
    )
    def test_what_does_not_fit_a_rule_in_full_stays(self, modules: Modules, rule: dict[str, Any]) -> None:
        modules.unchanged(MODULE, purge_configurations=[rule])

    def test_configurations_of_other_places_and_rules_without_any_are_kept_apart(self, modules: Modules) -> None:
        moved = configuration(1, resource_group="rg-arc")
        answer = modules.quartet(MODULE, **policy(moved, configuration(2)))
        assert [one["resource_group"] for one in answer["removed_configurations"]] == ["rg-vms"]
        assert [one["changed"] for one in answer["configurations"]] == [True, False]


class TestWhatFails:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (policy(configuration(1), configuration(1)), "is there twice"),
            (policy(configuration(1, resource_group="a/b")), "configurations[0].resource_group"),
            (policy(configuration(1, subscription=None)), None),
            (
                policy(configuration(maintenance_window={"duration": "01:29"})),
                "configurations[0].maintenance_window.dur",
            ),
            (policy(configuration(maintenance_window={"time_zone": "Europe/Zurich"})), "W. Europe Standard Time"),
            (policy(configuration(maintenance_window={"recur_every": "Month"})), "a month with its days"),
            (policy(configuration(tags={"a": "b" * 257})), "configurations[0].tags.a"),
            (policy(configuration(dynamic_scopes=[scope(), scope()])), "each subscription or resource group once"),
            (policy(configuration(dynamic_scopes=[{"scope": "/x", "filter": {}}])), "dynamic_scopes[0].scope"),
            (
                policy(configuration(dynamic_scopes=[scope(tag_settings={"tags": {"patch": []}})])),
                "dynamic_scopes[0].filter.tag_settings.tags.patch",
            ),
            ({"purge_configurations": [{"name_prefix": "", "tags": TAGS}]}, "purge_configurations[0].name_prefix"),
            ({"purge_configurations": [{"name_prefix": "x", "tags": {}}]}, "purge_configurations[0].tags"),
            (policy(configuration(location=None)), "location of hybridops-prod-install-0600-batch_1 is not set"),
            (policy(configuration(name=SATURDAYS, location="northeurope")), "delete it to make it elsewhere"),
        ],
        ids=str,
    )
    def test_bad_input_is_refused_and_nothing_is_written(
        self, modules: Modules, options: dict[str, Any], message: str | None
    ) -> None:
        if message is None:
            assert modules.call(MODULE, check=True, **options).get("failed") is None, "the credentials' own is meant"
            return
        assert message in modules.refused(MODULE, **options)

    def test_with_a_subscription_that_cannot_be_read_nothing_changes_in_the_other(self, modules: Modules) -> None:
        unknown = "cccccccc-0000-4000-8000-000000000001"
        options = policy(configuration(1, dynamic_scopes=[scope(ONE), scope(unknown)]))
        modules.sandbox.clear_requests()
        answers = [modules.call(MODULE, check=check, **options) for check in (True, False)]
        assert all(answer["failed"] and unknown in answer["msg"] for answer in answers)
        assert modules.sandbox.writes() == []

    def test_with_a_resource_group_that_does_not_exist_what_is_there_stays(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)
        options = policy(*(configuration(batch, resource_group="rg-vm") for batch in (1, 2)))
        modules.sandbox.clear_requests()
        for check in (True, False):
            answer = modules.call(MODULE, check=check, **options)
            assert answer["failed"]
            assert answer["msg"].count("Resource group 'rg-vm' could not be found") == 1
        assert modules.sandbox.writes() == []

    def test_with_a_new_configuration_that_azure_refuses_what_is_in_force_stays(self, modules: Modules) -> None:
        modules.ok(MODULE, **WHOLE)
        new = [configuration(batch, name=f"hybridops-prod-install-0800-batch_{batch}") for batch in (1, 2)]
        misspelt = [{**one, "location": "westeuropa"} for one in new]
        answer = modules.call(MODULE, **policy(*misspelt))
        assert answer["failed"]
        assert "Check location" in answer["msg"]
        modules.unchanged(MODULE, **WHOLE)
        modules.sandbox.clear_requests()
        modules.ok(MODULE, **policy(*new))
        writes = [str(one["operation"]).removeprefix("Microsoft.Maintenance/") for one in modules.sandbox.writes()]
        kinds = list(dict.fromkeys(writes))
        assert kinds[0] == "maintenanceConfigurations/write"
        assert kinds[-1] == "configurationAssignments/write", "nobody has two windows"
        assert "maintenanceConfigurations/delete" in kinds[1:-1]
        assert names(modules) == {SATURDAYS, *(one["name"] for one in new)}

    def test_a_write_that_is_refused_is_told_and_a_further_call_does_the_rest(self, modules: Modules) -> None:
        refusal = {"code": "AuthorizationFailed", "status": 403}
        modules.sandbox.fault("error", operation=f"{ASSIGNMENT}/write", times=1, **refusal)
        answer = modules.call(MODULE, **WHOLE)
        assert answer["failed"]
        assert "write the assignment hybridops-prod-install-0600-batch_" in answer["msg"]
        assert "5 of 6 were changed. A further call does the rest" in answer["msg"]
        done = modules.ok(MODULE, **WHOLE)
        assert not any(one["changed"] for one in done["configurations"])
        assert sum(one["changed"] for one in done["dynamic_scopes"]) == 1
        modules.unchanged(MODULE, **WHOLE)

    @pytest.mark.parametrize("kind", ["drop_after", "drop_before", "throttle"])
    def test_lost_answers_and_refusals_for_too_many_requests_make_nothing_twice(
        self, modules: Modules, kind: str
    ) -> None:
        operations = [f"{CONFIGURATION}/write", f"{ASSIGNMENT}/write", f"{CONFIGURATION}/read", f"{ASSIGNMENT}/read"]
        for operation in operations:
            modules.sandbox.fault(kind, operation=operation, times=1)
        answer = modules.ok(MODULE, **WHOLE)
        assert len(answer["dynamic_scopes"]) == 4
        modules.unchanged(MODULE, **WHOLE)
        assert len(names(modules)) == 3
        for operation in (f"{CONFIGURATION}/delete", f"{ASSIGNMENT}/delete"):
            modules.sandbox.fault(kind, operation=operation, times=1)
        modules.ok(MODULE, **policy())
        assert names(modules) == {SATURDAYS}
        assert all(fault["struck"] for fault in modules.sandbox.control("GET", "faults"))


SCHEDULE = "Microsoft.Automation/automationAccounts/softwareUpdateConfigurations"
ACCOUNT = {"subscription": ONE, "resource_group": "rg-vms", "automation_account_name": "aa"}


def schedule(batch: int = 1, **changes: Any) -> dict[str, Any]:
    """The deployment schedule of a batch."""
    tags = {"tags": {"patch": [f"patch_prod_0600_batch_{batch}"]}, "filter_operator": "All"}
    whole = {
        **ACCOUNT,
        "name": f"hybridops-prod-install-0600-batch_{batch}",
        "operating_system": "Linux",
        "linux": {"included_package_classifications": ["Critical", "Security"], "reboot_setting": "IfRequired"},
        "duration": "PT1H30M",
        "targets": {"azure_queries": [{"scope": [f"/subscriptions/{ONE}"], "tag_settings": tags}]},
        "schedule_info": {
            "frequency": "Month",
            "interval": 1,
            "start_time": f"2024-01-20T0{5 + batch}:30:00",
            "time_zone": "Europe/Zurich",
            "is_enabled": True,
            "description": "hybridops.patching: prod",
            "advanced_schedule": {"monthly_occurrences": [{"occurrence": 3, "day": "Saturday"}]},
        },
    }
    return {**whole, **changes}


def by_schedules(*schedules: dict[str, Any], **rule: str) -> dict[str, Any]:
    """Options of the module: these schedules and no others of prod."""
    purge = {**ACCOUNT, "name_prefix": "hybridops-prod-", "description": "hybridops.patching: prod", **rule}
    return {"schedules": list(schedules), "purge_schedules": [purge]}


class TestSchedules:
    def test_made_changed_and_removed_with_no_more_reads_than_there_have_to_be(self, modules: Modules) -> None:
        both = by_schedules(schedule(1), schedule(2))
        made = modules.quartet(MODULE, **both)
        assert [one["changed"] for one in made["schedules"]] == [True, True]
        modules.sandbox.clear_requests()
        again = modules.ok(MODULE, **both)
        assert sent(modules) == [f"{SCHEDULE}/read"] * 3, "a list, and each of them for its times"
        assert again["lines"] == [
            f"{ONE}: unchanged schedules hybridops-prod-install-0600-batch_1, hybridops-prod-install-0600-batch_2"
        ]
        longer = modules.quartet(MODULE, **by_schedules(schedule(1, duration="PT2H"), schedule(2)))
        assert [one["changed"] for one in longer["schedules"]] == [True, False]
        modules.unchanged(MODULE, **by_schedules(schedule(1, duration="PT02H00M00S"), description="other"))
        modules.unchanged(MODULE, **by_schedules(schedule(1, duration="PT2H"), name_prefix="hybridops-test-"))
        fewer = modules.quartet(MODULE, **by_schedules(schedule(2)))
        assert [one["name"] for one in fewer["removed_schedules"]] == ["hybridops-prod-install-0600-batch_1"]
        gone = modules.quartet(MODULE, **by_schedules())
        assert gone["lines"] == [f"{ONE}: removed schedules hybridops-prod-install-0600-batch_2"]

    def test_who_is_on_a_schedule_by_name_stays(self, modules: Modules) -> None:
        modules.ok(MODULE, **by_schedules(schedule(1)))
        place = {"resource_group": "rg-vms", "automation_account_name": "aa", "name": schedule(1)["name"]}
        modules.ok("azure_deployment_schedule", **place, non_azure_computer_names=["arc-linux-01"])
        modules.unchanged(MODULE, **by_schedules(schedule(1)))
        modules.ok(MODULE, **by_schedules(schedule(1, duration="PT2H")))
        (found,) = modules.ok("azure_deployment_schedule_info", **place)["deployment_schedules"]
        assert found["non_azure_computer_names"] == ["arc-linux-01"]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (by_schedules(schedule(1), schedule(1)), "it is there twice in aa"),
            (by_schedules(schedule(duration="PT29M")), "schedules[0].duration of hybridops-prod-install-0600-batch_1"),
            (by_schedules(schedule(name="a/b")), "schedules[0].name"),
            (by_schedules(description=""), "purge_schedules[0].description"),
            (by_schedules(name_prefix=""), "purge_schedules[0].name_prefix"),
            (by_schedules(schedule(targets={"azure_queries": []})), "the service takes no schedule without any"),
        ],
        ids=str,
    )
    def test_bad_input_is_refused_and_nothing_is_written(
        self, modules: Modules, options: dict[str, Any], message: str
    ) -> None:
        both = {**policy(configuration()), **options}
        assert message in modules.refused(MODULE, **both), "nor is anything of the other service"

    def test_the_shutdown_is_told_with_what_to_use_instead(self, modules: Modules) -> None:
        modules.sandbox.switch_azure(automation_shut_down=True)
        try:
            answer = modules.call(MODULE, **by_schedules(schedule(1)))
        finally:
            modules.sandbox.switch_azure(automation_shut_down=False)
        assert answer["failed"]
        assert "Update Manager" in answer["msg"]
        assert "0 of 1 were changed" in answer["msg"]


KNOWN = {"prod": "hybridops-prod-", "test": "hybridops-test-"}
FORM = {"names": ["*-install-*-linux", "*-install-*-windows"]}


class TestUnknown:
    def test_configurations_of_an_old_prefix_or_environment_are_told_of_and_left_alone(
        self, modules: Modules, told: list[str]
    ) -> None:
        made = {
            "acme-prod-install-0600-a-linux": {"Hybridops:Environment": "prod"},
            "hybridops-old-install-0600-a-windows": {"hybridops:environment": "old"},
            "hybridops-test-install-0600-a-linux": {"hybridops:environment": "test"},
            "hybridops-prod-install-2200-a-linux": dict(TAGS),
            "somebody-s-install-0600-linux": {},
        }
        for name, tags in made.items():
            whole = {
                key: value for key, value in configuration().items() if key not in ("subscription", "dynamic_scopes")
            }
            modules.ok("azure_maintenance_configuration", **{**whole, "name": name, "tags": tags})
        rule = {"subscription": ONE, "tag_key": "hybridops:environment", "known": KNOWN, **FORM}
        options = {**policy(configuration()), "unknown_configurations": [rule, rule]}
        for check in (True, False):
            answer = modules.ok(MODULE, check=check, **options)
            assert [one["name"] for one in answer["unknown_configurations"]] == sorted(made)[:2]
            assert all(len(one["opens"]) == 1 for one in answer["unknown_configurations"])
            assert len(told) == 2
            assert "acme-prod-install-0600-a-linux" in told[0]
            assert "it opens next at 20" in told[0]
            told.clear()
        assert set(made) - names(modules) == {"hybridops-prod-install-2200-a-linux"}
        modules.unchanged(MODULE, **options)

    def test_a_scope_of_a_configuration_where_nobody_looks_is_told_of(self, modules: Modules, told: list[str]) -> None:
        for name in ("hybridops-prod-install-0600-a-linux", "hybridops-test-install-0600-a-linux", "acme-s"):
            there = configuration(subscription=TWO, name=name, dynamic_scopes=[scope(ONE)])
            modules.ok(MODULE, configurations=[there])
        rule = {"subscription": ONE, "tag_key": "hybridops:environment", "known": KNOWN, **FORM}
        options = {**policy(configuration(dynamic_scopes=[scope(ONE)]), purge=(ONE,)), "unknown_configurations": [rule]}
        answer = modules.ok(MODULE, **options)
        (found,) = answer["unknown_configurations"]
        assert (found["subscription"], found["name"]) == (TWO, "hybridops-prod-install-0600-a-linux")
        (warning,) = told
        assert f"{TWO}, a subscription that is not looked at" in warning

    def test_schedules_of_an_old_prefix_or_environment_are_told_of_and_left_alone(
        self, modules: Modules, told: list[str]
    ) -> None:
        made = {"acme-prod-install-a-linux": "prod", "hybridops-old-install-a-linux": "old", "x-test": "old"}
        for name, environment in {**made, "hybridops-test-install-a-linux": "test"}.items():
            times = {**schedule()["schedule_info"], "description": f"hybridops.patching: {environment}"}
            modules.ok(MODULE, schedules=[schedule(name=name, schedule_info=times)])
        known = {f"hybridops.patching: {environment}": prefix for environment, prefix in KNOWN.items()}
        rule = {**ACCOUNT, **FORM, "descriptions": ["hybridops.patching: *"], "known": known}
        options = {**by_schedules(schedule(1)), "unknown_schedules": [rule]}
        answer = modules.quartet(MODULE, **options)
        assert sorted(one["name"] for one in answer["unknown_schedules"]) == sorted(made)[:2]
        assert any("described as 'hybridops.patching: old'" in text for text in told)

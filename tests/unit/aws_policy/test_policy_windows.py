# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which maintenance windows a policy asks for, and what no window can do of what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.policy_estate import policy_estate
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_check import check_window
from ansible_collections.hybridops.patching.plugins.module_utils._aws.window_model import wanted_window
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import NodeFacts
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy

from tests.unit.aws_policy.test_policy_estate import NOW, POLICY, fact

NATIVE = POLICY + "  environments: [test, {name: prod, delivery: native}]\n"
ACCOUNT, REGION = "222222222222", "eu-central-1"


def estate(*facts: NodeFacts, policy: str = POLICY, nodes: tuple[Node, ...] = (), **options: Any) -> dict[str, Any]:
    """What the policy wants of these nodes of prod."""
    return policy_estate(parse_policy(policy), "prod", facts, nodes, now=NOW, **options).to_dict()


def native(*facts: NodeFacts, extra: str = "", **options: Any) -> dict[str, Any]:
    """What it wants with native delivery; ``extra`` are further keys of the policy."""
    return estate(*facts, policy=options.pop("policy", NATIVE) + extra, **options)


def with_slot(when: str) -> str:
    """The policy with another slot for prod."""
    return NATIVE.replace('{week: third, weekday: saturday, time: "06:00"}', when)


def tagged(number: int, key: str = "Patch Group", **fields: Any) -> NodeFacts:
    """A node with its tag."""
    plain = fact(number, **fields)
    return fact(number, **fields | {"tags": {key: plain.patch_group}})


def stray(**fields: Any) -> dict[str, Any]:
    """A node that the inventory lacks, as ssm_managed_node_info tells of it."""
    tags = {"Patch Group": "patch_prod_0600_batch_1"}
    place = {"account": ACCOUNT, "region": REGION}
    node = {"node_id": "i-0123456789abcdef0", "name": "stray01", "os": "redhat", "tags": tags, **place}
    return node | {"patch_group": "patch_prod_0600_batch_1"} | fields


def install_tasks(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks of the only window."""
    (window,) = found["windows"]
    tasks: list[dict[str, Any]] = window["tasks"]
    return tasks


class TestScans:
    def test_one_window_scans_all_groups_of_the_environment_every_four_hours_by_its_clock(self) -> None:
        (window,) = estate(tagged(1), tagged(2, os="windows"))["windows"]
        assert (window["account"], window["region"], window["name"]) == (ACCOUNT, REGION, "hybridops-prod-scan")
        assert (window["schedule"], window["schedule_timezone"]) == ("cron(0 0/4 * * ? *)", "Europe/Zurich")
        assert "enabled" not in window, "who disabled it meant it"
        assert window["tags"] == {"hybridops:environment": "prod"}
        (target,) = window["targets"]
        groups = ["patch_prod_0600_batch_1", "patch_prod_0600_batch_2"]
        assert target["targets"] == [{"key": "tag:Patch Group", "values": groups}]

    def test_nothing_but_a_scan_is_asked_for_and_one_failure_stops_no_other(self) -> None:
        (task,) = install_tasks(estate(tagged(1)))
        assert task["task_arn"] == "AWS-RunPatchBaseline"
        assert task["task_invocation_parameters"]["run_command"]["parameters"] == {"Operation": ["Scan"]}
        assert (task["max_concurrency"], task["max_errors"]) == ("100%", "100%")

    def test_each_place_has_its_own(self) -> None:
        found = estate(tagged(1), tagged(2, region="eu-west-1"), tagged(3, account="333333333333"))
        assert {(window["account"], window["region"]) for window in found["windows"]} == {
            (ACCOUNT, REGION),
            (ACCOUNT, "eu-west-1"),
            ("333333333333", REGION),
        }

    def test_each_key_of_the_tag_is_a_target_with_a_task_of_its_own(self) -> None:
        (window,) = estate(tagged(1), tagged(2, "PatchGroup", os="windows"))["windows"]
        assert [target["targets"] for target in window["targets"]] == [
            [{"key": "tag:Patch Group", "values": ["patch_prod_0600_batch_1"]}],
            [{"key": "tag:PatchGroup", "values": ["patch_prod_0600_batch_2"]}],
        ]
        names = [target["name"] for target in window["targets"]]
        assert [task["window_targets"] for task in window["tasks"]] == [[name] for name in names]
        assert {task["priority"] for task in window["tasks"]} == {1}

    def test_more_groups_than_a_target_takes_are_several_targets(self) -> None:
        batches = "".join(f"    - {{name: b{number}, after: []}}\n" for number in range(12))
        facts = [tagged(number + 1, patch_group=f"patch_prod_0600_b{number}") for number in range(12)]
        (window,) = estate(*facts, policy=f"{POLICY}  batches:\n{batches}")["windows"]
        values = [target["targets"][0]["values"] for target in window["targets"]]
        assert [len(part) for part in values] == [5, 5, 2]
        assert len({value for part in values for value in part}) == 12

    def test_its_role_is_that_of_the_account_and_output_is_none(self) -> None:
        defaults = (
            '  defaults: {maintenance_windows: {service_role_arn: "arn:aws:iam::{account}:role/w", '
            "output_s3_bucket_name: logs, max_concurrency: 3}}\n"
        )
        (task,) = install_tasks(estate(tagged(1), policy=POLICY + defaults))
        assert task["service_role_arn"] == f"arn:aws:iam::{ACCOUNT}:role/w"
        assert "output_s3_bucket_name" not in task["task_invocation_parameters"]["run_command"]

    def test_when_it_opens_next_is_told_in_the_policy_s_zone(self) -> None:
        assert estate(tagged(1))["schedule"] == [
            "hybridops-prod-scan scans every 4 hours, next 2026-11-01 04:00 Europe/Zurich"
        ]


class TestInstalls:
    def test_each_slot_is_a_window_with_a_target_and_a_task_for_each_batch_in_their_order(self) -> None:
        (window,) = native(tagged(1), tagged(2, os="windows"))["windows"]
        assert window["name"] == "hybridops-prod-install-0600"
        assert (window["schedule"], window["schedule_timezone"]) == ("cron(0 6 ? * SAT#3 *)", "Europe/Zurich")
        assert (window["duration"], window["cutoff"]) == (3, 1)
        assert [(target["name"], target["targets"]) for target in window["targets"]] == [
            ("batch-batch_1", [{"key": "tag:Patch Group", "values": ["patch_prod_0600_batch_1"]}]),
            ("batch-batch_2", [{"key": "tag:Patch Group", "values": ["patch_prod_0600_batch_2"]}]),
        ]
        assert [(task["name"], task["priority"], task["window_targets"]) for task in window["tasks"]] == [
            ("install-batch_1", 1, ["batch-batch_1"]),
            ("install-batch_2", 2, ["batch-batch_2"]),
        ]
        parameters = [task["task_invocation_parameters"]["run_command"]["parameters"] for task in window["tasks"]]
        assert parameters == [{"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}] * 2

    def test_a_batch_keeps_its_priority_where_the_batch_before_it_has_no_node(self) -> None:
        (task,) = install_tasks(native(tagged(1, os="windows")))
        assert (task["name"], task["priority"]) == ("install-batch_2", 2)

    def test_both_keys_of_a_batch_are_targets_of_its_one_task(self) -> None:
        (window,) = native(tagged(1), tagged(2, "PatchGroup"))["windows"]
        assert [target["name"] for target in window["targets"]] == ["batch-batch_1", "batch-batch_1-PatchGroup"]
        (task,) = window["tasks"]
        assert task["window_targets"] == ["batch-batch_1", "batch-batch_1-PatchGroup"]

    def test_what_the_policy_says_of_windows_is_in_the_task(self) -> None:
        windows = (
            "  defaults:\n    maintenance_windows:\n      max_concurrency: 25%\n      max_errors: 3\n"
            '      cutoff_behavior: CANCEL_TASK\n      service_role_arn: "arn:aws:iam::{account}:role/w"\n'
            '      output_s3_bucket_name: "logs-{account}-{region}"\n'
            '      output_s3_key_prefix: "{environment}/{slot}/{batch}"\n'
            '      install_override_list: "s3://lists/{environment}/{batch}.yml"\n'
        )
        (task,) = install_tasks(native(tagged(1), extra=windows))
        command = task["task_invocation_parameters"]["run_command"]
        assert (task["max_concurrency"], task["max_errors"]) == ("25%", "3")
        assert (task["cutoff_behavior"], task["service_role_arn"]) == ("CANCEL_TASK", f"arn:aws:iam::{ACCOUNT}:role/w")
        assert command["output_s3_bucket_name"] == f"logs-{ACCOUNT}-{REGION}"
        assert command["output_s3_key_prefix"] == "prod/0600/batch_1"
        assert command["parameters"]["InstallOverrideList"] == ["s3://lists/prod/batch_1.yml"]

    def test_nodes_that_are_never_rebooted_are_installed_without(self) -> None:
        (task,) = install_tasks(native(tagged(1), extra="  defaults: {reboot: never}\n"))
        parameters = task["task_invocation_parameters"]["run_command"]["parameters"]
        assert parameters["RebootOption"] == ["NoReboot"]

    def test_without_slots_in_the_groups_they_are_those_of_the_only_slot(self) -> None:
        policy = NATIVE + '  group_format: "p_{environment}_{batch}"\n'
        (window,) = native(tagged(1, patch_group="p_prod_batch_1"), policy=policy)["windows"]
        assert window["name"] == "hybridops-prod-install-0600"

    def test_groups_of_a_slot_that_the_environment_lacks_are_told(self) -> None:
        policy = NATIVE.replace('{name: "0600", environment: test', '{name: "2200", environment: test')
        found = native(tagged(1), tagged(2, patch_group="patch_prod_2200_batch_1"), policy=policy)
        (warning,) = [one for one in found["warnings"] if "no window installs" in one]
        assert warning.endswith("patch_prod_2200_batch_1")
        assert [target["name"] for target in found["windows"][0]["targets"]] == ["batch-batch_1"]

    def test_what_it_is_and_when_is_said(self) -> None:
        found = native(tagged(1))
        for what in ("also when the one before it failed", "no gate holds it", "no snapshot", "no verification and no"):
            assert what in found["statement"]
        assert found["schedule"] == [
            "hybridops-prod-install-0600 installs third Saturday of the month at 06:00, "
            "next 2026-11-21 06:00 Europe/Zurich"
        ]
        assert estate(tagged(1))["statement"] == ""

    def test_the_delay_behind_a_followed_environment_is_the_same_whoever_installs(self) -> None:
        delays = [
            found["baselines"][0]["approval_rules"][0]["approve_after_days"]
            for found in (native(tagged(1)), estate(tagged(1)))
        ]
        assert delays == [15, 15], "a day for test, and two weeks from its slot to that of prod"

    def test_windows_of_the_other_delivery_go(self) -> None:
        purge = {
            "account": ACCOUNT,
            "region": REGION,
            "name_prefix": "hybridops-prod-",
            "tags": {"hybridops:environment": "prod"},
        }
        assert native(tagged(1))["purge_windows"] == estate(tagged(1))["purge_windows"] == [purge]

    def test_they_go_wherever_the_environment_may_have_had_a_node(self) -> None:
        further = [{"account": ACCOUNT, "region": region} for region in (REGION, "us-east-1")]
        for make in (native, estate):
            found = make(tagged(1), unlisted=[stray(region="eu-west-1")], targets=further)
            for option in ("purge_windows", "unknown_windows"):
                assert [rule["region"] for rule in found[option]] == [REGION, "eu-west-1", "us-east-1"]

    def test_old_windows_of_other_names_are_told_of(self) -> None:
        (rule,) = native(tagged(1), prefix="acme")["unknown_windows"]
        assert (rule["names"], rule["tag_key"]) == (["*-scan", "*-install-*"], "hybridops:environment")
        assert rule["known"] == {"test": "acme-test-", "prod": "acme-prod-"}
        names = [window["name"] for found in (native(tagged(1)), estate(tagged(1))) for window in found["windows"]]
        assert all(any(fnmatchcase(name, pattern) for pattern in rule["names"]) for name in names)

    def test_what_somebody_else_could_set_on_a_window_or_a_baseline_is_set_to_nothing(self) -> None:
        for found in (native(tagged(1)), estate(tagged(1))):
            (window,), (baseline,) = found["windows"], found["baselines"]
            assert (window["schedule_offset"], window["start_date"], window["end_date"]) == (0, "", "")
            assert (baseline["global_filters"], baseline["sources"]) == ([], [])


class TestWhatNoWindowCanDo:
    @pytest.mark.parametrize(
        ("when", "option", "value"),
        [
            ('{time: "06:00"}, duration: PT1H30M', "slots.duration of slot 0600 of prod", "PT1H30M"),
            ('{time: "06:00"}, duration: PT30M', "slots.duration of slot 0600 of prod", "PT30M"),
            ('{time: "06:00"}, duration: PT3H, cutoff: PT45M', "slots.cutoff of slot 0600 of prod", "PT45M"),
        ],
    )
    def test_parts_of_an_hour_are_refused_by_name(self, when: str, option: str, value: str) -> None:
        with pytest.raises(InputError, match="whole hours") as caught:
            native(tagged(1), policy=with_slot(when))
        assert (caught.value.option, caught.value.value) == (option, value)
        estate(tagged(1), policy=with_slot(when).replace("native", "controller"))

    def test_an_excluded_node_with_the_tag_is_refused_and_an_ended_exclusion_is_none(self) -> None:
        extra = "  exclusions: [{match: {tier: gold}, reason: vendor, until: %s}]\n"
        gold = fact(1, tags={"Patch Group": "patch_prod_0600_batch_1", "tier": "gold"})
        with pytest.raises(InputError, match=r"exclusions in the patch group patch_prod_0600_batch_1.*vendor"):
            native(gold, tagged(2), extra=extra % "2027-01-01")
        native(gold, extra=extra % "2026-10-01")

    def test_an_exclusion_by_what_only_the_inventory_knows_is_found(self) -> None:
        extra = "  exclusions: [{match: {labels: {owner: bob}}, reason: leave}]\n"
        listed = Node(fact(1).node_id, provider="aws", labels={"owner": "bob"})
        with pytest.raises(InputError, match="leave"):
            native(tagged(1), extra=extra, nodes=(listed,))
        native(tagged(1), extra=extra)

    def test_a_reboot_that_waits_for_an_approval_is_refused(self) -> None:
        with pytest.raises(InputError, match="with_install or never"):
            native(tagged(1), extra="  defaults: {reboot: separate}\n")

    def test_different_reboots_in_one_batch_are_refused(self) -> None:
        extra = "  applications: [{name: shop, reboot: never}]\n"
        shop = fact(1, tags={"Patch Group": "patch_prod_0600_batch_1", "Application": "shop"})
        with pytest.raises(InputError, match=r"never of prod01 .*with_install of prod02 "):
            native(shop, tagged(2), extra=extra)
        (task,) = install_tasks(native(shop, extra=extra))
        assert task["task_invocation_parameters"]["run_command"]["parameters"]["RebootOption"] == ["NoReboot"]

    def test_a_manifest_is_refused_until_an_exact_list_is_given(self) -> None:
        policy = NATIVE.replace("prod: {follows: test}", "prod: {follows: test, promote: manifest}")
        with pytest.raises(InputError, match="install_override_list"):
            native(tagged(1), policy=policy)
        exact = "  defaults: {maintenance_windows: {install_override_list: 's3://b/exact.yml'}}\n"
        assert native(tagged(1), policy=policy, extra=exact)["windows"]

    def test_an_environment_without_slots_is_refused(self) -> None:
        with pytest.raises(InputError, match="at least one slot"):
            native(fact(1), policy="patch_policy: {environments: [{name: prod, delivery: native}]}")

    def test_openings_in_a_freeze_are_told(self) -> None:
        freezes = "  freezes: [{from: 2026-12-15, to: 2027-01-20, environments: [prod], reason: new year}]\n"
        told = [one for one in native(tagged(1), extra=freezes)["warnings"] if "freeze" in one]
        assert [one[:35] for one in told] == [
            "slot 0600 opens on 2026-12-19 06:00",
            "slot 0600 opens on 2027-01-16 06:00",
        ]

    def test_times_that_do_not_exist_or_exist_twice_are_told(self) -> None:
        found = native(tagged(1), policy=with_slot('{weekday: sunday, time: "02:30"}'))
        told = [one for one in found["warnings"] if "AWS does not say" in one]
        assert [("2027-03-28" in one, "does not exist" in one) for one in told[:1]] == [(True, True)]
        assert [("2027-10-31" in one, "exists twice" in one) for one in told[1:]] == [(True, True)]
        assert [one for one in native(tagged(1))["warnings"] if "AWS does not say" in one] == []

    def test_a_node_whose_other_key_puts_it_into_a_window_is_refused_though_its_first_key_is_of_nobody_here(
        self,
    ) -> None:
        """What is left alone by the first key is found by the other, once a node of the batch has its tag there."""
        both = {"Patch Group": "somebody_elses", "PatchGroup": "patch_prod_0600_batch_1"}
        two = tagged(2, "PatchGroup")
        for first in both["Patch Group"], "patch_test_0600_batch_1", "patch_prod_0600_batch_2":
            one = fact(1, patch_group=first, tags=both | {"Patch Group": first})
            with pytest.raises(InputError, match=r"tags Patch Group and PatchGroup of prod01.*delivery native"):
                native(one, two)
            (warning,) = [told for told in estate(one, two)["warnings"] if "different patch groups" in told]
            assert warning.endswith("prod01")
        elsewhere = fact(1, tags={"Patch Group": "patch_prod_0600_batch_1", "PatchGroup": "patch_test_0600_batch_1"})
        assert any("different patch groups" in told for told in native(elsewhere)["warnings"]), (
            "no window here finds it"
        )

    def test_a_node_that_the_inventory_lacks_is_refused_for_its_other_key_as_any_other(self) -> None:
        tags = {"Patch Group": "somebody_elses", "PatchGroup": "patch_prod_0600_batch_1"}
        with pytest.raises(InputError, match="tags Patch Group and PatchGroup of stray"):
            native(tagged(1), unlisted=[stray(tags=tags)])

    def test_a_key_that_finds_every_node_is_enough(self) -> None:
        group = "patch_prod_0600_batch_1"
        both = fact(2, tags={"Patch Group": group, "PatchGroup": group})
        for other, key in (("Patch Group", "Patch Group"), ("PatchGroup", "PatchGroup")):
            found = native(tagged(1, other), both)
            (target,) = found["windows"][0]["targets"]
            assert target["targets"][0]["key"] == f"tag:{key}"
            assert not any("twice, one" in told for told in found["warnings"])
        mixed = native(tagged(1), both, tagged(3, "PatchGroup"))
        (warning,) = [told for told in mixed["warnings"] if "twice, one" in told]
        assert warning.endswith(": prod02")
        assert len(mixed["windows"][0]["targets"]) == 2

    def test_a_batch_that_only_nodes_out_of_the_inventory_have_keeps_its_task_and_gets_its_baseline(self) -> None:
        group = "patch_prod_0600_batch_2"
        found = native(tagged(1), unlisted=[stray(tags={"PatchGroup": group}, os="windows", patch_group=group)])
        assert [task["name"] for task in install_tasks(found)] == ["install-batch_1", "install-batch_2"]
        assert found["windows"][0]["targets"][1]["targets"] == [{"key": "tag:PatchGroup", "values": [group]}]
        assert {entry["patch_group"]: entry["baselines"] for entry in found["groups"]}[group] == [
            "hybridops-prod-windows"
        ]
        assert any("stray01" in told and "all the same" in told for told in found["warnings"])

    def test_a_slot_that_no_listed_node_has_keeps_its_window(self) -> None:
        alone = native(unlisted=[stray()])
        assert [window["name"] for window in alone["windows"]] == ["hybridops-prod-install-0600"]
        assert alone["statement"]
        scans = estate(tagged(1), unlisted=[stray(region="eu-west-1")])["windows"]
        assert [window["region"] for window in scans] == [REGION], "a scan is for nodes that runs patch"

    def test_an_exclusion_counts_for_a_node_out_of_the_inventory_too(self) -> None:
        extra = "  exclusions: [{match: {tier: gold}, reason: vendor}]\n"
        tags = {"Patch Group": "patch_prod_0600_batch_1", "tier": "gold"}
        with pytest.raises(InputError, match=r"exclusions in the patch group.*stray01.*vendor"):
            native(tagged(1), unlisted=[stray(tags=tags)], extra=extra)

    def test_a_node_of_an_unknown_system_keeps_the_task_of_its_batch(self) -> None:
        """Its window finds it by the tag, whatever its agent has told."""
        found = native(tagged(1), tagged(2, os="", patch_group="patch_prod_0600_batch_2"))
        assert [task["name"] for task in install_tasks(found)] == ["install-batch_1", "install-batch_2"]
        assert [entry["patch_group"] for entry in found["groups"]] == ["patch_prod_0600_batch_1"]
        assert any("is not known" in told and "prod02" in told for told in found["warnings"])

    def test_nodes_that_the_inventory_lacks_are_installed_on_all_the_same(self) -> None:
        unlisted = [{"node_id": "i-0123456789abcdef0", "name": "stray01", "patch_group": "patch_prod_0600_batch_1"}]
        said = "windows install on them all the same"
        assert any(said in one for one in native(tagged(1), unlisted=unlisted)["warnings"])
        assert not any(said in one for one in estate(tagged(1), unlisted=unlisted)["warnings"])


@pytest.mark.parametrize("policy", [POLICY, NATIVE])
def test_the_service_takes_every_window_whatever_the_names(policy: str) -> None:
    long = "e" * 40
    for text in (policy, policy.replace("prod", long).replace('"0600"', f'"{"s" * 64}"')):
        name = "prod" if text is policy else long
        slot = "0600" if text is policy else "s" * 64
        keys = '  tag_keys: {aws: {group: ["acme:patch/group", "Patch Group"]}}\n'
        group = f"patch_{name}_{slot}_batch_1"
        facts = [fact(1, patch_group=group, tags={key: group}) for key in ("acme:patch/group", "Patch Group")]
        found = policy_estate(parse_policy(text + keys), name, facts, now=datetime(2026, 11, 1, tzinfo=UTC))
        for window in found.windows:
            assert len(window["targets"]) == 2
            check_window(wanted_window(window), window["tags"])


@pytest.mark.parametrize("policy", [POLICY, NATIVE])
def test_the_service_takes_the_shortest_names_of_a_policy_and_keys_that_are_nearly_equal(policy: str) -> None:
    """A name in a window has three characters at least, one in a policy has one."""
    more = (
        "  batches: [{name: b, after: []}]\n"
        '  tag_keys: {aws: {group: [pg, "p/g", "p:g"]}}\n'
        '  group_format: "{environment}_{slot}_{batch}"\n'
    )
    group = "prod_0600_b"
    facts = [fact(number, patch_group=group, tags={key: group}) for number, key in enumerate(("pg", "p/g", "p:g"), 1)]
    (window,) = policy_estate(parse_policy(policy + more), "prod", facts, now=NOW).windows
    check_window(wanted_window(window), window["tags"])
    assert len({target["name"] for target in window["targets"]}) == 3


@pytest.mark.parametrize("found", [estate(tagged(1)), native(tagged(1))], ids=["scan", "install"])
def test_everything_in_a_window_has_a_value(found: dict[str, Any]) -> None:
    """An option that is None is no choice of a list of dictionaries."""

    def values(part: Any) -> list[Any]:
        if isinstance(part, dict):
            return [value for member in part.values() for value in values(member)]
        return [value for member in part for value in values(member)] if isinstance(part, list) else [part]

    assert None not in values(found["windows"])

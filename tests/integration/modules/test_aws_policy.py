# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines, groups and windows of many places at once: converged in one call, listed once, removed only where ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

pytestmark = pytest.mark.slow

ONE, TWO = "111111111111", "222222222222"
REGION = "eu-central-1"
TAGS = {"hybridops:environment": "test"}
GROUP = "patch_test_0600_batch_1"
FLEET: dict[str, Any] = {
    "version": 1,
    "accounts": [
        {"id": "999999999999", "home": True, "regions": [REGION]},
        *[
            {
                "id": account,
                "roles": [{"arn": f"arn:aws:iam::{account}:role/patching"}],
                "regions": [REGION, "eu-west-1"],
            }
            for account in (ONE, TWO)
        ],
    ],
    "machines": [],
}
LISTINGS = ("DescribePatchBaselines", "DescribePatchGroups", "DescribeMaintenanceWindows")


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """Two accounts without a machine."""
    with SandboxProcess(FLEET) as sandbox:
        yield sandbox


def baseline(account: str = ONE, **values: Any) -> dict[str, Any]:
    """An entry of ``baselines``."""
    rule = {"patch_filters": [{"key": "CLASSIFICATION", "values": ["Security"]}], "approve_after_days": 7}
    return {
        "account": account,
        "name": "hybridops-test-redhat",
        "operating_system": "REDHAT_ENTERPRISE_LINUX",
        "approval_rules": [rule],
        "tags": TAGS,
    } | values


def group(account: str = ONE, **values: Any) -> dict[str, Any]:
    """An entry of ``groups``."""
    return {"account": account, "patch_group": GROUP, "baselines": ["hybridops-test-redhat"]} | values


def window(name: str = "hybridops-test-install-0600", account: str = ONE, **values: Any) -> dict[str, Any]:
    """An entry of ``windows``: two batches."""
    batches = ("batch_1", "batch_2")
    return {
        "account": account,
        "name": name,
        "schedule": "cron(0 6 ? * SAT#3 *)",
        "schedule_timezone": "Europe/Zurich",
        "duration": 3,
        "cutoff": 1,
        "enabled": True,
        "targets": [
            {"name": batch, "targets": [{"key": "tag:Patch Group", "values": [f"patch_test_0600_{batch}"]}]}
            for batch in batches
        ],
        "tasks": [
            {
                "name": f"install-{batch}",
                "task_type": "RUN_COMMAND",
                "task_arn": "AWS-RunPatchBaseline",
                "window_targets": [batch],
                "priority": number,
                "max_concurrency": "50",
                "max_errors": "0",
                "task_invocation_parameters": {"run_command": {"parameters": {"Operation": ["Install"]}}},
            }
            for number, batch in enumerate(batches, 1)
        ],
        "tags": TAGS,
    } | values


def purge(account: str = ONE) -> dict[str, Any]:
    """An entry of ``purge_windows``."""
    return {"account": account, "name_prefix": "hybridops-test-", "tags": TAGS}


def policy(**values: Any) -> dict[str, Any]:
    """Options for two accounts and two regions."""
    places: list[dict[str, Any]] = [{"account": ONE}, {"account": TWO}, {"account": ONE, "region": "eu-west-1"}]
    return {
        "region": REGION,
        "accounts": {account: {"role_arn": f"arn:aws:iam::{account}:role/patching"} for account in (ONE, TWO)},
        "baselines": [baseline(**place) for place in places],
        "groups": [group(**place) for place in places],
        "windows": [window(**place) for place in places],
        "purge_windows": [purge()],
    } | values


def apply(modules: Modules, **values: Any) -> dict[str, Any]:
    """The policy in force."""
    return modules.ok("ssm_patch_policy", **policy(**values))


def names(estate: Estate, account: str = ONE, region: str = REGION) -> list[str]:
    """The windows that there are."""
    listed = estate.client("ssm", account, region).describe_maintenance_windows()["WindowIdentities"]
    return sorted(str(entry["Name"]) for entry in listed)


def test_check_apply_apply_again_check_again(modules: Modules, estate: Estate) -> None:
    real = modules.quartet("ssm_patch_policy", **policy())
    assert [entry["changed"] for entry in real["baselines"] + real["groups"] + real["windows"]] == [True] * 9
    for place in ((ONE, REGION), (TWO, REGION), (ONE, "eu-west-1")):
        assert names(estate, *place) == ["hybridops-test-install-0600"]
    (first, second, *_rest) = [line for line in real["lines"] if line.startswith(f"{ONE} {REGION}")]
    assert first.endswith(f"new baselines hybridops-test-redhat; {GROUP} now has hybridops-test-redhat")
    assert second.endswith("new windows hybridops-test-install-0600")


def test_check_mode_says_what_would_be(modules: Modules) -> None:
    checked = modules.ok("ssm_patch_policy", check=True, **policy())
    (first, second, *_rest) = [line for line in checked["lines"] if line.startswith(f"{ONE} {REGION}")]
    assert first.endswith(f"would be new: baselines hybridops-test-redhat; {GROUP} would have hybridops-test-redhat")
    assert second.endswith("would be new: windows hybridops-test-install-0600")


def test_what_is_in_force_costs_no_write_and_one_listing_of_each_kind_at_each_place(modules: Modules) -> None:
    options = policy()
    more = ("windows", "ubuntu")
    systems = {"windows": "WINDOWS", "ubuntu": "UBUNTU"}
    for name in more:
        filters = [{"key": "PRODUCT", "values": ["*"]}]
        rules = [{"patch_filters": filters, "approve_after_days": 7}]
        options["baselines"].append(
            baseline(name=f"hybridops-test-{name}", operating_system=systems[name], approval_rules=rules)
        )
        options["groups"].append(
            group(patch_group=f"patch_test_0600_{name}", baselines=[f"hybridops-test-{name}", "hybridops-test-redhat"])
        )
        options["windows"].append(window(f"hybridops-test-{name}"))
    modules.ok("ssm_patch_policy", **options)
    modules.sandbox.clear_requests()
    answer = modules.ok("ssm_patch_policy", **options)
    assert answer["changed"] is False
    assert modules.sandbox.writes() == []
    sent = Counter((entry["account"], entry["region"], entry["operation"]) for entry in modules.sandbox.requests())
    places = ((ONE, REGION), (TWO, REGION), (ONE, "eu-west-1"))
    assert [sent[*place, operation] for place in places for operation in LISTINGS] == [1] * 9
    details = {
        operation: count for (account, region, operation), count in sent.items() if (account, region) == places[0]
    }
    assert {name: count for name, count in details.items() if name not in LISTINGS} == {
        "GetPatchBaseline": 3,
        "GetMaintenanceWindow": 3,
        "DescribeMaintenanceWindowTargets": 3,
        "DescribeMaintenanceWindowTasks": 3,
        "GetMaintenanceWindowTask": 6,
        "ListTagsForResource": 6,
    }
    assert any("(opens next 20" in line for line in answer["lines"])


CHANGES: dict[str, dict[str, Any]] = {
    "a rule": {"baselines": [baseline(rejected_patches=["kernel"])]},
    "a tag": {"baselines": [baseline(tags={**TAGS, "owner": "a"})]},
    "the description": {"baselines": [baseline(description="other")]},
    "the group": {"groups": [group(), group(patch_group="patch_test_0600_batch_9")]},
    "the schedule": {"windows": [window(schedule="cron(0 6 ? * SAT#1 *)")]},
    "the zone": {"windows": [window(schedule_timezone="UTC")]},
    "the duration": {"windows": [window(duration=4)]},
    "enabled": {"windows": [window(enabled=False)]},
    "the batches": {"windows": [window(targets=window()["targets"][:1], tasks=window()["tasks"][:1])]},
    "the tags of a window": {"windows": [window(tags={**TAGS, "owner": "b"})]},
    "another window": {"windows": [window(), window("hybridops-test-scan")]},
    "none of the windows": {"windows": []},
    "nothing to purge": {"windows": [window(duration=2)], "purge_windows": []},
    "a filter of all": {
        "baselines": [baseline(global_filters=[{"key": "PRODUCT", "values": ["RedhatEnterpriseLinux9"]}])]
    },
    "a source": {
        "baselines": [baseline(sources=[{"name": "own", "products": ["*"], "configuration": "[own]\nname=own"}])]
    },
    "the offset": {"windows": [window(schedule_offset=2)]},
    "the dates": {"windows": [window(start_date="2030-01-01T00:00:00Z", end_date="2031-01-01T00:00:00Z")]},
}


def test_each_part_is_changed_by_itself(modules: Modules) -> None:
    before = policy(baselines=[baseline()], groups=[group()], windows=[window()])
    modules.ok("ssm_patch_policy", **before)
    for change, values in CHANGES.items():
        options = {**before, **deepcopy(values)}
        predicted = modules.ok("ssm_patch_policy", check=True, **options)
        real = modules.ok("ssm_patch_policy", **options)
        assert predicted["changed"] is real["changed"] is True, change
        assert predicted["diff"] == real["diff"], change


def test_only_windows_with_our_name_and_our_tag_go(modules: Modules, estate: Estate) -> None:
    client = estate.client("ssm")
    common = {"Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": False}
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    other = [{"Key": "hybridops:environment", "Value": "test-eu"}]
    client.create_maintenance_window(Name="hybridops-test-install-2200", Tags=tags, **common)
    client.create_maintenance_window(Name="hybridops-test-eu-scan", Tags=other, **common)
    client.create_maintenance_window(Name="hybridops-test-of-others", **common)
    client.create_maintenance_window(Name="somebody-else-s", Tags=tags, **common)
    checked = modules.ok("ssm_patch_policy", check=True, **policy())
    assert [entry["name"] for entry in checked["removed_windows"]] == ["hybridops-test-install-2200"]
    assert [diff["after"] for diff in checked["diff"] if "install-2200" in diff["before_header"]] == [{}]
    assert any("would be removed: windows hybridops-test-install-2200" in line for line in checked["lines"])
    assert "hybridops-test-install-2200" in names(estate)
    modules.quartet("ssm_patch_policy", **policy())
    assert names(estate) == [
        "hybridops-test-eu-scan",
        "hybridops-test-install-0600",
        "hybridops-test-of-others",
        "somebody-else-s",
    ]


def unknown(**known: str) -> dict[str, Any]:
    """An entry of ``unknown_windows``."""
    names = ["*-scan", "*-install-*"]
    return {"account": ONE, "names": names, "tag_key": "hybridops:environment", "known": known}


def test_windows_of_an_old_prefix_or_an_old_environment_are_told_of_and_left_alone(
    modules: Modules, estate: Estate, told: list[str]
) -> None:
    client = estate.client("ssm")
    common = {"Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": False}
    made = {
        "acme-test-install-0600": "test",
        "hybridops-old-scan": "old",
        "hybridops-test-eu-scan": "test-eu",
        "hybridops-prod-scan": "prod",
        "hybridops-test-install-2200": "test",
        "somebody-s-scan": "",
        "hybridops-old-backup": "old",
    }
    for name, environment in made.items():
        tags = [{"Key": "hybridops:environment", "Value": environment}] if environment else []
        client.create_maintenance_window(Name=name, Tags=tags, **common)
    options = policy(unknown_windows=[unknown(test="hybridops-test-", prod="hybridops-prod-")] * 2)
    for check in (True, False):
        answer = modules.ok("ssm_patch_policy", check=check, **options)
        assert sorted(entry["name"] for entry in answer["unknown_windows"]) == [
            "acme-test-install-0600",
            "hybridops-old-scan",
            "hybridops-test-eu-scan",
        ]
        assert len(set(told)) == 3
        assert any("acme-test-install-0600" in text and "it opens still" in text for text in told)
        told.clear()
    assert sorted(made.keys() - set(names(estate))) == ["hybridops-test-install-2200"]
    modules.sandbox.clear_requests()
    modules.unchanged("ssm_patch_policy", **options)
    asked = Counter(
        entry["params"]["ResourceId"] for entry in modules.sandbox.requests(operation="ListTagsForResource")
    )
    listed = {entry["Name"]: entry["WindowId"] for entry in client.describe_maintenance_windows()["WindowIdentities"]}
    assert listed["hybridops-old-backup"] not in asked, "its name is not of our form, and its tags cost a request"
    assert len({asked[window_id] for name, window_id in listed.items() if name != "hybridops-old-backup"}) == 1


def test_what_a_person_set_or_added_is_undone_and_a_window_that_was_disabled_stays_so(
    modules: Modules, estate: Estate, told: list[str]
) -> None:
    wanted = window(schedule_offset=0, start_date="", end_date="")
    del wanted["enabled"]
    empty = baseline(global_filters=[], sources=[])
    options = policy(baselines=[empty], groups=[group()], windows=[wanted])
    modules.ok("ssm_patch_policy", **options)
    client = estate.client("ssm")
    (identity,) = client.describe_maintenance_windows()["WindowIdentities"]
    window_id = identity["WindowId"]
    client.update_maintenance_window(
        WindowId=window_id,
        Enabled=False,
        ScheduleOffset=2,
        StartDate="2030-01-01T00:00:00Z",
        EndDate="2031-01-01T00:00:00Z",
    )
    target = client.register_target_with_maintenance_window(
        WindowId=window_id,
        ResourceType="INSTANCE",
        Name="mine",
        Targets=[{"Key": "tag:Role", "Values": ["db"]}],
    )["WindowTargetId"]
    client.register_task_with_maintenance_window(
        WindowId=window_id,
        Name="mine",
        TaskType="RUN_COMMAND",
        TaskArn="AWS-RunPatchBaseline",
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        MaxConcurrency="1",
        MaxErrors="1",
    )
    (own,) = client.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
    client.update_patch_baseline(
        BaselineId=own["BaselineId"],
        GlobalFilters={"PatchFilters": [{"Key": "PRODUCT", "Values": ["RedhatEnterpriseLinux9"]}]},
        Sources=[{"Name": "own", "Products": ["*"], "Configuration": "[own]\nname=own"}],
    )
    checked = modules.ok("ssm_patch_policy", check=True, **options)
    assert checked["changed"] is True
    assert "'mine'" in str([diff["before"] for diff in checked["diff"]])
    assert "'mine'" not in str([diff["after"] for diff in checked["diff"]])
    real = modules.ok("ssm_patch_policy", **options)
    assert real["diff"] == checked["diff"]
    now = client.get_maintenance_window(WindowId=window_id)
    assert now["Enabled"] is False
    assert not {"ScheduleOffset", "StartDate", "EndDate"} & now.keys()
    assert len(client.describe_maintenance_window_targets(WindowId=window_id)["Targets"]) == 2
    assert len(client.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"]) == 2
    changed = client.get_patch_baseline(BaselineId=own["BaselineId"])
    assert not changed.get("Sources")
    assert not changed.get("GlobalFilters", {}).get("PatchFilters")
    again = modules.ok("ssm_patch_policy", **options)
    assert again["changed"] is False
    assert again["windows"][0]["enabled"] is False
    assert any("is disabled and stays so" in text for text in told)
    assert any("unchanged windows hybridops-test-install-0600 (disabled)" in line for line in again["lines"])


def test_one_name_may_be_that_of_two_baselines_of_different_systems(modules: Modules) -> None:
    rule = {"patch_filters": [{"key": "PRODUCT", "values": ["*"]}], "approve_after_days": 7}
    suse = baseline(operating_system="SUSE", approval_rules=[rule])
    modules.quartet("ssm_patch_policy", **policy(baselines=[baseline(), suse], groups=[group()], windows=[]))


def test_windows_go_before_anything_else_is_written_and_come_when_all_else_is(modules: Modules) -> None:
    apply(modules, baselines=[], groups=[], windows=[window("hybridops-test-old")])
    modules.sandbox.clear_requests()
    options = policy(baselines=[baseline()], groups=[group()], windows=[window()])
    modules.ok("ssm_patch_policy", **options)
    operations = [entry["operation"] for entry in modules.sandbox.writes()]
    assert operations[:4] == [
        "DeleteMaintenanceWindow",
        "CreatePatchBaseline",
        "RegisterPatchBaselineForPatchGroup",
        "CreateMaintenanceWindow",
    ]


def test_a_write_that_fails_leaves_the_later_kinds_unwritten_and_a_further_call_does_the_rest(
    modules: Modules, estate: Estate
) -> None:
    fault = {"service": "ssm", "operation": "RegisterPatchBaselineForPatchGroup", "account": TWO}
    modules.sandbox.fault("error", code="AccessDeniedException", status=400, **fault)
    message = modules.call("ssm_patch_policy", **policy())["msg"]
    assert (
        f"register hybridops-test-redhat ({message.partition('(')[2][:20]}) for the patch group {GROUP} in {TWO}"
        in message
    )
    assert "5 of 9 were changed. A further call does the rest" in message
    assert names(estate) == names(estate, TWO) == []
    again = apply(modules)
    assert [entry["changed"] for entry in again["groups"]] == [False, True, False]
    assert names(estate, TWO) == ["hybridops-test-install-0600"]


def test_an_account_that_cannot_be_reached_keeps_all_others_unwritten(modules: Modules) -> None:
    windows = [window(), window(account="333333333333")]
    message = modules.refused("ssm_patch_policy", **policy(windows=windows))
    assert "333333333333" in message


def test_lost_answers_do_nothing_twice(modules: Modules, estate: Estate) -> None:
    apply(modules, baselines=[], groups=[], windows=[window("hybridops-test-old")])
    for operation in (
        "CreatePatchBaseline",
        "RegisterPatchBaselineForPatchGroup",
        "CreateMaintenanceWindow",
        "RegisterTargetWithMaintenanceWindow",
        "RegisterTaskWithMaintenanceWindow",
        "DeleteMaintenanceWindow",
    ):
        modules.sandbox.fault("drop_after", service="ssm", operation=operation)
    options = policy(baselines=[baseline()], groups=[group()], windows=[window()])
    modules.ok("ssm_patch_policy", **options)
    assert names(estate) == ["hybridops-test-install-0600"]
    client = estate.client("ssm")
    (identity,) = client.describe_maintenance_windows()["WindowIdentities"]
    for kind in ("targets", "tasks"):
        found = getattr(client, f"describe_maintenance_window_{kind}")(WindowId=identity["WindowId"])
        assert len(found[kind.capitalize()]) == 2
    modules.unchanged("ssm_patch_policy", **options)


def test_throttles_are_waited_out(modules: Modules) -> None:
    for operation in (*LISTINGS, "CreateMaintenanceWindow", "GetPatchBaseline"):
        modules.sandbox.fault("throttle", service="ssm", operation=operation)
    apply(modules)
    modules.unchanged("ssm_patch_policy", **policy())


TWICE = {"name": "hybridops-test-install-0600"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"windows": [window(), window()]}, "windows: 'hybridops-test-install-0600'.*twice"),
        ({"baselines": [baseline(), baseline()]}, "baselines: 'hybridops-test-redhat'.*twice"),
        ({"windows": [window("no spaces please")]}, r"windows\[0\]\.name of no spaces please"),
        ({"windows": [window(schedule="every day")]}, r"windows\[0\]\.schedule of hybridops-test-install-0600"),
        ({"windows": [window(schedule_timezone="Europe/Zurch")]}, r"windows\[0\]\.schedule_timezone"),
        ({"windows": [window(duration=25)]}, r"windows\[0\]\.duration.*1 to 24"),
        ({"windows": [window(cutoff=3)]}, r"windows\[0\]\.cutoff.*less than"),
        ({"windows": [window(tasks=window()["tasks"] * 2)]}, r"windows\[0\]\.tasks\[2\]\.name"),
        ({"windows": [window(targets=[])]}, "batch_1"),
        ({"groups": [group(baselines=["nobody-s"])]}, "nobody-s"),
        ({"groups": [group(patch_group="x" * 257)]}, r"groups\[0\]\.patch_group"),
        ({"purge_windows": [{"name_prefix": "a", "tags": {}}]}, r"purge_windows\[0\]\.tags"),
        ({"purge_windows": [{"name_prefix": "", "tags": TAGS}]}, r"purge_windows\[0\]\.name_prefix"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(modules: Modules, options: dict[str, Any], says: str) -> None:
    assert re.search(says, modules.refused("ssm_patch_policy", **policy(**options)))


def test_a_name_that_two_windows_have_is_refused(modules: Modules, estate: Estate) -> None:
    for _number in range(2):
        estate.client("ssm").create_maintenance_window(
            Name=TWICE["name"], Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False
        )
    assert "give window_id" in modules.refused("ssm_patch_policy", **policy())

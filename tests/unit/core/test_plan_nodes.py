# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refuses or warns of about one node: each rule fires for its cause, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.approve import ApprovalRule
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import (
    Agent,
    Baseline,
    NativeUpdate,
    SnapshotAbility,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.context import PlanOptions
from ansible_collections.hybridops.patching.plugins.module_utils._core.plan.model import Plan
from ansible_collections.hybridops.patching.plugins.module_utils._core.refusals import ACCEPTABLE, CODES, HOLDABLE

from tests.unit.core.builders import SMALL, codes, facts, node, plan, plan_of_one, warned

WINDOW = NativeUpdate("maintenance_window", "nightly", "2026-11-21T07:30:00Z")


def test_a_healthy_node_is_planned_without_a_word() -> None:
    found = plan_of_one()
    assert (codes(found), warned(found)) == ([], [])
    assert found.accepted
    assert [one.node_id for one in found.nodes()] == [node(1).node_id]


@pytest.mark.parametrize(
    ("known", "code", "says"),
    [
        ({"found": False}, "not_found", "aws 222222222222 eu-central-1 does not know it"),
        ({"patch_group": "patch_prod_0600_batch_2"}, "group_differs", "the cloud says 'patch_prod_0600_batch_2'"),
        ({"patch_group": ""}, "group_differs", "the node carries none"),
        ({"power_state": "stopped", "agent": Agent(online=False)}, "stopped", "does not let it be started"),
        ({"power_state": "stopping"}, "power_state", "stopping"),
        ({"power_state": "starting"}, "power_state", "starting"),
        ({"power_state": "absent"}, "power_state", "absent"),
        ({"power_state": "unknown"}, "power_state", "unknown"),
        ({"agent": Agent(online=False, detail="lost for 3 h")}, "agent_offline", "does not answer (lost for 3 h)"),
        ({"scaling_group": "asg-1"}, "scaling_group", "asg-1"),
        ({"baseline": None}, "no_baseline", "patch_prod_0600_batch_1 and redhat"),
        ({"baseline": Baseline("pb-9", "AWS-Default", default=True)}, "default_baseline", "AWS-Default would apply"),
        ({"native_updates": (NativeUpdate("os", "dnf-automatic"),)}, "self_updating", "dnf-automatic"),
        ({"native_updates": (WINDOW,)}, "native_update", "maintenance window nightly would install on it, next at"),
        ({"native_updates": (replace(WINDOW, next=None),)}, "native_update", "at a time that is not known"),
        ({"native_updates": (replace(WINDOW, next="soon"),)}, "native_update", "next at soon"),
        ({"native_updates": (replace(WINDOW, kind="patch_policy"),)}, "native_update", "patch policy nightly"),
        (
            {"snapshot": SnapshotAbility(False, ("an instance store volume",))},
            "no_snapshot",
            "an instance store volume",
        ),
        ({"snapshot": SnapshotAbility(False)}, "no_snapshot", "its cloud offers none"),
    ],
)
def test_what_the_cloud_says_refuses(known: dict[str, Any], code: str, says: str) -> None:
    found = plan_of_one(**known)
    assert codes(found) == [code]
    assert not found.accepted
    refusal = found.refusals[0]
    assert refusal.node_id == node(1).node_id
    assert says in refusal.reason
    assert "prod01" in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize(
    "known",
    [
        {"native_updates": (replace(WINDOW, next="2026-11-21T08:00:00Z"),)},
        {"power_state": "unknown", "can_power": False},
        {"agent": Agent(online=True, up_to_date=None)},
        {"tags": {}},
        {"volumes": 0},
    ],
)
def test_what_is_harmless_does_not_refuse(known: dict[str, Any]) -> None:
    assert codes(plan_of_one(**known)) == []


@pytest.mark.parametrize(
    ("listed", "code", "says"),
    [
        ({"environment": "test"}, "group_differs", "the environments test and prod"),
        ({"os_family": "windows"}, "os_differs", "it is windows in the inventory, the cloud says linux"),
        ({"os": "suse"}, "os_differs", "it is suse in the inventory, the cloud says redhat"),
        ({"batch": "batch_2"}, "two_batches", "batch_2 and batch_1"),
    ],
)
def test_what_the_inventory_says_refuses(listed: dict[str, Any], code: str, says: str) -> None:
    found = plan_of_one(listed=listed)
    assert code in codes(found)
    assert says in next(one.reason for one in found.refusals if one.code == code)


def test_an_os_name_of_the_inventorys_own_is_not_compared() -> None:
    assert codes(plan_of_one(listed={"os": "RHEL 9.4"})) == []


def test_a_node_without_a_cloud_is_refused() -> None:
    of = node(1, provider="", os_family="linux")
    found = plan([of], [])
    assert codes(found) == ["no_provider"]


def test_a_node_of_which_nothing_was_read_is_refused() -> None:
    found = plan([node(1), node(2)], [facts(node(1))])
    assert codes(found) == ["no_facts"]


@pytest.mark.parametrize(
    ("group", "code", "says"),
    [
        ("patch_prod_0700_batch_1", "unknown_group", "forms no patch group"),
        ("patch_prod_0600_batch_3", "unknown_group", "forms no patch group"),
        ("patch_prod_0600_batch_2", "os_against_batch", "it is redhat, but batch_2 of the policy is for"),
    ],
)
def test_patch_groups_that_do_not_fit(group: str, code: str, says: str) -> None:
    found = plan_of_one(listed={"patch_group": group}, patch_group=group)
    assert codes(found) == [code]
    assert says in found.refusals[0].reason


def test_a_slot_of_another_environment_is_unknown() -> None:
    of = node(1, patch_group="patch_prod_2200_batch_1")
    found = plan(
        [of],
        [facts(of)],
        text="""
patch_policy:
  slots:
    - {name: "0600", environment: prod, when: {time: "06:00"}}
    - {name: "2200", environment: test, when: {time: "22:00"}}
""",
    )
    assert codes(found) == ["unknown_group"]
    assert "prod has no slot '2200'" in found.refusals[0].reason


def test_batches_come_from_group_variable_or_match() -> None:
    by_match = node(1, patch_group="", environment="prod")
    by_variable = node(2, patch_group="", environment="prod", batch="batch_2")
    found = plan(
        [by_match, by_variable],
        [facts(by_match), facts(by_variable, windows=True)],
    )
    assert codes(found) == []
    assert [(batch.name, [one.node_id for one in batch.nodes]) for batch in found.batches] == [
        ("batch_1", [by_match.node_id]),
        ("batch_2", [by_variable.node_id]),
    ]


def test_the_tag_of_the_node_stands_in_for_the_inventory() -> None:
    bare = node(1, patch_group="", name="", account="", region="")
    found = plan([bare], [facts(node(1))])
    assert codes(found) == []
    planned = next(found.nodes()).node
    assert (planned.name, planned.account, planned.region) == ("prod01", "222222222222", "eu-central-1")
    assert (planned.patch_group, planned.batch, planned.os, planned.os_family, planned.application) == (
        "patch_prod_0600_batch_1",
        "batch_1",
        "redhat",
        "linux",
        "shop",
    )


ROLES = """
batches:
  - {name: batch_1, match: {role: db}}
  - {name: batch_2, match: {role: [app, db2]}}
  - {name: batch_3, match: {tier: gold}}
"""


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"labels": {}}, "no_batch", "fits none of the batches batch_1, batch_2, batch_3 of the policy"),
        ({"labels": {"role": "app", "tier": "gold"}}, "two_batches", "fits the batches batch_2 and batch_3"),
        ({"labels": {"role": "db"}, "batch": "batch_2"}, "wrong_batch", "is for role: app or db2, which it does not"),
        ({"labels": {"role": "db"}, "batch": "batch_9"}, "wrong_batch", "the policy has no batch 'batch_9'"),
    ],
)
def test_no_batch_two_or_the_wrong_one(fields: dict[str, Any], code: str, says: str) -> None:
    of = node(1, patch_group="", environment="prod", **fields)
    found = plan([of], [facts(of)], ROLES)
    assert codes(found)[0] == code
    assert says in found.refusals[0].reason


def test_a_declared_batch_settles_which_of_two_it_is() -> None:
    of = node(1, patch_group="", environment="prod", batch="batch_3", labels={"role": "app", "tier": "gold"})
    found = plan([of], [facts(of)], ROLES.strip() + "\ndefaults: {gate: {allow_empty: true}}")
    assert codes(found) == []
    assert found.batches[0].name == "batch_3"


PAYROLL = """
applications:
  - name: payroll
    batches: [{name: batch_1, match: {role: db}}, {name: batch_2, match: {role: app}, reboot: separate}]
    hooks: {before: drain.yml, after: undrain.yml}
    checks: [{batch: batch_2, port: 8443}, {batch: batch_1, service: postgresql}, {http: "http://x/"}]
"""


def test_an_applications_batches_come_instead_of_the_policys() -> None:
    database = node(1, application="payroll", labels={"role": "db"})
    app = node(2, patch_group="patch_prod_0600_batch_2", application="payroll", labels={"role": "app"})
    found = plan([database, app], [facts(database), facts(app)], PAYROLL)
    assert codes(found) == []
    first, second = found.nodes()
    assert (first.node.batch, second.node.batch) == ("batch_1", "batch_2")
    assert (first.reboot, second.reboot) == ("with_install", "separate")
    assert [str(check) for check in first.checks] == ["service postgresql", "http http://x/ answers 200"]
    assert [str(check) for check in second.checks] == ["port 8443", "http http://x/ answers 200"]
    assert (first.hook_before, first.hook_after) == ("drain.yml", "undrain.yml")


def test_an_application_node_outside_its_batches_is_refused() -> None:
    web = node(1, application="payroll", labels={"role": "web"})
    found = plan([web], [facts(web)], PAYROLL)
    assert codes(found) == ["wrong_batch"]
    assert "batch_1 of the application payroll is for role: db" in found.refusals[0].reason


def test_labels_may_be_tags_by_another_name() -> None:
    of = node(1, patch_group="", environment="prod")
    extra = "tag_keys: {aws: {role: [Function]}}" + ROLES.rstrip()
    found = plan([of], [facts(of, tags={"Function": "db"})], extra)
    assert [one.node.batch for one in found.nodes()] == ["batch_1"]


def test_the_case_of_a_tag_s_name_does_not_matter() -> None:
    of = node(1, patch_group="", environment="prod")
    found = plan([of], [facts(of, tags={"Role": "db"})], ROLES.rstrip())
    assert [one.node.batch for one in found.nodes()] == ["batch_1"]


def test_a_stopped_node_is_started_where_the_policy_lets_it() -> None:
    stopped: dict[str, Any] = {"power_state": "stopped", "agent": Agent(online=False, up_to_date=False)}
    found = plan_of_one("defaults: {start_stopped: true}", **stopped)
    assert (codes(found), warned(found)) == ([], [])
    planned = next(found.nodes())
    assert (planned.power_before, planned.will_start) == ("stopped", True)
    assert any("start it" in step for step in planned.steps)
    assert any("stop it again" in step for step in planned.steps)
    cannot = plan_of_one("defaults: {start_stopped: true}", can_power=False, **stopped)
    assert codes(cannot) == ["cannot_start"]
    assert not next(cannot.nodes()).will_start


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (Agent(online=None), "agent_unknown"),
        (Agent(online=True, version="3.1", up_to_date=False), "agent_outdated"),
    ],
)
def test_agents_that_only_warn(agent: Agent, code: str) -> None:
    found = plan_of_one(agent=agent)
    assert (codes(found), warned(found)) == ([], [code])
    assert len(next(found.nodes()).warnings) == 1


@pytest.mark.parametrize(
    ("extra", "refused", "told"),
    [
        ("", ["no_snapshot"], []),
        ("defaults: {allow_unprotected: true}", [], ["unprotected"]),
        ("defaults: {snapshot: if_possible}", [], ["unprotected"]),
        ("defaults: {snapshot: none}", [], []),
    ],
)
def test_a_node_that_cannot_have_a_snapshot(extra: str, refused: list[str], told: list[str]) -> None:
    found = plan_of_one(extra, snapshot=SnapshotAbility(False, ("hybrid node",)))
    assert (codes(found), warned(found)) == (refused, told)
    assert next(found.nodes()).snapshot == "none"


def test_a_node_that_can_have_a_snapshot_gets_what_the_policy_says() -> None:
    for wanted in ("required", "if_possible", "none"):
        assert next(plan_of_one(f"defaults: {{snapshot: {wanted}}}").nodes()).snapshot == wanted


def test_no_baseline_is_wanted_where_the_cloud_has_none() -> None:
    of = node(1, provider="azure_vm")
    assert codes(plan([of], [facts(of, baseline=None)], environment="prod", extra=ACCEPTED)) == []


ACCEPTED = "defaults: {accept: [approval_not_told]}"


@pytest.mark.parametrize(
    ("windows", "extra", "lacks"),
    [
        (False, "", ["no date of publication of Linux packages (14 days after it are wanted)"]),
        (True, "", []),
        (True, "environments: [{name: prod, approval: strict}, test]", ["no severities (Critical are wanted)"]),
    ],
)
def test_what_azure_does_not_tell_of_patches_refuses_the_run(windows: bool, extra: str, lacks: list[str]) -> None:
    strict = "\n    strict: {severities: [Critical]}"
    text = SMALL.replace("\n    prod:", f"{strict}\n    prod:") + (f"  {extra}\n" if extra else "")
    pair = [node(1, provider="azure_vm"), node(2, provider="azure_arc", windows=True)]
    known = [facts(pair[0], baseline=None), facts(pair[1], baseline=None, windows=True)]
    found = plan(pair, known, text=text)
    told = [one for one in found.refusals if one.node_id == pair[int(windows)].node_id]
    assert [one.code for one in told] == ["approval_not_told"] * len(lacks)
    assert all(lack in one.reason for lack, one in zip(lacks, told, strict=True))


def test_the_plan_of_an_azure_node_keeps_its_rules_and_says_them() -> None:
    pair = [node(1, provider="azure_vm"), node(2, provider="azure_arc", windows=True)]
    known = [facts(pair[0], baseline=None), facts(pair[1], baseline=None, windows=True)]
    found = plan(pair, known, extra=ACCEPTED)
    linux, windows = found.nodes()
    assert linux.approval == ApprovalRule(("Security", "Critical"), (), 14, ignored=("after_days",))
    assert windows.approval == ApprovalRule(("Security", "Critical", "UpdateRollUp", "Updates"), (), 14)
    assert "install: exactly what is missing and approved (Security, Critical)" in linux.steps
    assert any("published 14 days ago or earlier" in step for step in windows.steps)
    assert Plan.from_dict(found.to_dict()) == found


def test_a_platform_that_patches_when_it_likes_is_told_with_what_stops_it() -> None:
    found = plan_of_one(native_updates=(NativeUpdate("platform", "patchMode AutomaticByPlatform"),))
    assert codes(found) == ["native_update"]
    assert "Azure patches it when it likes (patchMode AutomaticByPlatform)" in found.refusals[0].reason
    assert "bypassPlatformSafetyChecksOnUserSchedule" in found.refusals[0].remedy


RISKS: dict[str, dict[str, Any]] = {
    "default_baseline": {"baseline": Baseline("pb-9", "AWS-Default", default=True)},
    "self_updating": {"native_updates": (NativeUpdate("os", "dnf-automatic"),)},
    "native_update": {"native_updates": (WINDOW,)},
    "scaling_group": {"scaling_group": "asg-1"},
    "no_snapshot": {"snapshot": SnapshotAbility(False)},
}


@pytest.mark.parametrize("code", RISKS)
def test_a_risk_may_be_accepted_by_policy_or_run(code: str) -> None:
    assert codes(plan_of_one(**RISKS[code])) == [code]
    by_policy = plan_of_one(f"environments: [test, {{name: prod, accept: [{code}]}}]", **RISKS[code])
    by_run = plan_of_one(options=PlanOptions(accept=(code,)), **RISKS[code])
    for found in (by_policy, by_run):
        assert (codes(found), warned(found)) == ([], [code])
        assert found.warnings[0].remedy == "accepted"
        assert len(next(found.nodes()).warnings) == 1
    other = next(risk for risk in RISKS if risk != code)
    assert codes(plan_of_one(options=PlanOptions(accept=(other,)), **RISKS[code])) == [code]


def test_a_node_may_be_held_instead_of_refusing_the_run() -> None:
    broken, healthy = node(1), node(2)
    known = [facts(broken, agent=Agent(online=False)), facts(healthy)]
    assert codes(plan([broken, healthy], known)) == ["agent_offline"]
    found = plan([broken, healthy], known, options=PlanOptions(hold=("agent_offline",)))
    assert found.accepted
    held, going = found.nodes()
    assert held.held == "prod01 (i-00000000000000001): its agent does not answer"
    assert held.steps == (f"held: {held.held}",)
    assert going.held == ""
    assert warned(found) == ["agent_offline"]


def test_a_node_without_a_batch_cannot_be_held_for_no_gate_would_count_it() -> None:
    of = node(1, patch_group="", environment="prod", labels={})
    found = plan([of], [facts(of)], ROLES, options=PlanOptions(hold=("no_batch",)))
    assert "no_batch" in codes(found)


def test_a_node_of_another_run_is_refused_but_not_one_of_this_run() -> None:
    assert codes(plan(other_runs={node(1).node_id: "run-0"})) == ["held_by_run"]
    assert codes(plan(other_runs={node(1).node_id: "run-1"})) == []


@pytest.mark.parametrize("field", ["accept", "hold"])
def test_options_name_only_codes_that_can_be_accepted_or_held(field: str) -> None:
    with pytest.raises(InputError, match=field):
        PlanOptions(**{field: ("empty",)})
    assert PlanOptions(**{field: ACCEPTABLE[-1:] if field == "accept" else HOLDABLE[:1]})


def test_every_code_says_what_it_is_about() -> None:
    assert set(ACCEPTABLE) <= set(CODES)
    assert set(HOLDABLE) <= set(CODES)
    assert all(code.what and code.code == name for name, code in CODES.items())
    assert "no_baseline" not in ACCEPTABLE
    assert "freeze" not in HOLDABLE

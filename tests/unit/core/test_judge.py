# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was seen becomes a verdict, and what was not seen is never a pass."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.judge import (
    SeenNode,
    assess,
    command_checks,
    command_kind,
    http_label,
    judge,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.probe import Observation
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult
from ansible_collections.hybridops.patching.plugins.module_utils._core.verify import CheckResult

NODE = Node(node_id="i-1", name="db", provider="aws")
BEFORE = Observation(services=("crond", "postgresql"), ports=(22, 5432), disks={"/": 5000}, reboot_pending=False)
CLEAN = {"baseline_id": "pb-1", "counts": {"installed": 9}, "not_checked": "", "patches": []}
LACKING = CLEAN | {"counts": {"missing": 2}}


def seen(**values: Any) -> SeenNode:
    defaults: dict[str, Any] = {
        "node": NODE,
        "plan": {},
        "before": BEFORE,
        "after": BEFORE,
        "patches_before": LACKING,
        "patches_after": CLEAN,
    }
    return SeenNode(**(defaults | values))


def test_everything_as_before_passes() -> None:
    verdict = judge(seen(), {})
    assert verdict.verdict == "passed"
    assert {check.name for check in verdict.checks} >= {
        "patches",
        "services before and after",
        "ports before and after",
    }


def test_a_lost_service_and_port_fail_by_name() -> None:
    verdict = judge(seen(after=Observation(services=("crond",), ports=(22,), reboot_pending=False)), {})
    assert verdict.verdict == "failed"
    assert "postgresql" in verdict.reason
    assert "5432" in verdict.reason


def test_a_service_that_comes_and_goes_is_not_missed() -> None:
    before = Observation(services=("postgresql", "packagekit", "CDPUserSvc_3a4b5"), ports=())
    after = Observation(services=("postgresql",), ports=(), reboot_pending=False)
    assert judge(seen(before=before, after=after), {}).verdict == "passed"


@pytest.mark.parametrize(
    "values",
    [
        {"after": None},
        {"patches_after": None},
        {"patches_after": CLEAN | {"not_checked": "the node reported nothing"}},
        {"after": Observation(services=None, ports=(22, 5432))},
    ],
)
def test_what_was_not_looked_at_is_not_passed(values: dict[str, Any]) -> None:
    assert judge(seen(**values), {}).verdict == "not_checked"


@pytest.mark.parametrize(
    ("count", "mode", "verdict"),
    [
        ("missing", "with_install", "failed"),
        ("failed", "with_install", "failed"),
        ("installed_pending_reboot", "with_install", "failed"),
        ("installed_pending_reboot", "separate", "failed"),
        ("installed_pending_reboot", "never", "passed"),
        ("missing", "never", "failed"),
    ],
)
def test_patches_left(count: str, mode: str, verdict: str) -> None:
    state = CLEAN | {"counts": {count: 1}}
    assert judge(seen(patches_after=state, plan={"reboot": mode}), {}).verdict == verdict


def test_a_pending_reboot_of_the_system_fails_unless_reboots_are_forbidden() -> None:
    after = Observation(services=BEFORE.services, ports=BEFORE.ports, reboot_pending=True)
    assert judge(seen(after=after), {}).verdict == "failed"
    assert judge(seen(after=after, plan={"reboot": "never"}), {}).verdict == "passed"


def test_the_checks_of_the_policy() -> None:
    checks = [
        {"kind": "service", "target": "PostgreSQL.service", "status": None},
        {"kind": "port", "target": "5432", "status": None},
        {"kind": "http", "target": "https://payroll.example/health", "status": 200},
        {"kind": "command", "target": "pg_isready", "status": None},
    ]
    label = http_label(checks[2])
    good = judge(
        seen(plan={"checks": checks}, commands={command_kind("pg_isready"): NodeResult("i-1", "passed")}),
        {label: CheckResult(label, "passed")},
    )
    assert good.verdict == "passed"
    assert len([check for check in good.checks if check.status == "passed"]) == len(good.checks)
    not_asked = judge(seen(plan={"checks": checks}), {})
    assert not_asked.verdict == "not_checked"
    bad = judge(
        seen(plan={"checks": checks}, commands={command_kind("pg_isready"): NodeResult("i-1", "failed", "exit 2")}),
        {label: CheckResult(label, "passed")},
    )
    assert bad.verdict == "failed"
    assert "pg_isready: exit 2" in bad.reason


@pytest.mark.parametrize("check", [{"kind": "service", "target": "mysql"}, {"kind": "port", "target": "3306"}])
def test_a_listed_service_or_port_that_is_not_there_fails(check: dict[str, str]) -> None:
    assert judge(seen(plan={"checks": [check]}), {}).verdict == "failed"


def test_an_untouched_node_is_judged_by_what_was_seen_before() -> None:
    verdict = judge(seen(untouched=True, after=None, patches_before=CLEAN, patches_after=None), {})
    assert verdict.verdict == "passed"
    assert verdict.reason.startswith("nothing to install")


def test_assess_installs_what_is_missing() -> None:
    assert assess(seen())[0] == "install"
    assert assess(seen(patches_before=CLEAN))[0] == "nothing"


@pytest.mark.parametrize("count", ["failed", "installed_pending_reboot"])
def test_a_failed_or_pending_patch_is_something_to_do(count: str) -> None:
    assert assess(seen(patches_before=CLEAN | {"counts": {count: 1}}))[0] == "install"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"patches_before": None}, "patch state is unknown"),
        ({"patches_before": LACKING | {"not_checked": "agent silent"}}, "agent silent"),
        ({"before": None}, "could not be looked at"),
        ({"plan": {"baseline": {"id": "pb-2"}}}, "pb-2"),
        ({"plan": {"min_free_disk_mib": 6000}}, "5000 MiB free on /"),
        ({"before": Observation(services=(), ports=(), auto_update=("dnf-automatic.timer",))}, "dnf-automatic"),
    ],
)
def test_assess_refuses(values: dict[str, Any], words: str) -> None:
    what, why = assess(seen(**values))
    assert what == "refuse"
    assert words in why


def test_assess_knows_a_baseline_by_arn_or_id() -> None:
    arn = "arn:aws:ssm:eu-central-1:075727635805:patchbaseline/pb-1"
    assert assess(seen(plan={"baseline": {"id": arn}}))[0] == "install"


def test_command_checks_are_grouped() -> None:
    other = Node(node_id="i-2", name="db2", provider="aws")
    plan = {"checks": [{"kind": "command", "target": "pg_isready"}, {"kind": "port", "target": "1"}]}
    found = command_checks([(NODE, plan), (other, plan), (Node(node_id="i-3"), {})])
    assert [entry["node_ids"] for entry in found] == [["i-1", "i-2"]]
    assert found[0]["kind"].startswith("check:")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines, patch groups and their tags together, as tasks of a playbook; and one clear message for each mistake."""

from __future__ import annotations

from typing import Any

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import Task, Tasks

ACCOUNT = "111111111111"
DB1, APP1 = "i-0db00000000000001", "i-0a000000000000001"
PLACE: dict[str, Any] = {"account": ACCOUNT, "region": "eu-central-1"}
RULE = {"patch_filters": [{"key": "PRODUCT", "values": ["*"]}], "approve_until_date": "2026-01-31"}
REDHAT = {
    "account": ACCOUNT,
    "name": "rhel",
    "operating_system": "REDHAT_ENTERPRISE_LINUX",
    "approval_rules": [RULE],
    "tags": {"environment": "test", "owner": 42},
}


def test_the_modules_as_tasks_of_a_playbook(tasks: Tasks) -> None:
    baseline = Task("ssm_patch_baseline", REDHAT)
    group = Task("ssm_patch_group", {"account": ACCOUNT, "patch_group": "a", "baselines": ["rhel"]})
    nodes = [{"node_id": DB1, **PLACE, "patch_group": "a"}, {"node_id": APP1, **PLACE, "patch_group": "b"}]
    tag = Task("ssm_patch_group_tag", {"nodes": nodes})
    facts = Task("ssm_managed_node_info", {"nodes": nodes, "patch_groups": ["patch_test_*"]})
    predicted, made, again, registered, tagged, told, listed = tasks.run(
        Task("ssm_patch_baseline", REDHAT, check=True), baseline, baseline, group, tag, facts,
        Task("ssm_patch_group_info", {"account": ACCOUNT, "patch_groups": ["a"], "states": True}),
    )  # fmt: skip
    assert (predicted["changed"], made["changed"], again["changed"]) == (True, True, False)
    assert predicted["diff"] == made["diff"]
    assert {**predicted["baseline"], "baseline_id": made["baseline"]["baseline_id"]} == made["baseline"]
    assert [one["name"] for one in registered["patch_group"]["baselines"]] == ["rhel"]
    assert tagged["changed_node_ids"] == [DB1, APP1]
    (gap,) = tagged["without_baseline"]
    assert (gap["patch_group"], gap["operating_system"]) == ("b", "WINDOWS")
    (warning,) = tagged["warnings"]
    assert "No baseline for WINDOWS is registered for the patch group b" in warning
    assert "deprecations" not in tagged
    of_db, of_app = (one["baseline"] for one in told["facts"])
    assert (of_db["name"], of_db["default"], of_app["default"]) == ("rhel", False, True)
    assert {one["name"] for one in told["unlisted"]} == {"db2", "db3"}
    assert listed["patch_groups"][0]["state"]["instances"] == 1
    assert "Traceback" not in tasks.output


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "another account": ({"account": "222222222222"}, "no role is named for 2222"),
    "a role that may not be assumed": (
        {"account": "222222222222", "accounts": {"222222222222": {"role_arn": "arn:aws:iam::2:role/x"}}},
        "AccessDenied",
    ),
    "no role": ({"accounts": {"222222222222": {"arn": "x"}}}, "accounts.222222222222"),
    "an unknown key": ({"access_key": "AKIANOBODY0000000000"}, "does not know these credentials"),
    "a wrong secret": ({"secret_key": "wrong"}, "check secret_key"),
    "no endpoint": ({"endpoint_url": "http://127.0.0.1:9"}, "endpoint can be reached"),
}


def test_one_clear_message_for_each_mistake(modules: Modules) -> None:
    for name, (options, says) in BAD.items():
        answer = modules.call("ssm_patch_baseline", name="abc", **options)
        assert answer["failed"], name
        assert says in answer["msg"], name
    assert modules.sandbox.writes(service="ssm") == []

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines, patch groups and their tags: predicted, applied, and then nothing more to do."""

from __future__ import annotations

from typing import Any

from tests.integration.modules.tasks import Task, Tasks, quartet

ACCOUNT = "111111111111"
DB1, DB2, APP1 = "i-0db00000000000001", "i-0db00000000000002", "i-0a000000000000001"
PLACE = {"account": ACCOUNT, "region": "eu-central-1"}
BASELINE: dict[str, Any] = {
    "account": ACCOUNT,
    "name": "test-redhat",
    "operating_system": "REDHAT_ENTERPRISE_LINUX",
    "description": "important security updates at once",
    "approval_rules": [
        {
            "patch_filters": [
                {"key": "CLASSIFICATION", "values": ["Security", "Bugfix"]},
                {"key": "SEVERITY", "values": ["Critical", "Important"]},
            ],
            "approve_after_days": 0,
            "compliance_level": "HIGH",
        },
        {"patch_filters": [{"key": "PRODUCT", "values": ["*"]}], "approve_until_date": "2026-01-31"},
    ],
    "approved_patches": ["kernel*", "openssl*"],
    "rejected_patches": ["httpd*"],
    "rejected_patches_action": "BLOCK",
    "global_filters": [{"key": "PRODUCT", "values": ["*"]}],
    "sources": [{"name": "mirror", "products": ["*"], "configuration": "[mirror]\nbaseurl=https://mirror.example\n"}],
    "default_baseline": True,
    "tags": {"environment": "test", "owner": "42"},
}


def seen(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer["baseline"].items() if key != "baseline_id"}


def test_a_baseline_with_everything(tasks: Tasks) -> None:
    predicted, real = quartet(tasks, "ssm_patch_baseline", BASELINE)
    assert seen(predicted) == seen(real)
    assert real["baseline"]["baseline_id"].startswith("pb-")


def test_a_baseline_is_changed_only_where_it_is_told(tasks: Tasks) -> None:
    tasks.run(Task("ssm_patch_baseline", BASELINE))
    change = {key: BASELINE[key] for key in ("account", "name")} | {
        "rejected_patches": [], "tags": {"environment": "prod"}, "default_baseline": False,
    }  # fmt: skip
    predicted, real = quartet(tasks, "ssm_patch_baseline", change)
    assert predicted["baseline"] == real["baseline"]
    kept = ("description", "approved_patches", "approval_rules", "sources", "global_filters")
    assert {key: real["baseline"][key] for key in kept} == {key: real["diff"]["before"][key] for key in kept}
    assert (real["baseline"]["rejected_patches"], real["baseline"]["tags"]) == ([], {"environment": "prod"})
    update = tasks.sandbox.requests(operation="UpdatePatchBaseline")[-1]["params"]
    assert update.keys() == {"BaselineId", "RejectedPatches"}


def test_a_baseline_is_deleted_once_it_is_free(tasks: Tasks) -> None:
    small = {"account": ACCOUNT, "name": "short", "operating_system": "REDHAT_ENTERPRISE_LINUX"}
    group = {"account": ACCOUNT, "patch_group": "patch_x", "baselines": ["short"]}
    _made, _registered, refused, check = tasks.run(
        Task("ssm_patch_baseline", small),
        Task("ssm_patch_group", group),
        Task("ssm_patch_baseline", small | {"state": "absent"}),
        Task("ssm_patch_baseline", small | {"state": "absent"}, check=True),
    )
    assert refused["failed"]
    assert check["failed"]
    assert "registered for patch_x" in refused["msg"]
    assert refused["msg"] == check["msg"]
    tasks.run(Task("ssm_patch_group", {"account": ACCOUNT, "patch_group": "patch_x", "state": "absent"}))
    _predicted, real = quartet(tasks, "ssm_patch_baseline", small | {"state": "absent"})
    assert real["baseline"] == {}


def test_two_of_the_same_name_are_refused(tasks: Tasks) -> None:
    twin = {"account": ACCOUNT, "name": "twin"}
    tasks.run(
        Task("ssm_patch_baseline", twin | {"operating_system": "WINDOWS"}),
        Task("ssm_patch_baseline", twin | {"operating_system": "UBUNTU"}),
    )
    answer = tasks.run(Task("ssm_patch_baseline", twin | {"description": "x"}))[0]
    assert answer["failed"]
    assert "give baseline_id" in answer["msg"]


def test_a_group_for_several_systems(tasks: Tasks) -> None:
    names = {"rhel": "REDHAT_ENTERPRISE_LINUX", "rhel-2": "REDHAT_ENTERPRISE_LINUX", "win": "WINDOWS"}
    tasks.run(
        *(
            Task("ssm_patch_baseline", {"account": ACCOUNT, "name": name, "operating_system": system})
            for name, system in names.items()
        )
    )
    group = {"account": ACCOUNT, "patch_group": "patch_test_0600_batch_1"}
    predicted, real = quartet(tasks, "ssm_patch_group", group | {"baselines": ["rhel", "win"]})
    assert predicted["patch_group"] == real["patch_group"]
    assert [entry["name"] for entry in real["patch_group"]["baselines"]] == ["rhel", "win"]
    _predicted, real = quartet(tasks, "ssm_patch_group", group | {"baselines": ["rhel-2"], "purge_baselines": True})
    assert [entry["name"] for entry in real["patch_group"]["baselines"]] == ["rhel-2"]
    facts = tasks.run(Task("ssm_managed_node_info", {"nodes": [{"node_id": DB1, **PLACE}]}))[0]["facts"][0]
    assert (facts["baseline"]["name"], facts["baseline"]["default"]) == ("rhel-2", False)
    _predicted, real = quartet(tasks, "ssm_patch_group", group | {"state": "absent"})
    assert real["patch_group"]["baselines"] == []


def test_the_tag_of_many_nodes(tasks: Tasks) -> None:
    nodes = [{"node_id": DB1, **PLACE, "patch_group": "a"}, {"node_id": APP1, **PLACE, "patch_group": "b"}]
    predicted, real = quartet(tasks, "ssm_patch_group_tag", {"nodes": nodes})
    assert predicted["changed_node_ids"] == real["changed_node_ids"] == [DB1, APP1]
    facts = tasks.run(Task("ssm_managed_node_info", {"nodes": nodes, "patch_groups": ["patch_test_*"]}))[0]
    assert [one["patch_group"] for one in facts["facts"]] == ["a", "b"]
    assert {one["name"] for one in facts["unlisted"]} == {"db2", "db3"}
    quartet(tasks, "ssm_patch_group_tag", {"nodes": nodes, "state": "absent"})


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "a bad name": ("ssm_patch_baseline", {"account": ACCOUNT, "name": "a b"}, "name: 'a b' cannot be used"),
    "no such baseline": (
        "ssm_patch_group", {"account": ACCOUNT, "patch_group": "g", "baselines": ["none"]}, "baselines: 'none'",
    ),
    "another account": ("ssm_patch_baseline", {"account": "222222222222", "name": "abc"}, "names no role for 2222"),
    "a role that may not be assumed": (
        "ssm_patch_baseline",
        {"account": "222222222222", "name": "abc", "accounts": {"222222222222": {"role_arn": "arn:aws:iam::2:role/x"}}},
        "AccessDenied",
    ),
    "an unknown key": (
        "ssm_patch_baseline", {"name": "abc", "access_key": "AKIANOBODY0000000000"}, "does not know these credentials",
    ),
    "a wrong secret": ("ssm_patch_baseline", {"name": "abc", "secret_key": "wrong"}, "check secret_key"),
    "no endpoint": (
        "ssm_patch_baseline", {"name": "abc", "endpoint_url": "http://127.0.0.1:9"}, "endpoint can be reached",
    ),
}  # fmt: skip


def test_one_clear_message_for_each_mistake(tasks: Tasks) -> None:
    answers = tasks.run(*(Task(module, options) for module, options, _says in BAD.values()))
    for (name, (_module, _options, says)), answer in zip(BAD.items(), answers, strict=True):
        assert answer["failed"], name
        assert says in answer["msg"], name
    assert "Traceback" not in tasks.output
    assert tasks.sandbox.writes(service="ssm") == []

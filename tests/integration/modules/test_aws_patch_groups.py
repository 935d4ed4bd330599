# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch groups: registered, replaced, taken back; tags of nodes, and what is warned of; what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import group_tags

from tests.integration.conftest import FLEET
from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

PLACE: dict[str, Any] = {"account": "111111111111", "region": "eu-central-1"}
DB1, DB2, APP1 = "i-0db00000000000001", "i-0db00000000000002", "i-0a000000000000001"
HYBRID = [f"mi-0000000000000000{digit}" for digit in "abc"]
GROUP, INFO, TAG = "ssm_patch_group", "ssm_patch_group_info", "ssm_patch_group_tag"
KEY, OTHER = "Patch Group", "PatchGroup"
SYSTEMS = {"rhel": "REDHAT_ENTERPRISE_LINUX", "rhel-2": "REDHAT_ENTERPRISE_LINUX", "win": "WINDOWS", "deb": "DEBIAN"}
THEIRS = "AWS-UbuntuDefaultPatchBaseline"


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """The fleet with hybrid nodes."""
    hybrid = [{"node_id": one, "name": one[-1], "profile": "linux", **PLACE, "tags": {}} for one in HYBRID]
    with SandboxProcess(FLEET | {"machines": [*FLEET["machines"], *hybrid]}, speed=120) as sandbox:
        yield sandbox


@pytest.fixture
def ids(modules: Modules, estate: Estate) -> dict[str, str]:
    """Baselines of several operating systems; ids by name, with one that belongs to AWS."""
    client = estate.client("ssm")
    for name, system in SYSTEMS.items():
        client.create_patch_baseline(Name=name, OperatingSystem=system)
    listed = client.describe_patch_baselines()["BaselineIdentities"]
    modules.sandbox.clear_requests()
    return {one["BaselineName"]: one["BaselineId"] for one in listed}


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of calls; in a process that also has Ansible's controller in it, they do not get into the answer."""
    texts: list[str] = []
    monkeypatch.setattr(group_tags, "warn", texts.append)
    return texts


def nodes(*node_ids: str, **options: Any) -> list[dict[str, Any]]:
    return [{"node_id": node_id, **PLACE, **options} for node_id in node_ids]


def registered(modules: Modules, group: str = "g") -> list[str]:
    """The names of the baselines that are registered for a group."""
    (found,) = modules.ok(INFO, **PLACE, patch_groups=[group])["patch_groups"]
    return [one["name"] for one in found["baselines"]]


def tags_of(modules: Modules, node_id: str) -> dict[str, str]:
    tags = modules.sandbox.machine(node_id)["tags"]
    return {key: tags[key] for key in (KEY, OTHER) if key in tags}


def test_a_group_over_several_systems(modules: Modules, ids: dict[str, str]) -> None:
    arn = f"arn:aws:ssm:eu-central-1:111111111111:patchbaseline/{ids['win']}"
    predicted = modules.ok(GROUP, check=True, **PLACE, patch_group="g", baselines=["rhel", arn, ids[THEIRS]])
    real = modules.quartet(GROUP, **PLACE, patch_group="g", baselines=["rhel", arn, ids[THEIRS]])
    assert predicted["patch_group"] == real["patch_group"]
    assert registered(modules) == ["rhel", THEIRS, "win"]
    modules.quartet(GROUP, **PLACE, patch_group="g", baselines=[ids["deb"], "rhel-2"], purge_baselines=False)
    assert registered(modules) == ["deb", "rhel-2", THEIRS, "win"]
    modules.quartet(GROUP, **PLACE, patch_group="g", baselines=["rhel-2"])
    assert registered(modules) == ["rhel-2"]
    modules.unchanged(GROUP, **PLACE, patch_group="g", baselines=["rhel-2"], purge_baselines=False)
    modules.quartet(GROUP, **PLACE, patch_group="g", baselines=[])
    assert registered(modules) == []


def test_absent_takes_what_is_named_and_passes_over_what_is_not_there(modules: Modules, ids: dict[str, str]) -> None:
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel", "win", "deb"])
    absent = {**PLACE, "patch_group": "g", "state": "absent"}
    modules.unchanged(GROUP, **absent, baselines=[])
    modules.unchanged(GROUP, **absent, baselines=["rhel-2", "no-such-baseline", ids[THEIRS]])
    modules.quartet(GROUP, **absent, baselines=[ids["rhel"], "deb"])
    assert registered(modules) == ["win"]
    modules.quartet(GROUP, **absent)
    assert registered(modules) == []


def test_what_others_registered_is_taken_over(modules: Modules, ids: dict[str, str], estate: Estate) -> None:
    client = estate.client("ssm")
    for name in ("rhel", "win", THEIRS):
        client.register_patch_baseline_for_patch_group(BaselineId=ids[name], PatchGroup="g")
        client.register_patch_baseline_for_patch_group(BaselineId=ids[name], PatchGroup="g2")
    modules.unchanged(GROUP, **PLACE, patch_group="g", baselines=[THEIRS, "win", "rhel"])
    modules.quartet(GROUP, **PLACE, patch_group="g", baselines=["rhel-2", "win"])
    assert (registered(modules), registered(modules, "g2")) == (["rhel-2", "win"], ["rhel", THEIRS, "win"])


def test_a_replacement_that_is_refused_is_taken_back(modules: Modules, ids: dict[str, str]) -> None:
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel"])
    refusal = {"service": "ssm", "code": "ResourceLimitExceededException", "message": "too many", "status": 400}
    modules.sandbox.fault("error", operation="Register*", params={"BaselineId": ids["rhel-2"]}, **refusal)
    answer = modules.call(GROUP, **PLACE, patch_group="g", baselines=["rhel-2"])
    assert answer["failed"]
    assert "too many" in answer["msg"]
    assert f"rhel ({ids['rhel']}) is registered for g again" in answer["msg"]
    assert registered(modules) == ["rhel"]
    modules.sandbox.fault("error", operation="Register*", times=2, **refusal)
    answer = modules.call(GROUP, **PLACE, patch_group="g", baselines=["rhel-2"])
    assert "no baseline for REDHAT_ENTERPRISE_LINUX is registered for g now" in answer["msg"]
    assert registered(modules) == []


def test_lost_answers_of_registrations(modules: Modules, ids: dict[str, str]) -> None:
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel"])
    for operation in ("DeregisterPatch*", "RegisterPatch*"):
        modules.sandbox.fault("drop_after", service="ssm", operation=operation)
        modules.sandbox.fault("throttle", service="ssm", operation=operation)
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel-2"])
    assert registered(modules) == ["rhel-2"]
    modules.unchanged(GROUP, **PLACE, patch_group="g", baselines=[ids["rhel-2"]])


BAD_GROUPS: dict[str, tuple[dict[str, Any], str]] = {
    "an empty name": ({"patch_group": ""}, "patch_group: ''"),
    "a long name": ({"patch_group": "g" * 257}, "patch_group: "),
    "a sign": ({"patch_group": "g*"}, "patch_group: 'g*'"),
    "no baselines": ({"baselines": None}, "baselines"),
    "an unknown one": ({"baselines": ["none"]}, "baselines: 'none'"),
    "two of one system": ({"baselines": ["rhel", "rhel-2"]}, "one baseline for REDHAT_ENTERPRISE_LINUX"),
    "one of another region": (
        {"baselines": ["arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0123456789abcdef0"]},
        "id or name of a baseline in this account and region",
    ),
}


def test_bad_groups_are_refused(modules: Modules, ids: dict[str, str]) -> None:
    assert ids
    for name, (options, says) in BAD_GROUPS.items():
        given = {"patch_group": "g", "baselines": ["rhel"], **options}
        assert says in modules.refused(GROUP, **PLACE, **{key: one for key, one in given.items() if one is not None}), (
            name
        )


def test_what_there_is(modules: Modules, ids: dict[str, str]) -> None:
    assert ids
    for group in ("patch_prod_1", "patch_prod_2", "patch_test_0600_batch_1"):
        modules.ok(GROUP, **PLACE, patch_group=group, baselines=["rhel", "win"])

    def names(**options: Any) -> list[str]:
        return [group["name"] for group in modules.ok(INFO, **PLACE, **options)["patch_groups"]]

    assert names() == ["patch_prod_1", "patch_prod_2", "patch_test_0600_batch_1"]
    assert names(patch_groups=["patch_prod_*"]) == ["patch_prod_1", "patch_prod_2"]
    assert names(patch_groups=["*_2", "patch_test*", "none"]) == ["none", "patch_prod_2", "patch_test_0600_batch_1"]
    assert names(patch_groups=[]) == []
    modules.sandbox.clear_requests()
    (one,) = modules.ok(INFO, **PLACE, patch_groups=["patch_test_*"], operating_system="WINDOWS")["patch_groups"]
    assert [(entry["name"], entry["operating_system"]) for entry in one["baselines"]] == [("win", "WINDOWS")]
    assert len(modules.sandbox.requests(service="ssm")) == 1
    (one,) = modules.ok(INFO, **PLACE, patch_groups=["patch_test_0600_batch_1"], states=True)["patch_groups"]
    assert (one["state"]["instances"], one["state"]["instances_with_missing_patches"]) == (6, 0)
    assert "patch_group: 'a;b'" in modules.refused(INFO, **PLACE, patch_groups=["a;b"])


def test_nodes_of_both_kinds(modules: Modules, ids: dict[str, str]) -> None:
    assert ids
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel"])
    modules.sandbox.clear_requests()
    real = modules.quartet(TAG, nodes=nodes(DB1, DB2, *HYBRID), patch_group="g")
    assert real["changed_node_ids"] == [DB1, DB2, *HYBRID]
    assert (real["without_baseline"], real["baseline_unknown"], real["in_other_group"]) == ([], [], [])
    assert {tags_of(modules, node_id)[KEY] for node_id in (DB1, *HYBRID)} == {"g"}
    writes = [entry["operation"] for entry in modules.sandbox.writes()]
    assert sorted(writes) == ["AddTagsToResource"] * 3 + ["CreateTags"]
    each = [*nodes(DB1, patch_group="a"), *nodes(HYBRID[0], patch_group="b"), *nodes(DB2, patch_group="g")]
    changed = modules.quartet(TAG, nodes=each, check_baselines=False)
    assert changed["changed_node_ids"] == [DB1, HYBRID[0]]
    modules.quartet(TAG, nodes=nodes(DB1, HYBRID[0]), state="absent")
    assert tags_of(modules, DB1) == tags_of(modules, HYBRID[0]) == {}


def test_nodes_that_would_get_the_default_baseline(modules: Modules, ids: dict[str, str], warned: list[str]) -> None:
    assert ids
    modules.ok(GROUP, **PLACE, patch_group="g", baselines=["rhel"])
    modules.sandbox.patch_machine(HYBRID[0], attributes={"managed": False})
    answer = modules.ok(TAG, check=True, nodes=nodes(DB1, APP1, DB2), patch_group="g")
    (gap,) = answer["without_baseline"]
    assert (gap["operating_system"], gap["node_ids"], gap["count"]) == ("WINDOWS", [APP1], 1)
    (warning,) = warned
    assert "No baseline for WINDOWS is registered for the patch group g in 111111111111 eu-central-1" in warning
    modules.sandbox.clear_requests()
    quiet = modules.ok(TAG, check=True, nodes=nodes(DB1, APP1), patch_group="g", check_baselines=False)
    assert quiet["without_baseline"] == []
    assert {entry["operation"] for entry in modules.sandbox.requests()} == {"AssumeRole", "DescribeInstances"}


def test_what_cannot_be_known_keeps_no_node_from_its_tag(modules: Modules) -> None:
    denied = {"code": "AccessDeniedException", "message": "not allowed", "status": 400}
    modules.sandbox.fault("error", service="ssm", operation="DescribePatchGroups", **denied)
    answer = modules.ok(TAG, nodes=nodes(DB1), patch_group="g")
    assert tags_of(modules, DB1) == {KEY: "g"}
    (unknown,) = answer["baseline_unknown"]
    assert "not allowed" in unknown["reason"]
    assert answer["without_baseline"] == []


def test_both_keys(modules: Modules, warned: list[str]) -> None:
    options: dict[str, Any] = {"nodes": nodes(DB1, HYBRID[0]), "tag_key": OTHER, "check_baselines": False}
    modules.ok(TAG, nodes=nodes(HYBRID[0]), patch_group="h", check_baselines=False)
    answer = modules.quartet(TAG, **options, patch_group="g")
    assert [(one["node_id"], one["tag_key"]) for one in answer["in_other_group"]] == [(DB1, KEY), (HYBRID[0], KEY)]
    assert all("other_key: remove removes the other key" in warning for warning in warned)
    assert len(warned) == 4
    assert tags_of(modules, DB1) == {KEY: "patch_test_0600_batch_1", OTHER: "g"}
    cleared = modules.quartet(TAG, **options, patch_group="g", other_key="remove")
    assert cleared["in_other_group"] == []
    assert len(warned) == 4
    assert tags_of(modules, DB1) == tags_of(modules, HYBRID[0]) == {OTHER: "g"}
    modules.ok(TAG, nodes=nodes(DB1), patch_group="g", check_baselines=False)
    modules.unchanged(TAG, **options, patch_group="g", other_key="remove")
    assert tags_of(modules, DB1) == {KEY: "g", OTHER: "g"}
    modules.quartet(TAG, **options, state="absent", other_key="remove")
    assert tags_of(modules, DB1) == tags_of(modules, HYBRID[0]) == {}


def test_nodes_that_fail_do_so_alone(modules: Modules, warned: list[str]) -> None:
    strange = ["i-0123456789abcdef9", "mi-0123456789abcdef9"]
    denied = {"code": "AccessDeniedException", "message": "not allowed", "status": 400}
    modules.sandbox.fault("error", service="ssm", operation="AddTags*", params={"ResourceId": HYBRID[1]}, **denied)
    modules.sandbox.fault("drop_after", service="ec2", operation="CreateTags")
    modules.sandbox.fault("throttle", service="ssm", operation="AddTags*", params={"ResourceId": HYBRID[0]})
    answer = modules.ok(TAG, nodes=nodes(DB1, *HYBRID[:2], *strange), patch_group="g", check_baselines=False)
    assert answer["changed_node_ids"] == [DB1, HYBRID[0]]
    assert {one["node_id"] for one in answer["nodes"]["failures"]} == {HYBRID[1], *strange}
    assert [text.partition(":")[0] for text in warned] == [
        f"3 of 5 nodes were not tagged: {HYBRID[1]}".partition(":")[0]
    ]
    assert "nodes.node_id: 'bogus'" in modules.refused(TAG, nodes=nodes(DB1, "bogus"), patch_group="g")
    missing = modules.ok(TAG, check=True, nodes=nodes(DB1, *strange), patch_group="g")
    (gap,) = missing["without_baseline"]
    assert (gap["node_ids"], missing["baseline_unknown"]) == ([DB1], [])
    assert tags_of(modules, DB1) == tags_of(modules, HYBRID[0]) == {KEY: "g"}


BAD_TAGS: dict[str, tuple[dict[str, Any], str]] = {
    "no group": ({}, "patch_group is not set"),
    "a long value": ({"patch_group": "g" * 257}, "tags[0].value"),
    "a sign": ({"patch_group": "g*"}, "tags[0].value: 'g*'"),
    "a key": ({"patch_group": "g", "tag_key": "a?"}, "tags[0].key: 'a?'"),
    "another key": ({"patch_group": "g", "other_key": "keep"}, "value of other_key must be one of"),
    "no id": ({"patch_group": "g", "nodes": [{"name": "db1"}]}, "nodes.node_id"),
}


def test_bad_tags_are_refused(modules: Modules) -> None:
    for name, (options, says) in BAD_TAGS.items():
        assert says in modules.refused(TAG, **{"nodes": nodes(DB1), **options}), name

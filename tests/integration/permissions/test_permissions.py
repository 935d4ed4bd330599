# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/permissions: with each alone its playbook ends as it does without, and none has too much.

The playbooks are played once, with the policies as they stand in the files. What they needed is then held against
policies that lack something.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.estate import ROOT
from tests.permissions.generate import FOLDER, files
from tests.permissions.rules import GROUPS, NODES
from tests.permissions.scenarios import LEFT_RUNNING, Recorded, ended_well, record_all
from tests.sandbox.aws.iam.document import read_document
from tests.sandbox.aws.iam.evaluate import Access, evaluate

pytestmark = pytest.mark.slow

PLAYBOOKS = ("agents", "patch", "plan", "policy", "restore_power", "self_service")
NAMES = (*PLAYBOOKS, "controller")
POLICIES: dict[str, Any] = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}
MOST = 6144
"""Characters that a managed policy may have, white space left out."""
WORK = ("ssm:SendCommand", "ec2:StartInstances", "ec2:StopInstances", "ec2:CreateSnapshots", "ec2:CreateTags")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recorded[Access]]:
    """Every playbook, played with its policy and that of the controller."""
    return record_all(tmp_path_factory.mktemp("permissions"), POLICIES)


def allows(policy: Mapping[str, Any], needs: list[Access]) -> bool:
    statements = read_document(policy) if policy["Statement"] else ()
    return all(evaluate(statements, need).allowed for need in needs)


def test_each_playbook_gets_along_with_its_policy(recorded: dict[str, Recorded[Access]]) -> None:
    assert set(recorded) == set(NAMES)
    assert [text for name, one in recorded.items() for text in ended_well(name, one)] == []
    assert LEFT_RUNNING in recorded["patch"].played[0]


def test_a_report_has_no_module_that_asks_aws() -> None:
    files_of_it = [ROOT / "playbooks" / "report.yml", *(ROOT / "roles" / "report" / "tasks").glob("*.yml")]
    text = "".join(file.read_text(encoding="utf-8") for file in files_of_it)
    assert "hybridops.patching.patch_report" in text
    assert not re.search(r"hybridops\.patching\.(ssm|ec2)_", text)


def test_the_files_are_what_would_be_written_now(recorded: dict[str, Recorded[Access]]) -> None:
    written = files({name: one.needs for name, one in recorded.items()})
    there = {f"{name}.json": (FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in NAMES}
    assert written == there, "make permissions writes them again"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_policy_can_be_left_out(recorded: dict[str, Recorded[Access]], name: str) -> None:
    needs = list(variants(name, recorded[name].needs))
    assert allows(POLICIES[name], needs)
    for what, smaller in without_one(POLICIES[name]):
        assert not allows(smaller, needs), f"{name}.json: {what} is not needed"


def without_one(policy: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The policy with one action or one resource less, or a statement where that was all."""
    for number, statement in enumerate(policy["Statement"]):
        for element in ("Action", "Resource"):
            listed = statement[element] if isinstance(statement[element], list) else [statement[element]]
            for one in listed:
                smaller = copy.deepcopy(dict(policy))
                rest = [other for other in listed if other != one]
                if rest:
                    smaller["Statement"][number][element] = rest
                else:
                    del smaller["Statement"][number]
                yield f"{one} in {statement['Sid']}", smaller


def variants(name: str, needs: list[Access]) -> Iterator[Access]:
    """The needs, and the same of nodes that carry their patch group under the other key."""
    yield from needs
    keys = [key.lower() for key, _value in NODES.get(name, GROUPS)]
    for need in needs:
        for key in keys:
            for other in keys:
                context = dict(need.context)
                moved = {one: value for one, value in context.items() if one.endswith(f"resourcetag/{key}")}
                if key != other and moved:
                    for one, value in moved.items():
                        del context[one]
                        context[one.removesuffix(key) + other] = value
                    yield replace(need, context=context)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_nothing_is_done_to_nodes_outside_of_the_patch_groups(recorded: dict[str, Recorded[Access]], name: str) -> None:
    statements = read_document(POLICIES[name])
    work = [
        need
        for need in recorded[name].needs
        if need.resource_type in ("instance", "managed-instance") and need.action in WORK
    ]
    assert bool(work) is (name not in ("plan", "policy")) or name == "agents"
    for need in work:
        for key, value in (("patch group", "mine"), ("patchgroup", "xpatch_"), ("application", "other"), ("", "")):
            bare = {one: given for one, given in need.context.items() if "resourcetag/" not in one}
            for family in ("aws", "ec2", "ssm"):
                bare |= {f"{family}:resourcetag/{key}": (value,)} if key else {}
            assert not evaluate(statements, replace(need, context=bare)).allowed


def test_only_the_tag_that_remembers_power_is_written_to_nodes(recorded: dict[str, Recorded[Access]]) -> None:
    statements = read_document(POLICIES["patch"])
    tagging = [
        need
        for need in recorded["patch"].needs
        if need.resource_type == "instance" and need.action in ("ec2:CreateTags", "ec2:DeleteTags")
    ]
    assert {need.action for need in tagging} == {"ec2:CreateTags", "ec2:DeleteTags"}
    for need in tagging:
        other = replace(need, context={**need.context, "aws:tagkeys": ("hybridops:power-before", "Patch Group")})
        every = replace(need, context={key: value for key, value in need.context.items() if key != "aws:tagkeys"})
        assert not evaluate(statements, other).allowed
        assert not evaluate(statements, every).allowed


def test_baselines_and_windows_of_others_are_left_alone(recorded: dict[str, Recorded[Access]]) -> None:
    statements = read_document(POLICIES["policy"])
    changing = [
        need
        for need in recorded["policy"].needs
        if need.action.startswith(("ssm:Update", "ssm:Delete", "ssm:Register", "ssm:Add", "ssm:Remove"))
        and need.resource_type in ("patchbaseline", "maintenancewindow")
    ]
    assert {need.action for need in changing} >= {"ssm:UpdatePatchBaseline", "ssm:DeleteMaintenanceWindow"}
    for need in changing:
        theirs = {key: value for key, value in need.context.items() if "resourcetag/" not in key}
        assert not evaluate(statements, replace(need, context=theirs)).allowed, need.action


@pytest.mark.parametrize("name", NAMES)
def test_a_managed_policy_has_room_for_it(name: str) -> None:
    assert len(json.dumps(POLICIES[name], separators=(",", ":"))) <= MOST

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot work is refused with one clear message, before anything is written anywhere.

Playbooks are played for each way on which a refusal comes about. What else the same code refuses is in the unit tests
of policies and inventories, and asked of a module in this process.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.integration.estate import Estate, Played
from tests.integration.modules.in_process import Modules
from tests.sandbox.client import SandboxProcess

DB2 = "i-0db00000000000002"


def messages(played: Played) -> list[str]:
    """The errors that Ansible shows, with all their lines."""
    found = re.findall(r"^\[ERROR\]: (.*?)(?=^Origin: |^fatal: |^$)", played.output, re.MULTILINE | re.DOTALL)
    return [text.strip() for text in found]


def refused(estate: Estate, played: Played, *words: str) -> None:
    """One message with these words; nothing was written."""
    assert played.returncode not in (0, 250), played.output
    assert "Traceback" not in played
    assert "is undefined" not in played
    (message,) = messages(played)
    for word in words:
        assert word in message, message
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0
    assert not estate.reports.exists()


def with_hosts(estate: Estate, name: str, **changes: Any) -> Any:
    """An inventory in which variables of the host db2 are changed; None takes one out."""
    data = estate.inventory_data()
    variables = data["all"]["children"]["test"]["hosts"]["db2"]
    for key, value in changes.items():
        if value is None:
            del variables[key]
        else:
            variables[key] = value
    return estate.write(name, data)


def test_all_errors_of_a_policy_with_their_lines(estate: Estate) -> None:
    path = estate.directory / "bad.yml"
    path.write_text(
        "patch_policy:\n"
        "  timezone: Europe/Zurch\n"
        "  environments: [test]\n"
        "  slots:\n"
        '    - {name: "0600", environment: tst, when: {week: frist, weekday: saturday, time: "06:00"}}\n',
        encoding="utf-8",
    )
    played = estate.play("patch.yml", patch_environment="test", patch_policy=str(path))
    refused(estate, played, "bad.yml cannot be used, 3 problems", "line 2", "did you mean 'Europe/Zurich'?", "line 5")
    assert estate.sandbox.requests() == []
    (message,) = messages(played)
    assert message.count("line 2") == 1


def test_a_policy_that_is_not_there(estate: Estate) -> None:
    played = estate.play("patch.yml", patch_environment="test", patch_policy="/nowhere/policy.yml")
    refused(estate, played, "/nowhere/policy.yml", "No such file or directory")


@pytest.mark.parametrize("playbook", ["patch.yml", "plan.yml"])
def test_policy_and_environment_have_to_be_said(estate: Estate, playbook: str) -> None:
    refused(estate, estate.play(playbook), "-e patch_policy=", "-e patch_environment=")
    refused(estate, estate.play(playbook, patch_environment="test", patch_policy=None), "-e patch_policy=")


def test_a_policy_for_all_environments_has_to_be_said_and_to_fit_the_inventory(estate: Estate) -> None:
    refused(estate, estate.play("policy.yml", patch_policy=None), "-e patch_policy=")
    estate.set_policy(environments=["stage"], slots=[])
    refused(estate, estate.play("policy.yml"), "no group that is named as an environment of the policy")


def test_an_environment_that_the_policy_or_the_inventory_lacks(estate: Estate) -> None:
    refused(estate, estate.play("patch.yml", patch_environment="tset"), "patch_environment", "did you mean 'test'?")
    refused(estate, estate.play("patch.yml", patch_environment="prod"), "the inventory has no group prod", "batch_1")


def test_a_host_in_two_batches(estate: Estate) -> None:
    data = estate.inventory_data()
    data["all"]["children"]["batch_2"]["hosts"]["db2"] = {}
    played = estate.play("patch.yml", patch_environment="test", inventory=estate.write("two.yml", data))
    refused(estate, played, "db2", "two batches, batch_1 and batch_2")


def test_a_node_that_does_not_exist(estate: Estate) -> None:
    inventory = with_hosts(estate, "unknown.yml", patch_node_id="i-0123456789abcdef0")
    played = estate.play("patch.yml", patch_environment="test", inventory=inventory)
    refused(estate, played, "[not_found] db2 (i-0123456789abcdef0)", f"[unlisted] db2 ({DB2})")


def test_a_wrong_secret_ends_the_playbook_and_is_not_shown(estate: Estate) -> None:
    wrong = {"AWS_SECRET_ACCESS_KEY": "wrong-secret-value"}
    played = estate.play("patch.yml", patch_environment="test", env=wrong)
    refused(estate, played, "111111111111", "SignatureDoesNotMatch", "check secret_key")
    assert "wrong-secret-value" not in played


OTHER_ROLE = "arn:aws:iam::111111111111:role/other"
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


@pytest.mark.parametrize(
    ("env", "role", "words"),
    [
        (
            {"AWS_ACCESS_KEY_ID": "AKIAWRONG00000000000"},
            "",
            ("111111111111", "InvalidClientTokenId", "check access_key"),
        ),
        (NO_KEYS, "", ("111111111111", "NoCredentialsError", "Give credentials")),
        ({}, OTHER_ROLE, (OTHER_ROLE, "AccessDenied")),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "",
            ("http://127.0.0.1:9", "Check that the endpoint can be reached"),
        ),
    ],
    ids=["key", "none", "role", "endpoint"],
)
def test_who_cannot_ask_for_the_facts(
    sandbox: SandboxProcess, env: dict[str, str], role: str, words: list[str]
) -> None:
    """Of the module that a plan asks first, as a wrong secret ends the playbook."""
    place = {"account": "111111111111", "region": "eu-central-1"}
    roles = {"accounts": {"111111111111": {"role_arn": role}}} if role else {}
    began = time.monotonic()
    modules = Modules(sandbox, env)
    answer = modules.call("ssm_managed_node_info", nodes=[{"node_id": DB2, **place}], **roles)
    assert time.monotonic() - began < 60
    assert answer["failed"], answer
    assert "Traceback" not in modules.output
    for word in words:
        assert word in answer["msg"]


def test_run_id_waves_and_ledger(estate: Estate) -> None:
    play = estate.play
    refused(estate, play("patch.yml", patch_environment="test", patch_run_id="a b;c"), "run_id: 'a b;c'", "letters")
    refused(estate, play("patch.yml", patch_environment="test", patch_waves=[0]), "patch_waves: 0", "percentages")
    (estate.directory / "file").write_text("no directory", encoding="utf-8")
    ledger = f"sqlite:///{estate.directory}/file/ledger.db"
    refused(estate, play("patch.yml", patch_environment="test", patch_ledger_url=ledger), f"{estate.directory}/file")


@pytest.mark.parametrize("playbook", ["restore_power.yml", "report.yml", "patch_finish.yml"])
def test_a_run_that_nobody_knows(estate: Estate, playbook: str) -> None:
    refused(estate, estate.play(playbook, patch_run_id="unknown"), "ledger")
    refused(estate, estate.play(playbook), "patch_run_id")

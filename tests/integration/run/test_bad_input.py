# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot work is refused with one clear message, before anything is written anywhere."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.integration.estate import Estate, Played

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


def test_hosts_in_no_batch_and_in_two(estate: Estate) -> None:
    data = estate.inventory_data()
    del data["all"]["children"]["batch_1"]
    played = estate.play("patch.yml", patch_environment="test", inventory=estate.write("none.yml", data))
    refused(estate, played, "db1, db2, db3", "none of the groups batch_1, batch_2")
    data = estate.inventory_data()
    data["all"]["children"]["batch_2"]["hosts"]["db2"] = {}
    played = estate.play("patch.yml", patch_environment="test", inventory=estate.write("two.yml", data))
    refused(estate, played, "db2", "two batches, batch_1 and batch_2")


def test_a_host_without_an_id(estate: Estate) -> None:
    inventory = with_hosts(estate, "no_id.yml", patch_node_id=None)
    played = estate.play("patch.yml", patch_environment="test", inventory=inventory)
    refused(estate, played, "db2", "has no patch_node_id")


def test_a_node_that_does_not_exist(estate: Estate) -> None:
    inventory = with_hosts(estate, "unknown.yml", patch_node_id="i-0123456789abcdef0")
    played = estate.play("patch.yml", patch_environment="test", inventory=inventory)
    refused(estate, played, "[not_found] db2 (i-0123456789abcdef0)", f"[unlisted] db2 ({DB2})")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAWRONG00000000000"}, ("InvalidClientTokenId", "check access_key")),
        ({"AWS_SECRET_ACCESS_KEY": "wrong-secret-value"}, ("SignatureDoesNotMatch", "check secret_key")),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, ("NoCredentialsError", "Give credentials")),
    ],
    ids=["key", "secret", "none"],
)
def test_wrong_credentials(estate: Estate, env: dict[str, str], words: tuple[str, ...]) -> None:
    played = estate.play("patch.yml", patch_environment="test", env=env)
    refused(estate, played, "111111111111", *words)
    assert "wrong-secret-value" not in played


def test_a_role_that_may_not_be_assumed(estate: Estate) -> None:
    role = "arn:aws:iam::111111111111:role/other"
    estate.set_policy(accounts={"aws": {"111111111111": {"role_arn": role}}})
    refused(estate, estate.play("patch.yml", patch_environment="test"), role, "AccessDenied")


def test_an_endpoint_that_nobody_serves(estate: Estate) -> None:
    began = time.monotonic()
    played = estate.play("patch.yml", patch_environment="test", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    refused(estate, played, "http://127.0.0.1:9", "Check that the endpoint can be reached")
    assert time.monotonic() - began < 60


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


def test_waves_as_a_text(estate: Estate) -> None:
    """Ansible itself would end with a traceback at such a ``serial``."""
    played = estate.play("patch.yml", "--check", patch_environment="test", patch_waves="1,50%")
    assert played.returncode == 0, played.output
    assert "wave 3: 1 node" in played

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret gets into the output, however verbose, into the ledger or into a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.integration.estate import Estate

PASSWORD = "not-to-be-shown"
TOKEN = re.compile(rb"[A-Za-z0-9_-]{200,}")
"""A session token of the sandbox is longer than anything else without a blank."""


def written(estate: Estate) -> Iterator[Path]:
    """What a run leaves behind."""
    yield from estate.directory.glob("ledger.db*")
    yield from (path for path in estate.reports.rglob("*") if path.suffix in (".json", ".csv"))


def test_keys_and_session_tokens(estate: Estate) -> None:
    secret = estate.env["AWS_SECRET_ACCESS_KEY"]
    keys = {"access_key": estate.env["AWS_ACCESS_KEY_ID"], "secret_key": secret}
    variables = estate.write("secrets.yml", {"patch_aws": keys})
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "ANSIBLE_PIPELINING": "0"}
    played = estate.play("patch.yml", "-vvvv", "-e", f"@{variables}", patch_environment="test", env=none)
    assert played.returncode == 0, played.output
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in played
    left = {str(path): path.read_bytes() for path in written(estate)}
    assert {Path(name).name for name in left} >= {"ledger.db", "report.json", "nodes.csv"}
    for name, content in ({"output": played.output.encode()} | left).items():
        assert secret.encode() not in content, name
        assert TOKEN.search(content) is None, (name, TOKEN.search(content))
    for page in estate.reports.rglob("*.html"):
        assert secret not in page.read_text(encoding="utf-8")


def test_the_password_of_the_ledger(estate: Estate) -> None:
    url = f"postgresql+psycopg://patching:{PASSWORD}@127.0.0.1:9/patching?password={PASSWORD}"
    variables = estate.write("ledger.yml", {"patch_ledger_url": url})
    arguments = ("-vvvv", "-e", f"@{variables}")
    for playbook in ("patch.yml", "restore_power.yml", "report.yml", "patch_finish.yml"):
        played = estate.play(playbook, *arguments, patch_environment="test", patch_run_id="x", patch_ledger_url=None)
        assert played.returncode == 2, played.output
        assert "ledger" in played
        assert PASSWORD not in played, playbook
    wave = {"run_id": "x", "batch": "batch_1", "wave": 1, "operation": "Scan", "ledger_url": url}
    task = {"name": "Scan", "hybridops.patching.ssm_patch_operation": wave}
    play = {"name": "One", "hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": [task]}
    book = estate.write("one.yml", [play])
    played = estate.play(str(book), "-vvvv", patch_ledger_url=None)
    assert played.returncode == 2, played.output
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in played
    assert "the ledger postgresql+psycopg://patching:***@127.0.0.1:9/patching" in played, played.output
    assert PASSWORD not in played

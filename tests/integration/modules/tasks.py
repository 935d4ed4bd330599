# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules as tasks of a playbook, as a user does, and gives back what each answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sandbox.client import SandboxProcess

ROOT = Path(__file__).resolve().parents[3]
ANSIBLE = Path(sys.executable).parent / "ansible-playbook"
ROLE = "arn:aws:iam::{}:role/patching"
ACCOUNTS = {account: {"role_arn": ROLE.format(account)} for account in ("111111111111",)}


@dataclass(frozen=True)
class Task:
    """A module with its options; ``check`` runs it in check mode."""

    module: str
    options: Mapping[str, Any] = field(default_factory=dict)
    check: bool = False


WRITES = Task("uri")
"""Asks the sandbox which requests there were until then."""


class Tasks:
    """Plays tasks one after another in one playbook against a sandbox."""

    def __init__(self, sandbox: SandboxProcess, directory: Path) -> None:
        self.sandbox = sandbox
        self.directory = directory
        self.output = ""

    def run(self, *tasks: Task, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """What each task answered; ``{{ answers[n] }}`` in an option is the answer of an earlier one."""
        answers = self.directory / "answers.json"
        answers.unlink(missing_ok=True)
        plays = [
            {
                "hosts": "localhost",
                "connection": "local",
                "gather_facts": False,
                "vars": {"ansible_python_interpreter": sys.executable, "answers": []},
                "tasks": [*self._steps(tasks), _write(answers)],
            }
        ]
        playbook = self.directory / "tasks.json"
        playbook.write_text(json.dumps(plays), encoding="utf-8")
        done = subprocess.run(
            [str(ANSIBLE), "-i", "localhost,", "--diff", str(playbook)],
            cwd=ROOT,
            env=self._env() | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        self.output = done.stdout + done.stderr
        assert answers.exists(), self.output
        found: list[dict[str, Any]] = json.loads(answers.read_text(encoding="utf-8"))
        return found

    def _steps(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        for task in tasks:
            options = {"accounts": ACCOUNTS, **task.options}
            action: dict[str, Any] = {f"hybridops.patching.{task.module}": options}
            if task is WRITES:
                action = {"ansible.builtin.uri": {"url": f"{self.sandbox.url}/_sandbox/requests"}}
            steps.append(
                action
                | {
                    "register": "answer",
                    "check_mode": task.check,
                    "ignore_errors": True,
                }
            )
            steps.append({"ansible.builtin.set_fact": {"answers": "{{ answers + [answer] }}"}})
        return steps

    def _env(self) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LC_ALL") if key in os.environ}
        return kept | {"LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"} | self.sandbox.env


def _write(path: Path) -> dict[str, Any]:
    return {"ansible.builtin.copy": {"content": "{{ answers | to_json }}", "dest": str(path), "mode": "0600"}}


def quartet(tasks: Tasks, module: str, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check, apply, apply again, check again: what the first check predicted must be what happened, and only then.

    Answers the prediction and the real answer, for what the test itself wants to know.
    """
    apply, check = Task(module, options), Task(module, options, check=True)
    before = len(tasks.sandbox.writes())
    predicted, first, real, second, again, third, checked, last = tasks.run(
        check, WRITES, apply, WRITES, apply, WRITES, check, WRITES
    )
    for answer in (predicted, real, again, checked):
        assert not answer.get("failed"), answer
    assert _count(first) == before, "check mode wrote"
    assert _count(second) > before
    assert _count(second) == _count(third) == _count(last), "a second run wrote"
    assert predicted["changed"] is real["changed"] is True
    assert again["changed"] is checked["changed"] is False
    assert predicted["diff"] == real["diff"]
    return predicted, real


def _count(answer: Mapping[str, Any]) -> int:
    """How many requests had changed something by then."""
    return sum(bool(entry["writing"]) for entry in answer["json"])

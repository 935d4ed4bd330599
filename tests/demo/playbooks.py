# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the playbooks of the demonstration: all of their output goes to a file, the telling lines to the terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "playbooks" / "examples" / "demo"
MESSAGE = re.compile(r'^    "msg": "(?P<text>.*)"$')
PROGRESS = re.compile(r"^\w+ batch_\d wave \d+: ")
LISTED = re.compile(r'^        "(?P<text>(Run |  batch_|[0-9]{12} ).*)",?$')
QUIET = ("Report: ",)

_lock = threading.Lock()


def say(text: str, who: str = "") -> None:
    """Print a line at once; ``who`` is the environment that it is about."""
    with _lock:
        print(f"{who:>5}  {text}" if who else text, flush=True)


class DemoError(RuntimeError):
    """A playbook did not do what the demonstration needs; the message says where its output is."""


class Playbooks:
    """The playbooks with the demonstration's inventory, policy, ledger and endpoint."""

    def __init__(self, out: Path, env: Mapping[str, str]) -> None:
        self._out = out
        self._logs = out / "logs"
        self._logs.mkdir(parents=True)
        self._env = {**os.environ, **env, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0", "PYTHONUNBUFFERED": "1"}
        self._variables = {
            "patch_policy": str(EXAMPLE / "policy.yml"),
            "patch_ledger_url": f"sqlite:///{out}/ledger.db",
            "patch_report_dir": str(out / "runs"),
            "patch_progress_interval": 5,
        }

    def policy(self, environment: str) -> None:
        """Bring the policy of one environment into force."""
        code = self._play("policy.yml", f"policy-{environment}", environment, patch_environment=environment)
        if code:
            raise DemoError(f"policy.yml failed for {environment}: {self._logs}/policy-{environment}.txt")

    def patch(self, environment: str) -> int:
        """Run one environment; answers the exit status."""
        run_id = f"demo-{environment}"
        return self._play("patch.yml", run_id, environment, patch_environment=environment, patch_run_id=run_id)

    def report(self, environments: Sequence[str]) -> None:
        """One report over all runs, in the folder of the demonstration."""
        code = self._play(
            "report.yml",
            "report",
            "",
            patch_report_runs=[f"demo-{environment}" for environment in environments],
            patch_report_to=str(self._out),
        )
        if code:
            raise DemoError(f"report.yml failed: {self._logs}/report.txt")

    def _play(self, playbook: str, name: str, who: str, **variables: object) -> int:
        command = [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "-i",
            str(EXAMPLE / "inventory.yml"),
            f"playbooks/{playbook}",
            "-e",
            json.dumps(self._variables | variables),
        ]
        with (self._logs / f"{name}.txt").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._env,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for line in process.stdout or ():
                log.write(line)
                told = telling(line.rstrip("\n"))
                if told and who:
                    say(told, who)
        return process.wait()


def telling(line: str) -> str:
    """What of a line of ansible-playbook's output a spectator wants to see, or an empty text."""
    if PROGRESS.match(line) or (line.startswith("fatal: ") and "-> localhost" in line):
        return line[:240]
    for pattern in (MESSAGE, LISTED):
        found = pattern.match(line)
        if found and not found["text"].startswith(QUIET):
            return str(json.loads(f'"{found["text"]}"'))
    return ""

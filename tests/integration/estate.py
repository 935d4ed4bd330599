# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate to run playbooks on: a sandbox's fleet, an inventory and a policy for it, and a ledger of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.record import latest_runs, read_record
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import ledger_exists, open_ledger

from tests.sandbox.client import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.executable).parent / "ansible-playbook"

POLICY: dict[str, Any] = {
    "version": 1,
    "timezone": "Europe/Zurich",
    "environments": [{"name": "test"}, {"name": "prod"}],
    "slots": [
        {"name": "0600", "environment": "test", "when": {"week": "first", "weekday": "saturday", "time": "06:00"}},
        {"name": "0600", "environment": "prod", "when": {"week": "third", "weekday": "saturday", "time": "06:00"}},
    ],
    "defaults": {"accept": ["default_baseline"], "start_stopped": True},
}
"""A policy for any fleet: the default baselines apply, which a test of the run does not mind."""


@dataclass(frozen=True)
class Played:
    """What a playbook run gave."""

    returncode: int
    output: str

    def __contains__(self, text: str) -> bool:
        return text in self.output


class Estate:
    """Runs playbooks against a sandbox, as a user does."""

    root = ROOT

    def __init__(self, directory: Path, sandbox: SandboxProcess, policy: Mapping[str, Any] | None = None) -> None:
        self.directory = directory
        self.sandbox = sandbox
        self.policy = self.write("policy.yml", {"patch_policy": self._with_accounts(dict(policy or POLICY))})
        self.inventory = self.write("inventory.yml", self.inventory_data())
        self.ledger_url = f"sqlite:///{directory}/ledger.db"
        self.reports = directory / "reports"

    def write(self, name: str, data: Any) -> Path:
        """Write a YAML file (JSON is YAML) into the estate's directory."""
        path = self.directory / name
        path.write_text(json.dumps(data, indent=2), encoding="utf-8")
        return path

    def set_policy(self, **changes: Any) -> None:
        """Change top-level keys of the policy."""
        data = yaml.safe_load(self.policy.read_text(encoding="utf-8"))
        data["patch_policy"].update(changes)
        self.write("policy.yml", data)

    def _with_accounts(self, policy: dict[str, Any]) -> dict[str, Any]:
        accounts = {machine["account"] for machine in self.sandbox.machines() if not is_azure(machine)}
        roles = {account: {"role_arn": f"arn:aws:iam::{account}:role/patching"} for account in sorted(accounts)}
        return policy | {"accounts": {"aws": roles}}

    def inventory_data(self, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
        """A static inventory of the fleet's machines: a group for each environment and for each batch."""
        groups: dict[str, Any] = {}
        for machine in self.sandbox.machines():
            if machine["name"] in leave_out:
                continue
            environment, batch = group_of(machine)
            variables = {"patch_node_id": machine["node_id"]}
            if not is_azure(machine):
                variables |= {"patch_account": machine["account"], "patch_region": machine["region"]}
            groups.setdefault(environment, {"hosts": {}})["hosts"][machine["name"]] = variables
            groups.setdefault(batch, {"hosts": {}})["hosts"][machine["name"]] = {}
        return {"all": {"children": groups}}

    def play(
        self,
        playbook: str,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        inventory: Path | None = None,
        **variables: Any,
    ) -> Played:
        """Run a playbook with the estate's inventory and policy; ``variables`` are extra variables."""
        done = subprocess.run(
            self.command(playbook, *arguments, inventory=inventory, **variables),
            cwd=self.root,
            env=self.env | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )
        return Played(done.returncode, done.stdout + done.stderr)

    def command(self, playbook: str, *arguments: str, inventory: Path | None = None, **variables: Any) -> list[str]:
        """The command that runs a playbook."""
        extra = {
            "patch_policy": str(self.policy),
            "patch_ledger_url": self.ledger_url,
            "patch_report_dir": str(self.reports),
            "patch_progress_interval": 5,
        } | variables
        command = [str(ANSIBLE), "-i", str(inventory or self.inventory), str(ROOT / "playbooks" / playbook), *arguments]
        command += ["-e", json.dumps({key: value for key, value in extra.items() if value is not None})]
        return command

    @property
    def env(self) -> dict[str, str]:
        """The environment of a playbook: the sandbox's, and nothing of the person who runs the tests.

        Pipelining saves a tenth of the CPU time. The tests of modules as tasks are without it.
        """
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LC_ALL") if key in os.environ}
        return (
            kept
            | {"LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1", "PWD": str(self.directory)}
            | self.sandbox.env
        )

    def client(self, service: str, account: str = "111111111111", region: str = "eu-central-1") -> Any:
        """A client of a service in a node's account, other than the product's."""
        keys: dict[str, Any] = {
            "aws_access_key_id": self.env["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.env["AWS_SECRET_ACCESS_KEY"],
        }
        place: dict[str, Any] = {"region_name": region, "endpoint_url": self.env["AWS_ENDPOINT_URL"]}
        role = f"arn:aws:iam::{account}:role/patching"
        answer = boto3.client("sts", **keys, **place).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        assumed: dict[str, Any] = {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }
        return boto3.client(service, **assumed, **place)

    def run(self, number: int = -1) -> dict[str, Any]:
        """The record of a run, the newest by default."""
        ledger = open_ledger(self.ledger_url)
        run_ids = latest_runs(ledger, 1000)
        run: dict[str, Any] = read_record(ledger, [run_ids[number]])["runs"][0]
        return run

    def runs(self) -> int:
        """How many runs the ledger has."""
        return len(latest_runs(open_ledger(self.ledger_url), 1000)) if ledger_exists(self.ledger_url) else 0


def is_azure(machine: Mapping[str, Any]) -> bool:
    """Whether a machine of the sandbox is one of Azure's."""
    return str(machine["node_id"]).startswith("/subscriptions/")


def group_of(machine: Mapping[str, Any]) -> tuple[str, str]:
    """Environment and batch of a machine of the sandbox, by its patch group."""
    tags = machine["tags"]
    parts = (tags.get("Patch Group") or tags.get("PatchGroup") or tags["patch"]).split("_")
    return parts[1], "_".join(parts[-2:])


def nodes(run: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The nodes of a record by name."""
    return {node["name"]: node for batch in run["batches"] for node in batch["nodes"]}


def verdicts(run: Mapping[str, Any]) -> dict[str, str | None]:
    """The verdict of each node by name."""
    return {name: node["verdict"] for name, node in nodes(run).items()}

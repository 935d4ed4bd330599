# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over nodes of a provider that another collection brings, by the seam that docs/providers.md describes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._ledger.record import read_record
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import open_ledger

from tests.integration.estate import ANSIBLE, ROOT, nodes, verdicts
from tests.integration.providers.lab import POLLER, ROLE, TASKS, write_provider

POLICY = {
    "environments": ["test"],
    "applications": [{"name": "desk", "reboot": "separate", "checks": [{"service": "labd"}, {"command": "true"}]}],
}


def host(name: str) -> dict[str, str]:
    """Variables of a host of the provider."""
    return {
        "patch_node_id": f"lab/{name}",
        "patch_provider": "lab",
        "patch_os_family": "linux",
        "patch_group": "patch_test_0600_batch_1",
        "patch_application": "desk",
    }


INVENTORY = {
    "test": {"hosts": {name: host(name) for name in ("lab1", "lab2")}},
    "batch_1": {"hosts": {"lab1": {}, "lab2": {}}},
}


def play(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """patch.yml over the provider's nodes."""
    slots = [{"name": "0600", "environment": "test", "when": {"time": "06:00"}, "duration": "PT1H"}]
    (home / "policy.yml").write_text(json.dumps({"patch_policy": POLICY | {"slots": slots}}), encoding="utf-8")
    (home / "inventory.yml").write_text(json.dumps(INVENTORY), encoding="utf-8")
    variables: dict[str, Any] = {
        "patch_policy": str(home / "policy.yml"),
        "patch_environment": "test",
        "patch_run_id": "lab-1",
        "patch_ledger_url": f"sqlite:///{home}/ledger.db",
        "patch_report_dir": str(home / "reports"),
        "patch_reboot_approval": "CHG0042",
        "patch_provider_roles": {"lab": ROLE},
        "patch_poller_args": {POLLER: {"site": "here"}},
        "patch_accept": ["after_cutoff"],
    }
    return subprocess.run(
        [
            str(ANSIBLE),
            "-i",
            str(home / "inventory.yml"),
            "playbooks/patch.yml",
            "-e",
            json.dumps(variables),
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": f"{home}/collections:{ROOT}/build/collections"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_provider_of_another_collection_goes_through_all_phases(tmp_path: Path) -> None:
    write_provider(tmp_path / "collections")
    looked = play(tmp_path, "--check")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert not (tmp_path / "ledger.db").exists()

    played = play(tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    run = read_record(open_ledger(f"sqlite:///{tmp_path}/ledger.db"), ["lab-1"])["runs"][0]
    assert verdicts(run) == {"lab1": "passed", "lab2": "passed"}
    for name, node in nodes(run).items():
        assert node["snapshot_ids"] == [f"snap-{name}"]
        assert node["patches"]["installed"] == ["LAB-1"]
        assert {phase["name"]: phase["status"] for phase in node["phases"]} == dict.fromkeys(
            ("plan", "power", "snapshot", "observe", "install", "reboot", "observe_after", "verify"), "passed"
        )
        assert {check["name"] for check in node["checks"]} >= {"service labd", "command true"}


def test_the_example_has_every_file_that_a_provider_needs() -> None:
    there = {file.stem for file in (ROOT / "roles" / "provider_aws" / "tasks").glob("*.yml")}
    assert set(TASKS) == there - {"main"}

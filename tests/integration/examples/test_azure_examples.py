# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each example in the documentation of a module for Azure works as it stands, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.examples.play import Stage
from tests.integration.examples.test_examples import RUNTIME
from tests.integration.modules.tasks import ROOT
from tests.integration.run_under_way import RUN_ID, begun_run
from tests.sandbox.client import SandboxProcess

FOR_AZURE: list[str] = RUNTIME["action_groups"]["azure"]
AUTOMATION = {
    "azure_deployment_schedule",
    "azure_deployment_schedule_info",
    "azure_schedule_membership",
    "azure_schedule_migration",
}
"""Modules whose own tests play their examples, on Automation accounts of their own."""
UNOBSERVED = "the run has not recorded what is missing on it"
"""Why the run of the stage, which has only begun, installs nothing by itself."""
SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-vms"
VMS = f"{GROUP}/providers/Microsoft.Compute/virtualMachines"
ARCS = f"{GROUP}/providers/Microsoft.HybridCompute/machines"


def shown_fleet() -> dict[str, Any]:
    """The small fleet with the machines and the second subscription that the examples name."""
    text = (ROOT / "tests" / "sandbox" / "fleets" / "azure_small.yml").read_text(encoding="utf-8")
    fleet: dict[str, Any] = yaml.safe_load(text)
    fleet["azure"]["subscriptions"].append({"id": "bbbbbbbb-0000-4000-8000-000000000002", "name": "second"})
    tags = {"patch": "patch_test_0600_batch_1"}
    common = {"region": "westeurope", "os": "ubuntu", "tags": tags}
    fleet["machines"] += [
        {"node_id": f"{VMS}/vm-db-01", "name": "vm-db-01", **common},
        {"node_id": f"{VMS}/vm-app-01", "name": "vm-app-01", "power": "stopped", **common},
        {"node_id": f"{ARCS}/branch-01", "name": "branch-01", **common},
    ]
    return fleet


@pytest.fixture(scope="module")
def shown() -> Iterator[SandboxProcess]:
    """One sandbox for all examples, which reset it."""
    with SandboxProcess(shown_fleet(), speed=240) as sandbox:
        yield sandbox


@pytest.fixture
def stage(tmp_path: Path, shown: SandboxProcess) -> Stage:
    """What examples are played on: the estate as its fleet says, and a run under way."""
    shown.reset()
    nodes = [
        {"node_id": machine["node_id"], "name": machine["name"], "os_family": "linux", "region": "westeurope"}
        | {"patch_group": machine["tags"]["patch"]}
        for machine in shown.machines()
        if machine["os_family"] == "linux" and machine["name"] != "vm-app-01"
    ]
    variables = {"patch_nodes": nodes, "patch_run_id": RUN_ID, "resource_group_id": GROUP, "vaulted_key": "k-1"}
    variables["gate_answer"] = {"approvals": [{"os_family": "linux", "classifications": ["Security"]}]}
    return Stage(shown, variables, {"PATCH_LEDGER_URL": begun_run(tmp_path, nodes)})


@pytest.mark.parametrize("module", [name for name in FOR_AZURE if name not in AUTOMATION])
def test_the_examples_work(module: str, stage: Stage) -> None:
    answers = stage.play_examples(module)
    assert answers
    failures = [failure for answer in answers for failure in answer.get("nodes", {}).get("failures", [])]
    assert {failure["reason"] for failure in failures} <= {UNOBSERVED}


def test_every_module_for_azure_is_in_the_action_group() -> None:
    there = {path.stem for path in Path(ROOT / "plugins" / "modules").glob("azure_*.py")}
    assert there == set(FOR_AZURE)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy in force on Azure: what its configurations do when they open, and what a plan says of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.estate import POLICY, Estate, Played
from tests.sandbox.client import SandboxProcess

pytestmark = pytest.mark.slow

GROUP = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-vms"
PREFIX = f"{GROUP}/providers/Microsoft.Maintenance/maintenanceConfigurations/hybridops-test-install-now"
BATCH_1, BATCH_2 = f"{PREFIX}-batch_1-linux", f"{PREFIX}-batch_2-windows"
CONFIGURATIONS = "Microsoft.Maintenance/maintenanceConfigurations"


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """Two virtual machines and two Arc machines, in a slot that opens every day, next in two hours and a half."""
    with SandboxProcess("azure_small", speed=20) as sandbox:
        for machine in sandbox.machines():
            group = machine["tags"]["patch"].replace("0600", "now")
            sandbox.patch_machine(machine["node_id"], tags={"patch": group})
        found = Estate(tmp_path, sandbox, POLICY)
        opens = datetime.now(UTC) + timedelta(hours=2, minutes=30)
        slot = {"name": "now", "environment": "test", "when": {"time": f"{opens:%H:%M}"}, "duration": "PT3H"}
        defaults = {
            "maintenance_configurations": {"resource_group": "rg-vms", "location": "westeurope"},
            "allow_unprotected": True,
        }
        found.set_policy(timezone="UTC", slots=[slot], defaults=defaults)
        deliver(found, "native")
        yield found


def deliver(estate: Estate, delivery: str) -> None:
    """Who installs in the environment test."""
    estate.set_policy(environments=[{"name": "test", "delivery": delivery}, {"name": "prod"}])


def apply(estate: Estate, *arguments: str, **variables: Any) -> Played:
    """Bring the policy of the environment test into force."""
    played = estate.play("policy.yml", *arguments, patch_environment="test", **variables)
    assert played.returncode == 0, played.output
    assert "ssm_patch_policy" not in played, "there is nothing on AWS"
    return played


def installed(estate: Estate) -> dict[str, int]:
    """How many patches were installed on each machine."""
    return {str(machine["name"]): len(machine["installed"]) for machine in estate.sandbox.machines()}


def opened(estate: Estate, configuration: str) -> list[str]:
    """Open a configuration's window and wait until nothing is done any more; the names of its machines."""
    run = estate.sandbox.open_maintenance(configuration)
    until = time.monotonic() + 60
    before: dict[str, int] = {}
    while not before or before != installed(estate):
        assert time.monotonic() < until, "the window did not end"
        before = installed(estate)
        time.sleep(2)
    return sorted(str(one).rpartition("/")[2] for one in run["machines"])


def test_each_batch_is_patched_by_its_own_window_although_the_one_before_it_failed(estate: Estate) -> None:
    check = apply(estate, "--check", "--diff")
    assert f"+++ after: maintenance configuration {BATCH_1.rpartition('/')[2]} in aaaaaaaa-" in check
    assert "+++ after: dynamic scope hybridops-test-install-now-batch_2-windows-" in check
    assert "Delivery native: in test the maintenance configurations of Azure's Update Manager install" in check
    assert estate.sandbox.writes() == []

    first = apply(estate, azure_patch_policy_prepare=True)
    assert "each installs also when the one before it failed: no gate holds it" in first
    operations = [str(one["operation"]) for one in estate.sandbox.writes()]
    assert operations.count(f"{CONFIGURATIONS}/write") == 2
    assert operations.count("Microsoft.Maintenance/configurationAssignments/write") == 2
    assert operations.count("Microsoft.Compute/virtualMachines/write") == 1, "one machine was not ready"

    estate.sandbox.clear_requests()
    again = apply(estate, "--diff", azure_patch_policy_prepare=True)
    assert "changed=0" in again
    assert "+++ after" not in again
    assert estate.sandbox.writes() == []
    asked = [str(one["operation"]) for one in estate.sandbox.requests()]
    assert asked.count(f"{CONFIGURATIONS}/read") == 1

    before = installed(estate)
    linux = next(one["node_id"] for one in estate.sandbox.machines() if one["name"] == "vm-linux-01")
    estate.sandbox.patch_machine(linux, faults={"install_fails": True})
    assert opened(estate, BATCH_1) == ["arc-linux-01", "vm-linux-01"]
    after = installed(estate)
    assert after["arc-linux-01"] > before["arc-linux-01"]
    assert after["vm-linux-01"] == before["vm-linux-01"]
    assert {name: count for name, count in after.items() if "win" in name} == {
        name: count for name, count in before.items() if "win" in name
    }, "batch 2 has a window of its own"
    assert opened(estate, BATCH_2) == ["arc-win-01", "vm-win-01"]
    assert installed(estate)["vm-win-01"] > after["vm-win-01"], "no gate held batch 2"


def test_a_plan_minds_what_installs_by_itself_and_the_way_back_to_runs_removes_it(estate: Estate) -> None:
    first = apply(estate)
    assert "Where configurations do not install until azure_patch_policy_prepare is true" in first
    assert "virtualmachines/vm-linux-01" in first
    deliver(estate, "controller")
    plan = estate.play("plan.yml", patch_environment="test")
    assert "the maintenance configuration hybridops-test-install-now-batch_1-linux would install on it" in plan
    estate.sandbox.clear_requests()
    check = apply(estate, "--check", "--diff")
    assert f"--- before: maintenance configuration {BATCH_1.rpartition('/')[2]} in aaaaaaaa-" in check
    assert "would be removed: configurations hybridops-test-install-now-batch_1-linux" in check
    assert estate.sandbox.writes() == []
    played = apply(estate)
    assert "removed configurations hybridops-test-install-now-batch_1-linux, hybridops-test-install-now" in played
    assert "test: on Azure no window installs. A run has each machine assessed" in played
    deleted = [str(one["operation"]) for one in estate.sandbox.writes()]
    assert deleted.index(f"{CONFIGURATIONS}/delete") > 0, "what is assigned goes first"
    assert apply(estate).output.count("changed=0") == 1
    plan = estate.play("plan.yml", patch_environment="test")
    assert "maintenance configuration hybridops" not in plan


def test_what_one_cloud_cannot_do_is_refused_before_the_other_is_changed(estate: Estate) -> None:
    estate.set_policy(approvals={"test": {"severities": ["Critical"], "after_days": 0}})
    played = estate.play("policy.yml")
    assert played.returncode != 0
    left_out = played.output.partition("left out, since the inventory has no group of this name")[2]
    assert '"prod"' in left_out.partition("TASK")[0]
    assert "approvals.test for " in played
    assert "accept approval_not_told to go without it" in played
    assert '"facts":' not in played, "the reason is not buried under all that is known of the nodes"
    assert "Traceback" not in played
    assert estate.sandbox.writes() == []


def test_accounts_of_azure_are_found_among_the_accounts(estate: Estate) -> None:
    env = estate.sandbox.env
    wrong = {"tenant": env["AZURE_TENANT"], "client_id": env["AZURE_CLIENT_ID"], "secret": "not-the-secret"}
    accounts = {"azure": {GROUP.split("/")[2]: wrong}}
    played = estate.play("policy.yml", "--check", patch_environment="test", patch_accounts=accounts)
    assert played.returncode != 0
    assert f"subscription {GROUP.split('/')[2]}" in played
    assert "not-the-secret" not in played

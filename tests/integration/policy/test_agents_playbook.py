# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents of an environment: which nodes are covered, updates, and associations that keep them up to date."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.estate import Estate

pytestmark = pytest.mark.slow

DB1, DB2, DB3 = (f"i-0db0000000000000{number}" for number in (1, 2, 3))
APP1 = "i-0a000000000000001"
OLD = "3.1.0.0"


def version(estate: Estate, node_id: str) -> str:
    """The agent's version as Systems Manager tells it."""
    listed = estate.client("ssm").describe_instance_information()["InstanceInformationList"]
    return str(next(entry["AgentVersion"] for entry in listed if entry["InstanceId"] == node_id))


def test_agents_are_reported_updated_and_kept_so(estate: Estate) -> None:
    sandbox = estate.sandbox
    estate.write("inventory.yml", estate.inventory_data(leave_out=("db3",)))
    for node_id in (DB1, APP1):
        sandbox.patch_machine(node_id, agent_version=OLD)
    sandbox.patch_machine(DB2, agent_online=False)
    run: dict[str, Any] = {"patch_environment": "test", "agents_keep_updated": True}

    before = len(sandbox.writes())
    checked = estate.play("agents.yml", "--check", "--diff", **run)
    assert checked.returncode == 0, checked.output
    assert "0 of 4 nodes are covered; 1 offline, 2 outdated, 1 unlisted" in checked
    assert f"db2 [{DB2}, 111111111111 eu-central-1, agent " in checked
    assert len(sandbox.writes()) == before, "check mode wrote"

    done = estate.play("agents.yml", **run)
    assert done.returncode == 0, done.output
    assert "2 of 4 nodes are covered; 1 offline, 1 unlisted" in done
    assert version(estate, DB1) == version(estate, APP1) > OLD
    (association,) = estate.client("ssm").list_associations()["Associations"]
    assert association["AssociationName"] == "hybridops-test-agents"
    groups = ["patch_test_0600_batch_1", "patch_test_0600_batch_2"]
    assert association["Targets"] == [{"Key": "tag:Patch Group", "Values": groups}]

    before = len(sandbox.writes())
    again = estate.play("agents.yml", **run, agents_required=True)
    assert len(sandbox.writes()) == before, "nothing was to be done, and something was written"
    assert again.returncode != 0, "a node that is not covered fails the job where all are required"
    assert "its agent does not answer" in again


def test_an_agent_that_stays_too_old_fails_the_job(estate: Estate) -> None:
    wanted: dict[str, Any] = {"agents_minimum_versions": {"aws": "99.0"}, "agents_timeout": 5}
    done = estate.play("agents.yml", patch_environment="test", **wanted)
    assert done.returncode != 0
    assert "0 of 4 nodes are covered; 4 outdated" in done
    assert done.output.rindex("its agent is not the newest") > done.output.index(
        "Fail where agents could not be updated"
    )

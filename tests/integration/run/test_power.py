# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stopped node is started with leave only, and is stopped again whatever happens to the controller meanwhile."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.estate import Estate, nodes, verdicts

DB3, APP = "i-0db00000000000003", "i-0a000000000000001"


def asked(estate: Estate, operation: str) -> list[str]:
    """Ids of the instances that writing requests of this kind name, each as often as it was named."""
    return [one for entry in estate.sandbox.writes(operation=operation) for one in entry["params"]["InstanceIds"]]


def phase(estate: Estate, name: str, which: str) -> dict[str, Any]:
    (found,) = (one for one in nodes(estate.run())[name]["phases"] if one["name"] == which)
    return dict(found)


def test_without_leave_a_stopped_node_refuses_the_plan(estate: Estate) -> None:
    estate.set_policy(defaults={"accept": ["default_baseline"]})
    estate.sandbox.patch_machine(DB3, power="stopped")
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 2
    assert f"[stopped] db3 ({DB3}): it is stopped and the policy does not let it be started" in played
    assert estate.sandbox.writes() == []
    assert estate.runs() == 0


def test_a_stopped_node_is_started_patched_and_stopped_again(estate: Estate) -> None:
    for node_id in (DB3, APP):
        estate.sandbox.patch_machine(node_id, power="stopped")
    played = estate.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    run = estate.run()
    assert set(verdicts(run).values()) == {"passed"}
    assert nodes(run)["db3"]["patches"]["installed"]
    assert phase(estate, "db3", "power")["status"] == "passed"
    assert sorted(asked(estate, "StartInstances")) == sorted(asked(estate, "StopInstances")) == sorted([DB3, APP])
    for node_id in (DB3, APP):
        machine = estate.sandbox.machine(node_id)
        assert machine["power"] == "stopped"
        assert not any(tag.startswith("hybridops:power") for tag in machine["tags"])
    order = [entry["operation"] for entry in estate.sandbox.writes() if DB3 in json.dumps(entry["params"])]
    assert order.index("CreateTags") < order.index("StartInstances") < order.index("CreateSnapshots")
    assert order.index("SendCommand") < order.index("StopInstances")

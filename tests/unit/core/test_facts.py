# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts survive the way through Ansible, and what is left out is unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.facts import (
    Baseline,
    NativeUpdate,
    NodeFacts,
    UnlistedNode,
)

from tests.unit.core.builders import facts, node


def test_facts_survive_json() -> None:
    full = facts(
        node(1),
        native_updates=(NativeUpdate("maintenance_window", "nightly", "2026-11-21T06:00:00Z"),),
        scaling_group="asg-1",
        baseline=Baseline("pb-1", "x", default=True),
    )
    assert NodeFacts.from_dict(json.loads(json.dumps(full.to_dict()))) == full


def test_an_unknown_node_has_safe_facts() -> None:
    bare = NodeFacts.from_dict({"node_id": "i-1", "found": False, "agent": None, "baseline": None, "later_key": 1})
    assert not bare.found
    assert bare.power_state == "unknown"
    assert not bare.snapshot.possible
    assert bare.agent.online is None
    assert bare.baseline is None


@pytest.mark.parametrize("data", [{}, {"node_id": ""}, "i-1", None])
def test_facts_without_a_node_are_refused(data: Any) -> None:
    with pytest.raises(InputError):
        NodeFacts.from_dict(data)
    with pytest.raises(InputError):
        UnlistedNode.from_dict(data)


def test_an_unlisted_node_survives() -> None:
    one = UnlistedNode("i-1", "web01", "222222222222", "eu-central-1", "patch_prod_0600_batch_1")
    assert UnlistedNode.from_dict(one.to_dict()) == one

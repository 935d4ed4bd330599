# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call that goes on says of the nodes that it did not reach."""

from __future__ import annotations

from ansible_collections.hybridops.patching.plugins.module_utils._core.node_summary import failure_warning
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

NODES = [Node(f"i-{number}", name=f"db{number}") for number in range(8)]


def test_nothing_is_said_when_all_were_reached() -> None:
    assert failure_warning("tagged", NODES, {}) == ""


def test_each_is_told_with_its_reason() -> None:
    said = failure_warning("tagged", NODES, {"i-2": "no such node", "i-1": "gone"})
    assert said == "2 of 8 nodes were not tagged: db1 (i-1): gone; db2 (i-2): no such node"


def test_of_many_the_first_are_told_and_the_rest_counted() -> None:
    said = failure_warning("tagged", NODES, {node.node_id: "gone" for node in NODES})
    assert said.endswith("db4 (i-4): gone; and 3 more")

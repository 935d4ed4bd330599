# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that has come to its first wave, for modules that are called without the playbook of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.runs import NewRun, RunBatch, begin_run
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import open_ledger
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.waves import join_wave

RUN_ID = "patch-test-1"
GATE = {"scope": "environment", "max_failed": 0, "allow_empty": False}


def begun_run(directory: Path, nodes: Sequence[Mapping[str, Any]]) -> str:
    """Begin a run whose ``batch_1`` has these nodes, and join its first wave. Answers the ledger's URL."""
    url = f"sqlite:///{directory}/ledger.db"
    ledger = open_ledger(url, create=True)
    known = [Node.from_dict(dict(node)) for node in nodes]
    begin_run(ledger, NewRun(RUN_ID, "test", [RunBatch("batch_1", (), GATE, [(node, {}) for node in known])]))
    join_wave(ledger, RUN_ID, "batch_1", [node.node_id for node in known])
    return url

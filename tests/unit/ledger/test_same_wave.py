# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that must not be down together: the gate holds their wave, unless the plan was accepted with them in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.runs import NewRun, RunBatch, begin_run
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import open_ledger
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.waves import JoinedWave, join_wave


@pytest.mark.parametrize(("accept", "going"), [((), ()), (("unlisted",), ()), (("same_wave",), ("a", "b"))])
def test_members_of_a_cluster_in_one_wave(tmp_path: Path, accept: tuple[str, ...], going: tuple[str, ...]) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db", create=True)
    plan = {"spread": ["cluster=db"], "accept": list(accept)}
    batch = RunBatch("batch_1", (), {}, [(Node(node_id), plan) for node_id in ("a", "b")])
    assert begin_run(ledger, NewRun("r1", "test", [batch]))
    joined: JoinedWave = join_wave(ledger, "r1", "batch_1", ["a", "b"])
    assert tuple(joined.going) == going
    assert ("must not be down together" in joined.reason) is not bool(going)

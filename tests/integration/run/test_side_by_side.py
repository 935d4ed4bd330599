# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and regions go side by side: a wave takes about as long as its slowest node."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import FLEET
from tests.integration.estate import Estate, nodes
from tests.sandbox.client import SandboxProcess

TARGETS = [
    (account, region) for account in ("111111111111", "222222222222") for region in ("eu-central-1", "eu-west-1")
]
SLOW: dict[str, Any] = FLEET | {
    "accounts": [
        {"id": "999999999999", "name": "home", "home": True},
        *(
            {"id": account, "name": account, "roles": [{"arn": f"arn:aws:iam::{account}:role/patching"}]}
            for account in ("111111111111", "222222222222")
        ),
    ],
    "durations": FLEET["durations"] | {"scan": 600},
    "machines": [
        {
            "node_id": f"i-0db0000000000000{number}",
            "name": f"db{number}",
            "profile": "linux",
            "account": account,
            "region": region,
            "power": "stopped",
            "durations": {"boot": 600},
            "faults": {"install_slowness": 60.0},
        }
        for number, (account, region) in enumerate(TARGETS)
    ],
}
"""One slow database in each of four places: a boot or a scan takes 5 seconds of the test's, an install 7.5."""


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Estate]:
    with SandboxProcess(SLOW, speed=120) as sandbox:
        estate = Estate(tmp_path, sandbox)
        estate.set_policy(batches=[{"name": "batch_1", "match": {"os_family": "linux"}}])
        yield estate


def span(run: dict[str, Any], phase: str) -> tuple[list[datetime], list[datetime]]:
    """When the phase began and ended, node by node."""
    found = [one for node in nodes(run).values() for one in node["phases"] if one["name"] == phase]
    assert len(found) == len(TARGETS)
    started, finished = ([datetime.fromisoformat(one[key]) for one in found] for key in ("started", "finished"))
    return started, finished


def test_four_places_take_as_long_as_the_slowest(places: Estate) -> None:
    played = places.play("patch.yml", patch_environment="test", patch_progress_interval=1)
    assert played.returncode == 0, played.output
    run = places.run()
    assert run["status"] == "passed"
    for phase in ("power", "snapshot", "observe", "install", "observe_after"):
        started, finished = span(run, phase)
        assert max(started) < min(finished), f"{phase} of one place began after that of another had ended"
        longest = max(end - begin for begin, end in zip(started, finished, strict=True))
        assert max(finished) - min(started) < 1.5 * longest, phase

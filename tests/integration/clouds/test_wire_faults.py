# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure throttles and loses answers to requests that it acted upon: all passes, and nothing happens twice."""

from __future__ import annotations

from collections import Counter

from tests.integration.estate import Estate, verdicts

INSTALL = "*/installPatches/action"
AZURE = ["vm-db", "arc-db", "vm-app", "arc-app"]


def test_throttled_requests_and_lost_answers(clouds: Estate) -> None:
    fault = clouds.sandbox.fault
    lost = [
        fault("drop_after", service="arm", operation=INSTALL, times=2),
        fault("drop_after", service="arm", operation="*/restorePoints/write", times=1),
        fault("drop_after", service="arm", operation="*/runCommands/write", times=2),
        fault("throttle", service="graph", times=2),
    ]
    fault("throttle", service="arm", probability=0.15, seed=7, times=None)
    fault("throttle", service="arm", probability=0.1, seed=11, times=None, retry_after=1)
    played = clouds.play("patch.yml", patch_environment="test")
    assert played.returncode == 0, played.output
    assert set(verdicts(clouds.run()).values()) == {"passed"}

    struck = {armed["number"]: armed["struck"] for armed in clouds.sandbox.control("GET", "faults")}
    assert [struck[one["number"]] for one in lost] == [2, 1, 2, 2], "the faults did not strike: the test shows nothing"
    accepted = Counter(
        entry["params"]["path"].split("/")[-2].lower()
        for entry in clouds.sandbox.requests()
        if entry["operation"].lower().endswith("/installpatches/action") and not entry["error"]
    )
    assert accepted == Counter(AZURE)

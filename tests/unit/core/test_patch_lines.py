# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads of a node's patches."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.patches import (
    counts_of,
    not_checked,
    state_lines,
)

DAY = "2026-11-21T10:00:00Z"
EARLIER = "2026-11-20T23:00:00Z"


def state(*patches: tuple[str, str, str]) -> dict[str, Any]:
    """The state of a node with these patches: id, state and when it was installed."""
    states = [state for _id, state, _at in patches]
    listed = [{"id": one, "state": state, "installed_at": at} for one, state, at in patches]
    counts = counts_of({name: states.count(name) for name in states})
    return {"node_id": "i-1", "counts": counts, "patches": listed, "not_checked": ""}


INSTALLED = ("a", "installed", DAY)
PENDING = ("b", "installed_pending_reboot", "2026-11-21T00:00:00Z")
OLD = ("c", "installed_pending_reboot", EARLIER)
KERNEL, OPENSSL, BROKEN = ("kernel.x86_64", "missing", ""), ("openssl", "missing", ""), ("bind", "failed", "")


@pytest.mark.parametrize(
    ("found", "since", "said"),
    [
        (state(), "", "nothing is missing"),
        (state(), DAY, "0 installed; nothing is missing"),
        (state(INSTALLED, PENDING, OLD), DAY, "2 installed, 2 wait for a reboot; nothing is missing"),
        (state(PENDING, KERNEL), "", "1 waits for a reboot; missing: kernel.x86_64 (left out)"),
        (state(KERNEL, OPENSSL, BROKEN), "", "failed: bind; missing: kernel.x86_64 (left out), openssl"),
        ({"node_id": "i-1", **not_checked("it never reported")}, "", "not known, it never reported"),
    ],
)
def test_a_line(found: dict[str, Any], since: str, said: str) -> None:
    assert state_lines([found], {"i-1": "db1"}, ["kernel.x86_64"], since) == [f"db1: {said}"]
    assert state_lines([found], {}, ["kernel.x86_64"], since) == [f"i-1: {said}"]


def test_many_patches_are_counted() -> None:
    many = state(*((f"p{number:02}", "missing", "") for number in range(12)))
    assert state_lines([many], {})[0].endswith("p08, p09, and 2 more")

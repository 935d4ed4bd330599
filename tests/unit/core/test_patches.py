# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch states of nodes in the words of every cloud."""

from __future__ import annotations

from ansible_collections.hybridops.patching.plugins.module_utils._core.patches import (
    COUNTS,
    Patch,
    PatchState,
    installed_between,
    not_checked,
    patch_state,
)


def _patch(patch_id: str, state: str) -> Patch:
    return Patch(id=patch_id, title="", classification="Security", severity="Critical", state=state, installed_at="")


def _state(*patches: Patch) -> PatchState:
    return patch_state(
        baseline_id="pb-1", reported_at="2026-11-21T06:00:00Z", operation="Scan", counts={"missing": 2}, patches=patches
    )


def test_every_count_is_there_and_patches_are_in_order() -> None:
    state = _state(_patch("KB2", "missing"), _patch("KB1", "missing"))
    assert tuple(state["counts"]) == COUNTS
    assert (state["counts"]["missing"], state["counts"]["failed"]) == (2, 0)
    assert [patch["id"] for patch in state["patches"]] == ["KB1", "KB2"]


def test_installed_is_what_was_missing_or_failed_and_is_there() -> None:
    before = _state(_patch("a", "missing"), _patch("b", "failed"), _patch("c", "missing"), _patch("d", "installed"))
    after = _state(
        _patch("a", "installed"),
        _patch("b", "installed_pending_reboot"),
        _patch("c", "failed"),
        _patch("d", "installed"),
    )
    assert installed_between(before, after) == ["a", "b"]


def test_nothing_was_installed_as_far_as_is_known_when_one_side_is_unknown() -> None:
    known = _state(_patch("a", "missing"))
    unknown = not_checked("the agent is lost")
    assert unknown["not_checked"] == "the agent is lost"
    assert installed_between(known, unknown) == []
    assert installed_between(unknown, known) == []

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches of one node, before and after joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_KB = re.compile(r"\bKB\d{6,8}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One patch on one node. A state is empty when the cloud did not report the patch at that time."""

    patch_id: str
    title: str
    classification: str
    severity: str
    before: str
    after: str
    installed_by_run: bool
    date: str
    """When it was installed, else when its state was last reported (ISO 8601), else empty."""

    @property
    def kb(self) -> str:
        """The Microsoft article's number with its ``KB``, from id or title; empty for other systems."""
        found = _KB.search(self.patch_id) or _KB.search(self.title)
        return found.group(0).upper() if found else ""


def _row(
    key: tuple[str, str], patches: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> PatchRow:
    known = after or before
    state = after.get("state", "")
    installed = key[0] in patches["installed"] and (not state or state.startswith("installed"))
    reported = patches["after"]["reported_at"] if after or installed else patches["before"]["reported_at"]
    return PatchRow(
        patch_id=key[0],
        title=key[1],
        classification=known.get("classification", ""),
        severity=known.get("severity", ""),
        before=before.get("state", ""),
        after=state or ("installed" if installed else ""),
        installed_by_run=installed,
        date=after.get("installed_at") or before.get("installed_at") or reported or "",
    )


def _by_key(state: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """A package manager may list one id in two versions; the title carries the version."""
    return {(patch["id"], patch["title"]): patch for patch in state["patches"]}


def patch_rows(node: Mapping[str, Any]) -> list[PatchRow]:
    """Every patch that a (completed) node's record names, in the order in which it names them first."""
    patches = node["patches"]
    before, after = _by_key(patches["before"]), _by_key(patches["after"])
    keys = dict.fromkeys([*before, *after])
    listed = {patch_id for patch_id, _title in keys}
    keys |= dict.fromkeys((patch_id, "") for patch_id in patches["installed"] if patch_id not in listed)
    return [_row(key, patches, before.get(key, {}), after.get(key, {})) for key in keys]

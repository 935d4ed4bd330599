# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``ssm_patch_policy`` answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import ChangeSet, diffs
from .policy_items import Place, WantedBaseline, WantedGroup, WantedWindow, shown_place
from .policy_state import PolicyState


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be done, or was, in the order in which it is done."""

    removed: Sequence[tuple[Place, ChangeSet]]
    baselines: Mapping[WantedBaseline, ChangeSet]
    groups: Mapping[WantedGroup, ChangeSet]
    windows: Mapping[WantedWindow, ChangeSet]

    def every(self) -> list[ChangeSet]:
        """All of them."""
        removed = [change for _place, change in self.removed]
        return [*removed, *self.baselines.values(), *self.groups.values(), *self.windows.values()]

    @property
    def count(self) -> int:
        """How many resources change."""
        return sum(change.changed for change in self.every())


def answer(planned: Changes, changes: Changes, state: PolicyState, *, check: bool = False) -> dict[str, Any]:
    """The module's result, with ``check`` of what was not done.

    The difference is that of the plan, as check mode shows it: without ids that came later.
    """
    return {
        "changed": planned.count > 0,
        "diff": diffs(planned.every()),
        "baselines": [
            _shown(wanted.place, change)
            | {name: change.after[name] for name in ("name", "baseline_id", "operating_system")}
            for wanted, change in changes.baselines.items()
        ],
        "groups": [
            _shown(group.place, change) | {"patch_group": group.name, "baselines": change.after["baselines"]}
            for group, change in changes.groups.items()
        ],
        "windows": [
            _shown(wanted.place, change)
            | {"name": wanted.name, "window_id": change.after["window_id"], "enabled": change.after["enabled"]}
            | {"next_execution_time": _next(wanted, change, state)}
            for wanted, change in changes.windows.items()
        ],
        "removed_windows": [
            _shown(place, change) | {name: change.before[name] for name in ("name", "window_id")}
            for place, change in changes.removed
        ],
        "unknown_windows": [
            {"account": one.place[0], "region": one.place[1]}
            | {"name": one.name, "window_id": one.window_id, "enabled": one.enabled}
            for one in state.unknown
        ],
        "lines": lines(changes, state, check=check),
    }


def warnings(changes: Changes, state: PolicyState) -> Iterator[str]:
    """What a person should look at: windows that stay disabled, and those that look like a policy's."""
    for wanted, change in changes.windows.items():
        if not change.after["enabled"] and "enabled" not in wanted.values:
            yield f"the maintenance window {wanted.name}{_in(wanted.place)} is disabled and stays so: nothing opens it"
    for one in state.unknown:
        yield (
            f"the maintenance window {one.name} ({one.window_id}){_in(one.place)} is tagged as that of {one.tag}, and "
            f"no policy of this call makes one of that name: {'it opens still' if one.enabled else 'it is disabled'}. "
            f"If its prefix or its environment is no longer used, delete it with ssm_maintenance_window"
        )


def _in(place: Place) -> str:
    where = shown_place(place)
    return f" in {where}" if where else ""


def lines(changes: Changes, state: PolicyState, *, check: bool = False) -> list[str]:
    """What was done at each place, or would be: a line for its baselines and groups, and one for its windows."""
    told: dict[Place, dict[str, list[str]]] = {}
    windows: dict[Place, dict[str, list[str]]] = {}
    for place, done, what in _parts(changes, check):
        told.setdefault(place, {}).setdefault(done, []).append(what)
    for place, done, what in _window_parts(changes, state, check):
        windows.setdefault(place, {}).setdefault(done, []).append(what)
    return [
        f"{shown_place(place)}: " + "; ".join(f"{done} {', '.join(what)}" for done, what in parts[place].items())
        for place in dict.fromkeys([*told, *windows])
        for parts in (told, windows)
        if place in parts
    ]


def _parts(changes: Changes, check: bool) -> Iterator[tuple[Place, str, str]]:
    """Place, what is said, and of what."""
    for wanted, change in changes.baselines.items():
        yield wanted.place, change.told("baselines", check=check), wanted.name
    has = "would have" if check else "now has"
    for group, change in changes.groups.items():
        for entry in change.after["baselines"]:
            yield group.place, f"{group.name} {has if change.changed else 'has'}", str(entry["name"])


def _window_parts(changes: Changes, state: PolicyState, check: bool) -> Iterator[tuple[Place, str, str]]:
    for place, change in changes.removed:
        yield place, change.told("windows", check=check), str(change.before["name"])
    for one, change in changes.windows.items():
        opens = _next(one, change, state)
        remark = f" (opens next {opens})" if opens else ""
        remark = remark if change.after["enabled"] else " (disabled)"
        yield one.place, change.told("windows", check=check), one.name + remark


def _next(wanted: WantedWindow, change: ChangeSet, state: PolicyState) -> str:
    """When the service says that a window opens next; empty while it is not asked again after a change."""
    current = state.windows[wanted]
    return "" if change.changed or current is None else str(current["next_execution_time"])


def _shown(place: Place, change: ChangeSet) -> dict[str, Any]:
    return {"account": place[0], "region": place[1], "changed": change.changed}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings baselines and their registrations into force in many accounts and regions: the work of ``ssm_patch_policy``.

Everything is read and planned before the first write, so that with an account that cannot be reached nothing changes in
the others. A baseline or a group is looked at, planned and changed as ssm_patch_baseline and ssm_patch_group do it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from .._core.change_set import ChangeSet, diffs
from .._core.errors import CloudError, InputError, together
from .._core.targets import Target, TargetAnswers, on_targets
from . import baseline, patch_group
from .baseline_model import to_api, wanted_of
from .baseline_plan import plan_present
from .client import Connection
from .instances import tag_list
from .model_check import check_request
from .module import session_of
from .patch_group import Registered
from .session import AwsSession


@dataclass(frozen=True, slots=True, eq=False)
class WantedBaseline:
    """A baseline to have at a place; what ``values`` leaves out stays as it is."""

    account: str
    region: str
    name: str
    values: Mapping[str, Any]
    tags: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, eq=False)
class WantedGroup:
    """A patch group and the names or ids of the baselines to register for it."""

    account: str
    region: str
    name: str
    baselines: tuple[str, ...]


Wanted: TypeAlias = WantedBaseline | WantedGroup
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is registered for a group, and every baseline of the place that a name could stand for."""

    current: Mapping[str, Registered]
    known: Sequence[Registered]


def apply_policy(module: Any) -> dict[str, Any]:
    """Make the baselines and registrations as the options say: look, plan, apply unless in check mode, answer."""
    session = session_of(module)
    baselines = wanted_baselines(module.params["baselines"], session.region)
    groups = wanted_groups(module.params["groups"], session.region)
    _refuse_repeated([*baselines, *groups])
    found, states = _read(session, baselines, groups)
    changes = {wanted: plan_baseline(wanted, found[wanted]) for wanted in baselines}
    group_changes = {group: plan_group(group, states[group], changes) for group in groups}
    if not module.check_mode:
        ids = _apply(session, {wanted: change for wanted, change in changes.items() if change.changed}, _write_baseline)
        changes = {
            wanted: replace(change, after={**change.after, "baseline_id": ids.get(wanted, change.after["baseline_id"])})
            for wanted, change in changes.items()
        }
        group_changes = {group: plan_group(group, states[group], changes) for group in groups}
        _apply(session, {group: change for group, change in group_changes.items() if change.changed}, _write_group)
    return answer(changes, group_changes)


def wanted_baselines(entries: Sequence[Mapping[str, Any]], region: str) -> list[WantedBaseline]:
    """The option ``baselines``. Raises InputError for what the service's model does not allow."""
    wanted = []
    for index, entry in enumerate(entries):
        values = wanted_of(entry)
        tags = None if entry["tags"] is None else {str(key): str(value) for key, value in entry["tags"].items()}
        try:
            check_request("ssm", "CreatePatchBaseline", {**to_api(values), "Tags": tag_list(tags or {})})
        except InputError as error:
            option = f"baselines[{index}].{error.option} of {entry['name']}"
            raise InputError(option, error.value, error.allowed) from error
        place = (entry["account"] or "", entry["region"] or region)
        wanted.append(WantedBaseline(*place, entry["name"], values, tags))
    return wanted


def wanted_groups(entries: Sequence[Mapping[str, Any]], region: str) -> list[WantedGroup]:
    """The option ``groups``. Raises InputError for what the service's model does not allow."""
    for entry in entries:
        check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": entry["patch_group"]})
    return [
        WantedGroup(entry["account"] or "", entry["region"] or region, entry["patch_group"], tuple(entry["baselines"]))
        for entry in entries
    ]


def plan_baseline(wanted: WantedBaseline, current: Mapping[str, Any] | None) -> ChangeSet:
    """Make or change a baseline. Tags that are not wanted stay."""
    changes = plan_present(current, wanted.values, tags=wanted.tags, purge_tags=False, default_baseline=None)
    return replace(changes, resource=f"{changes.resource}{_in(wanted)}")


def plan_group(group: WantedGroup, state: GroupState, changes: Mapping[WantedBaseline, ChangeSet]) -> ChangeSet:
    """Register the group's baselines; a name is first one of this call's. Raises InputError for an unknown one."""
    ours = {
        wanted.name: Registered(change.after["baseline_id"], wanted.name, change.after["operating_system"])
        for wanted, change in changes.items()
        if _place(wanted) == _place(group)
    }
    others = [entry for entry in state.known if entry.name not in ours]
    wanted = patch_group.resolve(group.baselines, [*ours.values(), *others])
    planned = patch_group.plan_present(group.name, state.current, wanted, purge=False)
    return replace(planned, resource=f"{planned.resource}{_in(group)}")


def answer(
    changes: Mapping[WantedBaseline, ChangeSet], group_changes: Mapping[WantedGroup, ChangeSet]
) -> dict[str, Any]:
    """The module's result."""
    every = [*changes.values(), *group_changes.values()]
    return {
        "changed": any(change.changed for change in every),
        "diff": diffs(every),
        "baselines": [
            _shown(wanted, change) | {name: change.after[name] for name in ("name", "baseline_id", "operating_system")}
            for wanted, change in changes.items()
        ],
        "groups": [
            _shown(group, change) | {"patch_group": group.name, "baselines": change.after["baselines"]}
            for group, change in group_changes.items()
        ],
        "lines": lines(changes, group_changes),
    }


def lines(changes: Mapping[WantedBaseline, ChangeSet], group_changes: Mapping[WantedGroup, ChangeSet]) -> list[str]:
    """What was done at each place and what its groups have, a line each."""
    told: dict[Place, dict[str, list[str]]] = {}
    for wanted, change in changes.items():
        done = "unchanged" if not change.changed else "changed" if change.before else "new"
        told.setdefault(_place(wanted), {}).setdefault(done, []).append(wanted.name)
    for group, change in group_changes.items():
        done = f"{group.name} {'now has' if change.changed else 'has'}"
        told.setdefault(_place(group), {})[done] = [entry["name"] for entry in change.after["baselines"]]
    return [
        " ".join(part for part in place if part)
        + ": "
        + "; ".join(f"{done} {', '.join(names)}" for done, names in parts.items())
        for place, parts in told.items()
    ]


def _read(
    session: AwsSession, baselines: Sequence[WantedBaseline], groups: Sequence[WantedGroup]
) -> tuple[dict[WantedBaseline, dict[str, Any] | None], dict[WantedGroup, GroupState]]:
    """What is there, all of it side by side."""
    names = {(*_place(wanted), wanted.name) for wanted in baselines}

    def read(connection: Connection, target: Target[Wanted]) -> Any:
        (wanted,) = target.items
        if isinstance(wanted, WantedBaseline):
            return baseline.fetch(connection, None, wanted.name, wanted.values["operating_system"])
        strange = any((*_place(wanted), name) not in names for name in wanted.baselines)
        known = patch_group.all_baselines(connection) if strange else []
        return GroupState(patch_group.registrations(connection, wanted.name), known)

    answers = _all(on_targets(session, _targets([*baselines, *groups]), read))
    return {wanted: answers[wanted] for wanted in baselines}, {group: answers[group] for group in groups}


def _write_baseline(connection: Connection, wanted: WantedBaseline, changes: ChangeSet) -> str:
    return baseline.apply(connection, changes, wanted.tags or {})


def _write_group(connection: Connection, group: WantedGroup, changes: ChangeSet) -> None:
    patch_group.apply(connection, group.name, changes)


def _apply(session: AwsSession, changes: Mapping[Any, ChangeSet], write: Callable[..., Any]) -> dict[Any, Any]:
    """Carry the change sets out side by side. Raises CloudError, with how many were carried out."""

    def work(connection: Connection, target: Target[Any]) -> Any:
        (wanted,) = target.items
        return write(connection, wanted, changes[wanted])

    outcome = on_targets(session, _targets(list(changes)), work)
    if outcome.errors:
        error = together([error for _target, error in outcome.errors])
        done = f"{len(outcome.answers)} of {len(changes)} were changed. A further call does the rest"
        raise CloudError(f"{error}\n{done}", code=error.code, lasting=error.lasting) from error
    return _all(outcome)


def _all(outcome: TargetAnswers[Any, Any]) -> dict[Any, Any]:
    """What each item was answered. Raises CloudError when one of them was not."""
    if outcome.errors:
        raise together([error for _target, error in outcome.errors])
    return {target.items[0]: given for target, given in outcome.answers}


def _targets(items: Sequence[Wanted]) -> list[Target[Any]]:
    """One target for each item, so that those of one place are worked on side by side too."""
    return [Target(item.account, item.region, (item,)) for item in items]


def _refuse_repeated(items: Sequence[Wanted]) -> None:
    seen: set[tuple[type[Wanted], str, str, str]] = set()
    for item in items:
        key = (type(item), item.account, item.region, item.name)
        if key in seen:
            option = "baselines" if isinstance(item, WantedBaseline) else "groups"
            raise InputError(option, item.name, f"each name once at a place; it is there twice{_in(item)}")
        seen.add(key)


def _place(item: Wanted) -> Place:
    return item.account, item.region


def _in(item: Wanted) -> str:
    place = " ".join(part for part in _place(item) if part)
    return f" in {place}" if place else ""


def _shown(item: Wanted, changes: ChangeSet) -> dict[str, Any]:
    return {"account": item.account, "region": item.region, "changed": changes.changed}

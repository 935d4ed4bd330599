# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers patch groups with baselines, one for each operating system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .client import Connection
from .model_check import check_request
from .module import session_of
from .registered_baselines import Mappings, baseline_identities, patch_group_mappings

REGISTER = "register_patch_baseline_for_patch_group"
DEREGISTER = "deregister_patch_baseline_for_patch_group"


@dataclass(frozen=True, slots=True)
class Registered:
    """A baseline as it is registered, or to be, for an operating system."""

    baseline_id: str
    name: str
    operating_system: str

    def to_dict(self) -> dict[str, str]:
        """As the module answers it."""
        return {"operating_system": self.operating_system, "baseline_id": self.baseline_id, "name": self.name}


def manage_patch_group(module: Any) -> dict[str, Any]:
    """Make the registrations of a patch group as the options say."""
    params = module.params
    group = params["patch_group"]
    check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": group})
    connection = session_of(module).connect(params["account"] or "")
    current = registrations(connection, group)
    wanted = resolve(params["baselines"] or (), all_baselines(connection) if params["baselines"] else ())
    if params["state"] == "absent":
        changes = plan_absent(group, current, wanted)
    else:
        changes = plan_present(group, current, wanted, purge=params["purge_baselines"])
    if not module.check_mode:
        apply(connection, group, changes)
    return {"changed": changes.changed, "diff": changes.diff(), "patch_group": dict(changes.after)}


def registrations(connection: Connection, group: str, mappings: Mappings | None = None) -> dict[str, Registered]:
    """What is registered for the group, by operating system.

    ``mappings`` is what :func:`.registered_baselines.patch_group_mappings` answered, one listing for as many groups as
    are needed; without it the service is asked for the group.
    """
    if mappings is None:
        mappings = patch_group_mappings(connection, group)
    return {
        system: Registered(str(identity["BaselineId"]), str(identity.get("BaselineName", "")), system)
        for (name, system), identity in mappings.items()
        if name == group
    }


def all_baselines(connection: Connection) -> list[Registered]:
    """Every baseline of the account and of the service."""
    return [
        Registered(str(entry["BaselineId"]), str(entry.get("BaselineName", "")), str(entry["OperatingSystem"]))
        for entry in baseline_identities(connection)
    ]


def resolve(given: Sequence[str], known: Sequence[Registered]) -> dict[str, Registered]:
    """The baselines that ids or names stand for, by operating system. Raises InputError."""
    wanted: dict[str, Registered] = {}
    for text in given:
        found = [entry for entry in known if text in (entry.baseline_id, entry.baseline_id.rpartition("/")[2])]
        found = found or [entry for entry in known if entry.name == text]
        if not found:
            raise InputError("baselines", text, "id or name of a baseline in this account and region")
        if len(found) > 1:
            ids = ", ".join(sorted(entry.baseline_id for entry in found))
            raise InputError("baselines", text, f"a name that only one baseline has; {ids} have it: give the id")
        other = wanted.get(found[0].operating_system)
        if other and other.baseline_id != found[0].baseline_id:
            raise InputError(
                "baselines", text, f"one baseline for {found[0].operating_system}; {other.baseline_id} is one too"
            )
        wanted[found[0].operating_system] = found[0]
    return wanted


def plan_present(
    group: str, current: Mapping[str, Registered], wanted: Mapping[str, Registered], *, purge: bool
) -> ChangeSet:
    """Register what is wanted. Another baseline of the same operating system has to give way first."""
    steps: list[Step] = []
    after = dict(current)
    for system, entry in sorted(wanted.items()):
        there = current.get(system)
        if there and there.baseline_id == entry.baseline_id:
            continue
        if there:
            steps.append(_step(DEREGISTER, there))
        steps.append(_step(REGISTER, entry))
        after[system] = entry
    for system in sorted(set(current) - set(wanted)) if purge else ():
        steps.append(_step(DEREGISTER, current[system]))
        del after[system]
    return _change_set(group, current, after, steps)


def plan_absent(group: str, current: Mapping[str, Registered], named: Mapping[str, Registered]) -> ChangeSet:
    """Deregister the baselines named, or all when none is."""
    gone = {
        system: entry
        for system, entry in current.items()
        if not named or (system in named and named[system].baseline_id == entry.baseline_id)
    }
    after = {system: entry for system, entry in current.items() if system not in gone}
    return _change_set(group, current, after, [_step(DEREGISTER, entry) for _system, entry in sorted(gone.items())])


def apply(connection: Connection, group: str, changes: ChangeSet) -> None:
    """Carry the change set out, in its order."""
    for step in changes.steps:
        baseline_id = str(step.params["baseline_id"])
        verb = "register" if step.action == REGISTER else "deregister"
        try:
            connection.call(
                "ssm",
                step.action,
                f"{verb} {step.subject} for the patch group {group}",
                BaselineId=baseline_id,
                PatchGroup=group,
            )
        except CloudError as error:
            if error.code != "AlreadyExistsException" or not _is_registered(connection, group, baseline_id):
                raise


def _is_registered(connection: Connection, group: str, baseline_id: str) -> bool:
    """Whether an attempt whose answer was lost had registered the baseline."""
    return any(entry.baseline_id == baseline_id for entry in registrations(connection, group).values())


def _step(action: str, entry: Registered) -> Step:
    return Step(action, {"baseline_id": entry.baseline_id}, f"{entry.name} ({entry.baseline_id})")


def _change_set(
    group: str, current: Mapping[str, Registered], after: Mapping[str, Registered], steps: Sequence[Step]
) -> ChangeSet:
    return ChangeSet(_shown(group, current), _shown(group, after), tuple(steps), f"patch group {group}")


def _shown(group: str, entries: Mapping[str, Registered]) -> dict[str, Any]:
    return {"name": group, "baselines": [entry.to_dict() for _system, entry in sorted(entries.items())]}

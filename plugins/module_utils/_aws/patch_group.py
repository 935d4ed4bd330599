# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers patch groups with baselines, one for each operating system."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .._core.pool import results
from .client import Connection
from .model_check import check_request
from .module import session_of
from .registered_baselines import Mappings, baseline_identities, is_aws_owned, patch_group_mappings, short_id

REGISTER = "register_patch_baseline_for_patch_group"
DEREGISTER = "deregister_patch_baseline_for_patch_group"
REPLACE = "replace_patch_baseline_for_patch_group"
"""Deregister one and register another of the same operating system; the API has no request that does both."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A baseline as it is registered, or to be, for an operating system."""

    baseline_id: str
    name: str
    operating_system: str

    @property
    def shown(self) -> str:
        """As a message names it."""
        return f"{self.name} ({self.baseline_id})"

    def to_dict(self) -> dict[str, str]:
        """As the module answers it."""
        return {"operating_system": self.operating_system, "baseline_id": self.baseline_id, "name": self.name}


def manage_patch_group(module: Any) -> dict[str, Any]:
    """Make the registrations of a patch group as the options say."""
    params = module.params
    group = params["patch_group"]
    check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": group})
    connection = session_of(module).connect(params["account"] or "")
    given = params["baselines"]
    if params["state"] == "absent":
        changes = plan_absent(group, registrations(connection, group), given)
    else:
        current, known = _read(connection, group, named=bool(given))
        changes = plan_present(group, current, resolve(given, known), purge=params["purge_baselines"])
    if not module.check_mode:
        apply(connection, group, changes)
    return {"changed": changes.changed, "diff": changes.diff(), "patch_group": dict(changes.after)}


def _read(connection: Connection, group: str, *, named: bool) -> tuple[dict[str, Registered], Sequence[Registered]]:
    """What is registered for the group; the baselines that a name may stand for, where there is one."""
    asks: list[Callable[[], Any]] = [lambda: registrations(connection, group)]
    if named:
        asks.append(lambda: all_baselines(connection))
    answers = [answer for _ask, answer in results(lambda ask: ask(), asks)]
    return answers[0], answers[1] if named else ()


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
    """The baselines that ids, ARNs or names stand for, by operating system. Raises InputError.

    A name that the account and AWS have both is the account's.
    """
    wanted: dict[str, Registered] = {}
    for text in given:
        found = _meant(text, known)
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


def _meant(text: str, known: Sequence[Registered]) -> list[Registered]:
    """The baselines that an id, an ARN or else a name may stand for."""
    by_id = [entry for entry in known if short_id(entry.baseline_id) == short_id(text)]
    named = [entry for entry in known if entry.name == text]
    return by_id or [entry for entry in named if not is_aws_owned(entry.baseline_id)] or named


def plan_present(
    group: str, current: Mapping[str, Registered], wanted: Mapping[str, Registered], *, purge: bool
) -> ChangeSet:
    """Register what is wanted, in place of another baseline of the same operating system where there is one."""
    steps: list[Step] = []
    after = dict(current)
    for system, entry in sorted(wanted.items()):
        there = current.get(system)
        if there and there.baseline_id == entry.baseline_id:
            continue
        steps.append(_replacement(entry, there) if there else _step(REGISTER, entry))
        after[system] = entry
    for system in sorted(set(current) - set(wanted)) if purge else ():
        steps.append(_step(DEREGISTER, current[system]))
        del after[system]
    return _change_set(group, current, after, steps)


def plan_absent(group: str, current: Mapping[str, Registered], given: Sequence[str] | None) -> ChangeSet:
    """Deregister the baselines that ids or names stand for, all when None. One that is not registered is none to do.

    Raises InputError for a name that several of the registered ones have.
    """
    gone = dict(current)
    if given is not None:
        entries = list(current.values())
        gone = resolve([text for text in given if _meant(text, entries)], entries)
    after = {system: entry for system, entry in current.items() if system not in gone}
    return _change_set(group, current, after, [_step(DEREGISTER, entry) for _system, entry in sorted(gone.items())])


def apply(connection: Connection, group: str, changes: ChangeSet) -> None:
    """Carry the change set out, in its order. Raises CloudError, which says what holds when a replacement failed."""
    for step in changes.steps:
        if step.action == REPLACE:
            _replace(connection, group, step)
        elif step.action == REGISTER:
            _register(connection, group, str(step.params["baseline_id"]), step.subject)
        else:
            _deregister(connection, group, str(step.params["baseline_id"]), step.subject)


def _replace(connection: Connection, group: str, step: Step) -> None:
    """Between the two requests the group has no baseline; when the second fails, the first is taken back."""
    old, old_shown, system = (str(step.params[name]) for name in ("replaced_id", "replaced", "operating_system"))
    _deregister(connection, group, old, old_shown)
    try:
        _register(connection, group, str(step.params["baseline_id"]), step.subject)
    except CloudError as error:
        if not error.lasting and _surely_registered(connection, group, str(step.params["baseline_id"])):
            return
        holds = _put_back(connection, group, old, old_shown, system)
        raise CloudError(f"{error}. {holds}", code=error.code, lasting=error.lasting) from error


def _put_back(connection: Connection, group: str, baseline_id: str, shown: str, system: str) -> str:
    """Register what was deregistered; answers what holds for the group then, known or not."""
    try:
        _register(connection, group, baseline_id, shown)
    except CloudError as error:
        try:
            now = registrations(connection, group).get(system)
        except CloudError:
            return (
                f"{shown} was deregistered for this, and whether a baseline for {system} is registered for {group} now "
                "is not known: look with ssm_patch_group_info"
            )
        if now is not None:
            return f"{now.name} ({now.baseline_id}) is registered for {group} and {system} now"
        return (
            f"{shown} was deregistered for this and could not be registered again ({error}): no baseline for {system} "
            f"is registered for {group} now, so that its nodes get the default one. Run it again"
        )
    return f"{shown} is registered for {group} again, as before"


def _register(connection: Connection, group: str, baseline_id: str, shown: str) -> None:
    doing = f"register {shown} for the patch group {group}"
    try:
        connection.call("ssm", REGISTER, doing, BaselineId=baseline_id, PatchGroup=group)
    except CloudError as error:
        if error.code != "AlreadyExistsException" or not _is_registered(connection, group, baseline_id):
            raise


def _deregister(connection: Connection, group: str, baseline_id: str, shown: str) -> None:
    doing = f"deregister {shown} from the patch group {group}"
    connection.call("ssm", DEREGISTER, doing, BaselineId=baseline_id, PatchGroup=group)


def _is_registered(connection: Connection, group: str, baseline_id: str) -> bool:
    """Whether an attempt whose answer was lost had registered the baseline."""
    return any(entry.baseline_id == baseline_id for entry in registrations(connection, group).values())


def _surely_registered(connection: Connection, group: str, baseline_id: str) -> bool:
    """Whether it is known that the baseline is registered, although no attempt was answered."""
    try:
        return _is_registered(connection, group, baseline_id)
    except CloudError:
        return False


def _step(action: str, entry: Registered) -> Step:
    return Step(action, {"baseline_id": entry.baseline_id}, entry.shown)


def _replacement(entry: Registered, there: Registered) -> Step:
    what = {
        "baseline_id": entry.baseline_id,
        "replaced_id": there.baseline_id,
        "replaced": there.shown,
        "operating_system": entry.operating_system,
    }
    return Step(REPLACE, what, entry.shown)


def _change_set(
    group: str, current: Mapping[str, Registered], after: Mapping[str, Registered], steps: Sequence[Step]
) -> ChangeSet:
    return ChangeSet(_shown(group, current), _shown(group, after), tuple(steps), f"patch group {group}")


def _shown(group: str, entries: Mapping[str, Registered]) -> dict[str, Any]:
    return {"name": group, "baselines": [entry.to_dict() for _system, entry in sorted(entries.items())]}

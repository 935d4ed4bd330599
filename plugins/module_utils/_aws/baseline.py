# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds patch baselines, reads them, and carries the plan of a change out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from .._core.change_set import ChangeSet, Step
from .._core.errors import CloudError, InputError
from .._core.pool import results
from .baseline_model import dates_of, from_api
from .baseline_plan import CREATE, DELETE, DEREGISTER, SET_DEFAULT, UPDATE
from .client import Connection
from .instances import tag_list
from .registered_baselines import baseline_identities, is_aws_owned, short_id
from .resource_tags import ADD_TAGS, REMOVE_TAGS, apply_tag_step, read_tags

OWN_DEFAULT = "AWS-DefaultPatchBaseline"
"""The service's own default for Windows, which has further baselines of the service; others have one each."""

Identity = Mapping[str, Any]
"""A baseline in short, as lists have it (PatchBaselineIdentity)."""


def list_own(connection: Connection) -> list[Identity]:
    """The account's own baselines in the region: one listing for as many calls of :func:`fetch` as are needed."""
    return baseline_identities(connection, owner="Self")


def fetch(
    connection: Connection,
    baseline_id: str | None,
    name: str | None,
    operating_system: str | None,
    identities: Sequence[Identity] | None = None,
) -> dict[str, Any] | None:
    """The baseline with this id or ARN, or the only one with this name; None when there is none. Raises InputError.

    ``identities`` is what :func:`list_own` answered; without it the service is asked, and AWS's own are found too.
    """
    if identities is None:
        identities = baseline_identities(connection, name_prefix="" if baseline_id else name or "")
    found = find(identities, baseline_id, name, operating_system)
    return read(connection, found) if found else None


def find(
    identities: Sequence[Identity], baseline_id: str | None, name: str | None, operating_system: str | None
) -> Identity | None:
    """The one that is meant. Names are not unique; of equal ones the account's own count. Raises InputError."""
    if baseline_id:
        return next((entry for entry in identities if short_id(entry["BaselineId"]) == short_id(baseline_id)), None)
    named = [
        entry
        for entry in identities
        if entry.get("BaselineName") == name and operating_system in (None, entry.get("OperatingSystem"))
    ]
    named = [entry for entry in named if not is_aws_owned(entry["BaselineId"])] or named
    if len(named) > 1:
        ids = ", ".join(sorted(str(entry["BaselineId"]) for entry in named))
        raise InputError("name", name, f"the name of one baseline; {ids} have it: give baseline_id")
    return named[0] if named else None


def read(connection: Connection, identity: Identity, *, dates: bool = False) -> dict[str, Any]:
    """Everything about a baseline in the words of the options: one request, and one for the tags of one's own.

    With ``dates`` also when it was made and last changed, which is no part of what a baseline is to be.
    """
    baseline_id = str(identity["BaselineId"])
    wanted: list[Callable[[], Any]] = [lambda: get(connection, baseline_id)]
    if not is_aws_owned(baseline_id):
        shown = f"patch baseline {baseline_id}"
        wanted.append(lambda: read_tags(connection, "PatchBaseline", baseline_id, shown))
    answers = [answer for _ask, answer in results(lambda ask: ask(), wanted)]
    return from_api(answers[0]) | {
        "default_baseline": bool(identity.get("DefaultBaseline")),
        "tags": answers[1] if len(answers) > 1 else {},
        **(dates_of(answers[0]) if dates else {}),
    }


def get(connection: Connection, baseline_id: str) -> dict[str, Any]:
    """What GetPatchBaseline answers."""
    return connection.call(
        "ssm", "get_patch_baseline", f"read the patch baseline {baseline_id}", BaselineId=baseline_id
    )


def service_default(connection: Connection, system: str) -> str:
    """ARN of the baseline of AWS that is the default of a system where nobody chose one. Raises CloudError."""
    listed = baseline_identities(connection, owner="AWS", operating_system=system)
    ids = {str(entry["BaselineName"]): str(entry["BaselineId"]) for entry in listed}
    if OWN_DEFAULT in ids:
        return ids[OWN_DEFAULT]
    if len(ids) == 1:
        return next(iter(ids.values()))
    known = (
        f"there are {', '.join(sorted(ids))}: give default_baseline: true for one of these" if ids else "it has none"
    )
    raise CloudError(f"Could not find the service's own baseline for {system}: {known}", code="NotFound")


def apply(connection: Connection, changes: ChangeSet, tags: Mapping[str, str]) -> str:
    """Carry the change set out; answers the baseline's id. Raises CloudError, with what it leaves behind."""
    baseline_id = str(changes.before.get("baseline_id", ""))
    name = str((changes.after or changes.before)["name"])
    done: list[Step] = []
    for step in changes.steps:
        try:
            if step.action == CREATE:
                baseline_id = _create(connection, step, name, tags)
            else:
                _change(connection, step, baseline_id, f"patch baseline {name} ({baseline_id})")
        except CloudError as error:
            left = _left_behind(done, baseline_id)
            if not left:
                raise
            raise CloudError(f"{error}{left}", code=error.code, lasting=error.lasting) from error
        done.append(step)
    return baseline_id


def _create(connection: Connection, step: Step, name: str, tags: Mapping[str, str]) -> str:
    """Make the baseline. The token makes the request safe to repeat."""
    request = {**step.params, "ClientToken": uuid4().hex, **({"Tags": tag_list(tags)} if tags else {})}
    answer = connection.call("ssm", "create_patch_baseline", f"create the patch baseline {name}", **request)
    return str(answer["BaselineId"])


def _change(connection: Connection, step: Step, baseline_id: str, shown: str) -> None:
    if step.action == UPDATE:
        connection.call("ssm", UPDATE, f"change the {shown}", BaselineId=baseline_id, **step.params)
    elif step.action == DELETE:
        connection.call("ssm", DELETE, f"delete the {shown}", BaselineId=baseline_id)
    elif step.action in (ADD_TAGS, REMOVE_TAGS):
        apply_tag_step(connection, step, "PatchBaseline", baseline_id, shown)
    elif step.action == SET_DEFAULT:
        default = step.params.get("baseline_id", baseline_id)
        connection.call("ssm", SET_DEFAULT, f"make {step.subject}", BaselineId=default)
    elif step.action == DEREGISTER:
        group = str(step.params["patch_group"])
        doing = f"deregister the {shown} from the patch group {group}"
        connection.call("ssm", DEREGISTER, doing, BaselineId=baseline_id, PatchGroup=group)


def _left_behind(done: Sequence[Step], baseline_id: str) -> str:
    """What had been done when a later step failed, where a person should know it."""
    groups = [str(step.params["patch_group"]) for step in done if step.action == DEREGISTER]
    told = []
    if any(step.action == CREATE for step in done):
        told.append(f"The baseline was created before that, as {baseline_id}; a further call does the rest")
    if groups:
        told.append(
            f"It was deregistered from {', '.join(groups)} before that; their nodes get the default baseline until "
            "another one is registered"
        )
    if any(step.action == SET_DEFAULT for step in done):
        told.append("AWS's own baseline was made the default before that")
    return "".join(f". {sentence}" for sentence in told)

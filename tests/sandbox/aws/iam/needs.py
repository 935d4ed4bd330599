# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request needs to be allowed: each action on each resource, with the condition keys that it has there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..world import Call
from .conditions import NotUnderstood, Values
from .evaluate import Access
from .reference import UnknownAction, action

TAG_FAMILIES = ("aws:resourcetag", "ec2:resourcetag", "ssm:resourcetag")
FREE = frozenset({"sts:GetCallerIdentity"})
"""Actions that nobody needs a permission for."""


@dataclass(frozen=True, slots=True)
class On:
    """One resource of a request. ``account``: whose it is; ``""`` for what belongs to AWS; None for the caller's."""

    resource_type: str
    resource: str
    tags: Mapping[str, str] = field(default_factory=dict)
    requested: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None


def access(call: Call, name: str, on: On | None, requested: Mapping[str, str] | None = None) -> Access:
    """An action on a resource, or on none. ``requested``: the tags that the request gives or names."""
    try:
        known = action(name)
    except UnknownAction as error:
        raise NotUnderstood(str(error)) from None
    if on is None:
        return Access(known.name, "*", "", _context(call, requested or {}, {}, {}))
    kind = known.types.get(on.resource_type)
    if kind is None:
        raise NotUnderstood(f"{name} has no resource of type {on.resource_type}")
    arn = on.resource
    if not arn.startswith("arn:"):
        arn = kind.arn_of(on.resource, call.account if on.account is None else on.account, call.region)
    return Access(known.name, arn, on.resource_type, _context(call, on.requested, on.tags, on.keys))


def on_each(call: Call, name: str, resources: Sequence[On]) -> list[Access]:
    """An action on several resources. Raises NotUnderstood when it needs some and there are none."""
    if resources:
        return [access(call, name, on) for on in resources]
    try:
        known = action(name)
    except UnknownAction as error:
        raise NotUnderstood(str(error)) from None
    if known.types:
        raise NotUnderstood(f"Which resources {name} is for is not modelled by the sandbox")
    return [access(call, name, None, tags_given(call))]


def tags_given(call: Call) -> dict[str, str]:
    """The tags that a request of SSM gives, or names to be removed."""
    given = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or [] if isinstance(tag, Mapping)}
    return given | dict.fromkeys(call.params.get("TagKeys") or [], "")


def _context(
    call: Call, requested: Mapping[str, str], tags: Mapping[str, str], keys: Mapping[str, str]
) -> dict[str, Values]:
    caller = call.caller
    context: dict[str, Values] = {
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": (caller.principal,),
        "aws:principaltype": ("User" if caller.principal == caller.arn else "AssumedRole",),
        "aws:requestedregion": (call.region,),
        "aws:resourceaccount": (call.account,),
        "aws:userid": (caller.user_id,),
        "aws:currenttime": (call.world.now().isoformat(),),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "ec2:region": (call.region,),
    }
    if caller.source_instance:
        context[f"{caller.source_instance.split(':')[2]}:sourceinstancearn"] = (caller.source_instance,)
    context |= {f"{one}/{key}".lower(): (value,) for one in TAG_FAMILIES for key, value in tags.items()}
    context |= {f"aws:requesttag/{key}".lower(): (value,) for key, value in requested.items()}
    if requested:
        context["aws:tagkeys"] = tuple(requested)
    return context | {key.lower(): (value,) for key, value in keys.items()}

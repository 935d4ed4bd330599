# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether policies allow what a request needs: an explicit deny wins, then an allow, and without one it is denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .conditions import NotUnderstood, Values, conditions_hold
from .document import Statement
from .patterns import Unresolved, arn_matches, glob
from .reference import action, family

ABSENT_UNLESS_GIVEN = frozenset(
    {
        "aws:principaltag",
        "aws:requesttag",
        "aws:resourcetag",
        "aws:tagkeys",
        "aws:username",
        "ec2:createaction",
        "ec2:resourcetag",
        "ec2:sourceinstancearn",
        "iam:passedtoservice",
        "kms:grantisforawsresource",
        "kms:viaservice",
        "s3:prefix",
        "ssm:resourcetag",
        "ssm:sourceinstancearn",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
"""Families of keys that :class:`Access` tells whenever a request has them, so that the lack of one is a fact."""


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that a request needs to be allowed: an action on a resource. ``context`` has lower-case keys."""

    action: str
    resource: str
    resource_type: str
    context: Mapping[str, Values]

    def find(self, key: str) -> Values | None:
        """The values of a condition key; None when the request has none. Raises NotUnderstood for a key that a real
        request would have and that is not modelled here."""
        if not action(self.action).supports(key, self.resource_type):
            return None
        found = self.context.get(key.lower())
        if found is None and family(key) not in ABSENT_UNLESS_GIVEN:
            raise NotUnderstood(f"The condition key {key} of {self.action} is not modelled by the sandbox")
        return found

    def to_dict(self) -> dict[str, Any]:
        """For the record of requests."""
        context = {key: list(values) for key, values in self.context.items()}
        return {
            "action": self.action,
            "resource": self.resource,
            "resource_type": self.resource_type,
            "context": context,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Access:
        """What :meth:`to_dict` gave."""
        context = {key: tuple(values) for key, values in data["context"].items()}
        return cls(data["action"], data["resource"], data["resource_type"], context)


@dataclass(frozen=True, slots=True)
class Decision:
    """``explicit``: a statement denies it, ``sid`` says which."""

    allowed: bool
    explicit: bool = False
    sid: str = ""


def evaluate(statements: Iterable[Statement], access: Access) -> Decision:
    """The decision of identity policies taken together. Raises NotUnderstood."""
    allowed: Statement | None = None
    for statement in statements:
        if not applies(statement, access):
            continue
        if statement.effect == "Deny":
            return Decision(False, True, statement.sid)
        allowed = allowed or statement
    return Decision(allowed is not None, False, allowed.sid if allowed else "")


def applies(statement: Statement, access: Access) -> bool:
    """Whether a statement speaks of this access. Raises NotUnderstood."""
    named = any(glob(one, access.action, fold=True) for one in statement.actions)
    if named is statement.not_action:
        return False
    if _on_resource(statement, access) is statement.not_resource:
        return False
    return conditions_hold(statement.condition, access.find)


def _on_resource(statement: Statement, access: Access) -> bool:
    def lookup(name: str) -> str | None:
        values = access.find(name)
        return values[0] if values and len(values) == 1 else None

    for pattern in statement.resources:
        try:
            if arn_matches(pattern, access.resource, lookup):
                return True
        except Unresolved:
            continue
    return False

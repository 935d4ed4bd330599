# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role-based access control: what the roles of a caller allow. A caller that was given no roles may do everything.

Source: "Understand Azure role definitions", "Azure custom roles" and "Steps to assign an Azure role" (Azure
documentation). Roles add up; ``NotActions`` take away from their own role only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ArmError

LISTS = ("Actions", "NotActions", "DataActions", "NotDataActions", "AssignableScopes")
KEYS = {"Name", "Id", "IsCustom", "Description", *LISTS}
ANYWHERE = ""
"""The scope of a request to the tenant that a role on any scope allows."""
_ACTION = re.compile(r"\*|[A-Za-z][\w.]*\.[\w.*]+(/[\w.*]+)+|\*/[\w*]+(/[\w*]+)*")


@dataclass(frozen=True, slots=True)
class Need:
    """What a request needs to be allowed: an action over a scope, as the messages of refusals name it."""

    action: str
    scope: str

    def to_dict(self) -> dict[str, str]:
        """For the record of requests."""
        return {"action": self.action, "scope": self.scope}

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Need:
        """What :meth:`to_dict` gave."""
        return cls(data["action"], data["scope"])


@dataclass(frozen=True, slots=True)
class Role:
    """A custom role. What it says of data is kept out: no request that is served needs it."""

    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    assignable: tuple[str, ...]

    def allows(self, action: str) -> bool:
        """Whether it allows an action of the control plane."""
        return _named(action, self.actions) and not _named(action, self.not_actions)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role on a scope and everything in it."""

    role: Role
    scope: str

    def allows(self, need: Need) -> bool:
        """Whether the role is for that scope and allows the action."""
        return (need.scope == ANYWHERE or is_within(need.scope, self.scope)) and self.role.allows(need.action)


def _named(action: str, patterns: Iterable[str]) -> bool:
    """Wildcards stand for any text, slashes included; case means nothing."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), action, re.IGNORECASE | re.DOTALL) for one in patterns)


def is_within(scope: str, outer: str) -> bool:
    """Whether a scope is another one or lies in it."""
    inner, whole = (one.lower().strip("/").split("/") for one in (scope, outer))
    return whole == [""] or inner[: len(whole)] == whole


def read_role(data: Any) -> Role:
    """A role definition as a file for ``az role definition create`` has it. Raises ValueError."""
    if not isinstance(data, Mapping) or set(data) - KEYS:
        raise ValueError(f"A role definition is an object with {', '.join(sorted(KEYS))} and nothing else")
    for name in ("Name", "Description"):
        if not isinstance(data.get(name), str) or not data[name]:
            raise ValueError(f"A role definition needs a {name}")
    if data.get("IsCustom") is not True:
        raise ValueError(f"{data['Name']}: IsCustom is true for a role of one's own")
    lists = {name: _texts(data, name) for name in LISTS}
    for name in LISTS[:-1]:
        wrong = [one for one in lists[name] if not _ACTION.fullmatch(one)]
        if wrong:
            raise ValueError(f"{data['Name']}: {name} has no action {wrong[0]!r}")
    if not lists["AssignableScopes"]:
        raise ValueError(f"{data['Name']}: AssignableScopes needs at least one scope")
    return Role(data["Name"], lists["Actions"], lists["NotActions"], lists["AssignableScopes"])


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = data.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError(f"{data['Name']}: {name} is a list of texts")
    return tuple(given)


def read_assignment(data: Mapping[str, Any]) -> Assignment:
    """``{"role": …, "scope": …}``. Raises ValueError."""
    role, scope = read_role(data.get("role")), data.get("scope")
    if not isinstance(scope, str) or not scope.startswith("/"):
        raise ValueError(f"A scope begins with a slash: {scope!r}")
    if not any(is_within(scope, one) for one in role.assignable):
        raise ValueError(f"The role {role.name} cannot be assigned to {scope}: AssignableScopes does not have it")
    return Assignment(role, scope)


class AccessControl:
    """The roles of applications and people, by object id."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[Assignment, ...]] = {}
        self._lock = threading.Lock()

    def assign(self, principal: str, assignments: Sequence[Mapping[str, Any]]) -> None:
        """Give these roles and no others. Raises ValueError."""
        read = tuple(read_assignment(one) for one in assignments)
        with self._lock:
            self._given[principal] = read

    def remove(self, principal: str) -> None:
        """Take the roles away: everything is allowed again."""
        with self._lock:
            self._given.pop(principal, None)

    def clear(self) -> None:
        """Take all roles away."""
        with self._lock:
            self._given.clear()

    def limits(self, principal: str) -> bool:
        """Whether that object id was given roles, and so may do nothing else."""
        return principal in self._given

    def allows(self, principal: str, need: Need) -> bool:
        """Whether an object id may do that."""
        given = self._given.get(principal)
        return given is None or any(one.allows(need) for one in given)


def not_authorized(name: str, principal: str, need: Need) -> ArmError:
    """Resource Manager's refusal."""
    message = (
        f"The client '{name}' with object id '{principal}' does not have authorization to perform action "
        f"'{need.action}' over scope '{need.scope or '/'}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message)


def scope_of(path: str) -> str:
    """The scope of a request: the resource of its path, or where the collection of its path is; of an action, on what
    it is done."""
    parts = path.strip("/").split("/")
    lower = [part.lower() for part in parts]
    if lower[0] != "subscriptions":
        return ANYWHERE
    last = len(lower) - 1 - lower[::-1].index("providers") if "providers" in lower else None
    begin = 0 if last is None else last + 2
    own = parts[begin : begin + (len(parts) - begin) // 2 * 2]
    if last is not None and not own:
        return "/" + "/".join(parts[:last])
    return "/" + "/".join([*parts[:begin], *own])

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is served: operations by method and path, as ``@operation`` registers them.

Paths are matched without regard to case, as Azure Resource Manager does. Where several templates match, the one with
more fixed parts counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .answer import Answer
from .call import Call

Function = Callable[[Call], Answer]

READ_ACTIONS = re.compile(r"(^|/)(list\w*|read|resources/read)(/action)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """``name``: the RBAC operation, such as ``Microsoft.Compute/virtualMachines/start/action``. ``versions``: the api
    versions that are served, newest last. ``body``: the SDK's model of the request body, None for no body.
    ``answer``: the SDK's model of the answers with status 200 and 201, to hold them against.
    ``body_required``: an absent or empty body is refused."""

    method: str
    template: tuple[str, ...]
    versions: tuple[str, ...]
    name: str
    function: Function = field(repr=False)
    body: type[Any] | None = None
    answer: type[Any] | None = None
    body_required: bool = True

    @property
    def namespace(self) -> str:
        """The resource provider of the path's last ``providers/``; ``""`` for Resource Manager's own."""
        lower = [part.lower() for part in self.template]
        if "providers" not in lower:
            return ""
        place = len(lower) - 1 - lower[::-1].index("providers")
        following = self.template[place + 1 : place + 2]
        return following[0] if following and not following[0].startswith("{") else ""

    @property
    def resource_type(self) -> str:
        """The type behind the namespace, ``virtualMachines/runCommands``, without the action of a POST."""
        place = next((i for i, part in enumerate(self.template) if part == self.namespace), len(self.template))
        types = [part for part in self.template[place + 1 :] if not part.startswith("{")]
        return "/".join(types[:-1] if self.method == "POST" and len(types) > 1 else types)

    @property
    def writing(self) -> bool:
        """Whether it changes anything."""
        return self.method not in ("GET", "HEAD") and not READ_ACTIONS.search(self.name)


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    versions: Sequence[str],
    name: str,
    body: type[Any] | None = None,
    answer: type[Any] | None = None,
    body_required: bool = True,
) -> Callable[[Function], Function]:
    """Register the function that serves an operation. ``{name}`` in the path is one part, ``{name*}`` one or more.

    ``{subscription}`` and ``{group}`` are checked by the gateway before the function is called: it can rely on the
    subscription, and, unless the operation makes it, on the resource group.
    """

    def register(function: Function) -> Function:
        template = tuple(path.strip("/").split("/"))
        OPERATIONS.append(
            Operation(method, template, tuple(sorted(versions)), name, function, body, answer, body_required)
        )
        return function

    return register


def match(template: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """The parameters when the path fits the template, else None."""
    values: dict[str, str] = {}
    greedy = next((i for i, part in enumerate(template) if part.endswith("*}")), None)
    if greedy is not None:
        taken = len(parts) - len(template) + 1
        if taken < 1:
            return None
        joined = "/".join(parts[greedy : greedy + taken])
        parts = [*parts[:greedy], joined, *parts[greedy + taken :]]
    if len(parts) != len(template):
        return None
    for part, value in zip(template, parts, strict=True):
        if part.startswith("{"):
            values[part.strip("{}*")] = value
        elif part.lower() != value.lower():
            return None
    return values


def find(path: str) -> list[tuple[Operation, dict[str, str]]]:
    """The operations whose path fits, whatever their method, the best fitting templates only."""
    parts = path.strip("/").split("/")
    found = [(one, values) for one in OPERATIONS if (values := match(one.template, parts)) is not None]
    best = max((_fixed(one) for one, _values in found), default=0)
    return [(one, values) for one, values in found if _fixed(one) == best]


def _fixed(one: Operation) -> int:
    return sum(not part.startswith("{") for part in one.template)


def find_type(namespace: str) -> list[Operation]:
    """The operations of a resource provider."""
    return [one for one in OPERATIONS if one.namespace.lower() == namespace.lower()]

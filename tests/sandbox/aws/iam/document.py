# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy document, read and checked. What is wrong, or not modelled here, is refused and never passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import NotUnderstood, Operator
from .patterns import ARN_PARTS, glob
from .reference import actions, is_condition_key

VERSION = "2012-10-17"
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``not_action`` and ``not_resource``: the lists say what is not meant."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, Sequence[str]]]
    not_action: bool = False
    not_resource: bool = False


def read_document(data: Any) -> tuple[Statement, ...]:
    """The statements of a policy. Raises NotUnderstood."""
    if not isinstance(data, Mapping) or set(data) - {"Version", "Id", "Statement"} or "Statement" not in data:
        raise NotUnderstood("A policy is an object with Version and Statement")
    if data.get("Version") != VERSION:
        raise NotUnderstood(f"Version must be {VERSION}: policies of the older one have no variables")
    entries = data["Statement"] if isinstance(data["Statement"], list) else [data["Statement"]]
    statements = tuple(_statement(entry) for entry in entries)
    sids = [statement.sid for statement in statements if statement.sid]
    if not statements or len(sids) != len(set(sids)):
        raise NotUnderstood("A policy has at least one statement, and each Sid once")
    return statements


def _statement(entry: Any) -> Statement:
    if not isinstance(entry, Mapping) or set(entry) - _ELEMENTS:
        raise NotUnderstood(f"A statement has {', '.join(sorted(_ELEMENTS))} and nothing else: {entry}")
    if entry.get("Effect") not in ("Allow", "Deny"):
        raise NotUnderstood(f"Effect is Allow or Deny: {entry}")
    if ("Action" in entry) is ("NotAction" in entry) or ("Resource" in entry) is ("NotResource" in entry):
        raise NotUnderstood(
            f"A statement has one of Action and NotAction, and one of Resource and NotResource: {entry}"
        )
    sid = entry.get("Sid", "")
    if not re.fullmatch(r"[A-Za-z0-9]*", sid):
        raise NotUnderstood(f"A Sid has letters and digits only: {sid}")
    statement = Statement(
        sid,
        entry["Effect"],
        _texts(entry.get("Action", entry.get("NotAction"))),
        _texts(entry.get("Resource", entry.get("NotResource"))),
        {
            operator: {key: _texts(values) for key, values in keys.items()}
            for operator, keys in entry.get("Condition", {}).items()
        },
        "NotAction" in entry,
        "NotResource" in entry,
    )
    _check(statement)
    return statement


def _check(statement: Statement) -> None:
    for name in statement.actions:
        if name != "*" and not any(glob(name, known, fold=True) for known in actions(name.partition(":")[0].lower())):
            raise NotUnderstood(f"No action is called {name}")
    for resource in statement.resources:
        parts = resource.split(":", ARN_PARTS - 1)
        if resource != "*" and (len(parts) != ARN_PARTS or parts[0] != "arn" or "${" in "".join(parts[:-1])):
            raise NotUnderstood(f"A resource is * or an ARN with its six parts, variables in the last one: {resource}")
    for operator, keys in statement.condition.items():
        Operator(operator)
        for key in keys:
            if not is_condition_key(key):
                raise NotUnderstood(f"No service has the condition key {key}")


def _texts(value: Any) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, (str, bool, int)) for text in texts):
        raise NotUnderstood(f"A text, or a list of some, is expected: {value!r}")
    return tuple(str(text).lower() if isinstance(text, bool) else str(text) for text in texts)

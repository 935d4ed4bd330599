# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers against the shapes that the Azure SDKs have for them.

Stricter than the services in two ways, so that a client's mistake shows: unknown members are refused everywhere (some
resource providers pass over them), and enums have to be written as documented (some are compared without case).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from .errors import ArmError
from .shapes import Member, Shape, shape_of

_DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


ANSWERED_TOO: Mapping[str, frozenset[str]] = {"RebootOptions": frozenset({"NeverReboot", "AlwaysReboot"})}
"""What services answer and the SDKs' enums lack, by the enum's name."""
LISTED = frozenset({"WindowsUpdateClasses", "LinuxUpdateClasses"})
"""Enums of which several values may stand in one text, separated by commas. Their provider checks them."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Where and what. ``path`` as in ``properties.osProfile.adminUsername``; ``code`` the error's."""

    path: str
    message: str
    code: str = "InvalidRequestContent"

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: {self.message}"


def check_body(model: type[Any], body: Any) -> Any:
    """The body without what the service would pass over: read-only members and nulls.

    Raises ArmError InvalidRequestContent or InvalidParameter that names the first member that is wrong, and lists
    all of them in its details.
    """
    found: list[Violation] = []
    kept = _check(shape_of(model), body, "", found, answer=False)
    if found:
        first = found[0]
        details = [{"code": one.code, "message": one.message, "target": one.path} for one in found]
        raise ArmError(400, first.code, first.message, first.path, details if len(found) > 1 else ())
    return kept


def answer_violations(model: type[Any], body: Any) -> list[Violation]:
    """What an answer has that the SDK's model has not, or in another form."""
    found: list[Violation] = []
    _check(shape_of(model), body, "", found, answer=True)
    return found


def _check(shape: Shape, value: Any, path: str, found: list[Violation], *, answer: bool) -> Any:
    if shape.kind == "any":
        return value
    if shape.kind == "object":
        return _object(shape.of(value), value, path, found, answer)
    if shape.kind == "list":
        if not isinstance(value, list):
            return _wrong(shape, value, path, found)
        item = shape.item or Shape("any")
        return [_check(item, one, f"{path}[{place}]", found, answer=answer) for place, one in enumerate(value)]
    if shape.kind == "map":
        if not isinstance(value, Mapping):
            return _wrong(shape, value, path, found)
        item = shape.item or Shape("any")
        return {key: _check(item, one, _join(path, key), found, answer=answer) for key, one in value.items()}
    if not _is(shape.kind, value):
        return _wrong(shape, value, path, found)
    allowed_too = ANSWERED_TOO.get(shape.name, frozenset()) if answer else frozenset()
    if shape.values and shape.name not in LISTED and value not in shape.values | allowed_too:
        allowed = ", ".join(f"'{one}'" for one in sorted(shape.values))
        message = f"The value '{value}' of parameter '{path}' is not allowed. Allowed values are: {allowed}."
        found.append(Violation(path, message, "InvalidParameter"))
    return value


def _object(shape: Shape, value: Any, path: str, found: list[Violation], answer: bool) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(shape, value, path, found)
    kept: dict[str, Any] = {}
    for name, one in value.items():
        member = shape.members.get(name)
        place = _join(path, name)
        if member is None:
            found.append(Violation(place, _unknown(name, shape, place)))
        elif one is not None and (answer or not member.read_only):
            kept[name] = _check(member.shape, one, place, found, answer=answer)
    found += [_missing(_join(path, name)) for name, member in shape.members.items() if _lacks(member, kept.get(name))]
    return kept


def _lacks(member: Member, value: Any) -> bool:
    return member.required and value is None


def _missing(place: str) -> Violation:
    return Violation(place, f"Required parameter '{place}' is missing (null).", "InvalidParameter")


def _unknown(name: str, shape: Shape, place: str) -> str:
    return (
        "The request content was invalid and could not be deserialized: 'Could not find member "
        f"'{name}' on object of type '{shape.name}'. Path '{place}'.'"
    )


def _wrong(shape: Shape, value: Any, path: str, found: list[Violation]) -> Any:
    message = (
        "The request content was invalid and could not be deserialized: 'Error converting value "
        f"{value!r} to type '{shape.name or shape.kind}'. Path '{path}'.'"
    )
    found.append(Violation(path, message))
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is(kind: str, value: Any) -> bool:
    """Whether a value has the form of a scalar kind on the wire."""
    if kind == "flag":
        return isinstance(value, bool)
    if kind in ("integer", "number"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (kind == "number" and isinstance(value, float))
    if not isinstance(value, str):
        return False
    if kind == "duration":
        return _DURATION.fullmatch(value) is not None
    parse = {"instant": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat}.get(kind)
    if parse is None:
        return True
    try:
        parse(value)
    except ValueError:
        return False
    return True

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a value against a shape of the service's model.

Used in both directions: requests on arrival, answers in tests. Nothing is checked that the model does not state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.model import Shape

from .model import pattern

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, datetime),
    "blob": (str, bytes),
    "list": (list, tuple),
    "structure": (dict,),
    "map": (dict,),
}

DEVIATIONS = {
    ("PlatformValues", "enum"),
    ("StringDateTime", "pattern"),
    ("PatchGroup", "length"),
    ("InstancePatchStatesList", "length"),
}
"""Where the services themselves answer other than their model says, by shape and kind of violation: EC2 writes the
platform ``windows``, GetCommandInvocation has fractions of a second and durations (``PT0.4S``), a node without a patch
group has an empty one, and a group without reports an empty list."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong. ``kind``: unknown, missing, type, enum, length, range, pattern. ``path``: member names.
    ``shape``: the name of the shape that says so."""

    kind: str
    path: tuple[str, ...]
    value: Any
    constraint: str
    shape: str = ""

    @property
    def where(self) -> str:
        """The path as the JSON services write it: ``approvalRules.patchRules.1.member.approveAfterDays``."""
        return ".".join(part[:1].lower() + part[1:] for part in self.path)

    def __str__(self) -> str:
        shown = str(self.value) if isinstance(self.value, (str, int, float)) else ""
        if self.kind == "missing":
            return f"Value null at '{self.where}' failed to satisfy constraint: Member must not be null"
        return f"Value '{shown}' at '{self.where}' failed to satisfy constraint: {self.constraint}"


def answer_violations(shape: Shape, value: Any) -> list[Violation]:
    """What is wrong with an answer, apart from the services' own known deviations."""
    return [found for found in violations(shape, value) if (found.shape, found.kind) not in DEVIATIONS]


def violations(shape: Shape, value: Any, path: tuple[str, ...] = ()) -> Iterator[Violation]:
    """Everything in ``value`` that the shape does not allow."""
    expected = _PYTHON_TYPES[shape.type_name]
    if getattr(shape, "is_document_type", False):
        return
    known = isinstance(value, expected) and (not isinstance(value, bool) or bool in expected)
    if not known:
        yield Violation("type", path, value, f"Member must be of type {shape.type_name}")
    elif shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _length(shape, value, path)
        for number, item in enumerate(value, start=1):
            yield from violations(shape.member, item, (*path, str(number), "member"))
    elif shape.type_name == "map":
        yield from _length(shape, value, path)
        for key, item in value.items():
            yield from violations(shape.key, key, path)
            yield from violations(shape.value, item, (*path, str(key)))
    elif shape.type_name == "string":
        yield from _string(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _range(shape, value, path)


def _structure(shape: Any, value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Violation]:
    for name in shape.metadata.get("required", []):
        if value.get(name) is None:
            yield Violation("missing", (*path, name), None, "Member must not be null")
    for name, item in value.items():
        if name not in shape.members:
            yield Violation("unknown", (*path, name), item, "Member is not known to the service")
        elif item is not None:
            yield from violations(shape.members[name], item, (*path, name))


def _length(shape: Any, value: Any, path: tuple[str, ...]) -> Iterator[Violation]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield Violation("length", path, value, f"Member must have length greater than or equal to {low}", shape.name)
    if high is not None and len(value) > high:
        yield Violation("length", path, value, f"Member must have length less than or equal to {high}", shape.name)


def _range(shape: Any, value: float, path: tuple[str, ...]) -> Iterator[Violation]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield Violation("range", path, value, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield Violation("range", path, value, f"Member must have value less than or equal to {high}")


def _string(shape: Any, value: str, path: tuple[str, ...]) -> Iterator[Violation]:
    yield from _length(shape, value, path)
    if shape.enum and value not in shape.enum:
        yield Violation(
            "enum", path, value, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]", shape.name
        )
    wanted = shape.metadata.get("pattern")
    if wanted and not pattern(wanted).fullmatch(value):
        yield Violation("pattern", path, value, f"Member must satisfy regular expression pattern: {wanted}", shape.name)

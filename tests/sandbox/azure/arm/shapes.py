# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of requests and answers, read from the Azure SDKs' model classes.

Two generations of models are read: those with ``rest_field`` (compute, hybridcompute, resourcegraph, resource) and
msrest's with ``_attribute_map`` (maintenance). Both give the same kind of shape.
"""

from __future__ import annotations

import datetime
import importlib
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. ``read_only``: only the service sets it."""

    shape: Shape
    required: bool = False
    read_only: bool = False


@dataclass
class Shape:
    """``kind``: object, list, map, text, integer, number, flag, duration, instant, date, time, any.
    ``values``: what a text may be (empty: anything). ``item``: of a list or a map. ``name``: the model's."""

    kind: str
    name: str = ""
    values: frozenset[str] = frozenset()
    item: Shape | None = None
    formed: Callable[[], Mapping[str, Member]] | None = field(default=None, repr=False)
    kinds: Callable[[Any], Shape | None] | None = field(default=None, repr=False)

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """The members of an object, by their names on the wire."""
        return self.formed() if self.formed else {}

    def of(self, value: Any) -> Shape:
        """The shape of this value: a model's sub-model where a member tells which one it is."""
        return (self.kinds(value) if self.kinds else None) or self


_SCALARS: dict[Any, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "flag",
    bytes: "text",
    datetime.timedelta: "duration",
    datetime.datetime: "instant",
    datetime.date: "date",
    datetime.time: "time",
    object: "any",
    Any: "any",
}
_MSREST = {
    "str": "text",
    "int": "integer",
    "long": "integer",
    "float": "number",
    "bool": "flag",
    "duration": "duration",
    "iso-8601": "instant",
    "rfc-1123": "text",
    "date": "date",
    "time": "time",
    "bytearray": "text",
    "base64": "text",
    "object": "any",
}
_ENUM_IN_DOC = re.compile(r":vartype (\w+): str or ~[\w.]+\.(\w+)")


_SHAPES: dict[type[Any], Shape] = {}


def shape_of(model: type[Any]) -> Shape:
    """The shape of a model class. Raises TypeError for a class that is none."""
    if model not in _SHAPES:
        _SHAPES[model] = _read(model)
    return _SHAPES[model]


def _read(model: type[Any]) -> Shape:
    if hasattr(model, "_attribute_map"):
        return Shape("object", model.__name__, formed=lambda: _msrest_members(model))
    if hasattr(model, "_is_model"):
        return Shape("object", model.__name__, formed=lambda: _rest_members(model), kinds=_chooser(model))
    raise TypeError(f"{model!r} is no model of an Azure SDK")


def _rest_members(model: type[Any]) -> Mapping[str, Member]:
    members: dict[str, Member] = {}
    for base in reversed(model.__mro__):
        for name, note in vars(base).get("__annotations__", {}).items():
            rest = vars(base).get(name)
            if rest is None or not hasattr(rest, "_visibility"):
                continue
            shape, optional = _annotated(note, base.__module__)
            read_only = rest._visibility == ["read"]
            members[rest._rest_name_input or name] = Member(shape, not optional and not read_only, read_only)
    return members


def _annotated(note: Any, module: str) -> tuple[Shape, bool]:
    """The shape of an annotation, and whether None is allowed."""
    if isinstance(note, (str, typing.ForwardRef)):
        text = note if isinstance(note, str) else note.__forward_arg__
        return _named(text.rpartition(".")[2], module), False
    origin, arguments = typing.get_origin(note), typing.get_args(note)
    if origin is typing.Union:
        optional = type(None) in arguments
        kept = [_annotated(one, module)[0] for one in arguments if one is not type(None)]
        enums = [one for one in kept if one.values]
        return (enums or kept)[0], optional
    if origin is typing.Literal:
        return Shape("text", values=frozenset(str(getattr(one, "value", one)) for one in arguments)), False
    if origin is list:
        return Shape("list", item=_annotated(arguments[0], module)[0]), False
    if origin is dict:
        return Shape("map", item=_annotated(arguments[1], module)[0]), False
    if isinstance(note, type) and hasattr(note, "_is_model"):
        return shape_of(note), False
    return Shape(_SCALARS.get(note, "any")), False


def _named(name: str, module: str) -> Shape:
    """A class of the same package's models: a model or an enum. Where it is a built-in's name, that."""
    package = module.partition(".models.")[0]
    found = getattr(importlib.import_module(f"{package}.models"), name, None)
    if found is None:
        return Shape("any")
    if isinstance(found, type) and issubclass(found, Enum):
        return Shape("text", name, frozenset(str(one.value) for one in found))
    return shape_of(found)


def _chooser(model: type[Any]) -> Callable[[Any], Shape | None] | None:
    """For a model with sub-models: what tells them apart."""
    mapping = vars(model).get("__mapping__")
    if not mapping:
        return None
    member = next((one for one in vars(model).values() if getattr(one, "_is_discriminator", False)), None)
    name = getattr(member, "_rest_name_input", None)

    def choose(value: Any) -> Shape | None:
        chosen = mapping.get(value.get(name)) if name and isinstance(value, Mapping) else None
        return shape_of(chosen) if chosen is not None and chosen is not model else None

    return choose


def _msrest_members(model: type[Any]) -> Mapping[str, Member]:
    rules: Mapping[str, Mapping[str, Any]] = getattr(model, "_validation", {})
    enums = dict(_ENUM_IN_DOC.findall(" ".join((model.__doc__ or "").split())))
    members: dict[str, Member] = {}
    for name, entry in vars(model)["_attribute_map"].items():
        rule = rules.get(name, {})
        enum = _named(enums[name], model.__module__) if name in enums else None
        shape = _msrest_shape(entry["type"], model, enum)
        made = Member(shape, bool(rule.get("required")), bool(rule.get("readonly")))
        _place(members, re.split(r"(?<!\\)\.", entry["key"]), made)
    return members


def _place(members: dict[str, Member], path: list[str], member: Member) -> None:
    """Put a member where its flattened name says: ``properties.maintenanceWindow.duration``."""
    first, rest = path[0].replace("\\.", "."), path[1:]
    if not rest:
        members[first] = member
        return
    if first not in members:
        inner: dict[str, Member] = {}
        members[first] = Member(Shape("object", first, formed=lambda: inner))
    _place(typing.cast(dict[str, Member], members[first].shape.members), rest, member)


def _msrest_shape(kind: str, model: type[Any], enum: Shape | None) -> Shape:
    if kind.startswith("["):
        return Shape("list", item=_msrest_shape(kind[1:-1], model, enum))
    if kind.startswith("{"):
        return Shape("map", item=_msrest_shape(kind[1:-1], model, enum))
    if kind in _MSREST:
        return enum if enum is not None and kind == "str" else Shape(_MSREST[kind])
    return _named(kind, model.__module__)

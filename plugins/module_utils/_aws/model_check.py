# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses a request that the service would refuse, by what the service's own model states and nothing more.

botocore checks types, required members and smallest lengths by itself when it sends; enums, largest lengths, ranges and
patterns are stated in the model too, and are checked here so that a module can refuse a value before its first request.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from .._core.errors import InputError

# Without botocore the module has said so with missing_required_lib before a request is checked.
with suppress(ImportError):
    import botocore.session

_WHOLE_NUMBER_TYPES = ("integer", "long")
_ONE_CLASS = re.compile(r"\^\(?\[[^\[\]^][^\[\]]*\][*+]?\)?\$")
_PROPERTY = re.compile(r"\\p\{(\w+)\}")
STAND_IN = "\ue000"
"""A character of private use, which has no meaning and none of the properties that patterns ask for."""


def check_request(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` at the first value that the service's model does not allow.

    Values are named as the module's options are: the API's names in snake_case.
    """
    shape = _model(service).operation_model(operation).input_shape
    for path, value, allowed in _violations(shape, params, ""):
        raise InputError(path, value, allowed)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _violations(shape: Any, value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in value.items():
            if name in shape.members:
                yield from _violations(shape.members[name], member, _join(path, name))
        return
    yield from _own_violations(shape, value, path)
    if shape.type_name == "list" and isinstance(value, (list, tuple)):
        for index, member in enumerate(value):
            yield from _violations(shape.member, member, f"{path}[{index}]")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, member in value.items():
            yield from _violations(shape.key, key, f"{path}.{key}")
            yield from _violations(shape.value, member, f"{path}.{key}")


def _own_violations(shape: Any, value: Any, path: str) -> Iterator[tuple[str, Any, str]]:
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield path, value, ", ".join(enum)
    size, of_what = _size(shape.type_name, value)
    if size is None:
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield path, value, f"{_range(low, high)} {of_what}".strip()
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not enum and not _matches(pattern, value):
        yield path, value, f"a text of the form {pattern}"


def _size(type_name: str, value: Any) -> tuple[int | None, str]:
    if type_name == "string" and isinstance(value, str):
        return len(value), "characters"
    if type_name in _WHOLE_NUMBER_TYPES and isinstance(value, int):
        return value, ""
    if type_name == "blob" and isinstance(value, bytes):
        return len(value), "bytes"
    if type_name == "list" and isinstance(value, (list, tuple)):
        return len(value), "entries"
    if type_name == "map" and isinstance(value, Mapping):
        return len(value), "entries"
    return None, ""


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def _matches(pattern: str, value: str) -> bool:
    """Whether the service's pattern occurs in the value; a pattern that Python cannot read allows all."""
    if _ONE_CLASS.fullmatch(pattern):
        pattern, value = _without_properties(pattern, value)
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _without_properties(pattern: str, value: str) -> tuple[str, str]:
    """The same question without ``\\p{L}`` and the like, which Python does not know.

    All characters of the value that have one of the properties become one stand-in, which the pattern then names. That
    is sound where the pattern is a single class of characters that may be repeated, as those of tags and patch groups.
    """
    wanted = tuple(_PROPERTY.findall(pattern))
    stood_for = (STAND_IN if unicodedata.category(char).startswith(wanted) else char for char in value)
    return _PROPERTY.sub(STAND_IN, pattern), "".join(stood_for) if wanted else value


def snake_case(name: str) -> str:
    """A member of the API as the collection names it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", name).lower()


def _join(path: str, name: str) -> str:
    return f"{path}.{snake_case(name)}" if path else snake_case(name)

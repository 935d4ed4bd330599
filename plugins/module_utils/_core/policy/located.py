# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML values that remember the line that they stand on, so that an error can name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ..errors import PatchingError

try:
    import yaml

    HAS_YAML = True
except ImportError:
    HAS_YAML = False

MAP, LIST, TEXT, NUMBER, FLAG, EMPTY = "map", "list", "text", "number", "flag", "empty"

_TAG = "tag:yaml.org,2002:"
_KINDS = {"str": TEXT, "int": NUMBER, "float": NUMBER, "bool": FLAG, "null": EMPTY, "timestamp": TEXT, "value": TEXT}


class YamlProblem(PatchingError):
    """The text is not YAML, or not such as a policy may be; ``line`` counts from 1, 0 when it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its line. A scalar keeps its text as written: ``0600`` stays ``0600`` and ``06:00`` no number."""

    kind: str
    line: int = 0
    text: str = ""
    entries: Mapping[str, Located] = field(default_factory=dict)
    items: tuple[Located, ...] = ()

    @property
    def shown(self) -> str:
        """The value in an error message."""
        return {MAP: "a mapping", LIST: "a list", EMPTY: "nothing"}.get(self.kind, repr(self.text))


def from_yaml(text: str) -> Located:
    """The one document of a YAML text. Raises :class:`YamlProblem`."""
    if not HAS_YAML:
        raise YamlProblem("the Python package PyYAML is needed to read a policy; install PyYAML")
    try:
        loader = yaml.SafeLoader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return Located(EMPTY, 1)
            _refuse_repeated_keys(root)
            return _Converter(loader).convert(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlProblem(f"not valid YAML: {said}", mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise YamlProblem(f"not valid YAML: {error}") from error
    except RecursionError as error:
        raise YamlProblem("nested too deeply") from error


def from_data(data: object) -> Located:
    """Values that were read by someone else, for example Ansible variables; their lines are not known."""
    if isinstance(data, Mapping):
        return Located(MAP, entries={str(key): from_data(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return Located(LIST, items=tuple(from_data(item) for item in data))
    if data is None:
        return Located(EMPTY)
    if isinstance(data, bool):
        return Located(FLAG, text=str(data).lower())
    if isinstance(data, (datetime, date)):
        return Located(TEXT, text=data.isoformat())
    return Located(NUMBER if isinstance(data, (int, float)) else TEXT, text=str(data))


class _Converter:
    """Turns the node graph of PyYAML into values; a node that aliases share is converted once."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._done: dict[int, Located] = {}
        self._open: set[int] = set()

    def convert(self, node: Any) -> Located:
        line = node.start_mark.line + 1
        if id(node) in self._open:
            raise YamlProblem("a value contains itself through an alias", line)
        if id(node) not in self._done:
            self._open.add(id(node))
            self._done[id(node)] = self._convert(node, line)
            self._open.discard(id(node))
        return self._done[id(node)]

    def _convert(self, node: Any, line: int) -> Located:
        if isinstance(node, yaml.ScalarNode):
            return Located(self._scalar_kind(node, line), line, node.value)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return Located(LIST, line, items=tuple(self.convert(item) for item in node.value))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            self._loader.flatten_mapping(node)
            return Located(MAP, line, entries={key.value: self.convert(value) for key, value in node.value})
        raise YamlProblem(f"the tag {node.tag!r} cannot be used in a policy", line)

    def _scalar_kind(self, node: Any, line: int) -> str:
        kind = _KINDS.get(node.tag.removeprefix(_TAG))
        if kind is None or not node.tag.startswith(_TAG):
            raise YamlProblem(f"the tag {node.tag!r} cannot be used in a policy", line)
        return kind


def _refuse_repeated_keys(root: Any) -> None:
    """YAML forbids them, PyYAML lets the last one win. Looked for before merge keys bring in entries of others."""
    visited: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in visited or isinstance(node, yaml.ScalarNode):
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
            continue
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlProblem("a key has to be a text", line)
            if key.value in first:
                raise YamlProblem(
                    f"the key {key.value!r} stands here a second time; the first is on line {first[key.value]}", line
                )
            first[key.value] = line
            waiting.append(value)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schedules of a resource template: one that the portal exported, or that somebody deployed them with.

What such a template can compute is wide. Parameters with a default, variables, concat and format are what exported
templates have; what else there is has to be replaced with its value.
("Template functions in ARM templates", Azure documentation.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TYPE = "softwareupdateconfigurations"

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(-?\d+)|([A-Za-z]\w*)\s*\(|([,)]))")


def is_template(content: Any) -> bool:
    """Whether that is a template and no answer of the API."""
    return isinstance(content, Mapping) and isinstance(content.get("resources"), (list, Mapping))


def schedules_of(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The schedules of a template, with values in the place of expressions. Raises ValueError for what has none."""
    values = _Values(template)
    found = [
        {"name": str(values.of(one.get("name"))).rpartition("/")[2], "properties": values.of(one.get("properties"))}
        for one in _resources(template["resources"])
        if str(one.get("type") or "").rpartition("/")[2].lower() == TYPE
    ]
    if not found:
        raise ValueError("the template has no softwareUpdateConfigurations")
    return found


def _resources(listed: Any) -> Iterator[Mapping[str, Any]]:
    """The resources, those inside of others too; newer templates have them by name."""
    for one in listed.values() if isinstance(listed, Mapping) else listed:
        if isinstance(one, Mapping):
            yield one
            yield from _resources(one.get("resources") or ())


class _Values:
    """What the expressions of a template mean."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        parameters, variables = template.get("parameters") or {}, template.get("variables") or {}
        self._known = {
            "parameters": {str(name).lower(): one.get("defaultValue") for name, one in parameters.items()},
            "variables": {str(name).lower(): value for name, value in variables.items()},
        }

    def of(self, value: Any, depth: int = 0) -> Any:
        """The value with everything in it resolved. Raises ValueError for what the template alone does not tell."""
        if depth > 100:
            raise ValueError("the template is nested too deep, or a value of it stands for itself")
        if isinstance(value, Mapping):
            if "copy" in value:
                raise ValueError("copy is not known here: write each of its entries out")
            return {name: self.of(each, depth + 1) for name, each in value.items()}
        if isinstance(value, list):
            return [self.of(each, depth + 1) for each in value]
        if not isinstance(value, str) or not value.startswith("[") or not value.endswith("]"):
            return value
        return value[1:] if value.startswith("[[") else self._expression(value, depth)

    def _expression(self, text: str, depth: int) -> Any:
        tokens = _tokens(text)
        value = self._term(next(tokens), tokens, text, depth)
        if next(tokens) is not None:
            raise _unknown(text)
        return value

    def _term(self, token: re.Match[str] | None, tokens: Iterator[re.Match[str] | None], text: str, depth: int) -> Any:
        if token is None or token.group(4):
            raise _unknown(text)
        if token.group(3):
            return self._call(token.group(3).lower(), tokens, text, depth)
        return int(token.group(2)) if token.group(2) else (token.group(1) or "").replace("''", "'")

    def _call(self, function: str, tokens: Iterator[re.Match[str] | None], text: str, depth: int) -> Any:
        arguments: list[Any] = []
        while True:
            token = next(tokens)
            if token is not None and token.group(4) == ")":
                break
            if token is None or token.group(4) != ",":
                arguments.append(self._term(token, tokens, text, depth))
        if function in self._known and len(arguments) == 1:
            found = self._known[function].get(str(arguments[0]).lower())
            if found is None:
                raise ValueError(f"{text} has no value in the template: give the parameter a defaultValue")
            return self.of(found, depth + 1)
        if function == "concat" and not any(isinstance(each, (list, Mapping)) for each in arguments):
            return "".join(str(each) for each in arguments)
        if function == "format" and arguments and _places(str(arguments[0])) <= set(range(len(arguments) - 1)):
            return re.sub(r"\{(\d+)\}", lambda place: str(arguments[1:][int(place.group(1))]), str(arguments[0]))
        raise _unknown(text)


def _tokens(text: str) -> Iterator[re.Match[str] | None]:
    """The tokens of an expression; None at its end and for what is none."""
    at, end = 1, len(text) - 1
    while at < end and (token := _TOKEN.match(text, at, end)):
        yield token
        at = token.end()
    if text[at:end].strip():
        raise _unknown(text)
    while True:
        yield None


def _places(text: str) -> set[int]:
    """The numbers in a text for format."""
    return {int(number) for number in re.findall(r"\{(\d+)\}", text)}


def _unknown(text: str) -> ValueError:
    return ValueError(
        f"{text} is an expression that only a deployment knows the value of: write the value in its place"
    )

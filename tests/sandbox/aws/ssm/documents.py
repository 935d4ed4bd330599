# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command documents: AWS's own that are served here, their parameters and steps.

Names, defaults and allowed values are those of the documents that AWS publishes (``aws ssm get-document``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ServiceError

_LOCATION = r"(^$)|^https://.+$|^s3://([^/]+)/(.*?([^/]+))$"
_GUID = r"(^$)|^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_SECONDS = r"([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a document. ``default`` None: it must be given. ``many``: a list of strings."""

    default: Sequence[str] | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``platforms``: where it runs; elsewhere it is skipped. ``inputs``: of a custom document's step."""

    name: str
    action: str
    platforms: frozenset[str]
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plugin(self) -> str:
        """The agent's plugin that does it."""
        if self.action != "sandbox:patch":
            return self.action
        return "aws:runPowerShellScript" if self.platforms == {"Windows"} else "aws:runShellScript"

    @property
    def folder(self) -> str:
        """Where its output goes below the node's id: plugin and step, which old documents do not name."""
        plugin = self.plugin.replace(":", "")
        return f"{plugin}/{f'0.{plugin}' if self.name == self.action else self.name}"


@dataclass(frozen=True, slots=True)
class Document:
    """A command document. ``platforms``: types of nodes that it may be sent to."""

    name: str
    steps: tuple[Step, ...]
    parameters: Mapping[str, Parameter]
    platforms: frozenset[str]
    version: str = "1"
    description: str = ""
    schema: str = "2.2"


_LINUX, _WINDOWS, _MACOS = frozenset({"Linux"}), frozenset({"Windows"}), frozenset({"MacOS"})
_UNIX, _ALL = _LINUX | _MACOS, _LINUX | _MACOS | _WINDOWS
_SCRIPT = {
    "commands": Parameter(many=True),
    "workingDirectory": Parameter([""]),
    "executionTimeout": Parameter(["3600"], pattern=_SECONDS),
}

DOCUMENTS: dict[str, Document] = {
    document.name: document
    for document in (
        Document(
            "AWS-RunShellScript",
            (Step("aws:runShellScript", "aws:runShellScript", _UNIX),),
            _SCRIPT,
            _UNIX,
            schema="1.2",
        ),
        Document(
            "AWS-RunPowerShellScript",
            (Step("aws:runPowerShellScript", "aws:runPowerShellScript", _WINDOWS),),
            _SCRIPT,
            _ALL,
            schema="1.2",
        ),
        Document(
            "AWS-UpdateSSMAgent",
            (Step("aws:updateSsmAgent", "aws:updateSsmAgent", _ALL),),
            {
                "version": Parameter([""], pattern=r"(^$)|([0-9]+\.){2,3}[0-9]+"),
                "allowDowngrade": Parameter(["false"], ("true", "false")),
            },
            _ALL,
            schema="1.2",
        ),
        Document(
            "AWS-RunPatchBaseline",
            (
                Step("PatchWindows", "sandbox:patch", _WINDOWS),
                Step("PatchMacOS", "sandbox:patch", _MACOS),
                Step("PatchLinux", "sandbox:patch", _LINUX),
            ),
            {
                "Operation": Parameter(allowed=("Scan", "Install")),
                "AssociationId": Parameter([""], pattern=_GUID),
                "SnapshotId": Parameter([""], pattern=_GUID),
                "InstallOverrideList": Parameter([""], pattern=_LOCATION),
                "BaselineOverride": Parameter([""], pattern=_LOCATION),
                "RebootOption": Parameter(["RebootIfNeeded"], ("RebootIfNeeded", "NoReboot")),
            },
            _ALL,
        ),
    )
}


def checked_parameters(document: Document, given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The parameters with defaults filled in. Raises ServiceError InvalidParameters."""
    for name in given:
        if name not in document.parameters:
            raise ServiceError("InvalidParameters", f"Parameter {name} is not defined in document {document.name}")
    checked: dict[str, list[str]] = {}
    for name, parameter in document.parameters.items():
        values = given.get(name, parameter.default)
        if values is None or (name in given and not values):
            raise ServiceError("InvalidParameters", f"Parameter {name} requires a value")
        if len(values) > 1 and not parameter.many:
            raise ServiceError("InvalidParameters", f"Parameter {name} takes one value")
        for value in values if name in given else []:
            _check_value(name, parameter, value)
        checked[name] = list(values)
    return checked


def _check_value(name: str, parameter: Parameter, value: str) -> None:
    if parameter.allowed and value not in parameter.allowed:
        raise ServiceError(
            "InvalidParameters", f"Parameter {name}: {value} is not one of {', '.join(parameter.allowed)}"
        )
    if parameter.pattern and not re.fullmatch(parameter.pattern, value):
        raise ServiceError("InvalidParameters", f"Parameter {name}: value does not match pattern {parameter.pattern}")

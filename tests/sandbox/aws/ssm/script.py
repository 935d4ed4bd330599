# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that a step runs, from the document's inputs and the command's parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .documents import Step

SHELLS = {"aws:runShellScript": "sh", "aws:runPowerShellScript": "powershell"}
_REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Script:
    """``timeout`` in simulated seconds."""

    text: str
    shell: str
    timeout: float
    directory: str


def script_of(step: Step, parameters: Mapping[str, Sequence[str]]) -> Script:
    """AWS's script documents take everything from parameters; a custom step may mix its own lines with them."""
    inputs = step.inputs or {
        "runCommand": "{{ commands }}",
        "workingDirectory": "{{ workingDirectory }}",
        "timeoutSeconds": "{{ executionTimeout }}",
    }
    lines = inputs.get("runCommand") or []
    listed = [lines] if isinstance(lines, str) else list(lines)
    text = "\n".join(part for line in listed for part in _expand(str(line), parameters))
    timeout = "".join(_expand(str(inputs.get("timeoutSeconds") or "3600"), parameters))
    return Script(
        text,
        SHELLS[step.action],
        float(timeout or 3600),
        "".join(_expand(str(inputs.get("workingDirectory") or ""), parameters)),
    )


def _expand(line: str, parameters: Mapping[str, Sequence[str]]) -> list[str]:
    """A line with ``{{ name }}`` replaced; a line that is nothing but a list parameter becomes its lines."""
    whole = _REFERENCE.fullmatch(line.strip())
    if whole and whole[1] in parameters:
        return list(parameters[whole[1]])
    return [_REFERENCE.sub(lambda match: " ".join(parameters.get(match[1], [match[0]])), line)]

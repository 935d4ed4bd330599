# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the body of installPatches to a request. Both providers take the same body, but for what is required in it.

The body was checked against the API's model before; what is checked here is what the model does not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine
from .installation import InstallRequest
from .selection import Selection

USUAL_DURATION = "PT4H"
"""For a VM the model does not ask for maximumDuration, and nothing says what it is then: the longest that the examples
have."""


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


class ParameterError(ValueError):
    """A parameter that the service refuses (InvalidParameter). ``target``: its path in the body."""

    def __init__(self, target: str, message: str) -> None:
        super().__init__(message)
        self.target = target


def install_request(machine: Machine, body: Mapping[str, Any]) -> InstallRequest:
    """Raises ParameterError."""
    right, wrong = ("windowsParameters", "linuxParameters")
    if not machine.os.is_windows:
        right, wrong = wrong, right
    if body.get(wrong) is not None:
        kind = machine.os.platform_type
        raise ParameterError(
            wrong, f"Parameter '{wrong}' is not allowed. The operating system of the machine is {kind}."
        )
    own: Mapping[str, Any] = body.get(right) or {}
    selection = _windows(own) if machine.os.is_windows else _linux(own)
    return InstallRequest(_duration(body.get("maximumDuration") or USUAL_DURATION), body["rebootSetting"], selection)


def _duration(text: str) -> float:
    """Seconds of an ISO 8601 duration."""
    found = _DURATION.fullmatch(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    total = float(days * 86400 + hours * 3600 + minutes * 60 + seconds)
    if total <= 0:
        raise ParameterError(
            "maximumDuration", f"The value '{text}' of parameter 'maximumDuration' is not an ISO 8601 duration."
        )
    return total


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in given or ())


def _windows(own: Mapping[str, Any]) -> Selection:
    until = own.get("maxPatchPublishDate")
    return Selection(
        classifications=_texts(own.get("classificationsToInclude")),
        include=_texts(own.get("kbNumbersToInclude")),
        exclude=_texts(own.get("kbNumbersToExclude")),
        exclude_rebooting=bool(own.get("excludeKbsRequiringReboot")),
        published_until=_instant(until) if until else None,
        name_include=_texts(own.get("patchNameMasksToInclude")),
        name_exclude=_texts(own.get("patchNameMasksToExclude")),
    )


def _linux(own: Mapping[str, Any]) -> Selection:
    return Selection(
        classifications=_texts(own.get("classificationsToInclude")),
        include=_texts(own.get("packageNameMasksToInclude")),
        exclude=_texts(own.get("packageNameMasksToExclude")),
    )


def _instant(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ParameterError(
            "windowsParameters.maxPatchPublishDate",
            f"The value '{text}' of parameter 'windowsParameters.maxPatchPublishDate' is not a date and time.",
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

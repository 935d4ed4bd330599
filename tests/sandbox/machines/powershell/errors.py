# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a script ends early."""

from __future__ import annotations

from typing import Any


class ParseError(Exception):
    """The text is no PowerShell, or uses what the subset leaves out."""


class Failure(Exception):
    """An error record. ``kind``: the exception's type; ``identifier``: the fully qualified error id; ``target``: what
    was thrown. ``stops``: ``throw`` and ``-ErrorAction Stop`` end the script unless something catches them."""

    def __init__(
        self,
        message: str,
        kind: str = "System.Management.Automation.RuntimeException",
        identifier: str = "",
        target: Any = None,
        stops: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.identifier = identifier
        self.target = target
        self.stops = stops


class Exit(Exception):
    """``exit N``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class TimeUp(Exception):
    """The script ran longer than it may."""


class Jump(Exception):
    """break, continue and return; ``output``: what the block had put out before."""

    def __init__(self, kind: str, value: list[Any] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.value = value or []

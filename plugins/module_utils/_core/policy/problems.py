# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a policy: all of it at once, each with its line, its key and what would be allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import PatchingError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. ``line`` counts from 1 and is 0 when it is not known."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{where}: {self.message}" if where else self.message


class PolicyError(PatchingError):
    """A policy that cannot be used; ``problems`` holds everything that was found."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = f"{source or 'the policy'} cannot be used, {count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class Problems:
    """Collects what is wrong while a policy is read."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, line: int, path: str, message: str) -> None:
        """Write one problem down; reading goes on."""
        self.found.append(Problem(line, path, message))

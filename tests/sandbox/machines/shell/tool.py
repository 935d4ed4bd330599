# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tool of the simulated machine gets and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..machine import Machine


@dataclass(frozen=True, slots=True)
class Answer:
    """``seconds``: simulated time before it answers. ``power``: reboot or poweroff, once it has answered."""

    out: str = ""
    err: str = ""
    code: int = 0
    seconds: float = 0.0
    power: str = ""


Tool = Callable[["Machine", list[str]], Answer]


def lines(items: list[str]) -> str:
    """The items as lines, each with its end."""
    return "".join(f"{item}\n" for item in items)


def split_options(arguments: list[str], with_value: frozenset[str] = frozenset()) -> tuple[dict[str, str], list[str]]:
    """Options (``--name=value``, ``--name value`` for those of ``with_value``, letters of ``-abc``) and the rest."""
    options: dict[str, str] = {}
    rest: list[str] = []
    waiting = ""
    for argument in arguments:
        if waiting:
            options[waiting], waiting = argument, ""
        elif argument.startswith("--") and len(argument) > 2:
            name, equals, value = argument[2:].partition("=")
            options[name] = value
            waiting = name if name in with_value and not equals else ""
        elif argument.startswith("-") and len(argument) > 1:
            for position, letter in enumerate(argument[1:], 2):
                options[letter] = ""
                if letter in with_value:
                    options[letter] = argument[position:]
                    waiting = "" if options[letter] else letter
                    break
        else:
            rest.append(argument)
    return options, rest

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cmdlet gets, and what it says of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import Failure
from .session import Session
from .values import text, to_list, truth

if TYPE_CHECKING:
    from .evaluator import Evaluator

COMMON = ("erroraction", "ea", "warningaction", "errorvariable", "outvariable", "informationaction", "outbuffer")
COMMON_SWITCHES = ("verbose", "debug", "whatif", "confirm")


@dataclass(slots=True)
class Call:
    """One call. ``input``: what came through the pipeline; ``piped``: whether there is one."""

    evaluator: Evaluator
    name: str
    input: list[Any]
    piped: bool
    given: dict[str, Any]

    @property
    def session(self) -> Session:
        """The script's session."""
        return self.evaluator.session

    def has(self, name: str) -> bool:
        """A switch is on, or the parameter was given."""
        value = self.given.get(name)
        return truth(value) if isinstance(value, bool) else name in self.given

    def value(self, name: str, default: Any = None) -> Any:
        """A parameter as it was given."""
        return self.given.get(name, default)

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        return text(self.given[name]) if name in self.given else default

    def texts(self, name: str) -> list[str]:
        """A parameter as a list of texts."""
        return [text(item) for item in to_list(self.given.get(name))]

    def error(
        self, message: str, kind: str = "System.Management.Automation.RuntimeException", identifier: str = ""
    ) -> None:
        """An error that does not end the cmdlet (unless -ErrorAction Stop)."""
        action = text(self.given.get("erroraction", ""))
        self.session.complain(Failure(message, kind, identifier), action, self.name)

    def need(self, name: str) -> Any:
        """A mandatory parameter. Raises Failure."""
        if name not in self.given:
            raise Failure(
                f"Cannot process command because of one or more missing mandatory parameters: {name.capitalize()}.",
                identifier="MissingMandatoryParameter",
            )
        return self.given[name]


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """``name`` as PowerShell writes it; ``positional`` parameters in order; ``named`` others; ``switches``: no value;
    ``rest``: the positional parameter that takes everything left over."""

    name: str
    run: Callable[[Call], Iterable[Any]]
    positional: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    rest: str = ""

    def parameter(self, name: str) -> str:
        """The parameter that a name or the beginning of one means. Raises Failure."""
        known = (*self.positional, *self.named, *self.switches, *COMMON, *COMMON_SWITCHES)
        if name in known:
            return "erroraction" if name == "ea" else name
        found = [item for item in known if item.startswith(name)]
        if len(found) == 1:
            return found[0]
        reason = (
            "A parameter cannot be found that matches parameter name"
            if not found
            else "Parameter cannot be processed because the parameter name is ambiguous:"
        )
        raise Failure(
            f"{self.name} : {reason} '{name}'.",
            "System.Management.Automation.ParameterBindingException",
            "NamedParameterNotFound",
        )

    def is_switch(self, name: str) -> bool:
        """Whether it takes no value."""
        return name in self.switches or name in COMMON_SWITCHES

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a run command, in words and as the scope records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .._core.errors import CloudError
from .client import Connection
from .errors import error_text
from .run_commands import KEPT_BYTES, CommandView

DETAIL_LENGTH = 300

NOT_KNOWN_ANY_MORE = "the command does not exist any more: it was deleted before its result was read"

CUT = f"the service kept only the last {KEPT_BYTES} bytes of its output"

_FAILURES: Mapping[str, str] = {
    "Failed": "the command failed on it",
    "TimedOut": "the command did not end within its timeout and was stopped",
    "Canceled": "the command was cancelled before it had ended",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was sent to a node. ``url`` tells of its delivery, empty when that is not known.

    ``os_family`` is needed for the kind ``reboot`` only.
    """

    command_id: str
    node_id: str
    account: str
    operation_id: str = ""
    url: str = ""
    kind: str = ""
    os_family: str = ""
    delete_after: bool = False

    @property
    def node_ids(self) -> tuple[str, ...]:
        """The node, as what waits wants it."""
        return (self.node_id,)


@dataclass(frozen=True, slots=True)
class Told:
    """What a look told. ``status`` is passed, failed, or empty while it goes on, and ``text`` why, or what it does."""

    status: str
    text: str = ""
    view: CommandView | None = None
    output: str = ""


def told_of(connection: Connection, command: Command, view: CommandView | None) -> Told:
    """What the view of a command tells."""
    if view is None:
        return Told("failed", NOT_KNOWN_ANY_MORE)
    if not view.ended:
        return Told("", doing(view), view)
    if view.passed:
        return Told("passed", CUT if view.cut else "", view, view.output)
    return Told("failed", _failure(connection, command, view), view, view.output)


def doing(view: CommandView) -> str:
    """What a command that goes on does, in a word."""
    return view.state.lower() if view.state in ("Pending", "Running") else "pending"


def _failure(connection: Connection, command: Command, view: CommandView) -> str:
    """Why a command failed, for a person."""
    if not view.delivered:
        return f"the command was not delivered: {_why(connection, command, view)}"[:DETAIL_LENGTH]
    said = _FAILURES.get(view.state, _FAILURES["Failed"])
    if view.state in ("Failed", "Succeeded") and view.exit_code:
        said = f"the command failed on it with exit code {view.exit_code}"
    last = _last_line(view.error) or _last_line(view.output) or _last_line(view.message)
    return f"{said}: {last}"[:DETAIL_LENGTH] if last else said


def _why(connection: Connection, command: Command, view: CommandView) -> str:
    """The error of the request that sent it, as long as the service remembers that; else what the command shows."""
    if command.url:
        try:
            body = connection.get_url(command.url, "read why a run command was not delivered").body
        except CloudError as error:
            return view.message or str(error)
        told = body.get("error") if isinstance(body, Mapping) else None
        if isinstance(told, Mapping):
            return error_text(told)
    return view.message or f"its provisioning state is {view.provisioning}; is the machine on and its agent connected?"


def _last_line(text: str) -> str:
    lines = (line.strip() for line in reversed(text.splitlines()))
    return next((line for line in lines if line), "")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command and what becomes of it on each node: states, counts, and how the whole is judged from its parts.

Rules from the user guide, "Understanding command statuses": delivery timeouts, undeliverable invocations and those on
a wrong platform do not count against MaxErrors; with more errors than MaxErrors the command has failed and the rest is
terminated; a command whose invocations did not all succeed, without too many errors, is incomplete.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...machines import Machine
from ..world import World
from .documents import Document

STATUS_OF = {
    "DeliveryTimedOut": "TimedOut",
    "ExecutionTimedOut": "TimedOut",
    "Undeliverable": "Failed",
    "Terminated": "Cancelled",
    "InvalidPlatform": "Failed",
    "Incomplete": "Failed",
    "NoInstancesInTag": "Success",
}
"""Status where it differs from StatusDetails."""
OPEN = frozenset({"Pending", "InProgress", "Cancelling"})
ERRORS = frozenset({"Failed", "ExecutionTimedOut"})
"""What counts against MaxErrors."""
APART = frozenset({"Undeliverable", "InvalidPlatform"})
"""What the command's status takes no notice of, as long as there is anything else."""
INLINE_OUTPUT = 2_500
STDOUT_LIMIT, STDERR_LIMIT = 24_000, 8_000
TRUNCATED = "--output truncated--"


@dataclass(slots=True)
class PluginRun:
    """One step on one node. What it printed is whole; ``folder`` is where it goes in a bucket."""

    name: str
    folder: str
    details: str = "Pending"
    code: int = -1
    started: datetime | None = None
    finished: datetime | None = None
    stdout: str = ""
    stderr: str = ""

    def printed(self) -> tuple[str, str]:
        """Both streams as GetCommandInvocation shows them, cut at 24,000 and 8,000 characters."""
        return cut(self.stdout, STDOUT_LIMIT), cut(self.stderr, STDERR_LIMIT)

    def inline(self) -> str:
        """The output as ListCommandInvocations shows it: both streams, cut at 2,500 characters."""
        text = self.stdout
        if self.stderr:
            text += f"\n----------ERROR-------\n{self.stderr}"
        return cut(text, INLINE_OUTPUT)


def cut(text: str, limit: int) -> str:
    """Cut at ``limit`` characters, the mark included."""
    return text if len(text) <= limit else text[: limit - len(TRUNCATED)] + TRUNCATED


@dataclass(slots=True)
class Invocation:
    """A command on one node."""

    machine: Machine
    plugins: list[PluginRun]
    details: str = "Pending"
    requested: datetime | None = None

    @property
    def status(self) -> str:
        """The coarse status."""
        return STATUS_OF.get(self.details, self.details)


@dataclass(slots=True)
class Command:
    """What SendCommand was asked. ``visible_from``: simulated second from which invocations are listed."""

    command_id: str
    document: Document
    document_version: str
    parameters: Mapping[str, list[str]]
    request: Mapping[str, Any]
    requested: datetime
    expires: datetime
    visible_from: float
    invocations: list[Invocation] = field(default_factory=list)
    details: str = "Pending"
    cancelled: bool = False
    account: str = ""
    region: str = ""
    changed: threading.Event = field(default_factory=threading.Event)

    @property
    def status(self) -> str:
        """The coarse status."""
        return STATUS_OF.get(self.details, self.details)

    @property
    def max_concurrency(self) -> str:
        """As asked for, or the default."""
        return str(self.request.get("MaxConcurrency") or "50")

    @property
    def max_errors(self) -> str:
        """As asked for, or the default."""
        return str(self.request.get("MaxErrors") or "0")

    @property
    def timeout(self) -> int:
        """Seconds in which the command has to be delivered."""
        return int(self.request.get("TimeoutSeconds") or 3600)

    def errors(self) -> int:
        """Invocations that count against MaxErrors."""
        return sum(invocation.details in ERRORS for invocation in self.invocations)

    def settle(self) -> None:
        """Work out the command's status from its invocations."""
        details = [invocation.details for invocation in self.invocations]
        if not details:
            self.details = "NoInstancesInTag"
        elif any(detail in OPEN for detail in details):
            begun = any(detail != "Pending" for detail in details)
            self.details = ("Cancelling" if self.cancelled else "InProgress") if begun else "Pending"
        else:
            self.details = self._verdict(details)

    def _verdict(self, details: list[str]) -> str:
        delivered = [detail for detail in details if detail not in APART]
        if not delivered:
            return "Failed"
        if all(detail == "Success" for detail in delivered):
            return "Success"
        allowed = amount(self.max_errors, len(details))
        for detail in ("Failed", "ExecutionTimedOut"):
            if self.errors() > allowed and detail in delivered:
                return detail
        if self.cancelled and "Cancelled" in delivered:
            return "Cancelled"
        if delivered.count("DeliveryTimedOut") > allowed:
            return "DeliveryTimedOut"
        return "Incomplete"


def amount(text: str, total: int) -> int:
    """``MaxErrors``/``MaxConcurrency`` as a number: a percentage of ``total`` is rounded down."""
    return total * int(text[:-1]) // 100 if text.endswith("%") else int(text)


class CommandStore:
    """The commands of an account in a region, oldest first."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self.commands: dict[str, Command] = {}

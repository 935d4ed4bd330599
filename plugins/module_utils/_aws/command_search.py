# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a command that was perhaps sent: SendCommand has no client token, so the comment is what marks it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from .client import Connection

CLOCKS_APART = timedelta(minutes=10)
"""How far this machine's clock and the service's may be apart."""

LOOKS = (0.0, 1.0, 2.0, 4.0)
"""Seconds before each look: a command just accepted is not always listed at once."""

LISTED_BY_THEN = timedelta(minutes=2)
"""After this time a command that was accepted is surely listed, so that one look tells."""


def find_command(
    connection: Connection, marker: str, document: str, since: datetime, looks: Sequence[float] = LOOKS
) -> str:
    """The id of the command whose comment begins with ``marker``, empty when there is none. Raises CloudError.

    ListCommands cannot filter by comment, so the commands of this document since then are listed and matched here.
    """
    filters = [{"key": "InvokedAfter", "value": (since - CLOCKS_APART).strftime("%Y-%m-%dT%H:%M:%SZ")}]
    if not document.startswith("arn:"):
        filters.append({"key": "DocumentName", "value": document})
    for pause in looks:
        connection.sleep(pause)
        listed = connection.pages(
            "ssm",
            "list_commands",
            "Commands",
            f"look whether the command {document} was accepted",
            Filters=filters,
            MaxResults=50,
        )
        for command in listed:
            if _carries(str(command.get("Comment", "")), marker):
                return str(command["CommandId"])
    return ""


def looks_for(intended: datetime, now: datetime) -> Sequence[float]:
    """How often to look for a command that was intended then."""
    return LOOKS if now - intended < LISTED_BY_THEN else LOOKS[:1]


def since_of(intended_at: str) -> datetime:
    """When an operation was intended; a day ago when that is not known."""
    try:
        moment = datetime.fromisoformat(intended_at)
    except ValueError:
        return datetime.now(UTC) - timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _carries(comment: str, marker: str) -> bool:
    return comment == marker or comment.startswith(f"{marker} ")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants that requests write as text."""

from __future__ import annotations

from datetime import UTC, datetime

from botocore.utils import parse_timestamp

from .errors import ServiceError


def moment(text: str) -> datetime:
    """A date and time in ISO 8601; UTC where it names no zone. Raises ServiceError ValidationException."""
    try:
        found: datetime = parse_timestamp(text)
    except ValueError:
        raise ServiceError("ValidationException", f"{text} is not a date and time in ISO 8601") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

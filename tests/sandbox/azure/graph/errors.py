# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a query, and how Resource Graph says it."""

from __future__ import annotations

import uuid
from typing import Any

from ..arm.errors import ArmError

_INVALID = (
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before "
    "retrying."
)


class ParserFailure(Exception):
    """The text is no query, or uses what is not served. ``line`` from 1, ``column`` from 0."""

    def __init__(self, line: int, column: int, token: str, reason: str) -> None:
        super().__init__(f"{line}:{column}: {token}: {reason}")
        self.detail: dict[str, Any] = {
            "code": "ParserFailure",
            "message": f"ParserFailure: {reason}",
            "line": line,
            "characterPositionInLine": column,
            "token": token,
        }


class SemanticError(Exception):
    """The query is well formed and means nothing: an unknown column, a type that does not fit."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = {"code": "Default", "message": message}


def bad_request(*details: dict[str, Any]) -> ArmError:
    """The answer that Resource Graph gives to a request that it cannot serve."""
    message = f"Please provide below info when asking for support: correlationId = {uuid.uuid4()}."
    return ArmError(400, "BadRequest", message, details=details)


def invalid_query(error: ParserFailure | SemanticError) -> ArmError:
    """The answer to a query that is wrong."""
    return bad_request({"code": "InvalidQuery", "message": _INVALID}, error.detail)

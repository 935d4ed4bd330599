# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a long list. A token belongs to the operation and the parameters it was given for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from .errors import ServiceError
from .world import Call

Item = TypeVar("Item")


def page(
    call: Call, items: Sequence[Item], default: int, *, error: str = "InvalidNextToken", at_most: int | None = None
) -> tuple[list[Item], str | None]:
    """The page that the call asks for by ``MaxResults`` and ``NextToken``, and the token of the next one.

    ``default`` is the size when the caller names none, ``at_most`` what the operation gives at most,
    whatever is asked for. Raises ServiceError(``error``) for a token that is not ours.
    """
    size = int(call.params.get("MaxResults") or default)
    size = size if at_most is None else min(size, at_most)
    start = _offset(call, error)
    end = start + size
    token = _token(call, end) if end < len(items) else None
    return list(items[start:end]), token


def _purpose(call: Call) -> str:
    rest = {name: value for name, value in call.params.items() if name not in ("NextToken", "MaxResults")}
    text = json.dumps([call.account, call.region, call.operation, rest], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _token(call: Call, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"o": offset, "p": _purpose(call)}).encode()).decode()


def _offset(call: Call, error: str) -> int:
    token = call.params.get("NextToken")
    if not token:
        return 0
    try:
        held: Any = json.loads(base64.urlsafe_b64decode(token.encode()))
        if held["p"] == _purpose(call):
            return int(held["o"])
    except (ValueError, KeyError, TypeError):
        pass
    raise ServiceError(error, "The specified token is not valid.")

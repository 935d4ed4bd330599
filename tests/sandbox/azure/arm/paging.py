# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: ``value`` and, where there is more, ``nextLink``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from .answer import Answer
from .call import Call
from .errors import invalid_parameter

TOKEN = "$skiptoken"


def paged(call: Call, resources: Iterable[Mapping[str, Any]], key: str = "id") -> Answer:
    """One page, in the order of the ids. The token is the last id shown, so that a list that changes meanwhile neither
    repeats nor leaves out what was there all the time."""
    ordered = sorted(resources, key=lambda resource: str(resource[key]).lower())
    after = call.query.get(TOKEN, "")
    if after and not after.startswith("/"):
        raise invalid_parameter(f"The value '{after}' of parameter '$skipToken' is not valid.", "$skipToken")
    left = [resource for resource in ordered if str(resource[key]).lower() > after]
    size = call.world.settings.page_size
    body: dict[str, Any] = {"value": left[:size]}
    if len(left) > size:
        token = str(left[size - 1][key]).lower()
        query = urlencode({**call.query, TOKEN: token}, quote_via=quote)
        body["nextLink"] = f"{call.base_url}{call.path}?{query}"
    return Answer(200, body)

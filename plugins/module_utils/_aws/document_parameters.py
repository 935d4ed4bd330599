# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of documents, which commands, tasks of windows and associations have alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._core.errors import InputError


def text_lists(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters of a document as the API wants them: a list of texts each. A parameter without a value is not set.

    A map within a parameter is written as JSON, which is how documents take one (user guide, "Data elements and
    parameters"). Raises InputError for an entry of a list that has no value.
    """
    return {
        name: [_text(name, entry) for entry in (value if isinstance(value, list) else [value])]
        for name, value in parameters.items()
        if value is not None
    }


def _text(name: str, value: Any) -> str:
    if value is None:
        raise InputError(f"parameters.{name}", value, "a list of texts")
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of documents, which commands, tasks of windows and associations have alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_lists(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters of a document as the API wants them: a list of texts each."""
    return {
        name: [_text(entry) for entry in (value if isinstance(value, list) else [value])]
        for name, value in parameters.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)

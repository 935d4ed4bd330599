# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record as JSON: the same keys in the same order whatever the run has come to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .schema import complete


def to_json(record: Mapping[str, Any]) -> str:
    """The record as indented JSON text in UTF-8 characters, ending in a newline; equal records give equal texts."""
    return json.dumps(complete(record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

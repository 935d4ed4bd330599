# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times when nothing may be changed."""

from __future__ import annotations

from datetime import datetime

from .model import Freeze, Policy


def freezes_between(policy: Policy, environment: str, start: datetime, end: datetime) -> list[Freeze]:
    """The freezes of an environment that are on at some time from ``start`` up to ``end`` (both aware).

    With ``end`` equal to ``start`` those that are on at that instant.
    """
    return [
        freeze
        for freeze in policy.freezes
        if (not freeze.environments or environment in freeze.environments)
        and start < freeze.end
        and (freeze.start < end or freeze.start <= start)
    ]

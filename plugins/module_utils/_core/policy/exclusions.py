# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that a policy leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..nodes import Node
from .model import Exclusion, Policy


def exclusion_of(policy: Policy, node: Node, labels: Mapping[str, str], now: datetime) -> Exclusion | None:
    """The first exclusion that holds for the node at ``now`` (aware); None when it is not left out."""
    for exclusion in policy.exclusions:
        if (exclusion.until is None or now < exclusion.until) and exclusion.match.fits(node, labels):
            return exclusion
    return None

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions that requests are made with: old enough to be served in all clouds, new enough for what is read."""

from __future__ import annotations

COMPUTE = "2024-07-01"
DISKS = "2023-10-02"
HYBRID_COMPUTE = "2024-07-10"
MAINTENANCE = "2023-04-01"
TAGS = "2021-04-01"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions that requests are made with: old enough to be served in all clouds, new enough for what is read."""

from __future__ import annotations

from .nodes import ARC, VM

AUTOMATION = "2024-10-23"
COMPUTE = "2024-11-01"
DISKS = "2023-10-02"
GRAPH = "2021-03-01"
HYBRID_COMPUTE = "2025-01-13"
LOG_ANALYTICS = "2020-08-01"
MAINTENANCE = "2023-04-01"
TAGS = "2021-04-01"

OF_MACHINES = {VM: COMPUTE, ARC: HYBRID_COMPUTE}
"""For what both kinds of machines have: patches and run commands."""

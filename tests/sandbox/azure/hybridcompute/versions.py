# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions of Microsoft.HybridCompute that are served: the SDK's and published older ones."""

from __future__ import annotations

from ..arm.lro import serve_polls

NAMESPACE = "Microsoft.HybridCompute"
VERSIONS = (
    "2022-12-27",
    "2023-10-03-preview",
    "2024-07-10",
    "2024-07-31-preview",
    "2025-01-13",
    "2026-07-15",
)
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HybridCompute"
ALL = "/subscriptions/{subscription}/providers/Microsoft.HybridCompute"
MACHINE = f"{GROUP}/machines/{{machine}}"

serve_polls(NAMESPACE, VERSIONS)

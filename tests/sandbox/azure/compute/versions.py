# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions of Microsoft.Compute that are served: the SDK's and published older ones."""

from __future__ import annotations

from ..arm.lro import serve_polls

NAMESPACE = "Microsoft.Compute"
VERSIONS = (
    "2022-03-01",
    "2022-08-01",
    "2022-11-01",
    "2023-03-01",
    "2023-07-01",
    "2023-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
    "2026-04-01",
)
"""Of virtual machines, run commands and restore points."""
DISK_VERSIONS = ("2023-01-02", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02", "2026-03-02")
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
ALL = "/subscriptions/{subscription}/providers/Microsoft.Compute"

serve_polls(NAMESPACE, tuple(sorted({*VERSIONS, *DISK_VERSIONS})))

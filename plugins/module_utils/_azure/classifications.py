# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classifications of updates, which deployment schedules and maintenance configurations have alike."""

from __future__ import annotations

UNCLASSIFIED = "Unclassified"
"""What a deployment schedule can ask for beside them."""

WINDOWS_CLASSIFICATIONS = (
    "Critical",
    "Security",
    "UpdateRollup",
    "FeaturePack",
    "ServicePack",
    "Definition",
    "Tools",
    "Updates",
)
"""What updates may be (Microsoft.Maintenance 2023-04-01; Microsoft.Automation: WindowsUpdateClasses)."""

LINUX_CLASSIFICATIONS = ("Critical", "Security", "Other")
"""What packages may be (Microsoft.Maintenance 2023-04-01; Microsoft.Automation: LinuxUpdateClasses)."""

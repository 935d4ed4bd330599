# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions of Microsoft.Maintenance that are served, and its paths."""

from __future__ import annotations

VERSIONS = ("2022-11-01-preview", "2023-04-01", "2023-09-01-preview", "2023-10-01-preview")
SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
MACHINE = f"{GROUP}/providers/{{provider}}/{{kind}}/{{machine}}"
PROVIDER = "providers/Microsoft.Maintenance"

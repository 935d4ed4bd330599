# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The api versions of Microsoft.Automation that are served, and its paths."""

from __future__ import annotations

ACCOUNT_VERSIONS = (
    "2015-10-31",
    "2019-06-01",
    "2020-01-13-preview",
    "2021-06-22",
    "2022-08-08",
    "2023-11-01",
    "2024-10-23",
)
SCHEDULE_VERSIONS = ("2017-05-15-preview", "2019-06-01", "2024-10-23")
"""Of deployment schedules and their runs: those that specifications were published for."""
ACCOUNT_TYPE = "Microsoft.Automation/automationAccounts"
ALL = "/subscriptions/{subscription}/providers/Microsoft.Automation/automationAccounts"
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Automation/automationAccounts"
ACCOUNT = f"{GROUP}/{{account}}"

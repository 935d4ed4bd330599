# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches as the clouds name them, and how many of which state a node reports."""

from __future__ import annotations

from typing import Any

LINUX_PATCHES = (
    ("kernel.x86_64", "kernel.x86_64:0:5.14.0-503.15.1.el9_5", "Security", "Important"),
    ("openssl-libs.x86_64", "openssl-libs.x86_64:1:3.2.2-6.el9_5.1", "Security", "Critical"),
    ("glibc.x86_64", "glibc.x86_64:0:2.34-125.el9_5.3", "Security", "Important"),
    ("httpd.x86_64", "httpd.x86_64:0:2.4.62-1.el9_5.2", "Security", "Moderate"),
    ("sudo.x86_64", "sudo.x86_64:0:1.9.5p2-10.el9_3", "Bugfix", "Low"),
    ("curl.x86_64", "curl.x86_64:0:7.76.1-31.el9", "Security", "Moderate"),
    ("python3.x86_64", "python3.x86_64:0:3.9.19-8.el9_5.1", "Security", "Moderate"),
    ("systemd.x86_64", "systemd.x86_64:0:252-46.el9_5.2", "Bugfix", "Low"),
)
WINDOWS_PATCHES = (
    (
        "KB5046616",
        "2026-11 Cumulative Update for Microsoft server operating system version 21H2",
        "SecurityUpdates",
        "Critical",
    ),
    ("KB5045933", "2026-11 Cumulative Update for .NET Framework 3.5, 4.8 and 4.8.1", "SecurityUpdates", "Important"),
    ("KB890830", "Windows Malicious Software Removal Tool x64 - v5.130", "UpdateRollups", "Unspecified"),
)


def patches(family: str, count: int) -> list[dict[str, Any]]:
    """So many missing patches of an operating system."""
    catalogue = WINDOWS_PATCHES if family == "windows" else LINUX_PATCHES
    keys = ("id", "title", "classification", "severity")
    chosen = [dict(zip(keys, catalogue[i % len(catalogue)], strict=True)) for i in range(count)]
    for i, patch in enumerate(chosen[len(catalogue) :]):
        patch["id"], patch["title"] = f"{patch['id']}.{i}", f"{patch['title']} part {i}"
    return chosen


def counts(**known: int) -> dict[str, Any]:
    """All the counts of a patch state."""
    names = ("installed", "installed_other", "installed_pending_reboot", "installed_rejected", "missing", "failed")
    return {name: known.get(name, 0) for name in (*names, "not_applicable", "available_security_update")}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operating systems that the collection knows, under one name for every cloud."""

from __future__ import annotations

OS_FAMILY = {
    "windows": "windows",
    "alma_linux": "linux",
    "amazon_linux": "linux",
    "amazon_linux_2": "linux",
    "amazon_linux_2022": "linux",
    "amazon_linux_2023": "linux",
    "centos": "linux",
    "debian": "linux",
    "oracle_linux": "linux",
    "raspbian": "linux",
    "redhat": "linux",
    "rocky_linux": "linux",
    "suse": "linux",
    "ubuntu": "linux",
}
"""Family of each operating system; the systems that SSM Patch Manager patches, without macOS."""

FAMILIES = ("linux", "windows")


def family_of(os: str) -> str:
    """``linux`` or ``windows``, empty for a system that is not known."""
    return OS_FAMILY.get(os, "")

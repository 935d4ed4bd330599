# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operating systems a machine can have, and how its agent names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """One release of an operating system.

    ``key``: the family of releases in the fleet file's words (windows, redhat, ubuntu, amazon_linux_2 …).
    ``platform_type`` Windows|Linux|MacOS, ``platform_name`` and ``platform_version`` as the SSM agent reports them.
    ``package_manager``: windows_update, dnf, yum, zypper or apt. ``product``: default for patches of this release.
    """

    key: str
    family: str
    platform_type: str
    platform_name: str
    platform_version: str
    package_manager: str
    product: str
    architecture: str = "x86_64"

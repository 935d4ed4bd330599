# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operating systems as Systems Manager, EC2 and Patch Manager name them, and as the collection does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.systems import family_of

PATCH_MANAGER_NAME: Mapping[str, str] = {
    "alma_linux": "ALMA_LINUX",
    "amazon_linux": "AMAZON_LINUX",
    "amazon_linux_2": "AMAZON_LINUX_2",
    "amazon_linux_2022": "AMAZON_LINUX_2022",
    "amazon_linux_2023": "AMAZON_LINUX_2023",
    "centos": "CENTOS",
    "debian": "DEBIAN",
    "macos": "MACOS",
    "oracle_linux": "ORACLE_LINUX",
    "raspbian": "RASPBIAN",
    "redhat": "REDHAT_ENTERPRISE_LINUX",
    "rocky_linux": "ROCKY_LINUX",
    "suse": "SUSE",
    "ubuntu": "UBUNTU",
    "windows": "WINDOWS",
}
"""OperatingSystem of a patch baseline (service model) for each system."""

_BY_NAME = (
    ("windows", "windows"),
    ("red hat", "redhat"),
    ("rhel", "redhat"),
    ("ubuntu", "ubuntu"),
    ("centos", "centos"),
    ("suse", "suse"),
    ("sles", "suse"),
    ("oracle", "oracle_linux"),
    ("rocky", "rocky_linux"),
    ("almalinux", "alma_linux"),
    ("alma linux", "alma_linux"),
    ("raspbian", "raspbian"),
    ("raspberry", "raspbian"),
    ("debian", "debian"),
    ("macos", "macos"),
    ("mac os", "macos"),
)
"""What a platform's name contains, in lower case, the narrower before the wider."""


def os_of_platform(name: str, version: str = "") -> str:
    """The operating system of a PlatformName and PlatformVersion, empty when it is none that is known."""
    lowered = name.lower()
    if "amazon linux" in lowered:
        return _amazon_linux(version)
    return next((os for part, os in _BY_NAME if part in lowered), "")


def os_of_instance(raw: Mapping[str, Any]) -> str:
    """What EC2 alone tells of an instance's operating system; "Linux/UNIX" tells nothing."""
    return os_of_platform(str(raw.get("PlatformDetails") or raw.get("Platform") or ""))


def family_of_os(os: str, platform_type: str = "") -> str:
    """``linux`` or ``windows``, from the operating system or else from the PlatformType; empty when neither tells."""
    return family_of(os) or {"Linux": "linux", "Windows": "windows"}.get(platform_type, "")


def _amazon_linux(version: str) -> str:
    release = version.split(".")[0].strip()
    return f"amazon_linux_{release}" if release in ("2", "2022", "2023") else "amazon_linux"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's words for operating systems."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SYSTEMS = (
    ("windows", re.compile(r"windows")),
    ("ubuntu", re.compile(r"ubuntu")),
    ("redhat", re.compile(r"red ?hat|\brhel")),
    ("suse", re.compile(r"suse|\bsles")),
    ("debian", re.compile(r"debian")),
    ("oracle_linux", re.compile(r"oracle[ _-]?linux|\boracle$|\bol[789]")),
    ("alma_linux", re.compile(r"alma ?linux")),
    ("rocky_linux", re.compile(r"rocky")),
    ("centos", re.compile(r"centos")),
)
"""Names of :mod:`.._core.systems` and what tells them: the name that an agent reports (``osName``, Arc's ``osSku``), or
offer and publisher of the image."""

_VERSION = re.compile(r"\d+(?:\.\d+)*")


def os_of(names: Iterable[str]) -> str:
    """The system that the first telling name means, empty when none does. Better names come first."""
    for name in names:
        found = next((system for system, pattern in _SYSTEMS if pattern.search(name.lower())), "")
        if found:
            return found
    return ""


def family_of_type(os_type: str) -> str:
    """``linux`` or ``windows`` of ``osType``, empty for anything else."""
    family = os_type.strip().lower()
    return family if family in ("linux", "windows") else ""


def version_in(text: str) -> str:
    """The version in a name such as ``Red Hat Enterprise Linux 9.4 (Plow)``."""
    found = _VERSION.search(text)
    return found.group() if found else ""

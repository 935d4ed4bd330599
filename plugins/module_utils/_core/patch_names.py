# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names by which people mean a patch: a KB number, a package with or without architecture and version, a CVE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

JOINTS = ("_", "=", ":", "-")
"""Between a package and its version: as Azure's masks, as dpkg, as SSM's documents and as RPM write it."""

ARCHITECTURES = r"(?:x86_64|i[3-6]86|noarch|aarch64|ppc64le|s390x|amd64|arm64|all)"
_KB = re.compile(r"(?i)^kb(?=\d)")
_ARCHITECTURE = re.compile(rf"[.:]{ARCHITECTURES}$", re.IGNORECASE)
_EPOCH = re.compile(r"^\d+:")


def names_of(patch_id: str, *others: str, version: str = "") -> frozenset[str]:
    """Every name of a patch, in lower case.

    ``patch_id`` is a KB number with or without its letters, or a package with or without its architecture; ``others``
    are further names as they are (title, advisories, CVE ids). A version counts with and without its epoch.
    """
    number, package = _KB.sub("", patch_id), _ARCHITECTURE.sub("", patch_id)
    names = {patch_id, *others, number, f"KB{number}", package}
    architecture = patch_id.removeprefix(package)
    for text in {version, _EPOCH.sub("", version)} - {""}:
        names |= {f"{name}{joint}{text}" for name in (patch_id, package) for joint in JOINTS}
        names.add(f"{package}-{text}{architecture}")
    return frozenset(name.lower() for name in names if name)


def masks_naming(names: Iterable[str], masks: Iterable[str]) -> list[str]:
    """Those of the masks, which may have ``*`` and ``?``, that mean the patch with these names; in whatever case."""
    known = list(names)
    return [mask for mask in masks if any(fnmatchcase(name, mask.strip().lower()) for name in known)]

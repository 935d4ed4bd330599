# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From checked data of a fleet file to the catalogue of patches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from .fleet_checks import Errors
from .fleet_schema import PATCH, instant
from .model import Patch
from .operating_systems import OperatingSystem
from .packages import PatchIndex


def is_application(patch: Patch) -> bool:
    """A patch for one of Microsoft's applications: for machines that have the application, whatever their Windows."""
    return "windows" in patch.os and patch.product_family not in ("", "Windows")


class Catalogue:
    """All patches of the fleet file, and the part of them for each release of an OS."""

    def __init__(self, patches: list[Patch]) -> None:
        self.patches = patches
        self._indexes: dict[OperatingSystem, PatchIndex] = {}

    def index(self, system: OperatingSystem) -> PatchIndex:
        """The patches for that release; those that name no product get the release's own."""
        if system not in self._indexes:
            fitting = [
                p
                for p in self.patches
                if system.key in p.os and (p.product in ("", system.product) or is_application(p))
            ]
            self._indexes[system] = PatchIndex(
                replace(
                    p, product=p.product or system.product, product_family=p.product_family or system.product_family
                )
                for p in fitting
            )
        return self._indexes[system]

    def everything(self) -> tuple[Patch, ...]:
        """The patches of every release that a machine of the fleet has, each once for each product."""
        found = {(p.key, p.product): p for index in self._indexes.values() for p in index.patches}
        return tuple(found.values())


def build_catalogue(errors: Errors, data: Any, now: datetime) -> Catalogue:
    """The catalogue of the key ``patches``. Two patches of the same key for one OS are an error."""
    patches: list[Patch] = []
    seen: set[tuple[str, str, str]] = set()
    for position, entry in enumerate(errors.items("patches", data)):
        path = f"patches[{position}]"
        good = errors.keys(path, entry, PATCH)
        if not {"os", "released"} <= good.keys():
            continue
        patch = _patch(errors, path, good, now)
        if patch is None:
            continue
        for key in patch.os:
            if (key, patch.product, patch.key) in seen:
                errors.append(f"{path}: {patch.key} is there twice for {key}")
            seen.add((key, patch.product, patch.key))
        patches.append(patch)
    _check_references(errors, patches)
    return Catalogue(patches)


def _check_references(errors: Errors, patches: list[Patch]) -> None:
    known = {name for patch in patches for name in (patch.key, patch.id)}
    for position, patch in enumerate(patches):
        for key in ("supersedes", "depends"):
            for name in getattr(patch, key):
                if name not in known:
                    errors.append(f"patches[{position}].{key}: {name!r} is no patch of this file")


_PLAIN = (
    "product",
    "product_family",
    "priority",
    "section",
    "reboot",
    "size_mib",
    "seconds",
    "preinstalled",
    "from_version",
    "description",
)
_LISTS = ("advisories", "cves", "breaks", "supersedes", "depends")


def _patch(errors: Errors, path: str, good: dict[str, Any], now: datetime) -> Patch | None:
    systems = frozenset([good["os"]] if isinstance(good["os"], str) else good["os"])
    windows = "windows" in systems
    if not _names_fit(errors, path, good, windows, len(systems)):
        return None
    apt = bool(systems & {"ubuntu", "debian", "raspbian"})
    classification = good.get("classification", "SecurityUpdates" if windows else "Security")
    repository = good.get("repository", "")
    security = repository.endswith("-security") if apt and repository else bool(classification)
    fields: dict[str, Any] = {
        **(_windows_names(good) if windows else _linux_names(good, apt)),
        "classification": classification,
        "severity": good.get("severity", "Unspecified" if windows else ""),
        "released": instant(good["released"], now),
        "os": systems,
        "repository": repository,
        "security": good.get("security", security),
        **{key: good[key] for key in _PLAIN if key in good},
        **{key: tuple(good[key]) for key in _LISTS if key in good},
    }
    return Patch(**fields)


def _names_fit(errors: Errors, path: str, good: dict[str, Any], windows: bool, systems: int) -> bool:
    if windows and systems > 1:
        errors.append(f"{path}.os: windows stands alone; a KB is for no other system")
        return False
    needed, other = (("id",), ("package", "arch", "version")) if windows else (("package", "version"), ("id",))
    wrong = [key for key in needed if key not in good]
    foreign = [key for key in other if key in good]
    if wrong or foreign:
        errors.append(
            f"{path}: a {'Windows' if windows else 'Linux'} patch has {' and '.join(needed)}"
            f" (missing: {', '.join(wrong) or 'none'}; not allowed: {', '.join(foreign) or 'none'})"
        )
    return not wrong and not foreign


def _windows_names(good: dict[str, Any]) -> dict[str, str]:
    number = good["id"]
    return {
        "key": number,
        "id": number,
        "name": number,
        "version": "",
        "arch": "",
        "title": good.get("title", f"Cumulative Update for Microsoft server operating system ({number})"),
    }


def _linux_names(good: dict[str, Any], apt: bool) -> dict[str, str]:
    arch = good.get("arch", "amd64" if apt else "x86_64")
    version = good["version"] if apt or ":" in good["version"] else f"0:{good['version']}"
    key = f"{good['package']}.{arch}:{version}"
    return {
        "key": key,
        "id": f"{good['package']}.{arch}",
        "name": good["package"],
        "version": version,
        "arch": arch,
        "title": good.get("title", key),
    }

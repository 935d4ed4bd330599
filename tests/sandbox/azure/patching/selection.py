# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the available patches an installation takes (LinuxPatchExtension, PackageFilter and PackageManager; on
Windows the descriptions of WindowsParameters in the API).

Classifications and includes add up; excludes win over both. Where nothing is chosen, everything is. Patches that are
chosen by none are ``NotSelected``, those that an exclusion takes out are ``Excluded``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch

from ...machines import Machine, Patch
from .catalogue import AvailablePatch, available_patches, describe, installable_patches

ARCHITECTURES = (".x86_64", ".noarch", ".i686")
INVALID_COMBINATION = (
    "Invalid classification combination selection detected. Please edit the update deployment configuration, "
    "unselect + reselect the desired classifications and save."
)


class SelectionError(ValueError):
    """The extension cannot work with that choice: the installation fails without having installed anything."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The choice of a request. ``include`` and ``exclude``: KB numbers on Windows, masks of package names on Linux.
    ``name_include``, ``name_exclude``: masks of Windows patches' titles."""

    classifications: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_rebooting: bool = False
    published_until: datetime | None = None
    name_include: tuple[str, ...] = ()
    name_exclude: tuple[str, ...] = ()

    @property
    def takes_all(self) -> bool:
        """Nothing is chosen, which means everything."""
        return not (self.classifications or self.include or self.name_include)


@dataclass(frozen=True, slots=True)
class Chosen:
    """``selected`` in the order in which they are installed."""

    selected: tuple[AvailablePatch, ...]
    excluded: tuple[AvailablePatch, ...]
    not_selected: tuple[AvailablePatch, ...]


def choose(machine: Machine, selection: Selection) -> Chosen:
    """Sort the available patches. Raises SelectionError."""
    matching = _windows if machine.os.is_windows else _linux
    selected, excluded, not_selected = [], [], []
    for offered in available_patches(machine):
        taken = matching(machine, selection, offered)
        if taken is None:
            not_selected.append(offered)
        elif _excluded(machine, selection, taken):
            excluded.append(taken)
        else:
            selected.append(taken)
    return Chosen(tuple(selected), tuple(excluded), tuple(not_selected))


def _windows(_machine: Machine, selection: Selection, offered: AvailablePatch) -> AvailablePatch | None:
    until = selection.published_until
    if until is not None and offered.published is not None and offered.published > until:
        return None
    chosen = (
        selection.takes_all
        or offered.classification in selection.classifications
        or offered.kb_id in _kb_numbers(selection.include)
        or any(fnmatch(offered.name, mask) for mask in selection.name_include)
    )
    return offered if chosen else None


def _linux(machine: Machine, selection: Selection, offered: AvailablePatch) -> AvailablePatch | None:
    """The patch, or an older version of it when an include names that one; None when it is not chosen."""
    asked = set(selection.classifications)
    if "Other" in asked and len(asked & {"Critical", "Security"}) == 1:
        raise SelectionError(INVALID_COMBINATION)
    wanted = asked | ({"Security"} if "Critical" in asked else set())
    if selection.takes_all or offered.classification in wanted:
        return offered
    if any(_mask_fits(mask, offered) for mask in selection.include):
        return offered
    for patch in reversed(_older_versions(machine, offered)):
        older = describe(machine, patch)
        if any(_mask_fits(mask, older) for mask in selection.include):
            return replace(older, classification=offered.classification)
    return None


def _older_versions(machine: Machine, offered: AvailablePatch) -> list[Patch]:
    return [p for p in installable_patches(machine) if p.id == offered.patch.id and p.key != offered.key]


def _excluded(machine: Machine, selection: Selection, taken: AvailablePatch) -> bool:
    """On Linux a package whose dependency is excluded is excluded too: it cannot be installed without it."""
    if machine.os.is_windows:
        return (
            taken.kb_id in _kb_numbers(selection.exclude)
            or (selection.exclude_rebooting and taken.reboot_behavior != "NeverReboots")
            or any(fnmatch(taken.name, mask) for mask in selection.name_exclude)
        )
    needed = [describe(machine, patch) for patch in machine.store.dependencies(taken.patch)]
    return any(_exclusion_fits(mask, item) for mask in selection.exclude for item in (taken, *needed))


def _kb_numbers(numbers: Iterable[str]) -> set[str]:
    return {number.strip().upper().removeprefix("KB") for number in numbers}


def _names(offered: AvailablePatch) -> tuple[str, ...]:
    short = next((offered.name.removesuffix(arch) for arch in ARCHITECTURES if offered.name.endswith(arch)), "")
    return (offered.name, short) if short else (offered.name,)


def _mask_fits(mask: str, offered: AvailablePatch) -> bool:
    """``name``, ``name=version`` (the extension's form) and ``name_version`` (the API's), all with wildcards."""
    name, equals, version = mask.partition("=")
    if equals:
        version = version.strip()
        return _name_fits(name, offered) and fnmatch(offered.version, version)
    return _name_fits(mask, offered) or any(fnmatch(f"{have}_{offered.version}", mask) for have in _names(offered))


def _exclusion_fits(mask: str, offered: AvailablePatch) -> bool:
    """As for includes, but the extension drops the version of ``name=version``: all versions are excluded."""
    return _mask_fits(mask.partition("=")[0], offered)


def _name_fits(mask: str, offered: AvailablePatch) -> bool:
    return any(fnmatch(have, mask.strip()) for have in _names(offered))

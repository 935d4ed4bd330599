# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Azure names the patches of the fleet, and which of them a machine could get."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from ...machines import Machine, Patch

WINDOWS_CLASSIFICATIONS = {
    "CriticalUpdates": "Critical",
    "SecurityUpdates": "Security",
    "UpdateRollups": "UpdateRollUp",
    "FeaturePacks": "FeaturePack",
    "ServicePacks": "ServicePack",
    "DefinitionUpdates": "Definition",
    "Tools": "Tools",
    "Updates": "Updates",
}
"""The fleet names Windows Update's categories; each is one of the API's VMGuestPatchClassificationWindows. A category
that the API lacks (Drivers, Upgrades) is reported as ``Updates``, as Update Manager does with what has none."""

APT = frozenset({"ubuntu", "debian", "raspbian"})
"""Where the repository tells what is a security update, and the classification of an update notice elsewhere."""

_NAMESPACE = uuid.UUID("a6f3c1a8-6f0e-5b59-9a43-3a0c4d1f5e21")


@dataclass(frozen=True, slots=True)
class AvailablePatch:
    """A patch as Azure reports it. ``kb_id`` is without ``KB`` and "" on Linux; ``version`` is "" on Windows.

    ``published`` is None on Linux: package managers do not say it (Update Manager, "publishedDateTime").
    """

    patch: Patch
    patch_id: str
    name: str
    version: str
    kb_id: str
    classification: str
    reboot_behavior: str
    published: datetime | None

    @property
    def key(self) -> str:
        """The patch's key in the fleet's catalogue."""
        return self.patch.key


def classification_of(patch: Patch) -> str:
    """The API's classification.

    On Linux the extension knows what its package manager tells it: a security update or another one. Nothing is ever
    Critical there; who asks for Critical gets what is Security (PackageFilter.is_msft_critsec_classification_only).
    """
    if "windows" in patch.os:
        return WINDOWS_CLASSIFICATIONS.get(patch.classification, "Updates")
    if patch.os & APT:
        return "Security" if patch.security else "Other"
    return "Security" if patch.security and patch.classification == "Security" else "Other"


def package_name(machine: Machine, patch: Patch) -> str:
    """As the extension reads it in the package manager's list: yum and dnf print ``name.arch``, the others a name."""
    return patch.id if machine.os.package_manager in ("yum", "dnf") else patch.name


def describe(machine: Machine, patch: Patch) -> AvailablePatch:
    """The patch as Azure reports it for that machine."""
    if machine.os.is_windows:
        return AvailablePatch(
            patch=patch,
            patch_id=str(uuid.uuid5(_NAMESPACE, patch.key)),
            name=patch.title,
            version="",
            kb_id=patch.id.removeprefix("KB"),
            classification=classification_of(patch),
            reboot_behavior="CanRequestReboot" if patch.reboot else "NeverReboots",
            published=patch.released,
        )
    name, version = package_name(machine, patch), patch.version.removeprefix("0:")
    system = f"{machine.os.platform_name} {machine.os.platform_version}".replace(" ", "_")
    return AvailablePatch(
        patch=patch,
        patch_id=f"{name}_{version}_{system}",
        name=name,
        version=version,
        kb_id="",
        classification=classification_of(patch),
        reboot_behavior="Unknown",
        published=None,
    )


def available_patches(machine: Machine) -> list[AvailablePatch]:
    """What is offered now: neither installed nor replaced by what is installed or offered too; oldest first."""
    candidates = {patch.key: patch for patch in installable_patches(machine)}
    successors = machine.store.index.successors
    newest = [patch for key, patch in candidates.items() if candidates.keys().isdisjoint(successors(key))]
    return [describe(machine, patch) for patch in newest]


def installable_patches(machine: Machine) -> list[Patch]:
    """Everything that is published, applies, and would be news; older versions of a package included."""
    return [patch for patch in machine.applicable_patches() if not machine.store.covered(patch)]


def patch_service(machine: Machine) -> str:
    """The API's PatchServiceUsed."""
    if machine.os.is_windows:
        return "WU_WSUS" if machine.patch_source.startswith("wsus:") else "WU"
    return {"apt": "APT", "zypper": "Zypper"}.get(machine.os.package_manager, "YUM")

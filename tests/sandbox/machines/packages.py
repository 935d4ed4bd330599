# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches a machine could have, has and can get."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .model import InstalledPatch, Patch


class PatchIndex:
    """The part of the catalogue that is for one release of an OS; shared by all machines of that release.

    On Linux versions of one package share an id, and a later release replaces an earlier one. On Windows each KB stands
    for itself and replaces what it says it supersedes.
    """

    def __init__(self, patches: Iterable[Patch]) -> None:
        self.patches: list[Patch] = sorted(patches, key=lambda patch: (patch.released, patch.key))
        self._by_key = {patch.key: patch for patch in self.patches}
        self._position = {patch.key: position for position, patch in enumerate(self.patches)}
        self._names: dict[str, list[str]] = {}
        for patch in self.patches:
            for name in dict.fromkeys((patch.key, patch.id)):
                self._names.setdefault(name, []).append(patch.key)
        self._replacements: dict[str, set[str]] = {patch.key: self._later_versions(patch) for patch in self.patches}
        for patch in self.patches:
            for name in patch.supersedes:
                for key in self.keys_of(name):
                    self._replacements[key].add(patch.key)
        self._successors: dict[str, frozenset[str]] = {}

    def _later_versions(self, patch: Patch) -> set[str]:
        keys = self._names[patch.id]
        return set(keys[keys.index(patch.key) + 1 :])

    def __getitem__(self, key: str) -> Patch:
        return self._by_key[key]

    def position(self, key: str) -> int:
        """Place in the order of release."""
        return self._position[key]

    def keys_of(self, name: str) -> list[str]:
        """Keys of the patches that ``name`` (a key or an id) means, oldest first."""
        return self._names.get(name, [])

    def successors(self, key: str) -> frozenset[str]:
        """Keys of all that replace the patch: newer versions of the package, and what supersedes it, transitively."""
        if key not in self._successors:
            found: set[str] = set()
            todo = [key]
            while todo:
                fresh = self._replacements[todo.pop()] - found
                found |= fresh
                todo.extend(fresh)
            self._successors[key] = frozenset(found - {key})
        return self._successors[key]


class PatchStore:
    """The patches of one machine: what its OS offers and what is installed."""

    def __init__(self, index: PatchIndex, not_applicable: Iterable[str] = ()) -> None:
        """``not_applicable``: keys or ids of patches for things that the machine does not have."""
        self.index = index
        self.not_applicable = frozenset(not_applicable)
        self.installed: dict[str, InstalledPatch] = {}

    def applies(self, patch: Patch) -> bool:
        """Whether the machine has what the patch is for."""
        return patch.key not in self.not_applicable and patch.id not in self.not_applicable

    def published(self, now: datetime) -> list[Patch]:
        """Everything out by now for this OS, applicable or not, oldest first."""
        return [patch for patch in self.index.patches if patch.released <= now]

    def covered(self, patch: Patch) -> bool:
        """Installed itself, or replaced by something that is installed."""
        if patch.key in self.installed:
            return True
        return not self.installed.keys().isdisjoint(self.index.successors(patch.key))

    def current(self) -> list[InstalledPatch]:
        """What is installed and not replaced by another installed one, in order of release."""
        kept = [
            item for key, item in self.installed.items() if self.installed.keys().isdisjoint(self.index.successors(key))
        ]
        return sorted(kept, key=lambda item: self.index.position(item.patch.key))

    def put(self, patch: Patch, at: datetime | None, boot_count: int) -> None:
        """Record it as installed."""
        self.installed[patch.key] = InstalledPatch(patch, at, boot_count)

    def dependencies(self, patch: Patch) -> list[Patch]:
        """What must be there before it and is not, deepest first, each once; of a package the newest version."""
        ordered: list[Patch] = []
        self._collect(patch, ordered, {patch.key})
        return ordered

    def _collect(self, patch: Patch, ordered: list[Patch], seen: set[str]) -> None:
        for name in patch.depends:
            keys = self.index.keys_of(name)
            if not keys or keys[-1] in seen:
                continue
            needed = self.index[keys[-1]]
            seen.add(needed.key)
            if not self.covered(needed):
                self._collect(needed, ordered, seen)
                ordered.append(needed)

    def waiting_for_reboot(self, boot_count: int) -> list[Patch]:
        """Installed since that boot and in effect only after the next one."""
        return [
            item.patch
            for item in self.installed.values()
            if item.patch.reboot and item.installed_at is not None and item.boot_count == boot_count
        ]

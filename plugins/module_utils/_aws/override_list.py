# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An install override list: exactly the patches that AWS-RunPatchBaseline installs, whatever a baseline approves.

The form is the user guide's ("AWS-RunPatchBaseline", parameter InstallOverrideList). Windows: the id is the KB or the
bulletin, everything else is for the reader. Linux: the id is ``name.arch``, and the title narrows it to a version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from .._core.errors import InputError
from .._core.patch_names import ARCHITECTURES

FORMS = (
    "KB5044281 (with or without KB) or MS17-010 for Windows; name, name.arch, name-version-release.arch or "
    "name.arch:version for Linux"
)

_KB = re.compile(r"(?:KB)?(\d{4,})\Z", re.IGNORECASE)
_KB_MASK = re.compile(r"(?:KB[\d*?]*\d[\d*?]*|\d{5,})\Z", re.IGNORECASE)
_PACKAGE_MASK = re.compile(r"[a-z][a-z0-9+._~:*?-]*\Z")
_LIKE_KB = re.compile(r"^kb|\d{5,}")
_BULLETIN = re.compile(r"MS\d{2}-\d{3}\Z", re.IGNORECASE)
_ADVISORY = re.compile(r"(?:CVE-\d|(?:RH|CE|AL|RL|EL)[SBE]A-|ALAS|USN-|DSA-|SUSE-)", re.IGNORECASE)
_TITLE = re.compile(r"(?P<id>[^\s:]+):(?P<version>\S+)\Z")
_RPM = re.compile(
    rf"(?P<name>.+)-(?:(?P<epoch>\d+):)?(?P<version>\d[^-:\s]*)-(?P<release>\d[^-:\s]*)\.(?P<arch>{ARCHITECTURES})\Z"
)
"""A package as RPM writes it. Version and release begin with a digit, or java-1.8.0-openjdk would be taken for one."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A patch of a list. ``title`` is empty where the id says all."""

    id: str
    title: str = ""

    @property
    def shown(self) -> str:
        """The entry in an answer: the title, which carries the version, or the id."""
        return self.title if self.title.startswith(f"{self.id}:") else " ".join(filter(None, (self.id, self.title)))


@dataclass(frozen=True, slots=True)
class OverrideList:
    """Entries in a stable order, each once, so that equal lists are one object."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> OverrideList:
        """The list of these entries, in whatever order they come."""
        return cls(tuple(sorted(set(entries))))

    @property
    def text(self) -> str:
        """The YAML document, laid out as in the user guide: what reads it on a node may be no full YAML parser."""
        lines = ["patches:"]
        for entry in self.entries:
            lines += ["    -", f"        id: {_quoted(entry.id)}"]
            lines += [f"        title: {_quoted(entry.title)}"] if entry.title else []
        return "\n".join([*lines, ""])

    @property
    def sha256(self) -> str:
        """The hash of the document, which names the object."""
        return sha256(self.text.encode()).hexdigest()


def missing_entry(patch_id: str, title: str) -> Entry:
    """The entry that means exactly a patch that a node reported: its KB on Windows, package and version on Linux."""
    if _KB.match(patch_id) or not title.startswith(f"{patch_id}:"):
        return Entry(patch_id)
    return Entry(patch_id, title)


def family_of_name(name: str) -> str:
    """The operating system family whose patches have names of this form, with ``*`` and ``?`` or without.

    Empty where that is not certain: a mistyped KB number must not pass for a package, nor a part of a title.
    """
    text = name.strip()
    if _KB_MASK.match(text) or _BULLETIN.match(text):
        return "windows"
    return "linux" if _PACKAGE_MASK.match(text) and not _LIKE_KB.search(text) else ""


def included_entries(option: str, names: Sequence[str]) -> dict[str, list[Entry]]:
    """The entries of patches that a person named, by operating system family. Raises InputError."""
    found: dict[str, list[Entry]] = {"windows": [], "linux": []}
    for name in names:
        family, entries = _included(option, name.strip())
        found[family] += entries
    return found


def _included(option: str, name: str) -> tuple[str, list[Entry]]:
    if not name or re.search(r"\s", name):
        raise InputError(option, name, FORMS)
    if _ADVISORY.match(name):
        raise InputError(option, name, f"no advisory and no CVE, which a list of patches cannot name; {FORMS}")
    if found := _KB.match(name):
        return "windows", [Entry(f"KB{found[1]}")]
    if _BULLETIN.match(name):
        return "windows", [Entry(name.upper())]
    if found := _RPM.match(name):
        package, version = f"{found['name']}.{found['arch']}", f"{found['version']}-{found['release']}"
        # The reported title has the epoch, which the name may leave out; entries of a list are alternatives.
        titles = [f"{found['epoch']}:{version}"] if found["epoch"] else [version, f"*:{version}"]
        return "linux", [Entry(package, f"{package}:{title}") for title in titles]
    if found := _TITLE.match(name):
        return "linux", [Entry(found["id"], name)]
    return "linux", [Entry(name)]


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's files as PowerShell sees them: in memory, and there until somebody removes them, over reboots too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import Failure

if TYPE_CHECKING:
    from ..machine import Machine

FOLDERS = (
    "c:",
    "c:\\windows",
    "c:\\windows\\system32",
    "c:\\windows\\temp",
    "c:\\program files",
    "c:\\programdata",
    "c:\\temp",
    "c:\\users",
)


def files(machine: Machine) -> dict[str, tuple[str, str | None]]:
    """Path in lower case -> (path, content); content None for a folder."""
    found: dict[str, tuple[str, str | None]] = machine.records.setdefault(
        "files", {path: (path.replace("c:", "C:"), None) for path in FOLDERS}
    )
    return found


def normal(path: str) -> str:
    """A path with backslashes, from the current directory when it is relative."""
    plain = path.replace("/", "\\").rstrip("\\")
    return (
        plain
        if plain[1:2] == ":" or plain.startswith("\\\\")
        else f"C:\\Windows\\system32\\{plain.removeprefix('.').lstrip(chr(92))}"
    )


def read(machine: Machine, path: str) -> str | None:
    """A file's content; None when it is not there."""
    return files(machine).get(normal(path).lower(), ("", None))[1]


def write(machine: Machine, path: str, content: str, append: bool = False) -> None:
    """Write a file. Raises Failure when its folder is not there."""
    where = normal(path)
    folder = where.rpartition("\\")[0]
    if files(machine).get(folder.lower(), ("", "no"))[1] is not None:
        raise Failure(
            f"Could not find a part of the path '{where}'.",
            "System.IO.DirectoryNotFoundException",
            "GetContentWriterDirectoryNotFoundError",
        )
    before = read(machine, path) if append else None
    files(machine)[where.lower()] = (where, (before or "") + content)

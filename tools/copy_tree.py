# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the files of the checkout, committed or not, to a place of their own, and nothing that was made here.

ansible-test wants its working directory to be really ``…/ansible_collections/<namespace>/<name>`` and refuses a
symbolic link; packaging and the linters should not see what lies about in a checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MADE_HERE = {".venv", "build", ".git", ".ansible", "__pycache__"}


def files_of(root: Path) -> list[Path]:
    """The files below ``root``, relative to it: those that git does not ignore, or all where git is not there."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others"]
        listed = subprocess.run([*command, "--exclude-standard"], check=True, capture_output=True, text=True).stdout
        return sorted({Path(name) for name in listed.split("\0") if name and (root / name).is_file()})
    found: list[Path] = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in MADE_HERE]
        found.extend((Path(folder) / name).relative_to(root) for name in files)
    return sorted(found)


def copy(root: Path, target: Path) -> None:
    """Makes ``target`` hold the files of ``root`` and no others, but for what was made in ``target`` itself."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in target.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            if entry.name not in MADE_HERE:
                shutil.rmtree(entry)
        else:
            entry.unlink()
    for name in files_of(root):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)


if __name__ == "__main__":
    copy(Path(__file__).resolve().parent.parent, Path(sys.argv[1]))

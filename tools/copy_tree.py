# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the files of the checkout, committed or not, to a place of their own, and nothing that was made here.

ansible-test wants its working directory to be really ``…/ansible_collections/<namespace>/<name>`` and refuses a
symbolic link; packaging and the linters should not see what lies about in a checkout.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MADE_HERE = {".venv", "build", ".git", ".ansible", "__pycache__"}


def files_of(root: Path) -> list[Path]:
    """The files of the checkout, relative to ``root``; all but what is made here when it is not a git checkout."""
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run([*command, "--exclude-standard"], check=True, capture_output=True, text=True).stdout
        names = [Path(name) for name in listed.split("\0") if name]
    else:
        names = [path.relative_to(root) for path in root.rglob("*")]
    return [name for name in names if not MADE_HERE.intersection(name.parts) and (root / name).is_file()]


def copy(root: Path, target: Path) -> int:
    """Makes ``target`` hold exactly the files of ``root`` and returns their number."""
    shutil.rmtree(target, ignore_errors=True)
    names = sorted(set(files_of(root)))
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)
    return len(names)


if __name__ == "__main__":
    copy(Path(__file__).resolve().parent.parent, Path(sys.argv[1]))

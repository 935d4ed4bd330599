# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine's directories on the real disk: its tree of files and its programs."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from .toolbox import HARMLESS, tools_of
from .tree import Tree

if TYPE_CHECKING:
    from ..machine import Machine

NOBODY = 65534
SHIM = """#!/bin/sh
d="${SANDBOX_CONTROL:?}"
r="$d/r.$$"
'@MKFIFO@' "$r" || exit 126
exec 9<>"$r"
printf '%s\\0' "${0##*/}" "$@" > "$r.q"
printf '%s\\n' "$$" > "$d/requests"
IFS=' ' read -r code out err <&9
if [ "$out" = 1 ]; then '@CAT@' "$r.o"; fi
if [ "$err" = 1 ]; then '@CAT@' "$r.e" >&2; fi
exit "$code"
"""


class Place:
    """The machine's directories on the real disk: its tree and its programs."""

    def __init__(self, machine: Machine) -> None:
        self.base = machine.directory
        self.root = self.base / "root"
        self.programs = self.base / "bin"
        self.tree = Tree(self.root)
        self.base.mkdir(parents=True, exist_ok=True)
        self.base.chmod(0o755)
        self.tree.create()
        self._make_programs(machine)
        if os.geteuid() == 0:
            for path in (self.root, *self.root.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def _make_programs(self, machine: Machine) -> None:
        self.programs.mkdir(exist_ok=True)
        shim = self.base / "tool"
        shim.write_text(SHIM.replace("@MKFIFO@", program("mkfifo")).replace("@CAT@", program("cat")), encoding="utf-8")
        shim.chmod(0o755)
        for name in tools_of(machine):
            (self.programs / name).symlink_to(shim)
        for name in HARMLESS:
            real = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
            if real:
                (self.programs / name).symlink_to(real)

    def refresh(self, machine: Machine) -> None:
        """Let the files follow the machine's state."""
        for path in self.tree.refresh(machine):
            if os.geteuid() == 0:
                for part in (path, path.parent):
                    os.chown(part, NOBODY, NOBODY)


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
    if found is None:
        raise RuntimeError(f"the sandbox needs the program {name} to run scripts")
    return found

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""df and lsblk (format: df(1) of coreutils, with -P the POSIX one)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import Volume
from .tool import Answer, lines, split_options

if TYPE_CHECKING:
    from ..machine import Machine

_FIELDS = {
    "source": "Filesystem",
    "fstype": "Type",
    "size": "1K-blocks",
    "used": "Used",
    "avail": "Avail",
    "pcent": "Use%",
    "target": "Mounted on",
}


def df(machine: Machine, arguments: list[str]) -> Answer:
    """The mounted volumes, or those that hold the paths. Sizes in KiB, MiB (-m, -BM) or for people (-h)."""
    options, paths = split_options(arguments, frozenset({"B", "block-size", "t", "x", "type", "exclude-type"}))
    mounted = sorted((v for v in machine.volumes if v.mount), key=lambda v: v.mount)
    asked = [(path, volume_of(mounted, path)) for path in paths]
    chosen = [volume for _path, volume in asked if volume] if paths else mounted
    err = [f"df: {path}: No such file or directory" for path, volume in asked if volume is None]
    block = (options.get("B") or options.get("block-size") or "").upper()
    unit = "MM" if block == "M" else ("M" if "m" in options or block.startswith("1M") else "")
    human = bool({"h", "human-readable", "H", "si"} & options.keys())
    names, head = _shape(options, unit, human)
    rows = [_row(volume, unit, human) for volume in chosen]
    table = [head, *[[row[name] for name in names] for row in rows]]
    return Answer(_columns(table), lines(err), 1 if err else 0)


def _shape(options: dict[str, str], unit: str, human: bool) -> tuple[list[str], list[str]]:
    """Which columns, and their heads."""
    if "output" in options:
        names = [name for name in options["output"].split(",") if name] or list(_FIELDS)
        return names, [_FIELDS.get(name, name) for name in names]
    posix = bool({"P", "portability"} & options.keys())
    plain_size = "1M-blocks" if unit else ("1024-blocks" if posix else "1K-blocks")
    heads = {
        "source": "Filesystem",
        "fstype": "Type",
        "size": "Size" if human else plain_size,
        "used": "Used",
        "avail": "Avail" if human else "Available",
        "pcent": "Capacity" if posix else "Use%",
        "target": "Mounted on",
    }
    typed = bool({"T", "print-type"} & options.keys())
    names = [name for name in heads if name != "fstype" or typed]
    return names, [heads[name] for name in names]


def volume_of(mounted: list[Volume], path: str) -> Volume | None:
    """The volume that holds a path: the one with the longest mount point above it. Only absolute paths are known."""
    if not path.startswith("/"):
        return next((v for v in mounted if path == v.device), None)
    fitting = [v for v in mounted if path == v.mount or path.startswith(v.mount.rstrip("/") + "/")]
    fitting += [v for v in mounted if v.device == path]
    return max(fitting, key=lambda v: len(v.mount), default=None)


def _row(volume: Volume, unit: str, human: bool) -> dict[str, str]:
    used = min(volume.used_mib, volume.size_mib)
    percent = -(-100 * used // volume.size_mib)

    def shown(mib: int) -> str:
        if human:
            return f"{mib / 1024:.1f}G" if mib < 10240 else f"{-(-mib // 1024)}G"
        return f"{mib}{unit[1:]}" if unit.startswith("M") else str(mib * 1024)

    return {
        "source": volume.device if volume.device[-1].isdigit() else f"{volume.device}1",
        "fstype": volume.filesystem,
        "size": shown(volume.size_mib),
        "used": shown(used),
        "avail": shown(volume.free_mib),
        "pcent": f"{percent}%",
        "target": volume.mount,
    }


def _columns(table: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    last = len(widths) - 1
    return lines(
        [
            " ".join(
                cell if column == last else (cell.ljust(widths[column]) if column == 0 else cell.rjust(widths[column]))
                for column, cell in enumerate(row)
            )
            for row in table
        ]
    )


def lsblk(machine: Machine, arguments: list[str]) -> Answer:
    """The disks with their mount points."""
    options, _rest = split_options(arguments, frozenset({"o", "output"}))
    out = [] if {"n", "noheadings"} & options.keys() else ["NAME  MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS"]
    for number, volume in enumerate(machine.volumes):
        name = volume.device.rsplit("/", 1)[-1]
        out.append(f"{name:<5} 202:{number * 16:<3} 0 {volume.size_gib:>3}G  0 disk {volume.mount}".rstrip())
    return Answer(lines(out))

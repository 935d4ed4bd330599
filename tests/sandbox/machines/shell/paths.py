# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Absolute paths in a script are led into the machine's own tree, and led back in what the script prints.

There is no chroot (it would need rights that a test run does not have), so the text of the script is what is changed.
A path is recognised where a word begins; one that a script puts together at run time (``$dir/run``) is not.
"""

from __future__ import annotations

import re
from pathlib import Path

TREE = "etc|var|run|proc|sys|opt|home|root|tmp|boot|srv|mnt|media|lib|lib64|usr/lib|usr/libexec|usr/share|usr/local/etc"
_PATH = re.compile(
    r"(?P<before>^|[\s\"'=(<>|;&`:,{])"
    r"(?:/(?:usr/)?(?:local/)?s?bin/(?P<program>[\w.+-]+)"
    rf"|(?P<path>/(?:{TREE}))(?=/[\w.*$\[{{-]|[\s\"'`;|&)<>,}}]|$|(?P<end>/)(?=[\s\"'`;|&)<>,}}]|$)))",
    re.MULTILINE,
)


def localise(text: str, root: Path, programs: Path) -> str:
    """The script with its absolute paths led into ``root`` and the directory of ``programs``.

    ``'/run/ {print}'`` is a pattern of awk and no path: a name between two slashes right behind a quote stays.
    """

    def lead(match: re.Match[str]) -> str:
        if match["program"]:
            return f"{match['before']}{programs}/{match['program']}"
        if match["end"] and match["before"] in ("'", '"'):
            return match[0]
        return f"{match['before']}{root}{match['path']}"

    return _PATH.sub(lead, text[text.index("\n") :] if text.startswith("#!") and "\n" in text else text)


def globalise(text: str, root: Path, programs: Path) -> str:
    """What a script printed, as it would have looked on the machine."""
    return text.replace(str(programs), "/usr/bin").replace(f"{root}/", "/").replace(str(root), "/")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what pytest wrote with --junit-xml and prints one line: tests: N passed, N failed, N skipped."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def count(files: list[Path]) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped tests in all files."""
    run = failed = skipped = 0
    for file in files:
        for suite in ElementTree.parse(file).iter("testsuite"):
            run += int(suite.get("tests", "0"))
            failed += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
            skipped += int(suite.get("skipped", "0"))
    return run - failed - skipped, failed, skipped


if __name__ == "__main__":
    passed, failed, skipped = count([Path(name) for name in sys.argv[1:] if Path(name).is_file()])
    print(f"tests: {passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if passed and not failed else 1)

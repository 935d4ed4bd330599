# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make permissions`: plays the playbooks on the sandbox and writes the policies of docs/permissions."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .generate import FOLDER, write
from .scenarios import SCENARIOS, ended_well, record_all


def main() -> int:
    """Write the policies; 0 when every playbook was played to its end."""
    with tempfile.TemporaryDirectory() as directory:
        recorded = record_all(Path(directory), None)
    wrong = [text for name, one in recorded.items() for text in ended_well(name, one)]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    for path in write(FOLDER, {name: one.needs for name, one in recorded.items()}):
        print(path.relative_to(FOLDER.parents[1]))
    print(f"Played: {', '.join(SCENARIOS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

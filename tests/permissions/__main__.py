# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make permissions`: plays the playbooks on the sandbox and writes the policies and roles of docs/permissions.

With the name of a cloud only those of that cloud.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import azure_generate, azure_scenarios, generate, scenarios
from .generate import FOLDER, write

Recorder = Callable[[Path, None], Mapping[str, Any]]
Writer = Callable[[Mapping[str, Any]], Mapping[str, str]]
CLOUDS: Mapping[str, tuple[Recorder, Writer]] = {
    "aws": (scenarios.record_all, generate.files),
    "azure": (azure_scenarios.record_all, azure_generate.files),
}


def main(clouds: Sequence[str]) -> int:
    """Write them; 0 when every playbook was played to its end."""
    for cloud in clouds or CLOUDS:
        record_all, files = CLOUDS[cloud]
        with tempfile.TemporaryDirectory() as directory:
            recorded = record_all(Path(directory), None)
        wrong = [text for name, one in recorded.items() for text in scenarios.ended_well(name, one)]
        if wrong:
            print("\n".join(wrong), file=sys.stderr)
            return 1
        for path in write(FOLDER, files({name: one.needs for name, one in recorded.items()})):
            print(path.relative_to(FOLDER.parents[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

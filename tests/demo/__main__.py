# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: patches the sandbox's fleet and leaves the report in build/demo.

Nothing here knows more than a user does: it runs the playbooks against an endpoint, and reads the report.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.demo.playbooks import DemoError, Playbooks, say
from tests.demo.story import Told, tell
from tests.sandbox.client import SandboxError, SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "demo"
SPEED = 60
ENVIRONMENTS = ("test", "prod", "lab")


def main() -> int:
    """Run the demonstration; 0 when the story went as told."""
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    try:
        with SandboxProcess("demo", speed=SPEED, check_answers=False) as sandbox:
            say(
                f"The sandbox serves {len(sandbox.machines())} machines, AWS's on {sandbox.url} and Azure's on "
                f"{sandbox.azure_url} (simulated time runs {SPEED}x)"
            )
            told = demonstrate(Playbooks(OUT, sandbox.env), sandbox)
    except (SandboxError, DemoError) as error:
        say(str(error))
        return 1
    for line in told.lines:
        say(line)
    say("")
    say(f"Report   {OUT.relative_to(ROOT)}/report.html (also report.json, nodes.csv, patches.csv, failures.csv)")
    say(f"Logs     {OUT.relative_to(ROOT)}/logs/   Ledger  {OUT.relative_to(ROOT)}/ledger.db")
    say(f"It took {time.monotonic() - began:.0f} s")
    return 0 if told.as_told else 1


def demonstrate(playbooks: Playbooks, sandbox: SandboxProcess) -> Told:
    """Bring the policy into force, then run test and prod, and beside them lab, where a patch breaks a service."""
    with ThreadPoolExecutor(2) as pool:
        say("\n== The policy: baselines, patch groups and windows in two accounts and two regions")
        list(pool.map(playbooks.policy, ENVIRONMENTS))
        say("\n== The runs: test, then prod; lab beside them")
        lab = pool.submit(playbooks.patch, "lab")
        codes = {"test": playbooks.patch("test")}
        codes["prod"] = playbooks.patch("prod")
        codes["lab"] = lab.result()
    playbooks.report(ENVIRONMENTS)
    record = json.loads((OUT / "report.json").read_text(encoding="utf-8"))
    return tell(record, codes, sandbox)


if __name__ == "__main__":
    sys.exit(main())

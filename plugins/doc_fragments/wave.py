# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that work on the ledger's side of a wave."""

    DOCUMENTATION = r"""
options:
  run_id:
    description:
      - The run, as M(hybridops.patching.patch_run) began it.
    type: str
    required: true
  batch:
    description:
      - The batch of the run.
    type: str
    required: true
  wave:
    description:
      - The wave of the batch, as M(hybridops.patching.patch_gate) numbered it.
    type: int
extends_documentation_fragment:
  - hybridops.patching.ledger
"""

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that tie a module to a run of patching."""

from __future__ import annotations


class ModuleDocFragment:
    """The nodes to work on: given, or those of a wave of a run."""

    DOCUMENTATION = r"""
options:
  nodes:
    description:
      - The nodes to work on.
      - Without O(run_id) the module does what it is told with these nodes and remembers nothing.
      - In check mode together with O(run_id) these are the nodes whose treatment is predicted, since the run may not be
        in the ledger. Outside check mode O(nodes) and O(run_id) exclude each other.
      - Each is a dictionary with the keys V(node_id) (required), V(name), V(provider) (V(aws), V(azure_vm),
        V(azure_arc); told from the id when missing), V(account), V(region), V(os_family) (V(linux) or V(windows)),
        V(os), V(patch_group), V(application), V(environment), V(batch) and V(labels) (a dictionary).
      - Nodes of another cloud than the module's are passed over.
    type: list
    elements: dict
  run_id:
    description:
      - The run that the module works for. Its nodes, those of O(batch) and O(wave) that are still going, come from the
        ledger; a module that starts something refuses unless the ledger holds an open gate for them; what is sent is
        written to the ledger before and after.
    type: str
  batch:
    description:
      - The batch of the run. Required with O(run_id).
    type: str
  wave:
    description:
      - The wave of the batch, counted from 1. Required with O(run_id).
    type: int
  phase:
    description:
      - The phase of the run under which the ledger keeps what the module does. Each module has its own default.
      - It is one of V(plan), V(power), V(snapshot), V(observe), V(install), V(reboot), V(observe_after) and V(verify).
    type: str
  ledger_url:
    description:
      - The ledger, as a SQLAlchemy URL such as V(sqlite:////var/lib/patching/ledger.db).
      - Needed with O(run_id). The environment variable E(PATCH_LEDGER_URL) is used when it is not set.
    type: str
"""

    WAIT = r"""
options:
  wait_timeout:
    description:
      - For how many seconds to wait in this call. The module answers as soon as all is done, or when the time is up;
        that it is up is no error, RV(progress.finished) tells.
      - V(0) looks once.
    type: int
    default: 30
"""

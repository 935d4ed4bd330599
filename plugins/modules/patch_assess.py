#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_assess
short_description: Decide for each observed node of a wave whether anything may be installed
version_added: 0.1.0
description:
  - Reads from the ledger what was observed before the installation, and decides for each node of the wave that is still
    going. The patch state has to be known, the baseline that the node reports has to be the intended one, enough disk
    has to be free, and the operating system must not install updates by itself. A node that does not meet this fails
    before anything is installed on it.
  - A node that lacks nothing is left alone. Its phases install, reboot and observe_after are skipped.
  - When the cutoff of the run's slot has passed, nothing is installed any more. The nodes are held.
attributes:
  action:
    support: full
  connection:
    support: none
  idempotent:
    support: full
  check_mode:
    support: full
    details:
      - In check mode no ledger is read or written, and nothing is decided.
  diff_mode:
    support: none
options:
  wave:
    required: true
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
  - hybridops.patching.wave
author:
  - hybridops.patching contributors (@hybridops)
seealso:
  - module: hybridops.patching.patch_verify
"""

EXAMPLES = r"""
- name: Decide on which nodes something is installed
  hybridops.patching.patch_assess:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_id: prod-2026-11-21
    batch: batch_1
    wave: 1
  register: assessed

- name: Say what will be installed
  ansible.builtin.debug:
    msg: "{{ assessed.install }} nodes get {{ assessed.patches }} patches"
"""

RETURN = r"""
install:
  description: Nodes on which something will be installed.
  returned: always
  type: int
patches:
  description: How many patches they lack together.
  returned: always
  type: int
up_to_date:
  description: Nodes that lack nothing.
  returned: always
  type: int
refused:
  description: Nodes on which nothing may be installed, by id, with the reason (the first 200).
  returned: always
  type: dict
held:
  description: Nodes for which the time is too short.
  returned: always
  type: int
summary:
  description: The same in one sentence.
  returned: always
  type: str
"""

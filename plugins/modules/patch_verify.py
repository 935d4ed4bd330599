#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_verify
short_description: Give each node of a wave its verdict
version_added: 0.1.0
description:
  - Compares what was observed before and after the installation. The services that ran must run and the ports that
    listened must listen. No patch that the baseline approves may be missing, failed or waiting for a reboot. This
    needs no configuration.
  - The checks of the policy come on top. Services and ports are looked up in what was observed, the results of commands
    are taken from the ledger, and HTTP checks are made from the controller, side by side.
  - A node passes when everything passed. A check that could not be made gives V(not_checked), which is not passed.
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
      - In check mode nothing is looked at and no verdict is given.
  diff_mode:
    support: none
options:
  wave:
    required: true
  http_timeout:
    description:
      - Seconds that one HTTP request may take.
    type: int
    default: 10
  http_retries:
    description:
      - How many times an HTTP check that did not pass is repeated, as an application may need time after a restart.
    type: int
    default: 5
  http_delay:
    description:
      - Seconds between two tries of an HTTP check.
    type: float
    default: 3
  validate_certs:
    description:
      - Whether the certificates of HTTPS checks have to be valid.
    type: bool
    default: true
  ca_path:
    description:
      - A file of certificates in PEM format that HTTPS checks trust.
    type: path
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
  - hybridops.patching.wave
author:
  - hybridops.patching contributors (@hybridops)
seealso:
  - module: hybridops.patching.patch_assess
"""

EXAMPLES = r"""
- name: Give the nodes of a wave their verdicts
  hybridops.patching.patch_verify:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_id: prod-2026-11-21
    batch: batch_1
    wave: 1
  register: verified

- name: Say how it went
  ansible.builtin.debug:
    msg: "{{ verified.summary }}"
"""

RETURN = r"""
verdicts:
  description: How many nodes got which verdict.
  returned: always
  type: dict
  sample: {"passed": 5, "failed": 1, "not_checked": 0}
not_passed:
  description: Reason for each node that did not pass, by id (the first 200).
  returned: always
  type: dict
summary:
  description: The same in one sentence.
  returned: always
  type: str
"""

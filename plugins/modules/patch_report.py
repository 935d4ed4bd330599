#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: patch_report
short_description: Write the reports of runs from the ledger
version_added: 0.1.0
description:
  - Reads the record of one or more runs from the ledger and writes it as one HTML page, as JSON and as CSV files. A run
    that is still under way is reported as far as it is.
  - A file that holds the same already is not written again.
attributes:
  action:
    support: full
  connection:
    support: none
  idempotent:
    support: full
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  run_ids:
    description:
      - The runs, in the order of the report. If it is empty, the newest runs are reported.
    type: list
    elements: str
    default: []
  latest:
    description:
      - How many of the newest runs to report when O(run_ids) is empty.
    type: int
    default: 1
  environment:
    description:
      - Only runs of this environment, when O(run_ids) is empty.
    type: str
    default: ""
  dest:
    description:
      - The directory for the files. It is made when it is missing.
    type: path
    required: true
  formats:
    description:
      - What to write. V(csv) gives the files C(nodes.csv), C(patches.csv) and C(failures.csv).
    type: list
    elements: str
    choices: [html, json, csv]
    default: [html, json, csv]
extends_documentation_fragment:
  - hybridops.patching.attributes
  - hybridops.patching.attributes.controller
  - hybridops.patching.ledger
requirements:
  - Jinja2
author:
  - hybridops.patching contributors (@hybridops)
"""

EXAMPLES = r"""
- name: Report a run
  hybridops.patching.patch_report:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    run_ids: [prod-2026-11-21]
    dest: /var/www/patching/prod-2026-11-21

- name: Report the last three runs over production as one page
  hybridops.patching.patch_report:
    ledger_url: sqlite:////var/lib/patching/ledger.db
    environment: prod
    latest: 3
    dest: /var/www/patching/prod
    formats: [html]
"""

RETURN = r"""
run_ids:
  description: The runs that were reported.
  returned: always
  type: list
  elements: str
paths:
  description: The files of the report.
  returned: always
  type: list
  elements: str
lines:
  description: Where to look, in words.
  returned: always
  type: list
  elements: str
"""

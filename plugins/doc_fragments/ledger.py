# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where the ledger is."""

    DOCUMENTATION = r"""
options:
  ledger_url:
    description:
      - Where the ledger is, as a SQLAlchemy URL such as C(sqlite:////var/lib/patching/ledger.db) or
        C(postgresql+psycopg://patching@db.example/patching).
      - If it is not set, the environment variable E(PATCH_LEDGER_URL) is used.
    type: str
requirements:
  - SQLAlchemy >= 2.0
"""

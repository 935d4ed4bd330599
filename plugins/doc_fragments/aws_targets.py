# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say how accounts are reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Roles by which other accounts are reached."""

    DOCUMENTATION = r"""
options:
  accounts:
    description:
      - How accounts are reached, a dictionary with the account's number as key.
      - Each value is a dictionary with V(role_arn) (required), V(external_id) and V(session_name); the role is assumed
        with the module's own credentials.
      - An account that is not named here must be the one that the module's own credentials belong to.
      - Accounts and regions are worked on side by side.
    type: dict
    default: {}
notes:
  - Requests are repeated by the collection itself, bounded in time and never one that could act twice; attempts set in
    O(aws_config) under C(retries) are therefore not used.
"""

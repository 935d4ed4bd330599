# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say how subscriptions are reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Credentials for subscriptions that the module's own do not reach."""

    DOCUMENTATION = r"""
options:
  accounts:
    description:
      - Credentials for subscriptions that the module's own do not reach, a dictionary with the subscription's id as
        key.
      - Each value is a dictionary with V(tenant) alone (the module's own application in another tenant), or V(profile),
        or V(tenant), V(client_id) and V(secret) or V(x509_certificate_path), or V(ad_user) and V(password).
      - A subscription that is not named here is reached with the module's own credentials.
      - Subscriptions are worked on side by side.
    type: dict
    default: {}
"""

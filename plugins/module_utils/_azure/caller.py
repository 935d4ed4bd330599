# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals that concern the caller and not one machine."""

from __future__ import annotations

from .._core.errors import CloudError

_OF_THE_CALLER = frozenset(
    {
        "AuthenticationFailed",
        "AuthorizationFailed",
        "ClientAuthenticationError",
        "CredentialUnavailableError",
        "ExpiredAuthenticationToken",
        "InvalidAuthenticationToken",
        "InvalidAuthenticationTokenTenant",
        "InvalidSubscriptionId",
        "LinkedAuthorizationFailed",
        "MissingSubscriptionRegistration",
        "SubscriptionNotFound",
    }
)
"""Codes that speak of the credentials or the subscription."""


def is_of_the_call(error: CloudError) -> bool:
    """Whether other machines would be refused with the same: for who asks, or because the service has trouble."""
    return error.code in _OF_THE_CALLER or not error.lasting

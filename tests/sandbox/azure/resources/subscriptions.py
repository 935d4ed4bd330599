# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions and tenants."""

from __future__ import annotations

from typing import Any

from ..arm.answer import Answer
from ..arm.authenticate import reachable
from ..arm.call import Call
from ..arm.errors import subscription_not_found
from ..arm.registry import operation
from ..settings import Subscription
from .tag_store import tags_at

VERSIONS = ("2016-06-01", "2019-06-01", "2019-11-01", "2020-01-01", "2021-01-01", "2022-12-01")


def _shown(call: Call, one: Subscription) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{one.id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": one.id,
        "tenantId": one.tenant,
        "displayName": one.name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
        "tags": dict(tags_at(call.world, f"/subscriptions/{one.id}") or {}) or None,
    }


@operation("GET", "/subscriptions", versions=VERSIONS, name="Microsoft.Resources/subscriptions/read")
def list_subscriptions(call: Call) -> Answer:
    """Those on which the caller has a role; other ones do not exist for it."""
    seen = reachable(call.world.settings, call.caller)
    return Answer(200, {"value": [_shown(call, one) for one in seen], "count": {"type": "Total", "value": len(seen)}})


@operation("GET", "/subscriptions/{subscription}", versions=VERSIONS, name="Microsoft.Resources/subscriptions/read")
def get_subscription(call: Call) -> Answer:
    """One of them."""
    found = call.world.subscription(call.subscription)
    if found is None:
        raise subscription_not_found(call.subscription)
    return Answer(200, _shown(call, found))


@operation("GET", "/tenants", versions=VERSIONS, name="Microsoft.Resources/tenants/read")
def list_tenants(call: Call) -> Answer:
    """The caller's directory."""
    tenant = call.caller.tenant
    return Answer(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, "tenantCategory": "Home"}]})

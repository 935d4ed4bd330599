# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource providers and their registration. What is served is registered from the beginning."""

from __future__ import annotations

from typing import Any

from azure.mgmt.resource.resources import models

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError
from ..arm.registry import OPERATIONS, find_type, operation
from .groups import VERSIONS

PATH = "/subscriptions/{subscription}/providers/{namespace}"


def _shown(call: Call, namespace: str) -> dict[str, Any]:
    served = find_type(namespace)
    if not served:
        raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    versions: dict[str, set[str]] = {}
    for one in served:
        versions.setdefault(one.resource_type, set()).update(one.versions)
    locations = sorted({machine.region for machine in call.world.machines(call.subscription).values()})
    return {
        "id": f"/subscriptions/{call.subscription}/providers/{served[0].namespace}",
        "namespace": served[0].namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": [
            {"resourceType": kind, "locations": locations, "apiVersions": sorted(known, reverse=True)}
            for kind, known in sorted(versions.items())
        ],
    }


@operation(
    "GET", PATH, versions=VERSIONS, name="Microsoft.Resources/subscriptions/providers/read", answer=models.Provider
)
def get_provider(call: Call) -> Answer:
    """A provider, its types and their api versions."""
    return Answer(200, _shown(call, call.params["namespace"]))


@operation(
    "GET",
    "/subscriptions/{subscription}/providers",
    versions=VERSIONS,
    name="Microsoft.Resources/subscriptions/providers/read",
)
def list_providers(call: Call) -> Answer:
    """All that are served."""
    known = sorted({one.namespace for one in OPERATIONS if one.namespace})
    return Answer(200, {"value": [_shown(call, namespace) for namespace in known]})


@operation(
    "POST", f"{PATH}/register", versions=VERSIONS, name="Microsoft.Resources/subscriptions/providers/register/action"
)
def register_provider(call: Call) -> Answer:
    """It is registered already."""
    return Answer(200, _shown(call, call.params["namespace"]))

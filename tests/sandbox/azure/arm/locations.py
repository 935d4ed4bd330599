# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locations that resources can be in ("List of Azure regions"), of the public cloud and the sovereign ones."""

from __future__ import annotations

from .errors import ArmError

_NAMES = """
    australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth
    brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral eastasia eastus eastus2 francecentral
    francesouth germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast japanwest
    jioindiacentral jioindiawest koreacentral koreasouth malaysiawest mexicocentral newzealandnorth northcentralus
    northeurope norwayeast norwaywest polandcentral qatarcentral southafricanorth southafricawest southcentralus
    southeastasia southindia spaincentral swedencentral swedensouth switzerlandnorth switzerlandwest uaecentral uaenorth
    uksouth ukwest westcentralus westeurope westindia westus westus2 westus3
    chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3
    usdodcentral usdodeast usgovarizona usgovtexas usgovvirginia
"""
LOCATIONS = frozenset(_NAMES.split())


def check_location(location: str, resource_type: str) -> None:
    """Raises what Resource Manager answers for a resource in a location that there is not."""
    if location not in LOCATIONS:
        raise ArmError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{location}' is not available for resource type '{resource_type}'. List of "
            f"available regions for the resource type is '{','.join(sorted(LOCATIONS))}'.",
        )

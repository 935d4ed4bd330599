# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of patches: what is available, what a baseline says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...machines import Patch
from ...machines.ssm_baseline import effective_patches
from ...machines.ssm_patching import OPERATING_SYSTEMS
from ..errors import ServiceError
from ..paging import page
from ..world import Call, operation
from .baselines import BaselineStore

FILTERS = (
    "PATCH_SET",
    "PRODUCT",
    "PRODUCT_FAMILY",
    "MSRC_SEVERITY",
    "CLASSIFICATION",
    "PATCH_ID",
    "NAME",
    "SEVERITY",
    "EPOCH",
    "VERSION",
    "RELEASE",
    "ARCH",
    "REPOSITORY",
    "ADVISORY_ID",
    "CVE_ID",
    "BUGZILLA_ID",
    "SECURITY",
    "SECTION",
    "PRIORITY",
)


def systems(patch: Patch) -> set[str]:
    """The API's operating systems that a patch is for."""
    return {OPERATING_SYSTEMS[key] for key in patch.os if key in OPERATING_SYSTEMS}


def _version_parts(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.rpartition(":")
    upstream, _dash, release = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch) if colon and epoch.isdigit() else 0, upstream, release


def patch_shape(patch: Patch) -> dict[str, Any]:
    """A patch in the API's form: Windows by KB number, Linux by package."""
    common = {
        "Id": patch.id[:100],
        "ReleaseDate": patch.released,
        "Title": patch.title,
        "Description": patch.description,
        "Classification": patch.classification,
        "Product": patch.product,
        "ProductFamily": patch.product_family,
    }
    if "WINDOWS" in systems(patch):
        return common | {
            "Vendor": "Microsoft",
            "MsrcSeverity": patch.severity,
            "KbNumber": patch.id,
            "Language": "All",
            "ContentUrl": f"https://support.microsoft.com/en-us/kb/{patch.id.removeprefix('KB')}",
        }
    epoch, version, release = _version_parts(patch.version)
    return common | {
        "Name": patch.name,
        "Epoch": epoch,
        "Version": version,
        "Release": release,
        "Arch": patch.arch,
        "Severity": patch.severity,
        "Repository": patch.repository,
        "AdvisoryIds": list(patch.advisories),
        "CVEIds": list(patch.cves),
        "BugzillaIds": [],
    }


def _offered(patch: Patch, key: str) -> set[str]:
    epoch, version, release = _version_parts(patch.version)
    values: dict[str, set[str]] = {
        "PATCH_SET": {"OS"},
        "PRODUCT": {patch.product},
        "PRODUCT_FAMILY": {patch.product_family},
        "MSRC_SEVERITY": {patch.severity},
        "SEVERITY": {patch.severity},
        "CLASSIFICATION": {patch.classification},
        "PATCH_ID": {patch.id},
        "NAME": {patch.name},
        "EPOCH": {str(epoch)},
        "VERSION": {version},
        "RELEASE": {release},
        "ARCH": {patch.arch},
        "REPOSITORY": {patch.repository},
        "ADVISORY_ID": set(patch.advisories),
        "CVE_ID": set(patch.cves),
        "SECURITY": {"True" if patch.security else "False"},
        "SECTION": {patch.section},
        "PRIORITY": {patch.priority},
    }
    return values.get(key, set())


@operation("ssm", "DescribeAvailablePatches")
def describe_available_patches(call: Call) -> Mapping[str, Any]:
    """All published patches, by properties."""
    now = call.world.now()
    found = [patch for patch in call.world.fleet.catalogue if patch.released <= now]
    for entry in call.params.get("Filters") or []:
        key, values = entry.get("Key"), set(entry.get("Values") or [])
        if key not in FILTERS:
            raise ServiceError("ValidationException", f"Invalid filter key {key}; valid are {', '.join(FILTERS)}")
        found = [patch for patch in found if "*" in values or _offered(patch, key) & values]
    shown, token = page(call, found, 50)
    return {"Patches": [patch_shape(patch) for patch in shown], "NextToken": token}


@operation("ssm", "DescribeEffectivePatchesForPatchBaseline")
def describe_effective_patches(call: Call) -> Mapping[str, Any]:
    """What a baseline approves, will approve, or names one way or the other."""
    baseline, now = call.store(BaselineStore).get(call.params["BaselineId"]), call.world.now()
    system = baseline["OperatingSystem"]
    published = [patch for patch in call.world.fleet.catalogue if patch.released <= now and system in systems(patch)]
    effects = effective_patches(baseline, published, now)
    found = [
        {
            "Patch": patch_shape(patch),
            "PatchStatus": {
                "DeploymentStatus": effects[patch.key].status,
                "ComplianceLevel": effects[patch.key].compliance_level,
                "ApprovalDate": effects[patch.key].approved_at,
            },
        }
        for patch in published
        if patch.key in effects
    ]
    shown, token = page(call, found, 50)
    return {"EffectivePatches": shown, "NextToken": token}

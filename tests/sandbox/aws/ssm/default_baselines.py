# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baselines that AWS owns in every region (user guide, "Predefined baselines")."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

OWNER = "075727635805"
"""The account in their ARNs. On AWS each region has another one."""

_CRITICAL, _IMPORTANT = "Critical", "Important"
_SECURITY = [("CLASSIFICATION", ["Security"]), ("SEVERITY", [_CRITICAL, _IMPORTANT])]
_BUGFIX = [("CLASSIFICATION", ["Bugfix"])]
_ALL = [("PRODUCT", ["*"])]
_PRIORITIES = [("PRIORITY", ["Required", "Important", "Standard", "Optional", "Extra"])]
_ANY_RHEL = [("PRODUCT", ["*"])]

Filters = Sequence[tuple[str, list[str]]]


def _rule(
    filters: Filters, days: int | None = 7, level: str = "UNSPECIFIED", non_security: bool = False
) -> dict[str, Any]:
    return {
        "PatchFilterGroup": {"PatchFilters": [{"Key": key, "Values": list(values)} for key, values in filters]},
        "ComplianceLevel": level,
        "ApproveAfterDays": days,
        "EnableNonSecurity": non_security,
    }


_WINDOWS = [
    ("PRODUCT", ["*"]),
    ("CLASSIFICATION", ["CriticalUpdates", "SecurityUpdates"]),
    ("MSRC_SEVERITY", [_CRITICAL, _IMPORTANT]),
]
_APPLICATIONS = [("PATCH_SET", ["APPLICATION"]), ("PRODUCT_FAMILY", ["*"]), ("PRODUCT", ["*"])]
_USUAL = (_rule(_ANY_RHEL + _SECURITY), _rule(_ANY_RHEL + _BUGFIX))

PREDEFINED: tuple[tuple[str, str, Sequence[dict[str, Any]], bool], ...] = (
    ("AWS-DefaultPatchBaseline", "WINDOWS", (_rule(_WINDOWS),), True),
    ("AWS-WindowsPredefinedPatchBaseline-OS", "WINDOWS", (_rule(_WINDOWS),), False),
    ("AWS-WindowsPredefinedPatchBaseline-OS-Applications", "WINDOWS", (_rule(_WINDOWS), _rule(_APPLICATIONS)), False),
    ("AWS-AmazonLinuxDefaultPatchBaseline", "AMAZON_LINUX", _USUAL, True),
    ("AWS-AmazonLinux2DefaultPatchBaseline", "AMAZON_LINUX_2", _USUAL, True),
    ("AWS-AmazonLinux2022DefaultPatchBaseline", "AMAZON_LINUX_2022", _USUAL, True),
    ("AWS-AmazonLinux2023DefaultPatchBaseline", "AMAZON_LINUX_2023", _USUAL, True),
    ("AWS-RedHatDefaultPatchBaseline", "REDHAT_ENTERPRISE_LINUX", _USUAL, True),
    ("AWS-DefaultRockyLinuxPatchBaseline", "ROCKY_LINUX", _USUAL, True),
    ("AWS-DefaultAlmaLinuxPatchBaseline", "ALMA_LINUX", _USUAL, True),
    (
        "AWS-OracleLinuxDefaultPatchBaseline",
        "ORACLE_LINUX",
        (
            _rule([*_ALL, ("CLASSIFICATION", ["Security"]), ("SEVERITY", [_IMPORTANT, "Moderate"])]),
            _rule(_ALL + _BUGFIX),
        ),
        True,
    ),
    ("AWS-CentOSDefaultPatchBaseline", "CENTOS", (_rule(_ALL, non_security=True),), True),
    ("AWS-SuseDefaultPatchBaseline", "SUSE", (_rule(_ALL + _SECURITY),), True),
    ("AWS-UbuntuDefaultPatchBaseline", "UBUNTU", (_rule(_ALL + _PRIORITIES, 0),), True),
    ("AWS-DebianDefaultPatchBaseline", "DEBIAN", (_rule(_ALL + _PRIORITIES, 0),), True),
    ("AWS-DefaultRaspbianPatchBaseline", "RASPBIAN", (_rule(_ALL + _PRIORITIES, 0),), True),
    ("AWS-MacOSDefaultPatchBaseline", "MACOS", (_rule([*_ALL, ("CLASSIFICATION", ["Security"])], 0),), True),
)


def predefined(region: str) -> list[tuple[dict[str, Any], bool]]:
    """AWS's baselines of a region as GetPatchBaseline shows them, each with whether it is the default of its OS."""
    baselines = []
    for name, system, rules, default in PREDEFINED:
        digits = hashlib.sha256(f"{region}:{name}".encode()).hexdigest()[:17]
        baselines.append(
            (
                {
                    "BaselineId": f"arn:aws:ssm:{region}:{OWNER}:patchbaseline/pb-{digits}",
                    "Name": name,
                    "OperatingSystem": system,
                    "GlobalFilters": {"PatchFilters": []},
                    "ApprovalRules": {"PatchRules": list(rules)},
                    "ApprovedPatches": [],
                    "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
                    "ApprovedPatchesEnableNonSecurity": False,
                    "RejectedPatches": [],
                    "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
                    "Sources": [],
                    "Description": f"Default Patch Baseline for {system} Provided by AWS.",
                },
                default,
            )
        )
    return baselines

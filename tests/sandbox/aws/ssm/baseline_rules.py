# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses in a baseline beyond its model (API: CreatePatchBaseline, PatchRule, PatchFilter)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..errors import ServiceError

_RPM = frozenset(
    {
        "PRODUCT",
        "CLASSIFICATION",
        "SEVERITY",
        "ADVISORY_ID",
        "ARCH",
        "BUGZILLA_ID",
        "CVE_ID",
        "EPOCH",
        "NAME",
        "PATCH_ID",
        "RELEASE",
        "REPOSITORY",
        "SECURITY",
        "VERSION",
    }
)
_DEB = frozenset({"PRODUCT", "PRIORITY", "SECTION", "ARCH", "NAME", "PATCH_ID", "VERSION", "SECURITY", "CVE_ID"})
_WINDOWS = frozenset({"PATCH_SET", "PRODUCT", "PRODUCT_FAMILY", "CLASSIFICATION", "MSRC_SEVERITY", "PATCH_ID"})
FILTER_KEYS = {
    "WINDOWS": _WINDOWS,
    "UBUNTU": _DEB,
    "DEBIAN": _DEB,
    "RASPBIAN": _DEB,
    "MACOS": frozenset({"PRODUCT", "CLASSIFICATION", "NAME", "VERSION"}),
}
WITHOUT_DELAY = frozenset({"UBUNTU", "DEBIAN", "RASPBIAN"})
"""Systems whose patches have no reliable date of release: a rule needs no delay there."""
MAX_RULES = 10


def check_baseline(baseline: Mapping[str, Any]) -> None:
    """Raises ServiceError ValidationException."""
    system = baseline["OperatingSystem"]
    keys = FILTER_KEYS.get(system, _RPM)
    rules = baseline["ApprovalRules"]["PatchRules"]
    if len(rules) > MAX_RULES:
        raise _invalid(f"at most {MAX_RULES} approval rules are allowed")
    groups = [baseline["GlobalFilters"], *(rule["PatchFilterGroup"] for rule in rules)]
    for entry in (entry for group in groups for entry in group["PatchFilters"]):
        if entry["Key"] not in keys:
            raise _invalid(
                f"the filter {entry['Key']} is not supported for {system}; supported are {', '.join(sorted(keys))}"
            )
    for rule in rules:
        _check_rule(system, rule)
    if system == "WINDOWS":
        if baseline["Sources"]:
            raise _invalid("patch sources are supported for Linux only")
        if any(rule.get("EnableNonSecurity") for rule in rules) or baseline["ApprovedPatchesEnableNonSecurity"]:
            raise _invalid("EnableNonSecurity is supported for Linux only")
    elif baseline.get("AvailableSecurityUpdatesComplianceStatus"):
        raise _invalid("AvailableSecurityUpdatesComplianceStatus is supported for WINDOWS only")


def _check_rule(system: str, rule: Mapping[str, Any]) -> None:
    days, until = rule.get("ApproveAfterDays"), rule.get("ApproveUntilDate")
    if days is not None and until is not None:
        raise _invalid("ApproveAfterDays and ApproveUntilDate cannot both be given in one rule")
    if days is None and until is None and system not in WITHOUT_DELAY:
        raise _invalid("a rule needs ApproveAfterDays or ApproveUntilDate")
    if until is not None:
        try:
            date.fromisoformat(until if re.fullmatch(r"\d{4}-\d{2}-\d{2}", until) else "")
        except ValueError:
            raise _invalid(f"ApproveUntilDate {until} is not a date of the form YYYY-MM-DD") from None


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", f"Invalid patch baseline: {message}")

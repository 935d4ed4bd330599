# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches a patch baseline approves (SSM Patch Manager user guide, "How patch baseline rules work", "Package name
formats for approved and rejected patch lists"; API reference PatchRule, PatchFilter, CreatePatchBaseline)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from .model import Patch

APPROVED = "APPROVED"
PENDING = "PENDING_APPROVAL"
EXPLICIT_APPROVED = "EXPLICIT_APPROVED"
EXPLICIT_REJECTED = "EXPLICIT_REJECTED"

WITHOUT_DATES = frozenset({"UBUNTU", "DEBIAN", "RASPBIAN"})
NON_SECURITY_ALWAYS = frozenset({"WINDOWS", "SUSE"})
DNF_OR_YUM = frozenset(
    {
        "AMAZON_LINUX",
        "AMAZON_LINUX_2",
        "AMAZON_LINUX_2022",
        "AMAZON_LINUX_2023",
        "CENTOS",
        "ORACLE_LINUX",
        "REDHAT_ENTERPRISE_LINUX",
        "ROCKY_LINUX",
        "ALMA_LINUX",
    }
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a baseline says of a patch. ``approved_at``: when a rule's delay ends (or ended); None when no rule does."""

    status: str
    compliance_level: str
    approved_at: datetime | None = None

    @property
    def approved(self) -> bool:
        """Whether it may be installed."""
        return self.status in (APPROVED, EXPLICIT_APPROVED)


def effective_patches(
    baseline: Mapping[str, Any], patches: Sequence[Patch], now: datetime, product: str = ""
) -> dict[str, Effect]:
    """What the baseline says of each patch, by key; patches that it says nothing of are left out.

    ``baseline``: the API's own dict (GetPatchBaseline). ``patches``: those published for one OS. ``product``: the
    machine's, for patches of the catalogue that name none. Global filters narrow the rules, not the approved list.
    Rejected wins over everything. Windows: what a later update replaces is not offered any more.
    """
    system = str(baseline.get("OperatingSystem", "WINDOWS"))
    offered = _without_replaced(patches) if system == "WINDOWS" else list(patches)
    candidates = {patch.id: patch.key for patch in sorted(offered, key=lambda patch: patch.released)}
    effects: dict[str, Effect] = {}
    for patch in offered:
        is_candidate = system not in WITHOUT_DATES or candidates[patch.id] == patch.key
        effect = _effect(baseline, system, patch, now, product, is_candidate)
        if effect:
            effects[patch.key] = effect
    for patch in patches:
        if is_rejected(baseline, patch):
            effects[patch.key] = Effect(EXPLICIT_REJECTED, "UNSPECIFIED")
    return effects


def _without_replaced(patches: Sequence[Patch]) -> list[Patch]:
    replaced = {name for patch in patches for name in patch.supersedes}
    return [patch for patch in patches if patch.key not in replaced and patch.id not in replaced]


def _effect(
    baseline: Mapping[str, Any], system: str, patch: Patch, now: datetime, product: str, is_candidate: bool
) -> Effect | None:
    if _listed(baseline.get("ApprovedPatches", ()), patch, system, approving=True):
        wide = bool(baseline.get("ApprovedPatchesEnableNonSecurity", False))
        if wide or patch.security or system in NON_SECURITY_ALWAYS:
            return Effect(EXPLICIT_APPROVED, str(baseline.get("ApprovedPatchesComplianceLevel", "UNSPECIFIED")))
    if not matches_group(baseline.get("GlobalFilters"), patch, product):
        return None
    pending: Effect | None = None
    for rule in (baseline.get("ApprovalRules") or {}).get("PatchRules", ()):
        effect = _by_rule(rule, system, patch, now, product, is_candidate)
        if effect and effect.approved:
            return effect
        pending = pending or effect
    return pending


def _by_rule(
    rule: Mapping[str, Any], system: str, patch: Patch, now: datetime, product: str, is_candidate: bool
) -> Effect | None:
    group = rule.get("PatchFilterGroup") or {}
    if not matches_group(group, patch, product) or not _in_patch_set(group, patch):
        return None
    wide = bool(rule.get("EnableNonSecurity", False)) or system in NON_SECURITY_ALWAYS
    if not wide and not (patch.security and is_candidate):
        return None
    level = str(rule.get("ComplianceLevel", "UNSPECIFIED"))
    if system in WITHOUT_DATES:
        return Effect(APPROVED, level, patch.released)
    if rule.get("ApproveUntilDate"):
        last = date.fromisoformat(str(rule["ApproveUntilDate"]))
        released = patch.released.astimezone(UTC).date()
        return Effect(APPROVED, level, patch.released) if released <= last else None
    approved_at = patch.released + timedelta(days=int(rule.get("ApproveAfterDays") or 0))
    return Effect(APPROVED if now >= approved_at else PENDING, level, approved_at)


def _in_patch_set(group: Mapping[str, Any], patch: Patch) -> bool:
    """A rule that names no PATCH_SET is for the operating system, not for Microsoft's applications."""
    named = any(item["Key"] == "PATCH_SET" for item in group.get("PatchFilters", ()))
    return named or patch_set(patch) == "OS"


def patch_set(patch: Patch) -> str:
    """OS or APPLICATION."""
    return "APPLICATION" if "windows" in patch.os and patch.product_family not in ("", "Windows") else "OS"


def matches_group(group: Mapping[str, Any] | None, patch: Patch, product: str = "") -> bool:
    """Every filter of the group has a value that matches; ``*`` is a wildcard. An empty group matches all."""
    for item in (group or {}).get("PatchFilters", ()):
        values = [str(value) for value in item.get("Values", ())]
        if not any(_value_matches(str(item["Key"]), wanted, patch, product) for wanted in values):
            return False
    return True


def _value_matches(key: str, wanted: str, patch: Patch, product: str) -> bool:
    if wanted == "*":
        return True
    if key == "SEVERITY" and wanted == "Medium" and patch.severity == "Moderate":
        return True
    return any(fnmatchcase(have, wanted) for have in _values(key, patch, product))


def _values(key: str, patch: Patch, product: str) -> Iterable[str]:
    version, _dash, release = without_epoch(patch.version).rpartition("-")
    simple = {
        "PRODUCT": patch.product or product,
        "PRODUCT_FAMILY": patch.product_family,
        "CLASSIFICATION": patch.classification,
        "SEVERITY": patch.severity,
        "MSRC_SEVERITY": patch.severity,
        "PRIORITY": patch.priority,
        "SECTION": patch.section,
        "NAME": patch.name,
        "ARCH": patch.arch,
        "EPOCH": patch.version.partition(":")[0] if ":" in patch.version else "0",
        "VERSION": version or release,
        "RELEASE": release if version else "",
        "REPOSITORY": patch.repository,
        "SECURITY": str(patch.security),
        "PATCH_SET": patch_set(patch),
    }
    lists = {
        "PATCH_ID": (patch.id, patch.key, patch.id.removeprefix("KB")),
        "ADVISORY_ID": patch.advisories,
        "CVE_ID": patch.cves,
        "BUGZILLA_ID": tuple(item for item in patch.advisories if item.isdigit()),
    }
    return lists[key] if key in lists else (simple.get(key, ""),)


def without_epoch(version: str) -> str:
    """``1:3.0.7-25.el9`` -> ``3.0.7-25.el9``."""
    return version.partition(":")[2] if ":" in version else version


def is_rejected(baseline: Mapping[str, Any], patch: Patch) -> bool:
    """Whether the rejected list names it."""
    system = str(baseline.get("OperatingSystem", "WINDOWS"))
    return _listed(baseline.get("RejectedPatches", ()), patch, system, approving=False)


def _listed(entries: Iterable[str], patch: Patch, system: str, approving: bool) -> bool:
    names = list_names(patch, system, approving)
    return any(fnmatchcase(name, entry) for entry in entries or () for name in names)


def list_names(patch: Patch, system: str, approving: bool) -> list[str]:
    """The forms in which an approved or rejected list may name a patch of that OS.

    Windows: KB and bulletin. apt: the package's name only. yum and dnf: name-version-release.arch, and in approved
    lists also advisory, CVE and Bugzilla. zypper: the same name with ``.rpm``, or the name of the patch.
    """
    if system == "WINDOWS":
        return [patch.id, *patch.advisories]
    if system in WITHOUT_DATES:
        return [patch.name]
    full = f"{patch.name}-{without_epoch(patch.version)}.{patch.arch}"
    if system == "SUSE":
        return [full, f"{full}.rpm", *patch.advisories]
    if approving and system in DNF_OR_YUM:
        return [full, *patch.advisories, *patch.cves]
    return [full]

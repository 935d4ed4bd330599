# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which available patches a policy approves, where the cloud has no baseline that decides it.

Azure's installPatches chooses by classification and by lists of names. It knows no severity and, but for Windows, no
date of publication. So a run asks what is available, decides here, and has exactly that installed. What the policy asks
for and the cloud does not tell is a finding of the plan; only when its risk is accepted is it left out (``ignored``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from .errors import InputError
from .nodes import AZURE
from .patch_names import masks_naming, names_of
from .policy.approvals import Approval
from .policy.words import AZURE_DIALECTS, BUGFIX, ENHANCEMENT, meaning_of, translate_kinds, translate_ratings

CLASSIFICATIONS, SEVERITIES, AFTER_DAYS = "classifications", "severities", "after_days"
RULE_PROVIDERS = AZURE
"""Providers that have no baselines: what is installed on their nodes is decided here."""

CRITERIA = (CLASSIFICATIONS, SEVERITIES, AFTER_DAYS)

DATED_FAMILIES = ("windows",)
"""Families for whose patches Azure tells when they were published (documentation of the query logs of Update Manager:
``publishedDateTime`` is null where the package manager does not tell it, which Linux's do not)."""


@dataclass(frozen=True, slots=True)
class AvailablePatch:
    """A patch that a machine lacks, as its cloud tells. What is not told is empty or None; ``published`` is aware.

    ``id`` is the KB number on Windows and the package's name on Linux.
    """

    id: str
    name: str = ""
    version: str = ""
    classifications: tuple[str, ...] = ()
    severity: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """What is approved on a node; an empty choice means all. ``ignored`` are criteria that the cloud cannot tell."""

    classifications: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    after_days: int = 0
    approved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the option ``approvals`` of the modules takes it."""
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in self.__dataclass_fields__
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ApprovalRule:
        """The rule that :meth:`to_dict` described; None counts as not given. Raises InputError."""
        lists = {name: _texts(name, data.get(name)) for name in cls.__dataclass_fields__ if name != AFTER_DAYS}
        days = data.get(AFTER_DAYS) or 0
        if isinstance(days, bool) or not isinstance(days, int) or days < 0:
            raise InputError("approvals.after_days", days, "a whole number of days, 0 or more")
        for criterion in lists["ignored"]:
            if criterion not in CRITERIA:
                raise InputError("approvals.ignored", criterion, ", ".join(CRITERIA))
        return cls(after_days=days, **lists)


@dataclass(frozen=True, slots=True)
class RuleForNode:
    """The rule of a node, and what of the policy its cloud cannot tell: criterion and the sentence that says it."""

    rule: ApprovalRule
    not_told: tuple[tuple[str, str], ...] = ()


def azure_rule(approval: Approval, os_family: str, dated: Collection[str] = DATED_FAMILIES) -> RuleForNode:
    """The policy's rules for an Azure machine of a family, in Azure's words.

    ``dated`` are the families for which a delay after publication can be kept. Raises InputError for a
    family other than linux and windows and for words that no system has.
    """
    if os_family not in AZURE_DIALECTS:
        raise InputError("os_family", os_family, "linux or windows")
    approval = _without_built_in(approval, os_family, dated)
    dialect = AZURE_DIALECTS[os_family]
    kinds = translate_kinds(dialect, approval.classifications)
    translate_ratings(dialect, approval.severities)
    if approval.classifications and not kinds.words:
        allowed = f"for {os_family} on Azure one of {', '.join(dialect.own_kinds())}; or an empty list for all"
        raise InputError("classifications", list(approval.classifications), allowed)
    not_told = [(CLASSIFICATIONS, f"no patches of the kind {word}") for word in kinds.left]
    meanings = {meaning_of(word) for word in approval.classifications}
    if os_family == "linux" and len(meanings & {BUGFIX, ENHANCEMENT}) == 1:
        not_told.append((CLASSIFICATIONS, "no difference between bug fixes and enhancements of Linux packages"))
    if approval.severities:
        not_told.append((SEVERITIES, f"no severities ({', '.join(approval.severities)} are wanted)"))
    if approval.after_days and os_family not in dated:
        what = "no delay after" if os_family in DATED_FAMILIES else "no date of"
        of_what = "patches of Windows" if os_family == "windows" else "Linux packages"
        days = f"{approval.after_days} days after it are wanted"
        not_told.append((AFTER_DAYS, f"{what} publication of {of_what} ({days})"))
    rule = ApprovalRule(
        classifications=kinds.words,
        severities=approval.severities,
        after_days=approval.after_days,
        approved=approval.approved,
        rejected=approval.rejected,
        ignored=tuple(dict.fromkeys(criterion for criterion, _why in not_told if criterion != CLASSIFICATIONS)),
    )
    return RuleForNode(rule, tuple(not_told))


def _without_built_in(approval: Approval, os_family: str, dated: Collection[str]) -> Approval:
    """What the policy leaves open, as Azure can have it: no severity, delays only with dates, on Linux what matters."""
    built_in = {name for name in CRITERIA if name not in approval.said}
    if SEVERITIES in built_in:
        approval = replace(approval, severities=())
    if AFTER_DAYS in built_in and os_family not in dated:
        approval = replace(approval, after_days=0)
    if CLASSIFICATIONS in built_in and os_family == "linux":
        approval = replace(approval, classifications=("Security", "Critical"))
    return approval


def approve(patch: AvailablePatch, rule: ApprovalRule, now: datetime) -> str:
    """Why the rule does not approve a patch, or an empty text when it does. ``now`` is aware.

    A rejected patch stays rejected whatever else says; an approved one needs nothing else. What a criterion needs and
    the cloud does not tell speaks against the patch, unless the criterion is ignored.
    """
    if _named(patch, rule.rejected):
        return "rejected by the policy"
    if _named(patch, rule.approved):
        return ""
    wanted = {_kind(word) for word in rule.classifications}
    if wanted and not wanted & {_kind(word) for word in patch.classifications}:
        return f"its classification {', '.join(patch.classifications) or 'is not told and'} is not among the approved"
    if rule.severities and SEVERITIES not in rule.ignored:
        if not patch.severity:
            return "its severity is not told"
        if patch.severity.lower() not in {word.lower() for word in rule.severities}:
            return f"its severity {patch.severity} is not among the approved"
    if rule.after_days and AFTER_DAYS not in rule.ignored:
        return _too_young(patch.published, rule.after_days, now)
    return ""


def _too_young(published: datetime | None, days: int, now: datetime) -> str:
    if published is None:
        return "its date of publication is not told"
    approved_at = published + timedelta(days=days)
    if approved_at > now:
        return f"it is approved from {approved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} on"
    return ""


def _kind(word: str) -> str:
    """A classification to compare: Azure writes ``Other`` and ``Others``, ``UpdateRollUp`` and ``Update Rollups``."""
    return word.lower().replace(" ", "").removesuffix("s")


def _named(patch: AvailablePatch, masks: Sequence[str]) -> bool:
    """Whether a list names the patch: by KB number, by package, or by package and version, with ``*`` and ``?``.

    A package is meant with and without its architecture, a KB number with and without its letters.
    """
    return bool(masks_naming(names_of(patch.id, patch.name, version=patch.version), masks))


def _texts(name: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, (str, int)) for entry in value):
        raise InputError(f"approvals.{name}", value, "a list of texts")
    return tuple(str(entry) for entry in value)

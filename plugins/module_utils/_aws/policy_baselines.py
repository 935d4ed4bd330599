# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The approval rules of a policy as a patch baseline of one operating system.

Nothing of the rules is lost in silence: what a baseline of the system cannot say is told as a remark, and where leaving
it out would turn the rules into others it is refused.

User guide, "How patch baseline rules work": rules on Debian's family have no classification, no severity and no delay,
and see patches of the security repositories alone unless ``EnableNonSecurity`` is set; on the RPM families a package
without an update notice is seen only with ``EnableNonSecurity``; SUSE does not need that option, Windows has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import InputError
from .._core.policy.approvals import Approval
from .._core.policy.words import (
    DEBIAN,
    DIALECTS,
    PRIORITIES,
    SUSE,
    WINDOWS,
    Dialect,
    Translated,
    as_priorities,
    is_security,
    translate_kinds,
    translate_ratings,
)

_WINDOWS_PATCH = re.compile(r"KB\d+|MS\d\d-\d{3}", re.IGNORECASE)
"""Knowledge base articles and bulletins, the only forms in which a list for Windows names a patch."""


@dataclass(frozen=True, slots=True)
class BaselineRules:
    """Options of a baseline, as ssm_patch_baseline takes them, and what it does not say of the policy's rules."""

    options: dict[str, Any]
    remarks: tuple[str, ...] = ()


def baseline_rules(approval: Approval, os: str) -> BaselineRules:
    """The rules of a baseline for an operating system of :data:`policy_words.DIALECTS`.

    Raises InputError for a word that no system has, and where nothing would be left of a list of classifications or
    severities: without it the rule would approve what the policy does not.
    """
    dialect = DIALECTS[os]
    rule, remarks = _debian_rule(approval, os) if dialect is DEBIAN else _rule(approval, dialect, os)
    options: dict[str, Any] = {
        "approval_rules": [rule],
        "approved_patches": _of_system(approval.approved, dialect),
        "rejected_patches": _of_system(approval.rejected, dialect),
        # The default lets a rejected patch in as another's dependency; the policy's word for it is "whatever".
        "rejected_patches_action": "BLOCK",
        # Set empty, since what somebody else sets there would decide beside the policy.
        "global_filters": [],
    }
    if dialect is not WINDOWS:
        options["sources"] = []
        options["approved_patches_enable_non_security"] = bool(options["approved_patches"])
    return BaselineRules(options, (*remarks, *_remarks_on_time(approval)))


def names_no_patch_of(patches: Iterable[str], systems: Iterable[str]) -> list[str]:
    """Those of a list of patches that no baseline of these systems can name."""
    dialects = [DIALECTS[os] for os in systems]
    return [patch for patch in patches if not any(_of_system([patch], dialect) for dialect in dialects)]


def _rule(approval: Approval, dialect: Dialect, os: str) -> tuple[dict[str, Any], list[str]]:
    kinds = translate_kinds(dialect, approval.classifications)
    ratings = translate_ratings(dialect, approval.severities)
    _refuse_empty("classifications", approval.classifications, kinds, dialect.own_kinds(), os)
    _refuse_empty("severities", approval.severities, ratings, dialect.own_ratings(), os)
    filters = [_filter("PRODUCT", ["*"])]
    if kinds.words:
        filters.append(_filter(dialect.kind_key, kinds.words))
    if ratings.words:
        filters.append(_filter(dialect.rating_key, ratings.words))
    rule = {"patch_filters": filters, "approve_after_days": approval.after_days}
    if dialect not in (WINDOWS, SUSE):
        rule["enable_non_security"] = not kinds.words
    remarks = [f"has no patches of the kind {word}" for word in kinds.left]
    remarks += [f"has no severity {word}" for word in ratings.left]
    if dialect.rates_security_only and ratings.words:
        unrated = [word for word in kinds.words if not is_security(word)]
        if unrated or not kinds.words:
            what = f"{', '.join(unrated)} updates" if unrated else "updates other than security updates"
            remarks.append(f"{what} are approved only where the vendor rates them {' or '.join(ratings.words)}")
    if os == "centos" and kinds.words:
        remarks.append("has kinds of patches only in repositories with update notices, which its own are not")
    return rule, remarks


def _debian_rule(approval: Approval, os: str) -> tuple[dict[str, Any], list[str]]:
    translate_kinds(DEBIAN, approval.classifications)
    security = [word for word in approval.classifications if is_security(word)]
    if approval.classifications and not security:
        raise InputError(
            "classifications",
            list(approval.classifications),
            f"a list with Security, or an empty one for all updates: {os} tells no other kinds apart",
        )
    priorities = as_priorities(approval.severities)
    remarks = []
    left = [word for word in approval.classifications if word not in security]
    if left:
        remarks.append(
            f"does not tell {', '.join(left)} from other updates, so that only security updates are approved"
        )
    if approval.severities and not priorities:
        translate_ratings(DEBIAN, approval.severities)
        remarks.append(
            f"has no severities, so that patches of all, not only {', '.join(approval.severities)}, are approved"
        )
    if approval.after_days:
        remarks.append(
            f"knows no dates of release, so that patches are approved at once and not after {approval.after_days} days"
        )
    return {
        "patch_filters": [_filter("PRODUCT", ["*"]), _filter("PRIORITY", priorities or PRIORITIES)],
        # The model wants a delay or a date, though neither has an effect on these systems.
        "approve_after_days": 0,
        "enable_non_security": not security,
    }, remarks


def _remarks_on_time(approval: Approval) -> list[str]:
    remarks = []
    if approval.delay_varies:
        remarks.append(
            f"has a delay behind {approval.follows} that differs from month to month: apply the policy again each month"
        )
    if approval.promote:
        remarks.append(f"cannot have {approval.promote} promoted by a baseline: it approves by the rules")
    return remarks


def _refuse_empty(option: str, wanted: Sequence[str], found: Translated, own_words: Sequence[str], os: str) -> None:
    if wanted and not found.words:
        raise InputError(option, list(wanted), f"for {os} one of {', '.join(own_words)}; or an empty list for all")


def _of_system(patches: Iterable[str], dialect: Dialect) -> list[str]:
    """The patches whose form says that they are of this system or may be."""
    return [patch for patch in patches if bool(_WINDOWS_PATCH.fullmatch(patch)) is (dialect is WINDOWS)]


def _filter(key: str, values: Iterable[str]) -> dict[str, Any]:
    return {"key": key, "values": list(values)}

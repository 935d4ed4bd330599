# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading which patches are approved."""

from __future__ import annotations

from ..systems import OS_FAMILY
from .fields import NAME, NAME_ALLOWED, Fields
from .located import Located
from .model import MANIFEST, ApprovalPolicy, ApprovalRules
from .problems import Problems

RULE_KEYS = ("classifications", "severities", "after_days", "approved", "rejected")
OS_KEYS = ("linux", *OS_FAMILY)
MAX_AFTER_DAYS = 360
"""ApproveAfterDays of an SSM patch baseline goes from 0 to 360."""


def read_approvals(fields: Fields) -> dict[str, ApprovalPolicy]:
    """The approval rules by their name."""
    entries = fields.mapping("approvals", "approval rules by their name")
    approvals: dict[str, ApprovalPolicy] = {}
    for name, value in entries.items():
        path = f"{fields.at('approvals')}.{name}"
        if not NAME.match(name):
            fields.problems.add(value.line, path, f"{name!r} cannot be used; allowed: {NAME_ALLOWED}")
        approvals[name] = _read_approval(name, value, path, fields.problems)
    return approvals


def _read_approval(name: str, value: Located, path: str, problems: Problems) -> ApprovalPolicy:
    fields = Fields(value, path, problems, (*RULE_KEYS, "by_os", "follows", "promote"))
    by_os = fields.sub("by_os", OS_KEYS)
    return ApprovalPolicy(
        name=name,
        rules=_read_rules(fields),
        by_os={os: _read_rules(by_os.sub(os, RULE_KEYS)) for os in by_os.entries if os in OS_KEYS},
        follows=fields.text("follows"),
        promote=fields.choice("promote", (MANIFEST,)),
    )


def _read_rules(fields: Fields) -> ApprovalRules:
    return ApprovalRules(
        classifications=fields.texts("classifications"),
        severities=fields.texts("severities"),
        after_days=fields.integer("after_days", 0, MAX_AFTER_DAYS),
        approved=fields.texts("approved"),
        rejected=fields.texts("rejected"),
    )

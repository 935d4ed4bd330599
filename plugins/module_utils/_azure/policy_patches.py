# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The approval rules of a policy as what a maintenance configuration installs.

A configuration chooses by classification, and by lists of KB numbers or masks of package names that add to these or
take away. It has no severity and no delay after publication. What it cannot say is refused by name; where the policy
accepts to go without (``approval_not_told``), it is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.approve import azure_rule
from .._core.errors import InputError
from .._core.policy.approvals import Approval
from .classifications import LINUX_CLASSIFICATIONS, WINDOWS_CLASSIFICATIONS

ACCEPTANCE = "approval_not_told"
LINUX, WINDOWS = "linux", "windows"

_KB = re.compile(r"(?i)(?:KB)?\d+\Z")
_OF_WINDOWS = re.compile(r"(?i)(?:KB)?(?=.*\d)[\d*?]+\Z|MS\d\d-")
"""What names patches of Windows alone, whether or not a configuration can have it."""
_VERSION = re.compile(r"(.+?)(?:=|_(?=\d))(.+)\Z")
"""A package with its version, whose joint could be nothing else."""
_CLASSIFICATIONS = {LINUX: LINUX_CLASSIFICATIONS, WINDOWS: WINDOWS_CLASSIFICATIONS}


@dataclass(frozen=True, slots=True)
class PolicyPatches:
    """Parameters of one family as ``install_patches`` takes them, and what they do not say of the policy's rules."""

    parameters: dict[str, Any]
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Lists:
    """The lists of a family, as the configuration has them, by the policy's name for them."""

    approved: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)


def policy_patches(
    approval: Approval, family: str, *, accepted: bool, other_family: Collection[str] = ()
) -> PolicyPatches:
    """What a configuration installs on a family by these rules.

    ``accepted``: the policy takes it that what the service does not know is left out. ``other_family`` are the entries
    of the lists that the rules of the other family have too: those may be meant for it. Raises InputError, whose option
    is the key below the approval.
    """
    found = azure_rule(approval, family, dated=())
    if approval.promote:
        allowed = "rules: Azure's own windows approve by them, and no manifest is available yet"
        raise InputError("promote", approval.promote, allowed)
    if found.not_told and not accepted:
        lacks = ", ".join(dict.fromkeys(why for _criterion, why in found.not_told))
        allowed = (
            f"what Azure's own windows can do, which have {lacks}. Leave that out for the operating system (by_os), "
            f"or accept {ACCEPTANCE} to go without it"
        )
        criterion = found.not_told[0][0]
        raise InputError(criterion, _shown(getattr(approval, criterion)), allowed)
    lists = _lists(approval, family, other_family)
    kinds, added = _classifications(found.rule.classifications, family)
    if family == WINDOWS:
        parameters = {
            "classifications_to_include": kinds,
            "kb_numbers_to_include": lists.approved,
            "kb_numbers_to_exclude": lists.rejected,
        }
    else:
        parameters = {
            "classifications_to_include": kinds,
            "package_name_masks_to_include": lists.approved,
            "package_name_masks_to_exclude": lists.rejected,
        }
    remarks = [f"Azure's own windows have {why}" for _criterion, why in found.not_told]
    return PolicyPatches(parameters, (*dict.fromkeys(remarks), *added))


def entries_of(approval: Approval) -> set[str]:
    """Everything that the lists of the rules name."""
    return {*approval.approved, *approval.rejected}


def names_no_patch_of(entries: Iterable[str], families: Collection[str]) -> list[str]:
    """Those of a list that can be of none of the families."""
    return sorted(entry for entry in entries if not any(_is_of(entry, family) for family in families))


def _classifications(wanted: Sequence[str], family: str) -> tuple[list[str], list[str]]:
    """In the words of configurations, which differ in their case, and what was added to the wanted ones.

    All is every one: an empty list says nothing. The extension for Linux takes Other alone or with both others.
    """
    known = {word.lower(): word for word in _CLASSIFICATIONS[family]}
    chosen = {known[word.lower()] for word in wanted} or set(known.values())
    both = {"Critical", "Security"}
    if family == LINUX and "Other" in chosen and len(chosen & both) == 1:
        added = ", ".join(both - chosen)
        return sorted(chosen | both), [f"{added} is installed too, since Azure takes Other with Critical and Security"]
    return sorted(chosen), []


def _lists(approval: Approval, family: str, other_family: Collection[str]) -> _Lists:
    lists = _Lists()
    for option in ("approved", "rejected"):
        for entry in getattr(approval, option):
            if _is_of(entry, family):
                getattr(lists, option).append(_written(option, entry, family))
            elif entry not in other_family:
                raise InputError(option, entry, f"on {family} {_FORMS[family]}")
        getattr(lists, option).sort()
    return lists


_FORMS: Mapping[str, str] = {
    WINDOWS: "numbers such as KB5034441: Azure's own windows have no others",
    LINUX: "names of packages, which may have * and ?",
}


def _is_of(entry: str, family: str) -> bool:
    return bool(_OF_WINDOWS.match(entry)) is (family == WINDOWS)


def _written(option: str, entry: str, family: str) -> str:
    """The entry as a configuration has it. Raises InputError for a form that it does not know."""
    if family == WINDOWS:
        if not _KB.match(entry):
            raise InputError(option, entry, f"on {family} {_FORMS[family]}")
        return entry.upper().removeprefix("KB")
    if "[" in entry or not entry.strip():
        raise InputError(option, entry, f"on {family} {_FORMS[family]}")
    version = _VERSION.match(entry)
    if not version:
        return entry
    if option == "rejected":
        allowed = "names of packages without a version: an exclusion of Azure's leaves out every version of a package"
        raise InputError(option, entry, allowed)
    # As the extension takes it (Azure/LinuxPatchExtension, PackageFilter), although the API describes name_version.
    return f"{version[1]}={version[2]}"


def _shown(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value

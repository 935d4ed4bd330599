# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which exact list of patches each node gets, when some are left out or only some are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from .._core.durations import ALLOWED, parse_duration, spoken
from .._core.errors import InputError, PatchingError
from .._core.nodes import Node
from .._core.patch_names import masks_naming
from .list_bucket import ListBucket, list_bucket
from .missing_patches import SCAN_FIRST, MissingPatch, MissingPatches
from .override_list import Entry, OverrideList, family_of_name, included_entries, missing_entry

NOTHING_MISSING = "no patch is missing on it"
ALL_OMITTED = "all patches that are missing on it are to be left out"
NONE_INCLUDED = "none of the patches to install is for its operating system"
NO_FAMILY = "its operating system family is not known: set os_family to linux or windows"

_ALLOWED = (
    "names that each mean a missing patch of one of the nodes: one that means none may be a typo, and what was to be "
    "left out would be installed; unmatched_omit_patches=warn (patch_unmatched=warn of the playbook self_service.yml) "
    "goes on all the same"
)

LIST_OPTIONS = ("omit_patches", "include_patches")


@dataclass(frozen=True, slots=True)
class ListChoice:
    """What the options choose: all that is missing but for ``omit``, or what ``include`` names by family."""

    bucket: ListBucket
    omit: tuple[str, ...] | None = None
    include: Mapping[str, Sequence[Entry]] | None = None
    max_age: timedelta = timedelta(days=1)
    tolerant: bool = False
    """Whether a name to leave out may mean no patch at all."""
    predicting: bool = False
    """In check mode of a run, whose scan comes before the installation: a node without a fresh report is no failure."""

    @property
    def digest(self) -> str:
        """A hash of what was chosen, by which a resumed run tells whether it is still asked for the same."""
        chosen = (
            sorted(self.omit or ()),
            sorted((family, sorted(found)) for family, found in (self.include or {}).items()),
        )
        return sha256(repr((self.omit is None, *chosen)).encode()).hexdigest()


@dataclass(slots=True)
class Decided:
    """The list of each node, the nodes that need none, and those for which none can be made, with the reasons."""

    lists: dict[str, OverrideList] = field(default_factory=dict)
    omitted: dict[str, list[MissingPatch]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    undecided: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """Those of ``unmatched`` that may be typos; the others name patches of a system that none of the nodes has."""


def list_choice(params: Mapping[str, Any], check_mode: bool) -> ListChoice | None:
    """What the module's options choose, None when the baseline decides. Raises InputError."""
    omit, include = params.get("omit_patches"), params.get("include_patches")
    bucket = list_bucket(params)
    if omit is None and include is None:
        return None
    if bucket is None:
        raise InputError("override_list_bucket", None, "the bucket for lists, with omit_patches or include_patches")
    max_age = _max_age(str(params["missing_max_age"]))
    if omit is None:
        if not include:
            raise InputError("include_patches", include, "at least one patch")
        return ListChoice(bucket, include=included_entries("include_patches", include), max_age=max_age)
    if any(not name.strip() for name in omit):
        raise InputError("omit_patches", omit, "names of patches, none of them empty")
    return ListChoice(
        bucket,
        omit=tuple(omit),
        max_age=max_age,
        tolerant=params["unmatched_omit_patches"] == "warn",
        predicting=check_mode and bool(params.get("run_id")),
    )


def decide_included(nodes: Iterable[Node], families: Mapping[str, str], choice: ListChoice) -> Decided:
    """For each node the patches that are named for its family. ``families`` has what its cloud says of it, by id."""
    decided = Decided()
    lists = {family: OverrideList.of(entries) for family, entries in (choice.include or {}).items() if entries}
    for node in nodes:
        family = node.os_family or families.get(node.node_id, "")
        if not family:
            decided.refused[node.node_id] = NO_FAMILY
        elif family in lists:
            decided.lists[node.node_id] = lists[family]
        else:
            decided.skipped[node.node_id] = NONE_INCLUDED
    return decided


def decide_omitted(nodes: Iterable[Node], missing: MissingPatches, choice: ListChoice) -> Decided:
    """For each node what it lacks, without what is to be left out."""
    decided, masks = Decided(), choice.omit or ()
    named: dict[MissingPatch, list[str]] = {}
    for node in nodes:
        if node.node_id in missing.unknown:
            _unknown(decided, node.node_id, missing.unknown[node.node_id], choice)
            continue
        patches = missing.patches[node.node_id]
        for patch in patches:
            if patch not in named:
                named[patch] = masks_naming(patch.names, masks)
        kept = [missing_entry(patch.id, patch.title) for patch in patches if not named[patch]]
        decided.omitted[node.node_id] = [patch for patch in patches if named[patch]]
        if kept:
            decided.lists[node.node_id] = OverrideList.of(kept)
        else:
            decided.skipped[node.node_id] = ALL_OMITTED if patches else NOTHING_MISSING
    meant = {mask for masks_of_one in named.values() for mask in masks_of_one}
    decided.unmatched = [mask for mask in masks if mask not in meant]
    decided.doubtful = list(decided.unmatched)
    return decided


def judge_unmatched(decided: Decided, nodes: Sequence[Node], families: Mapping[str, str], choice: ListChoice) -> None:
    """Refuse names to leave out that may be typos, since what was to be left out would be installed.

    A name in the form of another system's patches than all the nodes have is none: one list may serve several teams.
    ``families`` has what the cloud says of nodes, by id. Raises PatchingError.
    """
    known = {node.os_family or families.get(node.node_id, "") for node in nodes}
    if "" not in known:
        decided.doubtful = [name for name in decided.unmatched if family_of_name(name) in known | {""}]
    if not decided.doubtful or choice.tolerant or choice.predicting:
        return
    silent = _silence(decided.refused, len(nodes), choice.max_age)
    if len(decided.refused) == len(nodes):
        raise PatchingError(silent)
    wrong = InputError("omit_patches", decided.doubtful, _ALLOWED)
    raise PatchingError(f"{silent}. {wrong}") if silent else wrong


def _unknown(decided: Decided, node_id: str, reason: str, choice: ListChoice) -> None:
    if choice.predicting:
        decided.undecided.append(node_id)
    else:
        decided.refused[node_id] = reason


def _silence(refused: Mapping[str, str], total: int, max_age: timedelta) -> str:
    """Which of the nodes did not tell what they lack, and why; empty when all did."""
    unscanned = sum(SCAN_FIRST in reason for reason in refused.values())
    said = []
    if unscanned:
        verb = "has" if unscanned == 1 else "have"
        age = spoken(max_age)
        said.append(
            f"{unscanned} of {total} nodes {verb} reported no scan within {age}: scan them first (operation=Scan)"
        )
    unread = next((reason for reason in refused.values() if SCAN_FIRST not in reason), "")
    if unread:
        said.append(f"of {len(refused) - unscanned} of {total} nodes it is not known what they lack: {unread}")
    return "; ".join(said)


def _max_age(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError("missing_max_age", text, ALLOWED) from error

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

from .._core.durations import ALLOWED, parse_duration
from .._core.errors import InputError
from .._core.nodes import Node
from .._core.patch_names import masks_naming
from .list_bucket import ListBucket, list_bucket
from .missing_patches import MissingPatch, MissingPatches
from .override_list import Entry, OverrideList, included_entries, missing_entry

NOTHING_MISSING = "no patch is missing on it"
ALL_OMITTED = "all patches that are missing on it are to be left out"
NONE_INCLUDED = "none of the patches to install is for its operating system"
NO_FAMILY = "its operating system family is not known: set os_family to linux or windows"

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
    """For each node what it lacks, without what is to be left out.

    Raises InputError when a name to leave out means no missing patch of any node: it may be a typo, and what was to be
    left out would be installed.
    """
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
    if decided.unmatched and not (choice.tolerant or choice.predicting):
        raise InputError("omit_patches", decided.unmatched, _allowed(len(decided.refused)))
    return decided


def _unknown(decided: Decided, node_id: str, reason: str, choice: ListChoice) -> None:
    if choice.predicting:
        decided.undecided.append(node_id)
    else:
        decided.refused[node_id] = reason


def _allowed(silent: int) -> str:
    unasked = f" ({silent} nodes did not tell what they lack)" if silent else ""
    return (
        f"names that each mean a missing patch of one of the nodes{unasked}: one that means none may be a typo, and "
        f"what was to be left out would be installed; unmatched_omit_patches=warn goes on all the same"
    )


def _max_age(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError("missing_max_age", text, ALLOWED) from error

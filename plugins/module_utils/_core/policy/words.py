# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds and severities of patches in the words of a policy, and in those that a cloud has for a system.

A policy may say ``Security`` for all systems at once; Windows calls it ``SecurityUpdates`` on AWS. Words that a system
has itself come first. Others are taken by what they mean; a word that no system has is a mistake.

Patch Manager's lists are those of the service's own description of PatchFilter (botocore 1.10, which still lists the
values) and of the user guide's predefined baselines, which show ``Moderate`` for Oracle Linux. Azure's are the enums
VMGuestPatchClassification_Windows and _Linux of installPatches, in which there is no severity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError, did_you_mean

SECURITY, BUGFIX, ENHANCEMENT = "security", "bugfix", "enhancement"
CRITICAL, IMPORTANT, MODERATE, LOW, UNRATED = "critical", "important", "moderate", "low", "unrated"
PRIORITIES = ("Required", "Important", "Standard", "Optional", "Extra")
"""Priorities of Debian packages, which say how much a system needs a package, and nothing of a patch."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a cloud filters by for a group of systems, and the words that it knows there.

    ``kinds`` and ``ratings`` give the words for each meaning. ``other_kinds`` are words that no other system has a
    counterpart for. ``same`` are another cloud's words, in lower case, for one of its own. Without kinds and ratings
    (Debian's family on AWS) patches are known by their repository only.
    """

    kind_key: str = ""
    kinds: Mapping[str, Words] = field(default_factory=dict)
    other_kinds: Words = ()
    rating_key: str = ""
    ratings: Mapping[str, Words] = field(default_factory=dict)
    rates_security_only: bool = False
    same: Mapping[str, Words] = field(default_factory=dict)

    def own_kinds(self) -> Words:
        """Every kind that the system itself has."""
        return (*_flat(self.kinds), *self.other_kinds)

    def own_ratings(self) -> Words:
        """Every severity that the system itself has."""
        return _flat(self.ratings)


def _flat(words: Mapping[str, Words]) -> Words:
    return tuple(word for group in words.values() for word in group)


def _meanings(groups: Iterable[Mapping[str, Words]]) -> dict[str, str]:
    """The meaning of each word, in lower case."""
    return {word.lower(): meaning for group in groups for meaning, words in group.items() for word in words}


WINDOWS = Dialect(
    "CLASSIFICATION",
    {
        SECURITY: ("SecurityUpdates",),
        BUGFIX: ("CriticalUpdates", "UpdateRollups", "Updates"),
        ENHANCEMENT: ("FeaturePacks",),
    },
    ("DefinitionUpdates", "Drivers", "ServicePacks", "Tools", "Upgrades"),
    "MSRC_SEVERITY",
    {
        CRITICAL: ("Critical",),
        IMPORTANT: ("Important",),
        MODERATE: ("Moderate",),
        LOW: ("Low",),
        UNRATED: ("Unspecified",),
    },
    same={
        "critical": ("CriticalUpdates",),
        "updaterollup": ("UpdateRollups",),
        "featurepack": ("FeaturePacks",),
        "servicepack": ("ServicePacks",),
        "definition": ("DefinitionUpdates",),
    },
)
_RPM_KINDS: Mapping[str, Words] = {SECURITY: ("Security",), BUGFIX: ("Bugfix",), ENHANCEMENT: ("Enhancement",)}
_RPM_OTHER: Words = ("Recommended", "Newpackage")
AMAZON = Dialect(
    "CLASSIFICATION",
    _RPM_KINDS,
    _RPM_OTHER,
    "SEVERITY",
    {CRITICAL: ("Critical",), IMPORTANT: ("Important",), MODERATE: ("Medium",), LOW: ("Low",)},
    rates_security_only=True,
)
RED_HAT = Dialect(
    "CLASSIFICATION",
    _RPM_KINDS,
    _RPM_OTHER,
    "SEVERITY",
    {
        CRITICAL: ("Critical",),
        IMPORTANT: ("Important",),
        MODERATE: ("Medium", "Moderate"),
        LOW: ("Low",),
        UNRATED: ("None",),
    },
    rates_security_only=True,
)
SUSE = Dialect(
    "CLASSIFICATION",
    {SECURITY: ("Security",), BUGFIX: ("Recommended",), ENHANCEMENT: ("Feature",)},
    ("Optional", "Document", "Yast"),
    "SEVERITY",
    {CRITICAL: ("Critical",), IMPORTANT: ("Important",), MODERATE: ("Moderate",), LOW: ("Low",)},
)
DEBIAN = Dialect()
AZURE_WINDOWS = Dialect(
    "classificationsToInclude",
    {SECURITY: ("Security",), BUGFIX: ("Critical", "UpdateRollUp", "Updates"), ENHANCEMENT: ("FeaturePack",)},
    ("Definition", "ServicePack", "Tools"),
    same={
        "criticalupdates": ("Critical",),
        "updaterollups": ("UpdateRollUp",),
        "featurepacks": ("FeaturePack",),
        "servicepacks": ("ServicePack",),
        "definitionupdates": ("Definition",),
    },
)
AZURE_LINUX = Dialect(
    "classificationsToInclude",
    {SECURITY: ("Security", "Critical"), BUGFIX: ("Other",), ENHANCEMENT: ("Other",)},
)

DIALECTS: Mapping[str, Dialect] = {
    "windows": WINDOWS,
    "amazon_linux": AMAZON,
    "amazon_linux_2": AMAZON,
    "amazon_linux_2022": AMAZON,
    "amazon_linux_2023": AMAZON,
    "alma_linux": RED_HAT,
    "centos": RED_HAT,
    "oracle_linux": RED_HAT,
    "redhat": RED_HAT,
    "rocky_linux": RED_HAT,
    "suse": SUSE,
    "debian": DEBIAN,
    "raspbian": DEBIAN,
    "ubuntu": DEBIAN,
}
"""Patch Manager's dialect of each system that a policy can name."""

AZURE_DIALECTS: Mapping[str, Dialect] = {"windows": AZURE_WINDOWS, "linux": AZURE_LINUX}
"""Azure's dialect of each family."""

_ALL = (WINDOWS, RED_HAT, AMAZON, SUSE)
_KIND_MEANING = _meanings(dialect.kinds for dialect in _ALL)
_RATING_MEANING = _meanings(dialect.ratings for dialect in _ALL)
KIND_WORDS = tuple(
    dict.fromkeys(word for dialect in (*_ALL, AZURE_WINDOWS, AZURE_LINUX) for word in dialect.own_kinds())
)
"""Every kind of patch that some system has. A word that only Azure has means no more than itself."""
RATING_WORDS = tuple(dict.fromkeys(word for dialect in _ALL for word in dialect.own_ratings()))
"""Every severity that some system has."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A list of the policy in a system's words, and the words that have no counterpart there."""

    words: Words
    left: Words = ()


def translate_kinds(dialect: Dialect, wanted: Sequence[str]) -> Translated:
    """Classifications in the system's words, its own first. Raises InputError for a word that no system has."""
    own = {word.lower(): (word,) for word in dialect.own_kinds()}

    def find(word: str) -> Words:
        return own.get(word) or dialect.same.get(word) or dialect.kinds.get(_KIND_MEANING.get(word, ""), ())

    return _translate("classifications", wanted, KIND_WORDS, find)


def translate_ratings(dialect: Dialect, wanted: Sequence[str]) -> Translated:
    """Severities in the system's words. Raises InputError for a word that no system has."""
    return _translate(
        "severities", wanted, RATING_WORDS, lambda word: dialect.ratings.get(_RATING_MEANING.get(word, ""), ())
    )


def meaning_of(kind: str) -> str:
    """What a word for a kind of patches means: SECURITY, BUGFIX, ENHANCEMENT, or an empty text for nothing more."""
    return _KIND_MEANING.get(kind.lower(), "")


def is_security(kind: str) -> bool:
    """Whether a word of any system stands for security updates."""
    return meaning_of(kind) == SECURITY


def as_priorities(wanted: Sequence[str]) -> Words:
    """The priorities that the severities of a rule for Debian's family are, empty when they are severities.

    ``Important`` alone is both; it is taken as the severity.
    """
    known = {word.lower(): word for word in PRIORITIES}
    lowered = [word.lower() for word in wanted]
    if any(word not in known for word in lowered) or all(word in _RATING_MEANING for word in lowered):
        return ()
    return tuple(known[word] for word in lowered)


def _translate(option: str, wanted: Sequence[str], known: Words, find: Callable[[str], Words]) -> Translated:
    """``find`` gives the system's words for a word in lower case."""
    lowered = {word.lower() for word in known}
    words: list[str] = []
    left: list[str] = []
    for text in wanted:
        if text.lower() not in lowered:
            raise InputError(option, text, f"{', '.join(known)}{did_you_mean(text, known)}")
        found = find(text.lower())
        words.extend(found)
        if not found:
            left.append(text)
    return Translated(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(left)))

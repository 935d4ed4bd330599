# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of resources that are written as a whole, with their tags. Names of tags are the same in whatever case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import InputError
from .group_tags import LONGEST_NAME, LONGEST_VALUE, MOST_TAGS, RESERVED


def wanted_tags(tags: Mapping[Any, Any]) -> dict[str, str]:
    """The option ``tags`` as the API wants it."""
    return {str(name): "" if value is None else str(value) for name, value in tags.items()}


def tags_from_api(tags: Mapping[str, Any] | None) -> dict[str, str]:
    """Tags in a stable order."""
    return wanted_tags(dict(sorted((tags or {}).items())))


def tags_after(current: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> dict[str, str]:
    """The tags once they are as wanted; a tag that is there keeps the spelling of its name."""
    spelling = {name.lower(): name for name in current}
    kept = {} if purge else dict(current)
    return tags_from_api(kept | {spelling.get(name.lower(), name): value for name, value in wanted.items()})


def check_resource_tags(tags: Mapping[str, str]) -> None:
    """Raises InputError for tags that Azure does not take."""
    if len(tags) > MOST_TAGS:
        raise InputError("tags", len(tags), f"not more than {MOST_TAGS} tags")
    names = [name.lower() for name in tags]
    for name, value in tags.items():
        if not name or len(name) > LONGEST_NAME or any(letter in RESERVED or ord(letter) < 32 for letter in name):
            raise InputError("tags", name, f"names of 1 to {LONGEST_NAME} characters, none of them one of {RESERVED}")
        if names.count(name.lower()) > 1:
            raise InputError("tags", name, "names that differ in more than their case")
        if len(value) > LONGEST_VALUE:
            raise InputError(f"tags.{name}", value, f"at most {LONGEST_VALUE} characters")

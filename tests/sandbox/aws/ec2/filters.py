# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's filters, and what its Describe operations have in common.

Values of one filter are alternatives, filters are all to be met; ``*`` and ``?`` are wildcards, ``\\`` takes their
meaning away; upper and lower case differ (EC2 user guide, "List and filter using the CLI and API").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import ServiceError
from ..paging import page
from ..world import Call

Description = Mapping[str, Any]
Values = Callable[[Any], Sequence[str]]
Item = TypeVar("Item")


def wildcard(text: str) -> re.Pattern[str]:
    """A filter value as a pattern for ``fullmatch``."""
    out: list[str] = []
    position = 0
    while position < len(text):
        letter = text[position]
        if letter == "\\" and position + 1 < len(text):
            position += 1
            out.append(re.escape(text[position]))
        else:
            out.append({"*": ".*", "?": "."}.get(letter, re.escape(letter)))
        position += 1
    return re.compile("".join(out), re.DOTALL)


def flag(value: Any) -> list[str]:
    """A boolean as filters see it."""
    return ["true" if value else "false"]


def tag_values(name: str, tags: Sequence[Mapping[str, str]]) -> list[str] | None:
    """What a resource's tags offer to the filter ``name``; None when it is not one about tags."""
    if name.startswith("tag:"):
        return [tag["Value"] for tag in tags if tag["Key"] == name[4:]]
    if name == "tag-key":
        return [tag["Key"] for tag in tags]
    return [tag["Value"] for tag in tags] if name == "tag-value" else None


def select(
    items: Iterable[Item],
    filters: Sequence[Mapping[str, Any]] | None,
    known: Mapping[str, Values],
    tags: Callable[[Item], Sequence[Mapping[str, str]]],
) -> list[Item]:
    """The items that meet all filters. Raises ServiceError for a filter that the operation does not have."""
    wanted: list[tuple[str, list[re.Pattern[str]]]] = []
    for entry in filters or []:
        name = entry.get("Name", "")
        if name not in known and not name.startswith("tag:") and name not in ("tag-key", "tag-value"):
            raise ServiceError("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not entry.get("Values"):
            raise ServiceError("InvalidParameterValue", f"The filter '{name}' has no values")
        wanted.append((name, [wildcard(value) for value in entry["Values"]]))

    def meets(item: Item) -> bool:
        for name, patterns in wanted:
            values = tag_values(name, tags(item))
            offered = known[name](item) if values is None else values
            if not any(pattern.fullmatch(value) for pattern in patterns for value in offered):
                return False
        return True

    return [item for item in items if meets(item)]


def dry_run(call: Call) -> None:
    """Raises the answer to a request with DryRun."""
    if call.params.get("DryRun"):
        raise ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def paged(call: Call, items: Sequence[Item], ids: str = "") -> tuple[list[Item], str | None]:
    """A page of a Describe operation: MaxResults 5 to 1,000, not together with a list of ids (member ``ids``)."""
    size = call.params.get("MaxResults")
    if size is not None and not 5 <= int(size) <= 1000:
        bound = "greater than 5" if int(size) < 5 else "less than 1000"
        raise ServiceError(
            "InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value {bound}."
        )
    if size is not None and ids and call.params.get(ids):
        raise ServiceError(
            "InvalidParameterCombination", f"The parameter {ids} cannot be used with the parameter maxResults"
        )
    return page(call, items, 1000)


def missing(kind: str, code: str, ids: Sequence[str]) -> ServiceError:
    """NotFound of one or several resources."""
    if len(ids) == 1:
        return ServiceError(f"{code}.NotFound", f"The {kind} ID '{ids[0]}' does not exist")
    return ServiceError(f"{code}.NotFound", f"The {kind} IDs '{', '.join(ids)}' do not exist")


def check_ids(kind: str, code: str, prefix: str, ids: Sequence[str], existing: Mapping[str, Any]) -> None:
    """Raises Malformed or NotFound when an id is not of the form, or not there."""
    for resource_id in ids:
        if not re.fullmatch(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", resource_id):
            raise ServiceError(f"{code}.Malformed", f'Invalid id: "{resource_id}"')
    absent = [resource_id for resource_id in ids if resource_id not in existing]
    if absent:
        raise missing(kind, code, absent)

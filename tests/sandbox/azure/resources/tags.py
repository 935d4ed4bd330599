# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of any resource: ``{scope}/providers/Microsoft.Resources/tags/default``.

Limits: "Use tags to organize your Azure resources and management hierarchy" (Azure documentation): 50 tags, names of
512 and values of 256 characters, no ``<>%&\\?/`` and no control characters in names; names are compared without case.
"""

from __future__ import annotations

from collections.abc import Mapping

from azure.mgmt.resource.resources import models

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, resource_group_not_found, resource_not_found
from ..arm.ids import parse_id
from ..arm.registry import operation
from .groups import VERSIONS as GROUP_VERSIONS
from .tag_store import Tags, tags_at

VERSIONS = tuple(one for one in GROUP_VERSIONS if one >= "2019-10-01")
PATH = "/{scope*}/providers/Microsoft.Resources/tags/default"
MOST, LONGEST_NAME, LONGEST_VALUE = 50, 512, 256
RESERVED = "<>%&\\?/"


def _tags(call: Call) -> Tags:
    """The tags that the path is about. Raises ArmError."""
    scope = f"/{call.params['scope']}"
    try:
        parts = parse_id(scope)
    except ValueError:
        raise ArmError(400, "InvalidScope", f"The scope '{scope}' is not valid.") from None
    found = tags_at(call.world, scope)
    if found is None and not parts.type:
        raise resource_group_not_found(parts.group)
    if found is None:
        raise resource_not_found(parts.type, parts.name, parts.group)
    return found


def _answer(call: Call, tags: Mapping[str, str]) -> Answer:
    body = {
        "id": f"/{call.params['scope']}/providers/Microsoft.Resources/tags/default",
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": dict(tags)},
    }
    return Answer(200, body)


@operation("GET", PATH, versions=VERSIONS, name="Microsoft.Resources/tags/read", answer=models.TagsResource)
def get_tags(call: Call) -> Answer:
    """All tags of a resource."""
    return _answer(call, _tags(call))


@operation(
    "PUT",
    PATH,
    versions=VERSIONS,
    name="Microsoft.Resources/tags/write",
    body=models.TagsResource,
    answer=models.TagsResource,
)
def put_tags(call: Call) -> Answer:
    """These tags instead of those that are there."""
    return _set(call, call.body["properties"].get("tags", {}))


@operation(
    "PATCH",
    PATH,
    versions=VERSIONS,
    name="Microsoft.Resources/tags/write",
    body=models.TagsPatchResource,
    answer=models.TagsResource,
)
def patch_tags(call: Call) -> Answer:
    """Merge, Replace or Delete: see TagsPatchOperation of the REST reference."""
    given: dict[str, str] = call.body.get("properties", {}).get("tags", {})
    present = _tags(call)
    kind = call.body.get("operation")
    if kind is None:
        raise ArmError(400, "InvalidTagsOperation", "The property 'operation' is required: Replace, Merge or Delete.")
    if kind == "Replace":
        return _set(call, given)
    wanted = merged(present, given) if kind == "Merge" else without(present, given)
    return _set(call, wanted)


@operation("DELETE", PATH, versions=VERSIONS, name="Microsoft.Resources/tags/delete")
def delete_tags(call: Call) -> Answer:
    """No tags any more."""
    _tags(call).clear()
    return Answer(200)


def _set(call: Call, wanted: Mapping[str, str]) -> Answer:
    present = _tags(call)
    check_tags(wanted)
    kept = dict(wanted)
    present.clear()
    present.update(kept)
    return _answer(call, present)


def merged(present: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Present tags with the given ones; a name that is there in another case keeps its own."""
    names = {name.lower(): name for name in present}
    return {**present, **{names.get(name.lower(), name): value for name, value in given.items()}}


def without(present: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Present tags without the given ones: by name, and where a value is given only with that value."""
    gone = {name.lower(): value for name, value in given.items()}
    return {name: value for name, value in present.items() if gone.get(name.lower()) not in ("", value)}


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse what Azure does not take as tags. Raises ArmError."""
    if len(tags) > MOST:
        message = f"The number of tags '{len(tags)}' exceeds the maximum '{MOST}' allowed for a resource."
        raise ArmError(400, "TooManyTags", message)
    if len({name.lower() for name in tags}) != len(tags):
        raise ArmError(400, "DuplicateTagNames", "Tag names differ only in case.")
    for name, value in tags.items():
        if not name or len(name) > LONGEST_NAME:
            message = f"The tag name '{name}' is empty or longer than {LONGEST_NAME} characters."
            raise ArmError(400, "InvalidTagName", message)
        if any(letter in RESERVED or ord(letter) < 32 for letter in name):
            message = f"The tag names '{name}' have reserved characters '{','.join(RESERVED)}' or control characters."
            raise ArmError(400, "InvalidTagNameCharacters", message)
        if len(value) > LONGEST_VALUE:
            message = f"Tag value too large. Following tag value '{value}' exceeded the maximum length. "
            message += f"Maximum allowed length for tag value - '{LONGEST_VALUE}' characters."
            raise ArmError(400, "InvalidTagValueLength", message)

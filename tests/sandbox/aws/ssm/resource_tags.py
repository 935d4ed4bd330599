# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of SSM's own resources: baselines, maintenance windows, documents, associations, managed nodes ``mi-…``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ServiceError
from ..world import Call, operation

MAX_TAGS = 50


def checked_tags(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> dict[str, str]:
    """Tags of a request as a dict. Raises ServiceError: reserved keys, more than 50 together with those ``present``."""
    wanted = {tag["Key"]: tag["Value"] for tag in tags}
    if any(key.lower().startswith("aws:") for key in wanted):
        raise ServiceError("ValidationException", "Tag keys starting with 'aws:' are reserved for internal use")
    if len({**present, **wanted}) > MAX_TAGS:
        raise ServiceError("TooManyTagsError", f"At most {MAX_TAGS} tags are allowed for a resource")
    return wanted


def _tags_of(call: Call) -> dict[str, str]:
    """The live tags of the resource that the call names. Raises ServiceError."""
    from .association_store import AssociationStore
    from .baselines import BaselineStore
    from .document_store import DocumentStore
    from .windows import WindowStore

    kind, resource_id = call.params["ResourceType"], call.params["ResourceId"]
    if kind == "PatchBaseline":
        store = call.store(BaselineStore)
        if resource_id in store.tags:
            return store.tags[resource_id]
    elif kind == "ManagedInstance":
        machine = call.machines.get(resource_id)
        if machine is not None and machine.hybrid:
            return machine.tags
    elif kind == "MaintenanceWindow":
        windows = call.store(WindowStore).windows
        if resource_id in windows:
            return windows[resource_id].tags
    elif kind == "Association":
        associations = call.store(AssociationStore).associations
        if resource_id in associations:
            return associations[resource_id].tags
    elif kind == "Document":
        return call.store(DocumentStore).owned(resource_id).tags
    else:
        raise ServiceError("InvalidResourceType", f"The sandbox has no tags of {kind}")
    raise ServiceError("InvalidResourceId", f"The resource ID {resource_id} is not valid: it does not exist")


@operation("ssm", "AddTagsToResource")
def add_tags_to_resource(call: Call) -> Mapping[str, Any]:
    """Add or overwrite tags of one resource."""
    tags = _tags_of(call)
    tags.update(checked_tags(call.params["Tags"], tags))
    return {}


@operation("ssm", "RemoveTagsFromResource")
def remove_tags_from_resource(call: Call) -> Mapping[str, Any]:
    """Remove tags by key; absent keys are no error."""
    tags = _tags_of(call)
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("ssm", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Mapping[str, Any]:
    """The tags of one resource."""
    return {"TagList": [{"Key": key, "Value": value} for key, value in sorted(_tags_of(call).items())]}

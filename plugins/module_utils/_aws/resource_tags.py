# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of Systems Manager's own resources: baselines, windows, associations, documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.change_set import Step
from .._core.errors import InputError
from .client import Connection
from .instances import tag_dict, tag_list

ADD_TAGS, REMOVE_TAGS = "add_tags_to_resource", "remove_tags_from_resource"


def wanted_tags(tags: Mapping[Any, Any] | None) -> dict[str, str] | None:
    """The option ``tags`` as the API wants it; None when it is not set. Raises InputError for a key of AWS's own."""
    if tags is None:
        return None
    wanted = {str(key): "" if value is None else str(value) for key, value in tags.items()}
    reserved = next((key for key in wanted if key.lower().startswith("aws:")), None)
    if reserved is not None:
        raise InputError("tags", reserved, "keys that do not begin with aws:, which only AWS itself sets")
    return wanted


def tag_steps(current: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> list[Step]:
    """What to send so that the tags are as wanted. Tags that AWS itself sets are left alone."""
    steps = []
    new = {key: value for key, value in wanted.items() if current.get(key) != value}
    if new:
        steps.append(Step(ADD_TAGS, {"tags": new}))
    surplus = sorted(key for key in current if key not in wanted and not key.startswith("aws:"))
    if purge and surplus:
        steps.append(Step(REMOVE_TAGS, {"keys": surplus}))
    return steps


def tags_after(current: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> dict[str, str]:
    """The tags once :func:`tag_steps` are applied."""
    kept = {key: value for key, value in current.items() if not purge or key.startswith("aws:")}
    return {**kept, **wanted}


def read_tags(connection: Connection, resource_type: str, resource_id: str, shown: str) -> dict[str, str]:
    """The tags of a resource."""
    answer = connection.call(
        "ssm",
        "list_tags_for_resource",
        f"read the tags of the {shown}",
        ResourceType=resource_type,
        ResourceId=resource_id,
    )
    return tag_dict(answer.get("TagList"))


def apply_tag_step(connection: Connection, step: Step, resource_type: str, resource_id: str, shown: str) -> None:
    """Send one step of :func:`tag_steps`; ``shown`` names the resource in messages."""
    resource = {"ResourceType": resource_type, "ResourceId": resource_id}
    if step.action == ADD_TAGS:
        connection.call("ssm", ADD_TAGS, f"tag the {shown}", Tags=tag_list(step.params["tags"]), **resource)
    else:
        doing = f"remove tags from the {shown}"
        connection.call("ssm", REMOVE_TAGS, doing, TagKeys=list(step.params["keys"]), **resource)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that an association is as wanted: the plan of ``ssm_association``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError
from .association_model import UNSET, new_association, same, same_parameters, to_api
from .instances import tag_list
from .resource_tags import tag_steps, tags_after

CREATE, UPDATE, DELETE = "create_association", "update_association", "delete_association"


def plan_present(
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    tags: Mapping[str, str] | None,
    purge_tags: bool,
    defaults: Mapping[str, Sequence[str]],
) -> ChangeSet:
    """Make or change the association. Values that are not wanted stay as they are.

    ``defaults`` are the values that the document itself has for its parameters. Raises InputError.
    """
    if current is None:
        return _plan_new(wanted, tags or {})
    changes = {name: value for name, value in wanted.items() if not same(name, value, current[name])}
    if "parameters" in changes and same_parameters(changes["parameters"], current["parameters"], defaults):
        del changes["parameters"]
    if "name" in changes:
        return _plan_other_document(current, wanted, tags, purge_tags)
    after = {**current, **changes}
    refuse_contradictions(after)
    steps = [Step(UPDATE, _update_request(changes, after))] if changes else []
    if tags is not None:
        steps += tag_steps(current["tags"], tags, purge_tags)
        after["tags"] = tags_after(current["tags"], tags, purge_tags)
    return ChangeSet(dict(current), after, tuple(steps), _shown(current))


def plan_absent(current: Mapping[str, Any] | None) -> ChangeSet:
    """Delete the association."""
    if current is None:
        return ChangeSet()
    return ChangeSet(dict(current), {}, (_deletion(current),), _shown(current))


def refuse_contradictions(values: Mapping[str, Any]) -> None:
    """Refuse options that the API excludes from each other. Raises InputError."""
    if values.get("targets") and values.get("target_maps"):
        raise InputError("target_maps", values["target_maps"], "targets or target_maps; [] takes the other one away")
    if values.get("schedule_offset") and not values.get("apply_only_at_cron_interval"):
        raise InputError(
            "schedule_offset", values["schedule_offset"], "an offset with apply_only_at_cron_interval: true"
        )


def _plan_new(wanted: Mapping[str, Any], tags: Mapping[str, str]) -> ChangeSet:
    if not wanted.get("name"):
        raise InputError("name", wanted.get("name"), "the document that a new association is to run")
    after = {**new_association(wanted), "tags": dict(tags)}
    refuse_contradictions(after)
    return ChangeSet({}, after, (_creation(after),), _shown(after))


def _plan_other_document(
    current: Mapping[str, Any], wanted: Mapping[str, Any], tags: Mapping[str, str] | None, purge_tags: bool
) -> ChangeSet:
    """An association is bound to its document, so another one takes its place, and only then the old one goes."""
    if current["parameters"] and "parameters" not in wanted:
        allowed = f"those of {wanted['name']} ({{}} for its own defaults), since {current['name']} has others"
        raise InputError("parameters", None, allowed)
    merged = {**current, "document_version": UNSET["document_version"], **wanted, "association_id": ""}
    after = {**merged, "tags": current["tags"] if tags is None else tags_after(current["tags"], tags, purge_tags)}
    refuse_contradictions(after)
    return ChangeSet(dict(current), after, (_creation(after), _deletion(current)), _shown(current))


def _update_request(changes: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """All of the association, since the service empties what is left out; targets alone it keeps unless told."""
    no_targets = "targets" in changes and not after["targets"] and not after["target_maps"]
    return to_api(after) | ({"Targets": []} if no_targets else {})


def _creation(association: Mapping[str, Any]) -> Step:
    """AWS sets its own tags by itself."""
    own = {key: value for key, value in association["tags"].items() if not key.startswith("aws:")}
    return Step(CREATE, {**to_api(association), **({"Tags": tag_list(own)} if own else {})}, _shown(association))


def _deletion(association: Mapping[str, Any]) -> Step:
    return Step(DELETE, {"AssociationId": association["association_id"]}, _shown(association))


def _shown(association: Mapping[str, Any]) -> str:
    return f"association {association['association_name'] or association['association_id'] or association['name']}"

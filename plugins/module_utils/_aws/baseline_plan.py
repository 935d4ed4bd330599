# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that a patch baseline is as wanted: the plan of ``ssm_patch_baseline``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError, PatchingError
from .baseline_model import new_baseline, same, to_api

CREATE, UPDATE, DELETE = "create_patch_baseline", "update_patch_baseline", "delete_patch_baseline"
SET_DEFAULT, UNSET_DEFAULT = "register_default_patch_baseline", "restore_default_patch_baseline"
ADD_TAGS, REMOVE_TAGS = "add_tags_to_resource", "remove_tags_from_resource"


def plan_present(
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    tags: Mapping[str, str] | None,
    purge_tags: bool,
    default_baseline: bool | None,
) -> ChangeSet:
    """Make or change the baseline. Values that are not wanted stay as they are. Raises InputError."""
    if current is None:
        return _plan_new(wanted, tags or {}, default_baseline)
    system = wanted.get("operating_system", current["operating_system"])
    if system != current["operating_system"]:
        allowed = f"{current['operating_system']}: the operating system of a baseline cannot be changed"
        raise InputError("operating_system", system, allowed)
    changes = {name: value for name, value in wanted.items() if not same(name, value, current[name])}
    steps = [Step(UPDATE, to_api(changes))] if changes else []
    after = {**current, **changes}
    if tags is not None:
        steps += _tag_steps(current["tags"], tags, purge_tags)
        after["tags"] = {**({} if purge_tags else current["tags"]), **tags}
    if default_baseline is not None and default_baseline != current["default_baseline"]:
        steps.append(Step(SET_DEFAULT if default_baseline else UNSET_DEFAULT))
        after["default_baseline"] = default_baseline
    return ChangeSet(dict(current), after, tuple(steps), f"patch baseline {current['name']}")


def plan_absent(current: Mapping[str, Any] | None) -> ChangeSet:
    """Delete the baseline. Raises PatchingError while it is in use, as the service would."""
    if current is None:
        return ChangeSet()
    name = f"patch baseline {current['name']} ({current['baseline_id']})"
    if current["patch_groups"]:
        raise PatchingError(
            f"{name} cannot be deleted: it is registered for {', '.join(current['patch_groups'])}. "
            "Deregister it first, with ssm_patch_group and state: absent"
        )
    if current["default_baseline"]:
        raise PatchingError(
            f"{name} cannot be deleted: it is the default for {current['operating_system']}. "
            "Make another baseline the default first, or this one default_baseline: false"
        )
    return ChangeSet(dict(current), {}, (Step(DELETE),), f"patch baseline {current['name']}")


def _plan_new(wanted: Mapping[str, Any], tags: Mapping[str, str], default_baseline: bool | None) -> ChangeSet:
    steps = [Step(CREATE, to_api(wanted))]
    if default_baseline:
        steps.append(Step(SET_DEFAULT))
    after = {**new_baseline(wanted), "default_baseline": bool(default_baseline), "tags": dict(tags)}
    return ChangeSet({}, after, tuple(steps), f"patch baseline {wanted['name']}")


def _tag_steps(current: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> list[Step]:
    steps = []
    new = {key: value for key, value in wanted.items() if current.get(key) != value}
    if new:
        steps.append(Step(ADD_TAGS, {"tags": new}))
    surplus = sorted(key for key in current if key not in wanted and not key.startswith("aws:"))
    if purge and surplus:
        steps.append(Step(REMOVE_TAGS, {"keys": surplus}))
    return steps

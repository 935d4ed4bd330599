# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that a patch baseline is as wanted: the plan of ``ssm_patch_baseline``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.change_set import ChangeSet, Step
from .._core.errors import InputError, PatchingError
from .baseline_model import new_baseline, same, to_api, update_members, with_delays
from .registered_baselines import is_aws_owned
from .resource_tags import tag_steps, tags_after

CREATE, UPDATE, DELETE = "create_patch_baseline", "update_patch_baseline", "delete_patch_baseline"
SET_DEFAULT = "register_default_patch_baseline"
DEREGISTER = "deregister_patch_baseline_for_patch_group"


def plan_present(
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    tags: Mapping[str, str] | None,
    purge_tags: bool,
    default_baseline: bool | None,
    service_default: str = "",
) -> ChangeSet:
    """Make or change the baseline. Values that are not wanted stay as they are. Raises InputError, PatchingError.

    ``service_default`` is AWS's baseline that becomes the default where this one is not to be it any longer.
    """
    if current is None:
        return _plan_new(wanted, tags or {}, default_baseline)
    _refuse_other_system(current, wanted)
    changes = {name: value for name, value in wanted.items() if not same(name, value, current[name])}
    if "approval_rules" in changes:
        changes["approval_rules"] = with_delays(changes["approval_rules"], current["approval_rules"])
    after = {**current, **changes}
    steps = [Step(UPDATE, update_members(changes, after))] if changes else []
    new_tags = [] if tags is None else tag_steps(current["tags"], tags, purge_tags)
    if tags is not None:
        after["tags"] = tags_after(current["tags"], tags, purge_tags)
    if is_aws_owned(current["baseline_id"]) and (changes or new_tags):
        raise _owned_by_aws(current, ", ".join([*sorted(changes), *(["tags"] if new_tags else [])]), "be changed")
    steps += new_tags
    if default_baseline is not None and default_baseline != current["default_baseline"]:
        steps.append(_be_default(after) if default_baseline else _be_default_no_longer(current, service_default))
        after["default_baseline"] = default_baseline
    return ChangeSet(dict(current), after, tuple(steps), f"patch baseline {current['name']}")


def plan_absent(
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any] | None = None,
    *,
    deregister: bool = False,
    no_default: bool = False,
    service_default: str = "",
) -> ChangeSet:
    """Delete the baseline. Raises PatchingError while it is in use, unless told to free it first.

    ``deregister`` takes it from its patch groups, ``no_default`` makes ``service_default`` the default instead of it.
    """
    if current is None:
        return ChangeSet()
    _refuse_other_system(current, wanted or {})
    name, system = f"patch baseline {current['name']} ({current['baseline_id']})", current["operating_system"]
    if is_aws_owned(current["baseline_id"]):
        raise _owned_by_aws(current, "it", "be deleted")
    steps = []
    if current["patch_groups"] and not deregister:
        raise PatchingError(
            f"{name} cannot be deleted: it is registered for {', '.join(current['patch_groups'])}. "
            "Register another baseline for these groups first with ssm_patch_group, or give "
            "deregister_patch_groups: true, and their nodes get the default baseline"
        )
    if current["default_baseline"]:
        if not no_default:
            raise PatchingError(
                f"{name} cannot be deleted: it is the default for {system}. Make another baseline the default first, "
                "or give default_baseline: false, and AWS's own becomes it"
            )
        steps.append(_be_default_no_longer(current, service_default))
    steps += [Step(DEREGISTER, {"patch_group": group}) for group in current["patch_groups"]]
    return ChangeSet(dict(current), {}, (*steps, Step(DELETE)), f"patch baseline {current['name']}")


def _plan_new(wanted: Mapping[str, Any], tags: Mapping[str, str], default_baseline: bool | None) -> ChangeSet:
    after = {**new_baseline(wanted), "default_baseline": bool(default_baseline), "tags": dict(tags)}
    steps = [Step(CREATE, to_api(wanted))]
    if default_baseline:
        steps.append(_be_default(after))
    return ChangeSet({}, after, tuple(steps), f"patch baseline {wanted['name']}")


def _be_default(baseline: Mapping[str, Any]) -> Step:
    return Step(SET_DEFAULT, {}, f"{baseline['name']} the default for {baseline['operating_system']}")


def _be_default_no_longer(baseline: Mapping[str, Any], service_default: str) -> Step:
    system = baseline["operating_system"]
    if service_default == baseline["baseline_id"]:
        allowed = (
            f"true, since this is AWS's own default for {system}: make another baseline the default, with "
            "default_baseline: true there"
        )
        raise InputError("default_baseline", False, allowed)
    return Step(SET_DEFAULT, {"baseline_id": service_default}, f"{service_default} the default for {system}")


def _refuse_other_system(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    system = wanted.get("operating_system", current["operating_system"])
    if system != current["operating_system"]:
        allowed = f"{current['operating_system']}: the operating system of a baseline cannot be changed"
        raise InputError("operating_system", system, allowed)


def _owned_by_aws(current: Mapping[str, Any], what: str, done: str) -> PatchingError:
    return PatchingError(
        f"patch baseline {current['name']} ({current['baseline_id']}) belongs to AWS: {what} cannot {done}. It can be "
        "made the default (default_baseline) and be registered for patch groups (ssm_patch_group); make a baseline of "
        "your own, with another name, for anything else"
    )

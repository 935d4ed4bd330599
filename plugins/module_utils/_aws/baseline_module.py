# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_patch_baseline``: from its options to what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.change_set import ChangeSet
from .._core.errors import InputError
from .baseline import apply, fetch, service_default
from .baseline_check import check_values
from .baseline_model import wanted_of
from .baseline_plan import plan_absent, plan_present
from .client import Connection
from .model_check import check_request
from .module import session_of
from .resource_tags import wanted_tags


def manage_baseline(module: Any) -> dict[str, Any]:
    """Make the baseline as the options say: look, plan, apply unless in check mode, answer."""
    params = {**module.params, "tags": wanted_tags(module.params["tags"])}
    wanted = wanted_of(params)
    _refuse_bad_values(params)
    connection = session_of(module).connect(params["account"] or "")
    current = fetch(connection, params["baseline_id"], params["name"], params["operating_system"])
    changes = _plan(connection, params, wanted, current)
    baseline: Mapping[str, Any] = changes.after
    if changes.changed and not module.check_mode:
        baseline_id = apply(connection, changes, params["tags"] or {})
        baseline = {**changes.after, "baseline_id": baseline_id} if changes.after else {}
    return {"changed": changes.changed, "diff": changes.diff(), "baseline": dict(baseline)}


def _plan(
    connection: Connection, params: Mapping[str, Any], wanted: Mapping[str, Any], current: Mapping[str, Any] | None
) -> ChangeSet:
    default = params["default_baseline"]
    instead = ""
    if current is not None and current["default_baseline"] and default is False:
        instead = service_default(connection, current["operating_system"])
    if params["state"] == "absent":
        return plan_absent(
            current,
            wanted,
            deregister=params["deregister_patch_groups"],
            no_default=default is False,
            service_default=instead,
        )
    if current is None and params["baseline_id"]:
        raise InputError("baseline_id", params["baseline_id"], "a baseline that exists in this account and region")
    return plan_present(
        current,
        wanted,
        tags=params["tags"],
        purge_tags=params["purge_tags"],
        default_baseline=default,
        service_default=instead,
    )


def _refuse_bad_values(params: Mapping[str, Any]) -> None:
    """Refuse before the first request what no request could ask for. Raises InputError."""
    check_values(params, params["tags"])
    if params["baseline_id"] is not None:
        check_request("ssm", "GetPatchBaseline", {"BaselineId": params["baseline_id"]})
    if params["state"] == "absent" and params["default_baseline"]:
        raise InputError("default_baseline", True, "false, or nothing, with state: absent")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_patch_baseline_info``: patch baselines, and the patches that they decide on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible.module_utils.common.warnings import warn

from .._core.errors import CloudError
from .._core.pool import results
from .baseline import Identity, read
from .client import Connection
from .model_check import check_request, snake_case
from .module import session_of
from .registered_baselines import PAGE, baseline_identities, is_aws_owned, short_id
from .times import iso

NOT_TOLD = "UnsupportedOperatingSystem"
"""The service's code where it does not tell the effective patches of an operating system."""


def describe_baselines(module: Any) -> dict[str, Any]:
    """The baselines that the options ask for: one listing, and the details side by side where they are asked for."""
    params = module.params
    if params["baseline_id"] is not None:
        check_request("ssm", "GetPatchBaseline", {"BaselineId": params["baseline_id"]})
    connection = session_of(module).connect(params["account"] or "")
    found = _listed(connection, params)
    baselines = [_short(identity) for identity in found]
    if params["details"]:
        details = results(lambda one: read(connection, one, dates=True), found)
        baselines = [baseline for _identity, baseline in details]
    if params["effective_patches"]:
        answers = results(lambda one: effective_patches(connection, str(one["BaselineId"])), found)
        baselines = [{**baseline, **patches} for baseline, (_one, patches) in zip(baselines, answers, strict=True)]
        systems = sorted({one["operating_system"] for one in baselines if one["effective_patches"] is None})
        if systems:
            warn(f"The service does not tell the effective patches of baselines for {', '.join(systems)}")
    return {"changed": False, "baselines": baselines}


def effective_patches(connection: Connection, baseline_id: str) -> dict[str, Any]:
    """The patches that a baseline decides on; None with the service's reason where it does not tell them."""
    doing = f"read the effective patches of the patch baseline {baseline_id}"
    try:
        listed = list(
            connection.pages(
                "ssm",
                "describe_effective_patches_for_patch_baseline",
                "EffectivePatches",
                doing,
                BaselineId=baseline_id,
                MaxResults=PAGE,
            )
        )
    except CloudError as error:
        if error.code != NOT_TOLD:
            raise
        return {"effective_patches": None, "effective_patches_not_told": str(error)}
    patches = [_plain({**(entry.get("Patch") or {}), **(entry.get("PatchStatus") or {})}) for entry in listed]
    return {"effective_patches": patches, "effective_patches_not_told": ""}


def _listed(connection: Connection, params: Mapping[str, Any]) -> list[Identity]:
    owner = "" if params["owner"] == "All" else str(params["owner"])
    listed = baseline_identities(
        connection,
        owner=owner,
        name_prefix=params["name"] or params["name_prefix"] or "",
        operating_system=params["operating_system"] or "",
    )
    return sorted((one for one in listed if _is_asked_for(one, params)), key=lambda one: (_name(one), _id(one)))


def _is_asked_for(identity: Identity, params: Mapping[str, Any]) -> bool:
    return (
        params["name"] in (None, _name(identity))
        and (params["baseline_id"] is None or short_id(params["baseline_id"]) == short_id(_id(identity)))
        and (not params["default_only"] or bool(identity.get("DefaultBaseline")))
    )


def _short(identity: Identity) -> dict[str, Any]:
    """A baseline as the listing has it."""
    return {
        "baseline_id": _id(identity),
        "name": _name(identity),
        "operating_system": str(identity["OperatingSystem"]),
        "description": str(identity.get("BaselineDescription") or ""),
        "owner": "AWS" if is_aws_owned(_id(identity)) else "Self",
        "default_baseline": bool(identity.get("DefaultBaseline")),
    }


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of an answer as plain data; dates are written in ISO 8601."""
    return {snake_case(name): iso(value) if isinstance(value, datetime) else value for name, value in members.items()}


def _id(identity: Identity) -> str:
    return str(identity["BaselineId"])


def _name(identity: Identity) -> str:
    return str(identity.get("BaselineName", ""))

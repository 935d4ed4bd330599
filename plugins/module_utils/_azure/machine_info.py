# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_machine_info``: the facts of machines, and the machines that nobody listed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .._core.errors import CloudError, InputError, together
from .._core.facts import UnlistedNode
from .._core.nodes import Node
from .._core.patch_groups import matches
from .._core.pool import outcomes
from .._ledger.scope_args import read_nodes
from .machine_facts import MachineFacts, facts_of, patch_group_of
from .machines import Estate, Machine, estate_of_arm, estate_of_graph, instance_views, tag_of
from .maintenance import maintenance_of
from .module import session_of
from .nodes import azure_nodes
from .session import AzureSession

RESOURCE_GRAPH, ARM = "resource_graph", "arm"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to read. ``nodes`` None: every machine of the subscriptions."""

    nodes: Sequence[Node] | None
    subscriptions: Sequence[str]
    source: str
    live: bool
    tag_keys: Sequence[str]
    until: datetime


def describe_machines(module: Any) -> dict[str, Any]:
    """Read the facts of all machines, all subscriptions side by side."""
    session = session_of(module)
    asked = _asked(module.params, session.account)
    known = read_facts(session, asked, datetime.now(UTC))
    nodes = asked.nodes if asked.nodes is not None else [_node(machine) for machine in known.machines.values()]
    patterns = module.params["patch_groups"] or ()
    return {
        "changed": False,
        "facts": [facts_of(node, known).to_dict() for node in nodes],
        "unlisted": _unlisted(known, {node.node_id for node in nodes}, patterns),
    }


def read_facts(session: AzureSession, asked: Asked, now: datetime) -> MachineFacts:
    """What Azure says of the subscriptions. Raises :class:`CloudError` when one of them cannot be read."""
    subscriptions = list(asked.subscriptions)
    if asked.source == ARM:
        estates = _each(subscriptions, lambda one: estate_of_arm(session.connect(one), one))
    else:
        groups = session.groups(subscriptions)
        estates = _each(groups, lambda group: estate_of_graph(session.connect(group[0]), group))
    views = None
    if asked.live or asked.source == ARM:
        each = _each(subscriptions, lambda one: instance_views(session.connect(one), one))
        views = {node_id: view for found in each for node_id, view in found.items()}
    return _together(estates, views, asked, now)


def _asked(params: Mapping[str, Any], own_subscription: str) -> Asked:
    """What the options ask for. Raises :class:`InputError` where they name no subscription."""
    nodes = None if params["nodes"] is None else azure_nodes(read_nodes(params["nodes"]))
    named = [str(one) for one in params["subscriptions"] or ()]
    named += [str(place.get("account") or "") or own_subscription for place in params["targets"] or ()]
    named += [node.account for node in nodes or ()]
    if nodes is None and not named:
        named = [own_subscription]
    subscriptions = list(dict.fromkeys(name.lower() for name in named))
    if "" in subscriptions:
        allowed = "subscription ids, here, or in subscription_id, AZURE_SUBSCRIPTION_ID, the profile or az login"
        raise InputError("subscriptions", "", allowed)
    until = datetime.now(UTC) + timedelta(hours=params["horizon_hours"])
    return Asked(nodes, subscriptions, params["source"], bool(params["live"]), params["tag_keys"], until)


def _each(places: Sequence[Any], read: Any) -> list[Any]:
    """What each place answered. A place that does not answer fails the whole: its machines would look absent."""
    answers = [answer for _place, answer in outcomes(read, places)]
    errors = [answer for answer in answers if isinstance(answer, CloudError)]
    if errors:
        raise together(errors)
    return answers


def _together(
    estates: Iterable[Estate], views: Mapping[str, Mapping[str, Any]] | None, asked: Asked, now: datetime
) -> MachineFacts:
    read = list(estates)
    return MachineFacts(
        machines={key: machine for estate in read for key, machine in estate.machines.items()},
        disks={key: disk for estate in read for key, disk in estate.disks.items()},
        views=views,
        maintenance=maintenance_of(
            [entry for estate in read for entry in estate.configurations],
            [entry for estate in read for entry in estate.assignments],
            now,
            asked.until,
        ),
        tag_keys=asked.tag_keys,
    )


def _node(machine: Machine) -> Node:
    return Node(machine.id, machine.name, machine.provider, machine.subscription, machine.location)


def _unlisted(known: MachineFacts, listed: Collection[str], patterns: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for machine in known.machines.values():
        group = patch_group_of(machine.tags, known.tag_keys)
        facts = facts_of(_node(machine), known)
        groups = [tag_of(machine.tags, key) or "" for key in known.tag_keys]
        ours = any(matches(pattern, one) for pattern in patterns for one in groups)
        if machine.id not in listed and facts.found and ours:
            place = (machine.subscription, machine.location)
            os = facts.os or facts.os_family
            found.append(UnlistedNode(machine.id, machine.name, *place, group, os, facts.tags).to_dict())
    return sorted(found, key=lambda node: (node["account"], node["region"], node["node_id"]))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts machines into patch groups: the tag, in bulk.

Resource Graph tells the tags of all machines in one query, but some minutes late. So what differs there is looked at
again in the lists of Azure Resource Manager before it is written, and a second run right after the first changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.common.warnings import warn

from .._core.errors import CloudError, InputError, together
from .._core.node_summary import failure_warning, summarize
from .._core.nodes import Node
from .._core.pool import outcomes
from .._ledger.scope_args import read_nodes
from .machines import Machine, machines_of_arm, machines_of_graph, tag_of
from .module import session_of
from .nodes import azure_nodes
from .session import AzureSession
from .tags import delete_tags, merge_tags

UNKNOWN = "Azure knows no such machine, or the credentials may not read it"

MOST_TAGS = 50
LONGEST_NAME = 512
LONGEST_VALUE = 256
RESERVED = "<>%&\\?/"
"""Limits of tags: "Use tags to organize your Azure resources and management hierarchy", Limitations."""

_TOO_MANY = f"it carries {MOST_TAGS} tags already, which is all that Azure allows: remove one"

Machines = Mapping[str, Machine]


@dataclass(slots=True)
class TagPlan:
    """What is written: node id to the tag before and after, None where there is none."""

    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def set_group_tags(module: Any) -> dict[str, Any]:
    """Put the machines into their patch groups, or take them out."""
    params = module.params
    key = params["tag_key"]
    nodes = azure_nodes(read_nodes(params["nodes"]))
    wanted = {node.node_id: _wanted(node, params["patch_group"], params["state"]) for node in nodes}
    check_tags(key, wanted.values())
    session = session_of(module)
    machines, unread = _machines(session, key, wanted, graph_first=params["source"] == "resource_graph")
    plan = plan_tags(key, {node_id: value for node_id, value in wanted.items() if node_id not in unread}, machines)
    failures = {**unread, **plan.failures}
    if not module.check_mode:
        failures.update(apply(session, key, plan, machines))
    changed = [node_id for node_id in plan.after if node_id not in failures]
    left_out = failure_warning("tagged", nodes, failures)
    if left_out:
        warn(left_out)
    return {
        "changed": bool(changed),
        "nodes": summarize(nodes, changed, failures),
        "changed_node_ids": changed,
        "diff": {"before": dict(plan.before), "after": dict(plan.after)},
    }


def plan_tags(key: str, wanted: Mapping[str, str | None], machines: Machines) -> TagPlan:
    """Which machines get which value, so that only those that differ are written."""
    plan = TagPlan()
    for node_id, value in wanted.items():
        machine = machines.get(node_id)
        if machine is None:
            plan.failures[node_id] = UNKNOWN
            continue
        present = tag_of(machine.tags, key)
        if present == value:
            continue
        if present is None and len(machine.tags) >= MOST_TAGS:
            plan.failures[node_id] = _TOO_MANY
        else:
            plan.before[node_id], plan.after[node_id] = present, value
    return plan


def apply(session: AzureSession, key: str, plan: TagPlan, machines: Machines) -> dict[str, str]:
    """Write the tags, machines side by side, since the API takes one resource; answers what failed by node id."""

    def write(node_id: str) -> None:
        machine, value = machines[node_id], plan.after[node_id]
        connection = session.connect(machine.subscription)
        if value is not None:
            merge_tags(connection, node_id, {key: value}, f"set the tag {key} of {machine.name}")
            return
        # Both in Azure's own spelling: a tag is removed only as far as it has the value that is sent.
        gone = {name: text for name, text in machine.tags.items() if name.lower() == key.lower()}
        delete_tags(connection, node_id, gone, f"remove the tag {key} of {machine.name}")

    failures: dict[str, str] = {}
    for node_id, answer in outcomes(write, list(plan.after)):
        if isinstance(answer, CloudError):
            failures[node_id] = str(answer)
    return failures


def check_tags(key: str, values: Collection[str | None]) -> None:
    """Raises :class:`InputError` for a name or a value that Azure does not take."""
    if not key or len(key) > LONGEST_NAME or any(letter in RESERVED or ord(letter) < 32 for letter in key):
        raise InputError("tag_key", key, f"1 to {LONGEST_NAME} characters, none of them one of {RESERVED}")
    long = next((value for value in values if value is not None and len(value) > LONGEST_VALUE), None)
    if long is not None:
        raise InputError("patch_group", long, f"at most {LONGEST_VALUE} characters")


def _machines(
    session: AzureSession, key: str, wanted: Mapping[str, str | None], *, graph_first: bool
) -> tuple[dict[str, Machine], dict[str, str]]:
    """The machines, those whose tag is to change as they are now; and why nodes could not be read.

    Raises :class:`CloudError` when nothing at all could be read.
    """
    machines: dict[str, Machine] = {}
    if graph_first:
        groups = session.groups(_subscriptions(wanted))
        machines, _unread = _read(groups, lambda group: machines_of_graph(session.connect(group[0]), group))
    differing = {id_: value for id_, value in wanted.items() if _differs(machines.get(id_), key, value)}
    listed, unread = _read(_subscriptions(differing), lambda one: machines_of_arm(session.connect(one), one, wanted))
    same = {id_: machine for id_, machine in machines.items() if id_ not in differing}
    return {**listed, **same}, {id_: unread[_subscription(id_)] for id_ in differing if _subscription(id_) in unread}


def _read(
    places: Sequence[Any], read: Callable[[Any], dict[str, Machine]]
) -> tuple[dict[str, Machine], dict[Any, str]]:
    """The machines of all places, and the places that did not answer. Raises CloudError when none did."""
    machines: dict[str, Machine] = {}
    errors: list[tuple[Any, CloudError]] = []
    for place, answer in outcomes(read, places):
        if isinstance(answer, CloudError):
            errors.append((place, answer))
        else:
            machines.update(answer)
    if errors and len(errors) == len(places):
        raise together([error for _place, error in errors])
    return machines, {str(place): str(error) for place, error in errors}


def _differs(machine: Machine | None, key: str, value: str | None) -> bool:
    return machine is None or tag_of(machine.tags, key) != value


def _subscriptions(node_ids: Collection[str]) -> list[str]:
    return list(dict.fromkeys(_subscription(node_id) for node_id in node_ids))


def _subscription(node_id: str) -> str:
    return node_id.split("/")[2]


def _wanted(node: Node, patch_group: str | None, state: str) -> str | None:
    if state == "absent":
        return None
    value = patch_group or node.patch_group
    if not value:
        raise InputError("patch_group", patch_group, f"a patch group, here or with the node {node.shown}")
    return value

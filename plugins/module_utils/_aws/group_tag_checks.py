# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be warned of when nodes are put into patch groups: a tag alone does not give them the right baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._core.errors import CloudError
from .._core.node_summary import MOST_FAILURES
from .._core.nodes import Node
from .._core.patch_groups import common_start
from .._core.pool import results
from .._core.targets import chunks
from .client import Connection
from .instances import Instance
from .managed import FILTER_VALUES, managed_nodes
from .node_facts import operating_system_of
from .platforms import PATCH_MANAGER_NAME
from .registered_baselines import Mappings, patch_group_mappings

NODES_NAMED = 5
"""Nodes that a warning names; the result has more."""
NO_SYSTEM = "Systems Manager and EC2 do not tell which operating system they have"


@dataclass(frozen=True, slots=True)
class Gap:
    """Nodes for whose operating system no baseline is registered with their group, or, with a reason, may be."""

    account: str
    region: str
    patch_group: str
    operating_system: str
    nodes: tuple[Node, ...]
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As the module answers it."""
        return {
            "account": self.account,
            "region": self.region,
            "patch_group": self.patch_group,
            "operating_system": self.operating_system,
            "count": len(self.nodes),
            "node_ids": [node.node_id for node in self.nodes[:MOST_FAILURES]],
            "reason": self.reason,
        }

    def __str__(self) -> str:
        where = f" in {f'{self.account} {self.region}'.strip()}"
        if self.reason:
            return (
                f"Whether a baseline is registered for the patch group {self.patch_group} and these nodes{where} is "
                f"not known: {named(self.nodes)}. {self.reason}"
            )
        return (
            f"No baseline for {self.operating_system} is registered for the patch group {self.patch_group}{where}, so "
            f"that the default baseline applies to these nodes: {named(self.nodes)}. ssm_patch_group registers one"
        )


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """What is known of the baselines of a place: registrations, or why they are not known."""

    mappings: Mappings
    managed: Mapping[str, Mapping[str, Any]]
    problem: str = ""


def read_baselines(
    connection: Connection, groups: Sequence[str], node_ids: Sequence[str], known: Mapping[str, Mapping[str, Any]]
) -> GroupCheck:
    """What :func:`gaps` needs. ``known`` are nodes of which Systems Manager was asked before.

    That it cannot be read is an answer too: for a warning no node is to stay without its tag.
    """

    def registered() -> Mappings:
        return patch_group_mappings(connection, common_start(groups))

    parts = list(chunks([node_id for node_id in node_ids if node_id not in known], FILTER_VALUES))
    asks: list[Callable[[], Any]] = [registered]
    asks += [partial(managed_nodes, connection, part) for part in parts]
    try:
        mappings, *found = [answer for _ask, answer in results(lambda ask: ask(), asks)]
    except CloudError as error:
        return GroupCheck({}, known, str(error))
    managed = dict(known)
    for part in found:
        managed.update(part)
    return GroupCheck(mappings, managed)


def gaps(
    connection: Connection,
    wanted: Mapping[Node, str],
    instances: Mapping[str, Instance],
    check: GroupCheck,
) -> list[Gap]:
    """Nodes that would get a default baseline, and those of which that is not known, by group and operating system."""
    found: dict[tuple[str, str, str], list[Node]] = {}
    for node, group in wanted.items():
        os, _version = operating_system_of(node, instances.get(node.node_id), check.managed.get(node.node_id))
        system = PATCH_MANAGER_NAME.get(os, "")
        reason = check.problem or ("" if system else NO_SYSTEM)
        if reason or (group, system) not in check.mappings:
            found.setdefault((group, "" if reason else system, reason), []).append(node)
    return [
        Gap(connection.account, connection.region, group, system, tuple(nodes), reason)
        for (group, system, reason), nodes in sorted(found.items(), key=lambda entry: entry[0])
    ]


def named(nodes: Sequence[Node]) -> str:
    """A few nodes as a message names them."""
    more = len(nodes) - NODES_NAMED
    return ", ".join(node.shown for node in nodes[:NODES_NAMED]) + (f" and {more} more" if more > 0 else "")

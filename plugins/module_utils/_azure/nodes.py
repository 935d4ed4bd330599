# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are Azure's, and what their ids say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .._core.errors import InputError
from .._core.nodes import AZURE, Node, provider_of_id
from .._core.targets import nodes_of

VM, ARC = PROVIDERS = AZURE


def azure_nodes(nodes: Iterable[Node], node_ids: Sequence[str] | None = None) -> list[Node]:
    """The nodes of this cloud, each once; only those of ``node_ids`` when that is given.

    Account and provider are those that the id says. Raises InputError for an id that is no machine of Azure's.
    """
    return [_completed(node) for node in nodes_of(PROVIDERS, nodes, node_ids)]


def _completed(node: Node) -> Node:
    provider = provider_of_id(node.node_id)
    if provider not in PROVIDERS:
        raise InputError("nodes.node_id", node.node_id, "the resource id of a VM or of an Arc machine")
    return replace(node, provider=provider, account=node.node_id.split("/")[2])


def group_of(node_id: str) -> str:
    """The resource group of a machine's id."""
    return node_id.split("/")[4]


def name_of(node_id: str) -> str:
    """The resource's own name."""
    return node_id.split("/")[-1]

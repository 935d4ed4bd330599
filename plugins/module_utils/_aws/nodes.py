# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are AWS's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._core.nodes import Node
from .._core.targets import nodes_of

PROVIDERS = ("aws", "")
"""A node of which no provider is known is taken for what the module is for."""


def aws_nodes(nodes: Iterable[Node], node_ids: Sequence[str] | None = None) -> list[Node]:
    """The nodes of this cloud, each once; only those of ``node_ids`` when that is given."""
    return nodes_of(PROVIDERS, nodes, node_ids)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are AWS's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .._core.errors import InputError
from .._core.nodes import Node
from .._core.targets import nodes_of

_NODE_ID = re.compile(r"i-(\w{8}|\w{17})|mi-\w{17}")
PROVIDERS = ("aws", "")
"""A node of which no provider is known is taken for what the module is for."""


def aws_nodes(nodes: Iterable[Node], node_ids: Sequence[str] | None = None) -> list[Node]:
    """The nodes of this cloud, each once; only those of ``node_ids`` when that is given.

    Raises InputError for an id that no instance and no hybrid node can have (service model: InstanceId).
    """
    found = nodes_of(PROVIDERS, nodes, node_ids)
    wrong = next((node.node_id for node in found if not _NODE_ID.fullmatch(node.node_id)), None)
    if wrong is not None:
        raise InputError("nodes.node_id", wrong, "an EC2 instance such as i-0123456789abcdef0, or a hybrid node mi-…")
    return found

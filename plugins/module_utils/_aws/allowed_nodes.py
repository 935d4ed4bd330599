# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that a module may work on: what others are named is refused before anything is sent to any node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.errors import InputError
from .._core.nodes import Node
from .._core.targets import Target, on_targets, targets_of
from .client import Connection
from .instances import instances_by_id, is_hybrid
from .managed import hybrid_tags, managed_nodes
from .session import AwsSession

MOST_NAMED = 10


def only_tags(params: Mapping[str, Any]) -> dict[str, tuple[str, ...]] | None:
    """The option ``only_tags``: the values that each tag may have; None when it is not set. Raises InputError."""
    given = params.get("only_tags")
    if given is None:
        return None
    allowed = "at least one tag with a text, or a list of texts of which it has to have one"
    if not given:
        raise InputError("only_tags", given, allowed)
    wanted: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(text, (str, int)) and not isinstance(text, bool) for text in values):
            raise InputError(f"only_tags.{key}", value, allowed)
        wanted[str(key)] = tuple(str(text) for text in values)
    return wanted


def refuse_other_nodes(nodes: Sequence[Node], only_node_ids: Sequence[str] | None) -> None:
    """Raise InputError that names the nodes which are not among those allowed; an empty list allows none."""
    if only_node_ids is None:
        return
    allowed = set(only_node_ids)
    _refuse([node for node in nodes if node.node_id not in allowed], "only nodes that only_node_ids names")


def refuse_other_tags(session: AwsSession, nodes: Sequence[Node], wanted: Mapping[str, Sequence[str]] | None) -> None:
    """Raise InputError that names the nodes which do not carry the tags now, by what their cloud says of them.

    Raises CloudError when tags cannot be read: what is not known is not allowed.
    """
    if wanted is None:
        return
    answers = on_targets(session, targets_of(nodes, session.region), _tags_of_target)
    if answers.errors:
        raise answers.errors[0][1]
    tags = {node_id: found for _target, answer in answers.answers for node_id, found in answer.items()}
    others = [node for node in nodes if not carries(tags.get(node.node_id), wanted)]
    _refuse(others, f"only nodes with the tags {' and '.join(_shown(key, values) for key, values in wanted.items())}")


def carries(tags: Mapping[str, str] | None, wanted: Mapping[str, Sequence[str]]) -> bool:
    """Whether a node with these tags has one of the values of each wanted one; a node that is not known has none."""
    return tags is not None and all(tags.get(key) in values for key, values in wanted.items())


def _tags_of_target(connection: Connection, target: Target[Node]) -> dict[str, Mapping[str, str]]:
    node_ids = [node.node_id for node in target.items]
    found: dict[str, Mapping[str, str]] = {
        node_id: instance.tags for node_id, instance in instances_by_id(connection, node_ids).items()
    }
    hybrid = [node_id for node_id in node_ids if is_hybrid(node_id)]
    return {**found, **hybrid_tags(connection, list(managed_nodes(connection, hybrid)))} if hybrid else found


def _refuse(others: Sequence[Node], allowed: str) -> None:
    if others:
        named = [node.shown for node in others[:MOST_NAMED]]
        more = f" ({len(others) - MOST_NAMED} more are not)" if len(others) > MOST_NAMED else ""
        raise InputError("nodes", named, f"{allowed}{more}; nothing was sent to any node")


def _shown(key: str, values: Sequence[str]) -> str:
    return f"{key}={' or '.join(values)}"

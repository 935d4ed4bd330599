# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes a batch, an exclusion or an application's batch is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .nodes import Node

FIELDS = (
    "os_family",
    "os",
    "name",
    "node_id",
    "application",
    "environment",
    "provider",
    "account",
    "region",
    "patch_group",
)
"""Keys of ``match`` that are fields of a node; any other key is a label of it."""

_LOWER = ("os_family", "os", "provider", "region")


@dataclass(frozen=True, slots=True)
class Match:
    """A condition on nodes: every key has to fit, each by one of its patterns.

    A pattern may hold ``*``, ``?`` and ``[a-z]`` as in a shell. Without a condition every node fits. A label that a
    node does not have fits no pattern, not even ``*``.
    """

    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, conditions: Mapping[str, str | tuple[str, ...]]) -> Match:
        """A match from keys to a pattern or several."""
        return cls(
            tuple((key, (value,) if isinstance(value, str) else tuple(value)) for key, value in conditions.items())
        )

    def fits(self, node: Node, labels: Mapping[str, str] | None = None) -> bool:
        """Whether the node fulfils every condition; ``labels`` stand in for the node's own."""
        return all(_fits(key, patterns, node, labels) for key, patterns in self.conditions)

    def keys(self) -> tuple[str, ...]:
        """The keys that this match asks about."""
        return tuple(key for key, _patterns in self.conditions)

    def __str__(self) -> str:
        return ", ".join(f"{key}: {' or '.join(patterns)}" for key, patterns in self.conditions) or "every node"

    def unfitting(self, node: Node, labels: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The keys whose condition the node does not fulfil."""
        return tuple(key for key, patterns in self.conditions if not _fits(key, patterns, node, labels))


def _fits(key: str, patterns: tuple[str, ...], node: Node, labels: Mapping[str, str] | None) -> bool:
    value = _value(key, node, labels)
    if value is None:
        return False
    if key in _LOWER:
        return any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns)
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _value(key: str, node: Node, labels: Mapping[str, str] | None) -> str | None:
    """The value to compare, None when the node does not have it."""
    if key == "name":
        return node.name or node.node_id
    if key in FIELDS:
        return str(getattr(node, key))
    return (node.labels if labels is None else labels).get(key)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that works on many nodes answers: counts, and the failures that a person has to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .nodes import Node

MOST_FAILURES = 200
"""Failures named in one answer; the ledger has them all, and an answer that is too large is lost by job runners."""


def summarize(nodes: Sequence[Node], changed: Iterable[str], failures: Mapping[str, str]) -> dict[str, Any]:
    """The ``nodes`` key of a module's answer: totals, and up to 200 failures in the order of ``nodes``."""
    failed = [node for node in nodes if node.node_id in failures]
    touched = set(changed)
    return {
        "total": len(nodes),
        "changed": sum(node.node_id in touched for node in nodes),
        "ok": len(nodes) - len(failed),
        "failed": len(failed),
        "failures": [
            {"node_id": node.node_id, "name": node.name, "reason": failures[node.node_id]}
            for node in failed[:MOST_FAILURES]
        ],
        "failures_omitted": max(0, len(failed) - MOST_FAILURES),
    }


MOST_NAMED = 5


def failure_warning(done: str, nodes: Sequence[Node], failures: Mapping[str, str]) -> str:
    """What to warn of when a call that goes on did not reach all its nodes; empty when it did.

    ``done`` is what was to be done, such as "tagged".
    """
    failed = [node for node in nodes if node.node_id in failures]
    if not failed:
        return ""
    told = "; ".join(f"{node.shown}: {failures[node.node_id]}" for node in failed[:MOST_NAMED])
    more = f"; and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
    return f"{len(failed)} of {len(nodes)} nodes were not {done}: {told}{more}"

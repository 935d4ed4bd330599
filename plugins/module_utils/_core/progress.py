# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long wait is, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .scope import OPERATION_OPEN, Operation


@dataclass(frozen=True, slots=True)
class Progress:
    """Nodes that answered, of how many, and the names of some that did not."""

    done: int = 0
    total: int = 0
    waiting: tuple[str, ...] = ()


def progress_of(operations: Iterable[Operation], names: Mapping[str, str]) -> Progress:
    """How far the operations of a wave and phase are, whichever of them are asked about: each node counts once."""
    nodes: dict[str, None] = {}
    waiting: dict[str, None] = {}
    for operation in operations:
        nodes.update(dict.fromkeys(operation.node_ids))
        if operation.state in OPERATION_OPEN:
            waiting.update(dict.fromkeys(operation.pending))
    return Progress(len(nodes) - len(waiting), len(nodes), tuple(names.get(node_id) or node_id for node_id in waiting))


def progress_line(where: Mapping[str, Any], progress: Progress, seconds: float) -> str:
    """The line that a person reads: phase, batch and wave, how many of how many, since when, who is missing."""
    place = f" {where['batch']} wave {where['wave']}" if where.get("batch") else ""
    line = f"{where['phase']}{place}: {progress.done} of {progress.total} nodes done after {seconds:.0f} s"
    if progress.waiting:
        missing = progress.total - progress.done
        shown = ", ".join(progress.waiting[:3])
        more = f" and {missing - 3} more" if missing > 3 and len(progress.waiting) >= 3 else ""
        line += f", waiting for {shown}{more}"
    return line

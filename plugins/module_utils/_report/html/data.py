# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a record packed for the page's script.

5,000 nodes repeat the same few texts (times, states, patch titles, handles). Each text is stored once and referred to
by its number, which makes the page about eight times smaller. Rows of the list are read at once; the details of a
node lie in pieces of :data:`PIECE` nodes that the script reads when a node is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..._core.states import PHASES
from ..outcome import node_state, work_span
from ..patch_rows import patch_rows

PIECE = 50

ROW_COLUMNS = (
    *("run", "id", "name", "state", "reason", "provider", "account", "region", "os", "application", "batch", "wave"),
    *("installed", "missing", "seconds"),
)
_OPEN_AFTER = ("missing", "failed", "installed_pending_reboot")


class Texts:
    """Texts by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: object) -> int:
        """The number of a text; None and the empty text have the same."""
        key = "" if text is None else str(text)
        return self._numbers.setdefault(key, len(self._numbers))

    def numbers(self, *texts: object) -> list[int]:
        """The numbers of several texts."""
        return [self.number(text) for text in texts]

    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def script_json(value: object) -> str:
    """JSON that can stand inside a script element: it cannot end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _left(node: Mapping[str, Any]) -> int | None:
    """Patches that are still missing, failed or pending after the run; None when that is not known."""
    after = node["patches"]["after"]
    if after["not_checked"] or not after["counts"]:
        return None
    return sum(int(after["counts"].get(name, 0)) for name in _OPEN_AFTER)


def _row(number: int, batch: str, node: Mapping[str, Any], texts: Texts) -> list[int | None]:
    started, finished = work_span([node])
    seconds = round((finished - started).total_seconds()) if started and finished else None
    wave = "" if node["wave"] is None else node["wave"]
    told = texts.numbers(
        *(node["node_id"], node["name"] or node["node_id"], node_state(node), node["reason"], node["provider"]),
        *(node["account"], node["region"], node["os"], node["application"], batch, wave),
    )
    return [number, *told, len(node["patches"]["installed"]), _left(node), seconds]


def _state(state: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    return {
        "counts": dict(state["counts"]),
        "facts": texts.numbers(state["baseline_id"], state["reported_at"], state["operation"], state["not_checked"]),
    }


def _details(node: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """All that the sheet of one node shows beyond its row."""
    power, patches, services = node["power"], node["patches"], node["services"]
    order = {name: place for place, name in enumerate(PHASES)}
    phases = sorted(node["phases"], key=lambda p: (p["started"] or "~", order.get(p["name"], len(order))))
    return {
        "facts": texts.numbers(
            *(node["os_family"], node["patch_group"], node["owner"], node["domain"]),
            *(node["baseline"]["intended"], node["baseline"]["reported"], power["before"]),
        ),
        "power": [power["started_by_run"], power["restored"]],
        "snapshots": texts.numbers(*node["snapshot_ids"]),
        "before": _state(patches["before"], texts),
        "after": _state(patches["after"], texts),
        "patches": [
            [
                *texts.numbers(p.patch_id, p.kb, p.title, p.classification, p.severity, p.before, p.after, p.date),
                int(p.installed_by_run),
            ]
            for p in patch_rows(node)
        ],
        "checks": [texts.numbers(c["name"], c["status"], c["detail"]) for c in node["checks"]],
        "lost": [texts.numbers(*services["lost"]), texts.numbers(*services["ports_lost"])],
        "phases": [texts.numbers(p["name"], p["started"], p["finished"], p["status"], p["detail"]) for p in phases],
        "operations": [
            texts.numbers(o["kind"], o["handle"], o["state"], o["sent_at"], o["finished_at"], o["status"], o["detail"])
            for o in node["operations"]
        ],
    }


def pack(record: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the page: ``index`` (read at once) and ``pieces`` (lists of node details)."""
    texts = Texts()
    rows: list[list[int | None]] = []
    details: list[dict[str, Any]] = []
    for number, run in enumerate(record["runs"]):
        for batch in run["batches"]:
            for node in batch["nodes"]:
                rows.append(_row(number, batch["name"], node, texts))
                details.append(_details(node, texts))
    index = {
        "columns": ROW_COLUMNS,
        "rows": rows,
        "texts": texts.all(),
        "piece": PIECE,
        "runs": [run["run_id"] for run in record["runs"]],
    }
    return {"index": index, "pieces": [details[i : i + PIECE] for i in range(0, len(details), PIECE)]}

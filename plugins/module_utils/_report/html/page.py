# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record as one HTML file that asks for nothing from anywhere.

The template, the style and the script are Python texts, because a module's ``module_utils`` are shipped as Python
files only; the page can so be made wherever the ledger can be read, not only on the machine that holds the collection.
"""

from __future__ import annotations

import base64
import hashlib
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ..._core.states import FAILED, GOING, HELD, NOT_CHECKED, PASSED, PLANNED
from ..advice import advise
from ..outcome import (
    LABELS,
    STATES,
    as_of,
    count,
    gate_of,
    headline,
    held_by_gate,
    installed_by,
    node_state,
    nodes_of,
    orders,
    run_state,
    work_span,
    worst,
)
from ..schema import complete
from ..timeline import timeline
from ..times import parse_time, say_clock, say_duration, say_instant, seconds_between
from .data import pack, script_json
from .script import SCRIPT
from .style import STYLE
from .template import TEMPLATES

try:
    from jinja2 import DictLoader, Environment, StrictUndefined
except ImportError:
    JINJA2_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    JINJA2_IMPORT_ERROR = None

MAX_TROUBLED = 50
"""Failed nodes named at the top of a run; the list of nodes below has them all."""

RUN_LABELS = {**LABELS, GOING: "Running"}

GATE_LABELS = {
    "unknown": "Gate not reached",
    "closed": "Gate closed",
    "over": "Gate overridden",
    "part": "Gate open for some",
    "open": "Gate open",
}

_ATTENTION = (FAILED, GOING, NOT_CHECKED, HELD, PLANNED, PASSED)


def _source(text: str) -> str:
    """The hash by which a content security policy allows one inline script or style."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _policy() -> str:
    return (
        f"default-src 'none'; script-src {_source(SCRIPT)}; style-src {_source(STYLE)}; base-uri 'none'; "
        "form-action 'none'"
    )


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _link(run: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    return f"#run={_quoted(run['run_id'])}&node={_quoted(node['node_id'])}"


def _stopped_in(node: Mapping[str, Any]) -> str:
    """The phase in which a node failed or could not be looked at."""
    return next((p["name"] for p in node["phases"] if p["status"] in ("failed", "not_checked")), "")


def _node(run: Mapping[str, Any], node: Mapping[str, Any], batch: str) -> dict[str, Any]:
    return {
        **{key: node[key] for key in ("node_id", "reason", "os", "application", "account", "region", "wave")},
        "name": node["name"] or node["node_id"],
        "state": node_state(node),
        "link": _link(run, node),
        "phase": _stopped_in(node),
        "snapshots": len(node["snapshot_ids"]),
        "batch": batch,
    }


def _bar(counts: Any) -> list[dict[str, Any]]:
    """The parts of the bar that shows how far the run came: state, number, place and width in percent.

    One failed node of thousands can be seen: no part is narrower than a percent.
    """
    present = [state for state in (PASSED, FAILED, NOT_CHECKED, GOING, HELD, PLANNED) if counts[state]]
    wide = {state: max(1.0, 100 * counts[state] / counts.total) for state in present}
    parts, x = [], 0.0
    for state in present:
        width = 100 * wide[state] / sum(wide.values())
        parts.append({"state": state, "count": counts[state], "x": round(x, 3), "width": round(width, 3)})
        x += width
    return parts


def _batch(run: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
    counts = count(batch["nodes"])
    started, finished = work_span(batch["nodes"])
    seconds = (finished - started).total_seconds() if started and finished else None
    gate = _gate(gate_of(run, batch["name"]))
    part = any(held_by_gate(run, batch["name"], node) for node in batch["nodes"])
    return {
        "name": batch["name"],
        "after": batch["after"],
        "state": worst(counts),
        "counts": counts,
        "bar": _bar(counts),
        "started": say_clock(started),
        "finished": say_clock(finished),
        "duration": say_duration(seconds),
        "systems": sorted({node["os"] for node in batch["nodes"] if node["os"]}),
        "gate": gate,
        "gate_state": _gate_state(gate, part),
        "gate_matters": bool(batch["after"] or (gate and (part or gate["override"] or not gate["opened"]))),
    }


def _gate(gate: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if gate is None:
        return None
    return {**gate, "at": say_clock(parse_time(gate["evaluated_at"]))}


def _gate_state(gate: Mapping[str, Any] | None, part: bool) -> str:
    if gate is None:
        return "unknown"
    if not gate["opened"]:
        return "closed"
    return "over" if gate["override"] else "part" if part else "open"


def _order(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "batch": order.batch,
            "after": " and ".join(order.after),
            "kept": order.kept,
            "ended": say_clock(order.earlier_finished),
            "began": say_clock(order.started),
            "gap": say_duration(abs(order.gap)),
        }
        for order in orders(run)
    ]


def _troubled(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Nodes that did not pass, the worst first. Nodes held for one reason of their own make one entry together.

    What a gate holds back is told at the gate.
    """
    placed = [(batch["name"], node) for batch in run["batches"] for node in batch["nodes"]]
    entries = [
        {**_node(run, node, name), "others": 0}
        for state in (FAILED, NOT_CHECKED)
        for name, node in placed
        if node_state(node) == state
    ]
    held: dict[str, list[dict[str, Any]]] = {}
    for name, node in placed:
        if node_state(node) == HELD and not held_by_gate(run, name, node):
            held.setdefault(node["reason"], []).append(_node(run, node, name))
    return entries + [{**nodes[0], "others": len(nodes) - 1} for nodes in held.values()]


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _run(run: Mapping[str, Any], number: int) -> dict[str, Any]:
    counts = count(nodes_of(run))
    troubled = _troubled(run)
    advice = [
        {
            "text": a.text,
            "urgent": a.urgent,
            "more": a.total - len(a.nodes),
            "nodes": [_node(run, n, "") for n in a.nodes],
        }
        for a in advise(run)
    ]
    last = run["finished"] or None
    return {
        **{key: run[key] for key in ("run_id", "environment", "warnings", "policy")},
        "number": number,
        "link": f"#run={_quoted(run['run_id'])}",
        "state": run_state(run),
        "headline": headline(run),
        "counts": counts,
        "bar": _bar(counts),
        "started": say_instant(parse_time(run["started"])),
        "finished": say_instant(parse_time(last)),
        "as_of": say_instant(as_of(run)),
        "duration": say_duration(seconds_between(run["started"], last or _iso(as_of(run)))),
        "installed": installed_by(run),
        "snapshots": sum(len(node["snapshot_ids"]) for node in nodes_of(run)),
        "batches": [_batch(run, batch) for batch in run["batches"]],
        "advice": advice,
        "troubled": troubled[:MAX_TROUBLED],
        "troubled_more": max(0, len(troubled) - MAX_TROUBLED),
        "timeline": timeline(run),
        "order": _order(run),
        "overrides": [_gate(gate) for gate in run["gates"] if gate["override"]],
    }


def _first(runs: list[dict[str, Any]]) -> int:
    """The run that is shown first: the one that most wants attention, the latest of those."""
    if not runs:
        return 0
    best = min(runs, key=lambda run: (_ATTENTION.index(run["state"]), -run["number"]))
    return int(best["number"])


def _title(runs: list[dict[str, Any]]) -> str:
    if not runs:
        return "Patch report"
    return "Patch report: " + ", ".join(
        f"{run['environment'] or run['run_id']} {RUN_LABELS[run['state']].lower()}" for run in runs[:4]
    )


def render_html(record: Mapping[str, Any]) -> str:
    """The record as one HTML page. The same record always gives the same text.

    Raises ImportError when Jinja2 is not there (see :data:`JINJA2_IMPORT_ERROR`).
    """
    if JINJA2_IMPORT_ERROR is not None:
        raise ImportError(JINJA2_IMPORT_ERROR)
    full = complete(record)
    runs = [_run(run, number) for number, run in enumerate(full["runs"])]
    packed = pack(full)
    templates = Environment(
        loader=DictLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["words"] = lambda text: str(text).replace("_", " ")
    return templates.get_template("page.html").render(
        title=_title(runs),
        runs=runs,
        first=_first(runs),
        labels=LABELS,
        run_labels=RUN_LABELS,
        gate_labels=GATE_LABELS,
        states=STATES,
        policy=_policy(),
        style=STYLE,
        script=SCRIPT,
        index=script_json(packed["index"]),
        pieces=[script_json(piece) for piece in packed["pieces"]],
    )

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record as CSV (RFC 4180, UTF-8, a header line): nodes, patches and failures.

Cells that a spreadsheet would take for a formula begin with an apostrophe:
https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .patch_rows import patch_rows
from .schema import complete
from .times import seconds_between

Row = tuple[object, ...]
Place = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]

NODE_COLUMNS = (
    *("run_id", "environment", "batch", "wave", "node_id", "name", "provider", "account", "region"),
    *("os_family", "os", "owner", "domain", "application", "patch_group", "verdict", "reason"),
    *("started", "finished", "seconds", "power_before", "started_by_run", "power_restored"),
    *("baseline_intended", "baseline_reported", "installed_by_run", "missing_before", "missing_after"),
    *("failed_after", "pending_reboot_after", "snapshot_ids"),
)
PATCH_COLUMNS = (
    *("owner", "domain", "application", "account", "region", "node_id", "node", "update_id", "kb", "title"),
    *("classification", "severity", "state_before", "state_after", "installed_by_run", "date"),
    *("run_id", "environment", "batch"),
)
FAILURE_COLUMNS = (
    *("owner", "domain", "application", "account", "region", "node_id", "node", "kind", "what", "kb", "title"),
    *("detail", "date", "run_id", "environment", "batch"),
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def cell(value: object) -> str:
    """A value as one line of text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _CONTROL.sub(" ", str(value))
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def _text(columns: Iterable[str], rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def _places(record: Mapping[str, Any]) -> Iterator[Place]:
    for run in record["runs"]:
        for batch in run["batches"]:
            for node in batch["nodes"]:
                yield run, batch, node


def _span(node: Mapping[str, Any]) -> tuple[str, str]:
    """When the first phase of a node started and the last one ended; empty while it is going."""
    work = [phase for phase in node["phases"] if phase["name"] != "plan"]
    started = min((phase["started"] for phase in work if phase["started"]), default="")
    ended = [phase["finished"] for phase in work]
    return started, max(ended) if ended and all(ended) else ""


def _node_row(run: dict[str, Any], batch: dict[str, Any], node: dict[str, Any]) -> Row:
    started, finished = _span(node)
    seconds = seconds_between(started, finished)
    power, baseline, patches = node["power"], node["baseline"], node["patches"]
    before, after = patches["before"]["counts"], patches["after"]["counts"]
    return (
        *(run["run_id"], run["environment"], batch["name"], node["wave"], node["node_id"], node["name"]),
        *(node["provider"], node["account"], node["region"], node["os_family"], node["os"], node["owner"]),
        *(node["domain"], node["application"], node["patch_group"], node["verdict"], node["reason"]),
        *(started, finished, None if seconds is None else round(seconds)),
        *(power["before"], power["started_by_run"], power["restored"], baseline["intended"], baseline["reported"]),
        *(len(patches["installed"]), before.get("missing"), after.get("missing"), after.get("failed")),
        *(after.get("installed_pending_reboot"), " ".join(node["snapshot_ids"])),
    )


def _owner(node: Mapping[str, Any]) -> Row:
    return tuple(node[key] for key in ("owner", "domain", "application", "account", "region", "node_id", "name"))


def _run(run: Mapping[str, Any], batch: Mapping[str, Any]) -> Row:
    return run["run_id"], run["environment"], batch["name"]


def _patch_lines(run: dict[str, Any], batch: dict[str, Any], node: dict[str, Any]) -> Iterator[Row]:
    for patch in patch_rows(node):
        what = (patch.patch_id, patch.kb, patch.title, patch.classification, patch.severity)
        states = (patch.before, patch.after, patch.installed_by_run, patch.date)
        yield (*_owner(node), *what, *states, *_run(run, batch))


def _failures(node: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Everything that went wrong on a node: kind, what, kb, title, detail, date."""
    ends = [phase["finished"] for phase in node["phases"] if phase["finished"]]
    last = max(ends, default="")
    if node["verdict"] in ("failed", "not_checked"):
        yield "node", node["verdict"], "", "", node["reason"], last
    for phase in node["phases"]:
        if phase["status"] in ("failed", "not_checked"):
            yield "phase", phase["name"], "", phase["status"], phase["detail"], phase["finished"] or ""
    for patch in patch_rows(node):
        if patch.after == "failed":
            yield "patch", patch.patch_id, patch.kb, patch.title, "failed after the run", patch.date
    for when in ("before", "after"):
        if reason := node["patches"][when]["not_checked"]:
            yield "patches", when, "", "not_checked", reason, last
    for check in node["checks"]:
        if check["status"] in ("failed", "not_checked"):
            yield "check", check["name"], "", check["status"], check["detail"], last
    for service in node["services"]["lost"]:
        yield "service", service, "", "", "ran before, does not run after", last
    for port in node["services"]["ports_lost"]:
        yield "port", str(port), "", "", "listened before, does not listen after", last


def _failure_lines(run: dict[str, Any], batch: dict[str, Any], node: dict[str, Any]) -> Iterator[Row]:
    for failure in _failures(node):
        yield (*_owner(node), *failure, *_run(run, batch))


def to_csv(record: Mapping[str, Any]) -> dict[str, str]:
    """The CSV files of a record: file name to text. A failed script is a failure like a failed update."""
    full = complete(record)

    def lines(of: Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Iterator[Row]]) -> Iterator[Row]:
        return (row for place in _places(full) for row in of(*place))

    return {
        "nodes.csv": _text(NODE_COLUMNS, (_node_row(*place) for place in _places(full))),
        "patches.csv": _text(PATCH_COLUMNS, lines(_patch_lines)),
        "failures.csv": _text(FAILURE_COLUMNS, lines(_failure_lines)),
    }

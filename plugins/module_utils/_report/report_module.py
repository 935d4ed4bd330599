# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module patch_report does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import InputError, PatchingError
from .._ledger.record import latest_runs, read_record
from .._ledger.scope_args import LEDGER_ARG, ledger_url
from .._ledger.store import ledger_exists, open_ledger
from .write import FORMATS, write_report

REPORT_ARGS: dict[str, Any] = {
    **LEDGER_ARG,
    "run_ids": {"type": "list", "elements": "str", "default": []},
    "latest": {"type": "int", "default": 1},
    "environment": {"type": "str", "default": ""},
    "dest": {"type": "path", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": list(FORMATS)},
}


def report(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Write the reports; see the module's documentation for the result."""
    url = ledger_url(params)
    run_ids = [run_id for run_id in params["run_ids"] if run_id]
    if params["run_ids"] and not run_ids:
        raise InputError("run_ids", params["run_ids"], "ids of runs, not empty")
    if check_mode and not ledger_exists(url):
        return _result([], [], [])
    ledger = open_ledger(url)
    if not run_ids:
        run_ids = latest_runs(ledger, params["latest"], params["environment"])
    try:
        record = read_record(ledger, run_ids)
    except PatchingError:
        if check_mode:
            return _result([], [], [])
        raise
    try:
        written = write_report(record, params["dest"], params["formats"], check_mode=check_mode)
    except ImportError as error:
        raise PatchingError(f"the HTML report needs the Python package Jinja2: {error}") from error
    return _result(run_ids, list(written.paths), list(written.changed_paths))


def _result(run_ids: list[str], paths: list[str], changed: list[str]) -> dict[str, Any]:
    return {
        "changed": bool(changed),
        "run_ids": run_ids,
        "paths": paths,
        "lines": [f"Report: {path}" for path in paths if path.endswith((".html", ".json"))],
    }

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that tie a module to a run, and the scope that they give."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from .._core.errors import InputError, MissingInput
from .._core.nodes import Node
from .._core.scope import NullScope, Scope
from .scope import LedgerScope
from .store import Ledger, open_ledger

LEDGER_ENV = "PATCH_LEDGER_URL"

LEDGER_ARG: dict[str, Any] = {"ledger_url": {"type": "str", "no_log": True}}
"""Not logged: the URL of a database may hold its password."""

RUN_ARGS: dict[str, Any] = {
    "nodes": {"type": "list", "elements": "dict"},
    "run_id": {"type": "str"},
    "batch": {"type": "str"},
    "wave": {"type": "int"},
    "phase": {"type": "str"},
    **LEDGER_ARG,
}
"""Options of every bulk module: the nodes, or the wave of a run."""

RUN_CONSTRAINTS: dict[str, Any] = {
    "required_by": {"run_id": ("batch", "wave"), "batch": ("run_id",), "wave": ("run_id",)},
}


def with_run_constraints(constraints: Mapping[str, Any]) -> dict[str, Any]:
    """A module's own constraints (``required_by`` and the like) together with those of the options of a run."""
    merged = dict(constraints)
    for name, rules in RUN_CONSTRAINTS.items():
        own = merged.get(name)
        if own is None:
            merged[name] = rules
        elif isinstance(rules, dict):
            merged[name] = {**rules, **own}
        else:
            merged[name] = [*rules, *own]
    return merged


def ledger_url(params: Mapping[str, Any]) -> str:
    """The ledger's URL: the option, or the environment variable PATCH_LEDGER_URL. Raises InputError for neither."""
    url = params.get("ledger_url") or os.environ.get(LEDGER_ENV)
    if not url:
        raise InputError("ledger_url", "", f"a SQLAlchemy URL, here or in the environment variable {LEDGER_ENV}")
    return str(url)


def open_scope(params: Mapping[str, Any], check_mode: bool, default_phase: str) -> Scope:
    """The scope that a module's options ask for.

    With ``run_id`` it is the wave of that run as the ledger knows it. In check mode there may be no such run, so the
    module works on ``nodes`` and nothing is written. Raises InputError for nodes that cannot be used and PatchingError
    when the ledger cannot be opened.
    """
    if params.get("nodes") is None and params.get("run_id") is None:
        picked = "; node_ids only says which of these" if params.get("node_ids") else ""
        raise MissingInput("nodes", f"give nodes: [{{node_id: …}}], or run_id, batch and wave of a run{picked}")
    nodes = read_nodes(params.get("nodes"))
    if not params.get("run_id") or check_mode:
        return NullScope(nodes)
    if params.get("nodes"):
        raise InputError("nodes", "…", "no nodes together with run_id: a run's nodes come from the ledger")
    ledger = open_ledger(ledger_url(params))
    return LedgerScope(
        ledger,
        str(params["run_id"]),
        str(params["batch"]),
        int(params["wave"]),
        str(params.get("phase") or default_phase),
    )


def read_nodes(given: Sequence[Mapping[str, Any]] | None) -> list[Node]:
    """The nodes of the option ``nodes``; a node named twice is taken once. Raises InputError."""
    nodes = [Node.from_dict(item) for item in given or ()]
    return list({node.node_id: node for node in nodes}.values())


WAVE_ARGS: dict[str, Any] = {
    "run_id": {"type": "str", "required": True},
    "batch": {"type": "str", "required": True},
    "wave": {"type": "int"},
    **LEDGER_ARG,
}
"""Options of the modules that work on the ledger's side of a wave."""


def open_wave_ledger(params: Mapping[str, Any]) -> Ledger:
    """The ledger of a run that was begun. Raises PatchingError when it is not there, InputError for no run id."""
    if not str(params["run_id"]).strip():
        raise InputError("run_id", params["run_id"], "the id of a run that playbooks/patch.yml or plan.yml began")
    return open_ledger(ledger_url(params))

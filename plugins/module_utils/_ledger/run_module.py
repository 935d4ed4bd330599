# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules patch_plan and patch_run do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from .._core.errors import InputError, PatchingError
from .._core.facts import NodeFacts, UnlistedNode
from .._core.nodes import Node
from .._core.plan.context import PlanOptions
from .._core.plan.lines import plan_lines
from .._core.plan.make import make_plan
from .._core.plan.model import Finding, Plan
from .._core.policy.load import load_policy
from .._core.policy.settings import given_waves
from .._core.states import RUN_RUNNING
from .joined import joined_waves, under_way
from .run_lines import run_lines
from .runs import NewRun, RunBatch, RunSummary, begin_run, finish_run, holders, nodes_of_last_run, run_row, summarize
from .scope_args import LEDGER_ARG, ledger_url
from .store import ledger_exists, open_ledger

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

UNDER_WAY_SHOWN = 200

PLAN_ARGS: dict[str, Any] = {
    "policy": {"type": "path"},
    "environment": {"type": "str"},
    "nodes": {"type": "list", "elements": "dict"},
    "facts": {"type": "list", "elements": "dict"},
    "unlisted": {"type": "list", "elements": "dict", "default": []},
    "accept": {"type": "list", "elements": "str", "default": []},
    "hold": {"type": "list", "elements": "str", "default": []},
    "slot": {"type": "str", "default": ""},
    "waves": {"type": "list", "elements": "raw"},
    "freeze_override": {"type": "str", "default": ""},
    **LEDGER_ARG,
}

RUN_MODULE_ARGS: dict[str, Any] = {
    **PLAN_ARGS,
    "state": {"type": "str", "choices": ["begun", "queried", "finished"], "default": "begun"},
    "run_id": {"type": "str", "default": ""},
    "close": {"type": "bool", "default": False},
}

PLAN_MODULE_ARGS: dict[str, Any] = PLAN_ARGS | {
    name: PLAN_ARGS[name] | {"required": True} for name in ("policy", "environment", "nodes", "facts")
}

_NEEDED = ("policy", "environment", "nodes", "facts")
RUN_MODULE_RULES: dict[str, Any] = {"required_if": [("state", "begun", _NEEDED), ("state", "finished", ("run_id",))]}


class PlanRefused(PatchingError):
    """The plan speaks against the run; ``fields`` has every refusal for the module's result."""

    def __init__(self, plan: Plan) -> None:
        shown = [_spoken(finding) for finding in plan.refusals[:20]]
        more = [f"  and {len(plan.refusals) - 20} more"] if len(plan.refusals) > 20 else []
        count = len(plan.refusals)
        head = f"the plan for {plan.environment} is refused for {count} reason{'s' if count > 1 else ''}"
        super().__init__("\n".join([f"{head}, nothing was begun:", *shown, *more]))
        self.fields = {"refusals": [finding.to_dict() for finding in plan.refusals]}


def _spoken(finding: Finding) -> str:
    return f"  [{finding.code}] {finding}"


def plan_module(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    """Make the plan and show it, refused or not."""
    plan = _plan(params, _new_run_id(params["environment"]))
    return {"changed": False, "accepted": plan.accepted, "plan": plan.to_dict(), "lines": plan_lines(plan)}


def run_module_work(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Begin, query or finish a run; see the module's documentation for the result."""
    run_id = params["run_id"].strip()
    if run_id and not RUN_ID.match(run_id):
        raise InputError("run_id", run_id, "up to 64 letters, digits, '.', '_' and '-', a letter or digit first")
    if params["state"] == "queried":
        return _query(params, run_id)
    if params["state"] == "finished":
        return _finish(params, run_id, check_mode)
    return _begin(params, run_id, check_mode)


def _query(params: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    known = _known(params, run_id)
    if known is None:
        return {"changed": False, "exists": False, "run_id": run_id}
    ledger = open_ledger(ledger_url(params))
    open_work = under_way(ledger, run_id)
    return {
        "changed": False,
        "exists": True,
        **known.to_dict(),
        "waves": joined_waves(ledger, run_id, open_work),
        "under_way": open_work[:UNDER_WAY_SHOWN],
        "lines": run_lines(known),
    }


def _known(params: Mapping[str, Any], run_id: str) -> RunSummary | None:
    if not run_id or not ledger_exists(ledger_url(params)):
        return None
    ledger = open_ledger(ledger_url(params))
    return summarize(ledger, run_id) if run_row(ledger, run_id) is not None else None


def _finish(params: Mapping[str, Any], run_id: str, check_mode: bool) -> dict[str, Any]:
    if check_mode:
        known = _known(params, run_id)
        lines = run_lines(known) if known else [f"run {run_id} was not begun: check mode"]
        states = (
            known.to_dict()
            if known
            else {"run_id": run_id, "status": "planned", "states": {}, "not_passed": [], "power_left": []}
        )
        return {"changed": bool(known and known.status == RUN_RUNNING), **states, "lines": lines}
    ledger = open_ledger(ledger_url(params))
    before = summarize(ledger, run_id)
    after = finish_run(ledger, run_id, close=params["close"])
    return {"changed": before.status != after.status, **after.to_dict(), "lines": run_lines(after)}


def _begin(params: Mapping[str, Any], run_id: str, check_mode: bool) -> dict[str, Any]:
    known = _known(params, run_id)
    if known is not None:
        return _joined(known, params["environment"])
    plan = _plan(params, run_id or _new_run_id(params["environment"]))
    if plan.refusals:
        raise PlanRefused(plan)
    entries = _entries(plan)
    result = {
        "changed": True,
        "existing": False,
        "run_id": plan.run_id,
        "environment": plan.environment,
        "status": "planned" if check_mode else RUN_RUNNING,
        "lines": plan_lines(plan),
        "batches": {batch.name: len(batch.nodes) for batch in plan.batches},
    }
    if check_mode:
        return result | {"nodes": entries}
    begun = begin_run(open_ledger(ledger_url(params), create=True), _new_run(plan))
    return result | {"changed": begun, "nodes": []}


def _joined(known: RunSummary, environment: str) -> dict[str, Any]:
    if known.environment != environment:
        raise InputError("run_id", known.run_id, f"a run of {environment}; this one is of {known.environment}")
    return {
        "changed": False,
        "existing": True,
        "run_id": known.run_id,
        "environment": known.environment,
        "status": known.status,
        "lines": run_lines(known),
        "batches": {},
        "nodes": [],
    }


def _plan(params: Mapping[str, Any], run_id: str) -> Plan:
    nodes = [Node.from_dict(node) for node in params["nodes"]]
    facts = {fact.node_id: fact for fact in (NodeFacts.from_dict(data) for data in params["facts"])}
    options = PlanOptions(
        accept=tuple(params["accept"]),
        hold=tuple(params["hold"]),
        slot=params["slot"],
        waves=given_waves(params["waves"] or ()),
        freeze_override=params["freeze_override"],
    )
    return make_plan(
        load_policy(params["policy"]),
        params["environment"],
        nodes,
        facts,
        [*(UnlistedNode.from_dict(data) for data in params["unlisted"]), *_missing_since(params, nodes)],
        now=datetime.now(UTC),
        run_id=run_id,
        other_runs=_other_runs(params, nodes),
        options=options,
    )


def _missing_since(params: Mapping[str, Any], nodes: Sequence[Node]) -> list[UnlistedNode]:
    """Nodes that the last run over the environment had and the inventory lacks: a slice, or a region left out."""
    try:
        url = ledger_url(params)
    except InputError:
        return []
    if params["slot"] or not ledger_exists(url):
        return []
    listed = {node.node_id for node in nodes} | {data["node_id"] for data in params["unlisted"]}
    last = nodes_of_last_run(open_ledger(url), params["environment"])
    return [
        UnlistedNode(node.node_id, node.name, node.account, node.region, node.patch_group)
        for node in last
        if node.node_id not in listed
    ]


def _other_runs(params: Mapping[str, Any], nodes: Sequence[Node]) -> dict[str, str]:
    try:
        url = ledger_url(params)
    except InputError:
        return {}
    return holders(open_ledger(url), [node.node_id for node in nodes]) if ledger_exists(url) else {}


def _entries(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"batch": batch.name, "node": planned.node.to_dict(), "plan": planned.to_dict()}
        for batch in plan.batches
        for planned in batch.nodes
    ]


def _new_run(plan: Plan) -> NewRun:
    gate = dict(plan.gate or {})
    return NewRun(
        run_id=plan.run_id,
        environment=plan.environment,
        batches=[
            RunBatch(batch.name, batch.after, gate, [(planned.node, planned.to_dict()) for planned in batch.nodes])
            for batch in plan.batches
        ],
        policy_path=plan.policy_path,
        policy_sha256=plan.policy_sha256,
        plan_sha256=plan.digest(),
        deadline=plan.window.cutoff if plan.window else None,
        warnings=[finding.reason for finding in plan.warnings],
        details={
            "window": plan.to_dict()["window"],
            "excluded": [f"{node.name or node.node_id}: {node.reason}" for node in plan.excluded],
        },
    )


def _new_run_id(environment: str) -> str:
    return f"{environment}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(2)}"[:64]

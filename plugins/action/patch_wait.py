# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeat the polling modules until nothing of a phase is under way, and say how far it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import PatchingError
from ..module_utils._core.progress import Progress, progress_line, progress_of
from ..module_utils._ledger.scope import LedgerScope
from ..module_utils._ledger.scope_args import ledger_url
from ..module_utils._ledger.store import open_ledger

COLLECTION = "hybridops.patching"
COMMANDS = "ssm_command_info"
TOLERATED = 300
"""Seconds for which a cloud may not be reachable before the wait ends with its error."""

STILL_POSSIBLE = "what was sent may still happen on the node, so look at it before the next run"
ARGUMENTS: dict[str, Any] = {
    "run_id": {"type": "str"},
    "batch": {"type": "str"},
    "wave": {"type": "int"},
    "phase": {"type": "str", "required": True},
    "commands": {"type": "list", "elements": "dict"},
    "nodes": {"type": "list", "elements": "dict", "default": []},
    "ledger_url": {"type": "str"},
    "timeout": {"type": "int", "default": 7200},
    "on_timeout": {"type": "str", "choices": ["fail", "leave"], "default": "fail"},
    "interval": {"type": "int", "default": 15},
    "poller_args": {"type": "dict", "default": {}},
}


class ActionModule(ActionBase):
    """Waits on the controller; each round is one short call of each polling module."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        ways = ("run_id", "commands")
        _validated, params = self.validate_argument_spec(
            argument_spec=ARGUMENTS,
            required_one_of=[ways],
            mutually_exclusive=[ways],
            required_by={"run_id": ("batch", "wave")},
        )
        if self._task.check_mode:
            return result | {"changed": False, "waited": 0.0, "done": 0, "timed_out": []}
        try:
            wait = self._wait if params["run_id"] is not None else self._wait_for_commands
            return result | wait(params, task_vars or {})
        except PatchingError as error:
            raise AnsibleActionFail(str(error)) from error

    def _wait(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        url = ledger_url(params)
        scope = LedgerScope(open_ledger(url), params["run_id"], params["batch"], params["wave"], params["phase"])
        names = {node.node_id: node.name for node in scope.wave_nodes()}
        began = time.monotonic()
        done = 0
        answered = began
        while operations := [one for one in scope.operations(states=("sent",)) if one.pending]:
            waited = time.monotonic() - began
            if waited > params["timeout"]:
                late = sorted({node_id for operation in operations for node_id in operation.pending})
                if params["on_timeout"] == "fail":
                    self._give_up(scope, f"no answer within {params['timeout']} s; {STILL_POSSIBLE}")
                changed = params["on_timeout"] == "fail"
                return {"changed": changed, "waited": waited, "done": done, "timed_out": late}
            pollers = sorted({operation.poller for operation in operations})
            rest = max(1.0, params["timeout"] - waited)
            share = max(1, int(min(params["interval"], rest) / len(pollers)))
            try:
                for poller in pollers:
                    self._poll(poller, share, url, params, task_vars)
            except AnsibleActionFail as error:
                self._sit_out(error, params["phase"], answered, share)
                continue
            answered = time.monotonic()
            progress = progress_of(scope.operations(states=("sent", "finished")), names)
            done = max(done, progress.done)
            self._display.display(progress_line(params, progress, answered - began))
        unknown: list[str] = []
        if params["on_timeout"] == "fail":
            unknown = self._give_up(scope, f"it is not known whether the service took the request; {STILL_POSSIBLE}")
        waited = round(time.monotonic() - began, 1)
        return {"changed": bool(unknown), "waited": waited, "done": done, "timed_out": unknown}

    def _wait_for_commands(self, params: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """As in a run, for commands of Systems Manager that belong to none."""
        names = {str(node["node_id"]): str(node.get("name") or "") for node in params["nodes"]}
        asked = {node_id for command in params["commands"] for node_id in command.get("node_ids") or ()}
        began = answered = time.monotonic()
        while True:
            rest = params["timeout"] - (time.monotonic() - began)
            share = max(1, int(min(params["interval"], rest)))
            arguments = {**(params["poller_args"].get(COMMANDS) or {}), "commands": params["commands"]}
            try:
                answer = self._ask(COMMANDS, {**arguments, "wait_timeout": share}, task_vars)
            except AnsibleActionFail as error:
                self._sit_out(error, params["phase"], answered, share)
                continue
            answered = time.monotonic()
            told = answer["progress"]
            waiting = tuple(names.get(node_id) or node_id for node_id in told["waiting"])
            progress = Progress(told["done"], told["total"], waiting)
            self._display.display(progress_line(params, progress, answered - began))
            late = sorted(asked - {one["node_id"] for one in answer["invocations"]})
            if told["finished"] or answered - began > params["timeout"]:
                break
        if told["finished"]:
            late = []
        elif params["on_timeout"] == "fail":
            named = ", ".join(names.get(node_id) or node_id for node_id in late)
            raise AnsibleActionFail(f"no answer within {params['timeout']} s from {named}; {STILL_POSSIBLE}")
        failures = [
            {**one, "name": one["name"] or names.get(one["node_id"], "")} for one in answer["nodes"]["failures"]
        ]
        summary = {**answer["nodes"], "failures": failures}
        waited = round(answered - began, 1)
        return {"changed": False, "waited": waited, "done": progress.done, "timed_out": late, "nodes": summary}

    def _sit_out(self, error: AnsibleActionFail, phase: str, answered: float, seconds: float) -> None:
        """Wait a little when a cloud cannot be reached; for too long, that is the end of the wait."""
        if time.monotonic() - answered > TOLERATED:
            raise error
        self._display.display(f"{phase}: no answer, trying again for a while: {error}")
        time.sleep(seconds)

    def _poll(self, poller: str, seconds: int, url: str, params: Mapping[str, Any], task_vars: dict[str, Any]) -> None:
        arguments = dict(params["poller_args"].get(poller) or {})
        arguments |= {key: params[key] for key in ("run_id", "batch", "wave", "phase")}
        self._ask(poller, {**arguments, "ledger_url": url, "wait_timeout": seconds}, task_vars)

    def _ask(self, poller: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        name = poller if "." in poller else f"{COLLECTION}.{poller}"
        answer: dict[str, Any] = self._execute_module(module_name=name, module_args=arguments, task_vars=task_vars)
        if answer.get("failed"):
            raise AnsibleActionFail(f"{name}: {answer.get('msg') or 'failed'}", result=answer)
        return answer

    def _give_up(self, scope: LedgerScope, reason: str) -> list[str]:
        """Fail the nodes whose answers are still missing; their operations stay under way in the ledger."""
        late: list[str] = []
        for operation in scope.operations():
            if operation.pending:
                scope.give_up(operation.operation_id, operation.pending, reason)
                late.extend(operation.pending)
        return sorted(set(late))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the tasks of an ``EXAMPLES`` block as Ansible would, in the process of the tests."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from tests.integration.modules.in_process import MODULES, Modules
from tests.sandbox.client import SandboxProcess

OURS = "hybridops.patching."
KEYWORDS = {"name", "register", "loop", "vars", "when", "until", "retries", "delay", "check_mode", "diff"}
LIMIT = 200
"""How often a task with ``until`` is repeated here; the sandbox's time passes faster than the example's ``delay``."""


class Stage:
    """A sandbox with variables; tasks played on it leave what they register there."""

    def __init__(self, sandbox: SandboxProcess, variables: Mapping[str, Any], env: Mapping[str, str]) -> None:
        self.modules = Modules(sandbox, env)
        self.variables = dict(variables)

    def play_examples(self, module: str) -> list[dict[str, Any]]:
        """Play a module's examples in their order. Answers what its own tasks answered."""
        tasks = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").EXAMPLES)
        return [answer for task in tasks for answer in self.play(task) if f"{OURS}{module}" in task]

    def play(self, task: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Play a task, for each item of its loop. A task of another collection is only templated."""
        (action,) = (key for key in task if key not in KEYWORDS)
        unlooped = [None] if "loop" not in task else self._templated(task["loop"])
        answers = []
        for item in unlooped:
            variables = {**(task.get("vars") or {}), **({} if "loop" not in task else {"item": item})}
            if self._holds(task.get("when"), variables):
                answers.append(self._until(task, action, variables))
        if "register" in task and answers:
            looped = {"results": answers, "changed": any(answer.get("changed") for answer in answers)}
            self.variables[task["register"]] = looped if "loop" in task else answers[0]
        return answers

    def _until(self, task: Mapping[str, Any], action: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        for _attempt in range(LIMIT if "until" in task else 1):
            answer = self._call(action, task, variables)
            registered = {**variables, task.get("register", "answer"): answer}
            if self._holds(task.get("until"), registered):
                return answer
        raise AssertionError(f"{task['name']}: {task['until']} never came true")

    def _call(self, action: str, task: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        options = self._templated(task[action] or {}, variables)
        if not action.startswith(OURS):
            return {"changed": False}
        answer = self.modules.call(action.removeprefix(OURS), check=bool(task.get("check_mode")), **options)
        assert not answer.get("failed"), f"{task['name']}: {answer['msg']}"
        return answer

    def _holds(self, condition: Any, variables: Mapping[str, Any]) -> bool:
        conditions = condition if isinstance(condition, list) else [] if condition is None else [condition]
        return all(self._templated("{{ (" + str(one) + ") | bool }}", variables) for one in conditions)

    def _templated(self, value: Any, variables: Mapping[str, Any] | None = None) -> Any:
        templar = Templar(loader=DataLoader(), variables={**self.variables, **(variables or {})})
        return templar.template(_trusted(value))


def _trusted(value: Any) -> Any:
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: _trusted(item) for key, item in value.items()}
    return [_trusted(item) for item in value] if isinstance(value, list) else value

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in the process of the tests, against a sandbox over HTTP.

A module is given its options, does its work and ends as it does as a task; what a playbook adds (templating, a process
for each task) is left out, which makes a call take a tenth of a second instead of two. :mod:`.tasks` is the whole way.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from typing import Any
from unittest import mock

import botocore.session
from ansible.module_utils.testing import patch_module_args

from tests.integration.modules.tasks import ACCOUNTS
from tests.sandbox.client import SandboxProcess

MODULES = "ansible_collections.hybridops.patching.plugins.modules"


class Modules:
    """Calls modules against a sandbox; ``env`` is added to the environment of every call."""

    def __init__(self, sandbox: SandboxProcess, env: Mapping[str, str] | None = None) -> None:
        self.sandbox = sandbox
        self.env = {**sandbox.env, **(env or {})}
        self.output = ""
        """All that the last call wrote, its invocation included."""

    def with_env(self, env: Mapping[str, str]) -> Modules:
        """The same with more, or other, variables of the environment."""
        return Modules(self.sandbox, {**self.env, **env})

    def call(self, module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """What the module answers, a refusal included (``failed``, ``msg``)."""
        options = {"accounts": ACCOUNTS, **options} if _has_accounts(module) else options
        arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": True, "_ansible_remote_tmp": "/tmp"}
        main = importlib.import_module(f"{MODULES}.{module}").main
        patched = (patch_module_args(arguments), _botocore_reads_its_models_once())
        ended, output, errors = suppress(SystemExit), StringIO(), StringIO()
        with _environment(self.env), patched[0], patched[1], redirect_stdout(output), redirect_stderr(errors), ended:
            main()
        self.output = output.getvalue() + errors.getvalue()
        answer: dict[str, Any] = json.loads(output.getvalue())
        answer.pop("invocation", None)
        return answer

    def ok(self, module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """As :meth:`call`, of a call that has to succeed."""
        answer = self.call(module, check=check, **options)
        assert not answer.get("failed"), answer["msg"]
        return answer

    def refused(self, module: str, **options: Any) -> str:
        """The message of a call that has to fail; check mode has to fail with the same one, and neither may write."""
        before = self._writes()
        answer, checked = self.call(module, **options), self.call(module, check=True, **options)
        assert answer.get("failed"), answer
        assert checked.get("failed"), checked
        assert answer["msg"] == checked["msg"]
        assert self._writes() == before, "a refused call wrote"
        return str(answer["msg"])

    def quartet(self, module: str, *, settled: Callable[[], Any] = lambda: None, **options: Any) -> dict[str, Any]:
        """Check, apply, apply again, check again. Answers what the second of them answered.

        The first check predicts what then happens, and what it predicts happens once and only when applied. ``settled``
        waits after that until the service is done.
        """
        before = self._writes()
        predicted = self.ok(module, check=True, **options)
        assert self._writes() == before, "check mode wrote"
        real = self.ok(module, **options)
        settled()
        written = self._writes()
        assert written > before, "nothing was written"
        again = self.ok(module, **options)
        checked = self.ok(module, check=True, **options)
        assert self._writes() == written, "a second call wrote"
        assert predicted["changed"] is real["changed"] is True
        assert again["changed"] is checked["changed"] is False
        assert predicted["diff"] == real["diff"], "check mode showed another difference"
        assert again["diff"] == checked["diff"]
        return real

    def unchanged(self, module: str, **options: Any) -> dict[str, Any]:
        """A call, in check mode and not, that finds everything as it is to be."""
        before = self._writes()
        for check in (True, False):
            answer = self.ok(module, check=check, **options)
            assert answer["changed"] is False, answer["diff"]
        assert self._writes() == before, "nothing was to be done, and something was written"
        return answer

    def _writes(self) -> int:
        """How many requests changed something; those for credentials do not."""
        return len(self.sandbox.writes())


_LOADER = botocore.session.create_loader()
"""Keeps every file of botocore that it has read."""


def _botocore_reads_its_models_once() -> AbstractContextManager[Any]:
    """Share what botocore read from its files; otherwise each call spends most of its time with reading them again."""
    return mock.patch("botocore.session.create_loader", return_value=_LOADER)


def _environment(env: Mapping[str, str]) -> AbstractContextManager[Any]:
    """The environment of a call, with nothing of the cloud accounts of the person who runs the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "AZURE_"))}
    return mock.patch.dict("os.environ", {**kept, **env}, clear=True)


def _has_accounts(module: str) -> bool:
    return module.startswith(("ssm_", "ec2_"))

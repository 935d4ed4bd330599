# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the actions that work with the ledger and no cloud: options in, one result or one clear error out.

They are actions and no modules because nothing may come between a run and its ledger: an action needs no connection, no
interpreter and no temporary directory, so no inventory can make a gate unreachable, and it costs no process.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import PatchingError


class ControllerAction(ActionBase):
    """Checks the options, does the work with them and the check mode, and answers with what it returns.

    A key ``warnings`` of the work's result becomes Ansible's warnings. A :class:`PatchingError` becomes the error;
    ``fields`` of the error are returned beside the message.
    """

    ARGUMENTS: ClassVar[dict[str, Any]] = {}
    CONSTRAINTS: ClassVar[dict[str, Any]] = {}

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do the work on the controller."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, params = self.validate_argument_spec(argument_spec=dict(self.ARGUMENTS), **self.CONSTRAINTS)
        try:
            answer = self.work(params, task_vars or {})
        except PatchingError as error:
            return result | {"failed": True, "msg": str(error), **getattr(error, "fields", {})}
        for warning in answer.pop("warnings", ()):
            self._display.warning(warning)
        return result | answer

    @abstractmethod
    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the action is for with the checked options; ``task_vars`` are the variables of the task."""

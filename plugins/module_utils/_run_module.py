# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the modules that work with the ledger and no cloud: options in, one result or one clear error out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ._core.errors import PatchingError

Work = Callable[[Mapping[str, Any], bool], dict[str, Any]]


def run_module(work: Work, argument_spec: Mapping[str, Any], **constraints: Any) -> None:
    """Check the options, call ``work`` with them and the check mode, and answer with what it returns.

    A key ``warnings`` of the result becomes Ansible's warnings. A :class:`PatchingError` becomes the module's error
    message; ``fields`` of the error, if it has any, are returned beside it.
    """
    module = AnsibleModule(argument_spec=dict(argument_spec), supports_check_mode=True, **constraints)
    try:
        result = work(module.params, module.check_mode)
    except PatchingError as error:
        module.fail_json(msg=str(error), **getattr(error, "fields", {}))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    module.exit_json(**result)

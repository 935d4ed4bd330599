# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every Azure module of the collection does: options, session, one clear message when it fails."""

from __future__ import annotations

import importlib
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._core.errors import PatchingError
from .._core.patience import Patience
from .._ledger.scope_args import RUN_ARGS, with_run_constraints
from .auth import AUTH_ARGS
from .session import AzureSession, checked_accounts

IMPORT_ERROR = ""
try:
    importlib.import_module("azure.identity")
    importlib.import_module("azure.mgmt.core.policies")
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

ACCOUNTS_ARGS: dict[str, Any] = {"accounts": {"type": "dict", "default": {}, "no_log": True}}
"""Not logged: its entries may hold secrets."""

_SECRETS = ("secret", "password")


def azure_module(argument_spec: dict[str, Any], **settings: Any) -> AnsibleModule:
    """An Azure module that supports check mode."""
    module = AnsibleModule(argument_spec={**AUTH_ARGS, **argument_spec}, supports_check_mode=True, **settings)
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("azure-identity and azure-mgmt-core"), exception=IMPORT_ERROR)
    # Without a handler what the libraries log would be printed beside the module's answer.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    _show_what_is_no_secret(module)
    return module


def bulk_module(argument_spec: dict[str, Any], **constraints: Any) -> AnsibleModule:
    """A module that works on the nodes of a scope: its own options and those of runs and accounts."""
    return azure_module({**RUN_ARGS, **ACCOUNTS_ARGS, **argument_spec}, **with_run_constraints(constraints))


def session_of(module: AnsibleModule, patience: Patience | None = None) -> AzureSession:
    """The session that the module's options describe. Raises :class:`PatchingError`."""
    options = {**module.params, "accounts": checked_accounts(module.params.get("accounts"))}
    return AzureSession(options, patience=patience)


def _show_what_is_no_secret(module: AnsibleModule) -> None:
    """Take names and ids of ``accounts`` out of what Ansible blots out of every answer: a profile may be named prod."""
    entries = [entry for entry in (module.params.get("accounts") or {}).values() if isinstance(entry, Mapping)]
    secret = {str(entry[key]) for entry in (*entries, module.params) for key in _SECRETS if entry.get(key)}
    shown = {str(value) for entry in entries for key, value in entry.items() if key not in _SECRETS}
    module.no_log_values -= shown - secret


def run(module: AnsibleModule, work: Callable[[AnsibleModule], dict[str, Any]]) -> None:
    """Do the module's work and answer its result, or one message that says what could not be done."""
    try:
        result = work(module)
    except PatchingError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)

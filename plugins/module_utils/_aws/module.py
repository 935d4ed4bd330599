# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every AWS module of the collection does: options, session, one clear message when it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from .._core.errors import InputError, PatchingError
from .._core.nodes import AWS_ACCOUNT
from .._ledger.scope_args import RUN_ARGS, with_run_constraints
from .session import AwsSession

ACCOUNTS_ARGS: dict[str, Any] = {"accounts": {"type": "dict", "default": {}}}
ROLE_KEYS = ("role_arn", "external_id", "session_name")


def aws_module(argument_spec: dict[str, Any], **settings: Any) -> AnsibleAWSModule:
    """An AWS module that supports check mode."""
    return AnsibleAWSModule(argument_spec=argument_spec, supports_check_mode=True, **settings)


def bulk_module(argument_spec: dict[str, Any], **constraints: Any) -> AnsibleAWSModule:
    """A module that works on the nodes of a scope: its own options and those of runs and accounts."""
    return aws_module({**RUN_ARGS, **ACCOUNTS_ARGS, **argument_spec}, **with_run_constraints(constraints))


def session_of(module: AnsibleAWSModule) -> AwsSession:
    """The session that the module's options describe."""
    region, endpoint_url, settings = get_aws_connection_info(module)
    return AwsSession(region, endpoint_url, settings, checked_accounts(module.params.get("accounts")))


def checked_accounts(accounts: dict[Any, Any] | None) -> dict[str, dict[str, str]]:
    """The option ``accounts``. Raises InputError for what is no account or no role."""
    checked: dict[str, dict[str, str]] = {}
    for account, role in (accounts or {}).items():
        if not AWS_ACCOUNT.match(str(account)):
            raise InputError("accounts", account, "as key an AWS account of 12 digits, in quotes")
        unknown = sorted(set(role) - set(ROLE_KEYS)) if isinstance(role, dict) else ["no dictionary"]
        if unknown or not role.get("role_arn"):
            raise InputError(f"accounts.{account}", role, "a dictionary with role_arn, and external_id, session_name")
        checked[str(account)] = {key: str(value) for key, value in role.items() if value is not None}
    return checked


def run(module: AnsibleAWSModule, work: Callable[[AnsibleAWSModule], dict[str, Any]]) -> None:
    """Do the module's work and answer its result, or one message that says what could not be done."""
    try:
        result = work(module)
    except PatchingError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)

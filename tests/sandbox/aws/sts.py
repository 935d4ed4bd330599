# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who am I, and becoming a role of the fleet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .credentials import assumed
from .errors import ServiceError
from .world import Call, operation


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Mapping[str, Any]:
    """Account, ARN and id behind the key."""
    return {"UserId": call.caller.user_id, "Account": call.caller.account, "Arn": call.caller.arn}


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Mapping[str, Any]:
    """Credentials of a role that the fleet names; its trust is given to the home account only."""
    arn, session = call.params["RoleArn"], call.params["RoleSessionName"]
    found = call.world.fleet.role(arn)
    trusted = found is not None and call.caller.home
    if found is None or not trusted or (found[1].external_id and found[1].external_id != call.params.get("ExternalId")):
        raise ServiceError(
            "AccessDenied",
            f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            403,
        )
    account = found[0].account_id
    caller = assumed(arn, account, session)
    key = call.world.keyring.open_session(caller, timedelta(seconds=int(call.params.get("DurationSeconds") or 3600)))
    return {
        "Credentials": {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "SessionToken": key.token,
            "Expiration": key.expires,
        },
        "AssumedRoleUser": {"AssumedRoleId": caller.user_id, "Arn": caller.arn},
        "PackedPolicySize": 6 if call.params.get("Policy") else None,
    }

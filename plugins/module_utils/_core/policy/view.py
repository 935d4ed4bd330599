# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a policy that playbooks need."""

from __future__ import annotations

from typing import Any

from .model import Policy


def policy_view(policy: Policy) -> dict[str, Any]:
    """Batches, environments and who installs there, tag keys, patterns of patch groups, accounts, file and digest."""
    batches = [batch.name for batch in policy.batches]
    batches += [batch.name for application in policy.applications for batch in application.batches]
    return {
        "path": policy.source,
        "sha256": policy.sha256,
        "batches": list(dict.fromkeys(batches)),
        "environments": [environment.name for environment in policy.environments],
        "deliveries": {environment.name: environment.delivery for environment in policy.environments},
        "tag_keys": {
            cloud: {field: list(keys) for field, keys in fields.items()} for cloud, fields in policy.tag_keys.items()
        },
        "group_patterns": {
            environment.name: policy.group_format.format(environment=environment.name, slot="*", batch="*")
            for environment in policy.environments
        },
        "accounts": {
            cloud: {account: access.to_dict() for account, access in accounts.items()}
            for cloud, accounts in policy.accounts.items()
        },
    }

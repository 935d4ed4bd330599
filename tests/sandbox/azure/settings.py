# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet file says under ``azure``: tenant, applications, users, subscriptions, quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TENANT = "00000000-aaaa-4000-8000-000000000001"
CLIENT_ID = "00000000-aaaa-4000-8000-000000000002"
SECRET = "sandbox-secret-of-the-application"


@dataclass(frozen=True, slots=True)
class Application:
    """A service principal. ``secret`` and ``certificate`` (PEM, the public part) are its credentials.

    ``subscriptions``: the ids that it can reach, all of its tenant when empty. ``expired``: its secret is no longer
    valid. ``federated``: ``(issuer, subject, public key in PEM)`` of a token that it may show instead of a secret.
    """

    client_id: str
    tenant: str
    name: str = ""
    secret: str = ""
    certificate: str = ""
    subscriptions: tuple[str, ...] = ()
    expired: bool = False
    federated: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in with a password. ``mfa``: a second factor is asked for, which a password is not."""

    name: str
    password: str
    tenant: str
    subscriptions: tuple[str, ...] = ()
    mfa: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. ``groups``: resource groups beside those of its machines, name -> location."""

    id: str
    name: str
    tenant: str
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket: ``size`` requests at once, ``refill`` more a second (wall time)."""

    size: float
    refill: float


@dataclass(frozen=True, slots=True)
class Switches:
    """What services do differently. ``automation_shut_down``: deployment schedules are refused as since Update
    Management is gone. ``automation_hides_advanced_schedule``: they are answered without ``advancedSchedule``, as users
    of Terraform saw it (azure-rest-api-specs issue 24436). ``partial_logs``: Log Analytics answers with a part of the
    rows, and says so in an HTTP 200."""

    automation_shut_down: bool = False
    automation_hides_advanced_schedule: bool = False
    partial_logs: bool = False


@dataclass(frozen=True, slots=True)
class AzureSettings:
    """The defaults of the quotas are the services' own (Azure documentation: "Throttling in Azure Resource Manager":
    for each principal in each subscription and region; "Throttled requests in Azure Resource Graph": 15 in 5 s).

    ``page_size``: of ARM's lists. ``graph_lag``: simulated seconds by which Resource Graph is behind.
    ``retry_after``: seconds that a client is asked to wait between polls of a long-running operation.
    ``token_seconds``: how long an access token is valid, wall time. ``maintenance_configurations`` and ``assignments``
    are for the provider Microsoft.Maintenance, as the file has them; ``workspaces`` for Microsoft.OperationalInsights,
    ``automation_accounts`` and ``deployment_schedules`` for Microsoft.Automation. ``switches``: as they are at first.
    """

    tenant: str = TENANT
    applications: tuple[Application, ...] = ()
    users: tuple[User, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    reads: Quota = Quota(250, 25)
    writes: Quota = Quota(200, 10)
    deletes: Quota = Quota(200, 10)
    graph: Quota = Quota(15, 3)
    page_size: int = 200
    graph_lag: float = 10.0
    retry_after: int = 1
    token_seconds: int = 3599
    maintenance_configurations: tuple[Mapping[str, Any], ...] = ()
    assignments: tuple[Mapping[str, Any], ...] = ()
    workspaces: tuple[Mapping[str, Any], ...] = ()
    automation_accounts: tuple[Mapping[str, Any], ...] = ()
    deployment_schedules: tuple[Mapping[str, Any], ...] = ()
    switches: Switches = Switches()

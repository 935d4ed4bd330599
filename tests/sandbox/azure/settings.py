# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet file says under ``azure``: tenant, applications, users, subscriptions, quotas."""

from __future__ import annotations

from dataclasses import dataclass, field

TENANT = "00000000-aaaa-4000-8000-000000000001"
CLIENT_ID = "00000000-aaaa-4000-8000-000000000002"
SECRET = "sandbox-secret-of-the-application"


@dataclass(frozen=True, slots=True)
class Application:
    """A service principal. ``secret`` and ``certificate`` (PEM, the public part) as it has them. ``subscriptions``: the
    ids that it can reach, all when empty. ``expired``: its secret is no longer valid. ``issuer`` and ``subject`` of a
    federated credential."""

    client_id: str
    secret: str = ""
    certificate: str = ""
    name: str = ""
    subscriptions: tuple[str, ...] = ()
    expired: bool = False
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in with a password. ``mfa``: a second factor is asked for, which a password is not."""

    name: str
    password: str
    subscriptions: tuple[str, ...] = ()
    mfa: bool = False
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. ``groups``: resource groups beside those of its machines, name -> location."""

    id: str
    name: str
    tenant: str
    groups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket: ``size`` requests at once, ``refill`` more a second (wall time)."""

    size: float
    refill: float


@dataclass(frozen=True, slots=True)
class AzureSettings:
    """``page_size``: of ARM's lists. ``graph_lag``: simulated seconds by which Resource Graph is behind.
    ``retry_after``: seconds that a client is asked to wait between polls of a long-running operation."""

    tenant: str = TENANT
    applications: tuple[Application, ...] = ()
    users: tuple[User, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    reads: Quota = Quota(250, 25)
    writes: Quota = Quota(200, 10)
    deletes: Quota = Quota(200, 10)
    graph: Quota = Quota(15, 3)
    page_size: int = 200
    graph_lag: float = 30.0
    retry_after: int = 1
    token_seconds: int = 3599

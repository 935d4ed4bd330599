# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: the module's own credentials, and for some subscriptions those of the option accounts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .._core.errors import InputError
from .._core.nodes import SUBSCRIPTION
from .._core.patience import Patience, pause_before
from .auth import ENVIRONMENT, Identity, Places, explicit_identity, identity_of, profile_identity
from .client import Connection
from .clouds import Cloud, cloud_of
from .credentials import credential_of
from .errors import explain_unanswered
from .quota import Quota
from .wire import LOST, ArmWire, Network, Unanswered, Wire, fetch_json, network_of

DEFAULT_CLOUD = "AzureCloud"

ACCOUNT_KEYS = (
    "tenant",
    "client_id",
    "secret",
    "ad_user",
    "password",
    "x509_certificate_path",
    "thumbprint",
    "profile",
)
"""What an entry of the option ``accounts`` may have."""

_INHERITED = ("cloud_environment", "cert_validation_mode", "adfs_authority_url", "disable_instance_discovery")


class AzureSession:
    """Makes connections to subscriptions; each credential has one wire and one quota, shared by its subscriptions.

    ``options`` are the connection options of the module (:data:`.auth.AUTH_ARGS` and ``accounts``). Methods may be
    called from several threads. Raises :class:`InputError` or :class:`PatchingError` for options that cannot be used.
    """

    region = ""

    def __init__(
        self,
        options: Mapping[str, Any],
        places: Places | None = None,
        patience: Patience | None = None,
        wire_of: Callable[[Identity, Cloud, Network], Wire] | None = None,
        fetch: Callable[[str, Network], Any] = fetch_json,
    ) -> None:
        self._places = places or Places.real()
        self._own = identity_of(options, self._places)
        self._accounts = {
            str(account).lower(): _account_identity(str(account), entry, self._own, self._places)
            for account, entry in (options.get("accounts") or {}).items()
        }
        self._network = network_of(
            options.get("ca_bundle"), self._own.get("cert_validation_mode") != "ignore", self._places.env
        )
        self._fetch = fetch
        self._wire_of = wire_of or _arm_wire
        self._patience = patience or Patience()
        self._lock = threading.RLock()
        self._cloud: Cloud | None = None
        self._wires: dict[tuple[int, str], tuple[Wire, Quota]] = {}

    @property
    def account(self) -> str:
        """The subscription of the module's own credentials, empty where none is given."""
        return self._own.get("subscription_id")

    def connect(self, account: str = "", region: str = "") -> Connection:
        """A connection to a subscription (empty: that of the module's options or credentials, if any).

        Raises :class:`CloudError` when the cloud's endpoints cannot be found out, :class:`PatchingError` for
        credentials that cannot be used. No token is asked for before the first request.
        """
        return self._connected(account or self.account, region, self._found_cloud)

    def connect_logs(self, account: str) -> Connection:
        """A connection to Log Analytics with the credentials for a subscription, whose requests have no api version.

        Raises as :meth:`connect` does, and :class:`CloudError` where the cloud has no Log Analytics.
        """
        return self._connected(account, "", lambda: self._found_cloud().of_logs())

    def _connected(self, account: str, region: str, cloud_of_it: Callable[[], Cloud]) -> Connection:
        identity = self._accounts.get(account.lower(), self._own)
        with self._lock:
            cloud = cloud_of_it()
            key = (id(identity), cloud.endpoint)
            if key not in self._wires:
                self._wires[key] = (self._wire_of(identity, cloud, self._network), Quota(self._patience.clock))
            wire, quota = self._wires[key]
        return Connection(account, region, wire, quota, self._patience)

    def groups(self, accounts: list[str]) -> list[list[str]]:
        """The subscriptions, in groups that the same credentials reach: one query can ask for a whole group."""
        grouped: dict[int, list[str]] = {}
        for account in accounts:
            grouped.setdefault(id(self._accounts.get(account.lower(), self._own)), []).append(account)
        return list(grouped.values())

    def _found_cloud(self) -> Cloud:
        if self._cloud is None:
            name = self._own.get("cloud_environment") or DEFAULT_CLOUD
            self._cloud = cloud_of(name, self._fetched)
        return self._cloud

    def _fetched(self, url: str) -> Any:
        began, attempt = self._patience.clock(), 0
        while True:
            try:
                return self._fetch(url, self._network)
            except Unanswered as error:
                pause = pause_before(attempt)
                late = self._patience.clock() - began + pause > self._patience.connect or self._patience.is_over(pause)
                if late or not _passes(error):
                    raise explain_unanswered(error, f"read the endpoints of the cloud at {url}") from error
            self._patience.sleep(pause)
            attempt += 1


def _passes(error: Unanswered) -> bool:
    """Whether an endpoint that was reached had trouble or too much to do."""
    return error.reason == LOST or bool(re.fullmatch(r"HTTP (?:408|429|5\d\d)", error.code))


def checked_accounts(accounts: Mapping[Any, Any] | None) -> dict[str, dict[str, str]]:
    """The option ``accounts``. Raises :class:`InputError` for what is no subscription or has no credentials in it."""
    allowed = f"a dictionary with some of {', '.join(ACCOUNT_KEYS)}"
    checked: dict[str, dict[str, str]] = {}
    for account, entry in (accounts or {}).items():
        if not SUBSCRIPTION.match(str(account)):
            raise InputError("accounts", account, "as key the id of a subscription, 8-4-4-4-12 hexadecimal digits")
        if not isinstance(entry, Mapping) or not entry:
            raise InputError(f"accounts.{account}", "…", allowed)
        unknown = sorted(str(key) for key in entry if key not in ACCOUNT_KEYS)
        if unknown:
            raise InputError(f"accounts.{account}", unknown[0], allowed)
        checked[str(account)] = {str(key): str(value) for key, value in entry.items() if value}
    return checked


def _account_identity(account: str, entry: Mapping[str, Any], own: Identity, places: Places) -> Identity:
    """The identity for one subscription. ``tenant`` alone is the module's own application in another tenant."""
    values = {name: str(value) for name, value in entry.items() if value and name in ENVIRONMENT}
    settings = {name: own.values[name] for name in _INHERITED if name in own.values}
    if "profile" in values:
        found = profile_identity(values["profile"], places)
        return Identity(found.way, found.source, {**found.values, **settings, "subscription_id": account})
    if set(values) == {"tenant"}:
        return Identity(own.way, own.source, {**own.values, **values, "subscription_id": account})
    return explicit_identity({**values, **settings, "subscription_id": account}, f"accounts.{account}")


def _arm_wire(identity: Identity, cloud: Cloud, network: Network) -> Wire:
    return ArmWire(cloud.endpoint, cloud.scope, credential_of(identity, cloud, network), network)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: the module's own credentials, and for each account the role that it is reached by."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .._core.errors import CloudError
from .._core.patience import Patience
from .client import Connection
from .errors import SDK_ERRORS, WHERE_ROLES, explain, speaks_of_caller

# Without boto3 the module has said so with missing_required_lib before a session is made.
with suppress(ImportError):
    import boto3
    from botocore.config import Config

DEFAULT_SESSION_NAME = "hybridops-patching"
POOL_CONNECTIONS = 32
"""HTTP connections kept to one endpoint: as many as threads may ask it at the same time."""


class AwsSession:
    """Makes connections to accounts and regions; each client and each assumed role is made once.

    ``settings`` are the connection options of the module as boto3 takes them (``get_aws_connection_info``), and
    ``accounts`` is its option of that name. Methods may be called from several threads.
    """

    def __init__(
        self,
        region: str | None,
        endpoint_url: str | None,
        settings: Mapping[str, Any],
        accounts: Mapping[str, Mapping[str, Any]] | None = None,
        patience: Patience | None = None,
    ) -> None:
        settings = dict(settings)
        self.region = region or ""
        self._endpoint_url = endpoint_url or None
        self._verify = settings.pop("verify", None)
        self._config = _config(settings.pop("aws_config", None))
        self._profile = settings.pop("profile_name", None)
        self._own = settings
        self._accounts = {str(account): role for account, role in (accounts or {}).items()}
        self._patience = patience
        self._lock = threading.RLock()
        self._account_locks: dict[str, threading.Lock] = {}
        self._sdk: Any = None
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._credentials: dict[str, dict[str, Any]] = {}
        self._refused: dict[str, CloudError] = {}
        self._own_account = ""

    def connect(self, account: str = "", region: str = "") -> Connection:
        """A connection to an account (empty: that of the module's credentials) and region (empty: the module's).

        Assumes the account's role, or checks that the module's own credentials belong to the account.
        Raises :class:`CloudError`.
        """
        region = region or self.region
        if not region:
            raise CloudError(
                "No region is known: give the option region, AWS_REGION, or the node's region", code="NoRegion"
            )
        with self._account_lock(account):
            self._credentials_of(account, region)
        return Connection(account, region, lambda service: self._client(service, account, region), self._patience)

    def _account_lock(self, account: str) -> threading.Lock:
        with self._lock:
            return self._account_locks.setdefault(account, threading.Lock())

    def _credentials_of(self, account: str, region: str) -> None:
        if account in self._credentials:
            return
        if account in self._accounts:
            credentials = self._assume(account, region)
        else:
            if account:
                self._require_own(account, region)
            credentials = self._own
        with self._lock:
            self._credentials[account] = credentials

    def _assume(self, account: str, region: str) -> dict[str, Any]:
        role = {key: value for key, value in self._accounts[account].items() if value}
        request = {"RoleArn": role["role_arn"], "RoleSessionName": role.get("session_name") or DEFAULT_SESSION_NAME}
        if role.get("external_id"):
            request["ExternalId"] = role["external_id"]
        if account in self._refused:
            raise self._refused[account]
        doing = f"assume the role {role['role_arn']} to reach account {account}"
        try:
            issued = self._own_connection(region).call("sts", "assume_role", doing, **request)["Credentials"]
        except CloudError as error:
            if speaks_of_caller(error.code):
                # The same for every region, so it is asked and told once.
                self._refused[account] = error
            raise
        return {
            "aws_access_key_id": issued["AccessKeyId"],
            "aws_secret_access_key": issued["SecretAccessKey"],
            "aws_session_token": issued["SessionToken"],
        }

    def account_id(self, region: str = "") -> str:
        """The number of the account that the module's own credentials belong to. Raises :class:`CloudError`."""
        with self._lock:
            if not self._own_account:
                identity = self._own_connection(region or self.region).call(
                    "sts", "get_caller_identity", "find out which account the credentials belong to"
                )
                self._own_account = str(identity["Account"])
            return self._own_account

    def _require_own(self, account: str, region: str) -> None:
        own = self.account_id(region)
        if own != account:
            raise CloudError(
                f"Account {account} cannot be reached: the credentials belong to account {own}, and no role is named "
                f"for {account}. Add '{account}': {{role_arn: …}} to {WHERE_ROLES}; or use credentials of that account",
                code="OtherAccount",
            )

    def _own_connection(self, region: str) -> Connection:
        return Connection("", region, lambda service: self._client(service, None, region), self._patience)

    def _client(self, service: str, account: str | None, region: str) -> Any:
        key = (service, account or "", region)
        with self._lock:
            if key not in self._clients:
                credentials = self._own if account is None else self._credentials[account]
                self._clients[key] = self._make_client(service, region, credentials)
            return self._clients[key]

    def _make_client(self, service: str, region: str, credentials: Mapping[str, Any]) -> Any:
        try:
            if self._sdk is None:
                self._sdk = boto3.session.Session(profile_name=self._profile)
            return self._sdk.client(
                service,
                region_name=region,
                endpoint_url=self._endpoint_url,
                verify=self._verify,
                config=self._config,
                **credentials,
            )
        except SDK_ERRORS as error:
            raise explain(error, f"prepare requests to {service} in {region}") from error
        except ValueError as error:
            raise CloudError(
                f"Could not prepare requests to {service} in {region}: {error}", code="ValueError"
            ) from error


def _config(given: Any) -> Any:
    """The SDK's settings: the user's, but with a single attempt, since :mod:`.client` alone repeats requests."""
    own = Config(
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=POOL_CONNECTIONS,
        user_agent_extra="hybridops.patching/0.1.0",
    )
    merged = own.merge(given) if given else own
    return merged.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))

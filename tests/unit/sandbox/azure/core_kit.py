# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet with two directories, three subscriptions and many machines, and plain HTTPS requests to it."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.sandbox.azure.ca import Authority
from tests.sandbox.azure.settings import CLIENT_ID, SECRET, TENANT
from tests.sandbox.fleet import build_fleet
from tests.sandbox.machines import Clock
from tests.sandbox.server import Application, serve_azure
from tests.unit.sandbox.serving import served

FIRST = "aaaaaaaa-0000-4000-8000-000000000001"
SECOND = "aaaaaaaa-0000-4000-8000-000000000002"
FOREIGN = "bbbbbbbb-0000-4000-8000-000000000001"
OTHER_TENANT = "00000000-bbbb-4000-8000-000000000001"
CERTIFIED, LIMITED, EXPIRED, STRANGER = (f"00000000-aaaa-4000-8000-00000000001{number}" for number in range(4))
FEDERATED = "00000000-aaaa-4000-8000-000000000020"
ISSUER, SUBJECT = "https://issuer.example", "system:serviceaccount:awx:runner"
MANY = 12
COMPUTE = "2024-07-01"


class Key:
    """A private key and its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "patching")])
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 1, now, now + datetime.timedelta(days=1))
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


KEY, WORKLOAD_KEY, FOREIGN_KEY = Key(), Key(), Key()


def vm_id(name: str, subscription: str = FIRST, group: str = "rg-one") -> str:
    """The id of a virtual machine."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"


def arc_id(name: str, subscription: str = SECOND, group: str = "rg-two") -> str:
    """The id of an Arc machine."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HybridCompute/machines/{name}"


def fleet_data(**azure: Any) -> dict[str, Any]:
    """The fleet; ``azure`` replaces keys of that part."""
    machines = [(vm_id(f"vm-{number:02d}"), "ubuntu") for number in range(MANY)]
    machines += [(arc_id("arc-01"), "windows"), (vm_id("theirs", FOREIGN, "rg-theirs"), "ubuntu")]
    federated = {"issuer": ISSUER, "subject": SUBJECT, "public_key": WORKLOAD_KEY.public.decode()}
    part = {
        "applications": [
            {"client_id": CLIENT_ID, "secret": SECRET},
            {"client_id": CERTIFIED, "certificate": KEY.certificate.decode()},
            {"client_id": LIMITED, "secret": SECRET, "subscriptions": [SECOND]},
            {"client_id": EXPIRED, "secret": SECRET, "expired": True},
            {"client_id": FEDERATED, "federated": federated},
            {"client_id": STRANGER, "secret": SECRET, "tenant": OTHER_TENANT},
        ],
        "users": [
            {"name": "ops@example.com", "password": "p1"},
            {"name": "mfa@example.com", "password": "p1", "mfa": True},
        ],
        "subscriptions": [
            {"id": FIRST, "name": "first", "groups": {"rg-empty": "northeurope"}},
            {"id": SECOND, "name": "second"},
            {"id": FOREIGN, "name": "foreign", "tenant": OTHER_TENANT},
        ],
        "retry_after": 0,
        "graph_lag": 0,
        # Tests of quotas say how large they are; the others are to meet none.
        "quotas": {kind: {"size": 10000, "refill": 10000} for kind in ("reads", "writes", "deletes", "graph")},
        **azure,
    }
    tags = {"patch": "patch_test_0600_batch_1", "Patch Group": "x"}
    return {
        "version": 1,
        "azure": part,
        "machines": [
            {
                "node_id": identifier,
                "name": identifier.rpartition("/")[2],
                "region": "westeurope",
                "os": os,
                "tags": tags,
            }
            for identifier, os in machines
        ],
        "patches": [],
    }


class CoreSandbox:
    """Azure's port, served until ``close``, with every answer held against the SDK's models."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self.fleet = build_fleet(dict(data or fleet_data()), Clock(1000))
        application = Application(self.fleet, check_answers=True)
        assert application.azure is not None
        self.application = application
        self.azure = application.azure
        self._directory = tempfile.TemporaryDirectory()
        authority = Authority(Path(self._directory.name))
        self.ca_file = str(authority.file)
        self._stop = served(server := serve_azure(self.azure, authority))
        self.url = f"https://127.0.0.1:{server.server_port}"
        self.session = requests.Session()
        # The environment's own bundle would count for more.
        self.session.trust_env = False
        self.session.verify = self.ca_file
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        """Stop serving."""
        self.session.close()
        self._stop()
        self.fleet.close()
        self._directory.cleanup()

    def reset(self) -> None:
        """As the fleet file says, with nothing recorded and no faults."""
        self.fleet.reset()
        self.azure.reset()
        self.azure.journal.clear()
        self.azure.faults.clear()

    def credential(
        self, client_id: str = CLIENT_ID, secret: str = SECRET, tenant: str = TENANT
    ) -> ClientSecretCredential:
        """azure-identity's, for an application of the fleet."""
        return ClientSecretCredential(tenant, client_id, secret, **self.trust)

    @property
    def trust(self) -> dict[str, Any]:
        """What azure-identity has to be told of the sandbox."""
        return {"authority": self.url, "disable_instance_discovery": True, "connection_verify": self.ca_file}

    @property
    def options(self) -> dict[str, Any]:
        """What a client of the SDK has to be told of the sandbox. It does not repeat requests."""
        scopes = [f"{self.url}/.default"]
        return {"base_url": self.url, "credential_scopes": scopes, "connection_verify": self.ca_file, "retry_total": 0}

    def graph(self) -> ResourceGraphClient:
        """The SDK's client of Resource Graph."""
        return ResourceGraphClient(self.credential(), **self.options)

    def resources(self, subscription: str = FIRST) -> ResourceManagementClient:
        """The SDK's client of Resource Manager."""
        return ResourceManagementClient(self.credential(), subscription, **self.options)

    def token(self, client_id: str = CLIENT_ID, tenant: str = TENANT, scope: str = "") -> str:
        """An access token, asked for without any library."""
        key = f"{client_id} {tenant} {scope}"
        if key not in self._tokens:
            form = {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": SECRET,
                "scope": scope or f"{self.url}/.default",
            }
            self._tokens[key] = self.grant(form, tenant).json()["access_token"]
        return self._tokens[key]

    def grant(
        self, form: Mapping[str, str], tenant: str = TENANT, path: str = "oauth2/v2.0/token"
    ) -> requests.Response:
        """A request to the token endpoint."""
        return self.session.post(f"{self.url}/{tenant}/{path}", data=form)

    def ask(
        self, method: str, path: str, version: str | None = COMPUTE, token: str | None = None, **more: Any
    ) -> requests.Response:
        """A request to Resource Manager."""
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}", **more.pop("headers", {})}
        params = {**({} if version is None else {"api-version": version}), **more.pop("params", {})}
        return self.session.request(method, f"{self.url}{path}", params=params, headers=headers, **more)

    def code(self, method: str, path: str, version: str | None = COMPUTE, **more: Any) -> tuple[int, str]:
        """Status and error code of a request that is refused."""
        answer = self.ask(method, path, version, **more)
        return answer.status_code, answer.json()["error"]["code"]

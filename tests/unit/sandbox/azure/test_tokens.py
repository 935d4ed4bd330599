# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens as azure-identity asks for them, and refusals in Entra ID's words."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ManagedIdentityCredential, WorkloadIdentityCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.sandbox.azure.identity.service import IDENTITY_HEADER
from tests.sandbox.azure.settings import CLIENT_ID, SECRET, TENANT
from tests.unit.sandbox.azure.core_kit import (
    CERTIFIED,
    EXPIRED,
    FEDERATED,
    FIRST,
    FOREIGN_KEY,
    ISSUER,
    KEY,
    LIMITED,
    SUBJECT,
    WORKLOAD_KEY,
    CoreSandbox,
)

NOBODY = "00000000-aaaa-4000-8000-0000000000ff"
CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def core() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox()
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize(
    "audience",
    ["", "https://management.azure.com", "https://management.core.windows.net/", "https://management.azure.com/"],
)
def test_a_secret_gets_a_token_that_resource_manager_takes(core: CoreSandbox, audience: str) -> None:
    token = core.credential().get_token(f"{audience or core.url}/.default")
    claims: dict[str, Any] = jwt.decode(token.token, options={"verify_signature": False})
    assert (claims["aud"], claims["tid"], claims["appid"]) == (audience or core.url, TENANT, CLIENT_ID)
    assert 3500 < token.expires_on - time.time() <= 3600
    assert core.ask("GET", "/subscriptions", "2022-12-01", token.token).status_code == 200


@pytest.mark.parametrize(
    ("client_id", "secret", "tenant", "number", "error"),
    [
        (CLIENT_ID, "wrong", TENANT, 7000215, "invalid_client"),
        (EXPIRED, SECRET, TENANT, 7000222, "invalid_client"),
        (CERTIFIED, SECRET, TENANT, 7000215, "invalid_client"),
        (NOBODY, SECRET, TENANT, 700016, "unauthorized_client"),
    ],
)
def test_what_is_wrong_with_an_application_is_told_as_entra_does(
    core: CoreSandbox, client_id: str, secret: str, tenant: str, number: int, error: str
) -> None:
    with pytest.raises(ClientAuthenticationError, match=f"AADSTS{number}"):
        core.credential(client_id, secret, tenant).get_token(f"{core.url}/.default")
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = core.grant({**form, "scope": f"{core.url}/.default"}, tenant)
    told = answer.json()
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert (told["error"], told["error_codes"]) == (error, [number])
    assert told.keys() >= {"error_description", "timestamp", "trace_id", "correlation_id"}


def test_a_directory_that_does_not_exist(core: CoreSandbox) -> None:
    with pytest.raises((ClientAuthenticationError, ValueError), match=r"AADSTS90002|Unable to get authority"):
        core.credential(tenant=NOBODY).get_token(f"{core.url}/.default")
    assert core.grant({"grant_type": "client_credentials"}, NOBODY).json()["error_codes"] == [90002]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"grant_type": ""}, 900144),
        ({"grant_type": "device_code"}, 70003),
        ({"client_secret": ""}, 7000218),
        ({"scope": ""}, 900144),
        ({"scope": "https://management.azure.com/user_impersonation"}, 1002012),
        ({"scope": "https://vault.azure.net/.default"}, 500011),
    ],
)
def test_requests_that_are_wrong(core: CoreSandbox, change: dict[str, str], number: int) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    answer = core.grant({**form, "scope": f"{core.url}/.default", **change})
    assert answer.json()["error_codes"] == [number]


def test_a_certificate_gets_a_token(core: CoreSandbox) -> None:
    data = KEY.private + KEY.certificate
    credential = CertificateCredential(TENANT, CERTIFIED, certificate_data=data, **core.trust)
    assert core.ask(
        "GET", f"/subscriptions/{FIRST}", "2022-12-01", credential.get_token(f"{core.url}/.default").token
    ).ok


def test_another_certificate_gets_none(core: CoreSandbox) -> None:
    data = FOREIGN_KEY.private + FOREIGN_KEY.certificate
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        CertificateCredential(TENANT, CERTIFIED, certificate_data=data, **core.trust).get_token(f"{core.url}/.default")


@pytest.mark.parametrize(
    ("change", "key", "number"),
    [
        ({"exp": time.time() - 100}, KEY, 700024),
        ({"aud": "https://elsewhere.example"}, KEY, 700023),
        ({"iss": CLIENT_ID, "sub": CLIENT_ID}, KEY, 700021),
        ({}, FOREIGN_KEY, 700027),
    ],
)
def test_what_is_wrong_with_a_signed_assertion(
    core: CoreSandbox, change: dict[str, Any], key: Any, number: int
) -> None:
    known = {
        "aud": f"{core.url}/{TENANT}/oauth2/v2.0/token",
        "iss": CERTIFIED,
        "sub": CERTIFIED,
        "exp": time.time() + 60,
    }
    thumbprint = x509.load_pem_x509_certificate(KEY.certificate).fingerprint(hashes.SHA1())
    headers = {"x5t": base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")}
    assertion = jwt.encode({**known, **change}, key.key, algorithm="RS256", headers=headers)
    form = {
        "grant_type": "client_credentials",
        "client_id": CERTIFIED,
        "scope": f"{core.url}/.default",
        "client_assertion": assertion,
        "client_assertion_type": ASSERTION,
    }
    assert core.grant(form).json()["error_codes"] == [number]


def test_a_federated_workload_gets_a_token(core: CoreSandbox, tmp_path: Path) -> None:
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "exp": time.time() + 60}
    file = tmp_path / "token"
    file.write_text(jwt.encode(claims, WORKLOAD_KEY.key, algorithm="RS256"), encoding="utf-8")
    options: dict[str, Any] = {"tenant_id": TENANT, "client_id": FEDERATED, "token_file_path": str(file), **core.trust}
    assert WorkloadIdentityCredential(**options).get_token(f"{core.url}/.default").token
    file.write_text(jwt.encode({**claims, "sub": "other"}, WORKLOAD_KEY.key, algorithm="RS256"), encoding="utf-8")
    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        WorkloadIdentityCredential(**options).get_token(f"{core.url}/.default")


def test_a_managed_identity_in_app_services_form(core: CoreSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{core.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    token = ManagedIdentityCredential(connection_verify=core.ca_file).get_token(f"{core.url}/.default").token
    assert core.ask("GET", "/subscriptions", "2022-12-01", token).status_code == 200
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with pytest.raises(ClientAuthenticationError):
        ManagedIdentityCredential(connection_verify=core.ca_file).get_token(f"{core.url}/.default")


def test_a_person_signs_in_with_a_password_and_refreshes(core: CoreSandbox) -> None:
    form = {"grant_type": "password", "client_id": CLI, "username": "ops@example.com", "password": "p1"}
    form["scope"] = f"{core.url}/.default openid offline_access"
    given = core.grant(form, "organizations").json()
    assert core.ask("GET", f"/subscriptions/{FIRST}", "2022-12-01", given["access_token"]).status_code == 200
    again = {"grant_type": "refresh_token", "client_id": CLI, "refresh_token": given["refresh_token"]}
    renewed = core.grant({**again, "scope": form["scope"]}).json()
    assert core.ask("GET", f"/subscriptions/{FIRST}", "2022-12-01", renewed["access_token"]).status_code == 200
    assert core.ask("GET", f"/subscriptions/{FIRST}", "2022-12-01", given["refresh_token"]).status_code == 401
    assert core.grant({**form, "password": "p2"}).json()["error_codes"] == [50126]
    assert core.grant({**form, "username": "no@example.com"}).json()["error_codes"] == [50034]
    assert core.grant({**form, "username": "mfa@example.com"}).json()["error_codes"] == [50076]
    assert core.session.get(f"{core.url}/common/userrealm/ops@example.com").json()["account_type"] == "Managed"


def test_version_1_asks_for_a_resource(core: CoreSandbox) -> None:
    form = {"grant_type": "client_credentials", "client_id": LIMITED, "client_secret": SECRET}
    given = core.grant({**form, "resource": "https://management.azure.com/"}, path="oauth2/token").json()
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "https://management.azure.com/"


def test_msal_finds_the_authority_by_an_instance_discovery_of_ones_own(core: CoreSandbox) -> None:
    app = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential=SECRET,
        authority=f"{core.url}/{TENANT}",
        instance_discovery=f"{core.url}/common/discovery/instance",
        http_client=core.session,
    )
    assert "access_token" in app.acquire_token_for_client([f"{core.url}/.default"])


def test_the_keys_verify_the_tokens(core: CoreSandbox) -> None:
    config = core.session.get(f"{core.url}/{TENANT}/v2.0/.well-known/openid-configuration").json()
    keys = jwt.PyJWKSet.from_dict(core.session.get(config["jwks_uri"]).json())
    assert jwt.decode(core.token(), keys.keys[0].key, algorithms=["RS256"], audience=core.url)["tid"] == TENANT


def test_a_client_that_knows_the_address_finds_the_rest(core: CoreSandbox) -> None:
    def document(version: str) -> Any:
        return core.session.get(f"{core.url}/metadata/endpoints", params={"api-version": version}).json()

    assert document("2015-01-01")["authentication"]["loginEndpoint"] == core.url
    cloud = document("2022-09-01")
    assert document("2019-05-01") == [cloud]
    assert cloud["resourceManager"].rstrip("/") == core.url
    assert core.url in cloud["authentication"]["audiences"]
    assert document("1999-01-01")["error"] == "invalid_request"


def test_token_requests_are_recorded_without_secrets_and_meet_faults(core: CoreSandbox) -> None:
    core.reset()
    core.azure.faults.add({"kind": "error", "service": "token", "operation": "token", "status": 503})
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    answers = [core.grant({**form, "scope": f"{core.url}/.default"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200]
    entries = core.azure.journal.entries()
    assert [(one["service"], one["operation"], one["writing"]) for one in entries] == [("token", "token", False)] * 2
    assert entries[0]["fault"] == "error"
    assert SECRET not in str(entries)

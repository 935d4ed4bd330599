# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to say who asks Azure gets its token from the sandbox's authority, and a refusal says what to do."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from msal.authority import Authority

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import ROOT
from tests.sandbox.azure.identity.assertions import FEDERATED_AUDIENCE
from tests.sandbox.azure.identity.documents import user_realm
from tests.sandbox.azure.identity.service import IDENTITY_HEADER
from tests.sandbox.azure.settings import CLIENT_ID, SECRET, TENANT
from tests.sandbox.client import SandboxProcess

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "aaaaaaaa-0000-4000-8000-000000000009"
CERTIFIED, FEDERATED, EXPIRED = (f"00000000-aaaa-4000-8000-00000000001{number}" for number in range(3))
ANN, BOB = "ann@example.com", "bob@example.com"
PASSWORD, PHRASE, OLD = "ann-s-password-in-entra", "phrase-of-the-file", "the-secret-that-is-too-old"
ISSUER, SUBJECT = "https://tokens.example", "system:serviceaccount:awx:patching"
SECRETS = (SECRET, PASSWORD, PHRASE, OLD)
MODULE = "azure_machine_info"


class Keys:
    """A key, its certificate, and the files that a user may have of them."""

    def __init__(self, directory: Path) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "patching")]), datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        made = builder.sign(self.key, hashes.SHA256())
        self.certificate = made.public_bytes(Encoding.PEM).decode()
        self.public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.pem, self.pfx = directory / "app.pem", directory / "app.pfx"
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.pem.write_bytes(private + self.certificate.encode())
        locked = BestAvailableEncryption(PHRASE.encode())
        self.pfx.write_bytes(pkcs12.serialize_key_and_certificates(b"app", self.key, made, None, locked))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of the application with a certificate, which also sign the tokens of the workload."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def one_sandbox(keys: Keys) -> Iterator[SandboxProcess]:
    """The small fleet with an application and a user of every kind."""
    fleet = yaml.safe_load((ROOT / "tests/sandbox/fleets/azure_small.yml").read_text(encoding="utf-8"))
    federated = {"issuer": ISSUER, "subject": SUBJECT, "public_key": keys.public}
    fleet["azure"] |= {
        "applications": [
            {"client_id": CLIENT_ID, "secret": SECRET},
            {"client_id": CERTIFIED, "certificate": keys.certificate},
            {"client_id": FEDERATED, "federated": federated},
            {"client_id": EXPIRED, "secret": OLD, "expired": True},
        ],
        "users": [{"name": ANN, "password": PASSWORD}, {"name": BOB, "password": PASSWORD, "mfa": True}],
    }
    with SandboxProcess(fleet, speed=60) as sandbox:
        yield sandbox


@pytest.fixture
def bare(one_sandbox: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    """Modules that are told where Azure is and which subscription is meant, and not who asks."""
    # msal asks for a user's realm at port 443, whichever the authority has.
    monkeypatch.setattr(Authority, "user_realm_discovery", lambda _self, name, *_more, **_else: user_realm(name))
    nobody = dict.fromkeys(("AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_TENANT"), "")
    one_sandbox.clear_requests()
    yield Modules(one_sandbox, nobody | {"HOME": str(tmp_path)})
    one_sandbox.clear_faults()


def works(modules: Modules, **options: Any) -> None:
    """A call that reaches the machines and shows no secret, however much is shown of it."""
    assert len(modules.ok(MODULE, **options)["facts"]) == 4
    unshown(modules)


def told(modules: Modules, **options: Any) -> str:
    """The message of a call that fails, as the service told it, and shows no secret."""
    answer = modules.call(MODULE, **options)
    unshown(modules)
    assert answer["failed"]
    return str(answer["msg"])


def unshown(modules: Modules) -> None:
    """Nothing secret and no token is in anything that the last call wrote."""
    assert not [secret for secret in SECRETS if secret in modules.output]
    assert "eyJ" not in modules.output


def granted(sandbox: SandboxProcess) -> list[tuple[str, str]]:
    """How tokens were asked for, and by whom."""
    asked = [one["params"] for one in sandbox.requests(operation="token")]
    return [(str(one.get("grant_type")), str(one.get("client_id"))) for one in asked]


class TestWhoAsks:
    def test_the_application_as_awx_sets_it(self, bare: Modules) -> None:
        works(bare.with_env({"AZURE_CLIENT_ID": CLIENT_ID, "AZURE_TENANT": TENANT, "AZURE_SECRET": SECRET}))
        assert granted(bare.sandbox) == [("client_credentials", CLIENT_ID)]

    def test_a_user_as_awx_sets_it(self, bare: Modules) -> None:
        works(bare.with_env({"AZURE_AD_USER": ANN, "AZURE_PASSWORD": PASSWORD}))
        assert granted(bare.sandbox)[0][0] == "password"

    def test_a_user_by_options(self, bare: Modules) -> None:
        works(bare, ad_user=ANN, password=PASSWORD, tenant=TENANT)

    def test_a_profile_with_a_user(self, bare: Modules) -> None:
        directory = Path(bare.env["HOME"]) / ".azure"
        directory.mkdir()
        lines = ("[default]", f"ad_user={ANN}", f"password={PASSWORD}", f"subscription_id={SUBSCRIPTION}")
        (directory / "credentials").write_text("\n".join(lines), encoding="utf-8")
        works(bare.with_env({"AZURE_SUBSCRIPTION_ID": ""}))

    @pytest.mark.parametrize("variable", ["AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"])
    def test_a_certificate_of_the_environment(self, bare: Modules, keys: Keys, variable: str) -> None:
        application = {"AZURE_CLIENT_ID": CERTIFIED, "AZURE_TENANT_ID": TENANT, variable: str(keys.pfx)}
        works(bare.with_env(application | {"AZURE_CLIENT_CERTIFICATE_PASSWORD": PHRASE}))
        assert granted(bare.sandbox) == [("client_credentials", CERTIFIED)]

    def test_a_certificate_by_options(self, bare: Modules, keys: Keys) -> None:
        works(bare, client_id=CERTIFIED, tenant=TENANT, x509_certificate_path=str(keys.pem))

    def test_a_federated_workload(self, bare: Modules, keys: Keys, tmp_path: Path) -> None:
        claims = {
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": FEDERATED_AUDIENCE,
            "exp": datetime.now(UTC) + timedelta(hours=1),
        }
        token = tmp_path / "token"
        token.write_text(jwt.encode(claims, keys.key, "RS256"), encoding="utf-8")
        workload = {"AZURE_CLIENT_ID": FEDERATED, "AZURE_TENANT_ID": TENANT, "AZURE_FEDERATED_TOKEN_FILE": str(token)}
        works(bare.with_env(workload))

    def test_a_managed_identity(self, bare: Modules) -> None:
        endpoint = f"{bare.sandbox.azure_url}/msi/token"
        machine = bare.with_env({"IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": IDENTITY_HEADER})
        works(machine, auth_source="msi")
        assert [one["operation"] for one in bare.sandbox.requests(service="token")] == ["endpoints", "managed_identity"]
        message = told(machine.with_env({"IDENTITY_HEADER": "wrong"}), auth_source="msi")
        assert "No token was given" in message


class TestCli:
    @pytest.fixture
    def logged_in(self, bare: Modules, tmp_path: Path) -> Modules:
        """An az that gives a token, with a login that has another subscription as its default."""
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
        form["scope"] = "https://management.azure.com//.default"
        url, bundle = f"{bare.sandbox.azure_url}/{TENANT}/oauth2/v2.0/token", bare.env["REQUESTS_CA_BUNDLE"]
        told = requests.post(url, data=form, verify=bundle, timeout=10).json()
        answer = {
            "accessToken": told["access_token"],
            "expires_on": 4102444800,
            "tenant": TENANT,
            "tokenType": "Bearer",
        }
        program = tmp_path / "bin" / "az"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho \"$@\" >> {tmp_path}/asked\necho '{json.dumps(answer)}'\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        named = {"tenantId": TENANT, "environmentName": "AzureCloud"}
        login = [{"id": OTHER, "isDefault": True} | named, {"id": SUBSCRIPTION, "isDefault": False} | named]
        (tmp_path / ".azure").mkdir()
        (tmp_path / ".azure" / "azureProfile.json").write_text(json.dumps({"subscriptions": login}), encoding="utf-8")
        return bare.with_env({"PATH": f"{program.parent}:/usr/bin:/bin"})

    def test_the_subscription_of_the_environment_counts_before_the_login_s_own(
        self, logged_in: Modules, tmp_path: Path
    ) -> None:
        works(logged_in)
        assert f"--tenant {TENANT}" in (tmp_path / "asked").read_text(encoding="utf-8")
        assert {one["account"] for one in logged_in.sandbox.requests(service="arm")} <= {SUBSCRIPTION, ""}

    def test_nobody_is_logged_in(self, logged_in: Modules, tmp_path: Path) -> None:
        (tmp_path / "bin" / "az").write_text(
            "#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n"
        )
        message = told(logged_in, auth_source="cli")
        assert "az login" in message


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "remedy"),
        [
            ({"client_id": CLIENT_ID, "secret": PASSWORD, "tenant": TENANT}, "Check secret"),
            ({"client_id": EXPIRED, "secret": OLD, "tenant": TENANT}, "secret has expired"),
            ({"client_id": OTHER, "secret": SECRET, "tenant": TENANT}, "check client_id and tenant"),
            ({"client_id": CLIENT_ID, "secret": SECRET, "tenant": OTHER}, "check tenant and cloud_environment"),
            ({"ad_user": ANN, "password": SECRET, "tenant": TENANT}, "Check ad_user and password"),
            ({"ad_user": "eve@example.com", "password": SECRET, "tenant": TENANT}, "check ad_user and tenant"),
            ({"ad_user": BOB, "password": PASSWORD, "tenant": TENANT}, "use a service principal"),
        ],
    )
    def test_what_is_wrong_is_told_without_the_secret(
        self, bare: Modules, options: dict[str, str], remedy: str
    ) -> None:
        assert remedy in told(bare, **options)

    def test_a_certificate_that_the_application_does_not_have(self, bare: Modules, keys: Keys) -> None:
        options = {"client_id": CLIENT_ID, "tenant": TENANT, "x509_certificate_path": str(keys.pem)}
        assert "add its public part to the application" in told(bare, **options)

    def test_a_certificate_file_whose_password_is_wrong(self, bare: Modules, keys: Keys) -> None:
        locked = bare.with_env({"AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSWORD})
        options = {"client_id": CERTIFIED, "tenant": TENANT, "x509_certificate_path": str(keys.pfx)}
        assert "cannot be used" in told(locked, **options)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials are meant, and which Azure: every source, in its order, and nothing else."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.identity
import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import credentials
from ansible_collections.hybridops.patching.plugins.module_utils._azure.auth import Identity, Places, identity_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.clouds import CLOUDS, Cloud, cloud_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.credentials import credential_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.session import AzureSession, checked_accounts
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import (
    LOST,
    NOT_CONNECTED,
    Network,
    Unanswered,
    network_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    InputError,
    PatchingError,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience
from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.mgmt.core.tools import get_arm_endpoints
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.unit.azure.wire import Clock

SECRET = {"client_id": "app", "secret": "s3cret", "tenant": "tenant"}
AWX = {
    "AZURE_CLIENT_ID": "app",
    "AZURE_TENANT": "tenant",
    "AZURE_SECRET": "s3cret",
    "AZURE_SUBSCRIPTION_ID": "sub",
    "AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud",
}
LOGIN = {
    "subscriptions": [
        {"id": "first", "tenantId": "t-1", "isDefault": False, "environmentName": "AzureCloud"},
        {"id": "second", "tenantId": "t-2", "isDefault": True, "environmentName": "AzureCloud"},
    ]
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two profiles and a login of the Azure CLI."""
    directory = tmp_path / ".azure"
    directory.mkdir()
    profiles = (
        "[default]\nclient_id=d\nsecret=100%\ntenant=d-tenant\n[ops]\nad_user=ann\npassword=p\nsubscription_id=s\n"
    )
    (directory / "credentials").write_text(profiles, encoding="utf-8")
    (directory / "azureProfile.json").write_text("\ufeff" + json.dumps(LOGIN), encoding="utf-8")
    return tmp_path


def places(env: dict[str, str] | None = None, home: Path = Path("/nowhere"), cli: bool = False) -> Places:
    return Places(env or {}, home, cli)


def described(identity: Identity) -> tuple[str, dict[str, str]]:
    return identity.way, dict(identity.values)


class TestSources:
    def test_options_go_first(self, home: Path) -> None:
        found = identity_of(SECRET, places(AWX | {"AZURE_CLIENT_ID": "other"}, home, True))
        assert (found.way, found.get("client_id"), found.source) == ("secret", "app", "the options")

    def test_then_the_environment_as_awx_sets_it(self, home: Path) -> None:
        way, values = described(identity_of({}, places(AWX, home, True)))
        assert (way, values["client_id"], values["tenant"], values["secret"]) == ("secret", "app", "tenant", "s3cret")
        assert (values["subscription_id"], values["cloud_environment"]) == ("sub", "AzureChinaCloud")

    def test_a_user_and_password_as_awx_sets_them(self) -> None:
        env = {"AZURE_AD_USER": "ann", "AZURE_PASSWORD": "p", "AZURE_SUBSCRIPTION_ID": "sub"}
        assert described(identity_of({}, places(env)))[0] == "password"

    @pytest.mark.parametrize(
        ("env", "way"),
        [
            ({"AZURE_TENANT_ID": "t", "AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_ID": "c"}, "secret"),
            ({"AZURE_USERNAME": "ann", "AZURE_PASSWORD": "p"}, "password"),
        ],
    )
    def test_azure_identity_s_spelling_is_known(self, env: dict[str, str], way: str) -> None:
        assert identity_of({}, places(env)).way == way

    def test_of_two_spellings_azcollection_s_counts(self) -> None:
        assert identity_of({}, places(AWX | {"AZURE_CLIENT_SECRET": "other"})).get("secret") == "s3cret"

    def test_then_the_default_profile(self, home: Path) -> None:
        found = identity_of({}, places({}, home, True))
        assert (found.way, found.get("secret"), found.get("tenant")) == ("secret", "100%", "d-tenant")

    @pytest.mark.parametrize(("options", "env"), [({"profile": "ops"}, {}), ({}, {"AZURE_PROFILE": "ops"})])
    def test_a_profile_by_its_name(self, home: Path, options: dict[str, str], env: dict[str, str]) -> None:
        found = identity_of(options, places(AWX | env, home))
        assert (found.way, found.get("ad_user")) == ("password", "ann")

    def test_an_unknown_profile_is_refused(self, home: Path) -> None:
        with pytest.raises(InputError, match="did you mean 'ops'"):
            identity_of({"profile": "opps"}, places({}, home))

    def test_then_the_cli_with_its_default_subscription(self, home: Path) -> None:
        (home / ".azure" / "credentials").unlink()
        way, values = described(identity_of({}, places({}, home, True)))
        assert (way, values["subscription_id"], values["tenant"]) == ("cli", "second", "t-2")

    def test_the_cli_s_other_subscription(self, home: Path) -> None:
        options = {"auth_source": "cli", "subscription_id": "FIRST"}
        assert identity_of(options, places(AWX, home, True)).get("tenant") == "t-1"

    @pytest.mark.parametrize("options", [{}, {"auth_source": "cli"}])
    def test_the_environment_says_which_subscription_and_cloud_the_cli_is_to_use(
        self, home: Path, options: dict[str, str]
    ) -> None:
        (home / ".azure" / "credentials").unlink()
        env = {"AZURE_SUBSCRIPTION_ID": "first", "AZURE_CLOUD_ENVIRONMENT": "https://arm.own.example"}
        found = identity_of(options, places(env, home, True))
        assert (found.way, found.get("subscription_id"), found.get("tenant")) == ("cli", "first", "t-1")
        assert found.get("cloud_environment") == "https://arm.own.example"

    def test_there_may_be_no_home(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
        assert Places.real().credentials_file.name == "credentials"

    def test_a_managed_identity_only_on_request(self, home: Path) -> None:
        assert identity_of({"auth_source": "msi"}, places(AWX, home)).way == "msi"
        with pytest.raises(PatchingError, match="No credentials for Azure were found"):
            identity_of({}, places())

    def test_the_source_may_come_from_the_environment(self, home: Path) -> None:
        env = AWX | {"ANSIBLE_AZURE_AUTH_SOURCE": "credential_file"}
        assert identity_of(SECRET, places(env, home)).get("client_id") == "d"

    def test_a_chosen_source_is_the_only_one(self, home: Path) -> None:
        with pytest.raises(PatchingError, match="credentials of the environment are incomplete"):
            identity_of({"auth_source": "env", **SECRET}, places({}, home, True))
        with pytest.raises(PatchingError, match="not installed"):
            identity_of({"auth_source": "cli"}, places(AWX, home))

    def test_tenant_and_subscription_as_options_hold_over_all(self) -> None:
        found = identity_of({"tenant": "mine", "subscription_id": "mine-too"}, places(AWX))
        assert (found.source, found.get("tenant"), found.get("subscription_id")) == (
            "the environment",
            "mine",
            "mine-too",
        )

    def test_workload_identity(self, tmp_path: Path) -> None:
        token = tmp_path / "token"
        token.write_text("x")
        env = {"AZURE_FEDERATED_TOKEN_FILE": str(token), "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t"}
        assert identity_of({}, places(env)).way == "federated"


class TestIncomplete:
    @pytest.mark.parametrize(
        ("options", "missing"),
        [
            ({"client_id": "a", "secret": "b"}, "tenant"),
            ({"secret": "b", "tenant": "t"}, "client_id"),
            ({"client_id": "a", "tenant": "t"}, "secret"),
            ({"client_id": "a"}, "secret, tenant"),
            ({"ad_user": "ann"}, "password"),
            ({"password": "p"}, "ad_user"),
            ({"thumbprint": "AB", "client_id": "a", "tenant": "t"}, "x509_certificate_path"),
            ({"x509_certificate_path": __file__, "client_id": "a"}, "tenant"),
        ],
    )
    def test_what_is_missing_is_named(self, options: dict[str, str], missing: str) -> None:
        with pytest.raises(PatchingError, match=f"missing {missing};"):
            identity_of(options, places())

    def test_no_value_is_in_the_message(self) -> None:
        with pytest.raises(PatchingError) as caught:
            identity_of({"client_id": "app-1", "secret": "hush"}, places())
        assert "hush" not in str(caught.value)

    def test_a_certificate_that_is_not_there(self) -> None:
        with pytest.raises(InputError, match="x509_certificate_path"):
            identity_of({"x509_certificate_path": "/none.pem", "client_id": "a", "tenant": "t"}, places())

    def test_a_file_of_profiles_that_cannot_be_read(self, home: Path) -> None:
        (home / ".azure" / "credentials").write_text("secret=x\n", encoding="utf-8")
        with pytest.raises(PatchingError, match="Could not read the profiles"):
            identity_of({}, places({}, home))

    def test_a_file_of_profiles_that_is_no_text(self, home: Path) -> None:
        (home / ".azure" / "credentials").write_bytes(b"[default]\nsecret=\xff\n")
        with pytest.raises(PatchingError, match="Could not read the profiles"):
            identity_of({}, places({}, home))

    def test_an_identity_does_not_show_its_secret(self) -> None:
        assert "s3cret" not in repr(identity_of(SECRET, places()))


def certificate(directory: Path) -> tuple[Path, str]:
    """A file with key and certificate, and the thumbprint."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "patching")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    made = builder.sign(key, hashes.SHA256())
    path = directory / "app.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path, made.fingerprint(hashes.SHA1()).hex()


class TestCredentials:
    """Each way is azure-identity's credential of that way, and no chain of several."""

    @pytest.mark.parametrize(
        ("way", "values", "kind"),
        [
            ("secret", SECRET, azure.identity.ClientSecretCredential),
            ("password", {"ad_user": "ann", "password": "p"}, azure.identity.UsernamePasswordCredential),
            ("cli", {}, azure.identity.AzureCliCredential),
            ("msi", {"client_id": "c"}, azure.identity.ManagedIdentityCredential),
            (
                "federated",
                {"client_id": "c", "tenant": "t", "federated_token_file": "/t"},
                azure.identity.WorkloadIdentityCredential,
            ),
        ],
    )
    def test_it_is_the_way_that_was_meant(self, way: str, values: dict[str, str], kind: type[Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            found = credential_of(Identity(way, "test", values), CLOUDS["AzureCloud"], Network())
        assert found.__class__ is kind

    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        """The arguments that the credential is made with."""
        made: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        monkeypatch.setattr(
            credentials, "ClientSecretCredential", lambda *given, **settings: made.append((given, settings))
        )
        return made

    def test_authorities_that_are_known_are_validated(self, seen: list[Any]) -> None:
        credential_of(Identity("secret", "test", SECRET), CLOUDS["AzureUSGovernment"], Network())
        ((given, settings),) = seen
        assert given == ("tenant", "app", "s3cret")
        assert settings["authority"] == "https://login.microsoftonline.us"
        assert settings["disable_instance_discovery"] is False

    @pytest.mark.parametrize(
        ("option", "env", "discovers"),
        [(None, {}, True), (None, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "True"}, False), (True, {}, False),
         (False, {"AZURE_DISABLE_INSTANCE_DISCOVERY": "true"}, True)],
    )  # fmt: skip
    def test_they_are_not_where_microsoft_cannot_be_asked(
        self, seen: list[Any], option: bool | None, env: dict[str, str], discovers: bool
    ) -> None:
        identity = identity_of({**SECRET, "disable_instance_discovery": option}, places(env))
        credential_of(identity, CLOUDS["AzureCloud"], Network())
        assert seen[0][1]["disable_instance_discovery"] is not discovers

    def test_authorities_of_one_s_own_are_not(self, seen: list[Any]) -> None:
        values = SECRET | {"adfs_authority_url": "https://adfs.example/adfs"}
        credential_of(Identity("secret", "test", values), CLOUDS["AzureCloud"], Network())
        credential_of(
            Identity("secret", "test", SECRET), Cloud("own", "https://m", "https://login.own", "s"), Network()
        )
        (adfs, own) = seen
        assert (adfs[0][0], adfs[1]["authority"], adfs[1]["disable_instance_discovery"]) == (
            "adfs", "https://adfs.example", True,
        )  # fmt: skip
        assert (own[1]["authority"], own[1]["disable_instance_discovery"]) == ("https://login.own", True)

    def test_a_certificate_and_its_thumbprint(self, tmp_path: Path) -> None:
        path, thumbprint = certificate(tmp_path)
        shown = " ".join(thumbprint[at : at + 2] for at in range(0, len(thumbprint), 2)).upper()
        values = {"client_id": "c", "tenant": "t", "x509_certificate_path": str(path), "thumbprint": shown}
        found = credential_of(Identity("certificate", "test", values), CLOUDS["AzureCloud"], Network())
        assert isinstance(found, azure.identity.CertificateCredential)
        with pytest.raises(InputError, match="thumbprint"):
            credential_of(
                Identity("certificate", "test", values | {"thumbprint": "AB" * 20}), CLOUDS["AzureCloud"], Network()
            )

    def test_a_file_that_is_no_certificate(self, tmp_path: Path) -> None:
        path = tmp_path / "app.pem"
        path.write_text("nothing")
        values = {"client_id": "c", "tenant": "t", "x509_certificate_path": str(path)}
        with pytest.raises(PatchingError, match="cannot be used"):
            credential_of(Identity("certificate", "test", values), CLOUDS["AzureCloud"], Network())


def unfetched(url: str) -> Any:
    raise AssertionError(url)


def metadata(**changes: Any) -> dict[str, Any]:
    """What a Resource Manager says of its cloud at /metadata/endpoints."""
    login = {"loginEndpoint": "https://login.own.example/", "audiences": ["https://management.own.example/"]}
    return {"name": "own", "resourceManager": "https://arm.own.example/", "authentication": login} | changes


class TestClouds:
    @pytest.mark.parametrize(
        ("name", "enum", "host"),
        [
            ("AzureCloud", "AZURE_PUBLIC_CLOUD", AzureAuthorityHosts.AZURE_PUBLIC_CLOUD),
            ("AzureChinaCloud", "AZURE_CHINA_CLOUD", AzureAuthorityHosts.AZURE_CHINA),
            ("AzureUSGovernment", "AZURE_US_GOVERNMENT", AzureAuthorityHosts.AZURE_GOVERNMENT),
        ],
    )
    def test_endpoints_are_those_that_the_sdk_knows(self, name: str, enum: str, host: str) -> None:
        known = get_arm_endpoints(AzureClouds[enum])
        cloud = CLOUDS[name]
        assert cloud.endpoint == known["resource_manager"].rstrip("/")
        assert cloud.authority == f"https://{host}"
        assert [cloud.scope] == known["credential_scopes"]

    @pytest.mark.parametrize("name", ["azurecloud", "AzurePublicCloud", "AzureUSGovernmentCloud", "AZURECHINACLOUD"])
    def test_names_are_known_in_any_case(self, name: str) -> None:
        assert cloud_of(name, unfetched).well_known

    def test_another_name_is_refused(self) -> None:
        with pytest.raises(InputError, match="did you mean 'AzureChinaCloud'"):
            cloud_of("AzureChineCloud", unfetched)

    def test_tokens_are_not_sent_without_tls(self) -> None:
        with pytest.raises(InputError, match="https"):
            cloud_of("http://arm.own.example", unfetched)

    def test_a_cloud_tells_its_endpoints(self) -> None:
        asked: list[str] = []

        def fetch(url: str) -> Any:
            asked.append(url)
            return [metadata(resourceManager="https://management.azure.com/"), metadata()]

        cloud = cloud_of("https://arm.own.example", fetch)
        assert asked == ["https://arm.own.example/metadata/endpoints?api-version=2022-09-01"]
        assert (cloud.endpoint, cloud.authority) == ("https://arm.own.example", "https://login.own.example")
        assert (cloud.scope, cloud.well_known) == ("https://management.own.example//.default", False)

    def test_an_authority_may_have_one_tenant_only(self) -> None:
        login = {"loginEndpoint": "https://adfs.example/adfs", "audiences": ["https://a"]}
        cloud = cloud_of("https://arm.own.example", lambda _url: metadata(authentication=login))
        assert (cloud.authority, cloud.tenant) == ("https://adfs.example", "adfs")

    @pytest.mark.parametrize(
        "answer",
        [[], {}, "x", metadata(resourceManager="https://other.example"), metadata(authentication={}),
         metadata(authentication={"loginEndpoint": "http://login", "audiences": ["a"]})],
    )  # fmt: skip
    def test_what_describes_no_cloud_is_an_error(self, answer: Any) -> None:
        with pytest.raises(CloudError):
            cloud_of("https://arm.own.example", lambda _url: answer)

    @pytest.mark.parametrize("name", CLOUDS)
    def test_log_analytics_has_a_place_and_an_audience_of_its_own(self, name: str) -> None:
        logs = CLOUDS[name].of_logs()
        assert logs.endpoint.startswith("https://api.loganalytics.")
        assert logs.scope == f"{logs.endpoint}/.default"
        assert logs.authority == CLOUDS[name].authority

    def test_where_log_analytics_is_may_be_told_by_the_cloud(self) -> None:
        told = metadata(logAnalyticsResourceId="https://logs.own.example/")
        logs = cloud_of("https://arm.own.example", lambda _url: told).of_logs()
        assert (logs.endpoint, logs.scope) == ("https://logs.own.example", "https://logs.own.example/.default")

    @pytest.mark.parametrize("logs", [None, "", "http://logs.own.example"])
    def test_no_token_goes_to_a_log_analytics_that_is_not_told(self, logs: str | None) -> None:
        cloud = cloud_of("https://arm.own.example", lambda _url: metadata(logAnalyticsResourceId=logs))
        with pytest.raises(CloudError, match="Could not find Log Analytics: the cloud own tells of none"):
            cloud.of_logs()


class TestEndpoints:
    """A cloud of one's own is asked for its endpoints first; trouble there passes as it does elsewhere."""

    def asked(self, *answers: Any) -> tuple[Cloud | str, Clock]:
        """The cloud or what is told instead, of answers one after the other."""
        clock, left = Clock(), list(answers)
        clouds: list[Cloud] = []

        def fetch(_url: str, _network: Network) -> Any:
            answer = left.pop(0)
            if isinstance(answer, Unanswered):
                raise answer
            return answer

        def wire_of(_identity: Identity, cloud: Cloud, _network: Network) -> Any:
            clouds.append(cloud)

        patience = Patience(connect=5.0, sleep=clock.sleep, clock=clock)
        options = {**SECRET, "cloud_environment": "https://arm.own.example"}
        session = AzureSession(options, places(), patience, wire_of, fetch)
        try:
            session.connect("a")
        except CloudError as error:
            return str(error), clock
        return clouds[0], clock

    @pytest.mark.parametrize(
        ("reason", "code"), [(NOT_CONNECTED, "HTTP 503"), (NOT_CONNECTED, "HTTP 429"), (LOST, "x")]
    )
    def test_what_passes_is_asked_again(self, reason: str, code: str) -> None:
        found, clock = self.asked(Unanswered(reason, code, "busy"), metadata())
        assert (isinstance(found, Cloud), len(clock.slept)) == (True, 1)

    def test_not_for_ever(self) -> None:
        found, clock = self.asked(*[Unanswered(NOT_CONNECTED, "HTTP 503", "busy")] * 100)
        assert "read the endpoints of the cloud at https://arm.own.example" in str(found)
        assert clock.now <= 5

    @pytest.mark.parametrize("code", ["HTTP 404", "ConnectionError"])
    def test_a_wrong_address_is_told_at_once(self, code: str) -> None:
        found, clock = self.asked(Unanswered(NOT_CONNECTED, code, "no"))
        assert "Check that the endpoint can be reached" in str(found)
        assert clock.slept == []


class TestNetwork:
    @pytest.mark.parametrize(
        ("bundle", "env", "verify"),
        [
            (None, {}, True),
            ("/own.pem", {"REQUESTS_CA_BUNDLE": "/r.pem"}, "/own.pem"),
            (None, {"REQUESTS_CA_BUNDLE": "/r.pem", "SSL_CERT_FILE": "/s.pem"}, "/r.pem"),
            (None, {"SSL_CERT_FILE": "/s.pem"}, "/s.pem"),
        ],
    )
    def test_the_bundle(self, bundle: str | None, env: dict[str, str], verify: object) -> None:
        assert network_of(bundle, True, env).verify == verify

    def test_no_check_only_when_asked_for(self) -> None:
        assert network_of("/own.pem", False, {}).verify is False


A, B, C = (f"{letter * 8}-0000-4000-8000-000000000001" for letter in "abc")


class TestAccounts:
    def session(self, accounts: dict[str, Any], home: Path = Path("/nowhere")) -> tuple[AzureSession, list[Identity]]:
        made: list[Identity] = []

        def wire_of(identity: Identity, _cloud: Cloud, _network: Network) -> Any:
            made.append(identity)

        options = {**SECRET, "subscription_id": "own", "accounts": checked_accounts(accounts)}
        return AzureSession(options, places({}, home), wire_of=wire_of), made

    def test_one_credential_reaches_all_by_default(self) -> None:
        session, made = self.session({})
        assert [session.connect(one).account for one in ("", "a", "b")] == ["own", "a", "b"]
        assert len(made) == 1
        assert session.groups(["a", "b"]) == [["a", "b"]]

    def test_log_analytics_is_reached_with_the_same_credentials_on_a_wire_of_its_own(self) -> None:
        session, made = self.session({A: {"client_id": "c", "secret": "s", "tenant": "t"}})
        session.connect(A)
        for account in (A, A.upper(), B):
            session.connect_logs(account)
        assert [identity.values["client_id"] for identity in made] == ["c", "c", SECRET["client_id"]]

    def test_a_subscription_may_have_its_own(self, home: Path) -> None:
        accounts = {
            A.upper(): {"client_id": "c", "secret": "s", "tenant": "t"},
            B: {"profile": "ops"},
            C: {"tenant": "x"},
        }
        session, made = self.session(accounts, home)
        for account in ("own", A, B.upper(), C):
            session.connect(account)
        assert [identity.way for identity in made] == ["secret", "secret", "password", "secret"]
        assert [identity.get("tenant") for identity in made] == ["tenant", "t", "", "x"]
        assert made[3].get("secret") == "s3cret"
        assert session.groups(["own", A, "d", B]) == [["own", "d"], [A], [B]]

    @pytest.mark.parametrize("entry", [None, {}, "x", {"role_arn": "x"}, {"client_id": "c"}, {"profile": "none"}])
    def test_what_is_no_credential_is_refused_without_showing_it(self, entry: Any) -> None:
        with pytest.raises(PatchingError):
            self.session({A: entry})

    @pytest.mark.parametrize("account", ["prod", "", 7, f"/subscriptions/{A}"])
    def test_what_is_no_subscription_is_refused(self, account: Any) -> None:
        with pytest.raises(InputError, match=r"accounts: .*the id of a subscription"):
            self.session({account: {"client_id": "c", "secret": "s", "tenant": "t"}})

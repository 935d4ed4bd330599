# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials the user means: options, environment, profile, Azure CLI, or a managed identity on request.

The order and the names are those of azure.azcollection, so that what works for its inventory and modules, and AWX's
Azure credential (AZURE_CLIENT_ID, AZURE_TENANT, AZURE_SECRET, …), works here untouched. azure-identity's
DefaultAzureCredential is not used: it knows AZURE_TENANT_ID and AZURE_CLIENT_SECRET only, passes over AWX's names in
silence, and goes on to whatever else it finds on the machine.
"""

from __future__ import annotations

import configparser
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._core.errors import InputError, PatchingError, did_you_mean

AUTH_SOURCES = ("auto", "env", "credential_file", "cli", "msi")

AUTH_ARGS: dict[str, Any] = {
    "auth_source": {"type": "str", "choices": list(AUTH_SOURCES)},
    "profile": {"type": "str"},
    "subscription_id": {"type": "str"},
    "client_id": {"type": "str"},
    "secret": {"type": "str", "no_log": True},
    "tenant": {"type": "str"},
    "ad_user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "x509_certificate_path": {"type": "path"},
    "thumbprint": {"type": "str"},
    "cloud_environment": {"type": "str"},
    "cert_validation_mode": {"type": "str", "choices": ["validate", "ignore"]},
    "adfs_authority_url": {"type": "str"},
    "disable_instance_discovery": {"type": "bool"},
    "ca_bundle": {"type": "path"},
}

ENVIRONMENT = {
    "profile": ("AZURE_PROFILE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "ad_user": ("AZURE_AD_USER", "AZURE_USERNAME"),
    "password": ("AZURE_PASSWORD",),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
    "certificate_password": ("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "cert_validation_mode": ("AZURE_CERT_VALIDATION_MODE",),
    "adfs_authority_url": ("AZURE_ADFS_AUTHORITY_URL",),
    "disable_instance_discovery": ("AZURE_DISABLE_INSTANCE_DISCOVERY",),
    "federated_token_file": ("AZURE_FEDERATED_TOKEN_FILE",),
}
"""Environment variables by option; of two spellings the first that is set is used (azure.azcollection's and AWX's
before azure-identity's)."""

_OF_IDENTITY = ("client_id", "secret", "ad_user", "password", "x509_certificate_path", "thumbprint")
"""Options that say who asks. The others (tenant, subscription_id, …) only choose for whoever asks."""

_SETTINGS = (
    "subscription_id",
    "cloud_environment",
    "cert_validation_mode",
    "adfs_authority_url",
    "disable_instance_discovery",
)

_NEEDED = {
    "secret": ("client_id", "secret", "tenant"),
    "certificate": ("client_id", "x509_certificate_path", "tenant"),
    "federated": ("client_id", "federated_token_file", "tenant"),
    "password": ("ad_user", "password"),
    "cli": (),
    "msi": (),
}
"""What each way to get a token needs."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. ``way`` is secret, certificate, federated, password, cli or msi; ``source`` says where it was given."""

    way: str
    source: str
    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """A part by its option's name, empty when it was not given."""
        return self.values.get(name, "")

    def __repr__(self) -> str:
        """Without the values: some are secret."""
        return f"Identity({self.way} of {self.source})"


@dataclass(frozen=True, slots=True)
class Places:
    """Where credentials are looked for besides the options."""

    env: Mapping[str, str]
    home: Path
    has_cli: bool

    @classmethod
    def real(cls) -> Places:
        """Those of this process."""
        return cls(os.environ, _home(), shutil.which("az") is not None)

    @property
    def credentials_file(self) -> Path:
        """Profiles, as azure.azcollection reads them."""
        return self.home / ".azure" / "credentials"

    @property
    def cli_profile(self) -> Path:
        """The subscriptions of az login."""
        directory = self.env.get("AZURE_CONFIG_DIR")
        return (Path(directory) if directory else self.home / ".azure") / "azureProfile.json"


def _home() -> Path:
    """The home; a place where nothing is for a user without one, as containers have them."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("~")


def identity_of(options: Mapping[str, Any], places: Places) -> Identity:
    """The identity that options, environment, files and CLI describe, in this order.

    The options ``tenant`` and ``subscription_id`` and the settings of the cloud hold over every source. Raises
    :class:`InputError` for what is given and incomplete, :class:`PatchingError` where nothing is given.
    """
    given = {name: str(options[name]) for name in ENVIRONMENT if options.get(name) not in (None, "")}
    environment = _environment(places.env)
    source = str(options.get("auth_source") or places.env.get("ANSIBLE_AZURE_AUTH_SOURCE") or "auto")
    if source not in AUTH_SOURCES:
        raise InputError("auth_source", source, f"{', '.join(AUTH_SOURCES)}{did_you_mean(source, AUTH_SOURCES)}")
    settings = {name: environment[name] for name in _SETTINGS if name in environment}
    found = _found(source, given, environment, places)
    over = {name: given[name] for name in ("tenant", *_SETTINGS) if name in given}
    identity = Identity(found.way, found.source, {**settings, **found.values, **over})
    return _checked(identity)


def profile_identity(profile: str, places: Places) -> Identity:
    """The identity of a profile in ~/.azure/credentials. Raises :class:`InputError`."""
    return _checked(_of_profile(profile, places))


def explicit_identity(values: Mapping[str, str], source: str) -> Identity:
    """The identity of an application whose parts are all given. Raises :class:`InputError`."""
    return _checked(_identity(source, values))


def _found(source: str, given: Mapping[str, str], environment: Mapping[str, str], places: Places) -> Identity:
    if source == "msi":
        client = given.get("client_id") or environment.get("client_id", "")
        return Identity("msi", "managed identity", {"client_id": client} if client else {})
    if source == "cli":
        return _of_cli(given, environment, places)
    if source == "credential_file":
        return _of_profile(given.get("profile") or environment.get("profile") or "default", places)
    if source == "env":
        return _of_environment(environment, places)
    return _first(given, environment, places)


def _first(given: Mapping[str, str], environment: Mapping[str, str], places: Places) -> Identity:
    """``auto``: the first source that says who asks."""
    if "profile" in given:
        return _of_profile(given["profile"], places)
    if any(name in given for name in _OF_IDENTITY):
        return _identity("the options", given)
    if "profile" in environment or any(name in environment for name in _OF_IDENTITY):
        return _of_environment(environment, places)
    if _profiles(places).has_section("default"):
        return _of_profile("default", places)
    if places.has_cli and _cli_subscriptions(places):
        return _of_cli(given, environment, places)
    raise PatchingError(
        "No credentials for Azure were found. Give client_id, secret and tenant (or AZURE_CLIENT_ID, AZURE_SECRET and "
        "AZURE_TENANT in the environment), a certificate with x509_certificate_path, ad_user and password, a profile "
        f"in {places.credentials_file}, log in with az login, or set auth_source to msi for a managed identity"
    )


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for option, names in ENVIRONMENT.items():
        found = next((env[name] for name in names if env.get(name)), "")
        if found:
            values[option] = found
    return values


def _of_environment(environment: Mapping[str, str], places: Places) -> Identity:
    if "profile" in environment:
        return _of_profile(environment["profile"], places)
    return _identity("the environment", environment)


def _identity(source: str, values: Mapping[str, str]) -> Identity:
    """What the values are, by what only one way has; the order is azure.azcollection's."""
    if "secret" in values:
        way = "secret"
    elif "x509_certificate_path" in values or "thumbprint" in values:
        way = "certificate"
    elif "ad_user" in values or "password" in values:
        way = "password"
    elif "federated_token_file" in values:
        way = "federated"
    else:
        way = "secret"
    return Identity(way, source, values)


def _checked(identity: Identity) -> Identity:
    """The identity, when nothing is missing in it. Raises :class:`InputError`."""
    missing = [name for name in _NEEDED[identity.way] if not identity.values.get(name)]
    if missing:
        given = ", ".join(name for name in (*_OF_IDENTITY, "tenant") if identity.values.get(name)) or "nothing"
        names = ", ".join(missing)
        variables = ", ".join(ENVIRONMENT[name][0] for name in missing)
        raise PatchingError(
            f"The credentials of {identity.source} are incomplete: missing {names}; given {given}. Add what is missing "
            f"(in the environment {variables}), or choose another auth_source"
        )
    for name in ("x509_certificate_path", "federated_token_file"):
        path = identity.values.get(name)
        if path and name in _NEEDED[identity.way] and not Path(path).is_file():
            raise InputError(name, path, "a file that exists on the machine where the module runs")
    return identity


def _profiles(places: Places) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(places.credentials_file, encoding="utf-8")
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        reason = str(error).splitlines()[0]
        raise PatchingError(f"Could not read the profiles in {places.credentials_file}: {reason}") from error
    return parser


def _of_profile(profile: str, places: Places) -> Identity:
    parser = _profiles(places)
    if not parser.has_section(profile):
        known = parser.sections()
        allowed = f"a profile in {places.credentials_file}: {', '.join(known) or 'it has none'}"
        raise InputError("profile", profile, f"{allowed}{did_you_mean(profile, known)}")
    values = {name: parser.get(profile, name) for name in ENVIRONMENT if parser.get(profile, name, fallback="")}
    return _identity(f"the profile {profile} in {places.credentials_file}", values)


def _of_cli(given: Mapping[str, str], environment: Mapping[str, str], places: Places) -> Identity:
    """az login. Its subscription is the one asked for, by option or in the environment, else its default; the tenant is
    that of the subscription. What the environment says of the cloud counts before what the login does.
    """
    if not places.has_cli:
        raise PatchingError(
            "auth_source is cli, but the Azure CLI (az) is not installed where the module runs: install it, or choose "
            "another auth_source"
        )
    wanted = (given.get("subscription_id") or environment.get("subscription_id", "")).lower()
    chosen = next(
        (
            subscription
            for subscription in _cli_subscriptions(places)
            if (str(subscription.get("id", "")).lower() == wanted if wanted else subscription.get("isDefault"))
        ),
        {},
    )
    named = {"subscription_id": "id", "tenant": "tenantId", "cloud_environment": "environmentName"}
    values = {name: str(chosen[key]) for name, key in named.items() if chosen.get(key)}
    over = {name: environment[name] for name in ("subscription_id", "cloud_environment") if name in environment}
    return Identity("cli", "az login", {**values, **over})


def _cli_subscriptions(places: Places) -> list[Mapping[str, Any]]:
    try:
        profile = json.loads(places.cli_profile.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return []
    subscriptions = profile.get("subscriptions") if isinstance(profile, Mapping) else None
    return [entry for entry in subscriptions or [] if isinstance(entry, Mapping)]

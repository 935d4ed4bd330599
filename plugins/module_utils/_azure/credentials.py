# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of azure-identity for an identity, one way each and no search for others."""

from __future__ import annotations

import hashlib
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from .._core.errors import InputError, PatchingError
from .auth import Identity
from .clouds import Cloud, authority_of
from .wire import Network

with suppress(ImportError):  # the module says so with missing_required_lib before anything here is used
    from azure.identity import (
        AzureCliCredential,
        CertificateCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
        UsernamePasswordCredential,
        WorkloadIdentityCredential,
    )
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

AZURE_CLI_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The public application of the Azure CLI: users with a password sign in through it, as in azure.azcollection."""

CLI_SECONDS = 30


def credential_of(identity: Identity, cloud: Cloud, network: Network) -> Any:
    """The credential; no request is sent yet. Raises :class:`PatchingError` for a value that cannot be used."""
    authority, own_tenant = (
        authority_of(identity.get("adfs_authority_url")) if identity.get("adfs_authority_url") else ("", "")
    )
    tenant = own_tenant or identity.get("tenant") or cloud.tenant
    settings: dict[str, Any] = {
        "authority": authority or cloud.authority,
        "disable_instance_discovery": bool(authority) or not cloud.well_known or _is_true(identity),
        "transport": network.transport(),
    }
    try:
        return _MAKERS[identity.way](identity, tenant, settings)
    except (OSError, ValueError) as error:
        raise PatchingError(f"The credentials of {identity.source} cannot be used: {error}") from error


def _is_true(identity: Identity) -> bool:
    """Whether instance discovery is switched off: a text of the environment or a profile, or of the option."""
    return identity.get("disable_instance_discovery").lower() in ("true", "yes", "on", "1", "y", "t")


def _secret(identity: Identity, tenant: str, settings: dict[str, Any]) -> Any:
    return ClientSecretCredential(tenant, identity.get("client_id"), identity.get("secret"), **settings)


def _certificate(identity: Identity, tenant: str, settings: dict[str, Any]) -> Any:
    path, password = identity.get("x509_certificate_path"), identity.get("certificate_password") or None
    data = Path(path).read_bytes()
    if identity.get("thumbprint"):
        _require_thumbprint(identity.get("thumbprint"), path, data, password)
    return CertificateCredential(
        tenant, identity.get("client_id"), certificate_data=data, password=password, **settings
    )


def _federated(identity: Identity, tenant: str, settings: dict[str, Any]) -> Any:
    return WorkloadIdentityCredential(
        tenant_id=tenant,
        client_id=identity.get("client_id"),
        token_file_path=identity.get("federated_token_file"),
        **settings,
    )


def _password(identity: Identity, tenant: str, settings: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        # azure-identity calls it deprecated because it allows no second factor; the user has asked for it.
        warnings.simplefilter("ignore", DeprecationWarning)
        return UsernamePasswordCredential(
            identity.get("client_id") or AZURE_CLI_CLIENT,
            identity.get("ad_user"),
            identity.get("password"),
            **({"tenant_id": tenant} if tenant else {}),
            **settings,
        )


def _cli(_identity: Identity, tenant: str, _settings: dict[str, Any]) -> Any:
    return AzureCliCredential(tenant_id=tenant, process_timeout=CLI_SECONDS)


def _msi(identity: Identity, _tenant: str, _settings: dict[str, Any]) -> Any:
    return ManagedIdentityCredential(client_id=identity.get("client_id") or None)


_MAKERS = {
    "secret": _secret,
    "certificate": _certificate,
    "federated": _federated,
    "password": _password,
    "cli": _cli,
    "msi": _msi,
}


def _require_thumbprint(thumbprint: str, path: str, data: bytes, password: str | None) -> None:
    """Raises :class:`InputError` when the certificate is another than the one the user means."""
    if b"-----BEGIN" in data:
        certificate = x509.load_pem_x509_certificates(data)[0]
    else:
        found = pkcs12.load_key_and_certificates(data, password.encode() if password else None)[1]
        if found is None:
            raise ValueError(f"{path} holds no certificate")
        certificate = found
    # The name by which Entra and azure.azcollection know a certificate is SHA-1 of its DER form.
    actual = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest()
    if thumbprint.replace(":", "").replace(" ", "").lower() != actual:
        raise InputError("thumbprint", thumbprint, f"that of the certificate in {path}, {actual.upper()}")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that show a signed assertion instead of a secret: by their certificate, or as a federated workload.

Source: "Microsoft identity platform application authentication certificate credentials" and "Workload identity
federation" (Microsoft identity platform documentation).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ..settings import Application
from .errors import invalid_client

FEDERATED_AUDIENCE = "api://AzureADTokenExchange"


def check_assertion(application: Application, assertion: str, audiences: tuple[str, ...]) -> None:
    """Whether the assertion is the application's. ``audiences``: how the token endpoint may be called in it.

    Raises TokenError.
    """
    try:
        head: Mapping[str, Any] = jwt.get_unverified_header(assertion)
        claims: Mapping[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise invalid_client(50027, f"JWT token is invalid or malformed. {error}") from error
    if application.federated is not None and claims.get("iss") != application.client_id:
        _federated(application, assertion, claims)
    else:
        _certificate(application, assertion, head, claims, audiences)


def _certificate(
    application: Application, assertion: str, head: Mapping[str, Any], claims: Mapping[str, Any], known: tuple[str, ...]
) -> None:
    thumbprint = str(head.get("x5t#S256") or head.get("x5t") or "")
    if not application.certificate or thumbprint not in thumbprints(application.certificate):
        message = (
            "The certificate with identifier used to sign the client assertion is not registered on application. "
            f"[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']"
        )
        raise invalid_client(700027, message)
    key = x509.load_pem_x509_certificate(application.certificate.encode()).public_key()
    if not {str(claims.get("iss")), str(claims.get("sub"))} == {application.client_id}:
        raise invalid_client(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
    _verify(assertion, key, ["RS256", "PS256"], known)


def _federated(application: Application, assertion: str, claims: Mapping[str, Any]) -> None:
    issuer, subject, public_key = application.federated or ("", "", "")
    if (claims.get("iss"), claims.get("sub")) != (issuer, subject):
        message = (
            "No matching federated identity record found for presented assertion subject "
            f"'{claims.get('sub')}'. Check your federated identity credential Subject, Audience and Issuer against "
            "the presented assertion."
        )
        raise invalid_client(700213, message)
    _verify(assertion, load_pem_public_key(public_key.encode()), ["RS256"], (FEDERATED_AUDIENCE,))


def _verify(assertion: str, key: Any, algorithms: list[str], audiences: tuple[str, ...]) -> None:
    try:
        jwt.decode(assertion, key, algorithms=algorithms, audience=audiences, options={"require": ["exp", "aud"]})
    except jwt.ExpiredSignatureError as error:
        raise invalid_client(700024, "Client assertion is not within its valid time range.") from error
    except jwt.InvalidAudienceError as error:
        raise invalid_client(700023, "Client assertion audience claim does not match Realm issuer.") from error
    except jwt.InvalidSignatureError as error:
        raise invalid_client(700027, "Client assertion failed signature validation.") from error
    except jwt.InvalidTokenError as error:
        raise invalid_client(50027, f"JWT token is invalid or malformed. {error}") from error


def thumbprints(certificate: str) -> set[str]:
    """How a certificate (PEM) may be named in an assertion: SHA-1 and SHA-256, base64url without padding or with."""
    loaded = x509.load_pem_x509_certificate(certificate.encode())
    found: set[str] = set()
    for digest in (loaded.fingerprint(hashes.SHA1()), loaded.fingerprint(hashes.SHA256())):
        text = base64.urlsafe_b64encode(digest).decode()
        found |= {text, text.rstrip("=")}
    return found

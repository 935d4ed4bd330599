# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens: signed by the sandbox, and read by its gateway as Azure Resource Manager reads Entra's.

Claims: "Access token claims reference" (Microsoft identity platform documentation); the version 1.0 form, which is what
Azure Resource Manager's tokens have.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from ..arm.call import Caller

KEY_ID = "sandbox"
_NAMESPACE = uuid.UUID("0f3ad1a5-68c8-4f5e-9c3c-9f6a9f0d3a11")


class Tokens:
    """Makes and reads tokens. Those of another sandbox are not accepted: each has a key of its own."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def issue(self, caller: Caller, audience: str, seconds: int, **claims: Any) -> str:
        """An access token for ``audience``, valid for ``seconds`` of wall time."""
        now = int(time.time())
        known = {
            "aud": audience,
            "iss": issuer(caller.tenant),
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "appid": caller.client_id,
            "idp": issuer(caller.tenant),
            "oid": caller.object_id,
            "sub": caller.object_id,
            "tid": caller.tenant,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode({**known, **claims}, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def read(self, token: str) -> Mapping[str, Any]:
        """The claims of a token of ours. Raises jwt.ExpiredSignatureError, jwt.InvalidTokenError."""
        return jwt.decode(
            token,
            self._key.public_key(),
            algorithms=["RS256"],
            options={"verify_aud": False, "require": ["aud", "exp", "iss", "oid", "tid"]},
        )

    def public_keys(self) -> dict[str, Any]:
        """The keys document (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "kid": KEY_ID, "n": _number(numbers.n), "e": _number(numbers.e)}
        return {"keys": [key]}


def issuer(tenant: str) -> str:
    """Who issues tokens of version 1.0 for a directory."""
    return f"https://sts.windows.net/{tenant}/"


def object_id(name: str) -> str:
    """The object id of the application or person of that name."""
    return str(uuid.uuid5(_NAMESPACE, name.lower()))


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).rstrip(b"=").decode()

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is calling: access keys, sessions of assumed roles, and the check of Signature Version 4.

The signature is worked out again by botocore's own signer from the request as it arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.request import Request

from ..fleet import Fleet
from ..machines import Machine
from .errors import ServiceError

SKEW = timedelta(minutes=15)
"""How far a request's date may be from the service's clock (AWS: 15 minutes for most services)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity behind a key: what GetCallerIdentity answers, the role of a session, and the node whose credentials
    they are."""

    account: str
    arn: str
    user_id: str
    home: bool
    role: str = ""
    source_instance: str = ""

    @property
    def principal(self) -> str:
        """The user or role whose policies count: of a session, its role."""
        return self.role or self.arn


@dataclass(frozen=True, slots=True)
class Key:
    """An access key. ``token`` and ``expires`` only for sessions."""

    access_key: str
    secret: str
    caller: Caller
    token: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says about its own signature."""

    access_key: str
    date: str
    region: str
    service: str
    headers: frozenset[str]
    signature: str
    token: str
    query: bool
    expires_in: int = 0


def assumed(role: str, account: str, session: str, source_instance: str = "") -> Caller:
    """The identity of a role's session."""
    role_id = "AROA" + hashlib.sha256(role.encode()).hexdigest()[:17].upper()
    arn = f"arn:aws:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    return Caller(account, arn, f"{role_id}:{session}", False, role, source_instance)


class Keyring:
    """All keys that exist: the home account's, and those of roles assumed with them."""

    def __init__(self, fleet: Fleet) -> None:
        home = fleet.home
        caller = Caller(home.account_id, f"arn:aws:iam::{home.account_id}:user/sandbox", "AIDASANDBOXSANDBOX001", True)
        self._keys = {home.access_key: Key(home.access_key, home.secret_key, caller)}

    def open_session(self, caller: Caller, duration: timedelta) -> Key:
        """Temporary credentials for ``caller``."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        access_key = "ASIA" + "".join(secrets.choice(alphabet) for _place in range(16))
        key = Key(access_key, secrets.token_hex(20), caller, secrets.token_urlsafe(180), datetime.now(UTC) + duration)
        self._keys[access_key] = key
        return key

    def open_node_session(self, machine: Machine, role: str) -> Key:
        """Credentials of a role as a node has them: an instance from its profile, a hybrid node from its agent."""
        hybrid = machine.hybrid
        service, kind = ("ssm", "managed-instance") if hybrid else ("ec2", "instance")
        node = f"arn:aws:{service}:{machine.region}:{machine.account}:{kind}/{machine.node_id}"
        return self.open_session(assumed(role, machine.account, machine.node_id, node), timedelta(hours=6))

    def key(self, access_key: str) -> Key:
        """The key of that id. Raises KeyError."""
        return self._keys[access_key]

    def authenticate(self, request: Request, signed: Signed) -> Key:
        """The key that signed the request. Raises ServiceError with the service's own code."""
        key = self._keys.get(signed.access_key)
        if key is None or not hmac.compare_digest(key.token, signed.token):
            raise _unknown_key(signed.service)
        sent = datetime.strptime(signed.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        now = datetime.now(UTC)
        if key.expires is not None and key.expires < now:
            raise _expired(signed.service)
        if signed.query and sent + timedelta(seconds=signed.expires_in) < now:
            raise ServiceError("AccessDenied", "Request has expired", 403)
        if not signed.query and abs(now - sent) > SKEW:
            raise _wrong_signature(signed.service, f"Signature expired: {signed.date} is not near {now:%Y%m%dT%H%M%SZ}")
        if not hmac.compare_digest(_signature(request, signed, key.secret), signed.signature):
            raise _wrong_signature(
                signed.service,
                "The request signature we calculated does not match the signature "
                "you provided. Check your AWS Secret Access Key and signing method.",
            )
        return key


def signature_of(request: Request) -> Signed | None:
    """What the request says about its signature (header or presigned URL); None when it is not signed."""
    query = "X-Amz-Signature" in request.args
    if query:
        fields: Mapping[str, Any] = {
            name: request.args.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")
        }
    else:
        header = request.headers.get("Authorization", "")
        if not header.startswith("AWS4-HMAC-SHA256 "):
            return None
        parts = (part.strip().partition("=") for part in header.split(" ", 1)[1].split(","))
        fields = {name: value for name, _sign, value in parts}
    scope = str(fields.get("Credential", "")).split("/")
    if len(scope) != 5:
        return None
    source = request.args if query else request.headers
    return Signed(
        access_key=scope[0],
        region=scope[2],
        service=scope[3].lower(),
        query=query,
        date=source.get("X-Amz-Date", ""),
        token=source.get("X-Amz-Security-Token", ""),
        headers=frozenset(str(fields.get("SignedHeaders", "")).lower().split(";")),
        signature=str(fields.get("Signature", "")),
        expires_in=int(request.args.get("X-Amz-Expires", 0)),
    )


class _Verifier(SigV4Auth):
    """botocore's signer, over exactly the headers that the client signed."""

    def __init__(self, signed: Signed, secret: str) -> None:
        super().__init__(Credentials(signed.access_key, secret), signed.service, signed.region)
        self._signed = signed

    def headers_to_sign(self, request: AWSRequest) -> Any:
        """Only those that the client named."""
        everything = super().headers_to_sign(request)
        for name in set(everything):
            if name not in self._signed.headers:
                del everything[name]
        return everything

    def payload(self, request: AWSRequest) -> str:
        """Presigned URLs leave the payload out."""
        return "UNSIGNED-PAYLOAD" if self._signed.query else str(super().payload(request))

    def _normalize_url_path(self, path: str) -> str:
        return path if self._signed.service == "s3" else str(super()._normalize_url_path(path))


def _signature(request: Request, signed: Signed, secret: str) -> str:
    pairs = [pair for pair in request.query_string.decode().split("&") if not pair.startswith("X-Amz-Signature=")]
    url = f"http://{request.host}{request.raw_path}" + (f"?{'&'.join(pairs)}" if pairs != [""] else "")
    rebuilt = AWSRequest(
        method=request.method,
        url=url,
        data=request.get_data(cache=True),
        headers={name: value for name, value in request.headers.items() if value},
    )
    rebuilt.context["timestamp"] = signed.date
    claimed = request.headers.get("X-Amz-Content-SHA256", "")
    if len(claimed) == 64 and claimed != hashlib.sha256(request.get_data(cache=True)).hexdigest():
        return ""
    verifier = _Verifier(signed, secret)
    return str(verifier.signature(verifier.string_to_sign(rebuilt, verifier.canonical_request(rebuilt)), rebuilt))


def _unknown_key(service: str) -> ServiceError:
    invalid = "The security token included in the request is invalid."
    return {
        "ec2": ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
        "sts": ServiceError("InvalidClientTokenId", invalid, 403),
        "s3": ServiceError(
            "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403
        ),
        "iam": ServiceError("InvalidClientTokenId", invalid, 403),
    }.get(service, ServiceError("UnrecognizedClientException", invalid))


def _wrong_signature(service: str, message: str) -> ServiceError:
    if service in ("ec2", "sts", "s3", "iam"):
        return ServiceError("SignatureDoesNotMatch", message, 403)
    return ServiceError("InvalidSignatureException", message)


def _expired(service: str) -> ServiceError:
    message = "The security token included in the request is expired"
    if service == "ec2":
        return ServiceError("RequestExpired", "Request has expired.")
    if service in ("sts", "iam", "s3"):
        return ServiceError("ExpiredToken", message, 403 if service != "s3" else 400)
    return ServiceError("ExpiredTokenException", message)


def not_signed(service: str) -> ServiceError:
    """The answer to a request without a signature."""
    if service == "ec2":
        return ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    code = "MissingAuthenticationTokenException" if service == "ssm" else "MissingAuthenticationToken"
    return ServiceError(code, "Request is missing Authentication Token", 400 if service == "ssm" else 403)

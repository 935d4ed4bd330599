# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in S3: small documents that are written once, and texts that are read up to a size."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .client import Connection
from .errors import SDK_ERRORS, explain

ATTEMPTS = 3
"""How often an object is asked for whose transfer breaks off."""

PAUSE = 1.0
"""Seconds between two attempts."""

NOT_THERE = frozenset({"NoSuchKey", "404"})
DENIED = frozenset({"AccessDenied", "403"})
"""Also the answer for an object that is not there, when the caller may not list the bucket."""


@dataclass(frozen=True, slots=True)
class StoredText:
    """What an object holds; ``whole`` tells whether that is all of it."""

    text: str
    whole: bool


def read_text(connection: Connection, bucket: str, key: str, most: int, owner: str = "") -> StoredText:
    """The first ``most`` bytes of an object. Raises CloudError, with NoSuchKey when there is none."""
    doing = f"read s3://{bucket}/{key}"
    attempt = 1
    while True:
        body = connection.call("s3", "get_object", doing, Bucket=bucket, Key=key, **_owned(owner))["Body"]
        try:
            data = _read(body, most + 1)
        except SDK_ERRORS as error:
            if attempt == ATTEMPTS:
                raise explain(error, doing) from error
            attempt += 1
            connection.sleep(PAUSE)
        else:
            return StoredText(data[:most].decode("utf-8", errors="replace"), len(data) <= most)
        finally:
            body.close()


def _read(body: Any, most: int) -> bytes:
    """Up to so many bytes. Only the read that finds the end notices that a transfer broke off before it."""
    data = b""
    while len(data) < most and (part := body.read(most - len(data))):
        data += part
    return data


def write_text(connection: Connection, bucket: str, key: str, text: str, content_type: str, owner: str = "") -> None:
    """Write an object, encrypted as the bucket says. S3 refuses what differs from the checksum. Raises CloudError."""
    data = text.encode()
    connection.call(
        "s3",
        "put_object",
        f"write s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=data,
        ContentType=content_type,
        ChecksumSHA256=base64.b64encode(sha256(data).digest()).decode(),
        **_owned(owner),
    )


def _owned(owner: str) -> Mapping[str, Any]:
    return {"ExpectedBucketOwner": owner} if owner else {}

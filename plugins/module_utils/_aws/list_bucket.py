# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where override lists are kept: an object named after the hash of its content, in a bucket that the nodes can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError, InputError
from .client import Connection
from .objects import DENIED, NOT_THERE, read_text, write_text
from .override_list import OverrideList

DEFAULT_PREFIX = "patch-override-lists"
CONTENT_TYPE = "application/yaml"
LONGEST_URL = 256
"""Characters of a list's address that a node's patch state takes (service model: InstallOverrideList)."""

SUFFIX = ".yml"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_NOT_IN_A_KEY = re.compile(r"[`'\"$\s{}]")
_HASH_LENGTH = 64
_ANY_ACCOUNT, _ANY_REGION = "0" * 12, "ap-northeast-1"


@dataclass(frozen=True, slots=True)
class ListBucket:
    """The options that say where lists are kept; the bucket's name and owner may have {account} and {region}."""

    bucket: str
    prefix: str = DEFAULT_PREFIX
    owner: str = ""

    @property
    def needs_account(self) -> bool:
        """Whether the account has to be known by its number."""
        return "{account}" in f"{self.bucket}{self.prefix}{self.owner}"

    def place(self, account: str, region: str) -> ListPlace:
        """Where lists for the nodes of an account and region are kept."""

        def filled(text: str) -> str:
            return text.replace("{account}", account).replace("{region}", region)

        return ListPlace(filled(self.bucket), filled(self.prefix).strip("/"), filled(self.owner))


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A bucket and prefix for override lists."""

    bucket: str
    prefix: str
    owner: str = ""

    def key(self, digest: str) -> str:
        """The key of the list with this hash."""
        return "/".join(filter(None, (self.prefix, f"{digest}{SUFFIX}")))

    def url(self, digest: str) -> str:
        """The address by which nodes read it, also from a private bucket."""
        return f"s3://{self.bucket}/{self.key(digest)}"


def list_bucket(params: Mapping[str, Any]) -> ListBucket | None:
    """The options ``override_list_*``; None when no bucket is named. Raises InputError."""
    if not params.get("override_list_bucket"):
        return None
    prefix = params.get("override_list_prefix")
    bucket = ListBucket(
        str(params["override_list_bucket"]),
        DEFAULT_PREFIX if prefix is None else str(prefix),
        str(params.get("override_list_expected_bucket_owner") or ""),
    )
    place = bucket.place(_ANY_ACCOUNT, _ANY_REGION)
    if not _BUCKET.match(place.bucket):
        allowed = "the name of a bucket: 3 to 63 of a-z, 0-9, . and -, with {account} and {region} filled in"
        raise InputError("override_list_bucket", bucket.bucket, allowed)
    if _NOT_IN_A_KEY.search(place.prefix):
        raise InputError("override_list_prefix", bucket.prefix, "no blanks, quotes, backticks, dollar signs and braces")
    if len(place.url("0" * _HASH_LENGTH)) > LONGEST_URL:
        raise InputError("override_list_prefix", bucket.prefix, f"addresses of up to {LONGEST_URL} characters")
    if not re.fullmatch(r"(\d{12})?", place.owner):
        allowed = "the 12 digits of an account, or {account}"
        raise InputError("override_list_expected_bucket_owner", bucket.owner, allowed)
    return bucket


def store_list(connection: Connection, place: ListPlace, wanted: OverrideList) -> bool:
    """Put the list where it belongs unless it is there; answers whether it was written. Raises CloudError.

    An object of that name with another content was written by somebody else: nodes would install what it says, so it is
    refused and not overwritten.
    """
    key = place.key(wanted.sha256)
    try:
        there = read_text(connection, place.bucket, key, len(wanted.text.encode()) + 1, place.owner)
    except CloudError as error:
        if error.code not in NOT_THERE | DENIED:
            raise
    else:
        if there.text == wanted.text:
            return False
        raise CloudError(
            f"Could not use s3://{place.bucket}/{key}: it is named after its content and holds another, so somebody "
            f"changed it. Find out who may write there, and remove it",
            code="ListChanged",
        )
    write_text(connection, place.bucket, key, wanted.text, CONTENT_TYPE, place.owner)
    return True

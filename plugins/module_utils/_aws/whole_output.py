# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a command printed from the bucket to which its nodes wrote it, where the service has cut it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .._core.errors import CloudError
from .client import Connection
from .objects import read_text

MOST_OUTPUT = 1024 * 1024
"""Bytes that are read of a stream at most: it becomes part of an answer, or of the ledger."""

CUT_MARK = "--output truncated--"
"""With this the agent ends an output that it cut."""

STDOUT_LIMIT, STDERR_LIMIT = 24_000, 8_000
"""Characters of each stream that GetCommandInvocation gives at most (service model)."""

NO_BUCKET = "it was sent without output_s3_bucket_name, so nothing keeps the rest"

_HOST_HAS_BUCKET = re.compile(r"(?P<bucket>.+)\.s3[.-]")


def whole_streams(connection: Connection, invocation: Mapping[str, Any]) -> tuple[str, str, str]:
    """Standard output and standard error of an answer of GetCommandInvocation, and why one of them is not whole.

    What cannot be read is no failure of the command: what the service has of it stands for it.
    """
    output, why = _whole(connection, invocation, "StandardOutput", STDOUT_LIMIT)
    errors, why_errors = _whole(connection, invocation, "StandardError", STDERR_LIMIT)
    return output, errors, "; ".join(filter(None, (why, why_errors)))


def output_place(url: str) -> tuple[str, str]:
    """Bucket and key behind the address of an output, which is that of a website and not of the form s3://."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.lstrip("/")
    if found := _HOST_HAS_BUCKET.match(host):
        return found["bucket"], path
    bucket, _slash, key = path.partition("/")
    return bucket, key


def is_cut(text: str, limit: int) -> bool:
    """Whether the service has cut a stream of which it gives so many characters."""
    return len(text) >= limit - len(CUT_MARK) or text.rstrip().endswith(CUT_MARK)


def _whole(connection: Connection, invocation: Mapping[str, Any], stream: str, limit: int) -> tuple[str, str]:
    text = str(invocation.get(f"{stream}Content") or "")
    if not is_cut(text, limit):
        return text, ""
    named = "standard output" if stream == "StandardOutput" else "standard error"
    url = str(invocation.get(f"{stream}Url") or "")
    if not url:
        return text, f"the {named} is cut: {NO_BUCKET}"
    bucket, key = output_place(url)
    try:
        stored = read_text(connection, bucket, key, MOST_OUTPUT)
    except CloudError as error:
        return text, f"the {named} is cut: {error}"
    if stored.whole:
        return stored.text, ""
    return stored.text, f"the {named} is cut: s3://{bucket}/{key} is longer than {MOST_OUTPUT} bytes"

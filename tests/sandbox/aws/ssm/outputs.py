# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in S3: the output of commands, and lists that documents read. The buckets are moto's."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlparse

from ...machines import Machine
from ..world import World
from .commands import Command, Invocation, PluginRun


class DownloadError(Exception):
    """An object that cannot be read; the message says why."""


def output_place(command: Command, invocation: Invocation, plugin: PluginRun) -> tuple[str, str] | None:
    """Bucket and key prefix of a step's output; None when the command names no bucket."""
    bucket = command.request.get("OutputS3BucketName")
    if not bucket:
        return None
    prefix = str(command.request.get("OutputS3KeyPrefix") or "").strip("/")
    parts = [prefix, command.command_id, invocation.machine.node_id, plugin.folder]
    return str(bucket), "/".join(part for part in parts if part)


def output_url(command: Command, invocation: Invocation, plugin: PluginRun | None, stream: str) -> str:
    """Where a stream's output is kept; ``""`` when nowhere."""
    place = output_place(command, invocation, plugin) if plugin else None
    return f"https://s3.{command.region}.amazonaws.com/{place[0]}/{place[1]}/{stream}" if place else ""


def save_outputs(world: World, command: Command, invocation: Invocation) -> None:
    """Write what steps printed to the command's bucket. Without such a bucket nothing is written, as on AWS."""
    if not command.request.get("OutputS3BucketName"):
        return
    from moto.s3.models import s3_backends

    backend = s3_backends[command.account]["aws"]
    with world.lock:
        for plugin in invocation.plugins:
            place = output_place(command, invocation, plugin)
            for stream, text in (("stdout", plugin.stdout), ("stderr", plugin.stderr)):
                if place and text and place[0] in backend.buckets:
                    backend.put_object(place[0], f"{place[1]}/{stream}", text.encode())


def read_object(world: World, machine: Machine, location: str) -> str:
    """The text behind ``s3://bucket/key``, or an https address of S3, which must be public, as a node reads it.

    A node's role may read the buckets of its own account, and those of others whose policy names its account or
    everybody; with the attribute ``s3_denied`` (true, or a list of buckets) not even those. Raises DownloadError.
    """
    bucket, key, public = _place(location)
    from moto.s3.models import s3_backends

    with world.lock:
        for owner in (machine.account, *(other for other in world.fleet.accounts if other != machine.account)):
            if owner not in s3_backends and owner != machine.account:
                continue
            held = s3_backends[owner]["aws"].buckets.get(bucket)
            if held is None:
                continue
            found = held.keys.get(key)
            if public:
                allowed = found is not None and found.acl is not None and found.acl.public_read
            else:
                allowed = not _denied(machine, bucket) and (owner == machine.account or _shared(held, machine.account))
            if not allowed:
                raise DownloadError(f"Unable to download file from {location}: Access Denied (403)")
            if found is None:
                raise DownloadError(f"Unable to download file from {location}: the key does not exist (404)")
            return str(found.value.decode())
    raise DownloadError(f"Unable to download file from {location}: the bucket does not exist (404)")


def _denied(machine: Machine, bucket: str) -> bool:
    denied = machine.attributes.get("s3_denied")
    return bucket in denied if isinstance(denied, (list, tuple)) else bool(denied)


def _shared(bucket: Any, account: str) -> bool:
    """Whether a statement of the bucket's policy lets an account read."""
    try:
        statements = json.loads(bucket.policy or "{}").get("Statement", [])
    except (ValueError, TypeError):
        return False
    for statement in [statements] if isinstance(statements, dict) else statements:
        named = json.dumps(statement.get("Principal"))
        reads = json.dumps(statement.get("Action"))
        if (
            statement.get("Effect") == "Allow"
            and (account in named or '"*"' in named)
            and re.search(r"GetObject|\*", reads)
        ):
            return True
    return False


def _place(location: str) -> tuple[str, str, bool]:
    parsed = urlparse(location)
    path = unquote(parsed.path.lstrip("/"))
    if parsed.scheme == "s3":
        return parsed.netloc, path, False
    host = parsed.hostname or ""
    virtual = re.fullmatch(r"(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com|(.+)\.s3\.amazonaws\.com", host)
    if virtual:
        return virtual[1] or virtual[2], path, True
    if re.fullmatch(r"s3[.-][a-z0-9.-]*amazonaws\.com", host):
        return path.partition("/")[0], path.partition("/")[2], True
    raise DownloadError(f"{location} cannot be reached from the sandbox: only addresses of S3 can")

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of requests to S3 and STS."""

from __future__ import annotations

from urllib.parse import unquote

from moto.core.request import Request

from ..world import Call
from .conditions import NotUnderstood
from .evaluate import Access
from .needs import On, access, on_each

_OBJECT = {
    "PutObject": "s3:PutObject",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "DeleteObject": "s3:DeleteObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
}
_BUCKET = {
    "CreateBucket": "s3:CreateBucket",
    "DeleteBucket": "s3:DeleteBucket",
    "HeadBucket": "s3:ListBucket",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "GetBucketLocation": "s3:GetBucketLocation",
}
"""The action of each operation of S3, whose names are not the operations'."""


def s3_needs(call: Call, request: Request) -> list[Access]:
    """What a request of S3 needs. Buckets are addressed in the path."""
    bucket, _slash, key = unquote(request.path).lstrip("/").partition("/")
    if call.operation in _OBJECT:
        return [access(call, _OBJECT[call.operation], On("object", f"arn:aws:s3:::{bucket}/{key}"))]
    if call.operation in _BUCKET:
        keys = {"s3:prefix": request.args["prefix"]} if request.args.get("prefix") else {}
        return [access(call, _BUCKET[call.operation], On("bucket", f"arn:aws:s3:::{bucket}", {}, {}, keys))]
    raise NotUnderstood(f"Which permissions s3:{call.operation} needs is not modelled by the sandbox")


def missing_object_needs(call: Call, request: Request) -> list[Access]:
    """What it takes to be told that an object does not exist; who lacks it is answered that it is forbidden."""
    if call.operation not in ("GetObject", "HeadObject"):
        return []
    bucket = unquote(request.path).lstrip("/").partition("/")[0]
    return [access(call, "s3:ListBucket", On("bucket", f"arn:aws:s3:::{bucket}"))]


def sts_needs(call: Call) -> list[Access]:
    """What a request of STS needs."""
    if call.operation != "AssumeRole":
        return on_each(call, f"sts:{call.operation}", [])
    keys = {"sts:ExternalId": call.params.get("ExternalId"), "sts:RoleSessionName": call.params["RoleSessionName"]}
    given = {key: str(value) for key, value in keys.items() if value}
    return on_each(call, "sts:AssumeRole", [On("role", call.params["RoleArn"], {}, {}, given)])

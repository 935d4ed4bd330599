# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what the service's own model states is refused, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.model_check import check_request
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError


@pytest.mark.parametrize(
    ("members", "option"),
    [
        ({"Comment": "x" * 101}, "comment"),
        ({"TimeoutSeconds": 29}, "timeout_seconds"),
        ({"TimeoutSeconds": 2592001}, "timeout_seconds"),
        ({"MaxConcurrency": "0"}, "max_concurrency"),
        ({"MaxErrors": "101%"}, "max_errors"),
        ({"OutputS3BucketName": "ab"}, "output_s3_bucket_name"),
        ({"InstanceIds": ["i-1"]}, r"instance_ids\[0\]"),
        ({"InstanceIds": [f"i-{n:017x}" for n in range(51)]}, "instance_ids"),
        ({"DocumentName": "x"}, "document_name"),
        ({"DocumentHashType": "md5"}, "document_hash_type"),
        ({"NotificationConfig": {"NotificationType": "Mail"}}, "notification_config.notification_type"),
    ],
)
def test_what_the_model_does_not_allow(members: dict[str, Any], option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option}: "):
        check_request("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript", **members})


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Comment": "x" * 100, "TimeoutSeconds": 30, "MaxConcurrency": "10%", "MaxErrors": "0"},
        {"Parameters": {"commands": ["x" * 50000]}},
        {"DocumentName": "arn:aws:ssm:eu-central-1:111111111111:document/Mine"},
        {"Targets": [{"Key": "tag:Ünïcode", "Values": ["a"]}]},
        {"MemberOfALaterModel": "anything"},
    ],
)
def test_what_it_allows_or_does_not_speak_of(members: dict[str, Any]) -> None:
    check_request("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript", **members})


def test_the_range_is_told() -> None:
    with pytest.raises(InputError, match="allowed: 30 to 2592000"):
        check_request("ssm", "SendCommand", {"TimeoutSeconds": 1})


@pytest.mark.parametrize("name", ["web_1.a:b/c=d+e-f@g", "Größe 東京", "٣"])
def test_classes_of_characters_that_python_cannot_read_allow_letters_and_digits_of_all_scripts(name: str) -> None:
    check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": name})


@pytest.mark.parametrize("name", ["web*", "a;b", "emoji 🙂", "Größe?"])
def test_classes_of_characters_that_python_cannot_read_refuse_the_rest(name: str) -> None:
    with pytest.raises(InputError, match="patch_group"):
        check_request("ssm", "RegisterPatchBaselineForPatchGroup", {"PatchGroup": name})

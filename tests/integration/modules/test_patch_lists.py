# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact lists of patches on machines of the sandbox: what is left out stays out, and what is named gets in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._core import polling
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.runs import NewRun, RunBatch, begin_run
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.store import open_ledger
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.waves import join_wave

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules

PLACE = {"account": "111111111111", "region": "eu-central-1"}
DB1 = {"node_id": "i-0db00000000000001", "name": "db1", **PLACE}
DB2 = {"node_id": "i-0db00000000000002", "name": "db2", **PLACE}
DB3 = {"node_id": "i-0db00000000000003", "name": "db3", **PLACE}
APP1 = {"node_id": "i-0a000000000000001", "name": "app1", **PLACE}
ALL = [DB1, DB2, DB3, APP1]
IDS = [node["node_id"] for node in ALL]
BUCKET = "patch-lists-111111111111-eu-central-1"
LISTS = {"override_list_bucket": "patch-lists-{account}-{region}"}
KERNEL, OPENSSL = "kernel.x86_64:0:5.14.0-427.18.1.el9_4", "openssl.x86_64:1:3.0.7-27.el9"
KB = "KB5044281"


class Lab:
    """Modules, and the account's own S3."""

    def __init__(self, modules: Modules, s3: Any) -> None:
        self.modules = modules
        self.s3 = s3

    @property
    def sandbox(self) -> Any:
        return self.modules.sandbox

    def operate(self, nodes: Sequence[dict[str, Any]] = tuple(ALL), **options: Any) -> dict[str, Any]:
        """Start an operation and wait for it; what the module that started it answered."""
        started = self.modules.ok("ssm_patch_operation", nodes=list(nodes), **options)
        if started["commands"]:
            self.wait(started)
        return started

    def wait(self, started: dict[str, Any], **options: Any) -> dict[str, Any]:
        done = self.modules.ok("ssm_command_info", commands=started["commands"], wait_timeout=60, **options)
        assert done["progress"]["finished"], done
        return done

    def scan(self, nodes: Sequence[dict[str, Any]] = tuple(ALL)) -> None:
        self.operate(nodes, operation="Scan")

    def missing(self, node: dict[str, Any]) -> set[str]:
        """What the node lacks, by its own last report."""
        answer = self.modules.ok("ssm_patch_compliance_info", nodes=[node])
        return {patch["id"] for patch in answer["patch_states"][0]["patches"] if patch["state"] == "missing"}

    def stored(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def patches(self, url: str) -> list[dict[str, str]]:
        """What a list in the bucket holds, as any YAML parser reads it."""
        body = self.s3.get_object(Bucket=BUCKET, Key=url.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
        patches: list[dict[str, str]] = yaml.safe_load(body)["patches"]
        return patches

    def sent(self) -> list[dict[str, Any]]:
        return [entry["params"] for entry in self.sandbox.requests(operation="SendCommand")]


@pytest.fixture
def lab(modules: Modules, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(polling, "PAUSES", (0.05,) * 100)
    s3 = estate.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return Lab(modules, s3)


def failures(answer: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["reason"] for one in answer["nodes"]["failures"]}


INSTALL = {"operation": "Install", "reboot_option": "NoReboot", **LISTS}


class TestOmitted:
    def test_what_is_left_out_stays_out_and_the_rest_gets_in(self, lab: Lab) -> None:
        lab.scan()
        before = len(lab.sandbox.writes())
        options = {**INSTALL, "omit_patches": ["kernel"], "nodes": ALL}
        predicted = lab.modules.ok("ssm_patch_operation", check=True, **options)
        assert len(lab.sandbox.writes()) == before
        started = lab.operate(**{name: value for name, value in options.items() if name != "nodes"})
        assert predicted["diff"] == started["diff"]
        assert predicted["override_lists"] == started["override_lists"]
        assert {tuple(one["patches"]): one["node_ids"] for one in started["override_lists"]} == {
            (OPENSSL,): IDS[:3],
            (KB,): IDS[3:],
        }
        assert started["omitted_patches"] == ["kernel.x86_64"]
        assert lab.missing(DB1) == {"kernel.x86_64"}
        assert lab.missing(APP1) == set()

    def test_nodes_with_the_same_list_share_it_and_the_command(self, lab: Lab) -> None:
        lab.scan()
        lab.operate([DB1], operation="Install", include_patches=["openssl.x86_64"], **LISTS)
        lab.s3.delete_object(Bucket=BUCKET, Key=lab.stored()[0])
        started = lab.operate(**INSTALL, omit_patches=["KB504*"])
        lists = {tuple(one["node_ids"]): one["patches"] for one in started["override_lists"]}
        assert lists == {(IDS[0],): [KERNEL], (IDS[1], IDS[2]): [KERNEL, OPENSSL]}
        assert [command["node_ids"] for command in started["commands"]] == [[IDS[0]], IDS[1:3]]
        assert [one["name"] for one in started["skipped"]] == ["app1"]
        assert started["nodes"] | {"failures": 0} == {
            "total": 4, "changed": 3, "ok": 4, "failed": 0, "failures": 0, "failures_omitted": 0,
        }  # fmt: skip
        assert sorted(lab.stored()) == sorted(
            one["url"].removeprefix(f"s3://{BUCKET}/") for one in started["override_lists"]
        )

    def test_the_object_is_what_the_service_reads(self, lab: Lab) -> None:
        lab.scan([DB1, APP1])
        started = lab.operate([DB1, APP1], **INSTALL, omit_patches=[])
        assert {
            tuple(tuple(one.items()) for one in lab.patches(entry["url"])) for entry in started["override_lists"]
        } == {
            ((("id", "kernel.x86_64"), ("title", KERNEL)), (("id", "openssl.x86_64"), ("title", OPENSSL))),
            ((("id", KB),),),
        }
        urls = {entry["url"] for entry in started["override_lists"]}
        assert {params["Parameters"]["InstallOverrideList"][0] for params in lab.sent()[1:]} == urls

    def test_a_list_is_written_once(self, lab: Lab) -> None:
        lab.scan([DB1, DB2])
        for node in (DB1, DB2):
            lab.operate([node], **INSTALL, omit_patches=["openssl"])
        assert len(lab.sandbox.requests(service="s3", operation="PutObject")) == 1
        assert len(lab.stored()) == 1

    def test_a_patch_may_be_named_in_each_form(self, lab: Lab) -> None:
        lab.scan([DB1, APP1])
        version = "5.14.0-427.18.1.el9_4"
        packages = [
            "kernel",
            "kernel.x86_64",
            "KERNEL",
            "kern*",
            f"kernel-{version}",
            KERNEL,
            f"kernel-{version}.x86_64",
        ]
        for name in packages:
            answer = lab.modules.ok("ssm_patch_operation", check=True, nodes=[DB1], **INSTALL, omit_patches=[name])
            assert answer["override_lists"][0]["patches"] == [OPENSSL], name
        for name in (KB, "5044281", "kb5044281", "*KB5044281*"):
            answer = lab.modules.ok("ssm_patch_operation", nodes=[APP1], **INSTALL, omit_patches=[name])
            assert (answer["changed"], answer["commands"]) == (False, [])
            assert answer["skipped"][0]["reason"].startswith("all patches that are missing"), name
        assert lab.stored() == []

    def test_a_name_that_means_nothing_stops_it_all_unless_told_to_go_on(self, lab: Lab) -> None:
        lab.scan([DB1, APP1])
        options = {**INSTALL, "nodes": [DB1, APP1], "omit_patches": ["kernel", "kernal", "KB1"]}
        said = lab.modules.refused("ssm_patch_operation", **options)
        assert "omit_patches: ['kernal', 'KB1']" in said
        assert "unmatched_omit_patches=warn" in said
        assert lab.stored() == []
        answer = lab.modules.ok("ssm_patch_operation", check=True, **options, unmatched_omit_patches="warn")
        assert answer["unmatched_omit_patches"] == ["kernal", "KB1"]
        assert [text for text in ("kernal", "KB1") if text in str(answer["warnings"])] == ["kernal", "KB1"]

    def test_a_kb_is_no_typo_where_all_nodes_are_linux(self, lab: Lab) -> None:
        lab.scan([DB1, APP1])
        both = {**INSTALL, "omit_patches": ["kernel*", "KB5044289"]}
        answer = lab.modules.ok("ssm_patch_operation", check=True, nodes=[DB1], **both)
        assert answer["omitted_patches"] == ["kernel.x86_64"]
        assert "KB5044289" not in str(answer.get("warnings"))
        assert answer["unmatched_omit_patches"] == ["KB5044289"]
        assert "['KB5044289'] cannot be used" in lab.modules.refused("ssm_patch_operation", nodes=[DB1, APP1], **both)
        packages = {**INSTALL, "omit_patches": ["kernel*"], "nodes": [APP1]}
        assert lab.modules.ok("ssm_patch_operation", check=True, **packages)["override_lists"][0]["patches"] == [KB]

    def test_nodes_that_were_not_scanned_are_told_first(self, lab: Lab) -> None:
        said = lab.modules.refused("ssm_patch_operation", nodes=[DB1, DB2], **INSTALL, omit_patches=["kernel*"])
        assert said == "2 of 2 nodes have reported no scan within 1 day: scan them first (operation=Scan)"

    def test_what_is_not_known_freshly_is_not_guessed(self, lab: Lab) -> None:
        lab.scan([DB1])
        sent = len(lab.sent())
        old = lab.modules.ok("ssm_patch_operation", nodes=[DB1], **INSTALL, omit_patches=[], missing_max_age="PT0S")
        assert "longer ago than PT0S" in failures(old)["db1"]
        assert (old["commands"], old["changed"]) == ([], False)
        assert len(lab.sent()) == sent
        answer = lab.modules.ok("ssm_patch_operation", nodes=ALL, **INSTALL, omit_patches=["kernel"])
        assert failures(answer).keys() == {"db2", "db3", "app1"}
        assert "run the operation Scan" in failures(answer)["db2"]
        assert [command["node_ids"] for command in answer["commands"]] == [[IDS[0]]]

    def test_a_scan_ignores_lists(self, lab: Lab) -> None:
        started = lab.operate([DB1], operation="Scan", omit_patches=["no such"], **LISTS)
        assert "override_lists" not in started
        assert lab.stored() == []

    def test_what_failed_before_is_tried_again(self, lab: Lab) -> None:
        lab.sandbox.patch_machine(IDS[0], faults={"install_fails": ["openssl.x86_64"]})
        lab.operate([DB1], operation="Install", reboot_option="NoReboot")
        answer = lab.modules.ok("ssm_patch_operation", check=True, nodes=[DB1], **INSTALL, omit_patches=[])
        assert answer["override_lists"][0]["patches"] == [OPENSSL]


class TestIncluded:
    def test_only_what_is_named_gets_in_by_family(self, lab: Lab) -> None:
        started = lab.operate(**INSTALL, include_patches=["openssl.x86_64", "5044281"])
        assert [one["patches"] for one in started["override_lists"]] == [["openssl.x86_64"], [KB]]
        lab.scan()
        assert lab.missing(DB1) == {"kernel.x86_64"}
        assert lab.missing(APP1) == set()

    def test_a_version_is_that_version(self, lab: Lab) -> None:
        names = ["kernel-5.14.0-427.18.1.el9_4.x86_64", "openssl-3.0.7-99.el9.x86_64"]
        started = lab.operate([DB1], **INSTALL, include_patches=names)
        assert started["override_lists"][0]["patches"][:1] == ["kernel.x86_64:*:5.14.0-427.18.1.el9_4"]
        lab.scan([DB1])
        assert lab.missing(DB1) == {"openssl.x86_64"}

    def test_nodes_for_which_nothing_is_named_get_no_command(self, lab: Lab) -> None:
        answer = lab.modules.ok("ssm_patch_operation", check=True, nodes=ALL, **INSTALL, include_patches=["vim"])
        assert [one["name"] for one in answer["skipped"]] == ["app1"]
        assert answer["commands"][0]["node_ids"] == IDS[:3]

    def test_a_node_that_is_not_there_fails_alone(self, lab: Lab) -> None:
        gone = {"node_id": "i-0db00000000000099", "name": "gone", **PLACE}
        answer = lab.modules.ok("ssm_patch_operation", nodes=[DB1, gone], **INSTALL, include_patches=["vim"])
        assert failures(answer).keys() == {"gone"}


class TestBucket:
    def test_a_list_that_somebody_changed_is_not_installed(self, lab: Lab) -> None:
        lab.scan([DB1])
        options = {**INSTALL, "omit_patches": ["kernel"]}
        url = lab.modules.ok("ssm_patch_operation", check=True, nodes=[DB1], **options)["override_lists"][0]["url"]
        key = url.removeprefix(f"s3://{BUCKET}/")
        lab.s3.put_object(Bucket=BUCKET, Key=key, Body=b"patches:\n    -\n        id: 'evil'\n")
        sent = len(lab.sent())
        answer = lab.modules.call("ssm_patch_operation", nodes=[DB1], **options)
        assert answer["failed"]
        assert "somebody changed it" in answer["msg"]
        assert len(lab.sent()) == sent

    def test_no_bucket_says_which(self, lab: Lab) -> None:
        answer = lab.modules.call(
            "ssm_patch_operation", nodes=[DB1], operation="Install", include_patches=["vim"],
            override_list_bucket="not-there",
        )  # fmt: skip
        assert answer["failed"]
        assert "s3://not-there/patch-override-lists/" in answer["msg"]
        assert "NoSuchBucket" in answer["msg"]
        assert lab.sent() == []

    def test_prefix_and_owner(self, lab: Lab) -> None:
        options = {"override_list_prefix": "/a/b/", "override_list_expected_bucket_owner": "{account}"}
        started = lab.operate([DB1], **INSTALL, include_patches=["vim"], **options)
        assert lab.stored()[0].startswith("a/b/")
        assert started["override_lists"][0]["url"] == f"s3://{BUCKET}/{lab.stored()[0]}"

    def test_throttling_and_a_lost_answer_cost_time_only(self, lab: Lab) -> None:
        lab.scan([DB1])
        lab.sandbox.fault("throttle", service="s3", times=2)
        lab.sandbox.fault("drop_after", service="s3", operation="PutObject", times=1)
        lab.sandbox.fault("drop_after", service="ssm", operation="SendCommand", times=1)
        before = len(lab.sent())
        lab.operate([DB1], **INSTALL, omit_patches=["kernel"])
        assert len(lab.sent()) == before + 1
        assert len(lab.stored()) == 1
        assert lab.missing(DB1) == {"kernel.x86_64"}


class TestRun:
    """With a run, its ledger knows which list a node was to get."""

    @pytest.fixture
    def run(self, lab: Lab, tmp_path: Path) -> dict[str, Any]:
        """A run that has come to the first wave; the options that tie a module to it."""
        url = f"sqlite:///{tmp_path}/ledger.db"
        ledger = open_ledger(url, create=True)
        nodes = [Node.from_dict({**node, "os_family": "linux"}) for node in (DB1, DB2)]
        gate = {"scope": "environment", "max_failed": 0, "allow_empty": False}
        begin_run(ledger, NewRun("run-1", "test", [RunBatch("batch_1", (), gate, [(node, {}) for node in nodes])]))
        join_wave(ledger, "run-1", "batch_1", [node.node_id for node in nodes])
        lab.scan([DB1, DB2])
        return {"run_id": "run-1", "batch": "batch_1", "wave": 1, "ledger_url": url, **INSTALL}

    def test_going_on_installs_the_list_that_was_decided_first(self, lab: Lab, run: dict[str, Any]) -> None:
        options = {**run, "omit_patches": ["kernel"]}
        lab.sandbox.fault("error", operation="SendCommand", code="AccessDeniedException", status=400, times=1)
        stopped = lab.modules.call("ssm_patch_operation", **options)
        assert "AccessDenied" in stopped["msg"]
        (decided,) = lab.stored()
        lab.operate([DB1], operation="Install", reboot_option="NoReboot", include_patches=["kernel.x86_64"], **LISTS)
        lab.scan([DB1, DB2])
        lab.sandbox.clear_requests()
        other = lab.modules.call("ssm_patch_operation", **{**options, "omit_patches": ["openssl"]})
        assert "what this run chose when it decided its lists" in other["msg"]
        assert lab.sent() == []
        lab.modules.ok("ssm_patch_operation", **options)
        (sent,) = lab.sent()
        assert sent["Parameters"]["InstallOverrideList"] == [f"s3://{BUCKET}/{decided}"]
        assert sorted(sent["InstanceIds"]) == IDS[:2]
        assert lab.modules.ok("ssm_patch_operation", **options)["changed"] is False
        assert len(lab.sent()) == 1

    def test_a_node_with_nothing_to_install_goes_on(self, lab: Lab, run: dict[str, Any]) -> None:
        answer = lab.modules.ok("ssm_patch_operation", **run, omit_patches=["*"])
        assert (answer["changed"], answer["nodes"]["failed"]) == (False, 0)
        assert "override_lists" not in answer
        waited = {name: run[name] for name in ("run_id", "batch", "wave", "ledger_url")}
        done = lab.modules.ok("ssm_command_info", **waited, phase="install", wait_timeout=0)
        assert done["progress"]["finished"]

    def test_its_check_mode_takes_nodes_that_were_not_scanned(self, lab: Lab, run: dict[str, Any]) -> None:
        options = {**run, "nodes": [DB1, DB3], "omit_patches": ["kernel"]}
        answer = lab.modules.ok("ssm_patch_operation", check=True, **options)
        assert answer["undecided_node_ids"] == [IDS[2]]
        assert sorted(one for command in answer["commands"] for one in command["node_ids"]) == [IDS[0], IDS[2]]


class TestAllowedNodes:
    def test_a_node_outside_is_refused_by_name_before_any_request(self, lab: Lab) -> None:
        before = len(lab.sandbox.requests())
        said = lab.modules.refused("ssm_patch_operation", nodes=ALL, operation="Scan", only_node_ids=IDS[:2])
        assert "db3" in said
        assert "app1" in said
        assert "db1" not in said
        assert len(lab.sandbox.requests()) == before

    def test_ids_alone_are_no_nodes_and_the_message_says_so(self, lab: Lab) -> None:
        options = {"operation": "Scan", "region": "eu-central-1", "node_ids": [DB1["node_id"]]}
        said = lab.modules.refused("ssm_patch_operation", **options)
        assert said.startswith("nodes is missing; give nodes: [{node_id: …}], or run_id, batch and wave of a run")
        assert said.endswith("node_ids only says which of these")

    def test_no_node_is_allowed_by_an_empty_list(self, lab: Lab) -> None:
        assert "db1" in lab.modules.refused("ssm_patch_operation", nodes=[DB1], operation="Scan", only_node_ids=[])

    def test_the_tags_of_the_cloud_count(self, lab: Lab) -> None:
        lab.sandbox.patch_machine(IDS[1], tags={"Application": "shop", "Team": "b"})
        options = {"operation": "Scan", "only_tags": {"Application": ["payroll", "other"]}}
        claimed = {**DB2, "labels": {"Application": "payroll"}}
        said = lab.modules.refused("ssm_patch_operation", nodes=[DB1, claimed], **options)
        assert "db2" in said
        assert "db1" not in said
        assert "Application=payroll or other" in said
        lab.operate([DB1], **options)

    def test_all_tags_are_needed(self, lab: Lab) -> None:
        options = {"operation": "Scan", "only_tags": {"Application": "payroll", "role": "db"}}
        assert "app1" in lab.modules.refused("ssm_patch_operation", nodes=[APP1], **options)

    def test_a_node_that_is_not_there_is_not_allowed(self, lab: Lab) -> None:
        gone = {"node_id": "i-0db00000000000099", "name": "gone", **PLACE}
        options = {"operation": "Scan", "only_tags": {"Application": "payroll"}}
        assert "gone" in lab.modules.refused("ssm_patch_operation", nodes=[DB1, gone], **options)


BAD = [
    ({"omit_patches": ["x"]}, "override_list_bucket"),
    ({"include_patches": [], **LISTS}, "include_patches"),
    ({"include_patches": ["CVE-2026-1234"], **LISTS}, "no advisory and no CVE"),
    ({"include_patches": ["two words"], **LISTS}, "name.arch:version"),
    ({"omit_patches": [" "], **LISTS}, "omit_patches"),
    ({"omit_patches": [], "override_list_bucket": "Bad_Bucket"}, "override_list_bucket"),
    ({"omit_patches": [], "override_list_bucket": "lists-{tenant}"}, "override_list_bucket"),
    ({"omit_patches": [], "override_list_bucket": "lists", "override_list_prefix": "it's"}, "override_list_prefix"),
    ({"omit_patches": [], "override_list_bucket": "lists", "override_list_prefix": "p" * 200}, "256"),
    ({"omit_patches": [], **LISTS, "override_list_expected_bucket_owner": "me"}, "12 digits"),
    ({"omit_patches": [], **LISTS, "missing_max_age": "1 day"}, "missing_max_age"),
    ({"omit_patches": [], **LISTS, "baseline_override": "s3://b/k"}, "mutually exclusive"),
    ({"omit_patches": [], **LISTS, "include_patches": ["x"]}, "mutually exclusive"),
    ({"omit_patches": [], **LISTS, "install_override_list": "s3://b/k"}, "mutually exclusive"),
    ({"only_tags": {}}, "only_tags"),
    ({"only_tags": {"Application": []}}, "only_tags.Application"),
    ({"timeout_seconds": 29}, "timeout_seconds: 29"),
    ({"max_concurrency": "0"}, "max_concurrency"),
    ({"max_errors": "101%"}, "max_errors"),
    ({"output_s3_key_prefix": "x"}, "output_s3_bucket_name"),
    ({"output_s3_bucket_name": "ab"}, "output_s3_bucket_name"),
    ({"notification_config": {"notification_arn": "arn:x", "notification_type": "Both"}}, "notification_type: 'Both'"),
    ({"notification_config": {"notification_arn": "arn:x", "notification_events": ["Never"]}}, "notification_events"),
    ({"alarm_configuration": {"alarms": []}}, "alarm_configuration.alarms"),
    ({"cloud_watch_output_config": {"cloud_watch_log_group_name": ""}}, "cloud_watch_log_group_name"),
    ({"document_version": "newest"}, "document_version"),
]


@pytest.mark.parametrize(("options", "said"), BAD, ids=[f"{next(iter(options))}-{said}" for options, said in BAD])
def test_bad_input_is_refused_before_any_request(lab: Lab, options: dict[str, Any], said: str) -> None:
    before = len(lab.sandbox.requests())
    assert said in lab.modules.refused("ssm_patch_operation", nodes=[DB1], **{"operation": "Install", **options})
    assert len(lab.sandbox.requests()) == before


SENT = [
    ("timeout_seconds", 60, "TimeoutSeconds", 60),
    ("max_concurrency", "10%", "MaxConcurrency", "10%"),
    ("max_errors", "0", "MaxErrors", "0"),
    ("document_version", "1", "DocumentVersion", "1"),
    ("output_s3_bucket_name", BUCKET, "OutputS3BucketName", BUCKET),
    ("service_role_arn", "arn:aws:iam::111111111111:role/r", "ServiceRoleArn", "arn:aws:iam::111111111111:role/r"),
    (
        "notification_config",
        {"notification_arn": "arn:aws:sns:x", "notification_events": ["Failed"], "notification_type": "Invocation"},
        "NotificationConfig",
        {"NotificationArn": "arn:aws:sns:x", "NotificationEvents": ["Failed"], "NotificationType": "Invocation"},
    ),
    (
        "cloud_watch_output_config",
        {"cloud_watch_log_group_name": "g", "cloud_watch_output_enabled": True},
        "CloudWatchOutputConfig",
        {"CloudWatchLogGroupName": "g", "CloudWatchOutputEnabled": True},
    ),
    (
        "alarm_configuration",
        {"alarms": [{"name": "a"}], "ignore_poll_alarm_failure": False},
        "AlarmConfiguration",
        {"Alarms": [{"Name": "a"}], "IgnorePollAlarmFailure": False},
    ),
]


@pytest.mark.parametrize("module", ["ssm_patch_operation", "ssm_command"])
def test_each_member_of_the_request_is_sent_as_it_is_and_only_when_set(lab: Lab, module: str) -> None:
    what = {"operation": "Scan"} if module == "ssm_patch_operation" else {"document": "AWS-UpdateSSMAgent"}
    lab.modules.ok(module, nodes=[DB1], **what, **{name: value for name, value, _member, _sent in SENT})
    lab.modules.ok(module, nodes=[DB1], **what)
    full, plain = lab.sent()
    assert {member: full[member] for _name, _value, member, _sent in SENT} == {
        member: sent for _name, _value, member, sent in SENT
    }
    assert not {member for _name, _value, member, _sent in SENT} & set(plain)


def test_the_whole_output_is_read_from_the_bucket(lab: Lab) -> None:
    many = "i=0; while [ $i -lt 4000 ]; do echo line$i; echo bad$i >&2; i=$((i+1)); done"
    options = {"nodes": [{**DB1, "os_family": "linux"}, {**DB2, "os_family": "linux"}], "scripts": {"linux": many}}
    started = lab.modules.ok("ssm_command", output_s3_bucket_name=BUCKET, **options)
    cut = lab.wait(started)["invocations"]
    assert [(len(one["output"]), one["output_detail"]) for one in cut] == [(24_000, "")] * 2
    whole = lab.wait(started, full_output=True)["invocations"]
    for one in whole:
        assert one["output"].split() == [f"line{number}" for number in range(4000)]
        assert one["error_output"].split()[:4000] == [f"bad{number}" for number in range(4000)]
        assert one["output_detail"] == ""
    (gone,) = [key for key in lab.stored() if IDS[0] in key and key.endswith("stdout")]
    lab.s3.delete_object(Bucket=BUCKET, Key=gone)
    told = {one["node_id"]: one["output_detail"] for one in lab.wait(started, full_output=True)["invocations"]}
    assert "NoSuchKey" in told[IDS[0]]
    assert gone in told[IDS[0]]
    assert told[IDS[1]] == ""

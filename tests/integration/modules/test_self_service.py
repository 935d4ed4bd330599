# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams patch their own nodes and no others: the playbook, the scripts on the instance, the policies of the guide."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.integration.estate import Estate
from tests.integration.modules.tasks import ROOT
from tests.sandbox.client import SandboxProcess

SCRIPTS = ROOT / "playbooks" / "examples" / "self_service"
GUIDE = (ROOT / "docs" / "self-service.md").read_text(encoding="utf-8")
(COMMAND,) = (text for text in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if "ansible-playbook" in text)
WORDS = shlex.split(COMMAND.replace("\\\n", " "))
EXTRA = [word for before, word in pairwise(WORDS) if before == "-e"]
(INSTANCE_POLICY,) = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL))
TEAM_POLICY = json.loads((ROOT / "docs" / "permissions" / "self_service.json").read_text(encoding="utf-8"))
ROLE = "arn:aws:iam::111111111111:role/profile"
TEAM_ROLE = "arn:aws:iam::111111111111:role/patching"
DB1, DB2, APP1 = "i-0db00000000000001", "i-0db00000000000002", "i-0a000000000000001"
BUCKET = "example-patching"
TOKEN = "metadata-token"


class _Metadata(BaseHTTPRequestHandler):
    """The metadata service of an instance, version 2: without a token it tells nothing."""

    def do_PUT(self) -> None:
        assert self.path == "/latest/api/token"
        self._answer(TOKEN)

    def do_GET(self) -> None:
        told = {"/latest/meta-data/instance-id": DB1, "/latest/meta-data/placement/region": "eu-central-1"}
        known = self.headers.get("X-aws-ec2-metadata-token") == TOKEN
        self._answer(told.get(self.path, ""), 200 if known and self.path in told else 401)

    def _answer(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture(scope="module")
def metadata() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def sent(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [entry["params"] for entry in sandbox.requests(operation="SendCommand") if entry["status"] == 200]


class TestPlaybook:
    def test_a_team_patches_its_node_and_leaves_a_package_out(self, estate: Estate) -> None:
        estate.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        estate.sandbox.set_policies(TEAM_ROLE, TEAM_POLICY)
        assert "payroll-db1" in COMMAND
        shown = [json.loads(text) if text.startswith("{") else dict([text.split("=", 1)]) for text in EXTRA]
        options = {name: value for variables in shown for name, value in variables.items()}
        assert options["patch_omit"] == ["kernel*", "KB5044281"]
        played = estate.play("self_service.yml", "--limit", "db1", **options)
        assert played.returncode == 0, played.output
        assert "db1: 1 installed, 1 waits for a reboot; missing: kernel.x86_64 (left out)" in played
        assert "Install: 1 of 1 nodes done after" in played
        scanned, installed = (one["Parameters"] for one in sent(estate.sandbox))
        assert scanned["Operation"] == ["Scan"]
        assert installed["RebootOption"] == ["NoReboot"]
        assert installed["InstallOverrideList"][0].startswith(f"s3://{BUCKET}/patch-override-lists/")
        assert {one for params in sent(estate.sandbox) for one in params["InstanceIds"]} == {DB1}

    def test_a_node_of_another_team_is_refused_by_name(self, estate: Estate) -> None:
        estate.sandbox.patch_machine(DB2, tags={"Application": "shop"})
        played = estate.play("self_service.yml", patch_only_tags={"Application": "payroll"})
        assert played.returncode != 0
        assert f"db2 ({DB2})" in played.output
        assert sent(estate.sandbox) == []

    def test_a_name_that_means_nothing_goes_on_when_told_to(self, estate: Estate) -> None:
        estate.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        options = {"patch_only_node_ids": [DB1], "patch_operation": "Install", "patch_list_bucket": BUCKET}
        omit = ["kernel*", "linux-image*"]
        played = estate.play("self_service.yml", "--limit", "db1", **options, patch_omit=omit)
        assert played.returncode != 0
        assert "patch_unmatched=warn of the playbook self_service.yml" in played
        played = estate.play("self_service.yml", "--limit", "db1", **options, patch_omit=omit, patch_unmatched="warn")
        assert played.returncode == 0, played.output
        assert "linux-image* means no missing patch" in played

    @pytest.mark.parametrize("playbook", ["self_service.yml", "plan.yml"])
    def test_accounts_that_would_not_be_found_are_refused(self, estate: Estate, playbook: str) -> None:
        role = {"111111111111": {"role_arn": TEAM_ROLE}}
        given = {"patch_only_node_ids": [DB1], "patch_environment": "test", "patch_accounts": role}
        played = estate.play(playbook, "--limit", "db1", **given)
        assert played.returncode != 0
        assert "patch_accounts: ['111111111111'] cannot be used; allowed: a dictionary by cloud (aws, azure)" in played
        assert estate.sandbox.requests() == []

    def test_a_node_that_does_not_answer_is_named_when_the_time_is_over(self, estate: Estate) -> None:
        estate.sandbox.patch_machine(DB1, agent_online=False)
        times = {"patch_install_timeout": 2, "patch_progress_interval": 1}
        played = estate.play("self_service.yml", "--limit", "db1", patch_only_node_ids=[DB1], **times)
        assert played.returncode != 0
        assert "Scan: 0 of 1 nodes done after" in played
        assert "waiting for db1" in played
        assert "no answer within 2 s from db1; what was sent may still happen" in played

    def test_what_is_wrong_is_said_alone(self, estate: Estate) -> None:
        played = estate.play("self_service.yml", patch_only_node_ids=[DB1], patch_operation="install")
        assert played.returncode != 0
        assert "patch_operation: 'install' cannot be used; allowed: Scan or Install" in played
        assert "Set patch_only_tags" not in played

    def test_nothing_goes_without_a_restriction(self, estate: Estate) -> None:
        played = estate.play("self_service.yml")
        assert played.returncode != 0
        assert "Set patch_only_tags, such as" in played
        assert "patch_operation" not in played
        assert estate.sandbox.requests() == []


def test_the_team_s_role_reaches_no_other_node(estate: Estate) -> None:
    estate.sandbox.patch_machine(DB2, tags={"Application": "shop"})
    estate.sandbox.set_policies(TEAM_ROLE, TEAM_POLICY)
    ssm = estate.client("ssm")
    request = {"DocumentName": "AWS-RunPatchBaseline", "Parameters": {"Operation": ["Scan"]}}
    ssm.send_command(InstanceIds=[DB1], **request)
    for refused in ({"InstanceIds": [DB2], **request}, {"InstanceIds": [DB1], "DocumentName": "AWS-UpdateSSMAgent"}):
        with pytest.raises(ssm.exceptions.ClientError, match="AccessDeniedException"):
            ssm.send_command(**refused)


@pytest.fixture(scope="module")
def aws_cli() -> str:
    """The folder of the AWS CLI, which the scripts call; it is installed where there is none."""
    done = subprocess.run([ROOT / "tools" / "aws-cli"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class TestOnTheInstance:
    @pytest.fixture
    def env(self, sandbox: SandboxProcess, metadata: str, aws_cli: str) -> dict[str, str]:
        """A process on db1 under its instance profile, which has the policy of the guide."""
        for node_id in (DB1, DB2):
            tags = sandbox.machine(node_id)["tags"]
            sandbox.patch_machine(node_id, tags={**tags, "PatchSelf": node_id})
        sandbox.set_policies(ROLE, INSTANCE_POLICY)
        kept = {"PATH": f"{aws_cli}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
        known = sandbox.node_credentials(DB1, ROLE)
        quick = {"PATCH_INTERVAL": "0.2", "PATCH_TIMEOUT": "60"}
        return kept | known | quick | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata}

    def run(self, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", str(SCRIPTS / "patch-me.sh"), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)

    def test_it_scans_itself_and_installs_without_a_reboot(self, env: dict[str, str], sandbox: SandboxProcess) -> None:
        boots = sandbox.machine(DB1)["boot_count"]
        scanned = self.run(env, "scan")
        assert scanned.returncode == 0, scanned.stderr
        assert "missing: 2 failed: 0" in scanned.stdout
        assert "kernel.x86_64" in scanned.stdout
        installed = self.run(env, "install")
        assert installed.returncode == 0, installed.stderr
        assert "missing: 0 failed: 0 pending reboot: 2" in installed.stdout
        assert {one for params in sent(sandbox) for one in params["InstanceIds"]} == {DB1}
        assert sandbox.machine(DB1)["boot_count"] == boots

    def test_a_failure_is_told(self, env: dict[str, str], sandbox: SandboxProcess) -> None:
        sandbox.patch_machine(DB1, faults={"install_fails": True})
        done = self.run(env, "install")
        assert done.returncode == 1
        assert "Install ended as Failed" in done.stderr

    def test_what_it_does_not_understand_it_does_not_do(self, env: dict[str, str], sandbox: SandboxProcess) -> None:
        for arguments in (
            [],
            ["instal"],
            ["scan", "--reboot"],
            ["install", "--list", "http://x/y"],
            ["install", "i-1"],
        ):
            assert self.run(env, *arguments).returncode == 2, arguments
        assert sent(sandbox) == []

    def test_its_profile_reaches_no_other_instance(self, env: dict[str, str], sandbox: SandboxProcess) -> None:
        command = ["aws", "ssm", "send-command", "--document-name", "AWS-RunPatchBaseline"]
        command += ["--parameters", "Operation=Scan", "--region", "eu-central-1", "--instance-ids"]
        for node_id in (DB2, APP1):
            done = subprocess.run([*command, node_id], env=env, capture_output=True, text=True, check=False)
            assert "AccessDenied" in done.stderr, done
        assert sent(sandbox) == []


def test_the_script_for_windows_is_powershell() -> None:
    def wrong(node: Node) -> list[str]:
        own = [f"{node.type} at {node.start_point}"] if node.type == "ERROR" or node.is_missing else []
        return own + [found for child in node.children for found in wrong(child)]

    for script in SCRIPTS.glob("*.ps1"):
        tree = Parser(Language(tree_sitter_powershell.language())).parse(script.read_bytes())
        assert wrong(tree.root_node) == []

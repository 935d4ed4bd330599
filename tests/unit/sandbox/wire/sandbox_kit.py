# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox within the test's own process, and clients for it."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.fleet import build_fleet
from tests.sandbox.machines import Clock, Machine
from tests.sandbox.server import Application, serve

HOME, TEST, PROD, MANY = "999999999999", "111111111111", "222222222222", "333333333333"
REGION, OTHER_REGION = "eu-central-1", "eu-west-1"
LINUX, WINDOWS, STOPPED = "i-0aaaaaaaaaaaaaa01", "i-0aaaaaaaaaaaaaa02", "i-0aaaaaaaaaaaaaa03"
UBUNTU, BARE, FOREIGN = "i-0aaaaaaaaaaaaaa04", "i-0aaaaaaaaaaaaaa05", "i-0aaaaaaaaaaaaaa06"
PROD_LINUX, HYBRID = "i-0bbbbbbbbbbbbbb01", "mi-0bbbbbbbbbbbbbb02"
NOBODY = "i-0ccccccccccccccc0"
DONE = ("Success", "Failed", "TimedOut", "Cancelled")

_ROOT = {"device": "/dev/sda1", "size_gib": 20, "root": True}


def _machine(node_id: str, name: str, os: str, **more: Any) -> dict[str, Any]:
    return {"node_id": node_id, "name": name, "account": TEST, "region": REGION, "os": os, "volumes": [_ROOT], **more}


def fleet_data() -> dict[str, Any]:
    """Two accounts with one node of each kind that matters here, and one account with many nodes."""
    data_disk = {"device": "/dev/sdf", "size_gib": 50, "attributes": {"encrypted": True, "tags": {"backup": "daily"}}}
    return {
        "version": 1,
        "accounts": [
            {"id": HOME, "name": "home", "home": True},
            {"id": TEST, "name": "test", "roles": [{"arn": f"arn:aws:iam::{TEST}:role/patching"}]},
            {
                "id": PROD,
                "name": "prod",
                "roles": [{"arn": f"arn:aws:iam::{PROD}:role/patching", "external_id": "only-we-know"}],
            },
            {"id": MANY, "name": "many", "roles": [{"arn": f"arn:aws:iam::{MANY}:role/patching"}]},
        ],
        "durations": {"boot": 20, "shutdown": 10, "agent": 10, "scan": 5, "agent_update": 5},
        "machines": [
            _machine(LINUX, "db-1", "redhat", volumes=[_ROOT, data_disk], tags={"Patch Group": "g1", "role": "db"}),
            _machine(WINDOWS, "app-1", "windows", tags={"Patch Group": "g2", "role": "app"}),
            _machine(STOPPED, "db-2", "redhat", power="stopped", tags={"Patch Group": "g1", "role": "db"}),
            _machine(UBUNTU, "web-1", "ubuntu", tags={"PatchGroup": "g3"}, attributes={"product_codes": ["abc"]}),
            _machine(BARE, "bare-1", "redhat", agent_installed=False, attributes={"auto_scaling_group": "asg-1"}),
            _machine(FOREIGN, "west-1", "redhat", region=OTHER_REGION),
            _machine(PROD_LINUX, "db-1", "redhat", account=PROD),
            _machine(HYBRID, "onprem-1", "ubuntu", account=PROD, hybrid=True, tags={"Patch Group": "g9"}),
            *(
                _machine(f"i-0d{number:015x}", f"many-{number:03d}", "redhat", account=MANY, tags={"Patch Group": "m"})
                for number in range(60)
            ),
        ],
        "patches": [
            {
                "os": "redhat",
                "package": "openssl",
                "version": "1:3.0.7-24.el9",
                "severity": "Important",
                "released": "-95d",
                "preinstalled": True,
            },
            {
                "os": "redhat",
                "package": "openssl",
                "version": "1:3.0.7-27.el9",
                "severity": "Important",
                "released": "-35d",
                "seconds": 5,
                "advisories": ["RHSA-2026:2447"],
            },
            {
                "os": "redhat",
                "package": "kernel",
                "version": "5.14.0-427.18.1.el9_4",
                "severity": "Critical",
                "released": "-30d",
                "reboot": True,
                "seconds": 10,
            },
            {
                "os": "windows",
                "id": "KB5044281",
                "severity": "Critical",
                "released": "-33d",
                "reboot": True,
                "seconds": 10,
            },
            {
                "os": "ubuntu",
                "package": "curl",
                "version": "7.81.0-1ubuntu1.17",
                "priority": "Optional",
                "released": "-20d",
                "seconds": 5,
            },
        ],
    }


class Sandbox:
    """A server in a thread. Every answer is held against botocore's model."""

    def __init__(self, data: Mapping[str, Any] | None = None, speed: float = 200.0) -> None:
        self.fleet = build_fleet(data or fleet_data(), Clock(speed))
        self.application = Application(self.fleet, check_answers=True)
        self.server = serve(self.application)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self._clients: dict[tuple[str, str, str], Any] = {}

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()
        self.fleet.close()

    def machine(self, node_id: str) -> Machine:
        """A machine of the fleet."""
        return self.fleet.machine(node_id)

    def client(self, service: str, account: str = TEST, region: str = REGION, **keys: Any) -> Any:
        """A boto3 client: of an account by its role, or with given keys. It does not repeat requests."""
        if not keys and (service, account, region) in self._clients:
            return self._clients[service, account, region]
        home = self.fleet.home
        mine = {"aws_access_key_id": home.access_key, "aws_secret_access_key": home.secret_key}
        chosen = keys or (mine if account == HOME else self._role_keys(account))
        config = Config(
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            read_timeout=20,
            s3={"addressing_style": "path"},
        )
        made = boto3.client(service, endpoint_url=self.url, region_name=region, config=config, **chosen)
        if not keys:
            self._clients[service, account, region] = made
        return made

    def _role_keys(self, account: str) -> dict[str, str]:
        arguments = {"RoleArn": f"arn:aws:iam::{account}:role/patching", "RoleSessionName": "tests"}
        if account == PROD:
            arguments["ExternalId"] = "only-we-know"
        given = self.client("sts", HOME).assume_role(**arguments)["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def run(self, node_ids: Iterable[str], document: str, parameters: Mapping[str, list[str]], **more: Any) -> str:
        """SendCommand; the command's id."""
        ssm = self.client("ssm", more.pop("account", TEST))
        answer = ssm.send_command(
            InstanceIds=list(node_ids), DocumentName=document, Parameters=dict(parameters), **more
        )
        return str(answer["Command"]["CommandId"])

    def outcome(self, command_id: str, account: str = TEST, seconds: float = 20.0) -> dict[str, dict[str, Any]]:
        """The invocations of a command by node, when all have ended."""
        ssm = self.client("ssm", account)

        def ended() -> dict[str, dict[str, Any]]:
            pages = ssm.get_paginator("list_command_invocations").paginate(CommandId=command_id, Details=True)
            found = {item["InstanceId"]: item for page in pages for item in page["CommandInvocations"]}
            return found if found and all(item["Status"] in DONE for item in found.values()) else {}

        found: dict[str, dict[str, Any]] = eventually(ended, seconds)
        return found

    def script(self, node_id: str, text: str, **more: Any) -> dict[str, Any]:
        """Run a shell script on a node; its invocation."""
        return self.outcome(self.run([node_id], "AWS-RunShellScript", {"commands": [text]}, **more))[node_id]

    def patch(self, node_id: str, operation: str, account: str = TEST, **parameters: str) -> dict[str, Any]:
        """Run AWS-RunPatchBaseline on a node; its invocation."""
        given = {"Operation": [operation], **{name: [value] for name, value in parameters.items()}}
        command_id = self.run([node_id], "AWS-RunPatchBaseline", given, account=account)
        return self.outcome(command_id, account)[node_id]

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Ask the control API."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=body, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def reset(self) -> None:
        """Everything as in the beginning. Keys of assumed roles are void then."""
        self.control("POST", "reset")
        self._clients.clear()


def eventually(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What ``look`` answers as soon as that is true. Fails when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    """The error code with which a request is refused; ``""`` when it is accepted."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""

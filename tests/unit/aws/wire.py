# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire with a script: the requests that are expected, in their order, and what each is answered.

A request too many, one that is missing and one with other parameters each fail the test. Answers go through botocore's
Stubber, so that an answer which the service could not give fails too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from ansible_collections.hybridops.patching.plugins.module_utils._aws.client import Connection
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

ACCOUNT = "111111111111"
REGION = "eu-central-1"


@dataclass(frozen=True)
class Call:
    """One expected request: parameters that must be sent, and the answer or the exception. ``params`` None is any."""

    operation: str
    params: dict[str, Any] | None
    answer: dict[str, Any] | Exception = field(default_factory=dict)


def refusal(code: str, message: str = "no", status: int = 400, operation: str = "Any", **headers: str) -> ClientError:
    """An error that the service answers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    metadata = {"HTTPStatusCode": status, "RequestId": "r-1", "HTTPHeaders": named}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, operation)


class Wire:
    """Clients that answer by the script. Calls of one inner list may come in any order."""

    def __init__(self, script: Sequence[Call | list[Call]]) -> None:
        self.script = [step if isinstance(step, list) else [step] for step in script]
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.slept: list[float] = []
        self.now = 0.0
        self._lock = threading.RLock()

    def connection(self, account: str = ACCOUNT, region: str = REGION) -> Connection:
        """A connection whose every request goes to the script, and whose time passes by sleeping only."""
        patience = Patience(answer=60.0, connect=5.0, sleep=self._sleep, clock=lambda: self.now)
        return Connection(account, region, lambda service: _Client(self, service), patience)

    def operations(self) -> list[str]:
        """Names of the operations that were asked for, in their order."""
        return [operation for operation, _params in self.sent]

    def finish(self) -> None:
        """Fail when a request of the script was not sent."""
        left = [call.operation for step in self.script for call in step]
        assert left == [], f"not sent: {left}"

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def answer(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Answer a request by the script."""
        with self._lock:
            self.sent.append((operation, params))
            call = self._taken(operation, params)
            if isinstance(call.answer, Exception):
                raise call.answer
            client = _client(service)
            with Stubber(client) as stubber:
                stubber.add_response(operation, call.answer, None if call.params is None else call.params)
                answered: dict[str, Any] = getattr(client, operation)(**params)
                return answered

    def _taken(self, operation: str, params: dict[str, Any]) -> Call:
        assert self.script, f"a request too many: {operation} {params}"
        expected = self.script[0]
        matching = [call for call in expected if call.operation == operation and _fits(call.params, params)]
        wanted = " or ".join(f"{call.operation} {call.params}" for call in expected)
        assert matching, f"expected {wanted}, not {operation} {params}"
        expected.remove(matching[0])
        if not expected:
            self.script.pop(0)
        return matching[0]


def _fits(expected: dict[str, Any] | None, sent: dict[str, Any]) -> bool:
    return expected is None or expected == sent


class _Client:
    def __init__(self, wire: Wire, service: str) -> None:
        self._wire = wire
        self._service = service

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        return lambda **params: self._wire.answer(self._service, operation, params)


@cache
def _client(service: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
        config=Config(retries={"total_max_attempts": 1}),
    )


class FakeSession:
    """Gives scripted connections by account and region; a target without one is refused with the error given."""

    region = REGION

    def __init__(self, wires: dict[tuple[str, str], Wire | CloudError]) -> None:
        self.wires = wires

    def connect(self, account: str = "", region: str = "") -> Connection:
        """The scripted connection of an account and region."""
        wire = self.wires[(account, region or self.region)]
        if isinstance(wire, CloudError):
            raise wire
        return wire.connection(account, region or self.region)


def managed(*node_ids: str, **values: Any) -> dict[str, Any]:
    """An answer of DescribeInstanceInformation."""
    return {"InstanceInformationList": [{"InstanceId": node_id, **values} for node_id in node_ids]}


def reservations(instances: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """An answer of DescribeInstances."""
    return {"Reservations": [{"Instances": list(instances)}]}


def instance(node_id: str, state: str = "running", tags: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    """An instance as DescribeInstances has it, with one EBS volume unless told otherwise."""
    mappings = [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": f"vol-{node_id[-4:]}"}}]
    return {
        "InstanceId": node_id,
        "State": {"Name": state},
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        "BlockDeviceMappings": mappings,
        **values,
    }

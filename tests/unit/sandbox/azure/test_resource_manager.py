# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a request to Azure Resource Manager: who, which version, which body, how many, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient

from tests.sandbox.azure.identity.tokens import Tokens, object_id
from tests.sandbox.azure.settings import CLIENT_ID, TENANT
from tests.unit.sandbox.azure.core_kit import (
    COMPUTE,
    FIRST,
    FOREIGN,
    LIMITED,
    MANY,
    OTHER_TENANT,
    SECOND,
    STRANGER,
    CoreSandbox,
    fleet_data,
    vm_id,
)

VM = vm_id("vm-00")
NOWHERE = "aaaaaaaa-0000-4000-8000-0000000000ff"


@pytest.fixture(scope="module")
def started() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def core(started: CoreSandbox) -> CoreSandbox:
    started.reset()
    return started


def test_a_request_without_a_good_token_is_told_so(core: CoreSandbox) -> None:
    assert core.code("GET", VM, token="rubbish") == (401, "InvalidAuthenticationToken")
    assert core.code("GET", VM, headers={"Authorization": "Basic eDp5"}) == (401, "AuthenticationFailed")
    bare = core.session.get(f"{core.url}{VM}?api-version={COMPUTE}")
    assert (bare.status_code, bare.json()["error"]["code"]) == (401, "AuthenticationFailed")
    assert bare.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    identity = next(iter([core.azure.arm.tokens]))
    caller: Any = type("Caller", (), {"tenant": TENANT, "object_id": object_id(CLIENT_ID), "client_id": CLIENT_ID})
    assert core.code("GET", VM, token=identity.issue(caller, core.url, -10)) == (401, "ExpiredAuthenticationToken")
    assert core.code("GET", VM, token=identity.issue(caller, "https://vault.azure.net", 60)) == (
        401,
        "InvalidAuthenticationTokenAudience",
    )
    assert core.code("GET", VM, token=Tokens().issue(caller, core.url, 60)) == (401, "InvalidAuthenticationToken")


def test_a_subscription_has_to_be_there_and_within_reach(core: CoreSandbox) -> None:
    assert core.code("GET", VM.replace(FIRST, NOWHERE)) == (404, "SubscriptionNotFound")
    assert core.code("GET", vm_id("theirs", FOREIGN, "rg-theirs")) == (401, "InvalidAuthenticationTokenTenant")
    assert core.code("GET", VM, token=core.token(LIMITED)) == (403, "AuthorizationFailed")
    assert core.ask("GET", VM.upper().replace(FIRST.upper(), FIRST)).status_code == 200
    theirs = core.token(STRANGER, OTHER_TENANT)
    assert core.ask("GET", vm_id("theirs", FOREIGN, "rg-theirs"), token=theirs).status_code == 200


def test_what_is_not_there_is_named(core: CoreSandbox) -> None:
    assert core.code("GET", vm_id("nobody")) == (404, "ResourceNotFound")
    assert core.code("GET", vm_id("vm-00", group="rg-none")) == (404, "ResourceGroupNotFound")
    assert core.code("GET", f"/subscriptions/{FIRST}/providers/Microsoft.Foo/bars") == (404, "InvalidResourceNamespace")
    assert core.code("GET", f"{VM}/toys") == (404, "InvalidResourceType")
    assert core.code("PUT", f"{VM}/start") == (405, "HttpMethodNotAllowed")


def test_the_api_version_is_needed_and_checked(core: CoreSandbox) -> None:
    assert core.code("GET", VM, None) == (400, "MissingApiVersionParameter")
    answer = core.ask("GET", VM, "2015-01-01").json()["error"]
    assert answer["code"] == "NoRegisteredProviderFound"
    assert COMPUTE in answer["message"]
    assert core.code("GET", f"/subscriptions/{FIRST}", "1999-01-01") == (400, "InvalidApiVersionParameter")


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (b"{", "InvalidRequestContent", "deserialized"),
        (b"", "InvalidRequestContent", "missing"),
        (b"[]", "InvalidRequestContent", "VirtualMachineInstallPatchesParameters"),
        (b"{}", "InvalidParameter", "rebootSetting"),
        (b'{"rebootSetting": "Sometimes"}', "InvalidParameter", "IfRequired"),
        (b'{"rebootSetting": "Never", "maximumDuration": "2 hours"}', "InvalidRequestContent", "maximumDuration"),
        (b'{"rebootSetting": "Never", "surprise": 1}', "InvalidRequestContent", "surprise"),
        (
            b'{"rebootSetting": "Never", "linuxParameters": {"classificationsToInclude": ["Odd"]}}',
            "InvalidParameter",
            "linuxParameters.classificationsToInclude[0]",
        ),
    ],
)
def test_bodies_are_held_against_the_model(core: CoreSandbox, body: bytes, code: str, named: str) -> None:
    answer = core.ask("POST", f"{VM}/installPatches", data=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert named in answer.text


def test_a_body_where_none_belongs(core: CoreSandbox) -> None:
    assert core.code("POST", f"{VM}/start", json={"now": True}) == (400, "InvalidRequestContent")


def test_lists_come_in_pages() -> None:
    sandbox = CoreSandbox(fleet_data(page_size=5))
    try:
        client = ComputeManagementClient(sandbox.credential(), FIRST, **sandbox.options)
        assert len(list(client.virtual_machines.list("rg-one"))) == MANY
        reads = [
            one
            for one in sandbox.azure.journal.entries()
            if one["operation"] == "Microsoft.Compute/virtualMachines/read"
        ]
        assert len(reads) == 3
    finally:
        sandbox.close()


def test_requests_have_ids_and_the_quota_is_told(core: CoreSandbox) -> None:
    one, other = core.ask("GET", VM), core.ask("GET", VM, headers={"x-ms-correlation-request-id": "mine"})
    assert one.headers["x-ms-request-id"] != other.headers["x-ms-request-id"]
    assert other.headers["x-ms-correlation-request-id"] == "mine"
    assert int(one.headers["x-ms-ratelimit-remaining-subscription-reads"]) > 0
    tenant = core.ask("GET", "/subscriptions", "2022-12-01")
    assert "x-ms-ratelimit-remaining-tenant-reads" in tenant.headers


def test_a_quota_is_a_principals_in_a_subscription_and_fills_again() -> None:
    sandbox = CoreSandbox(fleet_data(quotas={"reads": {"size": 3, "refill": 5}}))
    try:
        answers = [sandbox.ask("GET", VM) for _time in range(5)]
        assert [answer.status_code for answer in answers][:3] == [200] * 3
        refused = answers[-1]
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "TooManyRequests")
        assert int(refused.headers["Retry-After"]) == 1
        assert sandbox.ask("GET", f"/subscriptions/{SECOND}", "2022-12-01").status_code == 200
        other = sandbox.token(LIMITED)
        assert sandbox.ask("GET", f"/subscriptions/{SECOND}", "2022-12-01", other).status_code == 200
        time.sleep(0.5)
        assert sandbox.ask("GET", VM).status_code == 200
    finally:
        sandbox.close()


def test_requests_are_recorded_under_their_names(core: CoreSandbox) -> None:
    core.ask("GET", VM)
    core.ask("POST", f"{VM}/start")
    core.ask("PATCH", VM, json={"tags": {"a": "b"}, "properties": {"osProfile": {"adminPassword": "hidden"}}})
    core.ask("GET", VM, None)
    entries = core.azure.journal.entries()
    assert [(one["operation"].rpartition("Compute/")[2], one["writing"], one["account"]) for one in entries] == [
        ("virtualMachines/read", False, FIRST),
        ("virtualMachines/start/action", True, FIRST),
        ("virtualMachines/write", True, FIRST),
        ("virtualMachines/read", False, FIRST),
    ]
    assert (entries[3]["status"], entries[3]["error"]) == (400, "MissingApiVersionParameter")
    assert entries[2]["params"]["path"] == VM
    assert "hidden" not in str(entries)


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry"),
    [
        ({"kind": "throttle"}, 429, "TooManyRequests", None),
        ({"kind": "throttle", "retry_after": 7}, 429, "TooManyRequests", "7"),
        ({"kind": "error"}, 500, "InternalServerError", None),
        ({"kind": "error", "status": 503}, 503, "ServiceUnavailable", None),
        ({"kind": "error", "status": 409, "code": "Conflict"}, 409, "Conflict", None),
    ],
)
def test_faults_are_answered_in_resource_managers_words(
    core: CoreSandbox, fault: dict[str, Any], status: int, code: str, retry: str | None
) -> None:
    core.azure.faults.add({"service": "arm", "operation": "*/start/action", "account": FIRST, **fault})
    assert core.ask("GET", VM).status_code == 200
    answer = core.ask("POST", f"{VM}/start")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == retry
    assert core.ask("POST", f"{VM}/start").status_code == 202


def test_an_answer_is_lost_before_or_after_the_work(core: CoreSandbox) -> None:
    for kind, tags in (("drop_before", {"patch"}), ("drop_after", {"patch", "lost"})):
        core.azure.faults.add({"kind": kind, "service": "arm", "operation": "Microsoft.Resources/tags/write"})
        body = {"operation": "Merge", "properties": {"tags": {"lost": "1"}}}
        with pytest.raises(requests.exceptions.ConnectionError):
            core.ask("PATCH", f"{VM}/providers/Microsoft.Resources/tags/default", "2021-04-01", json=body)
        assert tags <= set(core.fleet.by_name("vm-00").tags) <= {*tags, "Patch Group"}
    assert [one["status"] for one in core.azure.journal.entries()] == [0, 0]


def test_a_delay_takes_its_time(core: CoreSandbox) -> None:
    core.azure.faults.add({"kind": "delay", "service": "arm", "seconds": 0.3})
    begun = datetime.now(UTC)
    core.ask("GET", VM)
    assert (datetime.now(UTC) - begun).total_seconds() >= 0.3


def test_long_running_operations_are_polled_to_their_end(core: CoreSandbox) -> None:
    core.fleet.by_name("vm-00").stop()
    begun = core.ask("POST", f"{VM}/start")
    assert begun.status_code == 202
    assert begun.headers["Retry-After"] == "0"
    location, status = begun.headers["Location"], begun.headers["Azure-AsyncOperation"]
    headers = {"Authorization": f"Bearer {core.token()}"}
    states = set()
    for _time in range(200):
        answer = core.session.get(status, headers=headers).json()
        states.add(answer["status"])
        if answer["status"] != "InProgress":
            break
        time.sleep(0.02)
    assert states <= {"InProgress", "Succeeded"}
    assert answer["status"] == "Succeeded"
    assert answer["endTime"] >= answer["startTime"]
    assert core.session.get(location, headers=headers).status_code in (200, 204)
    unknown = location.replace(answer["name"], NOWHERE)
    assert core.session.get(unknown, headers=headers).json()["error"]["code"] == "NotFound"


def test_the_sdk_reads_the_error(core: CoreSandbox) -> None:
    client = ComputeManagementClient(core.credential(), FIRST, **core.options)
    with pytest.raises(HttpResponseError) as refused:
        client.virtual_machines.get("rg-one", "nobody")
    assert refused.value.error is not None
    assert refused.value.error.code == "ResourceNotFound"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: what they allow and over what, refusals in Azure's words, and what Resource Graph shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

from tests.sandbox.azure.arm.authorize import ANYWHERE, Need, is_within, read_assignment, read_role, scope_of
from tests.sandbox.azure.identity.tokens import object_id
from tests.sandbox.azure.settings import CLIENT_ID
from tests.unit.sandbox.azure.nodes_kit import LINUX, SUBSCRIPTION, VMS, AzureSandbox

HERE = f"/subscriptions/{SUBSCRIPTION}"
VM, MACHINE = (
    "Microsoft.Compute/virtualMachines",
    f"{HERE}/resourceGroups/{VMS}/providers/Microsoft.Compute/virtualMachines",
)
QUERY, READ = "Microsoft.ResourceGraph/resources/read", f"{VM}/read"


def role(*actions: str, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    whole = {"Name": "role", "IsCustom": True, "Description": "A role", "AssignableScopes": [HERE]}
    return whole | {"Actions": list(actions), "NotActions": list(without)} | changes


def given(*actions: str, without: tuple[str, ...] = (), scope: str = HERE) -> dict[str, Any]:
    return {"role": role(*actions, without=without), "scope": scope}


@pytest.mark.parametrize(
    ("actions", "without", "allowed"),
    [
        ((READ,), (), True),
        (("microsoft.compute/VIRTUALMACHINES/Read",), (), True),
        (("*/read",), (), True),
        (("*",), (), True),
        (("Microsoft.Compute/*",), (), True),
        (("Microsoft.Compute/virtualMachines/*",), (), True),
        (("Microsoft.Compute/*/read",), (), True),
        (("Microsoft.Compute/virtualMachines/write",), (), False),
        (("Microsoft.Compute/virtualMachines/instanceView/read",), (), False),
        (("MicrosoftXCompute.y/virtualMachines/read",), (), False),
        (("*",), ("*/READ",), False),
        (("*",), ("Microsoft.Compute/disks/*",), True),
        ((), (), False),
    ],
)
def test_actions_and_what_is_taken_from_them(actions: tuple[str, ...], without: tuple[str, ...], allowed: bool) -> None:
    assert read_role(role(*actions, without=without)).allows(READ) is allowed


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (HERE, True),
        (f"{HERE.upper()}/RESOURCEGROUPS/x", True),
        ("/subscriptions", False),
        (f"{HERE}2", False),
        (ANYWHERE, True),
    ],
)
def test_a_role_is_for_its_scope_and_what_is_in_it(scope: str, allowed: bool) -> None:
    assert read_assignment(given("*")).allows(Need(READ, scope)) is allowed
    assert is_within(scope or HERE, "/")


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (f"{MACHINE}/{LINUX}", f"{MACHINE}/{LINUX}"),
        (f"{MACHINE}/{LINUX}/start", f"{MACHINE}/{LINUX}"),
        (f"{MACHINE}/{LINUX}/runCommands", f"{MACHINE}/{LINUX}"),
        (MACHINE, f"{HERE}/resourceGroups/{VMS}"),
        (f"{HERE}/providers/Microsoft.Compute/virtualMachines", HERE),
        (f"{HERE}/resourcegroups", HERE),
        (
            f"{HERE}/providers/Microsoft.Maintenance/configurationAssignments/one",
            f"{HERE}/providers/Microsoft.Maintenance/configurationAssignments/one",
        ),
        ("/providers/Microsoft.ResourceGraph/resources", ANYWHERE),
    ],
)
def test_what_a_request_is_over(path: str, scope: str) -> None:
    assert scope_of(path) == scope


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Actions": ["Microsoft.Compute"]}, "Actions has no action"),
        ({"Actions": "*"}, "is a list"),
        ({"Name": ""}, "needs a Name"),
        ({"IsCustom": False}, "IsCustom"),
        ({"AssignableScopes": []}, "AssignableScopes"),
        ({"Effect": "Allow"}, "nothing else"),
    ],
)
def test_a_role_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_role(role("*") | changes)


def test_a_role_is_assigned_only_where_it_may_be() -> None:
    with pytest.raises(ValueError, match="cannot be assigned"):
        read_assignment(given("*", scope="/subscriptions/other"))


@pytest.fixture(scope="module")
def shared() -> Iterator[AzureSandbox]:
    found = AzureSandbox()
    yield found
    found.close()


@pytest.fixture
def azure(shared: AzureSandbox) -> Iterator[AzureSandbox]:
    """The small fleet, whose application may do everything again after the test."""
    yield shared
    shared.world.access.clear()


def query(azure: AzureSandbox, text: str) -> list[dict[str, Any]]:
    """The rows of a query of Resource Graph."""
    address = f"{azure.url}/providers/Microsoft.ResourceGraph/resources"
    body = {"subscriptions": [SUBSCRIPTION], "query": text}
    answer = azure.compute.send_request(HttpRequest("POST", address, params={"api-version": "2022-10-01"}, json=body))
    if answer.status_code != 200:
        raise HttpResponseError(response=answer)
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def limit(azure: AzureSandbox, *assignments: dict[str, Any]) -> None:
    azure.world.access.assign(object_id(CLIENT_ID), assignments)


def test_what_is_not_allowed_is_refused_in_azures_words(azure: AzureSandbox) -> None:
    limit(azure, given(READ))
    assert azure.compute.virtual_machines.get(VMS, LINUX).name == LINUX
    with pytest.raises(HttpResponseError) as caught:
        azure.compute.virtual_machines.begin_start(VMS, LINUX)
    assert caught.value.status_code == 403
    assert "(AuthorizationFailed) The client " in str(caught.value)
    assert f"action '{VM}/start/action' over scope '{MACHINE}/{LINUX}' or the scope is invalid" in str(caught.value)
    needs = [entry.get("access") for entry in azure.journal.entries() if entry["operation"].startswith(VM)]
    assert needs[-2:] == [
        [{"action": f"{VM}/read", "scope": f"{MACHINE}/{LINUX}"}],
        [{"action": f"{VM}/start/action", "scope": f"{MACHINE}/{LINUX}"}],
    ]


def test_roles_add_up_and_take_away_from_themselves_only(azure: AzureSandbox) -> None:
    limit(azure, given("*", without=(READ,)))
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        azure.compute.virtual_machines.get(VMS, LINUX)
    limit(azure, given("*", without=(READ,)), given(READ, scope=f"{HERE}/resourceGroups/{VMS}"))
    assert azure.compute.virtual_machines.get(VMS, LINUX).name == LINUX
    with pytest.raises(HttpResponseError, match=f"over scope '{HERE}'"):
        list(azure.compute.virtual_machines.list_all())


def test_resource_graph_shows_what_may_be_read(azure: AzureSandbox) -> None:
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        limit(azure, given(READ))
        query(azure, "resources | project id, type")
    limit(azure, given(QUERY, READ))
    assert {row["type"] for row in query(azure, "resources | project id, type")} == {VM.lower()}
    limit(azure, given(QUERY, READ, scope=f"{MACHINE}/{LINUX}"))
    assert [row["name"] for row in query(azure, "resources | project id, name")] == [LINUX]


def test_a_query_needs_what_changes_its_answer(azure: AzureSandbox) -> None:
    limit(azure, given(QUERY))
    assert query(azure, "resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name") == []
    needed = {need["action"] for need in azure.journal.entries()[-1]["access"]}
    assert needed == {QUERY, READ}, "disks and Arc machines are in the table, and not in the answer"

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions, resource groups, providers and tags, through the SDK's client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.unit.sandbox.azure.core_kit import (
    FIRST,
    LIMITED,
    OTHER_TENANT,
    SECOND,
    STRANGER,
    CoreSandbox,
    arc_id,
    vm_id,
)

VM = vm_id("vm-00")


@pytest.fixture(scope="module")
def started() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def core(started: CoreSandbox) -> CoreSandbox:
    started.reset()
    return started


def _patch(core: CoreSandbox, scope: str, operation: str, tags: dict[str, str]) -> dict[str, str]:
    body: Any = {"operation": operation, "properties": {"tags": tags}}
    done = core.resources().tags.begin_update_at_scope(scope.lstrip("/"), body).result()
    return dict(done.properties.tags or {})


def test_a_caller_sees_the_subscriptions_on_which_it_has_a_role(core: CoreSandbox) -> None:
    def seen(token: str) -> list[str]:
        return [one["displayName"] for one in core.ask("GET", "/subscriptions", "2022-12-01", token).json()["value"]]

    assert seen(core.token()) == ["first", "second"]
    assert seen(core.token(LIMITED)) == ["second"]
    assert seen(core.token(STRANGER, OTHER_TENANT)) == ["foreign"]
    one = core.ask("GET", f"/subscriptions/{FIRST}", "2022-12-01").json()
    assert (one["subscriptionId"], one["state"]) == (FIRST, "Enabled")


def test_resource_groups_are_those_of_the_file_and_of_its_machines(core: CoreSandbox) -> None:
    client = core.resources()
    groups = {group.name: group.location for group in client.resource_groups.list()}
    assert groups == {"rg-empty": "northeurope", "rg-one": "westeurope"}
    assert client.resource_groups.get("RG-ONE").name == "rg-one"
    assert client.resource_groups.check_existence("rg-one")
    assert not client.resource_groups.check_existence("rg-none")
    with pytest.raises(ResourceNotFoundError, match="ResourceGroupNotFound"):
        client.resource_groups.get("rg-none")


def test_what_is_served_is_registered(core: CoreSandbox) -> None:
    provider = core.resources().providers.get("microsoft.compute")
    assert provider.registration_state == "Registered"
    types = {kind.resource_type: kind for kind in provider.resource_types or []}
    assert "2024-07-01" in (types["virtualMachines"].api_versions or [])
    with pytest.raises(HttpResponseError, match="InvalidResourceNamespace"):
        core.resources().providers.get("Microsoft.Toys")


@pytest.mark.parametrize(
    "scope", [VM, arc_id("arc-01"), f"/subscriptions/{SECOND}", f"/subscriptions/{FIRST}/resourceGroups/rg-one"]
)
def test_tags_of_any_scope(core: CoreSandbox, scope: str) -> None:
    client, path = core.resources(), scope.lstrip("/")
    before = dict(client.tags.get_at_scope(path).properties.tags or {})
    assert _patch(core, scope, "Merge", {"a": "1"}) == {**before, "a": "1"}
    assert _patch(core, scope, "Replace", {"b": "2", "c": "3"}) == {"b": "2", "c": "3"}
    assert _patch(core, scope, "Delete", {"B": "", "c": "other"}) == {"c": "3"}
    body: Any = {"properties": {"tags": {"d": "4"}}}
    client.tags.begin_create_or_update_at_scope(path, body).result()
    assert dict(client.tags.get_at_scope(path).properties.tags or {}) == {"d": "4"}
    client.tags.begin_delete_at_scope(path).result()
    assert not client.tags.get_at_scope(path).properties.tags


def test_a_machines_tags_are_the_machines(core: CoreSandbox) -> None:
    _patch(core, VM, "Merge", {"PATCH": "patch_prod_0600_batch_1"})
    assert core.fleet.by_name("vm-00").tags == {"patch": "patch_prod_0600_batch_1", "Patch Group": "x"}
    assert core.ask("GET", VM).json()["tags"]["patch"] == "patch_prod_0600_batch_1"


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({f"t{number}": "" for number in range(51)}, "TooManyTags"),
        ({"a" * 513: "1"}, "InvalidTagName"),
        ({"a": "1" * 257}, "InvalidTagValueLength"),
        ({"a/b": "1"}, "InvalidTagNameCharacters"),
        ({"a": "1", "A": "2"}, "DuplicateTagNames"),
    ],
)
def test_what_azure_does_not_take_as_tags(core: CoreSandbox, tags: dict[str, str], code: str) -> None:
    with pytest.raises(HttpResponseError, match=code):
        _patch(core, VM, "Replace", tags)
    assert "patch" in core.fleet.by_name("vm-00").tags


def test_tags_of_what_is_not_there(core: CoreSandbox) -> None:
    path = "/providers/Microsoft.Resources/tags/default"
    assert core.code("GET", f"{vm_id('nobody')}{path}", "2021-04-01") == (404, "ResourceNotFound")
    group = f"/subscriptions/{FIRST}/resourceGroups/rg-none"
    assert core.code("GET", f"{group}{path}", "2021-04-01") == (404, "ResourceGroupNotFound")
    assert core.code("GET", f"{VM}{path}", "2021-04-01", token=core.token(LIMITED)) == (403, "AuthorizationFailed")
    body = {"properties": {"tags": {"a": "1"}}}
    assert core.code("PATCH", f"{VM}{path}", "2021-04-01", json=body) == (400, "InvalidTagsOperation")

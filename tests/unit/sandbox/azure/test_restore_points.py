# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore point collections and restore points, judged by the SDK's client."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.unit.sandbox.azure.nodes_kit import ARC, ARC_LINUX, LINUX, VMS, WINDOWS, AzureSandbox, error_of

POINT = {"id", "name", "type", "properties"}
PROPERTIES = {"sourceMetadata", "provisioningState", "consistencyMode", "timeCreated"}
COLLECTION = {"id", "name", "type", "location", "tags", "properties"}


def collect(azure: AzureSandbox, name: str = LINUX, collection: str = "points", **more: Any) -> Any:
    source = {"id": azure.machine(name).node_id}
    body: Any = {"location": "westeurope", "tags": {"run": "r1"}, "properties": {"source": source}, **more}
    return azure.compute.restore_point_collections.create_or_update(VMS, collection, body)


def take(azure: AzureSandbox, point: str = "p1", collection: str = "points", **properties: Any) -> dict[str, Any]:
    body: Any = {"properties": properties}
    poller = azure.compute.restore_points.begin_create(VMS, collection, point, body)
    found: dict[str, Any] = poller.result().as_dict()
    return found


def refused(call: Any, *arguments: Any) -> tuple[int | None, str]:
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments)
    return error_of(caught.value)


def test_a_collection_belongs_to_one_machine(azure: AzureSandbox) -> None:
    made = collect(azure).as_dict()
    assert made.keys() == COLLECTION
    assert made["properties"]["source"]["id"] == azure.machine(LINUX).node_id
    assert collect(azure, tags={"run": "r2"}).tags == {"run": "r2"}
    with pytest.raises(HttpResponseError) as caught:
        collect(azure, WINDOWS)
    assert error_of(caught.value) == (409, "PropertyChangeNotAllowed")


def test_a_source_has_to_be_a_machine_of_the_same_place(azure: AzureSandbox) -> None:
    with pytest.raises(HttpResponseError) as caught:
        collect(azure, location="northeurope")
    assert error_of(caught.value) == (404, "NotFound")
    with pytest.raises(HttpResponseError) as caught:
        collect(azure, ARC_LINUX)
    assert error_of(caught.value) == (404, "NotFound")
    with pytest.raises(HttpResponseError) as caught:
        collect(azure, properties={})
    assert error_of(caught.value) == (400, "InvalidParameter")


def test_a_point_has_all_disks_of_the_machine(azure: AzureSandbox) -> None:
    collect(azure)
    point = take(azure)
    assert point.keys() == POINT
    assert point["properties"].keys() == PROPERTIES
    assert point["properties"]["provisioningState"] == "Succeeded"
    storage = point["properties"]["sourceMetadata"]["storageProfile"]
    assert storage["osDisk"]["managedDisk"]["id"].endswith(f"/disks/{LINUX}_OsDisk_1")
    assert [disk["lun"] for disk in storage["dataDisks"]] == [0]
    disks = [storage["osDisk"], *storage["dataDisks"]]
    assert all(disk["diskRestorePoint"]["id"].startswith(f"{point['id']}/diskRestorePoints/") for disk in disks)


def test_a_point_takes_its_time() -> None:
    sandbox = AzureSandbox(speed=20)
    try:
        collect(sandbox)
        empty: Any = {}
        poller = sandbox.compute.restore_points.begin_create(VMS, "points", "p1", empty)
        assert sandbox.compute.restore_points.get(VMS, "points", "p1").provisioning_state == "Creating"
        assert poller.result().provisioning_state == "Succeeded"
        view = sandbox.compute.restore_points.get(VMS, "points", "p1", expand="instanceView").instance_view
        copies = (view.disk_restore_points if view else None) or []
        assert len(copies) == 2
        percents = [one.replication_status.completion_percent for one in copies if one.replication_status]
        assert all(0 < (percent or 0) < 100 for percent in percents)
        sandbox.world.clock.sleep(60)
        later = sandbox.compute.restore_points.get(VMS, "points", "p1", expand="instanceView").as_dict()
        status = later["properties"]["instanceView"]["diskRestorePoints"][0]["replicationStatus"]
        assert (status["completionPercent"], status["status"]["code"]) == (100, "ReplicationState/succeeded")
    finally:
        sandbox.close()


@pytest.mark.parametrize(("name", "mode"), [(LINUX, "FileSystemConsistent"), (WINDOWS, "ApplicationConsistent")])
def test_consistency(azure: AzureSandbox, name: str, mode: str) -> None:
    collect(azure, name)
    assert take(azure)["properties"]["consistencyMode"] == mode
    crash = take(azure, "p2", consistencyMode="CrashConsistent")
    assert crash["properties"]["consistencyMode"] == "CrashConsistent"
    azure.machine(name).put_power(False)
    assert take(azure, "p3")["properties"]["consistencyMode"] == "CrashConsistent"
    create = azure.compute.restore_points.begin_create
    body = {"properties": {"consistencyMode": "ApplicationConsistent"}}
    assert refused(create, VMS, "points", "p4", body) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "attributes", [{"sku": "UltraSSD_LRS"}, {"sku": "PremiumV2_LRS"}, {"max_shares": 2}, {"unmanaged": True}]
)
def test_disks_that_cannot_have_one(azure: AzureSandbox, attributes: dict[str, Any]) -> None:
    collect(azure)
    azure.machine(LINUX).volumes[1].attributes.update(attributes)
    create = azure.compute.restore_points.begin_create
    assert refused(create, VMS, "points", "p1", {}) == (409, "OperationNotAllowed")
    if "unmanaged" not in attributes:
        disk = next(one for one in azure.compute.disks.list() if "Data" in (one.name or ""))
        point = take(azure, excludeDisks=[{"id": disk.id}])
        assert (
            "dataDisks" not in point["properties"]["sourceMetadata"]["storageProfile"]
            or not (point["properties"]["sourceMetadata"]["storageProfile"]["dataDisks"])
        )
        assert point["properties"]["excludeDisks"] == [{"id": disk.id}]


def test_a_point_is_never_changed(azure: AzureSandbox) -> None:
    collect(azure)
    take(azure)
    create = azure.compute.restore_points.begin_create
    assert refused(create, VMS, "points", "P1", {}) == (409, "OperationNotAllowed")
    assert refused(create, VMS, "nothing", "p1", {}) == (404, "ResourceNotFound")
    strange = {"properties": {"excludeDisks": [{"id": "/subscriptions/s/nothing"}]}}
    assert refused(create, VMS, "points", "p2", strange) == (400, "InvalidParameter")


def test_a_point_that_fails(azure: AzureSandbox) -> None:
    collect(azure)
    azure.machine(LINUX).alter({"attributes": {"restore_point_fails": "The disk is in use"}})
    with pytest.raises(HttpResponseError, match="The disk is in use"):
        take(azure)
    assert azure.compute.restore_points.get(VMS, "points", "p1").provisioning_state == "Failed"


def test_listing_and_deleting(azure: AzureSandbox) -> None:
    collect(azure)
    collect(azure, WINDOWS, "others")
    take(azure)
    take(azure, "p2")
    collections = azure.compute.restore_point_collections
    assert [one.name for one in collections.list(VMS)] == ["others", "points"]
    assert [one.name for one in collections.list_all()] == ["others", "points"]
    assert list(collections.list(ARC)) == []
    whole = collections.get(VMS, "points", expand="restorePoints").as_dict()
    assert [point["name"] for point in whole["properties"]["restorePoints"]] == ["p1", "p2"]
    azure.compute.restore_points.begin_delete(VMS, "points", "p1").result()
    assert refused(azure.compute.restore_points.get, VMS, "points", "p1") == (404, "ResourceNotFound")
    rows = [row for row in azure.rows("resources") if row["type"] == "microsoft.compute/restorepointcollections"]
    assert [row["tags"] for row in rows] == [{"run": "r1"}] * 2
    collections.begin_delete(VMS, "points").result()
    collections.begin_delete(VMS, "points").result()
    assert refused(collections.get, VMS, "points") == (404, "ResourceNotFound")

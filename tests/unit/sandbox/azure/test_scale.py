# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand Arc machines and sixty schedules, and how often a client may write."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from azure.mgmt.resourcegraph.models import QueryRequest

from tests.sandbox.azure.generator import ACCOUNT, SUBSCRIPTION, WORKSPACE, large_azure_fleet
from tests.sandbox.azure.loganalytics.evaluate import evaluate
from tests.sandbox.azure.loganalytics.store import find_workspace
from tests.sandbox.azure.settings import Quota
from tests.sandbox.fleet import build_fleet
from tests.unit.sandbox.azure.core_kit import CoreSandbox

MACHINES, SCHEDULES = 1000, 60
VERSION = "2024-10-23"
SCHEDULE = f"{ACCOUNT}/softwareUpdateConfigurations/wave-00-linux"
MAINTENANCE = f"{ACCOUNT.partition('/providers/')[0]}/providers/Microsoft.Maintenance"


@pytest.fixture(scope="module")
def running() -> Iterator[CoreSandbox]:
    sandbox = CoreSandbox(large_azure_fleet(MACHINES, SCHEDULES))
    yield sandbox
    sandbox.close()


@pytest.fixture
def azure(running: CoreSandbox) -> CoreSandbox:
    running.azure.reset()
    running.azure.journal.clear()
    running.azure.faults.clear()
    return running


def test_it_is_made_fast() -> None:
    began = time.process_time()
    fleet = build_fleet(large_azure_fleet(MACHINES, SCHEDULES))
    assert time.process_time() - began < 2
    assert len(fleet.machines) == MACHINES
    fleet.close()


def test_each_machine_is_on_the_schedule_of_its_wave_and_system(azure: CoreSandbox) -> None:
    listed = azure.ask("GET", f"{ACCOUNT}/softwareUpdateConfigurations", VERSION).json()["value"]
    assert len(listed) == SCHEDULES
    members = {one["name"]: set(one["properties"]["updateConfiguration"]["nonAzureComputerNames"]) for one in listed}
    assert sum(map(len, members.values())) == MACHINES
    for machine in azure.fleet.machines.values():
        wave = machine.tags["patch"].replace(":", "-")
        assert machine.hostname in members[f"{wave}-{machine.os.platform_type.lower()}"]


def test_all_of_them_are_connected(azure: CoreSandbox) -> None:
    workspace = find_workspace(azure.azure.world, WORKSPACE)
    assert workspace is not None
    found = evaluate(azure.azure.world, workspace, "Heartbeat | where TimeGenerated > ago(24h) | distinct ResourceId")
    assert len(found.rows) == MACHINES
    query = "resources | where type =~ 'microsoft.hybridcompute/machines' | project id, tags | order by id asc"
    answer = azure.graph().resources(QueryRequest(query=query, subscriptions=[SUBSCRIPTION]))
    assert (answer.count, answer.skip_token) == (MACHINES, None)


def put_schedule(azure: CoreSandbox) -> Any:
    found = azure.ask("GET", SCHEDULE, VERSION).json()["properties"]
    info = found["scheduleInfo"] | {"startTime": "2031-01-04T02:00:00Z"}
    body = {"properties": {"updateConfiguration": found["updateConfiguration"], "scheduleInfo": info}}
    return azure.ask("PUT", SCHEDULE, VERSION, json=body)


def put_configuration(azure: CoreSandbox) -> Any:
    window = {"startDateTime": "2031-01-04 02:00", "timeZone": "UTC", "duration": "02:00"}
    properties = {"extensionProperties": {"InGuestPatchMode": "User"}, "maintenanceWindow": window}
    path = f"{MAINTENANCE}/maintenanceConfigurations/made"
    return azure.ask("PUT", path, "2023-04-01", json={"location": "westeurope", "properties": properties})


def put_scope(azure: CoreSandbox) -> Any:
    put_configuration(azure)
    properties = {"maintenanceConfigurationId": f"{MAINTENANCE}/maintenanceConfigurations/made", "filter": {}}
    path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Maintenance/configurationAssignments/made"
    return azure.ask("PUT", path, "2023-04-01", json={"properties": properties})


@pytest.mark.parametrize("put", [put_schedule, put_configuration, put_scope])
def test_writes_are_counted_and_throttled(azure: CoreSandbox, put: Any) -> None:
    assert int(put(azure).headers["x-ms-ratelimit-remaining-subscription-writes"]) >= 197
    azure.azure.faults.add({"kind": "throttle", "operation": "*/write", "times": None})
    answer = put(azure)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)
    azure.azure.faults.clear()
    azure.azure.faults.add({"kind": "throttle", "operation": "*/write", "times": None, "retry_after": 2})
    assert put(azure).headers["Retry-After"] == "2"


def test_a_storm_strikes_by_chance_and_the_same_way_again(azure: CoreSandbox) -> None:
    def storm() -> list[int]:
        azure.azure.faults.clear()
        azure.azure.faults.add({"kind": "throttle", "service": "arm", "times": None, "probability": 0.6, "seed": 7})
        return [azure.ask("GET", SCHEDULE, VERSION).status_code for _number in range(30)]

    first = storm()
    assert first == storm()
    assert set(Counter(first)) == {200, 429}


def test_so_many_writes_at_once_and_no_more(azure: CoreSandbox) -> None:
    assert azure.azure.world.settings.writes == Quota(200, 10)
    data = large_azure_fleet(4, 2)
    data["azure"]["quotas"] = {"writes": {"size": 5, "refill": 0.1}}
    small = CoreSandbox(data)
    try:
        found = [put_configuration(small) for _number in range(7)]
    finally:
        small.close()
    assert [answer.status_code for answer in found] == [201, 200, 200, 200, 200, 429, 429]
    assert 1 <= int(found[-1].headers["Retry-After"]) <= 10

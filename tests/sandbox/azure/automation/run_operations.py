# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading runs of deployment schedules and of their machines. Both lists have links to the next page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from azure.mgmt.automation.models import SoftwareUpdateConfigurationMachineRun, SoftwareUpdateConfigurationRun

from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.registry import operation
from .accounts import account_of
from .errors import not_found
from .odata import page
from .runs import MachineRun, Run, RunStore
from .versions import ACCOUNT, ACCOUNT_TYPE, SCHEDULE_VERSIONS

RUNS, MACHINE_RUNS = "softwareUpdateConfigurationRuns", "softwareUpdateConfigurationMachineRuns"
FILTERS = (
    "properties/osType",
    "properties/status",
    "properties/startTime",
    "properties/softwareUpdateConfiguration/name",
    "properties/correlationId",
)


def _runs(call: Call) -> list[Run]:
    return call.store(RunStore).of_account(account_of(call)["id"])


def _answer(call: Call, found: Sequence[Mapping[str, Any]]) -> Answer:
    entries, following = page(call, found, FILTERS)
    body: dict[str, Any] = {"value": entries}
    if following:
        query = urlencode({**call.query, "$skip": following}, quote_via=quote)
        body["nextLink"] = f"{call.base_url}{call.path}?{query}"
    return Answer(200, body, raw=True)


@operation("GET", f"{ACCOUNT}/{RUNS}", versions=SCHEDULE_VERSIONS, name=f"{ACCOUNT_TYPE}/{RUNS}/read")
def list_runs(call: Call) -> Answer:
    """One page of an account's runs, newest first."""
    return _answer(call, [_run(one) for one in _runs(call)])


@operation("GET", f"{ACCOUNT}/{MACHINE_RUNS}", versions=SCHEDULE_VERSIONS, name=f"{ACCOUNT_TYPE}/{MACHINE_RUNS}/read")
def list_machine_runs(call: Call) -> Answer:
    """One page of the runs of machines; those of one run by its correlation id."""
    return _answer(call, [_machine_run(run, one) for run in _runs(call) for one in run.machines])


@operation(
    "GET",
    f"{ACCOUNT}/{RUNS}/{{run}}",
    versions=SCHEDULE_VERSIONS,
    name=f"{ACCOUNT_TYPE}/{RUNS}/read",
    answer=SoftwareUpdateConfigurationRun,
)
def get_run(call: Call) -> Answer:
    """One run."""
    found = next((one for one in _runs(call) if one.run_id == call.params["run"].lower()), None)
    if found is None:
        raise not_found(f"The software update configuration run '{call.params['run']}' was")
    return Answer(200, _run(found), raw=True)


@operation(
    "GET",
    f"{ACCOUNT}/{MACHINE_RUNS}/{{run}}",
    versions=SCHEDULE_VERSIONS,
    name=f"{ACCOUNT_TYPE}/{MACHINE_RUNS}/read",
    answer=SoftwareUpdateConfigurationMachineRun,
)
def get_machine_run(call: Call) -> Answer:
    """The run of one machine."""
    for run in _runs(call):
        for one in run.machines:
            if one.run_id == call.params["run"].lower():
                return Answer(200, _machine_run(run, one), raw=True)
    raise not_found(f"The software update configuration machine run '{call.params['run']}' was")


def _common(run: Run, one: Run | MachineRun) -> dict[str, Any]:
    ended = one.ended.isoformat() if one.ended else None
    return {
        "softwareUpdateConfiguration": {"name": run.deployment.name},
        "status": one.status,
        "configuredDuration": run.deployment.update["duration"],
        "osType": run.deployment.update["operatingSystem"],
        "startTime": one.started.isoformat(),
        "endTime": ended,
        "creationTime": one.started.isoformat(),
        "createdBy": "",
        "lastModifiedTime": ended or one.started.isoformat(),
        "lastModifiedBy": "",
    }


def _run(run: Run) -> dict[str, Any]:
    failed = [one for one in run.machines if one.status not in ("InProgress", "Succeeded")]
    return {
        "name": run.run_id,
        "id": f"{run.deployment.account}/{RUNS}/{run.run_id}",
        "properties": _common(run, run)
        | {
            "computerCount": len(run.machines),
            "failedCount": len(failed),
            "tasks": {name: _task(run, name) for name in ("preTask", "postTask")},
        },
    }


def _task(run: Run, name: str) -> dict[str, Any] | None:
    if name not in run.jobs:
        return None
    source = ((run.deployment.tasks or {}).get(name) or {}).get("source")
    waiting = name == "postTask" and run.status == "InProgress"
    return {"status": "NotStarted" if waiting else "Completed", "source": source, "jobId": run.jobs[name]}


def _machine_run(run: Run, one: MachineRun) -> dict[str, Any]:
    error = {"code": one.status, "message": one.error} if one.error else {}
    return {
        "name": one.run_id,
        "id": f"{run.deployment.account}/{MACHINE_RUNS}/{one.run_id}",
        "properties": _common(run, one)
        | {
            "targetComputer": one.machine.node_id if one.is_azure else one.machine.hostname,
            "targetComputerType": "AzureVirtualMachines" if one.is_azure else "NonAzureMachines",
            "correlationId": run.run_id,
            "sourceComputerId": str(one.machine.attributes.get("vm_id") or one.run_id),
            "job": {},
            "error": error,
        },
    }

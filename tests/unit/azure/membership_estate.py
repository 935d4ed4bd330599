# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Azure with Arc machines, their heartbeats, deployment schedules and maintenance configurations, in memory.

It answers in whatever order it is asked, side by side too, and keeps what was sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ansible_collections.hybridops.patching.plugins.module_utils._azure import membership
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.auth import Places
from ansible_collections.hybridops.patching.plugins.module_utils._azure.membership_args import MEMBERSHIP_ARGS
from ansible_collections.hybridops.patching.plugins.module_utils._azure.session import AzureSession
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import PatchingError
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience

from tests.unit.azure.wire import OPTIONS, SUBSCRIPTION, Clock, refused

ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{ROOT}/providers/Microsoft.Automation/automationAccounts/automation"
WORKSPACE = f"{ROOT}/providers/Microsoft.OperationalInsights/workspaces/logs"
MAINTENANCE = "providers/Microsoft.Maintenance"
NOTHING = "hybridops_no_machines"
HEARTBEAT = ("TimeGenerated", "Computer", "OSType", "ResourceGroup", "Resource", "ResourceId")
PAGE = 100
ROWS = 1000


def calm(_request: str) -> None:
    """Nothing is meddled with."""


class Failed(Exception):
    """The module failed; ``answer`` is all that it said."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["msg"])
        self.answer = answer


@dataclass
class Module:
    """A module with its options."""

    params: dict[str, Any]
    check_mode: bool = False
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Keep a warning."""
        self.warnings.append(text)

    def fail_json(self, **answer: Any) -> None:
        """End."""
        raise Failed(answer)


class Estate:
    """What there is, in the form of the API, and every request that came.

    ``meddle`` gets method and path of each request and may answer instead.
    """

    def __init__(self) -> None:
        self.machines: list[dict[str, Any]] = []
        self.beats: list[list[Any]] = []
        self.schedules: dict[str, dict[str, Any]] = {}
        self.configurations: list[dict[str, Any]] = []
        self.assignments: dict[str, dict[str, Any]] = {}
        self.searches: list[str] = []
        self.partial = False
        self.untold: set[str] = set()
        """What the list of schedules leaves out of their updates."""
        self.workspace: str | None = WORKSPACE
        self.sent: list[tuple[str, str, Any]] = []
        self.meddle: Callable[[str], Answer | None] = calm
        self.clock = Clock()
        self._lock = threading.Lock()

    def machine(
        self,
        name: str,
        tag: str | None = "w1",
        os_type: str = "linux",
        *,
        heard: bool = True,
        status: str = "Connected",
    ) -> str:
        """Add an Arc machine, as Resource Graph shows it; answers its id."""
        resource_id = f"{ROOT}/providers/Microsoft.HybridCompute/machines/{name}"
        row = {"id": resource_id, "name": name, "location": "westeurope", "tags": {"Patch": tag} if tag else None}
        told = {"status": status, "osType": os_type, "machineFqdn": f"{name}.example", "computerName": name}
        self.machines.append(row | told)
        if heard:
            self.beat(f"{name}.example", os_type.capitalize(), resource_id)
        return resource_id.lower()

    def beat(self, computer: str, os_type: str, resource_id: str, hour: int = 8) -> None:
        """Add a heartbeat."""
        parts = resource_id.split("/")
        group, name = (parts[4], parts[-1]) if len(parts) > 5 else ("", "")
        self.beats.append([f"2026-11-26T{hour:02}:00:00Z", computer, os_type, group, name, resource_id])

    def schedule(self, name: str, names: list[str] | None = None, os: str = "Linux", **update: Any) -> None:
        """Add a deployment schedule as GET answers it, with what the service adds."""
        self.schedules[name] = {
            "id": f"{ACCOUNT}/softwareUpdateConfigurations/{name}",
            "name": name,
            "type": None,
            "properties": {
                "updateConfiguration": {
                    "operatingSystem": os,
                    "windows": None,
                    "linux": {"includedPackageClassifications": "Critical, Security", "rebootSetting": "IfRequired"},
                    "targets": {"azureQueries": None, "nonAzureQueries": None},
                    "duration": "PT2H",
                    "azureVirtualMachines": [],
                    "nonAzureComputerNames": names,
                    **update,
                },
                "scheduleInfo": {
                    "description": "kept",
                    "startTime": "2024-01-06T03:00:00+01:00",
                    "startTimeOffsetMinutes": 60.0,
                    "expiryTime": "9999-12-31T23:59:00+01:00",
                    "isEnabled": True,
                    "nextRun": None,
                    "interval": 1,
                    "frequency": "Week",
                    "timeZone": "Europe/Zurich",
                    "advancedSchedule": {"weekDays": ["Saturday"]},
                },
                "tasks": {"preTask": {"source": "Pre", "parameters": {"A": "b"}}, "postTask": None},
                "provisioningState": "Succeeded",
            },
        }

    def configuration(self, name: str, **patches: Any) -> str:
        """Add a maintenance configuration; answers its id."""
        resource_id = f"{ROOT}/{MAINTENANCE}/maintenanceConfigurations/{name}"
        properties = {"maintenanceScope": "InGuestPatch", "installPatches": patches or None}
        self.configurations.append({"id": resource_id, "name": name, "location": "we", "properties": properties})
        return resource_id

    def assign(self, machine: str, configuration: str, name: str = "Made-In-The-Portal") -> str:
        """Add an assignment of a machine; answers its id."""
        resource_id = f"{machine}/{MAINTENANCE}/configurationAssignments/{name}"
        properties = {"maintenanceConfigurationId": configuration.upper(), "resourceId": machine}
        self.assignments[resource_id.lower()] = {"id": resource_id, "name": name, "properties": properties}
        return resource_id

    def send(self, method: str, url: str, body: Any) -> Answer:
        """One request."""
        parts = urlsplit(url)
        path, query = unquote(parts.path), {key: values[0] for key, values in parse_qs(parts.query).items()}
        with self._lock:
            self.sent.append((method, path, body))
            return self.meddle(f"{method} {path}") or self._answer(method, path, query, body)

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        kind = path.lower()
        if kind.endswith("/resources"):
            return self._graph(body)
        if kind.endswith("/query"):
            return self._logs()
        if kind.endswith("/linkedworkspace"):
            return Answer(200, {"id": self.workspace})
        if "/savedsearches" in kind:
            return self._searches(method, body)
        if kind.endswith("/workspaces/logs"):
            return Answer(200, {"id": WORKSPACE, "properties": {"customerId": "customer"}})
        if "/softwareupdateconfigurations" in kind:
            return self._automation(method, path, query, body)
        return self._maintenance(method, path, body)

    def _graph(self, body: Any) -> Answer:
        begin = int(body["options"].get("$skipToken", 0))
        page = {"data": self.machines[begin : begin + ROWS]}
        more = begin + ROWS < len(self.machines)
        return Answer(200, page | ({"$skipToken": str(begin + ROWS)} if more else {}))

    def _logs(self) -> Answer:
        columns = [{"name": name, "type": "string"} for name in HEARTBEAT]
        answer: dict[str, Any] = {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": self.beats}]}
        if self.partial:
            answer["error"] = {
                "code": "PartialError",
                "message": "Some errors.",
                "details": [{"message": "Too many rows"}],
            }
        return Answer(200, answer)

    def _searches(self, method: str, body: Any) -> Answer:
        if method == "PUT":
            self.searches.append(body["properties"]["functionAlias"])
        return Answer(200, {"value": [{"properties": {"functionAlias": alias}} for alias in self.searches]})

    def _automation(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        name = path.rpartition("/")[2]
        if name.lower() == "softwareupdateconfigurations":
            begin = int(query.get("$skip", 0))
            entries = [_entry(one, self.untold) for one in self.schedules.values()]
            return Answer(200, {"value": entries[begin : begin + PAGE]})
        if method == "PUT":
            kept = self.schedules[name]["properties"]["scheduleInfo"]
            changed = body["properties"] | {"scheduleInfo": kept | body["properties"]["scheduleInfo"]}
            self.schedules[name] = self.schedules[name] | {"properties": changed}
        return Answer(200, self.schedules[name]) if name in self.schedules else refused(404, "NotFound")

    def _maintenance(self, method: str, path: str, body: Any) -> Answer:
        if path.endswith("/maintenanceConfigurations"):
            return Answer(200, {"value": self.configurations})
        if path.endswith("/configurationAssignments"):
            return Answer(200, {"value": list(self.assignments.values())})
        if method == "PUT":
            self.assignments[path.lower()] = {"id": path, "name": path.rpartition("/")[2], **body}
            return Answer(200, self.assignments[path.lower()])
        assert method == "DELETE", path
        return Answer(200 if self.assignments.pop(path.lower(), None) else 204)

    def run(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """Call the module; raises Failed with its answer. Warnings are in the answer."""
        module = Module(options_of(**options), check)
        answer = membership.manage_membership(module)
        return answer | {"warnings": module.warnings}

    def writes(self) -> list[tuple[str, str, Any]]:
        """What was sent to change something."""
        return [one for one in self.sent if one[0] in ("PUT", "DELETE", "PATCH")]

    def session(self, module: Module, _patience: Patience) -> AzureSession:
        """A session that leads here, with the estate's own clock."""
        until = self.clock() + module.params["time_limit"]
        patience = Patience(sleep=self.clock.sleep, clock=self.clock, until=until)
        places = Places({}, Path("/nowhere"), has_cli=False)
        return AzureSession(OPTIONS, places, patience, wire_of=lambda _who, cloud, _net: _Wire(self, cloud.endpoint))


@dataclass(slots=True)
class _Wire:
    estate: Estate
    endpoint: str

    def send(self, method: str, url: str, body: Any = None) -> Answer:
        return self.estate.send(method, url, body)


def _entry(schedule: dict[str, Any], untold: set[str]) -> dict[str, Any]:
    """A schedule in a list: without most of its times, and without members of its update that are not told."""
    properties = {key: value for key, value in schedule["properties"].items() if key != "scheduleInfo"}
    update = {key: value for key, value in properties["updateConfiguration"].items() if key not in untold}
    return schedule | {"properties": properties | {"updateConfiguration": update, "frequency": "Week"}}


def options_of(**options: Any) -> dict[str, Any]:
    """All options of the module, with their defaults."""
    params = {name: spec.get("default") for name, spec in MEMBERSHIP_ARGS.items()}
    params["placeholder"] = {"function_alias": NOTHING, "workspace_id": None, "create": False}
    params["automation_accounts"] = [{"resource_group": "rg", "automation_account_name": "automation"}]
    params["placeholder"] |= options.pop("placeholder", {})
    return params | {"accounts": {}} | options


def bad(**options: Any) -> str:
    """The message of options that are refused."""
    estate = Estate()
    try:
        estate.run(**options)
    except PatchingError as error:
        assert estate.sent == [], "something was asked before"
        return str(error)
    raise AssertionError(options)

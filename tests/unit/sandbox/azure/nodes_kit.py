# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small Azure fleet behind a server within the test's own process, and the Azure SDK's clients for it."""

from __future__ import annotations

import copy
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.hybridcompute import HybridComputeManagementClient
from azure.mgmt.maintenance import MaintenanceManagementClient

from tests.sandbox.azure.application import AzureApplication
from tests.sandbox.azure.ca import Authority
from tests.sandbox.azure.graph.tables import rows_of
from tests.sandbox.azure.settings import CLIENT_ID, SECRET, TENANT
from tests.sandbox.azure.world import AzureWorld
from tests.sandbox.faults import Faults
from tests.sandbox.fleet import build_fleet
from tests.sandbox.journal import Journal
from tests.sandbox.machines import Clock, Machine
from tests.sandbox.server import serve_azure

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
VMS, ARC = "rg-vms", "rg-arc"
LINUX, WINDOWS = "vm-linux-01", "vm-win-01"
ARC_LINUX, ARC_WINDOWS = "arc-linux-01", "arc-win-01"
FLEET = Path(__file__).parents[3] / "sandbox" / "fleets" / "azure_small.yml"


def fleet_data(**azure: Any) -> dict[str, Any]:
    """The small fleet, with other settings of Azure."""
    data: dict[str, Any] = copy.deepcopy(yaml.safe_load(FLEET.read_text(encoding="utf-8")))
    data["azure"].update(azure)
    return data


class AzureSandbox:
    """A server that runs until ``close``. Every answer is held against the SDK's models."""

    def __init__(self, data: Mapping[str, Any] | None = None, speed: float = 2000) -> None:
        self.fleet = build_fleet(dict(data or fleet_data()), Clock(speed))
        self.world = AzureWorld(self.fleet)
        self.journal = Journal()
        self._directory = tempfile.TemporaryDirectory()
        authority = Authority(Path(self._directory.name))
        self.application = AzureApplication(self.world, self.journal, Faults(), check_answers=True)
        self._server = serve_azure(self.application, authority)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        self.options: dict[str, Any] = {
            "base_url": self.url,
            "credential_scopes": [f"{self.url}/.default"],
            "connection_verify": str(authority.file),
            "polling_interval": 0,
        }
        credential = ClientSecretCredential(
            TENANT,
            CLIENT_ID,
            SECRET,
            authority=self.url,
            disable_instance_discovery=True,
            connection_verify=str(authority.file),
        )
        self.compute = ComputeManagementClient(credential, SUBSCRIPTION, **self.options)
        self.hybrid = HybridComputeManagementClient(credential, SUBSCRIPTION, **self.options)
        self.maintenance = MaintenanceManagementClient(credential, SUBSCRIPTION, **self.options)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.fleet.close()
        self._directory.cleanup()

    def machine(self, name: str) -> Machine:
        """A machine, for looking at it and changing it from outside."""
        return self.fleet.by_name(name)

    def post(self, path: str, version: str = "2026-04-01") -> int:
        """A request that the SDK's clients have no method for; its HTTP status."""
        request = HttpRequest("POST", f"{self.url}{path}", params={"api-version": version})
        return int(self.compute.send_request(request).status_code)

    def reset(self) -> None:
        """As the fleet file says."""
        self.fleet.reset()
        self.application.reset()

    def rows(self, table: str, lag: bool = True) -> list[dict[str, Any]]:
        """What Resource Graph has now; ``lag``: after its lag has passed."""
        if lag:
            rows_of(self.world, table, [SUBSCRIPTION])
            self.world.clock.sleep(self.world.settings.graph_lag + 1)
        with self.world.lock:
            return rows_of(self.world, table, [SUBSCRIPTION])


def error_of(refused: HttpResponseError) -> tuple[int | None, str]:
    """HTTP status and error code."""
    code = refused.error.code if refused.error is not None else ""
    return refused.status_code, code or ""

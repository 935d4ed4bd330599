# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox in a process of its own, for tests and the demo."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
FLEETS = Path(__file__).resolve().parent / "fleets"


LAST_VARIABLE = "AWS_DEFAULT_REGION"
"""What ``serve`` prints last."""


class SandboxError(RuntimeError):
    """The sandbox did not start, or its control API refused something; the message is what it said."""


class SandboxProcess:
    """Starts ``python -m tests.sandbox serve`` and ends it again.

    with SandboxProcess("demo", speed=120) as sandbox:
        subprocess.run([...], env={**os.environ, **sandbox.env})
        assert not sandbox.writes()

    ``fleet``: a name in ``tests/sandbox/fleets``, a path, or a fleet's data. ``speed``: simulated seconds per second.
    ``check_answers``: hold every answer against botocore's model. ``port`` 0: one that is free.
    """

    def __init__(
        self,
        fleet: str | Path | Mapping[str, Any] = "small",
        *,
        speed: float = 60.0,
        port: int = 0,
        check_answers: bool = True,
        start_timeout: float = 120.0,
    ) -> None:
        self._fleet = fleet
        self._arguments = ["--speed", str(speed), "--port", str(port), *(["--check-answers"] if check_answers else [])]
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[str] | None = None
        self._directory = tempfile.TemporaryDirectory(prefix="sandbox-")
        self.env: dict[str, str] = {}
        """What a client's environment needs to meet the sandbox."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.env["AWS_ENDPOINT_URL"]

    @property
    def azure_url(self) -> str:
        """Where Azure is served. Raises KeyError for a fleet without it."""
        return self.env["AZURE_CLOUD_ENVIRONMENT"]

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        path = Path(self._directory.name) / "stderr"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _fleet_file(self) -> Path:
        if isinstance(self._fleet, Mapping):
            path = Path(self._directory.name) / "fleet.yml"
            path.write_text(json.dumps(self._fleet), encoding="utf-8")
            return path
        named = FLEETS / f"{self._fleet}.yml"
        return named if named.exists() else Path(self._fleet)

    def start(self) -> None:
        """Start and wait until it serves. Raises SandboxError."""
        command = [
            sys.executable,
            "-m",
            "tests.sandbox",
            "serve",
            "--fleet",
            str(self._fleet_file().resolve()),
            *self._arguments,
        ]
        with (Path(self._directory.name) / "stderr").open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        self._process = process
        killer = threading.Timer(self._start_timeout, process.kill)
        killer.start()
        try:
            while LAST_VARIABLE not in self.env:
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    raise SandboxError(f"The sandbox did not start: {self.log.strip() or 'no answer'}")
                name, _sign, value = line.removeprefix("export ").strip().partition("=")
                self.env[name] = value
        finally:
            killer.cancel()
        self.env["AWS_EC2_METADATA_DISABLED"] = "true"

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
            self._process = None
        self._directory.cleanup()

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Ask the control API. ``path`` as after ``/_sandbox/``. Raises SandboxError with what it answered."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise SandboxError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def requests(self, **wanted: Any) -> list[dict[str, Any]]:
        """Every request since the start or the last reset; with ``operation=…`` and the like only those."""
        entries: list[dict[str, Any]] = self.control("GET", "requests")
        return [entry for entry in entries if all(entry[name] == value for name, value in wanted.items())]

    def writes(self, **wanted: Any) -> list[dict[str, Any]]:
        """The requests that change something, refused ones included."""
        return self.requests(writing=True, **wanted)

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self.control("DELETE", "requests")

    def fault(self, kind: str, **options: Any) -> dict[str, Any]:
        """Arm a fault on the wire: see README.md."""
        armed: dict[str, Any] = self.control("POST", "faults", {"kind": kind, **options})
        return armed

    def clear_faults(self) -> None:
        """Disarm all faults on the wire."""
        self.control("DELETE", "faults")

    def machines(self) -> list[dict[str, Any]]:
        """All machines."""
        machines: list[dict[str, Any]] = self.control("GET", "machines")
        return machines

    def machine(self, node_id: str) -> dict[str, Any]:
        """One machine, by node id or name."""
        machine: dict[str, Any] = self.control("GET", f"machines/{quote(node_id.lstrip('/'))}")
        return machine

    def patch_machine(self, node_id: str, **changes: Any) -> dict[str, Any]:
        """Change a machine from outside (the keys of ``Machine.alter``); returns it."""
        machine: dict[str, Any] = self.control("PATCH", f"machines/{quote(node_id.lstrip('/'))}", changes)
        return machine

    def open_window(self, window_id: str) -> str:
        """Begin an execution of a maintenance window now; its id."""
        return str(self.control("POST", f"windows/{window_id}/open")["WindowExecutionId"])

    def open_maintenance(self, configuration: str) -> dict[str, Any]:
        """Begin a run of an Azure maintenance configuration now: ``correlationId``, ``runId``, ``machines``."""
        made: dict[str, Any] = self.control("POST", f"maintenance/{quote(configuration.lstrip('/'))}/open")
        return made

    def run_deployment(self, schedule: str) -> dict[str, Any]:
        """Begin a run of an Azure deployment schedule now: ``runId``, ``machines``."""
        made: dict[str, Any] = self.control("POST", f"deployments/{quote(schedule.lstrip('/'))}/run")
        return made

    def switch_azure(self, **switches: bool) -> dict[str, bool]:
        """Let Azure's services do things differently from now on: see README.md."""
        made: dict[str, bool] = self.control("PATCH", "azure", switches)
        return made

    def healthy(self, name: str) -> bool:
        """Whether the application on a machine answers its health check."""
        try:
            with urllib.request.urlopen(f"{self.url}/_sandbox/apps/{quote(name.lstrip('/'))}/health", timeout=30):
                return True
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise SandboxError(f"{name}: {error.code} {error.read().decode()}") from None
            return False

    def set_policies(self, owner: str, *documents: Any) -> None:
        """Allow a user or role (its ARN), or an account (its id), only what these policies allow; without any, all."""
        if documents:
            self.control("PUT", f"policies/{quote(owner)}", {"documents": list(documents)})
        else:
            self.control("DELETE", f"policies/{quote(owner)}")

    def set_roles(self, owner: str, *assignments: Mapping[str, Any]) -> None:
        """Allow an application on Azure (its client id) or a person (the name) only what these roles allow, each with
        its ``role`` (a definition) and ``scope``; without any, all."""
        if assignments:
            self.control("PUT", f"roles/{quote(owner)}", {"assignments": list(assignments)})
        else:
            self.control("DELETE", f"roles/{quote(owner)}")

    def node_credentials(self, node_id: str, role: str) -> dict[str, str]:
        """The environment of a process on a machine, with the credentials of the role of its instance profile."""
        key = self.control("POST", f"machines/{quote(node_id)}/credentials", {"role": role})
        return self.env | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": key["Token"],
        }

    def reset(self) -> None:
        """Back to what the fleet file says: machines, clouds' resources, faults, requests."""
        self.control("POST", "reset")

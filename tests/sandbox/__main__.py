# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.sandbox serve --fleet FILE [--port N] [--azure-port N] [--speed N] [--env-file PATH]``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .azure.ca import Authority
from .azure.settings import AzureSettings
from .fleet import Fleet, FleetError, load_fleet
from .machines import Clock
from .server import Application, serve, serve_azure


def environment(fleet: Fleet, port: int, azure_port: int = 0, ca_file: str = "") -> dict[str, str]:
    """The variables with which a client meets the sandbox instead of the clouds. ``AWS_DEFAULT_REGION`` is the last."""
    home = fleet.home
    return {
        **(azure_environment(fleet.azure, azure_port, ca_file) if fleet.azure else {}),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": home.access_key,
        "AWS_SECRET_ACCESS_KEY": home.secret_key,
        "AWS_DEFAULT_REGION": fleet.default_region,
    }


def azure_environment(azure: AzureSettings, port: int, ca_file: str) -> dict[str, str]:
    """Those for Azure, named as AWX's credential does: of the first application that has a secret."""
    application = next((one for one in azure.applications if one.secret), None)
    return {
        **({"AZURE_CLIENT_ID": application.client_id, "AZURE_SECRET": application.secret} if application else {}),
        "AZURE_TENANT": application.tenant if application else azure.tenant,
        "AZURE_SUBSCRIPTION_ID": azure.subscriptions[0].id,
        "AZURE_CLOUD_ENVIRONMENT": f"https://127.0.0.1:{port}",
        "REQUESTS_CA_BUNDLE": ca_file,
    }


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    serving = parser.add_subparsers(dest="command", required=True).add_parser("serve", help="run until interrupted")
    serving.add_argument("--fleet", required=True, help="the fleet file")
    serving.add_argument("--port", type=int, default=0, help="0 (default): one that is free")
    serving.add_argument("--azure-port", type=int, default=0, help="the same for Azure, when the fleet has it")
    serving.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    serving.add_argument("--env-file", help="write the variables there too, for `source`")
    serving.add_argument("--check-answers", action="store_true", help="hold every answer against the service's model")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM. Returns 2 for a fleet file that is wrong."""
    arguments = _arguments(argv)
    try:
        fleet = load_fleet(arguments.fleet, Clock(arguments.speed))
    except (FleetError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _serve(fleet, arguments)
    except KeyboardInterrupt:
        pass
    finally:
        fleet.close()
    return 0


def _serve(fleet: Fleet, arguments: argparse.Namespace) -> None:
    application = Application(fleet, arguments.check_answers)
    server = serve(application, arguments.port)
    variables = environment(fleet, server.server_port)
    if application.azure is not None:
        authority = Authority(fleet.directory)
        azure = serve_azure(application.azure, authority, arguments.azure_port)
        threading.Thread(target=azure.serve_forever, name="azure", daemon=True).start()
        variables = environment(fleet, server.server_port, azure.server_port, str(authority.file))
    text = "".join(f"export {name}={value}\n" for name, value in variables.items())
    if arguments.env_file:
        Path(arguments.env_file).write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    sys.stdout.flush()
    server.serve_forever()


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

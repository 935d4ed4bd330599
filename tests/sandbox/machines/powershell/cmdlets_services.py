# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get-Service and its kin, processes and TCP ports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..model import Service
from .cmdlet import Call, Cmdlet
from .errors import Failure
from .values import Table, Thing, number, text, to_list, wildcard

_START = {"automatic": "Automatic", "manual": "Manual", "disabled": "Disabled"}


def service_thing(call: Call, service: Service) -> Thing:
    """A System.ServiceProcess.ServiceController."""
    machine = call.session.machine
    status = "Running" if service.running else "Stopped"
    start = service.start_type or ("Automatic" if service.enabled else "Disabled")
    table = Table(
        {
            "Name": service.name,
            "DisplayName": service.display_name or service.name,
            "Status": status,
            "StartType": start,
            "ServiceName": service.name,
            "CanStop": service.running,
            "MachineName": ".",
        }
    )
    thing = Thing(
        "System.ServiceProcess.ServiceController", table, ("Status", "Name", "DisplayName"), text=service.name
    )

    def refresh() -> None:
        thing.properties["Status"] = "Running" if machine.service(service.name).running else "Stopped"

    def start_it() -> None:
        if not machine.start_service(service.name):
            raise Failure(f"Cannot start service {service.name} on computer '.'.", "System.InvalidOperationException")
        refresh()

    def stop_it() -> None:
        machine.stop_service(service.name)
        refresh()

    thing.methods = {
        "refresh": refresh,
        "start": start_it,
        "stop": stop_it,
        "waitforstatus": lambda *_wanted: refresh(),
    }
    return thing


def _find(call: Call, names: list[str], key: str = "name") -> list[Service]:
    """The services of the names or patterns; a plain name that does not exist is an error."""
    services = sorted(call.session.machine.services.values(), key=lambda item: item.name.lower())
    found: list[Service] = []
    for name in names:
        pattern = wildcard(name)
        hits = [s for s in services if pattern.fullmatch(s.name if key == "name" else s.display_name)]
        if not hits and not any(mark in name for mark in "*?["):
            call.error(
                f"Cannot find any service with {'service name' if key == 'name' else 'display name'} '{name}'.",
                "Microsoft.PowerShell.Commands.ServiceCommandException",
                "NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand",
            )
        found += [service for service in hits if service not in found]
    return found


def _named(call: Call) -> list[str]:
    names = call.texts("name") + call.texts("inputobject")
    return names + [
        text(item.properties.read("Name")) if isinstance(item, Thing) else text(item) for item in call.input
    ]


def get_service(call: Call) -> Iterable[Any]:
    """All of them, or those named."""
    if call.has("displayname"):
        found = _find(call, call.texts("displayname"), "display name")
    else:
        found = _find(call, _named(call) or ["*"])
    excluded = [wildcard(name) for name in call.texts("exclude")]
    return [service_thing(call, s) for s in found if not any(p.fullmatch(s.name) for p in excluded)]


def change_service(call: Call) -> Iterable[Any]:
    """Start-, Stop-, Restart-Service."""
    verb = call.name.split("-")[0].lower()
    names = _named(call)
    if not names:
        call.need("name")
    for service in _find(call, names):
        machine = call.session.machine
        if verb in ("stop", "restart"):
            machine.stop_service(service.name)
        disabled = service.start_type == "Disabled"
        if verb in ("start", "restart") and (disabled or not machine.start_service(service.name)):
            call.error(
                f"Failed to start service '{service.display_name or service.name} ({service.name})'.",
                "Microsoft.PowerShell.Commands.ServiceCommandException",
                f"StartServiceFailed,Microsoft.PowerShell.Commands.{call.name.replace('-', '')}Command",
            )
        if call.has("passthru"):
            yield service_thing(call, service)


def set_service(call: Call) -> Iterable[Any]:
    """Set-Service: start type, status, display name."""
    for service in _find(call, _named(call)):
        if call.has("startuptype"):
            start = _START.get(call.text("startuptype").lower())
            if start is None:
                raise Failure(
                    f"Cannot bind parameter 'StartupType'. Cannot convert value \"{call.text('startuptype')}\".",
                    "System.Management.Automation.ParameterBindingException",
                    "CannotConvertArgumentNoMessage",
                )
            service.start_type, service.enabled = start, start == "Automatic"
        if call.has("displayname"):
            service.display_name = call.text("displayname")
        status = call.text("status").lower()
        if status == "running" and not call.session.machine.start_service(service.name):
            call.error(
                f"Failed to start service '{service.name}'.",
                "Microsoft.PowerShell.Commands.ServiceCommandException",
                "StartServiceFailed",
            )
        elif status == "stopped":
            call.session.machine.stop_service(service.name)
    return []


def get_process(call: Call) -> Iterable[Any]:
    """One process for each running service, named after it."""
    running = sorted((s for s in call.session.machine.services.values() if s.running), key=lambda s: s.name.lower())
    names = call.texts("name") or ["*"]
    for name in names:
        hits = [s for s in running if wildcard(name).fullmatch(s.name)]
        if not hits and "*" not in name:
            call.error(
                f'Cannot find a process with the name "{name}". Verify the process name and call the cmdlet again.',
                "Microsoft.PowerShell.Commands.ProcessCommandException",
                "NoProcessFoundForGivenName",
            )
        for service in hits:
            pid = 600 + sum(service.name.encode()) % 3000
            table = Table({"Id": pid, "ProcessName": service.name, "Name": service.name})
            yield Thing(
                "System.Diagnostics.Process",
                table,
                ("Id", "ProcessName"),
                text=f"System.Diagnostics.Process ({service.name})",
            )


def get_net_tcp_connection(call: Call) -> Iterable[Any]:
    """The ports that listen. There are no other connections."""
    states = [state.lower() for state in call.texts("state")]
    wanted = [int(number(port)) for port in to_list(call.value("localport"))]
    ports = sorted(call.session.machine.listening_ports()) if not states or "listen" in states or "2" in states else []
    found = [port for port in ports if not wanted or port in wanted]
    if not found and (wanted or states):
        key, value = ("LocalPort", wanted[0]) if wanted else ("State", states[0])
        call.error(
            f"No MSFT_NetTCPConnection objects found with property '{key}' equal to '{value}'.  Verify the value of "
            "the property and retry.",
            "Microsoft.PowerShell.Cmdletization.Cim.CimJobException",
            "CmdletizationQuery_NotFound_" + key + ",Get-NetTCPConnection",
        )
    for port in found:
        table = Table(
            {
                "LocalAddress": "0.0.0.0",
                "LocalPort": port,
                "RemoteAddress": "0.0.0.0",
                "RemotePort": 0,
                "State": "Listen",
                "AppliedSetting": "",
                "OwningProcess": 1000 + port % 3000,
            }
        )
        yield Thing(
            "CimInstance#root/standardcimv2/MSFT_NetTCPConnection",
            table,
            ("LocalAddress", "LocalPort", "RemoteAddress", "RemotePort", "State"),
            text="MSFT_NetTCPConnection",
        )


def test_net_connection(call: Call) -> Iterable[Any]:
    """To one of the machine's own ports; nothing else answers."""
    host = call.text("computername", "localhost")
    port = int(number(call.value("port", 0)))
    own = host.lower() in ("localhost", "127.0.0.1", call.session.machine.hostname.lower())
    up = own and port in call.session.machine.listening_ports()
    if call.text("informationlevel").lower() == "quiet":
        return [up]
    table = Table(
        {"ComputerName": host, "RemoteAddress": "127.0.0.1" if own else "", "RemotePort": port, "TcpTestSucceeded": up}
    )
    return [Thing("TestNetConnectionResult", table, tuple(table))]


def invoke_web_request(call: Call) -> Iterable[Any]:
    """A GET of one of the machine's own ports."""
    match = re.match(r"(https?)://([^:/]+)(?::(\d+))?", call.text("uri"))
    own = match is not None and match[2].lower() in ("localhost", "127.0.0.1", call.session.machine.hostname.lower())
    port = int(match[3] or (443 if match[1] == "https" else 80)) if match else 0
    if not own or port not in call.session.machine.listening_ports():
        raise Failure(
            "Unable to connect to the remote server",
            "System.Net.WebException",
            "WebCmdletWebResponseException,Microsoft.PowerShell.Commands.InvokeWebRequestCommand",
        )
    return [
        Thing(
            "HtmlWebResponseObject",
            Table({"StatusCode": 200, "StatusDescription": "OK", "Content": "ok"}),
            ("StatusCode", "StatusDescription", "Content"),
        )
    ]


_CHANGE_SWITCHES = ("force", "passthru", "nowait")
CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet(
        "Get-Service",
        get_service,
        ("name",),
        ("displayname", "inputobject", "include", "exclude", "computername"),
        ("dependentservices", "requiredservices"),
        ("gsv",),
    ),
    Cmdlet("Start-Service", change_service, ("name",), ("inputobject",), _CHANGE_SWITCHES, ("sasv",)),
    Cmdlet("Stop-Service", change_service, ("name",), ("inputobject",), _CHANGE_SWITCHES, ("spsv",)),
    Cmdlet("Restart-Service", change_service, ("name",), ("inputobject",), _CHANGE_SWITCHES),
    Cmdlet(
        "Set-Service",
        set_service,
        ("name",),
        ("inputobject", "startuptype", "status", "displayname"),
        ("force", "passthru"),
    ),
    Cmdlet("Get-Process", get_process, ("name",), (), (), ("gps", "ps")),
    Cmdlet("Get-NetTCPConnection", get_net_tcp_connection, ("localaddress", "localport"), ("state", "remoteport")),
    Cmdlet("Test-NetConnection", test_net_connection, ("computername",), ("port", "informationlevel"), (), ("tnc",)),
    Cmdlet(
        "Invoke-WebRequest",
        invoke_web_request,
        ("uri",),
        ("timeoutsec", "method", "headers"),
        ("usebasicparsing",),
        ("iwr", "curl", "wget"),
    ),
)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the agent on a machine takes work: the VM agent of virtual machines, the Connected Machine agent of Arc's.

Run commands and patching are extensions, so an agent that may have none counts as offline, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._core.facts import Agent
from .machines import Machine

FIRST_WITH_RUN_COMMANDS = (1, 33)
"""Connected Machine agent, "Run command on Azure Arc-enabled servers (Preview)": Prerequisites."""

_NEEDED_EXTENSIONS = {
    "run commands": ("microsoft.cplat.core", "runcommandhandler"),
    "patching": ("microsoft.softwareupdatemanagement", "osupdateextension"),
}
"""Publisher and end of the type of the extensions that do the work; types also have Linux or Windows in them."""

READY = "ready"


def vm_agent(machine: Machine, view: Mapping[str, Any] | None, power_state: str) -> Agent:
    """The VM agent as the instance view tells it; ``view`` None is one that was not asked for."""
    obstacle = agent_obstacle(machine)
    if obstacle:
        return Agent(online=False, detail=obstacle)
    if view is None:
        return Agent(detail="its state was not asked for")
    if power_state != "running":
        return Agent(online=False, detail=f"the machine is {power_state}")
    if "vmAgent" not in view:
        # Documented for the instance view of one VM; that lists of many have it too is not said anywhere.
        return Agent(detail="the list of the machines does not tell")
    agent = view["vmAgent"] or {}
    statuses = agent.get("statuses") or []
    shown = str(statuses[0].get("displayStatus") or "") if statuses else ""
    version = str(agent.get("vmAgentVersion") or "")
    online = shown.lower() == READY
    return Agent(online, version, None, "" if online else _not_ready(shown, statuses))


def arc_agent(machine: Machine) -> Agent:
    """The Connected Machine agent as it last reported to Azure."""
    properties = machine.properties
    version, status = str(properties.get("agentVersion") or ""), str(properties.get("status") or "")
    if status.lower() != "connected":
        since = properties.get("lastStatusChange")
        detail = f"{status or 'no status'}, since {since}" if since else status or "no status"
        return Agent(online=False, version=version, detail=detail)
    obstacles = list(_arc_obstacles(version, properties.get("agentConfiguration") or {}))
    return Agent(not obstacles, version, None, "; ".join(obstacles))


def agent_obstacle(machine: Machine) -> str:
    """Why a virtual machine can have no agent that takes work, empty when it can."""
    profile = machine.properties.get("osProfile") or {}
    configurations = [profile.get(f"{system}Configuration") or {} for system in ("linux", "windows")]
    if any(configuration.get("provisionVMAgent") is False for configuration in configurations):
        return "the machine was made without a VM agent (provisionVMAgent)"
    if profile.get("allowExtensionOperations") is False:
        return "extensions are switched off (allowExtensionOperations)"
    return ""


def _not_ready(shown: str, statuses: list[Mapping[str, Any]]) -> str:
    message = str(statuses[0].get("message") or "") if statuses else ""
    told = shown or "it has not reported"
    return f"{told}: {message}" if message else told


def _arc_obstacles(version: str, configuration: Mapping[str, Any]) -> Iterator[str]:
    if _version(version) < FIRST_WITH_RUN_COMMANDS:
        needed = ".".join(map(str, FIRST_WITH_RUN_COMMANDS))
        yield f"the agent {version or 'of unknown version'} is too old for run commands, which need {needed}"
    if str(configuration.get("configMode") or "").lower() == "monitor":
        yield "the agent is in monitor mode, which allows no changes (azcmagent config set config.mode full)"
        return
    if str(configuration.get("extensionsEnabled") or "true").lower() == "false":
        yield "extensions are switched off (azcmagent config set extensions.enabled true)"
        return
    for purpose, extension in _NEEDED_EXTENSIONS.items():
        if not _allowed(extension, configuration):
            yield f"the agent's lists of extensions do not allow {purpose} ({extension[0]})"


def _allowed(extension: tuple[str, str], configuration: Mapping[str, Any]) -> bool:
    blocked, allowed = (configuration.get(name) or [] for name in ("extensionsBlockList", "extensionsAllowList"))
    if any(_is(extension, entry) for entry in blocked):
        return False
    return not allowed or any(_is(extension, entry) for entry in allowed)


def _is(extension: tuple[str, str], entry: Mapping[str, Any]) -> bool:
    publisher, kind = extension
    given = str(entry.get("type") or "").lower().replace("linux", "").replace("windows", "")
    return str(entry.get("publisher") or "").lower() == publisher and given == kind


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])

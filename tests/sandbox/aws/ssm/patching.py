# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS-RunPatchBaseline on one node: which baseline, which list, then what the machine does with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from ...machines import Machine, ssm_patching
from ..world import World
from .baselines import EMPTY, BaselineStore
from .commands import Command
from .outputs import DownloadError, read_object

PATCH_TIMEOUT = 7200.0
"""Simulated seconds that the document gives its step."""

Outcome = tuple[int, str, str]
"""Exit code, standard output, standard error."""


def run_patch_baseline(world: World, command: Command, machine: Machine) -> Outcome:
    """Scan or install; blocks. Raises AgentLost. The node's compliance is then ``machine.patch_report``."""
    value = {name: (values or [""])[0] for name, values in command.parameters.items()}
    operation, snapshot_id = value["Operation"], value["SnapshotId"]
    listed, override = value["InstallOverrideList"], value["BaselineOverride"]
    if listed and override:
        return 1, "", "InstallOverrideList and BaselineOverride cannot be used together.\n"
    try:
        baseline = _override(world, machine, override) if override else _baseline(world, machine)
        entries = _entries(world, machine, listed) if listed and operation == "Install" else None
    except DownloadError as error:
        return 1, "", f"{error}\n"
    if operation == "Scan":
        report = ssm_patching.scan(machine, baseline, snapshot_id=snapshot_id)
    else:
        report = ssm_patching.install(
            machine,
            baseline,
            reboot_option=value["RebootOption"],
            override_list=entries,
            override_url=listed,
            snapshot_id=snapshot_id,
        )
    return report.exit_code, report.output, report.error


def _baseline(world: World, machine: Machine) -> dict[str, Any]:
    with world.lock:
        return dict(world.store(BaselineStore, machine.account, machine.region).for_machine(machine))


def _override(world: World, machine: Machine, location: str) -> dict[str, Any]:
    """The baseline for the machine's OS from a BaselineOverride list (JSON, as GetPatchBaseline writes them)."""
    try:
        listed = json.loads(read_object(world, machine, location))
    except ValueError:
        raise DownloadError(f"{location} is not JSON") from None
    system = ssm_patching.operating_system_of(machine)
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, dict) and entry.get("OperatingSystem", "WINDOWS") == system:
            return (
                EMPTY
                | {"BaselineId": _baseline(world, machine)["BaselineId"], "Name": "override", "OperatingSystem": system}
                | entry
            )
    raise DownloadError(f"{location} has no baseline for {system}")


def _entries(world: World, machine: Machine, location: str) -> list[Mapping[str, str]]:
    """The patches of an install override list."""
    text = read_object(world, machine, location)
    try:
        listed = yaml.safe_load(text)["patches"]
        return [{str(name): str(value) for name, value in entry.items()} for entry in listed if "id" in entry]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DownloadError(f"Invalid install override list {location}: expected patches: [{{id, title}}]") from None

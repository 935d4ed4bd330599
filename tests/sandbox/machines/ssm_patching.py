# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS-RunPatchBaseline does on a machine (SSM Patch Manager user guide: "About the AWS-RunPatchBaseline SSM
document", "Understanding patch compliance state values", "How patches are installed")."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from .errors import AgentLost
from .machine import Machine
from .model import Patch
from .ssm_baseline import Effect, effective_patches
from .ssm_report import PatchReport, PatchState, evaluate, failure_report, pending_keys, summary

__all__ = [
    "Effect",
    "PatchReport",
    "PatchState",
    "effective_patches",
    "install",
    "last_report",
    "operating_system_of",
    "scan",
]

OPERATING_SYSTEMS = {
    "windows": "WINDOWS",
    "amazon_linux": "AMAZON_LINUX",
    "amazon_linux_2": "AMAZON_LINUX_2",
    "amazon_linux_2023": "AMAZON_LINUX_2023",
    "redhat": "REDHAT_ENTERPRISE_LINUX",
    "centos": "CENTOS",
    "centos_stream": "CENTOS",
    "oracle_linux": "ORACLE_LINUX",
    "rocky_linux": "ROCKY_LINUX",
    "alma_linux": "ALMA_LINUX",
    "suse": "SUSE",
    "ubuntu": "UBUNTU",
    "debian": "DEBIAN",
    "raspbian": "RASPBIAN",
}
REBOOT_TIMEOUT = 3600.0


def operating_system_of(machine: Machine) -> str:
    """The API's OperatingSystem of the machine (WINDOWS, REDHAT_ENTERPRISE_LINUX, …): picks the baseline."""
    return OPERATING_SYSTEMS[machine.os.key]


def last_report(machine: Machine) -> PatchReport | None:
    """The node's compliance: what the last scan or install reported."""
    report = machine.patch_report
    return report if isinstance(report, PatchReport) else None


def scan(machine: Machine, baseline: Mapping[str, Any], *, snapshot_id: str = "") -> PatchReport:
    """Operation Scan. Blocks; its report replaces the earlier one, whatever baseline that was made with.

    ``baseline``: the dict of GetPatchBaseline. Raises AgentLost. A scan that fails (exit code 1) replaces nothing.
    """
    boot, started = machine.boot_count, machine.clock.now()
    machine.check_agent(boot)
    machine.work(machine.durations.scan, boot)
    if machine.faults.scan_fails:
        return failure_report(machine, baseline, "Scan", started)
    return _report(machine, baseline, "Scan", started, "", snapshot_id, frozenset())


def install(
    machine: Machine,
    baseline: Mapping[str, Any],
    *,
    reboot_option: str = "RebootIfNeeded",
    override_list: Sequence[Mapping[str, str]] | None = None,
    override_url: str = "",
    snapshot_id: str = "",
) -> PatchReport:
    """Operation Install, with the reboot and the report after it. Blocks.

    ``override_list``: the patches of an InstallOverrideList, [{id, title}]; None when there is none. Compliance is
    judged by the baseline all the same. RebootIfNeeded reboots when anything was installed or still waited for a
    reboot, whether the patch asks for one or not. Raises AgentLost, also when the reboot never ends.
    """
    boot, started = machine.boot_count, machine.clock.now()
    machine.check_agent(boot)
    machine.work(machine.durations.scan, boot)
    if machine.faults.scan_fails:
        return failure_report(machine, baseline, "Install", started)
    chosen, blocked = _to_install(machine, baseline, override_list)
    failed = blocked | _install(machine, chosen, boot)
    if reboot_option == "NoReboot":
        machine.records["last_no_reboot_install"] = started
    elif pending_keys(machine):
        _reboot(machine)
    return _report(machine, baseline, "Install", started, reboot_option, snapshot_id, frozenset(failed), override_url)


def _report(
    machine: Machine,
    baseline: Mapping[str, Any],
    operation: str,
    started: datetime,
    reboot_option: str,
    snapshot_id: str,
    failed: frozenset[str],
    override_url: str = "",
) -> PatchReport:
    with machine.lock:
        states, compliance, not_applicable = evaluate(
            machine, baseline, operating_system_of(machine), operation, failed
        )
    report = PatchReport(
        baseline_id=str(baseline.get("BaselineId", "")),
        operation=operation,
        operation_start=started,
        operation_end=machine.clock.now(),
        reboot_option=reboot_option,
        snapshot_id=snapshot_id or str(uuid.uuid4()),
        states=states,
        exit_code=1 if failed else 0,
        output="",
        install_override_list=override_url,
        last_no_reboot_install=machine.records.get("last_no_reboot_install"),
        compliance=compliance,
        not_applicable=not_applicable,
    )
    report = summary(report, machine.node_id)
    machine.records["patch_report_before"] = machine.patch_report
    machine.patch_report = report
    return report


def _to_install(
    machine: Machine, baseline: Mapping[str, Any], override_list: Sequence[Mapping[str, str]] | None
) -> tuple[list[Patch], set[str]]:
    """What to install, oldest first, and the keys of what is held back by a rejected dependency (BLOCK)."""
    now = machine.clock.now()
    published = machine.store.published(now)
    effects = effective_patches(
        {**baseline, "OperatingSystem": operating_system_of(machine)}, published, now, machine.os.product
    )
    if override_list is None:
        wanted = [patch for patch in published if patch.key in effects and effects[patch.key].approved]
    else:
        wanted = [patch for patch in published if any(in_override(entry, patch) for entry in override_list)]
    wanted = latest_versions([patch for patch in wanted if machine.store.applies(patch)])
    wanted = [patch for patch in wanted if not machine.store.covered(patch)]
    blocking = baseline.get("RejectedPatchesAction") == "BLOCK" and override_list is None
    rejected = {key for key, effect in effects.items() if effect.status == "EXPLICIT_REJECTED"} if blocking else set()
    blocked = {p.key for p in wanted if any(need.key in rejected for need in machine.store.dependencies(p))}
    return [patch for patch in wanted if patch.key not in blocked], blocked


def latest_versions(patches: Sequence[Patch]) -> list[Patch]:
    """Of several versions of one package the last one; in order of release."""
    newest: dict[str, Patch] = {}
    for patch in sorted(patches, key=lambda item: item.released):
        newest[patch.id] = patch
    return sorted(newest.values(), key=lambda item: item.released)


def in_override(entry: Mapping[str, str], patch: Patch) -> bool:
    """Whether an entry of an override list means the patch.

    Windows: the id is the KB or a bulletin, the title is for the reader only. Linux: the id is ``name.arch`` with
    wildcards, and the title, when there is one, narrows it to a version: ``name.arch:version`` or the version.
    """
    wanted = str(entry.get("id", ""))
    if "windows" in patch.os:
        return wanted in (patch.id, patch.id.removeprefix("KB"), *patch.advisories)
    if not (fnmatchcase(patch.id, wanted) or fnmatchcase(patch.name, wanted)):
        return False
    title = str(entry.get("title") or "")
    return not title or any(fnmatchcase(have, title) for have in (patch.title, patch.version))


def _install(machine: Machine, patches: Sequence[Patch], boot: int) -> set[str]:
    """Install them; what got in is tracked until the next boot, also when the agent is lost. Keys that failed."""
    before = set(machine.store.installed)
    try:
        outcomes = machine.install_patches(patches)
    finally:
        tracking = machine.records.setdefault("patches_since_boot", {})
        tracking.update(dict.fromkeys(set(machine.store.installed) - before, boot))
    asked = {patch.key for patch in patches}
    return {item.patch.key for item in outcomes if item.result == "failed" and item.patch.key in asked}


def _reboot(machine: Machine) -> None:
    machine.reboot()
    if not machine.wait_for_agent(REBOOT_TIMEOUT):
        raise AgentLost(f"{machine.node_id} did not come back after the reboot")

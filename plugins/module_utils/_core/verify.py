# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was seen before and after to a verdict.

What ran and listened before must run and listen after, no patch may be missing, failed or pending, and the checks of
the policy must pass. What could not be looked at makes the verdict ``not_checked``, which is not ``passed``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .probe import Observation, lasting_services
from .states import FAILED, NOT_CHECKED, PASSED

REBOOT_MODES = ("with_install", "separate", "never")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check: ``status`` is passed, failed or not_checked."""

    name: str
    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a node with its reason and every check behind it."""

    verdict: str
    reason: str
    checks: tuple[CheckResult, ...]


def compare_observations(before: Observation | None, after: Observation | None) -> list[CheckResult]:
    """The checks that need no configuration: services and ports of before are there after."""
    return [
        _compare(
            "services before and after",
            None if before is None or before.services is None else lasting_services(before.services),
            None if after is None or after.services is None else lasting_services(after.services),
            "no longer running",
        ),
        _compare(
            "ports before and after",
            None if before is None or before.ports is None else {str(p) for p in before.ports},
            None if after is None or after.ports is None else {str(p) for p in after.ports},
            "nobody listens any more on",
        ),
    ]


def _compare(name: str, before: set[str] | None, after: set[str] | None, lost_words: str) -> CheckResult:
    if before is None or after is None:
        when = "before" if before is None else "after"
        return CheckResult(name, NOT_CHECKED, f"could not be looked at {when} the installation")
    lost = sorted(before - after, key=lambda item: (len(item), item))
    if lost:
        return CheckResult(name, FAILED, f"{lost_words}: {', '.join(lost)}")
    return CheckResult(name, PASSED, f"all {len(before)} are there")


def check_patches(state: Mapping[str, Any] | None, reboot_mode: str) -> CheckResult:
    """Nothing that the baseline approves is missing, nothing failed, nothing waits for a reboot.

    With the reboot mode ``never`` a patch may wait for the reboot that the policy forbids.
    """
    name = "patches"
    if not state or state.get("not_checked"):
        return CheckResult(name, NOT_CHECKED, (state or {}).get("not_checked") or "no patch state was reported")
    counts: Mapping[str, int] = state.get("counts") or {}
    pending = counts.get("installed_pending_reboot", 0)
    problems = []
    if counts.get("failed", 0):
        problems.append(f"{_patches(counts['failed'])} failed to install{_named(state, 'failed')}")
    if counts.get("missing", 0):
        problems.append(f"{_patches(counts['missing'])} still missing{_named(state, 'missing')}")
    if pending and reboot_mode != "never":
        problems.append(f"{_patches(pending)} waiting for a reboot{_named(state, 'installed_pending_reboot')}")
    if problems:
        return CheckResult(name, FAILED, "; ".join(problems))
    if pending:
        return CheckResult(name, PASSED, f"{_patches(pending)} take effect at the next reboot, which the policy leaves")
    return CheckResult(name, PASSED, "nothing missing, failed or pending")


def _patches(number: int) -> str:
    return f"{number} patch" if number == 1 else f"{number} patches"


def _named(state: Mapping[str, Any], which: str) -> str:
    ids = [str(p.get("id", "")) for p in state.get("patches") or () if p.get("state") == which]
    if not ids:
        return ""
    return f" ({', '.join(ids[:3])}{', …' if len(ids) > 3 else ''})"


def check_reboot(after: Observation | None, reboot_mode: str) -> CheckResult | None:
    """The operating system itself wants no reboot any more. None where the policy forbids reboots or it is unknown."""
    if reboot_mode == "never" or after is None or after.reboot_pending is None:
        return None
    if after.reboot_pending:
        return CheckResult("pending reboot", FAILED, "the operating system waits for a reboot")
    return CheckResult("pending reboot", PASSED, "none")


def check_service(name: str, after: Observation | None) -> CheckResult:
    """A service that the policy names runs."""
    label = f"service {name}"
    if after is None or after.services is None:
        return CheckResult(label, NOT_CHECKED, "the running services could not be listed")
    wanted = name.removesuffix(".service").lower()
    if wanted in {service.lower() for service in after.services}:
        return CheckResult(label, PASSED, "running")
    return CheckResult(label, FAILED, "not running")


def check_port(port: int, after: Observation | None) -> CheckResult:
    """Somebody listens on a port that the policy names."""
    label = f"port {port}"
    if after is None or after.ports is None:
        return CheckResult(label, NOT_CHECKED, "the listening ports could not be listed")
    if port in after.ports:
        return CheckResult(label, PASSED, "listening")
    return CheckResult(label, FAILED, "nobody listens")


def conclude(checks: Sequence[CheckResult]) -> Verdict:
    """The verdict that a list of checks gives; one that failed outweighs one that could not be made.

    No check at all is ``not_checked``: nothing was looked at.
    """
    failed = [c for c in checks if c.status == FAILED]
    unknown = [c for c in checks if c.status not in (PASSED, FAILED)]
    if failed:
        return Verdict(FAILED, _reason(failed), tuple(checks))
    if unknown or not checks:
        return Verdict(NOT_CHECKED, _reason(unknown) or "nothing was checked", tuple(checks))
    return Verdict(PASSED, f"{len(checks)} checks passed", tuple(checks))


def _reason(checks: Sequence[CheckResult]) -> str:
    return "; ".join(f"{c.name}: {c.detail}" for c in checks)


def refuse_install(
    before: Observation | None,
    state: Mapping[str, Any] | None,
    intended_baseline: str,
    min_free_disk_mib: int,
    accept: Sequence[str] = (),
) -> str:
    """Why nothing may be installed on a node, or an empty text.

    The baseline that the node reports must be the intended one: a node whose group is not registered falls silently
    to the default baseline of its operating system. ``accept`` are codes of the plan whose risk the policy takes.
    """
    if not state or state.get("not_checked"):
        return f"the patch state is unknown: {(state or {}).get('not_checked') or 'the node reported none'}"
    reported = _baseline_id(str(state.get("baseline_id") or ""))
    if intended_baseline and reported != _baseline_id(intended_baseline):
        return f"the node reports the baseline {reported or 'none'}, the plan intends {_baseline_id(intended_baseline)}"
    if before is None:
        return "what runs on the node could not be looked at, so nothing could be compared afterwards"
    for mount, free in sorted(before.disks.items()):
        if mount == "/boot":
            continue
        if free < min_free_disk_mib:
            return f"{free} MiB free on {mount}, the policy wants {min_free_disk_mib} MiB"
    if before.auto_update and "self_updating" not in accept:
        return f"the operating system installs updates by itself ({', '.join(before.auto_update)}); switch that off"
    return ""


def _baseline_id(value: str) -> str:
    """AWS names its own baselines by ARN in one answer and by id in another."""
    return value.rsplit("/", 1)[-1]


def nothing_to_install(state: Mapping[str, Any] | None) -> bool:
    """True when the baseline approves nothing that the node lacks and nothing failed or waits for a reboot."""
    if not state or state.get("not_checked"):
        return False
    counts: Mapping[str, int] = state.get("counts") or {}
    return not any(counts.get(key, 0) for key in ("missing", "failed", "installed_pending_reboot"))

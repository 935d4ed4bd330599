# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One node of a wave: may something be installed on it, and what is its verdict afterwards?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from .nodes import Node
from .probe import Observation
from .scope import NodeResult
from .states import FAILED, NOT_CHECKED, PASSED
from .verify import (
    CheckResult,
    Verdict,
    check_patches,
    check_port,
    check_reboot,
    check_service,
    compare_observations,
    conclude,
    nothing_to_install,
    refuse_install,
)

COMMAND_KIND = "check:"
"""Kind prefix in the ledger of the operations that run a command of the policy's checks."""

INSTALL, NOTHING, REFUSE = "install", "nothing", "refuse"


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A node still going with its plan and all that was seen of it; None is what was not looked at."""

    node: Node
    plan: Mapping[str, Any]
    before: Observation | None = None
    after: Observation | None = None
    patches_before: Mapping[str, Any] | None = None
    patches_after: Mapping[str, Any] | None = None
    commands: Mapping[str, NodeResult] = field(default_factory=dict)
    """Results of the command checks by the operation's kind."""
    untouched: bool = False
    """Nothing had to be installed, so what was seen before holds afterwards."""

    @property
    def reboot_mode(self) -> str:
        """with_install, separate or never."""
        return str(self.plan.get("reboot") or "with_install")

    @property
    def checks(self) -> list[Mapping[str, Any]]:
        """The checks that the policy lists for the node: kind, target, status."""
        return list(self.plan.get("checks") or ())


def assess(seen: SeenNode) -> tuple[str, str]:
    """What comes next for a node that was observed: install, nothing (is missing) or refuse, and why."""
    baseline = seen.plan.get("baseline") or {}
    refusal = refuse_install(
        seen.before,
        seen.patches_before,
        str(baseline.get("id") or ""),
        int(seen.plan.get("min_free_disk_mib") or 0),
        list(seen.plan.get("accept") or ()),
    )
    if refusal:
        return REFUSE, refusal
    if nothing_to_install(seen.patches_before):
        return NOTHING, "nothing to install"
    counts: Mapping[str, int] = (seen.patches_before or {}).get("counts") or {}
    return INSTALL, f"{counts.get('missing', 0) + counts.get('failed', 0)} to install"


def judge(seen: SeenNode, http: Mapping[str, CheckResult]) -> Verdict:
    """The verdict on a node. ``http`` has the results of the policy's HTTP checks by URL and wanted status."""
    after = seen.before if seen.untouched else seen.after
    patches = seen.patches_before if seen.untouched else seen.patches_after
    results = [check_patches(patches, seen.reboot_mode), *compare_observations(seen.before, after)]
    reboot = None if seen.untouched else check_reboot(after, seen.reboot_mode)
    if reboot:
        results.append(reboot)
    results.extend(_listed(check, seen, after, http) for check in seen.checks)
    verdict = conclude(results)
    if verdict.verdict == PASSED and seen.untouched:
        return Verdict(PASSED, f"nothing to install; {verdict.reason}", verdict.checks)
    return verdict


def _listed(
    check: Mapping[str, Any], seen: SeenNode, after: Observation | None, http: Mapping[str, CheckResult]
) -> CheckResult:
    kind, target = str(check["kind"]), str(check["target"])
    if kind == "service":
        return check_service(target, after)
    if kind == "port":
        return check_port(int(target), after)
    if kind == "http":
        label = http_label(check)
        return http.get(label) or CheckResult(label, NOT_CHECKED, "was not asked")
    result = seen.commands.get(command_kind(target))
    label = f"command {target}"
    if result is None or not result.status:
        return CheckResult(label, NOT_CHECKED, "did not run")
    if result.status == FAILED:
        return CheckResult(label, FAILED, result.detail or "failed")
    return CheckResult(label, PASSED, "exit status 0")


def http_label(check: Mapping[str, Any]) -> str:
    """The name of an HTTP check: its URL and the status that is wanted (200 where the policy names none)."""
    return f"http {check['target']} answers {check.get('status') or 200}"


def command_kind(command: str) -> str:
    """The kind, in the ledger, of the operations that run this command."""
    return COMMAND_KIND + sha256(command.encode()).hexdigest()[:16]


def command_checks(nodes: Iterable[tuple[Node, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The commands that the policy's checks want to run: each with its script, its kind and the ids of its nodes."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node, plan in nodes:
        for check in plan.get("checks") or ():
            if check["kind"] != "command":
                continue
            command = str(check["target"])
            entry = found.setdefault(
                (command, node.provider),
                {"kind": command_kind(command), "script": command, "provider": node.provider, "node_ids": []},
            )
            entry["node_ids"].append(node.node_id)
    return list(found.values())

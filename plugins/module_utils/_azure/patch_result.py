# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an assessment or installation has come to, by what Azure says of it.

Azure answers HTTP 200 with ``status`` Failed too, so only ``status`` and the counts are believed
(VirtualMachineInstallPatchesResult, MachineInstallPatchesResult and their siblings of the assessment).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import error_text
from .patch_request import INSTALL

IN_PROGRESS = "InProgress"
PASSING = ("Succeeded", "CompletedWithWarnings")
MOST_OUTPUT = 240_000
"""Characters of a result that are kept; the ledger cuts longer texts, which would leave no JSON."""

MOST_ERRORS = 3
_PATCH_LISTS = ("availablePatches", "patches")
_KEPT = (
    "patchId",
    "name",
    "version",
    "kbId",
    "classifications",
    "publishedDate",
    "rebootBehavior",
    "installationState",
)
_NOT_CHOSEN = ("NotSelected", "Excluded")


def verdict(operation: str, result: Mapping[str, Any]) -> tuple[str, str]:
    """``passed`` or ``failed``, and why; an empty status while it goes on.

    An installation that completed with warnings has passed when nothing failed or was left out and the reboot went
    well: the extension warns of things that change nothing on the machine too, such as its own logs.
    """
    status = str(result.get("status") or "")
    if status == IN_PROGRESS:
        return "", "in progress"
    problems, waiting = _left_over(result) if operation == INSTALL else ([], "")
    errors = errors_of(result)
    if status not in PASSING:
        what = "the assessment" if operation != INSTALL else "the installation"
        said = f"{what} ended as {status or 'nothing that the service tells'}"
        return "failed", ": ".join(filter(None, [said, ", ".join(problems), errors]))
    if problems:
        return "failed", ": ".join(filter(None, [", ".join(problems), errors]))
    warnings = f"with warnings: {errors or 'none is told'}" if status != "Succeeded" else ""
    return "passed", "; ".join(filter(None, [waiting, warnings]))


def _left_over(result: Mapping[str, Any]) -> tuple[list[str], str]:
    """What an installation did not do that it should have done, and what only waits for a reboot, for a person."""
    failed, pending = _count(result, "failedPatchCount"), _count(result, "pendingPatchCount")
    exceeded, reboot = bool(result.get("maintenanceWindowExceeded")), result.get("rebootStatus")
    problems = [f"{failed} patches failed"] if failed else []
    waiting = ""
    if pending and reboot == "Required" and not exceeded:
        waiting = f"{pending} patches wait for a reboot"
    elif pending:
        problems.append(f"{pending} patches were not installed")
    problems += ["the maximum duration was too short"] if exceeded else []
    problems += ["the reboot failed"] if reboot == "Failed" else []
    if problems and _count(result, "installedPatchCount"):
        problems.append(f"{_count(result, 'installedPatchCount')} were installed")
    return problems, waiting


def errors_of(result: Mapping[str, Any]) -> str:
    """The first errors that the service tells; ``error`` of VMs, ``errorDetails`` of Arc machines and in the Graph."""
    error = result.get("error") or result.get("errorDetails")
    if not isinstance(error, Mapping):
        return ""
    details = [detail for detail in error.get("details") or () if isinstance(detail, Mapping)]
    # A result without an error may still come with an empty one: code Success, no details (the published examples).
    if not details and str(error.get("code") or "").lower() in ("", "0", "success"):
        return ""
    return "; ".join(error_text(detail) for detail in details[:MOST_ERRORS]) or error_text(error)


def compact(operation: str, result: Mapping[str, Any]) -> str:
    """The result as the ledger keeps it: JSON with the service's names, without what it does not tell.

    Patches that were not chosen are left out. Lists that are too long go as a whole, and their number stays; the
    Resource Graph has them.
    """
    kept = {key: value for key, value in result.items() if value is not None and key not in _PATCH_LISTS}
    kept["operation"] = operation
    lists = {key: [_patch(patch) for patch in result[key] if _chosen(patch)] for key in _PATCH_LISTS if result.get(key)}
    text = json.dumps(kept | lists, separators=(",", ":"), sort_keys=True)
    if len(text) <= MOST_OUTPUT:
        return text
    kept["patchesOmitted"] = sum(len(patches) for patches in lists.values())
    return json.dumps(kept, separators=(",", ":"), sort_keys=True)


def read_compact(text: str) -> dict[str, Any]:
    """What :func:`compact` wrote, empty for anything else."""
    try:
        result = json.loads(text)
    except ValueError:
        return {}
    return result if isinstance(result, dict) else {}


def activity_of(result: Mapping[str, Any]) -> str:
    """The id under which the service and the machine's extension know the operation."""
    return str(result.get("installationActivityId") or result.get("assessmentActivityId") or "")


def _chosen(patch: Mapping[str, Any]) -> bool:
    return patch.get("installationState") not in _NOT_CHOSEN


def _patch(patch: Mapping[str, Any]) -> dict[str, Any]:
    return {key: patch[key] for key in _KEPT if patch.get(key) not in (None, "")}


def _count(result: Mapping[str, Any], name: str) -> int:
    return int(result.get(name) or 0)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines are to be assessed or patched, and with what body: the plan of ``azure_patch_operation``.

The body is that of installPatches of Microsoft.Compute/virtualMachines and Microsoft.HybridCompute/machines, which have
the same members.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .._core.durations import ALLOWED, format_duration, parse_duration
from .._core.errors import InputError
from .._core.nodes import Node, canonical_id

ASSESS, INSTALL = "assess", "install"
PATHS = {ASSESS: "assessPatches", INSTALL: "installPatches"}

NOTHING_TO_INSTALL = "no approved patch is missing"
NO_CHOICE = "no option says what to install on its operating system"
NO_FAMILY = "its operating system family is not known: set os_family to linux or windows"

WANTED = ("missing", "failed")
"""States of what an installation is asked for."""

_MEMBERS = {
    "classifications_to_include": "classificationsToInclude",
    "kb_numbers_to_include": "kbNumbersToInclude",
    "kb_numbers_to_exclude": "kbNumbersToExclude",
    "exclude_kbs_requiring_reboot": "excludeKbsRequiringReboot",
    "max_patch_publish_date": "maxPatchPublishDate",
    "patch_name_masks_to_include": "patchNameMasksToInclude",
    "patch_name_masks_to_exclude": "patchNameMasksToExclude",
    "package_name_masks_to_include": "packageNameMasksToInclude",
    "package_name_masks_to_exclude": "packageNameMasksToExclude",
}

_KB = re.compile(r"(?i)(?:KB)?\s*(\d+)\Z")
_NOT_IN_A_MASK = re.compile(r"[^A-Za-z0-9]")
"""A mask of a title consists of alphanumeric characters and the wildcards * and ? (WindowsParameters)."""

Lists = Mapping[str, Sequence[Mapping[str, Any]]]
"""Patches to install by node id: dictionaries with ``id`` and, of a package, perhaps ``version``."""


@dataclass(frozen=True, slots=True)
class PatchRequest:
    """What one machine is asked for; ``body`` is None for an assessment."""

    node: Node
    operation: str
    body: Mapping[str, Any] | None = None


@dataclass(slots=True)
class PatchPlan:
    """The requests, the nodes that need none, and those to which none can be sent, with the reasons."""

    requests: list[PatchRequest] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What to install: settings by operating system family, or exact lists by node."""

    reboot_setting: str
    maximum_duration: str
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lists: Lists | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Nodes whose list should be known and is not, with the reason."""
    predicting: bool = False
    """The lists are not known yet, and every node is taken to have one."""

    def body(self, family: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The body of installPatches."""
        return {
            "maximumDuration": self.maximum_duration,
            "rebootSetting": self.reboot_setting,
            f"{family}Parameters": dict(parameters),
        }


def choice_of(params: Mapping[str, Any]) -> Choice:
    """What the module's options choose. Raises InputError."""
    parameters = {
        family: _members(params[f"{family}_parameters"])
        for family in ("windows", "linux")
        if params.get(f"{family}_parameters") is not None
    }
    lists = None
    if params.get("patches") is not None:
        lists = {canonical_id(str(node_id)): _entries(node_id, value) for node_id, value in params["patches"].items()}
    if parameters and (lists is not None or params.get("approved")):
        raise InputError("patches, approved", "…", "no windows_parameters and linux_parameters beside an exact list")
    return Choice(params["reboot_setting"], _duration(params["maximum_duration"]), parameters, lists)


def plan_assessments(nodes: Sequence[Node]) -> PatchPlan:
    """An assessment of each node."""
    return PatchPlan([PatchRequest(node, ASSESS) for node in nodes])


def plan_installations(nodes: Sequence[Node], choice: Choice) -> PatchPlan:
    """An installation on each node for which something is chosen."""
    plan = PatchPlan()
    for node in nodes:
        if node.node_id in choice.unknown:
            plan.refused[node.node_id] = choice.unknown[node.node_id]
        elif node.os_family not in ("windows", "linux"):
            plan.refused[node.node_id] = NO_FAMILY
        elif choice.predicting:
            plan.requests.append(PatchRequest(node, INSTALL, choice.body(node.os_family, {})))
        elif choice.lists is not None:
            _plan_list(plan, node, choice, choice.lists.get(node.node_id) or ())
        elif node.os_family in choice.parameters:
            body = choice.body(node.os_family, choice.parameters[node.os_family])
            plan.requests.append(PatchRequest(node, INSTALL, body))
        else:
            plan.refused[node.node_id] = NO_CHOICE
    return plan


def _plan_list(plan: PatchPlan, node: Node, choice: Choice, patches: Sequence[Mapping[str, Any]]) -> None:
    """Never a request with an empty list: the extension takes it for everything (PackageFilter)."""
    if not patches:
        plan.skipped[node.node_id] = NOTHING_TO_INSTALL
        return
    body = choice.body(node.os_family, parameters_of(node.os_family, patches))
    plan.requests.append(PatchRequest(node, INSTALL, body))


def parameters_of(os_family: str, patches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The members that choose exactly these patches; without classifications, which would add to the list.

    A package is named ``name=version``: the published source of the extension (Azure/LinuxPatchExtension,
    PackageFilter.get_packages_and_versions_from_masks) splits a mask at ``=``, although the API describes it as
    ``name_version``. KB numbers are written as the API reports them, without ``KB``; an update of Windows that has none
    is chosen by its title.
    """
    if os_family == "windows":
        ids = [str(patch["id"]) for patch in patches]
        numbers = _sorted(found.group(1) for found in map(_KB.match, ids) if found)
        titles = _sorted(_NOT_IN_A_MASK.sub("?", name) for name in ids if not _KB.match(name))
        chosen = {"kbNumbersToInclude": numbers, "patchNameMasksToInclude": titles}
        return {member: texts for member, texts in chosen.items() if texts}
    return {"packageNameMasksToInclude": _sorted(_mask(patch) for patch in patches)}


def lists_of_states(states: Mapping[str, Mapping[str, Any]]) -> tuple[Lists, dict[str, str]]:
    """The lists that recorded states (``_core.patches.PatchState``) ask for, and the nodes whose list is not known."""
    lists: dict[str, list[dict[str, str]]] = {}
    unknown: dict[str, str] = {}
    for node_id, state in states.items():
        if state.get("not_checked"):
            unknown[node_id] = f"what is missing on it is not known: {state['not_checked']}"
            continue
        wanted = [patch for patch in state.get("patches", ()) if patch["state"] in WANTED]
        lists[node_id] = [{"id": patch["id"], "version": version_of(patch)} for patch in wanted]
    return lists, unknown


def version_of(patch: Mapping[str, Any]) -> str:
    """The version of a package whose title is ``name version``, empty for anything else."""
    name, title = str(patch["id"]), str(patch.get("title") or "")
    return title[len(name) + 1 :] if title.startswith(f"{name} ") else ""


def _mask(patch: Mapping[str, Any]) -> str:
    version = str(patch.get("version") or "")
    return f"{patch['id']}={version}" if version else str(patch["id"])


def _sorted(texts: Any) -> list[str]:
    return sorted(set(texts))


def _members(given: Mapping[str, Any]) -> dict[str, Any]:
    members = {_MEMBERS[name]: value for name, value in given.items() if value is not None}
    if "maxPatchPublishDate" in members:
        members["maxPatchPublishDate"] = _moment(members["maxPatchPublishDate"])
    kinds = set(members.get("classificationsToInclude") or ())
    if "Other" in kinds and len(kinds & {"Critical", "Security"}) == 1:
        allowed = "Other alone, or together with Critical and Security (the extension refuses any other combination)"
        raise InputError("linux_parameters.classifications_to_include", sorted(kinds), allowed)
    return members


def _entries(node_id: object, value: object) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) and entry.get("id") for entry in value):
        raise InputError(f"patches.{node_id}", value, "a list of dictionaries with id, and version if wanted")
    return [{"id": str(entry["id"]), "version": str(entry.get("version") or "")} for entry in value]


def _duration(text: str) -> str:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise InputError("maximum_duration", text, ALLOWED) from error
    if not length:
        raise InputError("maximum_duration", text, ALLOWED)
    return format_duration(length)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("windows_parameters.max_patch_publish_date", text, "a time in ISO 8601") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

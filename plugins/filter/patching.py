# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the roles: what would be a long expression is a function with a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._core.errors import PatchingError
from ..module_utils._core.inventory import inventory_nodes
from ..module_utils._core.patches import state_lines
from ..module_utils._core.probe import probe_script
from ..module_utils._core.reboot import reboot_script, reboot_soon_script


def patch_nodes(
    hostvars: Mapping[str, Mapping[str, Any]],
    hosts: Iterable[str],
    groups: Mapping[str, Sequence[str]],
    batches: Iterable[str],
    tag_keys: Mapping[str, Mapping[str, Sequence[str]]],
    environment: str = "",
) -> list[dict[str, Any]]:
    """The nodes of inventory hosts; see its documentation."""
    try:
        members = {batch: groups[batch] for batch in batches if batch in groups}
        return inventory_nodes(hostvars, hosts, members, tag_keys, str(environment))
    except PatchingError as error:
        raise AnsibleFilterError(str(error)) from None


def patch_probe(os_family: str) -> str:
    """The script that observes a node; see its documentation."""
    try:
        return probe_script(os_family)
    except KeyError as error:
        raise AnsibleFilterError(f"patch_probe: {os_family!r} is neither linux nor windows") from error


def patch_reboot(os_family: str, run_id: str) -> str:
    """The script that reboots a node once; see its documentation."""
    try:
        return reboot_script(os_family, str(run_id))
    except KeyError as error:
        raise AnsibleFilterError(f"patch_reboot: {os_family!r} is neither linux nor windows") from error


def patch_reboot_soon(os_family: str) -> str:
    """The script after which a node reboots; see its documentation."""
    try:
        return reboot_soon_script(os_family)
    except KeyError as error:
        raise AnsibleFilterError(f"patch_reboot_soon: {os_family!r} is neither linux nor windows") from error


def patch_state_lines(
    states: Iterable[Mapping[str, Any]],
    nodes: Iterable[Mapping[str, Any]],
    left_out: Sequence[str] = (),
    since: str = "",
) -> list[str]:
    """What is installed and missing on each node, as texts; see its documentation."""
    return state_lines(states, {str(node["node_id"]): str(node.get("name") or "") for node in nodes}, left_out, since)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name and function of each filter."""
        return {
            "patch_nodes": patch_nodes,
            "patch_probe": patch_probe,
            "patch_reboot": patch_reboot,
            "patch_reboot_soon": patch_reboot_soon,
            "patch_state_lines": patch_state_lines,
        }

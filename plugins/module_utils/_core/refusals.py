# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refuses or warns of: one list of codes, so that policy, options, plan and documentation agree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that a plan can find.

    ``acceptable`` says that a policy (``accept``) or a run may take the risk, which makes a refusal a warning.
    ``of_node`` says that it concerns one node, which a run may leave out (``hold``) instead of refusing as a whole.
    """

    code: str
    what: str
    acceptable: bool = False
    of_node: bool = True


CODES = {
    code.code: code
    for code in (
        Code("unknown_environment", "the policy has no such environment", of_node=False),
        Code("unknown_slot", "the environment has no such slot", of_node=False),
        Code("empty", "no node is left to patch", of_node=False),
        Code("native_delivery", "the clouds' own windows install in this environment", True, False),
        Code("not_available", "the policy asks for something that does not exist yet", of_node=False),
        Code("freeze", "nothing may be changed at this time", of_node=False),
        Code("after_cutoff", "the rest of the slot is too short for new installs", True, False),
        Code("clock_change", "a slot's local time does not exist or exists twice", True, False),
        Code("unlisted", "a node of the environment is in the cloud but not in the inventory", True, False),
        Code("listed_twice", "two entries of the inventory are the same node"),
        Code("not_found", "the cloud does not know the node"),
        Code("no_facts", "nothing was read about the node"),
        Code("no_provider", "it is not known which cloud has the node"),
        Code("unknown_group", "the patch group is not one that the policy can form"),
        Code("group_differs", "inventory and cloud name different patch groups, or variables contradict the group"),
        Code("os_differs", "inventory and cloud name different operating systems"),
        Code("no_batch", "the node is in no batch"),
        Code("two_batches", "the node is in more than one batch"),
        Code("os_against_batch", "the node's operating system does not belong into its batch"),
        Code("wrong_batch", "the node's batch is not the one that the policy puts it in"),
        Code("held_by_run", "another unfinished run has the node"),
        Code("no_baseline", "no patch baseline is known for the node"),
        Code("default_baseline", "no baseline is registered for the patch group, so the default would apply", True),
        Code("self_updating", "the operating system installs updates on its own", True),
        Code("native_update", "the cloud would install updates during the run", True),
        Code("scaling_group", "the node is a member of a scaling group and would be replaced", True),
        Code("same_wave", "nodes that must not be down together are in one wave", True),
        Code("agent_offline", "the management agent does not answer"),
        Code("agent_outdated", "the management agent is not the newest", True),
        Code("stopped", "the node is stopped and may not be started"),
        Code("cannot_start", "the node is stopped and cannot be started through its cloud"),
        Code("power_state", "the node is in a power state in which it cannot be patched"),
        Code("no_snapshot", "no restorable snapshot of all volumes can be taken", True),
    )
}

ACCEPTABLE = tuple(code.code for code in CODES.values() if code.acceptable)
"""Codes that ``accept`` of a policy or a run may name."""

HOLDABLE = tuple(code.code for code in CODES.values() if code.of_node)
"""Codes that a run may hold: the node is left out and counts as not passed."""

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refuses or warns of: one list of codes, so that policy, options, plan and documentation agree."""

from __future__ import annotations

from dataclasses import dataclass

REFUSES, ACCEPTABLE_RISK, WARNS = "refuses", "refuses unless accepted", "warns"
NODE, RUN = "node", "run"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that a plan can find.

    ``effect``: it refuses the run; it refuses unless the policy or the run accepts the risk (``accept``), and then
    warns; or it only warns. ``about``: one node, which a run may hold back (``hold``) instead of being refused, or the
    run.
    """

    code: str
    what: str
    effect: str = REFUSES
    about: str = NODE


CODES = {
    code.code: code
    for code in (
        Code("unknown_environment", "the policy has no such environment", about=RUN),
        Code("unknown_slot", "the environment has no such slot", about=RUN),
        Code("empty", "no node is left to patch", about=RUN),
        Code("empty_batch", "a batch waits for one that has no node, so its gate would stay closed", about=RUN),
        Code("native_delivery", "in this environment the clouds' own windows install", ACCEPTABLE_RISK, RUN),
        Code("not_available", "the policy asks for something that does not exist yet", about=RUN),
        Code("freeze", "nothing may be changed at this time", about=RUN),
        Code("after_cutoff", "the rest of the slot is too short for new installs", ACCEPTABLE_RISK, RUN),
        Code("outside_slot", "no slot of the environment is open now", WARNS, RUN),
        Code("clock_change", "a slot's local time does not exist or exists twice", WARNS, RUN),
        Code("unlisted", "the cloud has a node of the environment that the inventory lacks", ACCEPTABLE_RISK, RUN),
        Code("no_environment", "nodes of the inventory belong to no environment", WARNS, RUN),
        Code("exclusion_ended", "an exclusion has ended", WARNS, RUN),
        Code("same_wave", "nodes that must not be down together are in one wave", ACCEPTABLE_RISK, RUN),
        Code("listed_twice", "two entries of the inventory are the same node", about=RUN),
        Code("not_found", "the cloud does not know the node"),
        Code("no_facts", "nothing was read about the node"),
        Code("no_provider", "it is not known which cloud has the node"),
        Code("unknown_group", "the patch group is not one that the policy forms"),
        Code("group_differs", "inventory, cloud and patch group contradict each other"),
        Code("os_differs", "inventory and cloud name different operating systems"),
        Code("no_batch", "the node is in no batch"),
        Code("two_batches", "the node is in more than one batch"),
        Code("os_against_batch", "the node's operating system does not belong into its batch"),
        Code("wrong_batch", "the node is in another batch than the one that the policy puts it in"),
        Code("held_by_run", "another unfinished run has the node"),
        Code("no_baseline", "no patch baseline is known for the node"),
        Code("default_baseline", "no baseline is registered for the patch group: the default applies", ACCEPTABLE_RISK),
        Code("approval_not_told", "the cloud does not tell what the approval rules ask for", ACCEPTABLE_RISK),
        Code("self_updating", "the operating system installs updates on its own", ACCEPTABLE_RISK),
        Code("native_update", "the cloud would install updates during the run", ACCEPTABLE_RISK),
        Code("scaling_group", "the node is a member of a scaling group, which would replace it", ACCEPTABLE_RISK),
        Code("agent_offline", "the management agent does not answer"),
        Code("agent_unknown", "it is not known whether the management agent answers", WARNS),
        Code("agent_outdated", "the management agent is not the newest", WARNS),
        Code("stopped", "the node is stopped and may not be started"),
        Code("cannot_start", "the node is stopped and cannot be started through its cloud"),
        Code("power_state", "the node is in a power state in which it cannot be patched"),
        Code("no_snapshot", "no restorable snapshot of all volumes can be taken", ACCEPTABLE_RISK),
        Code("unprotected", "the node is patched without a snapshot, which the policy allows", WARNS),
    )
}

ACCEPTABLE = tuple(code.code for code in CODES.values() if code.effect == ACCEPTABLE_RISK)
"""Codes that ``accept`` of a policy or a run may name."""

HOLDABLE = tuple(code.code for code in CODES.values() if code.effect != WARNS and code.about == NODE)
"""Codes that ``hold`` of a run may name: the node is left out and counts as not passed."""

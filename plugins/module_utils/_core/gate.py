# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May the next wave start? The answer is computed from what the ledger knows, and it fails closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .states import FAILED, HELD, NOT_CHECKED, PASSED


@dataclass(frozen=True, slots=True)
class GateRule:
    """What a batch waits for.

    ``after`` are the earlier batches; ``scope`` is ``environment`` or ``application``; ``max_failed`` is how many
    nodes may have failed to pass; ``allow_empty`` lets an earlier batch without a node count as done.
    """

    batch: str
    after: tuple[str, ...] = ()
    scope: str = "environment"
    max_failed: int = 0
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class NodeState:
    """What the gate needs to know of a node of the run.

    ``left_out`` is a node that the plan does nothing to; ``spread`` are keys of which two nodes of one wave must not
    share any, such as a cluster.
    """

    node_id: str
    name: str
    batch: str
    wave: int | None
    application: str
    state: str
    reason: str = ""
    left_out: bool = False
    spread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The gate's answer for one wave: the nodes that may go, and for each other one why not."""

    open_nodes: tuple[str, ...]
    held: Mapping[str, str]
    reason: str
    overridden: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def opened(self) -> bool:
        """True when at least one node may go."""
        return bool(self.open_nodes)


def evaluate_gate(
    rule: GateRule,
    wave: int,
    wave_nodes: Sequence[NodeState],
    run_nodes: Iterable[NodeState],
    override: str = "",
) -> GateAnswer:
    """Decide which nodes of a wave may go.

    ``wave_nodes`` are the nodes that want to start; ``run_nodes`` are all nodes of the plan. A node waits for every
    node of the earlier batches (with the scope ``application`` for those of its own application, or for all when its
    application has none there) and for the earlier waves of its own batch. Only the verdict ``passed`` counts as done:
    a node that is planned, going, held or not checked counts as failed. An earlier batch without any node closes the
    gate unless ``allow_empty``. ``override`` is a person's reason to open the gate all the same; it is kept.
    """
    together = _together(wave_nodes)
    if together:
        return GateAnswer((), {node.node_id: together for node in wave_nodes}, together)
    everyone = list(run_nodes)
    verdict_of: dict[str, tuple[bool, str]] = {}
    open_nodes: list[str] = []
    held: dict[str, str] = {}
    reasons: list[str] = []
    for node in wave_nodes:
        key = node.application if rule.scope == "application" else ""
        if key not in verdict_of:
            verdict_of[key] = _decide(rule, wave, key, everyone)
            reasons.append(verdict_of[key][1])
        is_open, why = verdict_of[key]
        if is_open or override:
            open_nodes.append(node.node_id)
        else:
            held[node.node_id] = why
    closed = [why for is_open, why in verdict_of.values() if not is_open]
    overridden = bool(override and closed)
    reason = "; ".join(dict.fromkeys(closed or reasons)) or "the wave has no node"
    if overridden:
        reason = f"opened by hand ({override}) although {reason}"
    counts = {"wave": len(wave_nodes), "open": len(open_nodes), "held": len(held)}
    return GateAnswer(tuple(open_nodes), held, reason, overridden, counts)


def _together(wave_nodes: Sequence[NodeState]) -> str:
    """Why the nodes of a wave must not be down together, or an empty text; no override opens this.

    Ansible cuts a batch into waves in the order of the inventory, so only the wave itself can tell.
    """
    seen: dict[str, NodeState] = {}
    for node in wave_nodes:
        for key in node.spread:
            if key in seen:
                return (
                    f"{seen[key].name} and {node.name} are in one wave and must not be down together ({key}); "
                    "use smaller waves or another order of hosts"
                )
            seen[key] = node
    return ""


def _decide(rule: GateRule, wave: int, application: str, everyone: Sequence[NodeState]) -> tuple[bool, str]:
    """Is the gate open for the nodes of one application (empty: the whole environment), and why."""
    if not rule.after and wave <= 1:
        return True, f"{rule.batch} waits for no other batch"
    waited_for: list[NodeState] = []
    scope = f" of {application}" if application else ""
    for batch in rule.after:
        everywhere = [n for n in everyone if n.batch == batch]
        members = [n for n in everywhere if not application or n.application == application] or everywhere
        if not members and not rule.allow_empty:
            return False, f"the plan has no node in {batch}, so nothing shows that it is done"
        waited_for.extend(members)
    waited_for.extend(
        n
        for n in everyone
        if n.batch == rule.batch
        and n.wave is not None
        and n.wave < wave
        and (not application or n.application == application)
    )
    missing = [n for n in waited_for if n.state != PASSED]
    done = len(waited_for) - len(missing)
    before = " and ".join(rule.after) or "the earlier waves"
    if len(missing) <= rule.max_failed:
        allowed = f", {len(missing)} did not (allowed: {rule.max_failed})" if missing else ""
        return True, f"{done} of {len(waited_for)} nodes of {before}{scope} passed{allowed}"
    return False, f"{_explain(missing)} ({done} of {len(waited_for)} passed, allowed failures: {rule.max_failed})"


def _explain(missing: Sequence[NodeState]) -> str:
    words = {FAILED: "failed", HELD: "held", NOT_CHECKED: "not checked", "going": "not finished", "planned": "not done"}
    named = []
    for node in missing[:3]:
        why = f": {node.reason}" if node.reason else ""
        named.append(f"{node.name or node.node_id} of {node.batch} {words.get(node.state, 'unknown')}{why}")
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return "; ".join(named) + more

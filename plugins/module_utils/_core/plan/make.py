# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making the plan: from policy, inventory and the clouds' facts to what a run will do. Nothing is asked or sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..errors import did_you_mean
from ..facts import NodeFacts, UnlistedNode
from ..nodes import Node
from ..policy.exclusions import exclusion_of
from ..policy.model import Policy
from ..policy.settings import gate_for, settings_for
from . import rules_membership, rules_patching, rules_power, rules_run
from .arrange import planned_batches, same_wave, slot_of
from .calendar import end_of_run, open_window, openings_of
from .context import Context, PlanOptions, Subject, utc_text
from .findings import sort_findings
from .model import ExcludedNode, Finding, Plan, PlannedBatch
from .resolve import Resolver

NodeRule = Callable[[Subject, Context], Iterator[Finding]]

NODE_RULES: tuple[NodeRule, ...] = (
    rules_membership.found,
    rules_membership.group,
    rules_membership.operating_system,
    rules_membership.batch,
    rules_membership.other_run,
    rules_power.power,
    rules_power.agent,
    rules_power.scaling_group,
    rules_patching.baseline,
    rules_patching.approval,
    rules_patching.native_updates,
    rules_patching.snapshot,
)


def make_plan(
    policy: Policy,
    environment: str,
    nodes: Sequence[Node],
    facts: Mapping[str, NodeFacts],
    unlisted: Sequence[UnlistedNode] = (),
    *,
    now: datetime,
    run_id: str,
    other_runs: Mapping[str, str] | None = None,
    options: PlanOptions | None = None,
) -> Plan:
    """The plan of one run over an environment.

    ``nodes`` is the whole inventory, of which those of the environment are taken; ``facts`` is what the clouds say, by
    node id; ``unlisted`` what they have beside the inventory; ``other_runs`` the unfinished run of each node that has
    one; ``now`` is aware. Everything that speaks against the run is in ``refusals``, all at once.
    """
    options = options or PlanOptions()
    found = policy.environment(environment)
    plan = Plan(run_id, environment, utc_text(now), policy_path=policy.source, policy_sha256=policy.sha256)
    if found is None:
        names = [one.name for one in policy.environments]
        reason = f"the policy has no environment {environment!r}{did_you_mean(environment, names)}"
        return replace(plan, refusals=(Finding("unknown_environment", reason, f"use one of: {', '.join(names)}"),))
    openings = openings_of(policy, environment, now)
    until = end_of_run(openings, now, options)
    context = Context(policy, found, now, until, run_id, options, other_runs or {}, openings)
    return _fill(plan, context, nodes, facts, unlisted)


def _fill(
    plan: Plan,
    context: Context,
    nodes: Sequence[Node],
    facts: Mapping[str, NodeFacts],
    unlisted: Sequence[UnlistedNode],
) -> Plan:
    options = context.options
    everyone, homeless = _subjects(context, _once(nodes), facts)
    excluded, subjects = _exclude(context, everyone)
    of_nodes = sort_findings(_node_findings(context, subjects), subjects, options)
    batches = tuple(planned_batches(context, subjects, everyone, of_nodes))
    findings = [
        *_run_findings(context, nodes, unlisted, homeless),
        *rules_run.exclusions_ended(context, [subject.node for subject in subjects]),
        *_batch_findings(context, batches, subjects, len(excluded), {one.code for one in of_nodes.refusals}),
    ]
    of_run = sort_findings(findings, subjects, options, settings_for(context.policy, context.environment).accept)
    gate = gate_for(context.policy, plan.environment)
    return replace(
        plan,
        batches=batches,
        excluded=tuple(excluded),
        refusals=(*of_run.refusals, *of_nodes.refusals),
        warnings=(*of_run.warnings, *of_nodes.warnings),
        window=open_window(context.openings, context.now, options),
        gate={"scope": gate.scope, "max_failed": gate.max_failed, "allow_empty": gate.allow_empty},
    )


def _once(nodes: Iterable[Node]) -> list[Node]:
    return list({node.node_id: node for node in reversed(list(nodes))}.values())[::-1]


def _subjects(
    context: Context, nodes: Iterable[Node], facts: Mapping[str, NodeFacts]
) -> tuple[list[Subject], list[Node]]:
    """The nodes of the environment, and those that belong to none."""
    resolver = Resolver(context.policy, context.environment, context.now)
    subjects: list[Subject] = []
    homeless: list[Node] = []
    for node in nodes:
        environments = resolver.environments_of(node, facts.get(node.node_id))
        if context.environment.name in environments:
            subjects.append(resolver.subject(node, facts.get(node.node_id)))
        elif not environments:
            homeless.append(node)
    return subjects, homeless


def _exclude(context: Context, subjects: Iterable[Subject]) -> tuple[list[ExcludedNode], list[Subject]]:
    """The nodes that the policy leaves out, and those that are left; nodes of another slot than the wanted are gone."""
    excluded: list[ExcludedNode] = []
    kept: list[Subject] = []
    for subject in subjects:
        exclusion = exclusion_of(context.policy, subject.node, subject.labels, context.now)
        if context.options.slot and slot_of(subject, context) not in ("", context.options.slot):
            continue
        if exclusion:
            until = utc_text(exclusion.until) if exclusion.until else ""
            excluded.append(ExcludedNode(subject.node.node_id, subject.node.name, exclusion.reason, until))
        else:
            kept.append(subject)
    return excluded, kept


def _node_findings(context: Context, subjects: Iterable[Subject]) -> Iterator[Finding]:
    for subject in subjects:
        for rule in NODE_RULES:
            yield from rule(subject, context)


def _run_findings(
    context: Context, nodes: Sequence[Node], unlisted: Sequence[UnlistedNode], homeless: Sequence[Node]
) -> Iterator[Finding]:
    yield from rules_run.delivery(context)
    yield from rules_run.available(context)
    yield from rules_run.freeze(context)
    yield from rules_run.slot(context)
    yield from rules_run.listed_twice(nodes)
    yield from rules_run.unlisted(context, unlisted, {node.node_id for node in nodes})
    yield from rules_run.no_environment(homeless)


def _batch_findings(
    context: Context, batches: Sequence[PlannedBatch], subjects: Sequence[Subject], excluded: int, refused: set[str]
) -> Iterator[Finding]:
    yield from rules_run.rollback(batches)
    if not subjects:
        yield from rules_run.empty(context, excluded)
    if not refused.intersection(rules_membership.MISPLACED):
        yield from rules_run.empty_batches(context, batches)
    for batch in batches:
        yield from same_wave(batch)

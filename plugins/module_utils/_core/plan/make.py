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
from ..policy.model import Exclusion, Policy
from ..policy.settings import gate_for, settings_for
from ..schedule import Occurrence, occurrences
from . import rules_membership, rules_patching, rules_power, rules_run
from .arrange import planned_batches, same_wave, slot_of
from .context import DEFAULT_HORIZON, Context, PlanOptions, Subject, utc_text
from .findings import sort_findings
from .model import ExcludedNode, Finding, Plan, PlannedBatch, Window
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
    openings = _openings(policy, environment, now)
    until = _end_of_run(openings, now, options)
    context = Context(policy, found, now, until, run_id, options, other_runs or {}, openings)
    subjects, homeless = _subjects(context, _once(nodes), facts)
    excluded, subjects = _exclude(context, subjects)
    sorted_findings = sort_findings(_node_findings(context, subjects), subjects, options)
    batches = tuple(planned_batches(context, subjects, sorted_findings))
    run = _run_findings(context, nodes, unlisted, subjects, excluded, batches, homeless)
    run_sorted = sort_findings(run, subjects, options, settings_for(policy, found).accept)
    gate = gate_for(policy, environment)
    return replace(
        plan,
        batches=batches,
        excluded=tuple(excluded),
        refusals=(*run_sorted.refusals, *sorted_findings.refusals),
        warnings=(*run_sorted.warnings, *sorted_findings.warnings),
        window=_window(openings, now, options),
        gate={"scope": gate.scope, "max_failed": gate.max_failed, "allow_empty": gate.allow_empty},
    )


def _once(nodes: Iterable[Node]) -> list[Node]:
    return list({node.node_id: node for node in reversed(list(nodes))}.values())[::-1]


def _subjects(
    context: Context, nodes: Iterable[Node], facts: Mapping[str, NodeFacts]
) -> tuple[list[Subject], list[Node]]:
    """The nodes of the environment, and those that belong to none."""
    resolver = Resolver(context.policy, context.environment)
    subjects: list[Subject] = []
    homeless: list[Node] = []
    for node in nodes:
        environments = resolver.environments_of(node, facts.get(node.node_id))
        if context.environment.name in environments:
            subject = resolver.subject(node, facts.get(node.node_id))
            if not context.options.slot or slot_of(subject, context) in ("", context.options.slot):
                subjects.append(subject)
        elif not environments:
            homeless.append(node)
    return subjects, homeless


def _exclude(context: Context, subjects: Iterable[Subject]) -> tuple[list[ExcludedNode], list[Subject]]:
    excluded: list[ExcludedNode] = []
    kept: list[Subject] = []
    for subject in subjects:
        exclusion = _exclusion_of(subject, context)
        if exclusion:
            until = utc_text(exclusion.until) if exclusion.until else ""
            excluded.append(ExcludedNode(subject.node.node_id, subject.node.name, exclusion.reason, until))
        else:
            kept.append(subject)
    return excluded, kept


def _exclusion_of(subject: Subject, context: Context) -> Exclusion | None:
    for exclusion in context.policy.exclusions:
        on = exclusion.until is None or context.now < exclusion.until
        if on and exclusion.match.fits(subject.node, subject.labels):
            return exclusion
    return None


def _node_findings(context: Context, subjects: Iterable[Subject]) -> Iterator[Finding]:
    for subject in subjects:
        for rule in NODE_RULES:
            yield from rule(subject, context)


def _run_findings(
    context: Context,
    nodes: Sequence[Node],
    unlisted: Sequence[UnlistedNode],
    subjects: Sequence[Subject],
    excluded: Sequence[ExcludedNode],
    batches: Sequence[PlannedBatch],
    homeless: Sequence[Node],
) -> Iterator[Finding]:
    yield from rules_run.delivery(context)
    yield from rules_run.available(context)
    yield from rules_run.rollback(batches)
    yield from rules_run.freeze(context)
    yield from rules_run.slot(context)
    yield from rules_run.listed_twice(nodes)
    yield from rules_run.unlisted(context, unlisted, {node.node_id for node in nodes})
    yield from rules_run.no_environment(homeless)
    yield from rules_run.exclusions_ended(context, [subject.node for subject in subjects])
    if batches or not subjects:
        yield from rules_run.empty(context, batches, len(excluded))
    for batch in batches:
        yield from same_wave(batch)


def _openings(policy: Policy, environment: str, now: datetime) -> dict[str, Occurrence]:
    return {
        slot.name: next(occurrences(slot.when, slot.duration, slot.cutoff, policy.zone, now))
        for slot in policy.slots_of(environment)
    }


def _end_of_run(openings: Mapping[str, Occurrence], now: datetime, options: PlanOptions) -> datetime:
    if options.horizon is not None:
        return now + options.horizon
    concerned = [one for name, one in openings.items() if options.slot in ("", name)]
    ends = [one.end for one in concerned if one.covers(now)]
    lengths = [one.end - one.start for one in concerned]
    return max(ends) if ends else now + max(lengths, default=DEFAULT_HORIZON)


def _window(openings: Mapping[str, Occurrence], now: datetime, options: PlanOptions) -> Window | None:
    """The opening that is under way; of several the one that ends last."""
    under_way = [(name, one) for name, one in openings.items() if options.slot in ("", name) and one.covers(now)]
    if not under_way:
        return None
    name, one = max(under_way, key=lambda item: item[1].end)
    return Window(name, utc_text(one.start), utc_text(one.end), utc_text(one.cutoff))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes belong to the environment, and everything about them that inventory, cloud and policy say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..approve import RULE_PROVIDERS, RuleForNode, azure_rule
from ..facts import NodeFacts
from ..names import GroupName, GroupParser
from ..nodes import Node
from ..policy.approvals import approval_for
from ..policy.model import Application, Batch, Environment, Policy
from ..policy.order import all_batches
from ..policy.settings import settings_for, tag_keys_for
from ..systems import family_of
from .context import Subject


def group_parser(policy: Policy) -> GroupParser:
    """The parser of the policy's patch groups."""
    return GroupParser(
        policy.group_format,
        {
            "environment": [environment.name for environment in policy.environments],
            "slot": [slot.name for slot in policy.slots],
            "batch": [batch.name for batch in all_batches(policy)],
        },
    )


class Resolver:
    """Completes nodes; keeps what is the same for all of them."""

    def __init__(self, policy: Policy, environment: Environment, now: datetime | None = None) -> None:
        self._policy = policy
        self._now = now
        self._rules: dict[str, RuleForNode] = {}
        self._environment = environment
        self._parser = group_parser(policy)
        self._groups: dict[str, GroupName | None] = {}
        self._applications = {application.name: application for application in policy.applications}
        self._batches = {batch.name: batch for batch in policy.batches}
        self._known_batches = {batch.name for batch in all_batches(policy)}
        self._keys: dict[str, dict[str, tuple[str, ...]]] = {}

    def environments_of(self, node: Node, facts: NodeFacts | None) -> tuple[str, ...]:
        """Every environment that the node's variable, its patch group and its tag name; more than one contradict."""
        groups = (node.patch_group, facts.patch_group if facts else "")
        named = [node.environment, *(self._environment_of_group(group) for group in groups)]
        return tuple(dict.fromkeys(name for name in named if name))

    def subject(self, listed: Node, facts: NodeFacts | None) -> Subject:
        """The node with all that is known of it."""
        labels = self._labels(listed, facts)
        node = self._complete(listed, facts, labels)
        group = self._parse(node.patch_group)
        application = self._applications.get(node.application)
        declared = tuple(dict.fromkeys(name for name in (listed.batch, group.batch if group else "") if name))
        choice = batches_of(self._policy, application)
        matched = tuple(batch.name for batch in choice if batch.match.fits(node, labels))
        name = _only(declared or matched)
        name = name if name in self._known_batches else ""
        node = replace(node, batch=name)
        batch = next((one for one in choice if one.name == name), None)
        return Subject(
            node=node,
            listed=listed,
            facts=facts,
            labels=labels,
            group=group,
            environments=self.environments_of(listed, facts),
            declared=declared,
            matched=matched,
            application=application,
            batch=batch,
            settings=settings_for(
                self._policy,
                self._environment,
                self._batches.get(name),
                application,
                batch if application and application.batches else None,
            ),
            approval=self._approval(node),
        )

    def _approval(self, node: Node) -> RuleForNode | None:
        if node.provider not in RULE_PROVIDERS or not node.os_family:
            return None
        os = node.os or node.os_family
        if os not in self._rules:
            approval = approval_for(self._policy, self._environment.name, os, self._now)
            self._rules[os] = azure_rule(approval, node.os_family)
        return self._rules[os]

    def _complete(self, listed: Node, facts: NodeFacts | None, labels: Mapping[str, str]) -> Node:
        """The inventory's word where it has one; what the operating system is the cloud knows better."""
        found = facts if facts and facts.found else NodeFacts(listed.node_id)
        os = found.os or listed.os
        return replace(
            listed,
            name=listed.name or found.name,
            provider=listed.provider or found.provider,
            account=listed.account or found.account,
            region=listed.region or found.region,
            os=os,
            os_family=found.os_family or listed.os_family or family_of(os),
            patch_group=listed.patch_group or found.patch_group,
            application=listed.application or labels.get("application", ""),
            environment=self._environment.name,
        )

    def _labels(self, listed: Node, facts: NodeFacts | None) -> dict[str, str]:
        """Tags and labels, the inventory's over the cloud's, and what ``tag_keys`` calls by another name."""
        tags = facts.tags if facts else {}
        # As the inventory has them, whose plugins give tags in the case in which they were written.
        labels = {**{key.lower(): value for key, value in tags.items()}, **tags, **listed.labels}
        provider = listed.provider or (facts.provider if facts else "")
        if provider not in self._keys:
            self._keys[provider] = tag_keys_for(self._policy, provider)
        for label, keys in self._keys[provider].items():
            found = next((value for key in keys if (value := labels.get(key) or labels.get(key.lower()))), "")
            if found:
                labels.setdefault(label, found)
        return labels

    def _parse(self, group: str) -> GroupName | None:
        if group not in self._groups:
            self._groups[group] = self._parser.parse(group) if group else None
        return self._groups[group]

    def _environment_of_group(self, group: str) -> str:
        if not group:
            return ""
        found = self._parse(group) or self._parser.guess(group)
        return found.environment if found else ""


def batches_of(policy: Policy, application: Application | None) -> Sequence[Batch]:
    """The batches that a node of this application is put into."""
    return application.batches if application and application.batches else policy.batches


def _only(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ""

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and prepares commands that install exact lists: one list and one command for all nodes that get the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from .._core.errors import CloudError, InputError, together
from .._core.node_summary import MOST_FAILURES
from .._core.nodes import Node
from .._core.pool import outcomes
from .._core.scope import Scope
from .._core.targets import Target, on_targets, targets_of
from .client import Connection
from .commands import CommandPlan, CommandSpec, PlannedCommand, split
from .list_bucket import ListPlace, store_list
from .managed import managed_nodes
from .missing_patches import MissingPatches, missing_patches
from .override_list import OverrideList, family_of_name
from .patch_lists import LIST_OPTIONS, Decided, ListChoice, decide_included, decide_omitted, judge_unmatched
from .platforms import family_of_os
from .send_command import POLLER
from .session import AwsSession

NOTED = "override_list"
EVER = ("intended", "sent", "not_sent", "finished")


@dataclass(frozen=True, slots=True)
class Kept:
    """A list and where it is kept; ``content`` is None for one that this run decided and stored earlier."""

    url: str
    digest: str
    place: ListPlace | None = None
    content: OverrideList | None = None


@dataclass(slots=True)
class ListPlanner:
    """Plans one operation: reads what is missing, decides the lists, and stores them before commands name them."""

    session: AwsSession
    scope: Scope
    kind: str
    spec: CommandSpec
    choice: ListChoice
    decided: Decided = field(default_factory=Decided)
    kept: dict[str, Kept] = field(default_factory=dict)
    """The list of each node, by its id."""

    def plan(self, nodes: Sequence[Node]) -> CommandPlan:
        """One command for up to 50 nodes with the same list.

        Raises InputError, and CloudError when nothing could be read.
        """
        earlier = self._decided_earlier()
        open_nodes = [node for node in nodes if node.node_id not in earlier]
        self.decided = self._decide(open_nodes, judged=bool(earlier))
        self.kept = {node.node_id: earlier[node.node_id] for node in nodes if node.node_id in earlier}
        for target in targets_of(open_nodes, self.session.region):
            place = self._place(target) if any(node.node_id in self.decided.lists for node in target.items) else None
            for node in target.items:
                content = self.decided.lists.get(node.node_id)
                if content and place:
                    digest = content.sha256
                    self.kept[node.node_id] = Kept(place.url(digest), digest, place, content)
        return CommandPlan(tuple(self._commands(nodes)), self.decided.refused, self.decided.skipped)

    def prepare(self, plan: CommandPlan) -> CommandPlan:
        """Store the lists, each once. Raises CloudError when none could be stored."""
        wanted: dict[str, tuple[PlannedCommand, Kept]] = {}
        for command in plan.commands:
            kept = self.kept[command.nodes[0].node_id]
            if kept.content:
                wanted.setdefault(kept.url, (command, kept))
        failed: dict[str, CloudError] = {}
        for (_command, kept), answer in outcomes(self._store, wanted.values()):
            if isinstance(answer, CloudError):
                failed[kept.url] = answer
        lost = {
            node.node_id: str(failed[kept.url])
            for command in plan.commands
            for node in command.nodes
            if (kept := self.kept[node.node_id]).url in failed
        }
        commands = tuple(command for command in plan.commands if command.nodes[0].node_id not in lost)
        if failed and not commands:
            raise together(list(failed.values()))
        return replace(plan, commands=commands, refused={**plan.refused, **lost})

    def answer(self, nodes: Sequence[Node]) -> dict[str, Any]:
        """What the module tells of the lists: each with its patches and nodes, and what was left out where."""
        lists: dict[str, dict[str, Any]] = {}
        for node in nodes:
            kept = self.kept.get(node.node_id)
            if kept and kept.content:
                shown = [entry.shown for entry in kept.content.entries]
                entry = lists.setdefault(
                    kept.url, {"url": kept.url, "sha256": kept.digest, "patches": shown, "node_ids": []}
                )
                entry["node_ids"].append(node.node_id)
        skipped = [node for node in nodes if node.node_id in self.decided.skipped]
        return {
            "override_lists": list(lists.values()),
            "undecided_node_ids": list(self.decided.undecided),
            "omitted_patches": sorted({patch.id for patches in self.decided.omitted.values() for patch in patches}),
            "unmatched_omit_patches": list(self.decided.unmatched),
            "skipped": [
                {"node_id": node.node_id, "name": node.name, "reason": self.decided.skipped[node.node_id]}
                for node in skipped[:MOST_FAILURES]
            ],
            "skipped_omitted": max(0, len(skipped) - MOST_FAILURES),
        }

    def _decide(self, nodes: Sequence[Node], *, judged: bool) -> Decided:
        """``judged``: the names to leave out were, when the run decided its first lists; what is left may lack less."""
        if self.choice.include is not None:
            families, unread = self._families(nodes)
            decided = decide_included(nodes, families, self.choice)
            decided.refused.update(unread)
            return decided
        decided = decide_omitted(nodes, self._missing(nodes), self.choice)
        if judged or not nodes:
            decided.unmatched, decided.doubtful = [], []
        elif decided.unmatched:
            foreign = any(family_of_name(name) for name in decided.unmatched)
            judge_unmatched(decided, nodes, self._known_families(nodes) if foreign else {}, self.choice)
        return decided

    def _known_families(self, nodes: Sequence[Node]) -> dict[str, str]:
        """The families of nodes, as far as they can be read; of the others every name is judged."""
        try:
            return self._families(nodes)[0]
        except CloudError:
            return {}

    def _missing(self, nodes: Sequence[Node]) -> MissingPatches:
        now = datetime.now(UTC)

        def read(connection: Connection, target: Target[Node]) -> MissingPatches:
            return missing_patches(connection, [node.node_id for node in target.items], self.choice.max_age, now)

        found = MissingPatches()
        answers = on_targets(self.session, targets_of(nodes, self.session.region), read)
        for _target, missing in answers.answers:
            found.patches.update(missing.patches)
            found.unknown.update(missing.unknown)
        for target, error in answers.errors:
            found.unknown.update({node.node_id: str(error) for node in target.items})
        return found

    def _families(self, nodes: Sequence[Node]) -> tuple[dict[str, str], dict[str, str]]:
        """The families of nodes of which the caller does not know it, and why those of others could not be read."""

        def read(connection: Connection, target: Target[Node]) -> dict[str, str]:
            known = managed_nodes(connection, [node.node_id for node in target.items])
            return {node_id: family_of_os("", str(raw.get("PlatformType", ""))) for node_id, raw in known.items()}

        silent = [node for node in nodes if not node.os_family]
        answers = on_targets(self.session, targets_of(silent, self.session.region), read)
        families = {node_id: family for _target, found in answers.answers for node_id, family in found.items()}
        return families, {node.node_id: str(error) for target, error in answers.errors for node in target.items}

    def _place(self, target: Target[Node]) -> ListPlace:
        account = target.account
        if not account and self.choice.bucket.needs_account:
            account = self.session.account_id(target.region)
        return self.choice.bucket.place(account, target.region)

    def _commands(self, nodes: Sequence[Node]) -> list[PlannedCommand]:
        groups: dict[str, list[Node]] = {}
        for node in nodes:
            if node.node_id in self.kept:
                groups.setdefault(self.kept[node.node_id].url, []).append(node)
        commands = [
            command
            for url, members in groups.items()
            for command in split(members, self._listed(self.kept[members[0].node_id]), self.session.region)
        ]
        later = [node for node in nodes if node.node_id in self.decided.undecided]
        return commands + list(split(later, self.spec, self.session.region))

    def _listed(self, kept: Kept) -> CommandSpec:
        noted = {"url": kept.url, "sha256": kept.digest, "choice": self.choice.digest}
        return replace(
            self.spec,
            parameters={**self.spec.parameters, "InstallOverrideList": [kept.url]},
            noted={NOTED: noted},
        )

    def _decided_earlier(self) -> dict[str, Kept]:
        """Lists that this run decided before it was interrupted: a node never gets another. Raises InputError."""
        found: dict[str, Kept] = {}
        for operation in self.scope.operations(POLLER, EVER):
            noted = operation.request.get(NOTED) if operation.kind == self.kind else None
            if not noted:
                continue
            if noted["choice"] != self.choice.digest:
                option = LIST_OPTIONS[self.choice.include is not None]
                raise InputError(option, "…", f"what this run chose when it decided its lists, such as {noted['url']}")
            found.update(dict.fromkeys(operation.node_ids, Kept(noted["url"], noted["sha256"])))
        return found

    def _store(self, wanted: tuple[PlannedCommand, Kept]) -> bool:
        command, kept = wanted
        if kept.place is None or kept.content is None:
            return False
        return store_list(self.session.connect(command.account, command.region), kept.place, kept.content)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is known of machines' patches: in the results of the run's own operations, else in the Resource Graph."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._core.errors import CloudError
from .._core.nodes import Node
from .._core.scope import NodeResult, Scope
from .compliance import Assessment, Installation, assessment_of, installation_of
from .patch_activity import moment_of
from .patch_request import ASSESS, INSTALL
from .patch_result import IN_PROGRESS, PASSING, activity_of, errors_of, read_compact
from .patch_rows import Told, patches_in, results_of
from .send_patch import KINDS
from .session import AzureSession

PAUSE = 10.0
"""Seconds between two queries for rows that are not there yet."""

NOT_ASSESSED = "it has not been assessed, or the Resource Graph does not know of it yet"
NOT_BY_RUN = "the run has not assessed it"
_NOUNS = {ASSESS: "assessment", INSTALL: "installation"}


@dataclass(slots=True)
class Report:
    """What is known of a machine; ``not_checked`` is the reason when its state is not known."""

    assessment: Assessment | None = None
    installation: Installation | None = None
    not_checked: str = ""


Rows = dict[str, list[Told]]


class _Graph:
    """Queries for machines of subscriptions that different credentials reach."""

    def __init__(self, session: AzureSession) -> None:
        self._session = session

    def read(
        self, operation: str, node_ids: Iterable[str], failed: dict[str, str], later: dict[str, str] | None = None
    ) -> Rows:
        """The results by machine; machines whose subscriptions cannot be asked go into ``failed`` with the reason.

        With ``later`` those go there whose reason may pass.
        """
        found: Rows = {}
        by_account: dict[str, list[str]] = {}
        for node_id in node_ids:
            by_account.setdefault(node_id.split("/")[2], []).append(node_id)
        for accounts in self._session.groups(list(by_account)):
            asked = [node_id for account in accounts for node_id in by_account[account]]
            try:
                found.update(results_of(self._session.connect(accounts[0]), operation, asked))
            except CloudError as error:
                into = failed if later is None or error.lasting else later
                into.update(dict.fromkeys(asked, str(error)))
        return found


@dataclass(slots=True)
class OfTheGraph:
    """Reports without a run: the newest assessment that the Resource Graph has, and installations since a time."""

    session: AzureSession
    installed_since: datetime | None = None

    def read(self, nodes: Sequence[Node]) -> dict[str, Report]:
        """The report of each node."""
        ids = [node.node_id for node in nodes]
        failed: dict[str, str] = {}
        graph = _Graph(self.session)
        assessed = graph.read(ASSESS, ids, failed)
        asked = [node_id for node_id in ids if node_id not in failed]
        installed = graph.read(INSTALL, asked, failed) if self.installed_since and asked else {}
        return {
            node_id: Report(not_checked=failed[node_id])
            if node_id in failed
            else self._report(assessed.get(node_id, []), installed.get(node_id, []))
            for node_id in ids
        }

    def _report(self, assessed: Sequence[Told], installed: Sequence[Told]) -> Report:
        told = assessed[0] if assessed else None
        if told is None:
            return Report(not_checked=NOT_ASSESSED)
        why = _unusable(told.result, told.whole)
        if why:
            return Report(not_checked=why)
        since = [one for one in installed if self._is_since(one)]
        newest = max(since, key=lambda one: str(one.result.get("startDateTime")), default=None)
        installation = None
        if newest is not None:
            patches = [patch for one in since for patch in one.patches]
            installation = installation_of(newest.result, patches)
        return Report(assessment_of(told.result, told.patches), installation)

    def _is_since(self, told: Told) -> bool:
        began = moment_of(told.result.get("startDateTime"))
        return bool(began and self.installed_since and began >= self.installed_since)


@dataclass(slots=True)
class OfTheRun:
    """Reports of a run: of its own assessments and installations only, whose lists may come later than they end."""

    session: AzureSession
    scope: Scope
    timeout: float
    installed: bool = False
    """Whether what was installed is wanted too."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _lists: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=dict)

    def read(self, nodes: Sequence[Node]) -> dict[str, Report]:
        """The report of each node."""
        ids = {node.node_id for node in nodes}
        assessed = self._outputs(ASSESS, ids)
        installed = self._outputs(INSTALL, ids) if self.installed else {}
        failed: dict[str, str] = {}
        for operation, outputs in ((ASSESS, assessed), (INSTALL, installed)):
            self._find_lists(operation, outputs, failed)
        return {
            node_id: Report(not_checked=failed[node_id])
            if node_id in failed
            else self._report(node_id, assessed.get(node_id), installed.get(node_id))
            for node_id in ids
        }

    def _outputs(self, operation: str, ids: set[str]) -> dict[str, tuple[NodeResult, dict[str, Any]]]:
        found = self.scope.operation_outputs([KINDS[operation]])
        return {node_id: (one, read_compact(one.output)) for node_id, one in found.items() if node_id in ids}

    def _find_lists(
        self, operation: str, outputs: Mapping[str, tuple[NodeResult, dict[str, Any]]], failed: dict[str, str]
    ) -> None:
        """Take the patches from the results, and those that are only counted there from the Resource Graph."""
        open_: dict[str, dict[str, Any]] = {}
        for node_id, (_result, told) in outputs.items():
            listed = patches_in(told)
            if listed is not None:
                self._lists[operation, node_id] = listed
            elif activity_of(told):
                open_[node_id] = told
        deadline, troubled = self.clock() + self.timeout, dict[str, str]()
        while open_:
            troubled.clear()
            rows = _Graph(self.session).read(operation, open_, failed, troubled)
            for node_id, told in list(open_.items()):
                row = next((one for one in rows.get(node_id, ()) if one.whole and _tells(one, told, operation)), None)
                if row is not None:
                    self._lists[operation, node_id] = row.patches
                    told.update(row.result)
                if node_id in failed or row is not None:
                    del open_[node_id]
            if not open_ or self.clock() + PAUSE > deadline:
                break
            self.sleep(PAUSE)
        for node_id in open_:
            late = f"the Resource Graph does not have the patches of the {_NOUNS[operation]} yet"
            failed[node_id] = troubled.get(node_id, late)

    def _report(
        self,
        node_id: str,
        assessed: tuple[NodeResult, dict[str, Any]] | None,
        installed: tuple[NodeResult, dict[str, Any]] | None,
    ) -> Report:
        installation = None
        if installed and installed[1] and (INSTALL, node_id) in self._lists:
            installation = installation_of(installed[1], self._lists[INSTALL, node_id])
        if assessed is None:
            return Report(installation=installation, not_checked=NOT_BY_RUN)
        result, told = assessed
        if result.status != "passed" or (ASSESS, node_id) not in self._lists:
            why = _unusable(told, whole=True) or result.detail or "its assessment told nothing"
            return Report(installation=installation, not_checked=why)
        return Report(assessment_of(told, self._lists[ASSESS, node_id]), installation)


def _tells(row: Told, told: Mapping[str, Any], operation: str) -> bool:
    """Whether a row is the result itself, or of a newer assessment: the Resource Graph keeps only the newest."""
    if row.activity_id == activity_of(told):
        return True
    began, row_began = moment_of(told.get("startDateTime") or told.get("startTime")), row.result.get("startDateTime")
    newer = moment_of(row_began)
    ended = row.result.get("status") in PASSING
    return operation == ASSESS and ended and bool(began and newer and newer > began)


def _unusable(result: Mapping[str, Any], whole: bool) -> str:
    """Why an assessment says nothing about the machine, empty when it does."""
    status = str(result.get("status") or "")
    if status == IN_PROGRESS:
        return "it is being assessed"
    if status not in PASSING:
        return ": ".join(filter(None, [f"its assessment ended as {status or 'unknown'}", errors_of(result)]))
    return "" if whole else "the Resource Graph does not have all of its patches yet"

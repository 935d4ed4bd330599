# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch states of Azure machines: the rule decides what is missing, the newer report what is still so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import compliance_info
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.compliance import (
    Assessment,
    Installation,
    assessment_of,
    installation_of,
    patch_of,
    state_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.compliance_info import Rules, read_compliance
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_reports import (
    NOT_ASSESSED,
    NOT_BY_RUN,
    OfTheGraph,
    OfTheRun,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.approve import ApprovalRule
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult, Operation

from tests.unit.aws.scopes import MemoryScope
from tests.unit.azure.wire import SUBSCRIPTION, Request, arc, refused, scripted, vm

NOW = datetime(2026, 11, 26, tzinfo=UTC)
EARLY, LATE = "2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z"
ALL = ApprovalRule()
SECURITY = ApprovalRule(classifications=("Security",))
DB = Node(vm("db"), "db", "azure_vm", SUBSCRIPTION, os_family="linux")
AD = Node(arc("ad"), "ad", "azure_arc", SUBSCRIPTION, os_family="windows")
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def package(name: str, kind: str = "Security", version: str = "1", **values: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "classifications": [kind], **values}


def assessed(*patches: dict[str, Any], at: str = EARLY, reboot: bool = False) -> Assessment:
    return assessment_of({"startDateTime": at, "rebootPending": reboot}, patches)


def installed(
    *patches: dict[str, Any], at: str = LATE, reboot: str = "NotNeeded", exceeded: bool = False
) -> Installation:
    told = {"startDateTime": at, "rebootStatus": reboot, "maintenanceWindowExceeded": exceeded}
    return installation_of(told, patches)


def states(assessment: Assessment | None, installation: Installation | None = None, rule: ApprovalRule = ALL) -> Any:
    state = state_of(assessment, installation, rule, NOW)
    assert sum(state["counts"].values()) == len(state["patches"])
    return {patch["id"]: patch["state"] for patch in state["patches"]}


class TestWhatIsAvailable:
    def test_approved_is_missing_and_a_security_update_that_is_not_is_told(self) -> None:
        found = assessed(package("a"), package("b", "Other"), package("c", "Critical"))
        assert states(found, rule=SECURITY) == {"a": "missing", "c": "available_security_update"}

    def test_results_of_vms_and_rows_of_the_graph_describe_the_same_patch(self) -> None:
        result = {"name": "Update", "kbId": "5012170", "classifications": ["Security"], "publishedDate": EARLY}
        row = {"patchName": "Update", "kbId": "5012170", "classifications": ["Security"], "publishedDateTime": EARLY}
        assert patch_of(result) == patch_of(row)
        assert patch_of(row).id == "KB5012170"

    def test_an_update_of_windows_without_a_number_is_known_by_its_title(self) -> None:
        assert patch_of({"patchName": "Driver", "kbId": None, "classifications": ["Updates"]}).id == "Driver"


class TestAfterAnInstallation:
    def test_an_older_assessment_is_overruled(self) -> None:
        before = assessed(package("a"), package("b"), package("c"))
        done = installed(package("a", installationState="Installed"), package("b", installationState="Failed"))
        assert states(before, done) == {"a": "installed", "b": "failed", "c": "missing"}

    def test_what_a_newer_assessment_still_lists_is_not_installed(self) -> None:
        done = installed(package("a", installationState="Installed"), at=EARLY)
        assert states(assessed(package("a"), at=LATE), done) == {"a": "missing"}

    def test_what_failed_and_is_no_longer_offered_lacks_nothing(self) -> None:
        done = installed(package("a", installationState="Failed"), at=EARLY)
        assert states(assessed(at=LATE), done) == {}
        assert states(assessed(package("a"), at=LATE), done) == {"a": "failed"}

    def test_a_newer_version_is_missing_although_an_older_one_was_installed(self) -> None:
        done = installed(package("a", version="1", installationState="Installed"), at=EARLY)
        assert states(assessed(package("a", version="2"), at=LATE), done) == {"a": "missing"}

    def test_a_reboot_that_is_owed_keeps_patches_pending_until_an_assessment_says_otherwise(self) -> None:
        done = installed(package("a", installationState="Installed"), at=EARLY, reboot="Required")
        assert states(None, done) == {"a": "installed_pending_reboot"}
        assert states(assessed(at=LATE, reboot=True), done) == {"a": "installed_pending_reboot"}
        assert states(assessed(at=LATE), done) == {"a": "installed"}

    @pytest.mark.parametrize(
        ("reboot", "exceeded", "state"),
        [
            ("Required", False, "installed_pending_reboot"),
            ("Required", True, "missing"),
            ("NotNeeded", False, "missing"),
        ],
    )
    def test_pending_waits_for_a_reboot_or_was_not_reached(self, reboot: str, exceeded: bool, state: str) -> None:
        done = installed(package("a", installationState="Pending"), reboot=reboot, exceeded=exceeded)
        assert states(None, done) == {"a": state}


class TestRules:
    def test_a_node_s_own_rule_wins_over_its_family_s(self) -> None:
        rules = Rules(
            [{"os_family": "linux", "classifications": ["Other"]}, {"node_ids": [DB.node_id.upper()], "after_days": 3}]
        )
        assert rules.of(DB) == ApprovalRule(after_days=3)
        assert rules.of(Node(vm("web"), os_family="linux")) == ApprovalRule(classifications=("Other",))
        assert rules.of(AD) == ALL

    @pytest.mark.parametrize("rule", [{"os_family": "linux", "severity": []}, {"classifications": ["Security"]}])
    def test_a_rule_that_cannot_be_used_is_refused(self, rule: dict[str, Any]) -> None:
        with pytest.raises(InputError, match="approvals"):
            Rules([rule])


class RunScope(MemoryScope):
    """A run whose operations have ended with these outputs."""

    def __init__(self, nodes: list[Node], outputs: dict[str, dict[str, dict[str, Any]]]) -> None:
        super().__init__(nodes)
        self.outputs = outputs

    def operation_outputs(self, kinds: Any) -> dict[str, NodeResult]:
        told = self.outputs.get(kinds[0], {})
        return {
            node_id: NodeResult(
                node_id, "passed" if body.get("status") == "Succeeded" else "failed", "", json.dumps(body)
            )
            for node_id, body in told.items()
        }


def rows(
    activity: str, *patches: str, expected: int = 1, at: str = EARLY, written: str = "", status: str = "Succeeded"
) -> Request:
    parent = f"{AD.node_id}/patchAssessmentResults/latest"
    kind = "microsoft.hybridcompute/machines/patchassessmentresults"
    properties = {
        "assessmentActivityId": activity,
        "status": status,
        "startDateTime": at,
        "availablePatchCountByClassification": {"security": expected, "other": 0},
    }
    head = {"id": parent, "name": activity, "type": kind, "machine": AD.node_id, "properties": properties}
    below = [
        {
            "id": f"{parent}/softwarePatches/{name}",
            "name": name,
            "type": f"{kind}/softwarepatches",
            "machine": AD.node_id,
            "properties": {"patchName": name, "kbId": name, "classifications": ["Security"]}
            | ({"lastModifiedDateTime": written} if written else {}),
        }
        for name in patches
    ]
    return Request("POST", GRAPH, Answer(200, {"data": [head, *below], "resultTruncated": "false"}))


def of_run(scope: RunScope, *script: Request, timeout: float = 30.0) -> Any:
    session, wire = scripted(script)
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    source = OfTheRun(session, scope, timeout, installed=True, sleep=sleep, clock=lambda: now[0])
    reports = source.read(scope.nodes())
    wire.finish()
    return reports


COUNTED = {
    "status": "Succeeded",
    "assessmentActivityId": "mine",
    "startDateTime": EARLY,
    "availablePatchCountByClassification": {"security": 1},
}


class TestOfTheRun:
    def test_a_vm_s_own_result_needs_no_request(self) -> None:
        told = {
            "status": "Succeeded",
            "assessmentActivityId": "x",
            "otherPatchCount": 1,
            "availablePatches": [package("a")],
        }
        report = of_run(RunScope([DB], {"patch_assess": {DB.node_id: told}}))[DB.node_id]
        assert [patch.id for patch in report.assessment.patches] == ["a"]

    def test_the_graph_s_rows_are_waited_for_until_they_are_the_run_s_and_whole(self) -> None:
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        older = rows("older", "1", at="2026-11-01T00:00:00Z")
        report = of_run(scope, older, rows("mine"), rows("mine", "5012170"))[AD.node_id]
        assert [patch.id for patch in report.assessment.patches] == ["KB5012170"]

    def test_rows_that_the_assessment_before_left_do_not_count(self) -> None:
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        left = rows("mine", "1", "2", written="2026-11-01T00:00:00Z")
        report = of_run(scope, left, rows("mine", "5012170", written=LATE))[AD.node_id]
        assert [patch.id for patch in report.assessment.patches] == ["KB5012170"]

    def test_a_fault_that_passes_is_sat_out_and_told_when_it_does_not(self) -> None:
        fault = Request("POST", GRAPH, refused(503, "ServiceUnavailable", **{"retry-after": "100"}))
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        assert len(of_run(scope, fault, rows("mine", "5012170"))[AD.node_id].assessment.patches) == 1
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        assert "ServiceUnavailable" in of_run(scope, *[fault] * 4)[AD.node_id].not_checked

    def test_an_assessment_that_came_after_the_run_s_is_as_good(self) -> None:
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        report = of_run(scope, rows("newer", "5012170", at=LATE))[AD.node_id]
        assert len(report.assessment.patches) == 1

    @pytest.mark.parametrize("status", ["InProgress", "Failed"])
    def test_a_newer_one_that_has_not_ended_well_does_not_stand_in_for_it(self, status: str) -> None:
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        newer = rows("newer", "5012170", at=LATE, status=status)
        assert "does not have the patches" in of_run(scope, *[newer] * 4)[AD.node_id].not_checked

    def test_rows_that_do_not_come_leave_the_machine_not_checked(self) -> None:
        scope = RunScope([AD], {"patch_assess": {AD.node_id: dict(COUNTED)}})
        stale = rows("older", "1", at="2026-11-01T00:00:00Z")
        report = of_run(scope, *[stale] * 4)[AD.node_id]
        assert "does not have the patches" in report.not_checked

    def test_a_machine_that_the_run_has_not_assessed_is_not_checked(self) -> None:
        assert of_run(RunScope([DB], {}))[DB.node_id].not_checked == NOT_BY_RUN

    def test_an_assessment_that_failed_says_nothing(self) -> None:
        scope = RunScope([DB], {"patch_assess": {DB.node_id: {"status": "Failed", "assessmentActivityId": "x"}}})
        assert "ended as Failed" in of_run(scope)[DB.node_id].not_checked


def test_without_a_run_one_query_tells_of_all_machines() -> None:
    session, wire = scripted([rows("any", "5012170")])
    reports = OfTheGraph(session).read([AD, DB])
    wire.finish()
    found = reports[AD.node_id].assessment
    assert found is not None
    assert [patch.id for patch in found.patches] == ["KB5012170"]
    assert reports[DB.node_id].not_checked == NOT_ASSESSED


WEB = Node(vm("web"), "web", "azure_vm", SUBSCRIPTION, os_family="linux")
WHAT_IT_DID = {
    "status": "Failed",
    "installationActivityId": "x",
    "startDateTime": LATE,
    "patches": [package("a", installationState="Failed")],
}


class StoppedShort(RunScope):
    """A run in which only DB still goes, after an installation was sent to all of its wave."""

    def __init__(self, nodes: list[Node], outputs: dict[str, dict[str, dict[str, Any]]]) -> None:
        super().__init__(nodes, outputs)
        ids = tuple(node.node_id for node in nodes)
        self.add(Operation("op1", "patch_install", "install", "", SUBSCRIPTION, "", "finished", node_ids=ids))

    def nodes(self) -> list[Node]:
        return [DB]


class FakeModule:
    """As much of a module as the work needs."""

    check_mode = False

    def __init__(self, when: str) -> None:
        none = dict.fromkeys(("approvals", "installed_since", "node_ids"))
        self.params: dict[str, Any] = {**none, "when": when, "graph_timeout": 0}


class TestNodesThatStoppedAfterAnInstallation:
    def read(
        self, monkeypatch: pytest.MonkeyPatch, when: str, installed: dict[str, dict[str, Any]]
    ) -> tuple[dict[str, Any], Any]:
        """What the module answers, and the states that it records."""
        session, _wire = scripted([])
        scope = StoppedShort([DB, WEB], {"patch_install": installed})
        monkeypatch.setattr(compliance_info, "session_of", lambda _module: session)
        monkeypatch.setattr(compliance_info, "open_scope", lambda *_arguments: scope)
        answer = read_compliance(FakeModule(when))
        return answer, scope.patches[when]

    def test_what_the_installation_did_is_recorded_and_counted_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer, recorded = self.read(monkeypatch, "after", {WEB.node_id: WHAT_IT_DID})
        assert list(recorded) == [DB.node_id, WEB.node_id]
        assert answer["total"] == 1

    def test_nothing_is_recorded_of_one_whose_installation_tells_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer, recorded = self.read(monkeypatch, "after", {})
        assert list(recorded) == [DB.node_id]
        assert [entry["node_id"] for entry in answer["not_checked"]] == [DB.node_id]

    def test_before_an_installation_only_those_that_go_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _answer, recorded = self.read(monkeypatch, "before", {})
        assert list(recorded) == [DB.node_id]

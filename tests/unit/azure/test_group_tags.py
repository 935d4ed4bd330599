# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch group tags of Azure machines: only what differs is written, and nothing twice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure import group_tags
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.group_tags import plan_tags, set_group_tags
from ansible_collections.hybridops.patching.plugins.module_utils._azure.machines import machines_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError
from azure.mgmt.resource.resources.models import TagsPatchResource

from tests.unit.azure.wire import Request, Wire, arc, refused, scripted, vm

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
VMS = "/providers/Microsoft.Compute/virtualMachines"
ARCS = "/providers/Microsoft.HybridCompute/machines"
GROUP = "patch_prod_0600_batch_1"


def entry(node_id: str, **tags: str) -> dict[str, Any]:
    return {"id": node_id, "name": node_id.rpartition("/")[2], "tags": tags or None}


def graph(*entries: dict[str, Any]) -> Request:
    return Request("POST", GRAPH, Answer(200, {"data": list(entries), "resultTruncated": "false"}))


def listed(path: str, *entries: dict[str, Any]) -> Request:
    return Request("GET", path, Answer(200, {"value": list(entries)}))


def write(node_id: str, operation: str, **tags: str) -> Request:
    body = {"operation": operation, "properties": {"tags": tags}}
    return Request("PATCH", f"{node_id}/providers/Microsoft.Resources/tags/default", Answer(200, {}), body)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the module's work on a script; gives its answer and the wire."""

    def work(script: list[Request], *node_ids: str, check: bool = False, **options: Any) -> tuple[dict[str, Any], Wire]:
        session, wire = scripted(script)
        monkeypatch.setattr(group_tags, "session_of", lambda _module: session)
        usual = {"patch_group": GROUP, "tag_key": "patch", "state": "present", "source": "resource_graph"}
        params = {"nodes": [{"node_id": node_id} for node_id in node_ids], **usual, **options}
        answer = set_group_tags(SimpleNamespace(params=params, check_mode=check))
        wire.finish()
        return answer, wire

    return work


def test_only_what_differs_is_read_again_and_written(run: Any) -> None:
    script = [
        graph(entry(vm("one"), Patch=GROUP), entry(vm("two"), patch="old", role="db")),
        listed(VMS, entry(vm("one"), Patch=GROUP), entry(vm("two"), patch="old", role="db")),
        write(vm("two"), "Merge", patch=GROUP),
    ]
    answer, wire = run(script, vm("one"), vm("two"))
    assert answer["changed_node_ids"] == [vm("two")]
    assert answer["diff"] == {"before": {vm("two"): "old"}, "after": {vm("two"): GROUP}}
    (body,) = (body for method, _path, _query, body in wire.sent if method == "PATCH")
    assert TagsPatchResource(body).as_dict() == body


def test_what_resource_graph_has_not_seen_yet_is_not_written_again(run: Any) -> None:
    answer, _wire = run([graph(entry(vm("one"))), listed(VMS, entry(vm("one"), patch=GROUP))], vm("one"))
    assert answer["changed"] is False


def test_nothing_to_do_is_one_query(run: Any) -> None:
    answer, _wire = run([graph(entry(vm("one"), PATCH=GROUP), entry(arc("a"), patch=GROUP))], vm("one"), arc("a"))
    assert (answer["changed"], answer["nodes"]["ok"]) == (False, 2)


def test_check_mode_predicts_and_writes_nothing(run: Any) -> None:
    script = [graph(entry(arc("a"))), listed(ARCS, entry(arc("a")))]
    answer, _wire = run(script, arc("a"), check=True)
    assert (answer["changed"], answer["diff"]["after"]) == (True, {arc("a"): GROUP})


def test_a_tag_is_removed_in_azure_s_own_spelling(run: Any) -> None:
    script = [
        listed(VMS, entry(vm("one"), Patch="w1", role="db")),
        write(vm("one"), "Delete", Patch="w1"),
    ]
    answer, _wire = run(script, vm("one"), state="absent", source="arm")
    assert answer["diff"] == {"before": {vm("one"): "w1"}, "after": {vm("one"): None}}


def test_one_machine_s_failure_is_its_own(run: Any) -> None:
    path = f"{vm('one')}/providers/Microsoft.Resources/tags/default"
    script = [
        listed(VMS, entry(vm("one"))),
        Request("PATCH", path, refused(409, "ScopeLocked", "locked")),
    ]
    answer, _wire = run(script, vm("one"), vm("gone"), source="arm")
    assert (answer["changed"], answer["nodes"]["failed"]) == (False, 2)
    reasons = {failure["node_id"]: failure["reason"] for failure in answer["nodes"]["failures"]}
    assert "A lock" in reasons[vm("one")]
    assert "knows no such machine" in reasons[vm("gone")]


def test_a_whole_that_cannot_be_read_fails(run: Any) -> None:
    with pytest.raises(CloudError, match="AuthorizationFailed"):
        run([Request("GET", VMS, refused(403, "AuthorizationFailed"))], vm("one"), source="arm")


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"tag_key": "a/b"}, "tag_key"), ({"tag_key": "a" * 513}, "tag_key"), ({"tag_key": "a\n"}, "tag_key"),
        ({"tag_key": ""}, "tag_key"), ({"patch_group": "v" * 257}, "patch_group"),
        ({"patch_group": None}, "patch_group"),
    ],
)  # fmt: skip
def test_what_azure_would_not_take_is_refused_before_any_request(
    run: Any, options: dict[str, Any], option: str
) -> None:
    with pytest.raises(InputError, match=option):
        run([], vm("one"), **options)


def test_a_machine_with_all_the_tags_that_there_may_be() -> None:
    full = {f"t{number}": "x" for number in range(50)}
    machines = machines_of([entry(vm("one"), **full), entry(vm("two"), **full | {"t0": "x"})])
    plan = plan_tags("patch", {vm("one"): GROUP}, machines)
    assert "50 tags already" in plan.failures[vm("one")]
    assert plan_tags("T0", {vm("two"): GROUP}, machines).after == {vm("two"): GROUP}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waiting for an operation sits out: a service that has trouble, and a machine that does not show it yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_request import INSTALL
from ansible_collections.hybridops.patching.plugins.module_utils._azure.patch_wait import (
    GOING,
    GRAPH_PAUSE,
    PatchOperation,
    PatchPoller,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core import pool
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NullScope

from tests.unit.azure.wire import ENDPOINT, SUBSCRIPTION, Clock, Request, arc, refused, scripted, vm

DB, WEB, AD = vm("db"), vm("web"), arc("ad")
OPERATIONS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
ENDED = Answer(200, {"status": "Succeeded", "installationActivityId": "a"})
GONE = refused(404, "NotFound")
IN_TROUBLE = refused(503, "ServiceUnavailable", **{"retry-after": "100"})


def operation(node_id: str, number: int = 1, age: timedelta = timedelta(0)) -> PatchOperation:
    url = f"{ENDPOINT}{OPERATIONS}/{number}"
    return PatchOperation(node_id, INSTALL, url, SUBSCRIPTION, datetime.now(UTC) - age)


def poll(answer: Answer, number: int = 1) -> Request:
    return Request("GET", f"{OPERATIONS}/{number}", answer)


def shows_nothing(node_id: str) -> Request:
    """What tells of a machine's installations, where there is none."""
    if node_id == AD:
        return Request("POST", GRAPH, Answer(200, {"data": [], "resultTruncated": "false"}))
    return Request("GET", f"{node_id}/instanceView", Answer(200, {}))


def test_trouble_of_the_service_is_a_note_and_no_end_of_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "ThreadPoolExecutor", lambda **_settings: ThreadPoolExecutor(1))
    session, wire = scripted([poll(IN_TROUBLE), poll(ENDED, 2), poll(ENDED)])
    poller = PatchPoller(session, NullScope([]), [operation(DB), operation(WEB, 2)])
    assert poller.look() is False
    assert "ServiceUnavailable" in poller.progress.notes[0]
    assert (poller.progress.waiting, poller.failures) == ({DB: GOING}, {})
    assert [one.operation.node_id for one in poller.ended] == [WEB]
    assert poller.look() is True
    wire.finish()
    assert [(one.operation.node_id, one.status) for one in poller.ended] == [(DB, "passed"), (WEB, "passed")]


@pytest.mark.parametrize("node_id", [DB, AD], ids=["VM", "Arc machine"])
class TestForgottenAndNotShown:
    def test_it_is_waited_for_while_the_graph_may_be_behind(self, node_id: str) -> None:
        session, wire = scripted([poll(GONE), shows_nothing(node_id), shows_nothing(node_id)])
        clock = Clock()
        waited_for = [operation(node_id, age=timedelta(minutes=40))]
        poller = PatchPoller(session, NullScope([]), waited_for, clock=clock)
        assert poller.look() is False
        clock.sleep(GRAPH_PAUSE)
        assert poller.look() is False
        wire.finish()
        assert (poller.progress.waiting, poller.failures) == ({node_id: GOING}, {})

    def test_it_fails_when_the_graph_would_have_it(self, node_id: str) -> None:
        session, wire = scripted([poll(GONE), shows_nothing(node_id)])
        poller = PatchPoller(session, NullScope([]), [operation(node_id, age=timedelta(minutes=46))])
        assert poller.look() is True
        wire.finish()
        assert "what became of it is not known" in poller.failures[node_id]

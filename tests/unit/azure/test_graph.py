# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to Resource Graph: all rows, whole requests, and no answer that was cut off."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.graph import literal, literals, query
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError
from azure.mgmt.resourcegraph.models import QueryRequest

from tests.unit.azure.wire import SUBSCRIPTION, Request, Wire, scripted


def page(rows: list[Any], token: str = "", truncated: str = "false") -> Answer:
    body: dict[str, Any] = {"data": rows, "count": len(rows), "totalRecords": 9, "resultTruncated": truncated}
    return Answer(200, body | ({"$skipToken": token} if token else {}))


def ask(*answers: Answer, subscriptions: int = 1) -> tuple[list[Any], Wire]:
    session, wire = scripted([Request("POST", "/providers/Microsoft.ResourceGraph/resources", one) for one in answers])
    names = [f"{SUBSCRIPTION}-{number}" for number in range(subscriptions)]
    return query(session.connect(), "resources | project id", names, "read them"), wire


def test_all_pages_are_read() -> None:
    rows, wire = ask(page([1, 2], "t-1"), page([3], "t-2"), page([4]))
    assert rows == [1, 2, 3, 4]
    wire.finish()
    tokens = [body["options"].get("$skipToken") for _method, _path, _query, body in wire.sent]
    assert tokens == [None, "t-1", "t-2"]


def test_the_sdk_accepts_what_is_asked() -> None:
    _rows, wire = ask(page([1], "t"), page([]))
    for _method, _path, given, body in wire.sent:
        assert given == {"api-version": "2021-03-01"}
        read = QueryRequest.deserialize(body)
        assert read.serialize() == body
        assert read.options.top == 1000
        assert read.query.endswith("| order by id asc")
        assert not {"limit", "take", "top"} & set(read.query.split())


def test_so_many_subscriptions_go_into_one_query() -> None:
    rows, wire = ask(page([1]), page([2]), subscriptions=1001)
    assert rows == [1, 2]
    assert [len(body["subscriptions"]) for _method, _path, _query, body in wire.sent] == [1000, 1]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([page([1], truncated="true")], "cut the answer off after 1 rows"),
        ([page([1], "t"), page([2], "t")], "the same page twice"),
        ([Answer(200, {"data": {"columns": [], "rows": []}})], "answered no rows"),
        ([Answer(200, "<html>")], "answered no rows"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(answers: list[Answer], reason: str) -> None:
    with pytest.raises(CloudError, match=reason):
        ask(*answers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "'a'"), ("it's", r"'it\'s'"), ("a\\", r"'a\\'"), ("a\nb", r"'a\nb'"), ("' | take 1", r"'\' | take 1'")],
)
def test_texts_cannot_leave_their_quotes(text: str, expected: str) -> None:
    assert literal(text) == expected


def test_lists_of_texts() -> None:
    assert literals(["a", "b'"]) == r"('a', 'b\'')"

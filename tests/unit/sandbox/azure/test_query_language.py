# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The query language of Resource Graph: what expressions and operators give, and how mistakes are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.azure.graph.errors import ParserFailure, SemanticError
from tests.sandbox.azure.graph.nodes import Query
from tests.sandbox.azure.graph.operators import Run
from tests.sandbox.azure.graph.parser import parse
from tests.sandbox.azure.graph.relation import Relation
from tests.sandbox.azure.graph.values import shown

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
COLUMNS = {"id": "string", "name": "string", "type": "string", "tags": "dynamic", "properties": "dynamic"}
ROWS: list[dict[str, Any]] = [
    {
        "id": "/vm/1",
        "name": "Web-01",
        "type": "microsoft.compute/virtualmachines",
        "tags": {"patch": "w1", "Patch Group": "g1"},
        "properties": {
            "size": 4,
            "when": "2026-11-25T12:00:00.1234567Z",
            "disks": [{"n": "a"}, {"n": "b"}],
            "on": True,
        },
    },
    {
        "id": "/vm/2",
        "name": "web-02",
        "type": "microsoft.compute/virtualmachines",
        "tags": {"patch": "w2"},
        "properties": {"size": 2, "when": "2026-11-20T00:00:00Z", "disks": [], "on": False},
    },
    {
        "id": "/arc/1",
        "name": "db-01",
        "type": "microsoft.hybridcompute/machines",
        "tags": None,
        "properties": {"size": None, "status": "Connected"},
    },
]
OTHERS = [{"id": "/arc/1", "note": "first"}, {"id": "/arc/1", "note": "second"}, {"id": "/none", "note": "third"}]


def _table(query: Query) -> Relation:
    if query.table.lower() == "others":
        return Relation({"id": "string", "note": "string"}, OTHERS)
    return Relation(COLUMNS, ROWS)


def run(text: str) -> list[dict[str, Any]]:
    """The rows that a query gives, as the answer shows them."""
    found = Run(_table, NOW).relation(parse(text))
    return [{name: shown(row.get(name)) for name in found.columns} for row in found.rows]


def values(text: str) -> list[Any]:
    """The first column of what a query gives."""
    return [next(iter(row.values())) for row in run(text)]


def names(condition: str) -> list[str]:
    """The names of the rows for which a condition holds."""
    return [str(row["name"]) for row in run(f"resources | where {condition}")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("type == 'Microsoft.Compute/virtualMachines'", []),
        ("type =~ 'Microsoft.Compute/virtualMachines'", ["Web-01", "web-02"]),
        ("type !~ 'Microsoft.Compute/virtualMachines'", ["db-01"]),
        ("name != 'Web-01'", ["web-02", "db-01"]),
        ("name <> 'Web-01'", ["web-02", "db-01"]),
        ("name in ('Web-01', 'db-01')", ["Web-01", "db-01"]),
        ("name in~ ('WEB-01', 'DB-01')", ["Web-01", "db-01"]),
        ("name !in ('Web-01')", ["web-02", "db-01"]),
        ("name !in~ ('web-01')", ["web-02", "db-01"]),
        ("name in (dynamic(['db-01']))", ["db-01"]),
        ("name has 'web'", ["Web-01", "web-02"]),
        ("name has 'we'", []),
        ("name !has 'web'", ["db-01"]),
        ("name contains 'B-0'", ["Web-01", "web-02", "db-01"]),
        ("name contains_cs 'We'", ["Web-01"]),
        ("name startswith 'WEB'", ["Web-01", "web-02"]),
        ("name endswith '-01'", ["Web-01", "db-01"]),
        ("name !endswith '-01'", ["web-02"]),
        ("name has_any ('db', 'xx')", ["db-01"]),
        ("name matches regex @'^\\w+-02$'", ["web-02"]),
        ("tags.patch == 'w1'", ["Web-01"]),
        ("tags['Patch Group'] =~ 'G1'", ["Web-01"]),
        ('tags["patch"] in~ ("W1", "W2")', ["Web-01", "web-02"]),
        ("tags.Patch == 'w1'", []),
        ("isnotempty(tags.patch)", ["Web-01", "web-02"]),
        ("isempty(tags['patch'])", ["db-01"]),
        ("isnull(tags)", ["db-01"]),
        ("isnotnull(properties.size)", ["Web-01", "web-02"]),
        ("properties.size > 2", ["Web-01"]),
        ("properties.size >= 2 and properties.size <= 4", ["Web-01", "web-02"]),
        ("toint(properties.size) between (1 .. 3)", ["web-02"]),
        ("toint(properties.size) + 1 == 5 or name == 'db-01'", ["Web-01", "db-01"]),
        ("not(name == 'db-01' or name == 'web-02')", ["Web-01"]),
        ("name == 'db-01' or name == 'web-02' and 1 == 2", ["db-01"]),
        ("tobool(properties.on)", ["Web-01"]),
        ("todatetime(properties.when) > ago(2d)", ["Web-01"]),
        ("todatetime(properties.when) < datetime(2026-11-21)", ["web-02"]),
        ("now() - todatetime(properties.when) > 3d", ["web-02"]),
        ("properties.disks[0].n == 'a'", ["Web-01"]),
        ("array_length(properties.disks) == 2", ["Web-01"]),
        ("properties.status == 'Connected' // a comment", ["db-01"]),
    ],
)
def test_conditions(condition: str, expected: list[str]) -> None:
    assert names(condition) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'it\\'s' ", "it's"),
        ('"say \\"x\\""', 'say "x"'),
        ("@'C:\\dir'", "C:\\dir"),
        ("@'it''s'", "it's"),
        ("tolower('AbC')", "abc"),
        ("toupper('AbC')", "ABC"),
        ("strcat('a', 1, true)", "a1true"),
        ("split('a/b/c', '/')[1]", "b"),
        ("substring('abcdef', 2, 3)", "cde"),
        ("strlen('abc')", 3),
        ("replace_string('a-b', '-', '_')", "a_b"),
        ("extract('v(\\\\d+)', 1, 'v12')", "12"),
        ("tostring(dynamic({'a': [1, 2]}))".replace("'", '"'), '{"a":[1,2]}'),
        ("parse_json('{\"a\": 1}').a", 1),
        ("array_length(dynamic([1, 2]))", 2),
        ('bag_keys(dynamic({"a": 1, "b": 2}))', ["a", "b"]),
        ("coalesce(tolong('x'), 5)", 5),
        ("iff(1 < 2, 'yes', 'no')", "yes"),
        ("case(1 == 2, 'a', 2 == 2, 'b', 'c')", "b"),
        ("toint('7') * 2 - 1", 13),
        ("7 / 2", 3),
        ("7 / 2.0", 3.5),
        ("-(1 + 2) * 3", -9),
        ("1 + 2 * 3", 7),
        ("tolong('x')", None),
        ("todatetime('no date')", None),
        ("datetime('2026-11-26')", "2026-11-26T00:00:00.0000000Z"),
        ("datetime(null)", None),
        ("timespan(1d) + timespan('02:00:00')", "1.02:00:00"),
        ("datetime(2026-11-26T10:00:00Z)", "2026-11-26T10:00:00.0000000Z"),
        ("now() - 1h", "2026-11-26T11:00:00.0000000Z"),
        ("datetime(2026-11-26) - datetime(2026-11-24)", "2.00:00:00"),
        ("bin(datetime(2026-11-26T10:30:00), 1d)", "2026-11-26T00:00:00.0000000Z"),
        ("set_has_element(dynamic(['a']), 'a')", True),
    ],
)
def test_expressions(expression: str, expected: Any) -> None:
    assert values(f"resources | take 1 | project x = {expression}") == [expected]


def test_columns_get_names_as_kusto_gives_them() -> None:
    query = "resources | take 1 | project name, tags.patch, tags['Patch Group'], tostring(properties.size), 1"
    assert list(run(query)[0]) == ["name", "tags_patch", "tags_Patch Group", "properties_size", "Column5"]
    assert list(run("resources | extend a = 1, name = 'x' | take 1")[0]) == [*COLUMNS, "a"]
    assert list(run("resources | project-away properties, t* | take 1")[0]) == ["id", "name"]
    assert list(run("resources | project-keep name, id | take 1")[0]) == ["id", "name"]
    assert next(iter(run("resources | project-reorder name | take 1")[0])) == "name"
    assert list(run("resources | project-rename machine = name | take 1")[0])[1] == "machine"
    assert run("resources | project ['a b'] = name | take 1") == [{"a b": "Web-01"}]


def test_order_is_by_several_keys_with_nulls_where_kusto_has_them() -> None:
    assert values("resources | order by type desc, name asc | project name") == ["db-01", "Web-01", "web-02"]
    assert values("resources | sort by name | project name") == ["web-02", "db-01", "Web-01"]
    assert values("resources | order by toint(properties.size) asc | project name") == ["db-01", "web-02", "Web-01"]
    assert values("resources | order by toint(properties.size) desc | project name") == ["Web-01", "web-02", "db-01"]
    ordered = "resources | order by toint(properties.size) asc nulls last | project name"
    assert values(ordered) == ["web-02", "Web-01", "db-01"]
    assert values("resources | top 1 by name asc | project name") == ["Web-01"]


def test_summaries() -> None:
    assert run("resources | summarize count() by type | order by count_") == [
        {"type": "microsoft.compute/virtualmachines", "count_": 2},
        {"type": "microsoft.hybridcompute/machines", "count_": 1},
    ]
    assert run("resources | where 1 == 2 | summarize n = count(), s = sum(toint(properties.size))") == [
        {"n": 0, "s": 0}
    ]
    assert run(
        "resources | summarize list = make_list(name), most = max(toint(properties.size)) by tostring(tags.patch)"
    )[0] == {"tags_patch": "w1", "list": ["Web-01"], "most": 4}
    latest = "resources | summarize arg_max(todatetime(properties.when), name) by type | order by type asc"
    assert run(latest)[0]["name"] == "Web-01"
    whole = "resources | summarize arg_min(toint(properties.size), *) by type | order by type asc"
    assert run(whole)[0]["id"] == "/vm/2"
    assert run("resources | summarize countif(name has 'web'), dcount(type), avg(toint(properties.size))") == [
        {"countif_": 2, "dcount_type": 2, "avg_properties_size": 3.0}
    ]
    assert values("resources | distinct type") == [
        "microsoft.compute/virtualmachines",
        "microsoft.hybridcompute/machines",
    ]
    assert run("resources | count") == [{"Count": 3}]


def test_arrays_become_rows() -> None:
    expanded = "resources | mv-expand disk = properties.disks | project name, disk = tostring(disk.n)"
    assert [tuple(row.values()) for row in run(expanded)] == [
        ("Web-01", "a"),
        ("Web-01", "b"),
        ("web-02", ""),
        ("db-01", ""),
    ]
    keys = "resources | mv-expand key = bag_keys(tags) to typeof(string) | where isnotempty(key) | distinct key"
    assert values(keys) == ["patch", "Patch Group"]


def test_joins_and_unions() -> None:
    inner = "resources | join kind=inner (others) on id | project name, note, id1"
    assert [row["note"] for row in run(inner)] == ["first", "second"]
    assert run(inner)[0]["id1"] == "/arc/1"
    outer = (
        "resources | join kind=leftouter (others | where note == 'first') on $left.id == $right.id | project name, note"
    )
    assert [row["note"] for row in run(outer)] == [None, None, "first"]
    unique = "others | join (resources) on id | project note, name"
    assert [row["note"] for row in run(unique)] == ["first"]
    assert len(run("resources | union others")) == 6
    assert len(run("union resources, (others | where note == 'third')")) == 4
    assert run("resources | union others | where note == 'third' | project name, note") == [
        {"name": None, "note": "third"}
    ]


def test_a_query_may_begin_without_a_table() -> None:
    assert values("where name == 'db-01' | project name") == ["db-01"]
    assert values("Resources\n| where name == 'db-01'\n| project name;") == ["db-01"]


@pytest.mark.parametrize(
    ("text", "line", "token"),
    [
        ("resources | frobnicate", 1, "frobnicate"),
        ("resources\n| where name = 'x'", 2, "="),
        ("resources | where (name == 'x'", 1, "<EOF>"),
        ("resources | where name == 'x", 1, "'"),
        ("resources | parse name with *", 1, "parse"),
        ("resources | where base64_encode_tostring(name) == 'x'", 1, "base64_encode_tostring"),
        ("resources | summarize percentile(size, 95)", 1, "percentile"),
        ("resources | join kind=rightanti (others) on id", 1, "join"),
        ("resources | take many", 1, "many"),
        ("let x = 1; resources", 1, "let"),
        ("resources | where name == #", 1, "#"),
        ("resources | mv-expand tags limit 401", 1, "mv-expand"),
    ],
)
def test_what_is_not_served_is_named(text: str, line: int, token: str) -> None:
    with pytest.raises(ParserFailure) as refused:
        run(text)
    assert (refused.value.detail["line"], refused.value.detail["token"]) == (line, token)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("resources | where nope == 1", "Failed to resolve scalar expression named 'nope'"),
        ("resources | project name | where id == 'x'", "Failed to resolve scalar expression named 'id'"),
        ("resources | project-away nope", "Failed to resolve column named 'nope'"),
        ("resources | where name == 1", "Cannot compare values of types string and long"),
        ("resources | where properties.when > ago(1d)", "Cannot compare values of types dynamic and datetime"),
        ("resources | where name", "the condition is of type string"),
        ("resources | where name.first == 'x'", "only dynamic values have members"),
        ("resources | summarize count() by tags.patch", "'tags_patch' is of a 'dynamic' type"),
        ("resources | distinct tags", "'tags' is of a 'dynamic' type"),
        ("resources | order by properties.size", "is of a dynamic type"),
        ("resources | mv-expand name", "dynamic is wanted"),
        ("resources | join kind=inner (others) on name", "named 'name'"),
        ("resources | extend x = name + 1", "'\\+' is not for values of types string and long"),
        ("resources | where tolower() == 'x'", "0 arguments"),
        ("resources | summarize sum(name)", "wants numbers"),
    ],
)
def test_what_means_nothing_is_refused_even_without_rows(text: str, message: str) -> None:
    with pytest.raises(SemanticError, match=message):
        run(text.replace("resources |", "resources | where 1 == 2 |", 1))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record's schema: what fits it, what does not, and how a record in progress is filled in."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._report.json_out import to_json
from ansible_collections.hybridops.patching.plugins.module_utils._report.schema import (
    RECORD_SCHEMA,
    complete,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests import report_samples as samples

ORACLE = Draft202012Validator(RECORD_SCHEMA)
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just({"a": "b"}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


SMALL = {"runs": [samples.failed_run()]}
PLACES = [path for path in places(SMALL) if path]


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The small record with another value in one place."""
    record = copy.deepcopy(SMALL)
    at: Any = record
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return record


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(RECORD_SCHEMA)


@pytest.mark.parametrize("make", [samples.demo_record, samples.hostile_record])
def test_samples_fit(make: Any) -> None:
    assert validate(make()) == []
    assert list(ORACLE.iter_errors(make())) == []


@given(path=st.sampled_from(PLACES), value=JUNK)
def test_it_agrees_with_jsonschema(path: tuple[Any, ...], value: Any) -> None:
    record = changed(path, value)
    assert (validate(record) == []) == ORACLE.is_valid(record)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "record: must be object, not list"),
        ({}, "record: needs the key 'runs'"),
        ({"runs": [{}]}, "runs[0]: needs the key 'run_id'"),
        ({"runs": [{"run_id": 7}]}, "runs[0].run_id: must be string, not int"),
        (
            changed(("runs", 0, "batches", 0, "nodes", 0, "verdict"), "good"),
            "runs[0].batches[0].nodes[0].verdict: 'good' is not one of passed, failed, held, not_checked, null",
        ),
        (
            changed(("runs", 0, "batches", 0, "nodes", 0, "patches", "before", "counts", "missing"), "4"),
            "runs[0].batches[0].nodes[0].patches.before.counts.missing: must be integer, not str",
        ),
        (
            changed(("runs", 0, "batches", 0, "nodes", 0, "patches", "before", "counts", "missing"), True),
            "runs[0].batches[0].nodes[0].patches.before.counts.missing: must be integer, not bool",
        ),
        (changed(("runs", 0, "gates", 0, "opened"), 1), "runs[0].gates[0].opened: must be boolean, not int"),
    ],
)
def test_a_problem_names_its_place(record: Any, message: str) -> None:
    assert validate(record) == [message]


def test_every_problem_is_told() -> None:
    assert len(validate({"runs": [{"run_id": 1, "environment": 2}, {"status": 3}]})) == 4


def test_a_barely_begun_run_is_completed() -> None:
    full = complete({"runs": [{"run_id": "r", "batches": [{"name": "batch_1", "nodes": [{"node_id": "n"}]}]}]})
    run = full["runs"][0]
    assert (run["status"], run["finished"], run["gates"], run["policy"]) == ("", None, [], {"path": "", "sha256": ""})
    node = run["batches"][0]["nodes"][0]
    assert (node["verdict"], node["wave"], node["power"]["restored"]) == (None, None, None)
    assert node["patches"]["after"]["counts"] == {}
    assert node["services"] == {"lost": [], "ports_lost": []}


def test_a_null_where_none_may_be_counts_as_missing() -> None:
    run = complete({"runs": [{"run_id": "r", "gates": None, "policy": None, "environment": None}]})["runs"][0]
    assert (run["gates"], run["policy"]["path"], run["environment"]) == ([], "", "")


def test_null_for_what_has_not_been_looked_at() -> None:
    """The ledger writes null for a node's power and patches before it has seen them."""
    node = {"node_id": "n", "power": None, "baseline": None, "patches": {"before": None, "after": None}}
    record = {"runs": [{"run_id": "r", "batches": [{"name": "b", "nodes": [node]}]}]}
    assert validate(record) == []
    full = complete(record)["runs"][0]["batches"][0]["nodes"][0]
    assert full["power"] == {"before": "", "started_by_run": False, "restored": None}
    assert full["patches"]["before"]["patches"] == []


def test_no_override_stays_no_override() -> None:
    gates = complete({"runs": [{"run_id": "r", "gates": [{"batch": "b"}, {"batch": "b", "override": {}}]}]})
    assert [gate["override"] for gate in gates["runs"][0]["gates"]] == [None, {"reason": "", "by": ""}]


def test_unknown_keys_stay() -> None:
    record = {"runs": [{"run_id": "r", "ticket": "CHG1"}], "made_by": "x"}
    assert validate(record) == []
    assert (complete(record)["made_by"], complete(record)["runs"][0]["ticket"]) == ("x", "CHG1")


@given(path=st.sampled_from(PLACES))
def test_completing_twice_changes_nothing(path: tuple[Any, ...]) -> None:
    once = complete(changed(path, None))
    assert complete(once) == once


def test_json_has_the_same_keys_in_the_same_order_whatever_is_missing() -> None:
    little = json.loads(to_json({"runs": [{"batches": [{"name": "b"}], "run_id": "r"}]}))
    much = json.loads(to_json({"runs": [samples.passed_run()]}))
    assert list(little["runs"][0]) == list(much["runs"][0])
    assert list(little["runs"][0]["batches"][0]) == list(much["runs"][0]["batches"][0])


def test_json_keeps_what_was_recorded() -> None:
    record = samples.hostile_record()
    text = to_json(record)
    assert text.endswith("}\n")
    assert json.loads(text) == json.loads(json.dumps(complete(record)))
    assert "🦉" in text


def keys(schema: dict[str, Any]) -> Iterator[str]:
    """Every key that the schema knows."""
    for key, sub in schema.get("properties", {}).items():
        yield key
        yield from keys(sub)
    if "items" in schema:
        yield from keys(schema["items"])


@pytest.mark.parametrize("key", sorted(set(keys(RECORD_SCHEMA))))
def test_the_guide_explains_every_key(key: str) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")
    assert f"`{key}`" in guide

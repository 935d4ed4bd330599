# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSV files: columns, one line per cell, no formulas."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._report.csv_out import (
    FAILURE_COLUMNS,
    NODE_COLUMNS,
    PATCH_COLUMNS,
    cell,
    to_csv,
)
from hypothesis import given
from hypothesis import strategies as st

from tests import report_samples as samples


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text, each with every column."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def files(*runs: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The rows of every file of a record."""
    return {name: rows(text) for name, text in to_csv({"runs": list(runs)}).items()}


def test_files_and_columns() -> None:
    made = to_csv({"runs": []})
    assert made == {
        "nodes.csv": ",".join(NODE_COLUMNS) + "\r\n",
        "patches.csv": ",".join(PATCH_COLUMNS) + "\r\n",
        "failures.csv": ",".join(FAILURE_COLUMNS) + "\r\n",
    }
    wanted = {"owner", "domain", "application", "account", "region", "node", "update_id", "kb", "title", "date"}
    assert wanted | {"classification", "severity", "state_before", "state_after"} <= set(PATCH_COLUMNS)


def test_one_row_a_node() -> None:
    run = samples.mixed_run()
    made = files(run)["nodes.csv"]
    nodes = [node for batch in run["batches"] for node in batch["nodes"]]
    assert [row["node_id"] for row in made] == [node["node_id"] for node in nodes]
    failed = next(row for row in made if row["name"] == "prod-lin-07")
    assert (failed["verdict"], failed["installed_by_run"], failed["missing_before"]) == ("failed", "0", "4")
    assert (failed["missing_after"], failed["started_by_run"]) == ("", "false")
    held = next(row for row in made if row["verdict"] == "held")
    assert (held["started"], held["finished"], held["seconds"]) == ("", "", "")
    passed = next(row for row in made if row["name"] == "prod-lin-03")
    assert (passed["power_before"], passed["started_by_run"], passed["power_restored"]) == ("stopped", "true", "true")
    assert int(passed["seconds"]) > 600


def test_patches_before_and_after_are_joined() -> None:
    made = [row for row in files(samples.passed_run())["patches.csv"] if row["node"] == "test-win-01"]
    first = made[0]
    assert (first["update_id"], first["kb"], first["classification"]) == ("KB5046616", "KB5046616", "SecurityUpdates")
    assert (first["state_before"], first["state_after"], first["installed_by_run"]) == ("missing", "installed", "true")
    assert first["date"].startswith("2026-11-21T")
    assert first["application"] == "payroll"


def test_a_patch_that_is_not_reported_after_has_no_state_after() -> None:
    run = samples.failed_run()
    patches = run["batches"][0]["nodes"][0]["patches"]
    patches["installed"], patches["after"]["patches"] = ["httpd.x86_64"], []
    made = files(run)["patches.csv"]
    assert {row["state_before"] for row in made} == {"missing"}
    after = {row["update_id"]: (row["state_after"], row["installed_by_run"]) for row in made}
    assert after.pop("httpd.x86_64") == ("installed", "true")
    assert set(after.values()) == {("", "false")}


def test_one_id_in_two_versions_stays_two_rows() -> None:
    run = samples.failed_run()
    patches = run["batches"][0]["nodes"][0]["patches"]
    patches["before"]["patches"] = [
        {"id": "kernel.x86_64", "title": title, "state": state}
        for title, state in (("kernel:1", "installed_rejected"), ("kernel:2", "missing"))
    ]
    patches["after"]["patches"] = [{"id": "kernel.x86_64", "title": "kernel:2", "state": "failed"}]
    patches["installed"] = []
    made = files(run)["patches.csv"]
    assert [(r["title"], r["state_before"], r["state_after"]) for r in made] == [
        ("kernel:1", "installed_rejected", ""),
        ("kernel:2", "missing", "failed"),
    ]


@pytest.mark.parametrize(
    ("patch", "kb"),
    [
        ({"id": "KB5046616", "title": "x"}, "KB5046616"),
        ({"id": "ab-12", "title": "2026-11 Update (kb5045933)"}, "KB5045933"),
        ({"id": "kernel.x86_64", "title": "kernel"}, ""),
        ({"id": "KBX", "title": "AKB1234567"}, ""),
    ],
)
def test_kb(patch: dict[str, str], kb: str) -> None:
    run = samples.failed_run()
    run["batches"][0]["nodes"][0]["patches"] = {"after": {"patches": [patch]}}
    assert [row["kb"] for row in files(run)["patches.csv"]] == [kb]


def test_failures_of_every_kind() -> None:
    run = samples.failed_run()
    node = run["batches"][0]["nodes"][0]
    node["patches"]["after"]["patches"] = [{"id": "KB1234567", "title": "t", "state": "failed"}]
    node["patches"]["before"]["not_checked"] = "no scan"
    made = files(run)["failures.csv"]
    assert [(row["kind"], row["what"]) for row in made] == [
        ("node", "failed"),
        ("phase", "verify"),
        ("patch", "KB1234567"),
        ("patches", "before"),
        ("check", "services before and after"),
        ("service", "httpd"),
        ("port", "443"),
    ]
    assert all(row["date"] and row["node"] == "lab-lin-01" for row in made)


def test_what_could_not_be_looked_at_is_a_failure() -> None:
    made = [row for row in files(samples.mixed_run())["failures.csv"] if row["node"] == "prod-lin-11"]
    assert [(row["kind"], row["what"]) for row in made][:2] == [("node", "not_checked"), ("phase", "verify")]


def test_a_run_that_passed_has_no_failures() -> None:
    assert files(samples.passed_run())["failures.csv"] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (-3, "-3"),
        ("two\r\nlines", "two lines"),
        ("null\x00", "null "),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


@given(st.text())
def test_no_text_becomes_a_formula_or_a_second_line(text: str) -> None:
    made = cell(text)
    assert not made.lstrip().startswith(("=", "+", "-", "@"))
    assert not any(char in made for char in "\r\n\t\x00")
    run = samples.failed_run()
    run["batches"][0]["nodes"][0]["reason"] = text
    row = files(run)["nodes.csv"][0]
    assert row["reason"] == made


def test_hostile_texts_stay_in_their_cells() -> None:
    made = files(samples.hostile_record()["runs"][0])
    for name, found in made.items():
        for row in found:
            assert None not in row, name
            assert not any(value.lstrip().startswith(("=", "+", "-", "@")) for value in row.values()), name


@pytest.mark.parametrize(
    ("name", "columns"), [("nodes", NODE_COLUMNS), ("patches", PATCH_COLUMNS), ("failures", FAILURE_COLUMNS)]
)
def test_the_guide_names_the_columns_in_order(name: str, columns: tuple[str, ...]) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")
    listed = guide.split(f"`{name}.csv` has ")[1].split(".\n\n")[0]
    assert tuple(" ".join(listed.split()).split(", ")) == columns

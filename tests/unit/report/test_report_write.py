# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the files: whole, only when they differ, never in check mode."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import Mock

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._report import write as write_module
from ansible_collections.hybridops.patching.plugins.module_utils._report.write import ReportError, write_report

from tests import report_samples as samples

NAMES = ["failures.csv", "nodes.csv", "patches.csv", "report.html", "report.json"]


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []


def test_all_files_then_nothing_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    first = write_report(samples.demo_record(), str(folder))
    assert names(folder) == NAMES
    assert first.changed
    assert sorted(first.paths) == sorted(first.changed_paths) == [str(folder / name) for name in NAMES]
    again = write_report(samples.demo_record(), str(folder))
    assert not again.changed
    assert again.paths == first.paths
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["runs"][2]["environment"] == "lab"


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    record = samples.demo_record()
    write_report(record, str(tmp_path))
    record["runs"][0]["warnings"] = ["look here"]
    changed = write_report(record, str(tmp_path)).changed_paths
    assert sorted(Path(path).name for path in changed) == ["report.html", "report.json"]


def test_check_mode_predicts_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    predicted = write_report(samples.demo_record(), str(folder), ["json"], check_mode=True)
    assert not folder.exists()
    assert predicted == write_report(samples.demo_record(), str(folder), ["json"])
    assert not write_report(samples.demo_record(), str(folder), ["json"], check_mode=True).changed


def test_a_file_that_cannot_be_replaced_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")

    monkeypatch.setattr(Path, "replace", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(ReportError, match=r"cannot write the report .*report\.json: No space left on device"):
        write_report(samples.demo_record(), str(tmp_path), ["json"])
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["report.json"]


def test_a_record_that_does_not_fit_leaves_the_old_report(tmp_path: Path) -> None:
    write_report(samples.demo_record(), str(tmp_path))
    before = {name: (tmp_path / name).read_bytes() for name in NAMES}
    with pytest.raises(ReportError, match=r"runs\[0\]\.run_id: must be string, not int; .* and 1 more"):
        write_report({"runs": [{"run_id": 1}, {}, {}, {}, {}, {}]}, str(tmp_path))
    assert before == {name: (tmp_path / name).read_bytes() for name in NAMES}


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="html, json, csv"):
        write_report(samples.demo_record(), str(tmp_path), ["pdf"])
    assert names(tmp_path) == []


def test_the_mode_of_a_file_is_kept_and_the_umask_honoured(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_report(samples.demo_record(), str(tmp_path), ["json"])
        assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o640
        (tmp_path / "report.json").chmod(0o600)
        write_report({"runs": []}, str(tmp_path), ["json"])
    finally:
        os.umask(old)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("old", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").symlink_to(real)
    write_report({"runs": []}, str(tmp_path / "out"), ["json"])
    assert (tmp_path / "out" / "report.json").is_symlink()
    assert json.loads(real.read_text(encoding="utf-8")) == {"runs": []}


def test_texts_that_utf8_cannot_hold_are_written_escaped(tmp_path: Path) -> None:
    record = {"runs": [{"run_id": "lone \ud800 surrogate"}]}
    write_report(record, str(tmp_path))
    assert "\\ud800" in (tmp_path / "report.json").read_text(encoding="utf-8")


def test_the_directory_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot write the report"):
        write_report({"runs": []}, str(tmp_path / "file"))


def test_formats_are_those_of_the_documentation() -> None:
    assert write_module.FORMATS == ("html", "json", "csv")

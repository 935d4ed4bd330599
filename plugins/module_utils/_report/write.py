# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a report's files: whole or not at all, and only what differs from what is there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from .._core.errors import InputError, PatchingError
from .csv_out import to_csv
from .html.page import render_html
from .json_out import to_json
from .schema import validate

FORMATS = ("html", "json", "csv")
"""What a report can be written as."""

MAX_PROBLEMS = 5


class ReportError(PatchingError):
    """A record that is not one, or a file that cannot be written."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report, and those of them that were (or in check mode would be) written."""

    paths: tuple[str, ...]
    changed_paths: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.changed_paths)


def render(record: Mapping[str, Any], formats: Sequence[str] = FORMATS) -> dict[str, str]:
    """The files of a report: name to text. Nothing is written.

    Raises :class:`InputError` for an unknown format, :class:`ReportError` for a record that does not fit the schema,
    and ImportError for HTML without Jinja2.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError("formats", unknown[0], ", ".join(FORMATS))
    problems = validate(record)
    if problems:
        more = f" and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise ReportError(f"the record cannot be reported: {'; '.join(problems[:MAX_PROBLEMS])}{more}")
    files: dict[str, str] = {}
    if "html" in formats:
        files["report.html"] = render_html(record)
    if "json" in formats:
        files["report.json"] = to_json(record)
    if "csv" in formats:
        files |= to_csv(record)
    return files


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _replace(path: Path, data: bytes) -> None:
    """Put ``data`` in place of a file in one step: a reader sees the old file or the new one, never a part."""
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write_files(files: Mapping[str, str], directory: str, *, check_mode: bool = False) -> Written:
    """Write texts (UTF-8) under their names into a directory, which is made where it is missing.

    A file that already holds the text is left alone. Raises :class:`ReportError` when the system refuses.
    """
    folder = Path(directory).expanduser()
    paths, changed = [], []
    for name, text in files.items():
        path, data = folder / name, text.encode("utf-8", "backslashreplace")
        paths.append(str(path))
        try:
            if _same(path, data):
                continue
            changed.append(str(path))
            if not check_mode:
                folder.mkdir(parents=True, exist_ok=True)
                _replace(path, data)
        except OSError as error:
            raise ReportError(f"cannot write the report {path}: {error.strerror or error}") from error
    return Written(tuple(paths), tuple(changed))


def write_report(
    record: Mapping[str, Any], directory: str, formats: Sequence[str] = FORMATS, *, check_mode: bool = False
) -> Written:
    """Render a record and write ``report.html``, ``report.json``, ``nodes.csv``, ``patches.csv``, ``failures.csv``.

    Everything is rendered before the first file is written, so a record that cannot be rendered leaves the files of
    an earlier report as they are. Raises what :func:`render` and :func:`write_files` raise.
    """
    return write_files(render(record, formats), directory, check_mode=check_mode)

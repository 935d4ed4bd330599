# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a document: read, recognized as JSON, YAML or text, and compared by what it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import HAS_YAML, yaml_dump, yaml_load

from .._core.errors import InputError, PatchingError

LARGEST = 64 * 1024
"""Bytes that a document may have (documentation of CreateDocument)."""

JSON, YAML, TEXT = "JSON", "YAML", "TEXT"


@dataclass(frozen=True, slots=True)
class Content:
    """A content as it is sent or stored. ``meaning``: the structure, or the text itself where it is none."""

    text: str
    format: str
    meaning: Any

    def same(self, other: Content) -> bool:
        """Whether both mean the same, however they are written."""
        return bool(self.meaning == other.meaning)


def wanted_content(given: Any, src: str | None, wanted_format: str | None) -> Content | None:
    """What the options ``content`` or ``src`` say; None when neither is set. Raises InputError."""
    if given is None and src is None:
        return None
    option = "content" if src is None else "src"
    found = _written(given, wanted_format) if isinstance(given, Mapping) else _read(option, given, src, wanted_format)
    size = len(found.text.encode())
    if size > LARGEST:
        raise InputError(
            option, f"{found.text[:40]}…", f"at most {LARGEST} bytes, which is what a document may have; it has {size}"
        )
    return found


def stored_content(text: str, stored_format: str) -> Content:
    """A content as the service answers it. What cannot be read as its format says is taken as text."""
    for form in (stored_format, JSON if stored_format == YAML else YAML):
        meaning = _structure(text, form)
        if meaning is not None and form != TEXT:
            return Content(text, stored_format, meaning)
    return Content(text, stored_format, _plain(text))


def _read(option: str, given: Any, src: str | None, wanted_format: str | None) -> Content:
    text = str(given) if src is None else _file(src)
    if not text.strip():
        raise InputError(option, text, "the content of a document")
    for form in (wanted_format,) if wanted_format else (JSON, YAML, TEXT):
        meaning = _plain(text) if form == TEXT else _structure(text, form)
        if meaning is not None:
            return Content(text, form, meaning)
    shown = src if src is not None else f"{text[:40]}…"
    raise InputError(option, shown, f"a structure in {wanted_format}, as document_format says")


def _written(given: Mapping[str, Any], wanted_format: str | None) -> Content:
    if wanted_format == TEXT:
        raise InputError("document_format", wanted_format, "JSON or YAML for a content that is a structure")
    if wanted_format == YAML:
        _require_yaml()
        text = str(yaml_dump(given, default_flow_style=False, sort_keys=False, allow_unicode=True))
        return Content(text, YAML, _comparable(given))
    text = json.dumps(given, indent=2, ensure_ascii=False)
    if len(text.encode()) > LARGEST:
        text = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    return Content(text, JSON, _comparable(given))


def _file(src: str) -> str:
    try:
        return Path(src).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError("src", src, f"a file that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError("src", src, "a text file in UTF-8") from error


def _structure(text: str, form: str) -> Any:
    """The structure that the text is in this format, None when it is none."""
    if form == TEXT:
        return None
    if form == YAML:
        _require_yaml()
    try:
        found = json.loads(text) if form == JSON else yaml_load(text)
    except Exception:  # whatever a parser of YAML raises, the text is no YAML
        return None
    return _comparable(found) if isinstance(found, Mapping) else None


def _require_yaml() -> None:
    if not HAS_YAML:
        raise PatchingError(
            "The Python library PyYAML is needed on the host that runs the module to read or write YAML"
        )


def _comparable(value: Any) -> Any:
    """The same with what YAML takes for dates as text again, as JSON has it."""
    if isinstance(value, Mapping):
        return {str(key): _comparable(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_comparable(entry) for entry in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _plain(text: str) -> str:
    """A text without what differs between systems: ends of lines, and whether the last one has an end."""
    return text.replace("\r\n", "\n").rstrip("\n")

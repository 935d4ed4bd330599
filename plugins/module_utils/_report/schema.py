# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of runs: its JSON Schema, a validator without dependencies, and the filling in of what is missing.

The schema uses a small part of JSON Schema draft 2020-12 (``type``, ``properties``, ``required``, ``items``,
``additionalProperties``, ``enum``; ``default`` for what null stands for), the part that :func:`validate` understands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._core.states import VERDICTS

Schema = dict[str, Any]


def _record(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object whose known keys have a type; a reader ignores keys that it does not know."""
    return {"type": "object", "required": list(required), "properties": properties}


def _maybe(schema: Schema) -> Schema:
    """An object that may also be null; null then means the same as an object without keys."""
    return {**schema, "type": ["object", "null"], "default": {}}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": ["string", "null"], "description": "ISO 8601 in UTC, null when it has not happened"}
FLAG: Schema = {"type": "boolean"}
MAYBE_FLAG: Schema = {"type": ["boolean", "null"]}
TEXTS = _list(TEXT)
COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}

PATCH = _record(("id",), id=TEXT, title=TEXT, classification=TEXT, severity=TEXT, state=TEXT, installed_at=TIME)
PATCH_STATE = _record(
    baseline_id=TEXT, reported_at=TIME, operation=TEXT, counts=COUNTS, patches=_list(PATCH), not_checked=TEXT
)
MAYBE_STATE = _maybe(PATCH_STATE)
PHASE = _record(("name",), name=TEXT, started=TIME, finished=TIME, status=TEXT, detail=TEXT)
OPERATION = _record(
    ("kind",),
    kind=TEXT,
    phase=TEXT,
    handle=TEXT,
    state=TEXT,
    status=TEXT,
    detail=TEXT,
    sent_at=TIME,
    finished_at=TIME,
)
CHECK = _record(("name",), name=TEXT, status=TEXT, detail=TEXT)
NODE = _record(
    ("node_id",),
    node_id=TEXT,
    name=TEXT,
    provider=TEXT,
    account=TEXT,
    region=TEXT,
    os=TEXT,
    os_family=TEXT,
    application=TEXT,
    owner=TEXT,
    domain=TEXT,
    patch_group=TEXT,
    wave={"type": ["integer", "null"]},
    verdict={"enum": [*VERDICTS, None], "type": ["string", "null"]},
    reason=TEXT,
    snapshot_ids=TEXTS,
    power=_maybe(_record(before=TEXT, started_by_run=FLAG, restored=MAYBE_FLAG)),
    baseline=_maybe(_record(intended=TEXT, reported=TEXT)),
    patches=_record(before=MAYBE_STATE, after=MAYBE_STATE, installed=TEXTS),
    checks=_list(CHECK),
    services=_record(lost=TEXTS, ports_lost=_list({"type": ["string", "integer"]})),
    phases=_list(PHASE),
    operations=_list(OPERATION),
)
GATE = _record(
    ("batch",),
    batch=TEXT,
    wave={"type": ["integer", "null"]},
    opened=FLAG,
    reason=TEXT,
    evaluated_at=TIME,
    override={"type": ["object", "null"], "properties": {"reason": TEXT, "by": TEXT}},
)
BATCH = _record(("name",), name=TEXT, after=TEXTS, started=TIME, finished=TIME, nodes=_list(NODE))
RUN = _record(
    ("run_id",),
    run_id=TEXT,
    environment=TEXT,
    status=TEXT,
    started=TIME,
    finished=TIME,
    policy=_record(path=TEXT, sha256=TEXT),
    gates=_list(GATE),
    warnings=TEXTS,
    batches=_list(BATCH),
)
RECORD_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Record of patch runs",
    **_record(("runs",), runs=_list(RUN)),
}

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "array": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def _types(schema: Schema) -> list[str]:
    wanted = schema["type"]
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _is(value: object, name: str) -> bool:
    if name == "integer" and isinstance(value, bool):
        return False
    if name == "integer" and isinstance(value, float):
        return value.is_integer()  # JSON Schema: 1.0 is an integer
    return isinstance(value, _TYPES[name])


def _wrong(path: str, what: str) -> str:
    return f"{re.sub(r'^[.]', '', path) or 'record'}: {what}"


def _check_object(value: Mapping[Any, Any], schema: Schema, path: str) -> list[str]:
    problems = [_wrong(path, f"needs the key {key!r}") for key in schema.get("required", ()) if key not in value]
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    for key, item in value.items():
        if key in properties:
            problems += _check(item, properties[key], f"{path}.{key}")
        elif isinstance(others, dict):
            problems += _check(item, others, f"{path}.{key}")
    return problems


def _check(value: object, schema: Schema, path: str) -> list[str]:
    if not any(_is(value, name) for name in _types(schema)):
        return [_wrong(path, f"must be {' or '.join(_types(schema))}, not {type(value).__name__}")]
    if "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join("null" if item is None else str(item) for item in schema["enum"])
        return [_wrong(path, f"{value!r} is not one of {allowed}")]
    if isinstance(value, Mapping):
        return _check_object(value, schema, path)
    if isinstance(value, (list, tuple)) and "items" in schema:
        return [wrong for i, item in enumerate(value) for wrong in _check(item, schema["items"], f"{path}[{i}]")]
    return []


def validate(record: object) -> list[str]:
    """Every way in which ``record`` is not a record, one line each with its place; empty when it is one."""
    return _check(record, RECORD_SCHEMA, "")


def _default(schema: Schema) -> Any:
    if "default" in schema:
        return _complete(schema["default"], schema)
    names = _types(schema)
    if "null" in names:
        return None
    empty: dict[str, Any] = {"object": {}, "array": [], "string": "", "integer": 0, "boolean": False}
    return _complete(empty[names[0]], schema)


def _complete(value: Any, schema: Schema) -> Any:
    if value is None and ("default" in schema or "null" not in _types(schema)):
        return _default(schema)
    if isinstance(value, Mapping):
        properties: dict[str, Schema] = schema.get("properties", {})
        known = {key: _complete(value[key], sub) if key in value else _default(sub) for key, sub in properties.items()}
        return known | {str(key): item for key, item in value.items() if key not in properties}
    if isinstance(value, (list, tuple)):
        items = schema.get("items", {"type": []})
        return [_complete(item, items) for item in value]
    return value


def complete(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``record`` in which every key of the schema is there, in the schema's order.

    What a run in progress does not know yet is an empty text, list or object, or None for a time. A None
    counts as missing, unless the schema says that null means something of its own.
    """
    result: dict[str, Any] = _complete(record, RECORD_SCHEMA)
    return result

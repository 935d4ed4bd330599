# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what may be set for the whole policy, an environment, a batch or an application."""

from __future__ import annotations

import re

from ..match import FIELDS, Match
from ..refusals import ACCEPTABLE
from .defaults import GATE
from .fields import Fields
from .located import EMPTY, LIST, MAP, Located
from .model import GATE_SCOPES, ON_FAILURE, REBOOTS, SNAPSHOTS, Gate, NodeSettings, Wave
from .problems import Problems

SETTING_KEYS = (
    "snapshot",
    "on_failure",
    "reboot",
    "start_stopped",
    "allow_unprotected",
    "min_free_disk_mib",
    "spread_by",
    "accept",
)
GATE_KEYS = ("scope", "max_failed", "allow_empty")
WAVES_ALLOWED = 'a list of node numbers and percentages such as [1, "10%", "100%"]'

_PERCENT = re.compile(r"([1-9]\d?|100)%\Z")
_COUNT = re.compile(r"[1-9]\d{0,5}\Z")


def read_settings(fields: Fields) -> NodeSettings:
    """The node settings among the keys; None where nothing is said."""
    return NodeSettings(
        snapshot=fields.choice("snapshot", SNAPSHOTS) or None,
        on_failure=fields.choice("on_failure", ON_FAILURE) or None,
        reboot=fields.choice("reboot", REBOOTS) or None,
        start_stopped=fields.flag("start_stopped"),
        allow_unprotected=fields.flag("allow_unprotected"),
        min_free_disk_mib=fields.integer("min_free_disk_mib", 0, 10_000_000),
        spread_by=fields.texts("spread_by"),
        accept=fields.texts("accept", ACCEPTABLE),
    )


def read_gate(fields: Fields, base: Gate = GATE) -> Gate | None:
    """The gate among the keys, what it leaves out as in ``base``; None when nothing is said."""
    if not fields.has("gate"):
        return None
    gate = fields.sub("gate", GATE_KEYS)
    max_failed = gate.integer("max_failed", 0, 1_000_000)
    allow_empty = gate.flag("allow_empty")
    return Gate(
        scope=gate.choice("scope", GATE_SCOPES, base.scope),
        max_failed=base.max_failed if max_failed is None else max_failed,
        allow_empty=base.allow_empty if allow_empty is None else allow_empty,
    )


def read_waves(fields: Fields) -> tuple[Wave, ...]:
    """The waves among the keys, empty when nothing is said."""
    value = fields.get("waves")
    if value.kind == EMPTY:
        return ()
    items = value.items if value.kind == LIST else (value,)
    if value.kind == MAP or not items:
        fields.wrong("waves", WAVES_ALLOWED)
        return ()
    waves: list[Wave] = []
    for item in items:
        if _COUNT.match(item.text):
            waves.append(int(item.text))
        elif _PERCENT.match(item.text):
            waves.append(item.text)
        else:
            fields.wrong("waves", WAVES_ALLOWED, item)
    return tuple(waves)


def read_match(value: Located, path: str, problems: Problems) -> Match:
    """A match: fields of a node, labels by their name, or labels below ``labels`` whatever they are called."""
    fields = Fields(value, path, problems, None)
    conditions: dict[str, tuple[str, ...]] = {}
    for key in fields.entries:
        if key == "labels":
            labels = fields.sub("labels", None)
            conditions |= {name: _patterns(labels, name) for name in labels.entries}
        else:
            conditions[key] = _patterns(fields, key)
            _refuse_near_miss(fields, key)
    return Match.of(conditions)


def _patterns(fields: Fields, key: str) -> tuple[str, ...]:
    patterns = fields.texts(key) or ()
    if not patterns:
        allowed = "a text or a list of texts"
        fields.problems.add(fields.get(key).line, fields.at(key), f"is empty and would fit no node; allowed: {allowed}")
    return patterns


def _refuse_near_miss(fields: Fields, key: str) -> None:
    """A misspelt field would silently be a label that no node has."""
    if key in FIELDS:
        return
    for field in FIELDS:
        if _normal(key) == _normal(field) or _one_edit_apart(_normal(key), _normal(field)):
            hint = f"did you mean {field!r}? A label of this name goes below labels:"
            fields.problems.add(fields.get(key).line, fields.at(key), f"is neither a field nor a usual label; {hint}")
            return


def _normal(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")


def _one_edit_apart(one: str, other: str) -> bool:
    """Whether a letter too many, too few, wrong or swapped with its neighbour is all the difference."""
    if len(other) < 4 or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest_one, rest_other = one[start:], other[start:]
    return (
        rest_one[1:] == rest_other[1:]
        or rest_one[1:] == rest_other
        or rest_one == rest_other[1:]
        or (rest_one[:2] == rest_other[:2][::-1] and rest_one[2:] == rest_other[2:])
    )

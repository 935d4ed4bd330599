# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a policy from what was needed: needs that are narrowed alike are one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.sandbox.aws.iam.document import VERSION, read_document
from tests.sandbox.aws.iam.evaluate import Access, evaluate

from .rules import GROUPS, NODES, ORDER, Narrowed, NodeTags, NotRuled, narrow

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "permissions"


def policy(needs: Iterable[Access], nodes: NodeTags = GROUPS) -> dict[str, Any]:
    """The least policy for these needs. ``nodes``: the tags of nodes to write to. Raises NotRuled."""
    needs = list(needs)
    narrowed = [part for need in needs for part in narrow(need, nodes)]
    document = {"Version": VERSION, "Statement": [_statement(sid, parts) for sid, parts in _groups(narrowed)]}
    statements = read_document(document)
    for need in needs:
        if not evaluate(statements, need).allowed:
            raise NotRuled(f"What rules.py makes of {need.action} on {need.resource} does not allow it: {need.context}")
    return document


def _groups(parts: Iterable[Narrowed]) -> list[tuple[str, list[Narrowed]]]:
    """Parts that can be one statement: the same name and condition, and each action on each of the resources."""
    by_action: dict[tuple[str, str, str], list[Narrowed]] = {}
    for part in parts:
        by_action.setdefault((part.sid, part.action, json.dumps(part.condition, sort_keys=True)), []).append(part)
    alike: dict[tuple[str, str, tuple[str, ...]], list[Narrowed]] = {}
    for (sid, _action, condition), same in by_action.items():
        alike.setdefault((sid, condition, tuple(sorted({part.resource for part in same}))), []).extend(same)
    named: dict[str, list[list[Narrowed]]] = {}
    for key in sorted(alike, key=lambda key: (ORDER.index(key[0]), *key)):
        named.setdefault(key[0], []).append(alike[key])
    return [
        (sid if len(groups) == 1 else f"{sid}{number}", group)
        for sid, groups in named.items()
        for number, group in enumerate(groups, 1)
    ]


def _statement(sid: str, parts: list[Narrowed]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted({part.action for part in parts}),
        "Resource": sorted({part.resource for part in parts}),
    }
    for name in ("Action", "Resource"):
        made[name] = made[name][0] if len(made[name]) == 1 else made[name]
    return made | ({"Condition": parts[0].condition} if parts[0].condition else {})


def write(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    """Write files by their names. Answers what was written."""
    written = []
    for name, content in contents.items():
        path = folder / name
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


def files(needs: Mapping[str, Iterable[Access]]) -> dict[str, str]:
    """The files of these needs, by name; none for one that needs nothing."""
    wanted = {name: list(some) for name, some in sorted(needs.items())}
    return {f"{name}.json": text(policy(some, NODES.get(name, GROUPS))) for name, some in wanted.items() if some}


def text(document: Any) -> str:
    """A policy as it stands in its file."""
    return json.dumps(document, indent=2, sort_keys=False) + "\n"

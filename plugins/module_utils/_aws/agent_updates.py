# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The associations that keep the agents of an environment up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._core.facts import NodeFacts
from .._core.targets import chunks

DOCUMENT = "AWS-UpdateSSMAgent"
VALUES = 50
"""Values that a target takes at most (service model: TargetValues)."""


def agent_associations(
    facts: Iterable[NodeFacts], tag_keys: Sequence[str], environment: str, prefix: str
) -> list[dict[str, Any]]:
    """For each account and region one association with the patch groups that occur there.

    Where nodes carry the patch group under several keys there is one for each key, since several targets of an
    association have to be met all.
    """
    groups: dict[tuple[str, str, str], set[str]] = {}
    for fact in facts:
        key = next((key for key in tag_keys if fact.patch_group and fact.tags.get(key) == fact.patch_group), None)
        if fact.found and fact.provider == "aws" and key is not None:
            groups.setdefault((fact.account, fact.region, key), set()).add(fact.patch_group)
    made: list[dict[str, Any]] = []
    for (account, region, key), values in sorted(groups.items()):
        for part in chunks(sorted(values), VALUES):
            others = sum((entry["account"], entry["region"]) == (account, region) for entry in made)
            made.append(
                {
                    "account": account,
                    "region": region,
                    "association_name": f"{prefix}-{environment}-agents" + (f"-{others + 1}" if others else ""),
                    "name": DOCUMENT,
                    "targets": [{"key": f"tag:{key}", "values": part}],
                }
            )
    return made

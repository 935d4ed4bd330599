# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment is made of in a cloud, before a policy is said in the cloud's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..facts import NodeFacts, UnlistedNode
from ..nodes import Node
from ..policy.model import NATIVE, Environment, Policy
from ..policy.settings import environment_of
from .members import Cloud, Estate, Place, facts_of_unlisted, places_of, read_members, unlisted_of


@dataclass(frozen=True, slots=True)
class Reading:
    """An environment as it is in a cloud.

    ``estate`` are its patch groups by place, with native delivery those of nodes too that the inventory lacks, since
    windows find nodes by their tags. ``places`` are all that have, or may have had, a node of it; ``strays`` the nodes
    that the inventory lacks; ``warnings`` what is wrong with nodes.
    """

    environment: Environment
    native: bool
    now: datetime
    estate: Estate
    strays: Sequence[UnlistedNode]
    places: Sequence[Place]
    warnings: Sequence[str]


def read_environment(
    cloud: Cloud,
    policy: Policy,
    name: str,
    facts: Iterable[NodeFacts],
    nodes: Iterable[Node] = (),
    unlisted: Sequence[Mapping[str, Any]] = (),
    targets: Iterable[Mapping[str, str]] = (),
    now: datetime | None = None,
) -> Reading:
    """Read the environment ``name``; ``nodes`` are those of the inventory, ``unlisted`` those that it lacks.

    ``targets`` are further places where it may have had nodes. Raises InputError for an environment that the policy
    does not have, and for nodes that are in two groups where windows would install on them.
    """
    environment = environment_of(policy, name)
    now = now or datetime.now(UTC)
    native = environment.delivery == NATIVE
    strays = unlisted_of(cloud, unlisted)
    counted = [*facts, *facts_of_unlisted(cloud, policy, strays)] if native else facts
    estate, warnings = read_members(cloud, policy, environment, counted, nodes, now)
    return Reading(environment, native, now, estate, strays, places_of(cloud, estate, strays, targets), tuple(warnings))

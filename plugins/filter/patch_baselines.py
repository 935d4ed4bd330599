# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch baselines, patch groups and maintenance windows that a policy asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._aws.policy_estate import policy_estate
from ..module_utils._core.errors import PatchingError
from ..module_utils._core.facts import NodeFacts
from ..module_utils._core.nodes import Node
from ..module_utils._core.policy.load import load_policy


def patch_baselines(
    facts: Sequence[Mapping[str, Any]],
    policy: str,
    environment: str,
    unlisted: Sequence[Mapping[str, Any]] = (),
    prefix: str = "hybridops",
    nodes: Sequence[Mapping[str, Any]] = (),
    targets: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The baselines, groups and windows of an environment; see its documentation."""
    try:
        found = [NodeFacts.from_dict(fact) for fact in facts]
        listed = [Node.from_dict(node) for node in nodes]
        read = load_policy(policy)
        estate = policy_estate(read, environment, found, listed, unlisted, prefix, targets=targets).to_dict()
        return estate | {"warnings": [f"{environment}: {warning}" for warning in estate["warnings"]]}
    except PatchingError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name and function of the filter."""
        return {"patch_baselines": patch_baselines}

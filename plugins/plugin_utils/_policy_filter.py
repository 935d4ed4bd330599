# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filters have in common that say a policy in a cloud's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ansible.errors import AnsibleFilterError

from ..module_utils._core.errors import PatchingError
from ..module_utils._core.facts import NodeFacts
from ..module_utils._core.nodes import Node
from ..module_utils._core.policy.load import load_policy


class _Estate(Protocol):
    def to_dict(self) -> dict[str, Any]:
        """As plain data, with ``warnings``."""


def policy_filter(estate_of: Callable[..., _Estate]) -> Callable[..., dict[str, Any]]:
    """The filter of a cloud: what ``estate_of`` makes of policy and facts, each warning with its environment."""

    def asked_for(
        facts: Sequence[Mapping[str, Any]],
        policy: str,
        environment: str,
        unlisted: Sequence[Mapping[str, Any]] = (),
        prefix: str = "hybridops",
        nodes: Sequence[Mapping[str, Any]] = (),
        targets: Sequence[Mapping[str, str]] = (),
    ) -> dict[str, Any]:
        try:
            found = [NodeFacts.from_dict(fact) for fact in facts]
            listed = [Node.from_dict(node) for node in nodes]
            read = load_policy(policy)
            estate = estate_of(read, environment, found, listed, unlisted, prefix, targets=targets).to_dict()
        except PatchingError as error:
            raise AnsibleFilterError(str(error)) from None
        return estate | {"warnings": [f"{environment}: {warning}" for warning in estate["warnings"]]}

    return asked_for

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``azure_vm_power`` and ``azure_vm_power_info``: from their options to what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._core import power_wait
from .._core.nodes import Node
from .._core.polling import Progress
from .._core.power_orders import PowerOrder
from .._core.power_orders import set_power as bring_into_state
from .._core.power_wait import PowerWaiter, Wanted, moment, wanted_of_scope, wanted_state
from .._core.targets import targets_of
from .._ledger.scope_args import open_scope
from .module import session_of
from .nodes import ARC, azure_nodes
from .power import POLLER, power_work
from .power_wait import look_at

STATES = ("started", "deallocated", "stopped", "restarted")


def set_power(module: Any) -> dict[str, Any]:
    """Bring the nodes of the scope into a power state; answers what was changed."""
    params = module.params
    scope = open_scope(params, module.check_mode, "power")
    session = session_of(module)
    return bring_into_state(
        PowerOrder(
            scope,
            session,
            session.region,
            params["state"],
            lambda nodes: [_everywhere(node) for node in azure_nodes(nodes, params["node_ids"])],
            lambda scope, remembered: power_work(scope, params["state"], remembered, module.check_mode),
            POLLER,
            fail_unsupported=params["on_unsupported"] == "fail",
            check_mode=module.check_mode,
        )
    )


def wait_for_power(module: Any) -> dict[str, Any]:
    """Wait until nodes have reached a power state; answers progress."""
    params = module.params
    scope = open_scope(params, module.check_mode, "power")
    session = session_of(module)
    progress = Progress()
    if scope.run_id is None:
        known = scope.nodes()
        wanted = _wanted(params, azure_nodes(known, params["node_ids"]))
    else:
        known = scope.wave_nodes()
        wanted = wanted_of_scope(scope, POLLER, progress)
    look = look_at(session, ask_agent=params["agent"])
    waiter = PowerWaiter(scope, wanted, look, progress, ask_agent=params["agent"])
    return power_wait.wait_for_power(waiter, known, params["wait_timeout"])


def _everywhere(node: Node) -> Node:
    """The node without its region: a subscription is one target, so that its lists are read once."""
    return replace(node, region="")


def _wanted(params: Mapping[str, Any], nodes: Sequence[Node]) -> list[Wanted]:
    state, since = wanted_state(params["state"], STATES), moment(params["since"])
    return [
        Wanted(target.account, "", state, tuple(node.node_id for node in target.items), since)
        for target in targets_of((_everywhere(node) for node in nodes if node.provider != ARC), "")
    ]

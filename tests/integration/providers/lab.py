# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider that is no part of the collection: example.lab, a collection with one role and two modules.

Its machines exist in no cloud. What a phase starts is done when the poller looks for it, and every machine lacks one
patch until then. It is written by what docs/providers.md says and by nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROLE = "example.lab.provider_lab"
POLLER = "example.lab.lab_task_info"

START = """
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import PatchingError
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import (
    RUN_ARGS, RUN_CONSTRAINTS, open_scope,
)

COUNTS = {"before": {"missing": 1}, "after": {"installed": 1}}
STATES = {"before": "missing", "after": "installed"}


def work(module):
    scope = open_scope(module.params, module.check_mode, "install")
    if module.params["moment"]:
        return patches(scope, module.params["moment"], module.params["phase"] == "reboot")
    if module.params["restore"]:
        return {"changed": False, "left": sorted(scope.remembered_power())}
    scope.require_open_gate()
    wanted = module.params["node_ids"]
    nodes = [node for node in scope.nodes() if node.provider == "lab" and (not wanted or node.node_id in wanted)]
    if module.check_mode:
        return {"changed": bool(nodes), "nodes": {"total": len(nodes)}}
    if module.params["kind"] == "power":
        scope.remember_power({node.node_id: "running" for node in nodes})
    for operation in scope.operations("example.lab.lab_task_info", ("intended",)):
        scope.not_sent(operation.operation_id, "nothing is ever sent before its intent")
    nodes = [node for node in nodes if node.node_id not in scope.covered(module.params["kind"])]
    scope.phase_started(nodes)
    if nodes:
        operation = scope.intend(
            module.params["kind"], nodes, poller="example.lab.lab_task_info", account="", region="", request={}
        )
        scope.sent(operation, "task-" + operation[:8])
    if module.params["kind"] == "snapshot":
        for node in nodes:
            scope.record_snapshots(node.node_id, [{"snapshot_id": "snap-" + node.name, "state": "completed"}])
    return {"changed": bool(nodes), "nodes": {"total": len(nodes)}}


def patches(scope, moment, before_reboot):
    patch = {"id": "LAB-1", "title": "one patch", "classification": "", "severity": "", "installed_at": ""}
    state = {"baseline_id": "", "reported_at": "", "operation": "Scan", "counts": COUNTS[moment], "not_checked": ""}
    if before_reboot:
        state["counts"] = {"installed_pending_reboot": 1}
    state["patches"] = [patch | {"state": STATES[moment]}]
    scope.record_patches(moment, {node.node_id: state for node in scope.nodes()})
    return {"changed": False}


def main():
    spec = RUN_ARGS | {
        "kind": {"type": "str", "default": ""},
        "moment": {"type": "str", "default": ""},
        "restore": {"type": "bool", "default": False},
        "node_ids": {"type": "list", "elements": "str", "default": []},
    }
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, **RUN_CONSTRAINTS)
    try:
        module.exit_json(**work(module))
    except PatchingError as error:
        module.fail_json(msg=str(error))


main()
"""

POLL = """
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hybridops.patching.plugins.module_utils._core.scope import NodeResult
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.scope_args import RUN_ARGS, open_scope

SEEN = "hybridops-probe 1\\nservices labd\\nports 22\\ndisk / 9000\\nreboot no\\n"


def main():
    spec = RUN_ARGS | {"wait_timeout": {"type": "int", "default": 30}, "site": {"type": "str", "required": True}}
    module = AnsibleModule(argument_spec=spec)
    scope = open_scope(module.params, False, "install")
    done = 0
    for operation in scope.operations("example.lab.lab_task_info"):
        output = SEEN if operation.kind == "probe" else ""
        results = [NodeResult(node_id, "passed", "", output) for node_id in operation.pending]
        scope.results(operation.operation_id, results)
        done += len(operation.pending)
    progress = {"done": done, "total": done, "finished": True, "waiting": [], "detail": ""}
    module.exit_json(changed=False, progress=progress)


main()
"""

INFO = """
from ansible.module_utils.basic import AnsibleModule


def facts(node):
    return {
        "node_id": node["node_id"], "found": True, "provider": "lab", "os_family": node["os_family"],
        "power_state": "running", "can_power": True, "agent": {"online": True},
        "snapshot": {"possible": True, "obstacles": []}, "volumes": 1, "patch_group": node["patch_group"],
    }


def main():
    module = AnsibleModule({"nodes": {"type": "list", "elements": "dict"}}, supports_check_mode=True)
    module.exit_json(changed=False, facts=[facts(node) for node in module.params["nodes"]], unlisted=[])


main()
"""


def _start(phase: str, **options: Any) -> list[dict[str, Any]]:
    common = {
        "ledger_url": "{{ patch_ledger_url }}",
        "run_id": "{{ patch_run_id }}",
        "batch": "{{ gate_answer.batch }}",
        "wave": "{{ gate_answer.wave }}",
        "phase": phase,
        "nodes": "{{ gate_answer.nodes if ansible_check_mode else omit }}",
    }
    return [{"name": f"Do {phase}", "example.lab.lab_task": common | options}]


TASKS: dict[str, list[dict[str, Any]]] = {
    "facts": [
        {
            "name": "Ask",
            "example.lab.lab_info": {"nodes": "{{ plan_nodes | selectattr('provider', 'eq', 'lab') }}"},
            "register": "provider_lab_answer",
        }
    ],
    "power": _start("power", kind="power"),
    "agent": _start("power", kind="agent_update", node_ids="{{ gate_answer.agent_node_ids }}"),
    "snapshot": _start("snapshot", kind="snapshot"),
    "observe": _start("{{ observe_phase }}", kind="scan") + _start("{{ observe_phase }}", kind="probe"),
    "patches": _start("{{ observe_phase }}", moment="{{ observe_moment }}"),
    "install": _start("install", kind="install", node_ids="{{ install_node_ids }}"),
    "reboot": _start("reboot", kind="reboot", node_ids="{{ reboot_node_ids }}"),
    "check": _start("verify", kind="{{ verify_check.kind }}", node_ids="{{ verify_check.node_ids }}"),
    "restore_power": _start("power", restore=True),
}


def write_provider(collections: Path) -> None:
    """Write the collection below a directory of collections."""
    home = collections / "ansible_collections" / "example" / "lab"
    modules, tasks = home / "plugins" / "modules", home / "roles" / "provider_lab" / "tasks"
    modules.mkdir(parents=True)
    tasks.mkdir(parents=True)
    for name, code in (("lab_task", START), ("lab_task_info", POLL), ("lab_info", INFO)):
        (modules / f"{name}.py").write_text(code.lstrip(), encoding="utf-8")
    for name, listed in TASKS.items():
        (tasks / f"{name}.yml").write_text(json.dumps(listed), encoding="utf-8")

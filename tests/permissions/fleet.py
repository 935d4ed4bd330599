# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet that leads the playbooks down every path on which they ask AWS for something."""

from __future__ import annotations

from typing import Any

from tests.integration.conftest import FLEET as SMALL

ACCOUNT, REGION = "111111111111", "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/patching"
CONTROLLER = "arn:aws:iam::999999999999:user/sandbox"
WINDOW_ROLE = f"arn:aws:iam::{ACCOUNT}:role/patching-windows"
BUCKET = "example-patching"
TEAM = {"Application": "payroll"}
STOPPED, WINDOWS, HYBRID = "i-0db00000000000002", "i-0a000000000000001", "mi-0db00000000000003"
_PLACE = {"account": ACCOUNT, "region": REGION}
_OLD = "3.2.2303.0"
_OTHER_KEY = {"PatchGroup": "patch_test_0600_batch_1", "Application": "payroll", "role": "db"}

_MANY = [{"name": f"worker-{number:03d}-of-the-payroll-queue"} for number in range(80)]
"""So many services that the list of them is cut where commands are listed, and is asked for by itself."""

FLEET: dict[str, Any] = SMALL | {
    "profiles": SMALL["profiles"]
    | {"other_key": {"os": "redhat", "services": [{"name": "postgresql", "ports": [5432]}], "tags": _OTHER_KEY}},
    "machines": [
        {"node_id": "i-0db00000000000001", "name": "db1", "profile": "linux", "agent_version": _OLD, "services": _MANY}
        | _PLACE,
        {"node_id": STOPPED, "name": "db2", "profile": "other_key", "power": "stopped"} | _PLACE,
        {"node_id": HYBRID, "name": "db3", "profile": "linux", "agent_version": _OLD} | _PLACE,
        {"node_id": WINDOWS, "name": "app1", "profile": "windows", "power": "stopped"} | _PLACE,
    ],
}
"""A database that runs with an old agent, a stopped one with the other tag key, one on premises, an application."""

POLICY: dict[str, Any] = {
    "version": 1,
    "timezone": "Europe/Zurich",
    "environments": [{"name": "test", "approval": "test"}],
    "slots": [
        {"name": "0600", "environment": "test", "when": {"week": "first", "weekday": "saturday", "time": "06:00"}}
    ],
    "approvals": {"test": {"classifications": ["Security", "Bugfix"], "severities": ["Critical", "Important"]}},
    "batches": [
        {"name": "batch_1", "match": {"os_family": "linux"}, "reboot": "separate"},
        {"name": "batch_2", "match": {"os_family": "windows"}, "after": ["batch_1"]},
    ],
    "defaults": {
        "start_stopped": True,
        "snapshot": "if_possible",
        "allow_unprotected": True,
        "waves": ["100%"],
        "accept": ["default_baseline"],
        "maintenance_windows": {"service_role_arn": WINDOW_ROLE, "output_s3_bucket_name": BUCKET},
    },
    "applications": [{"name": "payroll", "checks": [{"batch": "batch_1", "command": "true"}]}],
}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is verified after the install, with and without configuration, and the hooks round an application's work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import FLEET, PLACE
from tests.integration.estate import Estate, nodes, verdicts
from tests.sandbox.client import SandboxProcess

LINUX_APPLICATIONS: dict[str, dict[str, Any]] = {
    "good": {"service": "postgresql"},
    "service": {"service": "nosuch"},
    "port": {"port": 5433},
    "command": {"command": "systemctl is-active --quiet nosuch"},
    "http": {"http": "{url}/_sandbox/apps/http/health", "status": 204},
}
"""Name of the application, and of its only node, with the check that decides about it."""

GOOD: list[dict[str, Any]] = [
    {"batch": "batch_1", "port": 5432},
    {"batch": "batch_1", "command": "systemctl is-active postgresql"},
    {"batch": "batch_1", "http": "{url}/_sandbox/apps/good/health"},
    {"batch": "batch_2", "service": "W3SVC"},
    {"batch": "batch_2", "port": 80},
    {"batch": "batch_2", "command": "if ((Get-Service W3SVC).Status -ne 'Running') { exit 1 }"},
    {"batch": "batch_2", "http": "{url}/_sandbox/apps/web/health"},
]


def machine(number: int, name: str, profile: str, application: str, **more: Any) -> dict[str, Any]:
    node_id = f"i-0c{number:015d}"
    return {"node_id": node_id, "name": name, "profile": profile, "tags": {"Application": application}} | PLACE | more


MANY: dict[str, Any] = FLEET | {
    "machines": [
        *(machine(number, name, "linux", name) for number, name in enumerate(LINUX_APPLICATIONS)),
        machine(11, "broken", "linux", "plain", faults={"services_down_after": {"install": ["postgresql"]}}),
        machine(12, "self", "linux", "plain", self_updating=True),
        machine(13, "web", "windows", "good"),
        machine(14, "websvc", "windows", "plain", faults={"services_down_after": {"reboot": ["W3SVC"]}}),
        machine(15, "webcommand", "windows", "webcommand"),
    ]
}

HOOK = """\
- name: Keep what the hook was given
  ansible.builtin.lineinfile:
    path: "{path}"
    create: true
    mode: "0600"
    line: "{when} {{{{ gate_hook.application }}}} {{{{ gate_hook.nodes | map(attribute='name') | join(',') }}}}"
    insertafter: EOF
"""


@pytest.fixture(scope="module")
def many_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(MANY, speed=120) as sandbox:
        yield sandbox


@pytest.fixture
def many(tmp_path: Any, many_sandbox: SandboxProcess) -> Estate:
    """An estate with an application for each kind of check; good has all of them, and hooks."""
    many_sandbox.reset()
    estate = Estate(tmp_path, many_sandbox)
    applications: list[dict[str, Any]] = [
        {"name": name, "checks": [filled(check, many_sandbox.url)]} for name, check in LINUX_APPLICATIONS.items()
    ]
    applications[0]["checks"] = [filled(check, many_sandbox.url) for check in GOOD]
    applications[0]["hooks"] = {"before": "before.yml", "after": "after.yml"}
    applications.append({"name": "webcommand", "checks": [{"command": "exit 3"}]})
    defaults = {"accept": ["default_baseline"], "gate": {"max_failed": 9}, "start_stopped": True}
    estate.set_policy(applications=applications, defaults=defaults)
    for when in ("before", "after"):
        text = HOOK.format(path=estate.directory / "hooks.log", when=when)
        (estate.directory / f"{when}.yml").write_text(text, encoding="utf-8")
    return estate


def filled(check: dict[str, Any], url: str) -> dict[str, Any]:
    return {key: value.format(url=url) if key == "http" else value for key, value in check.items()}


FAILED = {
    "service": "service nosuch: not running",
    "port": "port 5433: nobody listens",
    "command": "command systemctl is-active --quiet nosuch:",
    "http": "/_sandbox/apps/http/health answers 204:",
    "broken": "postgresql",
    "self": "the operating system installs updates by itself",
    "websvc": "W3SVC",
    "webcommand": "command exit 3:",
}


def test_each_kind_of_check_decides_and_hooks_surround_the_work(many: Estate) -> None:
    played = many.play("patch.yml", patch_environment="test", patch_http_retries=0)
    assert played.returncode == 2, played.output
    run = many.run()
    assert verdicts(run) == {"good": "passed", "web": "passed"} | dict.fromkeys(FAILED, "failed")
    found = nodes(run)
    for name, reason in FAILED.items():
        assert reason in found[name]["reason"], (name, found[name]["reason"])
    for name, number in (("good", 3), ("web", 4)):
        assert {check["status"] for check in found[name]["checks"]} == {"passed"}
        assert sum(check["name"].startswith(("service ", "port ", "http ", "command "))
                   for check in found[name]["checks"]) == number  # fmt: skip
    assert found["broken"]["checks"], "what is looked at without any configuration"
    assert "install" not in {phase["name"] for phase in found["self"]["phases"]}

    log = (many.directory / "hooks.log").read_text(encoding="utf-8").splitlines()
    assert log == ["before good good", "after good good", "before good web", "after good web"]


def test_nothing_is_installed_when_a_hook_fails(many: Estate) -> None:
    (many.directory / "before.yml").write_text(
        "- name: Drain\n  ansible.builtin.fail:\n    msg: the load balancer refuses\n", encoding="utf-8"
    )
    many.sandbox.patch_machine("good", power="stopped")
    played = many.play("patch.yml", patch_environment="test")
    assert played.returncode == 2
    assert "the load balancer refuses" in played
    assert many.sandbox.writes() == []
    run = many.run()
    assert set(verdicts(run).values()) <= {"not_checked", "held", None}
    assert (many.directory / "hooks.log").read_text(encoding="utf-8") == "after good good\n"
    assert (many.reports / run["run_id"] / "report.html").exists()

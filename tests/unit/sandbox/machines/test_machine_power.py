# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power, agent, services and time of a machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.machines import AgentLost, AlterError, Clock, ManualClock, PowerError
from tests.unit.sandbox.machines.machine_kit import one_machine


def test_a_stop_and_a_start_take_their_time_and_change_the_boot() -> None:
    machine = one_machine(services=["app"])
    first = machine.boot_id
    machine.stop()
    assert machine.power == "stopping"
    assert machine.wait_for("stopped", 60)
    assert not machine.service("app").running
    machine.start()
    assert machine.power == "starting"
    machine.clock.sleep(machine.durations.boot)
    assert machine.power == "running"
    assert machine.service("app").running
    assert machine.boot_id != first
    assert machine.boot_count == 2


def test_the_agent_answers_only_some_time_after_the_boot() -> None:
    machine = one_machine(power="stopped")
    assert not machine.agent_online
    machine.start()
    assert machine.wait_for("running", 120)
    assert not machine.agent_online
    assert machine.wait_for_agent(60)
    assert machine.agent_last_seen == machine.clock.now()


def test_last_seen_stays_at_the_moment_of_going_down() -> None:
    machine = one_machine()
    machine.stop()
    seen = machine.agent_last_seen
    machine.clock.sleep(600)
    assert machine.agent_last_seen == seen


def test_what_the_power_state_does_not_allow_is_refused() -> None:
    machine = one_machine()
    machine.stop()
    with pytest.raises(PowerError):
        machine.start()
    machine.wait_for("stopped", 60)
    with pytest.raises(PowerError):
        machine.reboot()
    machine.stop()
    assert machine.power == "stopped"


def test_repeated_requests_have_no_effect() -> None:
    machine = one_machine()
    machine.start()
    machine.reboot()
    machine.reboot()
    machine.wait_for_agent(300)
    assert machine.boot_count == 2


def test_a_reboot_that_hangs_ends_with_a_stop_and_a_start() -> None:
    machine = one_machine(faults={"reboot_hangs": True})
    machine.reboot()
    assert not machine.wait_for("running", 10_000)
    machine.stop(force=True)
    assert machine.wait_for("stopped", 60)
    machine.start()
    assert machine.wait_for_agent(300)


def test_a_start_that_fails_falls_back_to_stopped() -> None:
    machine = one_machine(power="stopped", faults={"start_fails": True})
    machine.start()
    machine.clock.sleep(600)
    assert machine.power == "stopped"


def test_only_enabled_services_come_back_after_a_reboot() -> None:
    machine = one_machine(services=[{"name": "by-hand", "enabled": False}, {"name": "app", "ports": [8080]}])
    assert machine.listening_ports()[8080] == "app"
    machine.reboot()
    assert machine.listening_ports() == {}
    machine.wait_for_agent(300)
    assert machine.service("app").running
    assert not machine.service("by-hand").running


def test_health_asks_for_enabled_services_that_count() -> None:
    machine = one_machine(services=["app", {"name": "side", "health": False}, {"name": "off", "enabled": False}])
    machine.stop_service("side")
    machine.stop_service("off")
    assert machine.healthy
    machine.stop_service("app")
    assert not machine.healthy


@pytest.mark.parametrize(("when", "action"), [("install", "none"), ("reboot", "reboot")])
def test_services_that_stay_down_after_a_reboot(when: str, action: str) -> None:
    machine = one_machine(
        patches=[{"package": "a", "version": "1-1"}], services=["app"], faults={"services_down_after": {when: ["app"]}}
    )
    if action == "reboot":
        machine.reboot()
        machine.wait_for_agent(300)
    else:
        machine.install_patches(machine.applicable_patches())
    assert machine.service("app").state == "failed"
    assert not machine.start_service("app")


def test_an_agent_that_is_lost_after_a_reboot_comes_back_when_told() -> None:
    machine = one_machine(faults={"agent_lost": "reboot"})
    assert machine.agent_online
    machine.reboot()
    assert not machine.wait_for_agent(600)
    assert machine.power == "running"
    machine.alter({"faults": {"agent_lost": ""}})
    assert machine.agent_online


def test_work_of_a_machine_that_goes_down_is_lost() -> None:
    machine = one_machine()
    boot = machine.boot_count
    machine.reboot()
    machine.wait_for_agent(300)
    with pytest.raises(AgentLost):
        machine.check_agent(boot)


def test_the_agent_is_updated_to_the_newest_version() -> None:
    machine = one_machine(agent_version="3.2.0.0", newest_agent_version="3.3.1.0")
    before = machine.clock.seconds()
    assert machine.update_agent() == "3.3.1.0"
    assert machine.clock.seconds() > before
    assert machine.agent_version == "3.3.1.0"


def test_altering_is_all_or_nothing() -> None:
    machine = one_machine(services=["app"])
    with pytest.raises(AlterError, match=r"services\.nosuch: the machine has no such service"):
        machine.alter({"power": "stopped", "services": {"app": {"broken": True}, "nosuch": {"state": "running"}}})
    assert machine.power == "running"
    assert not machine.service("app").broken


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "colour: unknown; allowed: .*power"),
        ({"power": "paused"}, "power: 'paused' is not allowed; allowed: running, stopped"),
        ({"faults": {"explodes": True}}, r"faults\.explodes: unknown; allowed: .*install_fails"),
        ({"faults": {"agent_lost": "maybe"}}, r"faults\.agent_lost: 'maybe' is not allowed"),
        ({"faults": {"install_slowness": 0}}, r"faults\.install_slowness: 0 is not allowed"),
        ({"faults": {"services_down_after": {"lunch": ["a"]}}}, r"services_down_after\.lunch: unknown"),
        ({"services": {"app": {"state": "odd"}}}, r"services\.app\.state: 'odd' is not allowed"),
        ({"services": {"app": {"ports": [0]}}}, r"services\.app\.ports"),
        ({"volumes": {"vol-x": {"used_mib": 1}}}, r"volumes\.vol-x: the machine has no such volume"),
        ({"installed": ["KB1"]}, "installed: 'KB1' is no patch"),
        ({"agent_online": "yes"}, "agent_online: 'yes' is not allowed"),
        ({"tags": "a"}, "tags: a mapping is needed"),
    ],
)
def test_bad_changes_name_the_key_and_what_is_allowed(changes: dict[str, object], message: str) -> None:
    with pytest.raises(AlterError, match=message):
        one_machine(services=["app"]).alter(changes)


def test_altering_merges_and_removes() -> None:
    machine = one_machine(tags={"a": "1", "b": "2"}, services=["app"])
    volume = machine.volumes[0].volume_id
    machine.alter(
        {
            "tags": {"a": None, "c": "3"},
            "attributes": {"zone": "b"},
            "volumes": {volume: {"used_mib": 5}},
            "services": {"app": {"state": "stopped", "ports": [99]}},
            "self_updating": True,
            "agent_version": "9",
            "power": "running",
        }
    )
    data = machine.to_dict()
    assert data["tags"] == {"b": "2", "c": "3"}
    assert data["attributes"]["zone"] == "b"
    assert data["volumes"][0]["used_mib"] == 5
    assert data["services"]["app"]["state"] == "stopped"
    assert data["self_updating"] is True
    assert data["agent"]["version"] == "9"


def test_power_put_from_outside_is_at_once() -> None:
    machine = one_machine()
    machine.alter({"power": "stopped"})
    assert machine.power == "stopped"
    machine.alter({"power": "running"})
    assert machine.power == "running"
    assert machine.boot_count == 2


def test_a_full_disk_can_be_emptied_again() -> None:
    machine = one_machine()
    used = machine.root_volume.used_mib
    machine.alter({"faults": {"disk_full": True}})
    assert machine.root_volume.free_mib == 0
    machine.alter({"faults": {"disk_full": False}})
    assert machine.root_volume.used_mib == used


@given(st.lists(st.sampled_from(["start", "stop", "reboot", "wait"]), max_size=25))
def test_whatever_is_asked_the_machine_stays_consistent(actions: list[str]) -> None:
    machine = one_machine(services=["app"])
    boots = machine.boot_count
    for action in actions:
        try:
            if action == "wait":
                machine.clock.sleep(30)
            else:
                getattr(machine, action)()
        except PowerError:
            continue
        assert machine.power in ("running", "stopped", "starting", "stopping", "rebooting")
        assert machine.boot_count >= boots
        boots = machine.boot_count
        assert machine.power == "running" or not (machine.agent_online or machine.healthy or machine.listening_ports())
    machine.clock.sleep(1000)
    assert machine.power in ("running", "stopped")


def test_durations_pass_faster_and_instants_do_not() -> None:
    clock = Clock(speed=1000)
    start, first = clock.seconds(), clock.now()
    clock.sleep(20)
    assert clock.seconds() - start >= 20
    assert (clock.now() - first).total_seconds() < 5
    with pytest.raises(ValueError, match="greater than 0"):
        Clock(speed=0)


def test_a_manual_clock_only_moves_when_told() -> None:
    clock = ManualClock()
    before = clock.now()
    clock.advance(90)
    assert (clock.now() - before).total_seconds() == 90
    assert clock.seconds() == 90

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How virtual machines are patched: what differs, what is sent, and what keeps schedules from installing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.long_running import settle
from ansible_collections.hybridops.patching.plugins.module_utils._azure.machines import Machine, machines_of
from ansible_collections.hybridops.patching.plugins.module_utils._azure.vm_patch_model import (
    MODES,
    WantedSettings,
    change_body,
    obstacle_to,
    settings_after,
    settings_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.vm_patch_settings import (
    check_wanted,
    plan_settings,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.vm_prerequisites import missing
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError
from azure.mgmt.compute.models import VirtualMachineUpdate

from tests.unit.azure.wire import arc, vm

READY = {
    "patchMode": "AutomaticByPlatform",
    "assessmentMode": "AutomaticByPlatform",
    "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": True, "rebootSetting": "IfRequired"},
}


def machine(system: str, settings: dict[str, Any] | None = None, node_id: str = "", **more: Any) -> Machine:
    configuration = {"patchSettings": settings, **more} if settings is not None else more
    profile = {"osProfile": {f"{system}Configuration": configuration}} if system else {}
    (found,) = machines_of([{"id": node_id or vm("one"), "name": "one", "properties": profile}]).values()
    return found


def change(one: Machine, **wanted: Any) -> dict[str, Any] | None:
    """The configuration in the PATCH, None when nothing is sent. Fails for an obstacle."""
    plan = plan_settings([one.id], {one.id: one}, WantedSettings(**wanted))
    assert plan.failures == {}
    if one.id not in plan.after:
        return None
    body = change_body(plan.before[one.id], plan.after[one.id])
    assert VirtualMachineUpdate(body).as_dict() == body
    (profile,) = body["properties"].values()
    (configuration,) = profile.values()
    assert isinstance(configuration, dict)
    return configuration


class TestChange:
    def test_a_linux_machine_is_made_ready(self) -> None:
        assert change(
            machine("linux", {"patchMode": "ImageDefault"}), patch_mode="AutomaticByPlatform", bypass=True
        ) == {
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": True},
            }
        }

    def test_a_windows_machine_that_updates_itself_is_made_ready(self) -> None:
        one = machine("windows", None, enableAutomaticUpdates=True)
        assert change(one, patch_mode="AutomaticByPlatform", assessment_mode="AutomaticByPlatform", bypass=True) == {
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "assessmentMode": "AutomaticByPlatform",
                "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": True},
            }
        }

    @pytest.mark.parametrize("updates", [True, False, None])
    def test_automatic_updates_are_never_sent_since_the_service_does_not_change_them(
        self, updates: bool | None
    ) -> None:
        platform = {"patchSettings": {"patchMode": "AutomaticByPlatform"}}
        told = {} if updates is None else {"enableAutomaticUpdates": updates}
        for was in ("Manual", "AutomaticByOS"):
            assert change(machine("windows", {"patchMode": was}, **told), patch_mode="AutomaticByPlatform") == platform
        there = {**READY, "automaticByPlatformSettings": None, "assessmentMode": None}
        for mode in ("Manual", "AutomaticByOS"):
            fitting = {} if updates is None else {"enableAutomaticUpdates": mode == "AutomaticByOS"}
            assert change(machine("windows", there, **fitting), patch_mode=mode) == {
                "patchSettings": {"patchMode": mode}
            }

    def test_what_is_there_is_sent_along(self) -> None:
        one = machine("windows", {**READY, "enableHotpatching": True}, enableAutomaticUpdates=True)
        assert change(one, reboot_setting="Never") == {
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "assessmentMode": "AutomaticByPlatform",
                "enableHotpatching": True,
                "automaticByPlatformSettings": {
                    "bypassPlatformSafetyChecksOnUserSchedule": True,
                    "rebootSetting": "Never",
                },
            }
        }

    def test_settings_of_the_platform_are_not_sent_in_another_mode(self) -> None:
        sent = change(machine("linux", READY), patch_mode="ImageDefault", bypass=False)
        assert sent == {"patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "AutomaticByPlatform"}}
        assert change(machine("linux", {"patchMode": "ImageDefault"}), bypass=False) is None

    @pytest.mark.parametrize(
        "wanted",
        [
            {"patch_mode": "AutomaticByPlatform"},
            {"bypass": True},
            {"reboot_setting": "IfRequired"},
            {"assessment_mode": "AutomaticByPlatform"},
            {
                "patch_mode": "AutomaticByPlatform",
                "bypass": True,
                "reboot_setting": "IfRequired",
                "assessment_mode": "AutomaticByPlatform",
            },
        ],
    )
    @pytest.mark.parametrize("system", ["linux", "windows"])
    def test_what_is_so_is_not_sent(self, system: str, wanted: dict[str, Any]) -> None:
        assert change(machine(system, READY), **wanted) is None

    @pytest.mark.parametrize("system", ["linux", "windows"])
    def test_from_any_settings_to_any_others_once_is_enough(self, system: str) -> None:
        modes, flags, reboots = [None, *MODES[system]], [None, True, False], [None, "Unknown", "Never"]
        for was, mode, flag, reboot in product(modes, modes, flags, reboots):
            there = machine(system, {} if was is None else {"patchMode": was, "assessmentMode": None})
            wanted = WantedSettings(mode, None, flag, reboot)
            current = settings_of(there)
            after = settings_after(current, wanted)
            if obstacle_to(after, wanted) or after == current:
                continue
            body = change_body(current, after)["properties"]["osProfile"][f"{system}Configuration"]
            changed = machine(system, body["patchSettings"])
            assert settings_after(settings_of(changed), wanted).to_dict() == settings_of(changed).to_dict()


class TestObstacles:
    def failure(self, one: Machine, **wanted: Any) -> str:
        return plan_settings([one.id], {one.id: one}, WantedSettings(**wanted)).failures[one.id]

    def test_a_mode_of_the_other_system(self) -> None:
        assert "not one of Linux" in self.failure(machine("linux"), patch_mode="Manual")
        assert "not one of Windows" in self.failure(machine("windows"), patch_mode="ImageDefault")

    def test_settings_of_the_platform_without_its_mode(self) -> None:
        assert "patch_mode AutomaticByPlatform" in self.failure(machine("linux"), bypass=True)
        assert "patch_mode AutomaticByPlatform" in self.failure(machine("windows"), reboot_setting="Never")

    def test_a_machine_without_a_profile_or_an_agent(self) -> None:
        assert "no osProfile" in self.failure(machine(""), patch_mode="AutomaticByPlatform")
        bare = machine("linux", {}, provisionVMAgent=False)
        assert "without a VM agent" in self.failure(bare, patch_mode="AutomaticByPlatform")

    def test_a_mode_that_does_not_go_with_what_the_machine_was_made_with(self) -> None:
        one = machine("windows", READY, enableAutomaticUpdates=True)
        said = self.failure(one, patch_mode="Manual")
        assert "needs enableAutomaticUpdates false, and this machine was made with true" in said
        assert "AutomaticByPlatform, which goes with both" in said
        said = self.failure(machine("windows", READY, enableAutomaticUpdates=False), patch_mode="AutomaticByOS")
        assert "needs enableAutomaticUpdates true, and this machine was made with false" in said
        odd = machine("windows", {"patchMode": "Manual"}, enableAutomaticUpdates=True)
        assert change(odd, patch_mode="Manual") is None

    def test_a_machine_that_is_not_there(self) -> None:
        plan = plan_settings([vm("gone")], {}, WantedSettings("AutomaticByPlatform"))
        assert "no such machine" in plan.failures[vm("gone")]

    def test_what_no_machine_can_have(self) -> None:
        for wanted in (
            WantedSettings(),
            WantedSettings("Manual", bypass=True),
            WantedSettings("Manual", reboot_setting="Never"),
        ):
            with pytest.raises(InputError):
                check_wanted(wanted)
        check_wanted(WantedSettings("Manual", bypass=False))


class TestPrerequisites:
    def test_a_machine_that_is_ready_lacks_nothing(self) -> None:
        assert missing(machine("linux", READY, provisionVMAgent=True)) == []
        assert missing(machine("windows", READY)) == []

    def test_arc_machines_need_nothing(self) -> None:
        assert missing(machine("", node_id=arc("one"))) == []

    @pytest.mark.parametrize(
        ("one", "words"),
        [
            (machine("linux"), ["patch_mode is not set", "bypass_platform_safety_checks"]),
            (machine("linux", {"patchMode": "ImageDefault"}), ["patch_mode is ImageDefault", "bypass_"]),
            (machine("windows", {"patchMode": "AutomaticByOS"}), ["the system updates itself", "bypass_"]),
            (machine("windows", None, enableAutomaticUpdates=True), ["the system updates itself", "bypass_"]),
            (machine("windows", {"patchMode": "AutomaticByPlatform"}), ["bypass_"]),
            (machine("windows", READY, provisionVMAgent=False), ["without a VM agent"]),
            (machine(""), ["no osProfile"]),
        ],
    )
    def test_everything_that_is_missing_is_named(self, one: Machine, words: list[str]) -> None:
        found = missing(one)
        assert len(found) == len(words)
        assert all(word in said for word, said in zip(words, found, strict=True))


class Told:
    """A connection that answers an operation's URL by a script."""

    def __init__(self, *bodies: dict[str, Any]) -> None:
        self.answers = [Answer(200, body) for body in bodies]
        self.slept: list[float] = []

    def get_url(self, url: str, doing: str) -> Answer:
        return self.answers.pop(0)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


BEGUN = Answer(200, {}, {"azure-asyncoperation": "https://management.azure.com/operations/1", "retry-after": "7"})


class TestWaiting:
    def test_it_ends_with_the_operation(self) -> None:
        told: Any = Told({"status": "InProgress"}, {"status": "Succeeded"})
        settle(told, BEGUN, "change it", 300)
        assert (told.slept, told.answers) == ([7.0], [])

    def test_without_one_or_without_patience_nothing_is_asked(self) -> None:
        told: Any = Told()
        settle(told, Answer(200, {}), "change it", 300)
        settle(told, BEGUN, "change it", 0)

    def test_a_failure_is_the_operation_s(self) -> None:
        told: Any = Told({"status": "Failed", "error": {"code": "OSProvisioningTimedOut", "message": "no"}})
        with pytest.raises(CloudError, match="Could not change it: OSProvisioningTimedOut: no"):
            settle(told, BEGUN, "change it", 300)

    def test_it_does_not_wait_for_ever(self) -> None:
        told: Any = Told({"status": "InProgress"})
        with pytest.raises(CloudError, match="within 5 s"):
            settle(told, BEGUN, "change it", 5)

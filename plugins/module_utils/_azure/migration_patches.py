# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deployment schedule installs, as a maintenance configuration says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .classifications import LINUX_CLASSIFICATIONS, WINDOWS_CLASSIFICATIONS
from .deployment_schedule_model import SECTIONS, USUAL_REBOOT, WINDOWS
from .maintenance_model import REBOOTS
from .migration_losses import BY_HAND, UPDATES, Loss

_NONE = "unclassified"
"""What the service says for no classification."""

_WINDOWS: Mapping[str, str] = {
    "included_update_classifications": "classifications_to_include",
    "included_kb_numbers": "kb_numbers_to_include",
    "excluded_kb_numbers": "kb_numbers_to_exclude",
}
_LINUX: Mapping[str, str] = {
    "included_package_classifications": "classifications_to_include",
    "included_package_name_masks": "package_name_masks_to_include",
    "excluded_package_name_masks": "package_name_masks_to_exclude",
}


def patches_of(schedule: Mapping[str, Any]) -> tuple[dict[str, Any], list[Loss]]:
    """The ``install_patches`` of a configuration, and what is not in it."""
    section = str(schedule["operating_system"]).lower()
    losses: list[Loss] = []
    if section not in SECTIONS:
        why = "it does not say for which operating system it is"
        return {}, [Loss("operating_system", schedule["operating_system"], why, BY_HAND)]
    windows = schedule["operating_system"] == WINDOWS
    known = WINDOWS_CLASSIFICATIONS if windows else LINUX_CLASSIFICATIONS
    found: dict[str, Any] = {}
    for name, member in (_WINDOWS if windows else _LINUX).items():
        values, foreign = _usable(member, schedule[section][name], known)
        found[member] = values
        losses += [_unknown(f"{section}.{name}", value) for value in foreign]
    if not any(found[member] for member in found if not member.endswith("_exclude")):
        classifications = next(iter(_WINDOWS if windows else _LINUX))
        why = "it chooses no updates, so it installs nothing; a configuration that chooses none is no such thing"
        value = schedule[section][classifications]
        losses.append(Loss(f"{section}.{classifications}", value, why, f"{BY_HAND}, with what is to be installed"))
    reboot = _reboot(section, str(schedule[section]["reboot_setting"] or USUAL_REBOOT), losses)
    losses += _of_the_other_system(schedule, section)
    return {"reboot_setting": reboot, f"{section}_parameters": found}, losses


def _usable(member: str, values: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """What Update Manager takes, and what it does not."""
    if member == "classifications_to_include":
        words = {word.casefold(): word for word in known}
        named = [value for value in values if value.casefold() != _NONE]
        return (
            [words[value.casefold()] for value in named if value.casefold() in words],
            [value for value in named if value.casefold() not in words],
        )
    if member.startswith("kb_"):
        numbers = {value: value.strip().upper().removeprefix("KB") for value in values}
        foreign = [value for value, number in numbers.items() if not number.isdecimal()]
        return [number for value, number in numbers.items() if value not in foreign], foreign
    return [value for value in values if value.strip()], []


def _unknown(place: str, value: str) -> Loss:
    return Loss(place, value, "Update Manager does not know it", "the others that the schedule names", UPDATES)


def _reboot(section: str, asked: str, losses: list[Loss]) -> str:
    word = next((one for one in REBOOTS if one.casefold() == asked.casefold()), "")
    if not word:
        why = "a configuration always installs; there is none that only restarts machines"
        instead = "a run without installation, or azure_run_command with a restart, started by a scheduler of your own"
        losses.append(Loss(f"{section}.reboot_setting", asked, why, instead))
    return word or USUAL_REBOOT


def _of_the_other_system(schedule: Mapping[str, Any], own: str) -> list[Loss]:
    """Settings of the other system mean nothing to a schedule; they are told all the same."""
    other = next(section for section in SECTIONS if section != own)
    kept = {name: value for name, value in schedule[other].items() if value}
    why = f"the schedule is for {schedule['operating_system']}, where it does nothing"
    return [Loss(f"{other}.{name}", value, why, "nothing", blocks=False) for name, value in kept.items()]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assessing and installing through the API: the checks, one operation at a time, the long-running operation.

The two providers differ in the form of the result and in what they refuse; both come as a ``PatchApi``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...machines import Machine
from ..arm.answer import Answer
from ..arm.call import Call
from ..arm.errors import ArmError, conflict, invalid_parameter
from ..arm.lro import start
from ..patching.assessment import assess, begin_assessment
from ..patching.installation import begin_installation, install
from ..patching.parameters import ParameterError, install_request
from ..patching.record import Assessment, Installation, PatchRecord, record_of
from .graph import note_patches


@dataclass(frozen=True, slots=True)
class PatchApi:
    """``assessment``, ``installation``: the bodies of the results. ``busy``: the refusal of a second operation."""

    assessment: Callable[[Machine, Assessment], Any]
    installation: Callable[[Machine, Installation], Any]
    busy: Callable[[Machine, str], ArmError]


def assess_patches(call: Call, machine: Machine, api: PatchApi) -> Answer:
    """202, then 200 with the result, whatever its ``status``."""
    record = _take(machine, "assessPatches", api)
    begun = begin_assessment(machine)

    def work() -> Any:
        try:
            found = assess(machine, begun)
        finally:
            record.busy = ""
        note_patches(call.world, machine)
        return api.assessment(machine, found)

    return start(call, 0.0, work, polled="location", location=machine.region)


def install_patches(call: Call, machine: Machine, api: PatchApi) -> Answer:
    """202, then 200 with the result, whatever its ``status``. Raises ArmError for what the service refuses at once."""
    try:
        request = install_request(machine, call.body)
    except ParameterError as error:
        raise invalid_parameter(str(error), error.target) from None
    record = _take(machine, "installPatches", api)
    begun = begin_installation(machine, request)
    note_patches(call.world, machine)

    def work() -> Any:
        try:
            done = install(machine, request, begun)
        finally:
            record.busy = ""
        note_patches(call.world, machine)
        return api.installation(machine, done)

    return start(call, 0.0, work, polled="location", location=machine.region)


def cancel_installation(call: Call, machine: Machine) -> Answer:
    """No further patch is begun. Raises ArmError when nothing is being installed."""
    record = record_of(machine)
    if record.busy != "installPatches":
        raise conflict("There is no patch installation in progress on the machine.", "OperationNotAllowed")
    record.cancelled = True

    def work() -> None:
        while record.busy == "installPatches":
            machine.clock.sleep(max(1.0, 0.05 * machine.clock.speed))

    return start(call, 0.0, work, polled="location", location=machine.region)


def _take(machine: Machine, operation: str, api: PatchApi) -> PatchRecord:
    record = record_of(machine)
    with machine.lock:
        if record.busy:
            raise api.busy(machine, operation)
        record.busy = operation
    return record

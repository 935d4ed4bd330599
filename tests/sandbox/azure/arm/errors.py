# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as Azure Resource Manager answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ArmError(Exception):
    """An answer that is an error: ``{"error": {"code": …, "message": …}}``.

    ``status``: the HTTP status. ``details``: further errors, each ``{"code", "message"[, "target"]}``.
    Form: common-types ErrorResponse (azure-rest-api-specs, common-types/resource-management/v3/types.json).
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        target: str = "",
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = tuple(details)
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target:
            error["target"] = self.target
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        return {"error": error}


def resource_not_found(resource_type: str, name: str, group: str) -> ArmError:
    """No such resource. ``resource_type`` as in ``Microsoft.Compute/virtualMachines``."""
    message = (
        f"The Resource '{resource_type}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message)


def resource_group_not_found(group: str) -> ArmError:
    """No such resource group."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def subscription_not_found(subscription: str) -> ArmError:
    """No such subscription in the caller's tenant."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def invalid_parameter(message: str, target: str = "") -> ArmError:
    """A value that the resource provider refuses."""
    return ArmError(400, "InvalidParameter", message, target)


def conflict(message: str, code: str = "Conflict") -> ArmError:
    """Something is under way, or in a state, that forbids it."""
    return ArmError(409, code, message)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of Microsoft.Maintenance: its own are written with capitals, ``{"Error": {"Code": …, "Message": …}}`` (as
answers that users of Terraform show, such as hashicorp/terraform-provider-azurerm issue 29738)."""

from __future__ import annotations

from typing import Any

from ..arm.errors import ArmError


class MaintenanceError(ArmError):
    """A refusal by the resource provider itself."""

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return {"Error": {"Code": self.code, "Message": self.message}}


def refused(message: str, code: str = "BadRequest") -> MaintenanceError:
    """What the provider does not take."""
    return MaintenanceError(400, code, message)


def invalid_window(message: str) -> MaintenanceError:
    """A maintenance window that it does not take."""
    return refused(f"Invalid maintenance window. Error: {message}", "InvalidMaintenanceWindow")

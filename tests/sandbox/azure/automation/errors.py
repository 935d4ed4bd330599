# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of Microsoft.Automation: ``{"code": …, "message": …}``, where the message of a refused body is itself JSON.

Sources: ErrorResponse of the API, and answers that users of Terraform and of deployment templates show
(hashicorp/terraform-provider-azurerm pull request 22204, Azure/ResourceModules issue 2216).
"""

from __future__ import annotations

import json
from typing import Any

from ..arm.errors import ArmError

PLACE = "softwareUpdateConfiguration.properties"


class AutomationError(ArmError):
    """A refusal by the resource provider itself."""

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return {"code": self.code, "message": self.message}


def invalid(member: str, message: str) -> AutomationError:
    """A member of the body (its path below ``properties``) that is refused."""
    state = {"Message": "The request is invalid.", "ModelState": {f"{PLACE}.{member}": [message]}}
    return AutomationError(400, "BadRequest", json.dumps(state, separators=(",", ":")))


def invalid_schedule(message: str) -> AutomationError:
    """A schedule that is refused."""
    said = (
        "Argument requestScheduleData with value Orchestrator.Schedules.DataAccess.Models.ScheduleAllData is not valid."
    )
    return AutomationError(400, "BadRequest", f"{said} Error message: {message}")


def not_found(what: str) -> AutomationError:
    """There is no such thing."""
    return AutomationError(404, "NotFound", f"{what} not found.")


def shut_down() -> AutomationError:
    """What deployment schedules are answered since Update Management is gone (the words: Microsoft, in
    Azure/azure-rest-api-specs-examples issue 2745; the code is not published)."""
    message = (
        "Azure Automation Update Management was deprecated on 31st August 2024 and has been shut down on 28th February "
        "2025. Please move to Azure Update Manager. Learn more- https://aka.ms/mmaagentbasedservicesshutdown"
    )
    return AutomationError(400, "BadRequest", message)

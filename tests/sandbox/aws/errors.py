# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as the services answer them."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """An answer that is an error. ``code`` is the service's own, ``status`` the HTTP status.

    ``members`` are further members of a modelled error (``Reason``, ``ResourceId`` …).
    """

    def __init__(self, code: str, message: str = "", status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members
        self.headers: dict[str, str] = {}


def not_served(service: str, operation: str) -> ServiceError:
    """What an operation that the sandbox does not have is answered with, in the words of each protocol."""
    code = {"ssm": "UnknownOperationException", "ec2": "InvalidAction", "sts": "InvalidAction"}.get(
        service, "NotImplemented"
    )
    return ServiceError(code, f"The sandbox does not serve {service}:{operation} (see tests/sandbox/README.md)")

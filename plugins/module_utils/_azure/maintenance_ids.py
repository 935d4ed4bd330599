# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids of maintenance configurations and of what they are assigned to."""

from __future__ import annotations

import hashlib
import re

from .._core.errors import InputError
from .._core.nodes import canonical_id

_GROUP = r"/subscriptions/[^/]+/resourcegroups/[^/]+"
_CONFIGURATION = re.compile(rf"(?i){_GROUP}/providers/Microsoft\.Maintenance/maintenanceConfigurations/[^/]+\Z")
_SCOPE = re.compile(r"(?i)/subscriptions/[^/]+(?:/resourcegroups/[^/]+)?\Z")
_NAME = re.compile(r"[^/\\?#%<>&:\s][^/\\?#%<>&:]*\Z")
ASSIGNMENTS = "providers/Microsoft.Maintenance/configurationAssignments"


def configuration_id(subscription: str, group: str, name: str) -> str:
    """The id of a configuration. Raises InputError for what cannot be a part of one."""
    if not subscription:
        raise InputError("subscription_id", subscription, "a subscription, as an option or with the credentials")
    for option, value in (("resource_group", group), ("name", name)):
        check_name(option, value)
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Maintenance/"
        f"maintenanceConfigurations/{name}"
    )


def check_configuration_id(option: str, given: str) -> str:
    """The id, as given. Raises InputError for one that is not a configuration's."""
    if not _CONFIGURATION.match(given):
        allowed = (
            "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Maintenance/"
            "maintenanceConfigurations/<name>"
        )
        raise InputError(option, given, allowed)
    return given


def check_scope(option: str, given: str) -> str:
    """The id of a subscription or resource group, without a slash at its end. Raises InputError."""
    scope = given.rstrip("/")
    if not _SCOPE.match(scope):
        raise InputError(option, given, "/subscriptions/<id> or /subscriptions/<id>/resourceGroups/<group>")
    return scope


def check_name(option: str, given: str) -> None:
    """Raises InputError for a text that cannot be a part of an id."""
    if not _NAME.match(given or ""):
        raise InputError(option, given, r"a name without / \ ? # % < > & : and without a space in front")


def subscription_of(resource_id: str) -> str:
    """The subscription of an id, in lower case."""
    return resource_id.split("/")[2].lower()


def group_of_id(resource_id: str) -> str:
    """The resource group of an id."""
    return resource_id.split("/")[4]


def name_of_id(resource_id: str) -> str:
    """The last part of an id."""
    return resource_id.rpartition("/")[2]


def assignment_id(scope: str, name: str) -> str:
    """The id of an assignment at a machine, a resource group or a subscription."""
    return f"{scope}/{ASSIGNMENTS}/{name}"


def derived_name(configuration: str) -> str:
    """The name of an assignment when none is given: the configuration's, with what tells it from one of the same name.

    It is the same in every run, and two configurations of one name in two groups do not take each other's place.
    """
    digest = hashlib.sha256(canonical_id(configuration).encode()).hexdigest()[:8]
    return f"{name_of_id(configuration)}-{digest}"

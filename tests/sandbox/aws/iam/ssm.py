# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of Systems Manager's requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..errors import ServiceError
from ..ssm.nodes import targeted
from ..world import OPERATIONS, Call
from .conditions import NotUnderstood
from .evaluate import Access
from .needs import On, access, on_each, tags_given
from .reference import UnknownAction, action

_NAMED: dict[str, tuple[str, ...]] = {
    "association": ("AssociationId", "AssociationIds"),
    "document": ("DocumentName", "CalendarNames", "Name"),
    "maintenancewindow": ("WindowId",),
    "patchbaseline": ("BaselineId",),
    "windowtarget": ("WindowTargetId",),
    "windowtask": ("WindowTaskId",),
}
"""The parameters that name a resource, by its type."""
_TAGGED = {
    "Association": "association",
    "Document": "document",
    "MaintenanceWindow": "maintenancewindow",
    "ManagedInstance": "managed-instance",
    "Parameter": "parameter",
    "PatchBaseline": "patchbaseline",
}
"""The type of a resource by its name in requests about tags."""
_TAG_NAMES = {resource_type: name for name, resource_type in _TAGGED.items()}
_NEW = {"CreateAssociation": "association"}
"""Requests that make a resource of a type, and need leave for it before it has an id."""
_SOME = {"GetDefaultPatchBaseline": "patchbaseline"}
"""Requests that do not say which one they will answer with."""


def needs(call: Call) -> list[Access]:
    """What a request of Systems Manager needs."""
    name = f"ssm:{call.operation}"
    return on_each(call, name, list(_resources(call, name))) + list(_passed_roles(call))


def _resources(call: Call, name: str) -> Iterator[On]:
    try:
        types = action(name).types
    except UnknownAction as error:
        raise NotUnderstood(str(error)) from None
    if "ResourceType" in call.params and "ResourceId" in call.params and "maintenancewindow" in types:
        yield _of_tags(call)
        return
    if call.operation in _NEW or call.operation in _SOME:
        yield On((_NEW | _SOME)[call.operation], "*", {}, tags_given(call))
    for resource_type, parameters in _NAMED.items():
        if resource_type in types:
            named: str | list[str] = next((call.params[one] for one in parameters if call.params.get(one)), [])
            for resource_id in [named] if isinstance(named, str) else named:
                yield _of_ssm(call, resource_type, resource_id)
    if "instance" in types:
        yield from _nodes(call)
    if "bucket" in types and call.params.get("OutputS3BucketName"):
        yield On("bucket", call.params["OutputS3BucketName"])


def _of_ssm(call: Call, resource_type: str, resource_id: str) -> On:
    """A resource that belongs to the account or, by its name, to AWS."""
    if resource_id.startswith("arn:"):
        return On(resource_type, resource_id, _tags(call, resource_type, resource_id))
    of_aws = resource_type == "document" and resource_id.startswith(("AWS-", "AmazonInspector", "Amazon-"))
    return On(
        resource_type,
        resource_id,
        _tags(call, resource_type, resource_id),
        tags_given(call),
        account="" if of_aws else None,
    )


def _of_tags(call: Call) -> On:
    kind, resource_id = str(call.params["ResourceType"]), str(call.params["ResourceId"])
    if kind not in _TAGGED:
        raise NotUnderstood(f"Tags of {kind} are not modelled by the sandbox")
    return On(_TAGGED[kind], resource_id, _tags(call, _TAGGED[kind], resource_id), tags_given(call))


def _tags(call: Call, resource_type: str, resource_id: str) -> dict[str, str]:
    """The tags of a resource as the service itself tells them; none for one that it does not know."""
    asked = {"ResourceType": _TAG_NAMES.get(resource_type, resource_type), "ResourceId": resource_id}
    listing: Callable[[Call], Any] = OPERATIONS["ssm", "ListTagsForResource"]
    try:
        answer = listing(Call(call.world, call.caller, call.region, "ListTagsForResource", asked))
    except ServiceError:
        return {}
    return {tag["Key"]: tag["Value"] for tag in answer["TagList"]}


def _nodes(call: Call) -> Iterator[On]:
    params = call.params
    ids = list(params.get("InstanceIds") or ([params["InstanceId"]] if params.get("InstanceId") else []))
    if not ids and params.get("Targets"):
        ids = [machine.node_id for machine in targeted(call, params["Targets"])]
    for node_id in ids:
        machine = call.machines.get(node_id)
        hybrid = node_id.startswith("mi-")
        tags = dict(machine.tags) if machine is not None else {}
        yield On("managed-instance" if hybrid else "instance", node_id, tags, tags_given(call))


def _passed_roles(call: Call) -> Iterator[Access]:
    """Roles that the service is to take on for the request."""
    parameters = call.params.get("TaskInvocationParameters") or {}
    run_command = (parameters.get("RunCommand") or {}) if isinstance(parameters, dict) else {}
    for role in sorted({call.params.get("ServiceRoleArn") or "", run_command.get("ServiceRoleArn") or ""} - {""}):
        yield access(call, "iam:PassRole", On("role", role, {}, {}, {"iam:PassedToService": "ssm.amazonaws.com"}))

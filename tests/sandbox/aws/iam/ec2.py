# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of EC2's requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ec2.tags import TagStore
from ..ec2.volumes import kms_key, volumes
from ..world import Call
from .evaluate import Access
from .needs import On, access, on_each

_TYPES = {"i": "instance", "vol": "volume", "snap": "snapshot"}
NEW = "*"
"""How a resource that the request makes is named: it has no id yet."""


def needs(call: Call) -> list[Access]:
    """What a request of EC2 needs."""
    params, name = call.params, f"ec2:{call.operation}"
    if call.operation in ("StartInstances", "StopInstances", "RebootInstances"):
        instances = [_existing(call, node_id) for node_id in params["InstanceIds"]]
        grants = list(_grants(call, params["InstanceIds"])) if call.operation == "StartInstances" else []
        return on_each(call, name, instances) + grants
    if call.operation == "CreateSnapshots":
        chosen = params["InstanceSpecification"]
        left_out = chosen.get("ExcludeDataVolumeIds") or []
        taken = [
            volume_id
            for volume_id, (machine, volume) in volumes(call).items()
            if machine.node_id == chosen["InstanceId"] and volume_id not in left_out
            if not (volume.root and chosen.get("ExcludeBootVolume"))
        ]
        return _snapshots(call, name, [_existing(call, one) for one in [chosen["InstanceId"], *taken]])
    if call.operation == "CreateSnapshot":
        return _snapshots(call, name, [_existing(call, params["VolumeId"])])
    if call.operation == "DeleteSnapshot":
        return on_each(call, name, [_existing(call, params["SnapshotId"])])
    if call.operation in ("CreateTags", "DeleteTags"):
        given = {tag.get("Key") or "": tag.get("Value") or "" for tag in params.get("Tags") or []}
        return on_each(call, name, [_existing(call, one, given) for one in params["Resources"]])
    return on_each(call, name, [])


def _existing(call: Call, resource_id: str, requested: dict[str, str] | None = None) -> On:
    machine = call.machines.get(resource_id)
    tags = machine.tags if machine is not None else call.store(TagStore).tags.get(resource_id, {})
    return On(_TYPES[resource_id.partition("-")[0]], resource_id, dict(tags), requested or {})


def _snapshots(call: Call, name: str, sources: Sequence[On]) -> list[Access]:
    """What is copied, the snapshots to be made, and their tags, which are a permission of its own."""
    given = {
        tag["Key"]: tag.get("Value") or ""
        for specification in call.params.get("TagSpecifications") or []
        for tag in specification.get("Tags") or []
    }
    found = on_each(call, name, [*sources, On("snapshot", NEW, {}, given)])
    if given:
        on = On("snapshot", NEW, {}, given, {"ec2:CreateAction": call.operation})
        found.append(access(call, "ec2:CreateTags", on))
    return found


def _grants(call: Call, node_ids: Sequence[str]) -> Iterator[Access]:
    """To start an instance EC2 lets its volumes use keys of the account's own; for the key of AWS it needs no leave."""
    keys = {kms_key(call, volume) for machine, volume in volumes(call).values() if machine.node_id in node_ids}
    for key in sorted(key for key in keys if key and not key.endswith("alias/aws/ebs")):
        via = {"kms:ViaService": f"ec2.{call.region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
        yield access(call, "kms:CreateGrant", On("key", key, {}, {}, via))

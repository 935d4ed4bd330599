# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeInstances and DescribeInstanceStatus: the machines as EC2 shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ...machines import Machine
from ..world import Call, operation
from .filters import check_ids, dry_run, flag, paged, select
from .tags import tag_list

STATES = {
    "starting": (0, "pending"),
    "running": (16, "running"),
    "rebooting": (16, "running"),
    "stopping": (64, "stopping"),
    "stopped": (80, "stopped"),
}
PLATFORM_DETAILS = {"windows": "Windows", "redhat": "Red Hat Enterprise Linux", "suse": "SUSE Linux"}
_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def instances(call: Call) -> dict[str, Machine]:
    """The caller's EC2 instances in the region (hybrid nodes are not EC2's), by id."""
    return {node_id: machine for node_id, machine in call.machines.items() if not machine.hybrid}


def state(machine: Machine) -> dict[str, Any]:
    """The state as code and name."""
    code, name = STATES[machine.power]
    return {"Code": code, "Name": name}


def zone(machine: Machine) -> str:
    """The availability zone."""
    return str(machine.attributes.get("zone") or f"{machine.region}a")


def product_codes(machine: Machine) -> list[dict[str, str]]:
    """Marketplace codes, from a list of ids or of {id, type}."""
    codes = []
    for code in machine.attributes.get("product_codes") or []:
        entry = code if isinstance(code, Mapping) else {"id": code}
        codes.append({"ProductCodeId": str(entry["id"]), "ProductCodeType": str(entry.get("type", "marketplace"))})
    return codes


def instance_tags(machine: Machine) -> list[dict[str, str]]:
    """The tags, with the one that auto scaling puts there."""
    group = machine.attributes.get("auto_scaling_group")
    return tag_list(machine.tags | ({"aws:autoscaling:groupName": str(group)} if group else {}))


def describe(machine: Machine) -> dict[str, Any]:
    """An instance in the API's form."""
    attributes, digits = machine.attributes, machine.node_id.partition("-")[2]
    root = next((volume for volume in machine.volumes if volume.root), None)
    ebs = [volume for volume in machine.volumes if volume.kind == "ebs"]
    address = str(attributes.get("private_ip") or "10.0.0.10")
    stopped = machine.power == "stopped"
    return {
        "InstanceId": machine.node_id,
        "ImageId": str(attributes.get("image_id") or f"ami-{digits}"),
        "State": state(machine),
        "AmiLaunchIndex": 0,
        "ClientToken": "",
        "PublicDnsName": "",
        "PrivateDnsName": f"ip-{address.replace('.', '-')}.{machine.region}.compute.internal",
        "PrivateIpAddress": address,
        "StateTransitionReason": "User initiated" if stopped else "",
        "StateReason": {
            "Code": "Client.UserInitiatedShutdown",
            "Message": "Client.UserInitiatedShutdown: User initiated shutdown",
        }
        if stopped
        else None,
        "ProductCodes": product_codes(machine),
        "InstanceType": str(attributes.get("instance_type") or "t3.medium"),
        "LaunchTime": machine.booted_at or _LONG_AGO,
        "Placement": {"AvailabilityZone": zone(machine), "GroupName": "", "Tenancy": "default"},
        "Platform": "windows" if machine.os.family == "windows" else None,
        "PlatformDetails": PLATFORM_DETAILS.get(machine.os.key, "Linux/UNIX"),
        "Monitoring": {"State": "disabled"},
        "SubnetId": str(attributes.get("subnet_id") or f"subnet-{digits}"),
        "VpcId": str(attributes.get("vpc_id") or "vpc-0123456789abcdef0"),
        "Architecture": str(attributes.get("architecture") or "x86_64"),
        "BlockDeviceMappings": [
            {
                "DeviceName": volume.device,
                "Ebs": {
                    "AttachTime": _LONG_AGO,
                    "Status": "attached",
                    "VolumeId": volume.volume_id,
                    "DeleteOnTermination": bool(volume.attributes.get("delete_on_termination", volume.root)),
                },
            }
            for volume in ebs
        ],
        "EbsOptimized": True,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "VirtualizationType": "hvm",
        "RootDeviceName": root.device if root else "/dev/sda1",
        "RootDeviceType": "instance-store" if root is not None and root.kind == "instance_store" else "ebs",
        "SecurityGroups": [],
        "SourceDestCheck": True,
        "Tags": instance_tags(machine),
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": "required",
            "HttpEndpoint": "enabled",
            "InstanceMetadataTags": "disabled",
        },
    }


FILTERS = {
    "architecture": lambda it: [it["Architecture"]],
    "availability-zone": lambda it: [it["Placement"]["AvailabilityZone"]],
    "block-device-mapping.device-name": lambda it: [entry["DeviceName"] for entry in it["BlockDeviceMappings"]],
    "block-device-mapping.volume-id": lambda it: [entry["Ebs"]["VolumeId"] for entry in it["BlockDeviceMappings"]],
    "dns-name": lambda it: [it["PublicDnsName"]],
    "image-id": lambda it: [it["ImageId"]],
    "instance-id": lambda it: [it["InstanceId"]],
    "instance-lifecycle": lambda _it: [],
    "instance-state-code": lambda it: [str(it["State"]["Code"])],
    "instance-state-name": lambda it: [it["State"]["Name"]],
    "instance-type": lambda it: [it["InstanceType"]],
    "platform": lambda it: [it["Platform"]] if it["Platform"] else [],
    "platform-details": lambda it: [it["PlatformDetails"]],
    "private-dns-name": lambda it: [it["PrivateDnsName"]],
    "private-ip-address": lambda it: [it["PrivateIpAddress"]],
    "product-code": lambda it: [code["ProductCodeId"] for code in it["ProductCodes"]],
    "product-code.type": lambda it: [code["ProductCodeType"] for code in it["ProductCodes"]],
    "root-device-name": lambda it: [it["RootDeviceName"]],
    "root-device-type": lambda it: [it["RootDeviceType"]],
    "source-dest-check": lambda it: flag(it["SourceDestCheck"]),
    "subnet-id": lambda it: [it["SubnetId"]],
    "tenancy": lambda it: [it["Placement"]["Tenancy"]],
    "virtualization-type": lambda it: [it["VirtualizationType"]],
    "vpc-id": lambda it: [it["VpcId"]],
}


def _asked(call: Call) -> list[Machine]:
    known = instances(call)
    ids: Sequence[str] = call.params.get("InstanceIds") or []
    check_ids("instance", "InvalidInstanceID", "i", ids, known)
    return [known[node_id] for node_id in dict.fromkeys(ids)] if ids else list(known.values())


@operation("ec2", "DescribeInstances")
def describe_instances(call: Call) -> Mapping[str, Any]:
    """Instances by ids or filters; each is a reservation of its own."""
    dry_run(call)
    found = select(
        [describe(machine) for machine in _asked(call)], call.params.get("Filters"), FILTERS, lambda it: it["Tags"]
    )
    shown, token = paged(call, found, "InstanceIds")
    return {
        "NextToken": token,
        "Reservations": [
            {
                "ReservationId": "r-" + it["InstanceId"].partition("-")[2],
                "OwnerId": call.account,
                "Groups": [],
                "Instances": [it],
            }
            for it in shown
        ],
    }


def _status(machine: Machine) -> dict[str, Any]:
    summary = {"running": "ok", "rebooting": "initializing", "starting": "initializing"}.get(
        machine.power, "not-applicable"
    )
    if machine.power == "rebooting" and machine.faults.reboot_hangs:
        summary = "impaired"
    reached = {"ok": "passed", "impaired": "failed", "initializing": "initializing"}.get(summary)
    details = [{"Name": "reachability", "Status": reached}] if reached else None
    system = "ok" if machine.power in ("running", "rebooting") else summary
    return {
        "AvailabilityZone": zone(machine),
        "InstanceId": machine.node_id,
        "InstanceState": state(machine),
        "InstanceStatus": {"Status": summary, "Details": details},
        "SystemStatus": {
            "Status": system,
            "Details": [{"Name": "reachability", "Status": "passed"}] if reached else None,
        },
    }


@operation("ec2", "DescribeInstanceStatus")
def describe_instance_status(call: Call) -> Mapping[str, Any]:
    """Status checks; of running instances only, unless all are asked for."""
    dry_run(call)
    statuses = [_status(machine) for machine in _asked(call)]
    if not call.params.get("IncludeAllInstances"):
        statuses = [entry for entry in statuses if entry["InstanceState"]["Name"] == "running"]
    found = select(
        statuses,
        call.params.get("Filters"),
        {
            "availability-zone": lambda it: [it["AvailabilityZone"]],
            "instance-state-code": lambda it: [str(it["InstanceState"]["Code"])],
            "instance-state-name": lambda it: [it["InstanceState"]["Name"]],
            "instance-status.status": lambda it: [it["InstanceStatus"]["Status"]],
            "instance-status.reachability": lambda it: [
                entry["Status"] for entry in it["InstanceStatus"]["Details"] or []
            ],
            "system-status.status": lambda it: [it["SystemStatus"]["Status"]],
        },
        lambda _it: [],
    )
    shown, token = paged(call, found, "InstanceIds")
    return {"InstanceStatuses": shown, "NextToken": token}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From checked data of a fleet file to patches and machines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from .alter import faults_from
from .base_services import base_services
from .errors import AlterError
from .fleet_catalogue import Catalogue, is_application
from .fleet_checks import Errors
from .fleet_schema import DURATIONS, ROLE, SERVICE, VOLUME
from .machine import MachineSpec
from .model import Service, Volume
from .operating_systems import OS_KEYS, OperatingSystem, operating_system
from .packages import PatchIndex
from .power import Durations

_AS_WRITTEN = ("hostname", "agent_version", "newest_agent_version", "agent_installed", "self_updating", "patch_source")
MERGED = ("tags", "attributes", "faults", "durations")


def merge_profile(profile: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, Any]:
    """A machine upon its profile: tags, attributes, faults and durations are merged, everything else is replaced."""
    merged = {**profile, **machine}
    for key in MERGED:
        if key in profile and key in machine:
            merged[key] = {**profile[key], **machine[key]}
    return merged


def build_spec(
    errors: Errors, path: str, good: dict[str, Any], catalogue: Catalogue, durations: Mapping[str, float]
) -> MachineSpec | None:
    """What a machine is at the beginning; None (and errors) when its data are wrong."""
    found = len(errors)
    system = _system(errors, path, good)
    if system is None:
        return None
    index = catalogue.index(system)
    try:
        faults = faults_from(good.get("faults", {}))
    except AlterError as error:
        errors.append(f"{path}.{error}")
        return None
    spec = MachineSpec(
        node_id=good["node_id"],
        name=good["name"],
        account=good["account"],
        region=good["region"],
        os=system,
        index=index,
        volumes=_volumes(errors, path, good, system),
        services=_services(errors, path, good, system),
        tags={str(key): str(value) for key, value in good.get("tags", {}).items()},
        attributes=dict(good.get("attributes", {})),
        faults=faults,
        installed=_installed(errors, path, good, index),
        not_applicable=(*good.get("not_applicable", ()), *_foreign_applications(good, index)),
        running=good.get("power", "running") == "running",
        hybrid=good.get("hybrid", good["node_id"].startswith("mi-")),
        durations=Durations(**{**durations, **errors.keys(f"{path}.durations", good.get("durations", {}), DURATIONS)}),
        **{key: good[key] for key in _AS_WRITTEN if key in good},
    )
    return spec if len(errors) == found else None


def _system(errors: Errors, path: str, good: dict[str, Any]) -> OperatingSystem | None:
    if "os" not in good:
        errors.append(f"{path}.os: is missing, here and in its profile; allowed: {', '.join(OS_KEYS)}")
        return None
    try:
        return operating_system(good["os"], good.get("os_version", ""))
    except ValueError as error:
        errors.append(f"{path}.os_version: {error}")
        return None


def _installed(errors: Errors, path: str, good: dict[str, Any], index: PatchIndex) -> tuple[str, ...]:
    wanted = good.get("installed", [])
    if wanted == "all":
        return tuple(patch.key for patch in index.patches)
    keys = [patch.key for patch in index.patches if patch.preinstalled]
    for name in wanted:
        found = index.keys_of(name)
        if not found:
            errors.append(f"{path}.installed: {name!r} is no patch of this file for the machine's OS")
        keys += found[-1:]
    return tuple(dict.fromkeys(keys))


def _foreign_applications(good: dict[str, Any], index: PatchIndex) -> list[str]:
    have = good.get("applications", ())
    return [patch.key for patch in index.patches if is_application(patch) and patch.product not in have]


def _volumes(errors: Errors, path: str, good: dict[str, Any], system: OperatingSystem) -> list[Volume]:
    windows = system.is_windows
    usual = {
        "device": "/dev/sda1" if windows else "/dev/xvda",
        "size_gib": 50 if windows else 20,
        "root": True,
        "mount": "C:" if windows else "/",
    }
    volumes: list[Volume] = []
    for position, entry in enumerate(good.get("volumes", [usual])):
        data = errors.keys(f"{path}.volumes[{position}]", entry, VOLUME)
        if not {"device", "size_gib"} <= data.keys():
            continue
        digest = hashlib.sha256(f"{good['node_id']} {data['device']}".encode()).hexdigest()[:17]
        data.setdefault("volume_id", f"vol-{digest}")
        data.setdefault("used_mib", data["size_gib"] * 1024 * 2 // 5)
        data.setdefault("filesystem", "NTFS" if windows else "xfs")
        data.setdefault("kind", _usual_kind(good))
        volume = Volume(**data)
        volume.attributes = dict(volume.attributes)
        if volume.used_mib > volume.size_mib:
            errors.append(f"{path}.volumes[{position}].used_mib: {volume.used_mib} is more than the volume's size")
        volumes.append(volume)
    if sum(volume.root for volume in volumes) != 1:
        errors.append(f"{path}.volumes: exactly one needs root: true")
    return volumes


def _usual_kind(good: Mapping[str, Any]) -> str:
    """What the disks of such a machine are."""
    if good.get("hybrid", good["node_id"].startswith("mi-")):
        return "local"
    return "managed_disk" if good["node_id"].startswith("/") else "ebs"


def _services(errors: Errors, path: str, good: dict[str, Any], system: OperatingSystem) -> list[Service]:
    services = {s.name: s for s in (base_services(system) if good.get("base_services", True) else [])}
    for position, entry in enumerate(good.get("services", [])):
        data = {"name": entry} if isinstance(entry, str) else entry
        data = errors.keys(f"{path}.services[{position}]", data, SERVICE)
        if "name" in data:
            service = Service(**{**data, "ports": tuple(data.get("ports", ()))})
            service.display_name = service.display_name or service.name
            service.start_type = service.start_type or ("Automatic" if service.enabled else "Manual")
            services[service.name] = service
    return list(services.values())


def build_roles(errors: Errors, path: str, data: Any) -> list[dict[str, str]]:
    """The roles of an account, checked."""
    roles = [errors.keys(f"{path}[{position}]", entry, ROLE) for position, entry in enumerate(data)]
    return [role for role in roles if "arn" in role]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From checked data of a fleet file to patches and machines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .alter import faults_from
from .base_services import base_services
from .errors import AlterError
from .fleet_checks import Errors
from .fleet_schema import DURATIONS, PATCH, ROLE, SERVICE, VOLUME, instant
from .machine import MachineSpec
from .model import Patch, Service, Volume
from .operating_systems import OS_KEYS, OperatingSystem, operating_system
from .packages import PatchIndex
from .power import Durations

MERGED = ("tags", "attributes", "faults", "durations")


def is_application(patch: Patch) -> bool:
    """A patch for one of Microsoft's applications: for machines that have the application, whatever their Windows."""
    return "windows" in patch.os and patch.product_family not in ("", "Windows")


class Catalogue:
    """All patches of the fleet file, and the part of them for each release of an OS."""

    def __init__(self, patches: list[Patch]) -> None:
        self.patches = patches
        self._indexes: dict[OperatingSystem, PatchIndex] = {}

    def index(self, system: OperatingSystem) -> PatchIndex:
        """The patches for that release; those that name no product get the release's own."""
        if system not in self._indexes:
            fitting = [
                p
                for p in self.patches
                if system.key in p.os and (p.product in ("", system.product) or is_application(p))
            ]
            self._indexes[system] = PatchIndex(
                replace(
                    p, product=p.product or system.product, product_family=p.product_family or system.product_family
                )
                for p in fitting
            )
        return self._indexes[system]

    def everything(self) -> tuple[Patch, ...]:
        """The patches of every release that a machine of the fleet has, each once for each product."""
        found = {(p.key, p.product): p for index in self._indexes.values() for p in index.patches}
        return tuple(found.values())


def build_catalogue(errors: Errors, data: Any, now: datetime) -> Catalogue:
    """The catalogue of the key ``patches``. Two patches of the same key for one OS are an error."""
    patches: list[Patch] = []
    seen: set[tuple[str, str, str]] = set()
    for position, entry in enumerate(errors.items("patches", data)):
        path = f"patches[{position}]"
        good = errors.keys(path, entry, PATCH)
        if not {"os", "released"} <= good.keys():
            continue
        patch = _patch(errors, path, good, now)
        if patch is None:
            continue
        for key in patch.os:
            if (key, patch.product, patch.key) in seen:
                errors.append(f"{path}: {patch.key} is there twice for {key}")
            seen.add((key, patch.product, patch.key))
        patches.append(patch)
    _check_references(errors, patches)
    return Catalogue(patches)


def _check_references(errors: Errors, patches: list[Patch]) -> None:
    known = {name for patch in patches for name in (patch.key, patch.id)}
    for position, patch in enumerate(patches):
        for key in ("supersedes", "depends"):
            for name in getattr(patch, key):
                if name not in known:
                    errors.append(f"patches[{position}].{key}: {name!r} is no patch of this file")


def _patch(errors: Errors, path: str, good: dict[str, Any], now: datetime) -> Patch | None:
    systems = frozenset([good["os"]] if isinstance(good["os"], str) else good["os"])
    windows = "windows" in systems
    if windows and len(systems) > 1:
        errors.append(f"{path}.os: windows stands alone; a KB is for no other system")
        return None
    needed, other = (("id",), ("package", "arch", "version")) if windows else (("package", "version"), ("id",))
    wrong = [key for key in needed if key not in good]
    foreign = [key for key in other if key in good]
    if wrong or foreign:
        errors.append(
            f"{path}: a {'Windows' if windows else 'Linux'} patch has {' and '.join(needed)}"
            f" (missing: {', '.join(wrong) or 'none'}; not allowed: {', '.join(foreign) or 'none'})"
        )
        return None
    apt = bool(systems & {"ubuntu", "debian", "raspbian"})
    names = _windows_names(good) if windows else _linux_names(good, apt)
    classification = good.get("classification", "SecurityUpdates" if windows else "Security")
    repository = good.get("repository", "")
    security = repository.endswith("-security") if apt and repository else bool(classification)
    plain: dict[str, Any] = {
        key: good[key]
        for key in (
            "product",
            "product_family",
            "priority",
            "section",
            "reboot",
            "size_mib",
            "seconds",
            "preinstalled",
            "from_version",
            "description",
        )
        if key in good
    }
    lists: dict[str, Any] = {
        key: tuple(good[key]) for key in ("advisories", "cves", "breaks", "supersedes", "depends") if key in good
    }
    fields: dict[str, Any] = {
        **names,
        "classification": classification,
        "severity": good.get("severity", "Unspecified" if windows else ""),
        "released": instant(good["released"], now),
        "os": systems,
        "repository": repository,
        "security": good.get("security", security),
        **plain,
        **lists,
    }
    return Patch(**fields)


def _windows_names(good: dict[str, Any]) -> dict[str, str]:
    number = good["id"]
    return {
        "key": number,
        "id": number,
        "name": number,
        "version": "",
        "arch": "",
        "title": good.get("title", f"Cumulative Update for Microsoft server operating system ({number})"),
    }


def _linux_names(good: dict[str, Any], apt: bool) -> dict[str, str]:
    arch = good.get("arch", "amd64" if apt else "x86_64")
    version = good["version"] if apt or ":" in good["version"] else f"0:{good['version']}"
    key = f"{good['package']}.{arch}:{version}"
    return {
        "key": key,
        "id": f"{good['package']}.{arch}",
        "name": good["package"],
        "version": version,
        "arch": arch,
        "title": good.get("title", key),
    }


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
    faults_data = good.get("faults", {})
    try:
        faults = faults_from(faults_data)
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
        **{
            key: good[key]
            for key in (
                "hostname",
                "agent_version",
                "newest_agent_version",
                "agent_installed",
                "self_updating",
                "patch_source",
            )
            if key in good
        },
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
        data.setdefault("kind", "local" if good["node_id"].startswith("mi-") else "ebs")
        volume = Volume(**data)
        volume.attributes = dict(volume.attributes)
        if volume.used_mib > volume.size_mib:
            errors.append(f"{path}.volumes[{position}].used_mib: {volume.used_mib} is more than the volume's size")
        volumes.append(volume)
    if sum(volume.root for volume in volumes) != 1:
        errors.append(f"{path}.volumes: exactly one needs root: true")
    return volumes


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

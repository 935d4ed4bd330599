# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a machine and changing it from outside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import AlterError
from .model import Faults, Service, Volume

if TYPE_CHECKING:
    from .machine import Machine

AGENT_LOST = ("", "now", "install", "reboot")


def apply(machine: Machine, changes: Mapping[str, Any]) -> None:
    """Make the changes, all or none.

    Keys: ``power`` (running|stopped, at once), ``faults`` (merged), ``services`` ({name: {state, broken, enabled,
    ports, health}}), ``tags`` and ``attributes`` (merged, null removes), ``agent_version``, ``agent_online``,
    ``volumes`` ({volume_id: {used_mib}}), ``self_updating``, ``patch_source``, ``installed`` and ``removed`` (keys or
    ids of patches). Raises AlterError that names the key and what is allowed.
    """
    for key in changes:
        if key not in _ACTIONS:
            raise AlterError(f"{key}: unknown; allowed: {', '.join(sorted(_ACTIONS))}")
    with machine.lock:
        for step in [_ACTIONS[key](machine, value) for key, value in changes.items()]:
            step()
        machine.touch()


Step = Callable[[], None]


def _power(machine: Machine, value: Any) -> Step:
    if value not in ("running", "stopped"):
        raise AlterError(f"power: {value!r} is not allowed; allowed: running, stopped")
    return lambda: machine.put_power(value == "running")


def _faults(machine: Machine, value: Any) -> Step:
    faults = faults_from(value, base=machine.faults)
    return lambda: machine.set_faults(faults)


def faults_from(value: Any, base: Faults | None = None) -> Faults:
    """Faults of plain data, upon ``base``. None for a key puts it back to its default. Raises AlterError."""
    fields = {item.name: item for item in dataclasses.fields(Faults)}
    plain = Faults()
    result: dict[str, Any] = {name: getattr(base or plain, name) for name in fields}
    for key, wanted in _mapping("faults", value).items():
        if key not in fields:
            raise AlterError(f"faults.{key}: unknown; allowed: {', '.join(sorted(fields))}")
        result[key] = getattr(plain, key) if wanted is None else _fault(key, wanted)
    return Faults(**result)


def _fault(key: str, value: Any) -> Any:
    if key == "install_fails":
        if isinstance(value, bool):
            return value
        return _names(f"faults.{key}", value, "true, false or a list of patches' ids or keys")
    if key == "agent_lost":
        if value not in AGENT_LOST:
            raise AlterError(f"faults.agent_lost: {value!r} is not allowed; allowed: {', '.join(AGENT_LOST[1:])} or ''")
        return value
    if key == "services_down_after":
        return _services_down(_mapping(f"faults.{key}", value))
    if key == "install_slowness":
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise AlterError(f"faults.{key}: {value!r} is not allowed; a number greater than 0 is")
        return float(value)
    return _flag(f"faults.{key}", value)


def _services_down(value: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for key in value:
        if key not in ("install", "reboot"):
            raise AlterError(f"faults.services_down_after.{key}: unknown; allowed: install, reboot")
    return {
        key: _names(f"faults.services_down_after.{key}", names, "a list of services") for key, names in value.items()
    }


def _names(path: str, value: Any, allowed: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise AlterError(f"{path}: {value!r} is not allowed; {allowed} is")
    return tuple(value)


def _mapping(path: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise AlterError(f"{path}: a mapping is needed, not {value!r}")
    return value


def _flag(path: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise AlterError(f"{path}: {value!r} is not allowed; true or false is")
    return value


def _text(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise AlterError(f"{path}: a text is needed, not {value!r}")
    return value


def _services(machine: Machine, value: Any) -> Step:
    changes: list[tuple[Service, Mapping[str, Any]]] = []
    for name, wanted in _mapping("services", value).items():
        try:
            service = machine.services.find(name)
        except KeyError:
            known = ", ".join(sorted(machine.services))
            raise AlterError(f"services.{name}: the machine has no such service; it has {known}") from None
        for key, item in _mapping(f"services.{name}", wanted).items():
            _check_service(f"services.{name}.{key}", key, item)
        changes.append((service, wanted))

    def step() -> None:
        for service, wanted in changes:
            for key, item in wanted.items():
                setattr(service, key, tuple(item) if key == "ports" else item)

    return step


def _check_service(path: str, key: str, value: Any) -> None:
    if key == "state":
        if value not in ("running", "stopped", "failed"):
            raise AlterError(f"{path}: {value!r} is not allowed; allowed: running, stopped, failed")
    elif key in ("broken", "enabled", "health"):
        _flag(path, value)
    elif key == "ports":
        if not isinstance(value, list) or not all(isinstance(p, int) and 0 < p < 65536 for p in value):
            raise AlterError(f"{path}: {value!r} is not allowed; a list of ports 1 to 65535 is")
    else:
        raise AlterError(f"{path}: unknown; allowed: state, broken, enabled, health, ports")


def _merge(name: str) -> Callable[[Machine, Any], Step]:
    def change(machine: Machine, value: Any) -> Step:
        wanted = _mapping(name, value)
        target: dict[str, Any] = getattr(machine, name)

        def step() -> None:
            for key, item in wanted.items():
                if item is None:
                    target.pop(key, None)
                else:
                    target[key] = item

        return step

    return change


def _agent_version(machine: Machine, value: Any) -> Step:
    version = _text("agent_version", value)
    return lambda: setattr(machine, "agent_version", version)


def _agent_online(machine: Machine, value: Any) -> Step:
    online = _flag("agent_online", value)
    return lambda: machine.set_agent(online)


def _self_updating(machine: Machine, value: Any) -> Step:
    wanted = _flag("self_updating", value)
    return lambda: setattr(machine, "self_updating", wanted)


def _patch_source(machine: Machine, value: Any) -> Step:
    wanted = _text("patch_source", value)
    return lambda: setattr(machine, "patch_source", wanted)


def _volumes(machine: Machine, value: Any) -> Step:
    changes: list[tuple[Volume, int]] = []
    for volume_id, wanted in _mapping("volumes", value).items():
        found = [volume for volume in machine.volumes if volume_id in (volume.volume_id, volume.device)]
        if not found:
            known = ", ".join(volume.volume_id for volume in machine.volumes)
            raise AlterError(f"volumes.{volume_id}: the machine has no such volume; it has {known}")
        for key, item in _mapping(f"volumes.{volume_id}", wanted).items():
            if key != "used_mib" or isinstance(item, bool) or not isinstance(item, int) or item < 0:
                raise AlterError(f"volumes.{volume_id}.{key}: {item!r}; allowed: used_mib, a number of MiB")
            changes.append((found[0], item))

    def step() -> None:
        for volume, used in changes:
            volume.used_mib = used

    return step


def _patch_keys(machine: Machine, path: str, value: Any) -> list[str]:
    keys: list[str] = []
    for name in _names(path, value, "a list of patches' ids or keys"):
        found = machine.store.index.keys_of(name)
        if not found:
            raise AlterError(f"{path}: {name!r} is no patch of the catalogue for {machine.os.product}")
        keys.append(found[-1])
    return keys


def _installed(machine: Machine, value: Any) -> Step:
    keys = _patch_keys(machine, "installed", value)

    def step() -> None:
        for key in keys:
            machine.store.put(machine.store.index[key], machine.clock.now(), 0)

    return step


def _removed(machine: Machine, value: Any) -> Step:
    keys = _patch_keys(machine, "removed", value)

    def step() -> None:
        for key in keys:
            machine.store.installed.pop(key, None)

    return step


_ACTIONS: dict[str, Callable[[Machine, Any], Step]] = {
    "power": _power,
    "faults": _faults,
    "services": _services,
    "tags": _merge("tags"),
    "attributes": _merge("attributes"),
    "agent_version": _agent_version,
    "agent_online": _agent_online,
    "self_updating": _self_updating,
    "patch_source": _patch_source,
    "volumes": _volumes,
    "installed": _installed,
    "removed": _removed,
}


def describe(machine: Machine) -> dict[str, Any]:
    """Everything about the machine, as plain data for JSON."""
    with machine.lock:
        last_seen = machine.agent_last_seen
        booted_at = machine.booted_at
        return {
            "node_id": machine.node_id,
            "name": machine.name,
            "account": machine.account,
            "region": machine.region,
            "os": machine.os.key,
            "os_family": machine.os.family,
            "platform_name": machine.os.platform_name,
            "platform_version": machine.os.platform_version,
            "product": machine.os.product,
            "power": machine.power,
            "boot_id": machine.boot_id,
            "boot_count": machine.boot_count,
            "booted_at": booted_at.isoformat() if booted_at else None,
            "hybrid": machine.hybrid,
            "agent": {
                "version": machine.agent_version,
                "online": machine.agent_online,
                "last_seen": last_seen.isoformat() if last_seen else None,
            },
            "tags": dict(machine.tags),
            "attributes": dict(machine.attributes),
            "volumes": [dataclasses.asdict(volume) for volume in machine.volumes],
            "services": {name: dataclasses.asdict(service) for name, service in machine.services.items()},
            "ports": {str(port): name for port, name in machine.listening_ports().items()},
            "healthy": machine.healthy,
            "self_updating": machine.self_updating,
            "patch_source": machine.patch_source,
            "reboot_pending": machine.reboot_pending,
            "installed": {
                key: {"at": item.installed_at.isoformat() if item.installed_at else None}
                for key, item in machine.store.installed.items()
            },
            "faults": dataclasses.asdict(machine.faults),
        }

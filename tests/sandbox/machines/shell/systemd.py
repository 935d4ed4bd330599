# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemctl and service (formats: systemctl(1) of systemd 249 to 255)."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..model import Service
from .tool import Answer, lines, split_options

if TYPE_CHECKING:
    from ..machine import Machine

VALUES = frozenset({"type", "t", "state", "property", "p", "lines", "n", "output", "o", "signal", "s", "job-mode"})
ACTIVE = {"running": "active", "stopped": "inactive", "failed": "failed"}
SUB = {"running": "running", "stopped": "dead", "failed": "failed"}


def self_update_units(machine: Machine) -> dict[str, bool]:
    """Units with which the OS would update itself, and whether they are enabled."""
    names = {
        "dnf": ("dnf-automatic.timer", "dnf-automatic-install.timer"),
        "yum": ("yum-cron.service",),
        "apt": ("unattended-upgrades.service",),
        "zypper": ("yast2-online-update-configuration.service",),
    }
    return dict.fromkeys(names.get(machine.os.package_manager, ()), machine.self_updating)


def systemctl(machine: Machine, arguments: list[str]) -> Answer:
    """The verbs that scripts use; another one is unknown, as in systemd."""
    options, words = split_options(arguments, VALUES)
    verb, names = (words[0], words[1:]) if words else ("list-units", [])
    action = _VERBS.get(verb)
    if action is None:
        return Answer(err=f"Unknown command verb '{verb}', did you mean 'status'?\n", code=1)
    return action(machine, names, options)


def _find(machine: Machine, name: str) -> Service | None:
    try:
        return machine.service(name)
    except KeyError:
        return None


def _unit(name: str) -> str:
    return (
        name
        if "." in name.rsplit("@", 1)[-1] and name.endswith((".service", ".timer", ".socket"))
        else f"{name}.service"
    )


def _list_units(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    kinds = (options.get("type") or options.get("t") or "service").split(",")
    states = [
        state for state in (options.get("state") or ("failed" if "failed" in options else "")).split(",") if state
    ]
    rows: list[tuple[str, str, str, str, str]] = []
    for service in sorted(machine.services.values(), key=lambda item: item.name):
        unit, active, sub = _unit(service.name), ACTIVE[service.state], SUB[service.state]
        shown = (not states and (active != "inactive" or "all" in options or "a" in options)) or bool(
            {"loaded", active, sub} & set(states)
        )
        if "service" in kinds and shown and (not names or any(fnmatchcase(unit, _unit(name)) for name in names)):
            rows.append((unit, "loaded", active, sub, service.display_name or service.name))
    return Answer(_table(rows, options))


def _table(rows: list[tuple[str, str, str, str, str]], options: dict[str, str]) -> str:
    head = ("UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION")
    silent = "no-legend" in options or options.get("legend") in ("false", "no", "0") or "q" in options
    table = rows if silent else [head, *rows]
    widths = [max((len(row[column]) for row in table), default=0) for column in range(4)]
    plain = "plain" in options
    out = []
    for row in table:
        mark = "" if plain else ("● " if row[2] == "failed" else "  ")
        out.append((mark + " ".join(row[i].ljust(widths[i]) for i in range(4)) + f" {row[4]}").rstrip())
    if not silent:
        out += ["", f"{len(rows)} loaded units listed."]
    return lines(out)


def _list_unit_files(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    kinds = (options.get("type") or options.get("t") or "").split(",")
    states = [state for state in (options.get("state") or "").split(",") if state]
    files = {_unit(s.name): s.enabled for s in machine.services.values()} | self_update_units(machine)
    rows = []
    for unit, enabled in sorted(files.items()):
        state = "enabled" if enabled else "disabled"
        kind = unit.rsplit(".", 1)[-1]
        if (
            (kinds == [""] or kind in kinds)
            and (not states or state in states)
            and (not names or any(fnmatchcase(unit, _unit(name)) for name in names))
        ):
            rows.append((unit, state))
    width = max((len(unit) for unit, _state in rows), default=0)
    out = [f"{unit.ljust(width)} {state:<8} enabled" for unit, state in rows]
    if "no-legend" not in options:
        out = [f"{'UNIT FILE'.ljust(width)} STATE    PRESET", *out, "", f"{len(rows)} unit files listed."]
    return Answer(lines(out))


def _is_active(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    found = [_find(machine, name) for name in names]
    states = [ACTIVE[service.state] if service else "inactive" for service in found]
    quiet = "quiet" in options or "q" in options
    known_none = bool(found) and all(service is None for service in found)
    code = 0 if "active" in states else (4 if known_none else 3)
    return Answer("" if quiet else lines(states), code=code)


def _is_failed(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    found = [_find(machine, name) for name in names]
    states = [ACTIVE[service.state] if service else "inactive" for service in found]
    quiet = "quiet" in options or "q" in options
    return Answer("" if quiet else lines(states), code=0 if "failed" in states else 1)


def _is_enabled(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    out, err = [], []
    good = False
    extra = self_update_units(machine)
    for name in names:
        service = _find(machine, name)
        enabled = service.enabled if service else extra.get(_unit(name))
        if enabled is None:
            err.append(f"Failed to get unit file state for {_unit(name)}: No such file or directory")
        else:
            out.append("enabled" if enabled else "disabled")
            good = good or enabled
    quiet = "quiet" in options or "q" in options
    return Answer("" if quiet else lines(out), lines(err), 0 if good else 1)


def _change(verb: str) -> Callable[[Machine, list[str], dict[str, str]], Answer]:
    def action(machine: Machine, names: list[str], _options: dict[str, str]) -> Answer:
        err, code = [], 0
        for name in names:
            service = _find(machine, name)
            if service is None:
                err.append(f"Failed to {verb} {_unit(name)}: Unit {_unit(name)} not found.")
                code = 5
                continue
            if verb in ("stop", "restart") or (verb == "try-restart" and service.running):
                machine.stop_service(service.name)
            wanted = verb in ("start", "restart", "reload-or-restart") or (
                verb == "try-restart" and service.state == "stopped"
            )
            if wanted and not machine.start_service(service.name):
                err += [
                    f"Job for {_unit(name)} failed because the control process exited with error code.",
                    f'See "systemctl status {_unit(name)}" and "journalctl -xeu {_unit(name)}" for details.',
                ]
                code = 1
        return Answer(err=lines(err), code=code)

    return action


def _enable(enabled: bool) -> Callable[[Machine, list[str], dict[str, str]], Answer]:
    def action(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
        for name in names:
            service = _find(machine, name)
            if service is None:
                if _unit(name) in self_update_units(machine):
                    machine.self_updating = enabled
                    continue
                return Answer(err=f"Failed to enable unit: Unit file {_unit(name)} does not exist.\n", code=1)
            service.enabled = enabled
            if "now" in options:
                (machine.start_service if enabled else machine.stop_service)(service.name)
        machine.touch()
        return Answer()

    return action


def _status(machine: Machine, names: list[str], _options: dict[str, str]) -> Answer:
    out: list[str] = []
    code = 0
    for name in names:
        service = _find(machine, name)
        if service is None:
            return Answer(lines(out), f"Unit {_unit(name)} could not be found.\n", 4)
        mark = {"running": "●", "stopped": "○", "failed": "\N{MULTIPLICATION SIGN}"}[service.state]
        state = "enabled" if service.enabled else "disabled"
        reason = "Result: exit-code" if service.state == "failed" else SUB[service.state]
        out += [
            f"{mark} {_unit(service.name)} - {service.display_name or service.name}",
            f"     Loaded: loaded (/usr/lib/systemd/system/{_unit(service.name)}; {state}; preset: enabled)",
            f"     Active: {ACTIVE[service.state]} ({reason})",
        ]
        code = code or (0 if service.running else 3)
    return Answer(lines(out), code=code)


def _show(machine: Machine, names: list[str], options: dict[str, str]) -> Answer:
    wanted = [item for item in (options.get("property") or options.get("p") or "").split(",") if item]
    out = []
    for name in names:
        service = _find(machine, name)
        values = {
            "Id": _unit(name),
            "LoadState": "loaded" if service else "not-found",
            "ActiveState": ACTIVE[service.state] if service else "inactive",
            "SubState": SUB[service.state] if service else "dead",
            "UnitFileState": ("enabled" if service.enabled else "disabled") if service else "",
            "MainPID": str(_pid(service)) if service and service.running else "0",
        }
        keys = [key for key in wanted or values if key in values]
        out += [values[key] if "value" in options else f"{key}={values[key]}" for key in keys]
    return Answer(lines(out))


def _pid(service: Service) -> int:
    return 600 + sum(service.name.encode()) % 3000


def _system_state(machine: Machine, _names: list[str], _options: dict[str, str]) -> Answer:
    degraded = any(service.state == "failed" for service in machine.services.values())
    return Answer("degraded\n" if degraded else "running\n", code=1 if degraded else 0)


def _power(kind: str) -> Callable[[Machine, list[str], dict[str, str]], Answer]:
    return lambda _machine, _names, _options: Answer(power=kind)


def _nothing(_machine: Machine, _names: list[str], _options: dict[str, str]) -> Answer:
    return Answer()


_VERBS: dict[str, Callable[[Machine, list[str], dict[str, str]], Answer]] = {
    "list-units": _list_units,
    "list-unit-files": _list_unit_files,
    "is-active": _is_active,
    "is-failed": _is_failed,
    "is-enabled": _is_enabled,
    "is-system-running": _system_state,
    "status": _status,
    "show": _show,
    **{verb: _change(verb) for verb in ("start", "stop", "restart", "reload", "try-restart", "reload-or-restart")},
    "enable": _enable(True),
    "disable": _enable(False),
    "daemon-reload": _nothing,
    "reset-failed": _nothing,
    "reboot": _power("reboot"),
    "poweroff": _power("poweroff"),
    "halt": _power("poweroff"),
}


def service(machine: Machine, arguments: list[str]) -> Answer:
    """The old front end: ``service NAME VERB``."""
    if len(arguments) < 2:
        return Answer(
            err="Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n", code=1
        )
    return systemctl(machine, [arguments[1], arguments[0]])

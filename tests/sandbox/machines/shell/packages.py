# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rpm, dnf, yum, zypper, dpkg, apt and needs-restarting: questions about packages, and installing them by hand."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..model import Patch
from .tool import Answer, lines, split_options

if TYPE_CHECKING:
    from ..machine import Machine


def upgrades(machine: Machine) -> list[Patch]:
    """The newest version of each package that is not installed yet."""
    newest: dict[str, Patch] = {}
    for patch in machine.applicable_patches():
        newest[patch.id] = patch
    return [patch for _id, patch in sorted(newest.items()) if not machine.store.covered(patch)]


def installed_versions(machine: Machine) -> dict[str, tuple[str, str]]:
    """Package name -> (version without epoch, architecture) of what is on the machine."""
    versions: dict[str, tuple[str, str]] = {}
    for patch in machine.applicable_patches():
        versions.setdefault(patch.name, (patch.from_version or "1.0-1", patch.arch))
        if patch.key in machine.store.installed:
            versions[patch.name] = (patch.version, patch.arch)
    return {name: (version.partition(":")[2] or version, arch) for name, (version, arch) in sorted(versions.items())}


def rpm(machine: Machine, arguments: list[str]) -> Answer:
    """``rpm -q NAME…`` and ``rpm -qa [PATTERN]``."""
    options, names = split_options(arguments, frozenset({"qf", "queryformat"}))
    have = installed_versions(machine)
    if "q" not in options and "query" not in options:
        return Answer(
            err="rpm: no arguments given for query\n" if not options else "rpm: only queries are possible\n", code=1
        )
    full = {name: f"{name}-{version}.{arch}" for name, (version, arch) in have.items()}
    if "a" in options or "all" in options:
        return Answer(
            lines([text for name, text in full.items() if not names or any(fnmatchcase(name, n) for n in names)])
        )
    out = [
        full.get(name) or next((t for t in full.values() if t == name), f"package {name} is not installed")
        for name in names
    ]
    return Answer(lines(out), code=1 if any(line.startswith("package ") for line in out) else 0)


def dpkg_query(machine: Machine, arguments: list[str]) -> Answer:
    """``dpkg-query -W [-f FORMAT] [PATTERN…]`` and ``dpkg -l``."""
    options, names = split_options(arguments, frozenset({"f", "showformat"}))
    have = {n: v for n, v in installed_versions(machine).items() if not names or any(fnmatchcase(n, p) for p in names)}
    missing = [name for name in names if not any(fnmatchcase(n, name) for n in have)]
    err = lines([f"dpkg-query: no packages found matching {name}" for name in missing])
    if "l" in options or "list" in options:
        head = ["Desired=Unknown/Install/Remove/Purge/Hold", "||/ Name  Version  Architecture  Description"]
        rows = [f"ii  {name}  {version}  {arch}  package" for name, (version, arch) in have.items()]
        return Answer(lines([*head, *rows]), err, 1 if missing else 0)
    form = options.get("f") or options.get("showformat") or "${Package}\\t${Version}\\n"
    out = ""
    for name, (version, arch) in have.items():
        text = form.replace("${Package}", name).replace("${Version}", version).replace("${Architecture}", arch)
        text = text.replace("${Status}", "install ok installed").replace("${db:Status-Status}", "installed")
        out += text.replace("\\n", "\n").replace("\\t", "\t")
    return Answer(out, err, 1 if missing else 0)


def dnf(machine: Machine, arguments: list[str]) -> Answer:
    """check-update (exit code 100 when there is something), list, updateinfo, update and install, needs-restarting."""
    options, words = split_options(arguments, frozenset({"sec-severity", "advisory", "enablerepo", "disablerepo"}))
    verb, names = (words[0], words[1:]) if words else ("help", [])
    if verb in ("check-update", "check-upgrade"):
        found = _chosen(upgrades(machine), names, "security" in options)
        return Answer(lines(["", *map(_dnf_line, found)]) if found else "", code=100 if found else 0)
    if verb == "list":
        upgradable = bool({"updates", "upgrades"} & {*names, *options})
        return Answer(lines([_dnf_line(p) for p in upgrades(machine)]) if upgradable else _listed(machine, names))
    if verb == "updateinfo":
        rows = [
            (p.advisories[0], f"{p.severity}/{p.classification[:3]}.", p) for p in upgrades(machine) if p.advisories
        ]
        return Answer(lines([f"{a} {s:<14} {p.name}-{p.version}.{p.arch}" for a, s, p in rows]))
    if verb in ("update", "upgrade", "install", "update-minimal", "upgrade-minimal"):
        return _install(machine, _chosen(upgrades(machine), names, "security" in options), "Nothing to do.")
    if verb == "needs-restarting":
        return needs_restarting(machine, [*(["-r"] if {"r", "reboothint"} & options.keys() else []), *names])
    if verb in ("makecache", "clean", "repolist"):
        return Answer("Metadata cache created.\n" if verb == "makecache" else "")
    return Answer(err=f"No such command: {verb}. Please use /usr/bin/dnf --help\n", code=1)


def _dnf_line(patch: Patch) -> str:
    version = patch.version.removeprefix("0:")
    return f"{f'{patch.name}.{patch.arch}':<40} {version:<30} {patch.repository or 'updates'}"


def _listed(machine: Machine, names: list[str]) -> str:
    wanted = [name for name in names if name not in ("installed", "--installed")]
    have = installed_versions(machine).items()
    return lines(
        [
            f"{f'{n}.{arch}':<40} {version:<30} @System"
            for n, (version, arch) in have
            if not wanted or any(fnmatchcase(n, pattern) for pattern in wanted)
        ]
    )


def _chosen(patches: list[Patch], names: list[str], security: bool) -> list[Patch]:
    chosen = [p for p in patches if not names or any(fnmatchcase(p.name, n) or fnmatchcase(p.id, n) for n in names)]
    return [p for p in chosen if not security or (p.security and p.classification in ("Security", ""))]


def _install(machine: Machine, patches: list[Patch], nothing: str) -> Answer:
    if not patches:
        return Answer(f"{nothing}\n")
    outcomes = machine.install_patches(patches)
    out = [f"  {item.patch.title}" for item in outcomes if item.result == "installed"]
    err = [f"{item.patch.title}: {item.reason}" for item in outcomes if item.result == "failed"]
    return Answer(lines(["Upgraded:", *out, "", "Complete!"]) if out else "", lines(err), 1 if err else 0)


def zypper(machine: Machine, arguments: list[str]) -> Answer:
    """list-updates, list-patches, needs-rebooting (exit code 102), update, patch."""
    _options, words = split_options(arguments)
    verb, names = (words[0], words[1:]) if words else ("help", [])
    found = _chosen(upgrades(machine), names, False)
    if verb in ("list-updates", "lu"):
        return Answer(_zypper_updates(machine, found))
    if verb in ("list-patches", "lp"):
        return Answer(_zypper_patches(found))
    if verb == "needs-rebooting":
        return _zypper_reboot(machine)
    if verb in ("update", "up", "patch", "install", "in"):
        return _install(machine, found, "Nothing to do.")
    if verb in ("refresh", "ref", "ps"):
        return Answer()
    return Answer(
        err=f"Unknown command '{verb}'\nType 'zypper help' to get a list of global options and commands.\n", code=2
    )


def _zypper_updates(machine: Machine, found: list[Patch]) -> str:
    have = installed_versions(machine)
    rows = [
        " | ".join(("v", p.repository or "SLE-Updates", p.name, have[p.name][0], p.version.removeprefix("0:"), p.arch))
        for p in found
    ]
    head = ["S | Repository | Name | Current Version | Available Version | Arch", "--+--"]
    return lines([*head, *rows] if rows else ["No updates found."])


def _zypper_patches(found: list[Patch]) -> str:
    rows = [
        " | ".join(
            ("SLE-Updates", p.advisories[0], p.classification.lower(), p.severity.lower(), "---", "needed", p.title)
        )
        for p in found
        if p.advisories
    ]
    return lines(rows or ["No updates found."])


def _zypper_reboot(machine: Machine) -> Answer:
    if machine.reboot_pending:
        return Answer(
            "Core libraries or services have been updated.\nReboot is suggested to ensure that your system benefits "
            "from these updates.\n",
            code=102,
        )
    return Answer(
        "No core libraries or services have been updated since the last system boot.\nReboot is probably not "
        "necessary.\n"
    )


def apt(machine: Machine, arguments: list[str]) -> Answer:
    """update, list --upgradable, upgrade and install (``-s`` only says what it would do)."""
    options, words = split_options(arguments, frozenset({"o", "t"}))
    verb, names = (words[0], words[1:]) if words else ("help", [])
    found = _chosen(upgrades(machine), names, False)
    if verb == "update":
        return Answer("Reading package lists...\n")
    if verb == "list":
        have = installed_versions(machine)
        return Answer(
            lines(
                [
                    "Listing...",
                    *(
                        f"{p.name}/{p.repository or 'updates'} {p.version} {p.arch} "
                        f"[upgradable from: {have[p.name][0]}]"
                        for p in found
                    ),
                ]
            )
        )
    if verb in ("upgrade", "dist-upgrade", "full-upgrade", "install"):
        if {"s", "simulate", "dry-run"} & options.keys():
            return Answer(lines([f"Inst {p.name} ({p.version} {p.repository or 'updates'} [{p.arch}])" for p in found]))
        return _install(machine, found, "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.")
    if verb in ("autoremove", "clean"):
        return Answer()
    return Answer(err=f"E: Invalid operation {verb}\n", code=100)


def needs_restarting(machine: Machine, arguments: list[str]) -> Answer:
    """needs-restarting(1) of yum-utils: with -r exit code 1 when a reboot is needed."""
    options, _rest = split_options(arguments)
    if not {"r", "reboothint"} & options.keys():
        return Answer()
    waiting = sorted({patch.name for patch in machine.store.waiting_for_reboot(machine.boot_count)})
    if not waiting:
        return Answer(
            "No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n"
        )
    names = [f"  * {name}" for name in waiting]
    return Answer(
        lines(
            [
                "Core libraries or services have been updated since boot-up:",
                *names,
                "",
                "Reboot is required to fully utilize these updates.",
                "More information: https://access.redhat.com/solutions/27943",
            ]
        ),
        code=1,
    )

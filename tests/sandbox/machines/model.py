# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts a machine is made of: patches, volumes, services, faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Patch:
    """One update of the fleet's catalogue.

    Windows: ``id`` is the KB number (``KB5031364``). Linux: ``id`` is ``name.arch`` and ``title`` is
    ``name.arch:version``, the way the SSM agent reports packages; several versions of one package share an id.
    ``key`` is unique in the catalogue: the KB number, or the Linux title.
    ``os``: keys of the operating systems it is for. ``severity`` is the vendor's (MSRC severity on Windows),
    ``""`` when the vendor gives none (CentOS, some SUSE). ``breaks``: services that do not come up any more after it.
    ``supersedes`` and ``depends`` hold keys or ids of other patches.
    """

    key: str
    id: str
    title: str
    name: str
    version: str
    arch: str
    classification: str
    severity: str
    released: datetime
    os: frozenset[str]
    product: str = ""
    product_family: str = ""
    priority: str = ""
    section: str = ""
    repository: str = ""
    advisories: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()
    reboot: bool = False
    breaks: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    size_mib: int = 10
    seconds: float = 15.0
    preinstalled: bool = False
    security: bool = True
    from_version: str = ""
    description: str = ""

    @property
    def package(self) -> str:
        """What versions of one thing share: the id on Linux; every KB is its own."""
        return self.id

    def to_dict(self) -> dict[str, Any]:
        """As plain data; ``released`` in ISO 8601."""
        data = {name: getattr(self, name) for name in self.__slots__}
        for name, value in data.items():
            if isinstance(value, frozenset):
                data[name] = sorted(value)
            elif isinstance(value, tuple):
                data[name] = list(value)
        data["released"] = self.released.isoformat()
        return data


@dataclass(slots=True)
class InstalledPatch:
    """A patch that is on the machine. ``installed_at`` None: before the fleet began. ``boot_count``: the machine's when
    it was installed, so that a later boot shows that the patch is in effect."""

    patch: Patch
    installed_at: datetime | None = None
    boot_count: int = 0


@dataclass(slots=True)
class Volume:
    """A disk. ``kind`` is ``ebs`` or ``instance_store``; ``mount`` a path or a drive letter; sizes in MiB.

    ``attributes`` are for the cloud side: ``encrypted``, ``kms_key_id``, ``multi_attach``, ``delete_on_termination`` …
    """

    volume_id: str
    device: str
    size_gib: int
    used_mib: int
    mount: str = ""
    root: bool = False
    kind: str = "ebs"
    label: str = ""
    filesystem: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def size_mib(self) -> int:
        """Size in MiB."""
        return self.size_gib * 1024

    @property
    def free_mib(self) -> int:
        """What is left, in MiB, never below 0."""
        return max(0, self.size_mib - self.used_mib)


@dataclass(slots=True)
class Service:
    """A service of the machine. ``ports`` are the TCP ports it listens on while it runs.

    ``health``: it counts for the application's health check. ``broken``: it cannot start.
    ``state`` is ``running``, ``stopped`` or ``failed``. ``start_type``: Windows' word (Automatic, Manual, Disabled).
    """

    name: str
    display_name: str = ""
    state: str = "running"
    enabled: bool = True
    ports: tuple[int, ...] = ()
    health: bool = True
    broken: bool = False
    start_type: str = ""

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self.state == "running"


@dataclass(slots=True)
class Faults:
    """What the machine does wrong. All off by default; set in the fleet file or by ``Machine.alter(faults=…)``.

    ``install_fails``: True for every patch, or ids or keys of patches. ``agent_lost``: ``""``, ``install`` (while the
    next install runs), ``reboot`` (does not come back after the next reboot) or ``now``. ``services_down_after``:
    ``{install: [names], reboot: [names]}``. ``reboot_hangs``: the next reboot never ends (a stop and a start help).
    ``start_fails``: a start leaves it stopped. ``disk_full``: no installs. ``install_slowness``: factor on time.
    ``scan_fails``: the scan itself ends with an error (no repository, no Windows Update service).
    """

    install_fails: bool | tuple[str, ...] = False
    agent_lost: str = ""
    services_down_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reboot_hangs: bool = False
    start_fails: bool = False
    disk_full: bool = False
    install_slowness: float = 1.0
    scan_fails: bool = False


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """What a script did. ``duration`` in simulated seconds. Exit 194 (Linux) or 3010 (Windows) asks for a reboot
    and a rerun: that is the caller's business. ``timed_out``: it was killed; the exit code is then -1."""

    exit_code: int
    stdout: str
    stderr: str
    duration: float
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class PatchOutcome:
    """What became of one patch in ``Machine.install_patches``. ``result``: installed, failed, skipped or
    pending (there was no time for it)."""

    patch: Patch
    result: str
    reason: str = ""
    at: datetime | None = None

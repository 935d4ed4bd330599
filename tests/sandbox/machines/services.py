# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of a machine."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Service


class ServiceSet(dict[str, Service]):
    """Services by name. Looking one up is tolerant of ``.service`` and, on Windows, of case."""

    def __init__(self, services: Iterable[Service], ignore_case: bool = False) -> None:
        super().__init__((service.name, service) for service in services)
        self._ignore_case = ignore_case

    def find(self, name: str) -> Service:
        """By name; on Windows also by display name. Raises KeyError."""
        name = name.removesuffix(".service")
        if name in self:
            return self[name]
        if self._ignore_case:
            for service in self.values():
                if name.lower() in (service.name.lower(), service.display_name.lower()):
                    return service
        raise KeyError(name)

    def start(self, name: str) -> bool:
        """Start it; False (and state failed) when it is broken. Raises KeyError."""
        service = self.find(name)
        service.state = "failed" if service.broken else "running"
        return service.running

    def stop(self, name: str) -> None:
        """Stop it; a failed one stays failed. Raises KeyError."""
        service = self.find(name)
        if service.running:
            service.state = "stopped"

    def break_down(self, name: str) -> None:
        """It does not run any more and cannot be started. A name that the machine does not have is ignored."""
        try:
            service = self.find(name)
        except KeyError:
            return
        service.broken = True
        service.state = "failed"

    def all_down(self) -> None:
        """The machine goes down."""
        for service in self.values():
            service.state = "stopped"

    def boot(self) -> None:
        """The machine comes up: what is enabled starts, what is not enabled stays down."""
        for service in self.values():
            service.state = "stopped"
            if service.enabled:
                self.start(service.name)

    def ports(self) -> dict[int, str]:
        """TCP ports that listen, with the service that owns each."""
        return {port: s.name for s in self.values() if s.running for port in s.ports}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until a machine that a run command rebooted is back.

The command prints the present boot and ends before the machine goes down. Afterwards small commands are sent that print
the boot, ``<name>-back-1``, ``-2`` and so on, until one answers with another boot. Which of them were sent is read from
the machine, so that another process can go on.

A command during which the machine went down may never end: the agent does not begin it again and tells nothing new of
it. One that has run for too long is given up and the next one sent.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .._core.errors import CloudError
from .._core.reboot import boot_script, parse_boot
from .busy import is_busy
from .client import Connection
from .nodes import name_of
from .run_command_result import Command, Told, told_of
from .run_commands import CommandView, Script, command_names, delete_command, put_command, read_command

REBOOT = "reboot"
"""The kind of the commands that are waited for so."""

BACK_SECONDS = 120
"""For how long the script that prints the boot may run; it takes less than one."""

GIVEN_UP_SECONDS = 180.0

NO_BOOT = "the script did not say by which boot the machine runs, so its return cannot be seen"
NO_FAMILY = "its operating system family is not known, so it cannot be asked by which boot it runs"
GOING_DOWN, COMING_BACK = "going down", "coming back"


@dataclass(frozen=True, slots=True)
class Asked:
    """A machine that is to come back: the boot before, and how many commands have asked for the present one."""

    boot: str
    output: str
    location: str
    number: int


@dataclass(slots=True)
class RebootWait:
    """The machines that are waited for. Methods may be called from several threads, for different commands."""

    writes: bool = True
    """Whether commands may be sent; in check mode none are."""
    _asked: dict[str, Asked] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, connection: Connection, command: Command) -> Told:
        """What the machine of a command of the kind reboot does. Raises CloudError."""
        if not command.os_family:
            return Told("failed", NO_FAMILY)
        with self._lock:
            asked = self._asked.get(command.command_id)
        if asked is None:
            found = _found(connection, command)
            if isinstance(found, Told):
                return found
            asked = self._remember(command, found)
        if not asked.number:
            return self._ask(connection, command, asked, GOING_DOWN)
        view = read_command(
            connection, back_id(command, asked.number), f"see whether {name_of(command.node_id)} is back"
        )
        if view is not None and not view.ended and (view.age or 0.0) < GIVEN_UP_SECONDS:
            return Told("", COMING_BACK)
        boot = parse_boot(view.output) if view is not None and view.passed else ""
        if view is None or boot in ("", asked.boot):
            return self._ask(connection, command, asked, GOING_DOWN if boot else COMING_BACK)
        return Told("passed", "", view, asked.output + view.output)

    def sent_for(self, command: Command) -> Iterator[str]:
        """Ids of the commands that this process knows to have been sent to wait for one."""
        with self._lock:
            asked = self._asked.get(command.command_id)
        if asked is not None and asked.number:
            yield back_id(command, asked.number)

    def _remember(self, command: Command, asked: Asked) -> Asked:
        with self._lock:
            self._asked[command.command_id] = asked
        return asked

    def _ask(self, connection: Connection, command: Command, asked: Asked, text: str) -> Told:
        """Send the next command that prints the boot. A machine on its way down or up may refuse it for a while."""
        if not self.writes:
            return Told("", text)
        following = replace(asked, number=asked.number + 1)
        script = Script(boot_script(command.os_family), options={"timeoutInSeconds": BACK_SECONDS})
        target = back_id(command, following.number)
        try:
            put_command(connection, target, script, asked.location, f"ask whether {name_of(command.node_id)} is back")
        except CloudError as error:
            if error.lasting and not is_busy(error):
                raise
            return Told("", text)
        self._remember(command, following)
        if asked.number:
            _forget(connection, back_id(command, asked.number))
        return Told("", text)


def back_id(command: Command, number: int) -> str:
    """The id of the command that asks for the boot for the n-th time."""
    return f"{command.command_id}-back-{number}"


def _found(connection: Connection, command: Command) -> Asked | Told:
    """How far it is, from what the machine has; or what the rebooting command itself tells. Raises CloudError."""
    view = read_command(connection, command.command_id, f"read the reboot of {name_of(command.node_id)}")
    if view is None or not _has_begun(view):
        told = told_of(connection, command, view)
        return Told("failed", NO_BOOT, view, told.output) if told.status == "passed" else told
    prefix = f"{name_of(command.command_id)}-back-".lower()
    names = command_names(connection, command.node_id, f"see whether {name_of(command.node_id)} is back")
    numbers = [name[len(prefix) :] for name in names if name.lower().startswith(prefix)]
    number = max((int(text) for text in numbers if text.isdigit()), default=0)
    return Asked(parse_boot(view.output), view.output, view.location, number)


def _has_begun(view: CommandView) -> bool:
    """Whether the reboot is on its way: the script printed its boot and did not fail at asking for the reboot.

    A script whose end was told only after the reboot counts as failed, without an exit code of its own.
    """
    well = view.passed or (view.state == "Failed" and not view.exit_code)
    return well and bool(parse_boot(view.output))


def _forget(connection: Connection, resource_id: str) -> None:
    """Delete a command that has told nothing; what cannot be deleted stays, and nothing depends on it."""
    try:
        delete_command(connection, resource_id)
    except CloudError:
        return

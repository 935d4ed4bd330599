# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with a machine, as its callers see it."""

from __future__ import annotations


class MachineError(Exception):
    """Base of all errors of a simulated machine."""


class PowerError(MachineError):
    """A power request that the machine's state does not allow (a stopped machine cannot reboot)."""


class AgentLost(MachineError):
    """The agent went away while it worked: its answer never comes.

    Raised by ``run_script``, ``scan`` and ``install`` when the machine is switched off meanwhile, when a fault
    says so, or when a reboot hangs. The caller's operation stays open until its own timeout.
    """


class AlterError(MachineError):
    """A change asked of ``Machine.alter`` that names an unknown key or a value that is not allowed."""

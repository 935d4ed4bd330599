# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A documented subset of PowerShell 5.1, enough for scripts that look at a Windows machine and control its services.

There is no PowerShell where the sandbox runs. tests/sandbox/fleets/README.md says what is understood; everything else
is refused by name, never ignored.
"""

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure's patch extension does on a machine, for VMs and Arc machines alike. It knows no protocol.

What is written here follows the published source of Microsoft's LinuxPatchExtension, the descriptions of the parameters
in the API, and Update Manager's documentation; each module names what it follows.
"""

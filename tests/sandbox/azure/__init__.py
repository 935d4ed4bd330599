# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure services of the sandbox: Entra ID's token endpoint, Azure Resource Manager, Resource Graph."""

from __future__ import annotations

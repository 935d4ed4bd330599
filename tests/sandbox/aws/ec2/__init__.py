# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: instances, volumes, snapshots, tags."""

from __future__ import annotations

from . import instances, power, snapshots, tags, volumes

__all__ = ["instances", "power", "snapshots", "tags", "volumes"]

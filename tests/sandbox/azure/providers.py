# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource providers that are served: imported for their operations."""

from __future__ import annotations

from types import ModuleType

from . import automation, compute, graph, hybridcompute, loganalytics, maintenance, nodes, resources

SERVED: tuple[ModuleType, ...] = (
    automation,
    compute,
    graph,
    hybridcompute,
    loganalytics,
    maintenance,
    nodes,
    resources,
)

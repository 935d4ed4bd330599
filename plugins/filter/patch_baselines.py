# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch baselines, patch groups and maintenance windows that a policy asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..module_utils._aws.policy_estate import policy_estate
from ..plugin_utils._policy_filter import policy_filter

patch_baselines = policy_filter(policy_estate)


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name and function of the filter."""
        return {"patch_baselines": patch_baselines}

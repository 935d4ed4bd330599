# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which boot a machine runs."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.reboot import TICKS_A_SECOND, same_boot

TICKS = 638_682_912_000_000_000


@pytest.mark.parametrize(
    ("seconds", "same"), [(0, True), (2, True), (-5, True), (9, True), (11, False), (-11, False), (86_400, False)]
)
def test_setting_the_clock_of_windows_is_no_reboot(seconds: int, same: bool) -> None:
    assert same_boot(str(TICKS), str(TICKS + seconds * TICKS_A_SECOND)) is same


def test_linux_names_each_boot() -> None:
    assert same_boot("0b5cd7c6-6d41-4ff0-9c0c-3c6b1b1d6a11", "0b5cd7c6-6d41-4ff0-9c0c-3c6b1b1d6a11")
    assert not same_boot("0b5cd7c6-6d41-4ff0-9c0c-3c6b1b1d6a11", "0b5cd7c6-6d41-4ff0-9c0c-3c6b1b1d6a12")

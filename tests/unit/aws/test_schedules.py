# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedule expressions of Systems Manager: the forms of its user guide, and what is none of them."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.schedules import check_schedule
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError


@pytest.mark.parametrize(
    "schedule",
    [
        None,
        "",
        "cron(0 6 ? * SAT#1 *)",
        "cron(24 30 09 ? * * *)",
        "rate(1 hour)",
        "rate(30 minutes)",
        "rate(15 days)",
        "at(2027-02-28T06:00:00)",
    ],
)
def test_forms_that_there_are(schedule: str | None) -> None:
    check_schedule("schedule", schedule)


@pytest.mark.parametrize(
    "schedule",
    ["every day", "cron(0 6 * * 6)", "rate(1 hours)", "rate(5 hour)", "rate(0 days)", "rate(1 week)", "rate(10)",
     "at(2027-02-30T06:00:00)", "at(2027-02-28)", "0 6 ? * SAT *"],
)  # fmt: skip
def test_what_is_none(schedule: str) -> None:
    with pytest.raises(InputError, match="schedule"):
        check_schedule("schedule", schedule)

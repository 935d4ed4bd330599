# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches an environment gets, and that one that follows never gets more than the one it follows got."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.approvals import (
    Approval,
    approval_for,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule import WEEKDAYS, WEEKS, occurrences
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.builders import policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_prod_gets_what_test_got_fourteen_days_before() -> None:
    found = policy()
    assert approval_for(found, "test", "redhat", NOW).after_days == 0
    prod = approval_for(found, "prod", "redhat", NOW)
    assert prod == Approval(
        ("Security", "Bugfix"), ("Critical", "Important"), 14, follows="test", delay_days=14, delay_varies=False
    )


def test_without_approvals_security_and_bug_fixes_come_after_a_week() -> None:
    found = parse_policy("patch_policy: {environments: [prod]}")
    assert approval_for(found, "prod", "windows", NOW) == Approval(("Security", "Bugfix"), ("Critical", "Important"), 7)


APPROVALS = """
patch_policy:
  environments: [{name: stage, approval: common}]
  approvals:
    common:
      severities: [Important]
      after_days: 3
      rejected: [kernel]
      by_os:
        linux: {severities: [Low], approved: [curl]}
        suse: {after_days: 5, classifications: []}
        windows: {severities: [Critical]}
"""


@pytest.mark.parametrize(
    ("os", "expected"),
    [
        ("windows", Approval(("Security", "Bugfix"), ("Critical",), 3, (), ("kernel",))),
        ("redhat", Approval(("Security", "Bugfix"), ("Low",), 3, ("curl",), ("kernel",))),
        ("suse", Approval((), ("Low",), 5, ("curl",), ("kernel",))),
        ("beos", Approval(("Security", "Bugfix"), ("Important",), 3, (), ("kernel",))),
    ],
)
def test_the_operating_system_wins_over_its_family_and_that_over_all(os: str, expected: Approval) -> None:
    assert approval_for(parse_policy(APPROVALS), "stage", os, NOW) == expected


def test_what_follows_takes_over_what_it_does_not_say() -> None:
    found = parse_policy(
        """
patch_policy:
  slots:
    - {name: a, environment: dev, when: {week: first, weekday: monday, time: "06:00"}}
    - {name: a, environment: test, when: {week: second, weekday: monday, time: "06:00"}}
    - {name: a, environment: prod, when: {week: third, weekday: monday, time: "06:00"}}
  approvals:
    dev: {classifications: [Security], after_days: 2, rejected: [x], by_os: {windows: {after_days: 1}}}
    test: {follows: dev, severities: [Critical]}
    prod: {follows: test, promote: manifest}
"""
    )
    prod = approval_for(found, "prod", "redhat", NOW)
    assert (prod.classifications, prod.severities, prod.rejected) == (("Security",), ("Critical",), ("x",))
    assert (prod.after_days, prod.delay_days, prod.promote) == (16, 14, "manifest")
    assert approval_for(found, "prod", "windows", NOW).after_days == 15


def test_a_delay_that_is_said_is_not_derived() -> None:
    found = parse_policy("patch_policy: {environments: [a, b], approvals: {a: {}, b: {follows: a, after_days: 21}}}")
    approval = approval_for(found, "b", "redhat", NOW)
    assert (approval.after_days, approval.delay_days) == (21, 0)


def _pair(test: str, prod: str, zone: str = "Europe/Zurich") -> str:
    return f"""
patch_policy:
  timezone: {zone}
  slots:
    - {{name: a, environment: test, when: {test}}}
    - {{name: a, environment: prod, when: {prod}}}
  approvals: {{test: {{after_days: 0}}, prod: {{follows: test}}}}
"""


def test_a_delay_that_differs_by_month_is_that_of_the_next_slot_and_said_to_vary() -> None:
    text = _pair("{week: first, weekday: saturday, time: '06:00'}", "{week: last, weekday: sunday, time: '06:00'}")
    november = approval_for(parse_policy(text), "prod", "redhat", NOW)
    assert (november.after_days, november.delay_varies) == (22, True)
    december = approval_for(parse_policy(text), "prod", "redhat", datetime(2026, 12, 1, tzinfo=UTC))
    assert december.after_days == 22
    january = approval_for(parse_policy(text), "prod", "redhat", datetime(2027, 1, 1, tzinfo=UTC))
    assert january.after_days == 29


def test_a_slot_under_way_counts_as_the_next() -> None:
    text = _pair("{week: first, weekday: saturday, time: '06:00'}", "{week: last, weekday: sunday, time: '06:00'}")
    inside = datetime(2027, 1, 31, 6, 0, tzinfo=UTC)
    assert approval_for(parse_policy(text), "prod", "redhat", inside).after_days == 29


def test_a_later_hour_counts_as_a_day_more_and_the_change_of_the_clock_does_not() -> None:
    text = _pair("{week: first, weekday: saturday, time: '06:00'}", "{week: third, weekday: saturday, time: '06:01'}")
    assert approval_for(parse_policy(text), "prod", "redhat", NOW).after_days == 15
    over_the_change = _pair(
        "{week: second, weekday: saturday, time: '06:00'}", "{week: last, weekday: saturday, time: '06:00'}"
    )
    october = datetime(2026, 10, 11, tzinfo=UTC)
    assert approval_for(parse_policy(over_the_change), "prod", "redhat", october).after_days == 21


WHEN = st.builds(
    lambda week, weekday, hour: f"{{week: {week}, weekday: {weekday}, time: '{hour:02d}:00'}}",
    st.sampled_from(WEEKS),
    st.sampled_from(WEEKDAYS),
    st.integers(0, 23),
)


@given(test=WHEN, prod=WHEN, now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_nothing_is_approved_that_the_followed_environment_did_not_get(test: str, prod: str, now: datetime) -> None:
    found = parse_policy(_pair(test, prod, "UTC"))
    leader, own = found.slots
    days = approval_for(found, "prod", "redhat", now).after_days
    start = next(occurrences(own.when, own.duration, own.cutoff, found.zone, now)).start
    led = [
        one.start
        for one in islice(
            occurrences(leader.when, leader.duration, leader.cutoff, found.zone, start - timedelta(days=70)), 8
        )
        if one.start < start
    ]
    assert start - timedelta(days=days) <= led[-1]
    assert start - timedelta(days=days - 1) > led[-1]


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(InputError, match="test, prod"):
        approval_for(policy(), "lab", "redhat", NOW)

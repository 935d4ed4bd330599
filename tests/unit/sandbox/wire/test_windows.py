# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance windows: keeping them, and when they open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.aws.ssm.schedules import ScheduleError, occurrences, parse_cron
from tests.unit.sandbox.wire.sandbox_kit import LINUX, WINDOWS, Sandbox, code_of

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def openings(expression: str, zone: str | None = None, number: int = 3, offset: int = 0) -> list[str]:
    found = islice(occurrences(expression, zone, START, START, offset), number)
    return [f"{moment:%Y-%m-%d %H:%M %z}" for moment in found]


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        (
            "cron(0 6 ? * SAT#1 *)",
            "Europe/Zurich",
            ["2026-12-05 06:00 +0100", "2027-01-02 06:00 +0100", "2027-02-06 06:00 +0100"],
        ),
        ("cron(0 6 ? * SAT#3 *)", None, ["2026-12-19 06:00 +0000", "2027-01-16 06:00 +0000", "2027-02-20 06:00 +0000"]),
        ("cron(0 6 ? * 7#3 *)", None, ["2026-12-19 06:00 +0000", "2027-01-16 06:00 +0000", "2027-02-20 06:00 +0000"]),
        ("cron(0 */4 ? * * *)", None, ["2026-11-21 16:00 +0000", "2026-11-21 20:00 +0000", "2026-11-22 00:00 +0000"]),
        ("cron(30 23 L * ? *)", None, ["2026-11-30 23:30 +0000", "2026-12-31 23:30 +0000", "2027-01-31 23:30 +0000"]),
        ("cron(0 1 ? * FRIL *)", None, ["2026-11-27 01:00 +0000", "2026-12-25 01:00 +0000", "2027-01-29 01:00 +0000"]),
        ("cron(0 1 1W * ? *)", None, ["2026-12-01 01:00 +0000", "2027-01-01 01:00 +0000", "2027-02-01 01:00 +0000"]),
        (
            "cron(0 1 ? JAN-MAR 2-3 2027)",
            None,
            ["2027-01-04 01:00 +0000", "2027-01-05 01:00 +0000", "2027-01-11 01:00 +0000"],
        ),
        ("cron(0 1 1,15 6 ? *)", None, ["2027-06-01 01:00 +0000", "2027-06-15 01:00 +0000", "2028-06-01 01:00 +0000"]),
        ("rate(7 days)", None, ["2026-11-28 12:00 +0000", "2026-12-05 12:00 +0000", "2026-12-12 12:00 +0000"]),
        ("rate(90 minutes)", None, ["2026-11-21 13:30 +0000", "2026-11-21 15:00 +0000", "2026-11-21 16:30 +0000"]),
        ("at(2026-12-24T18:00:00)", "America/New_York", ["2026-12-24 18:00 -0500"]),
        ("at(2025-12-24T18:00:00)", None, []),
        ("cron(0 6 ? * SAT#1 2026)", None, ["2026-12-05 06:00 +0000"]),
    ],
)
def test_when_a_window_opens(expression: str, zone: str | None, expected: list[str]) -> None:
    assert openings(expression, zone) == expected


def test_an_offset_counts_from_the_date_of_the_expression() -> None:
    assert openings("cron(0 23 ? * TUE#2 *)", number=2, offset=4) == [
        "2026-12-12 23:00 +0000",
        "2027-01-16 23:00 +0000",
    ]
    with pytest.raises(ScheduleError):
        openings("rate(1 day)", offset=2)


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 6 * * * *)",
        "cron(0 6 ? * ? *)",
        "cron(0 6 ? * SAT)",
        "cron(60 6 ? * SAT *)",
        "cron(0 6 ? * 8 *)",
        "cron(0 6 ? * SAT#6 *)",
        "cron(0 6 32 * ? *)",
        "cron(0 6 ? 13 SAT *)",
        "rate(0 days)",
        "rate(1 week)",
        "at(tomorrow)",
        "every day",
        "cron()",
    ],
)
def test_expressions_that_are_none(expression: str) -> None:
    with pytest.raises(ScheduleError):
        openings(expression)


def test_a_zone_must_be_one() -> None:
    with pytest.raises(ScheduleError):
        openings("rate(1 day)", "Mars/Olympus")


def test_the_hour_on_the_wall_stays_when_summer_time_begins() -> None:
    found = islice(occurrences("cron(0 6 ? * SUN *)", "Europe/Zurich", datetime(2027, 3, 25, tzinfo=UTC), START), 2)
    assert [f"{moment:%d %H:%M %z}" for moment in found] == ["28 06:00 +0200", "04 06:00 +0200"]


@given(st.sampled_from(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]), st.integers(1, 4), st.integers(0, 23))
def test_each_month_has_one_nth_weekday(day: str, number: int, hour: int) -> None:
    found = list(islice(occurrences(f"cron(0 {hour} ? * {day}#{number} *)", None, START, START), 24))
    months = [(moment.year, moment.month) for moment in found]
    assert len(set(months)) == 24
    assert months[-1][0] * 12 + months[-1][1] - months[0][0] * 12 - months[0][1] == 23
    assert all((moment.day - 1) // 7 + 1 == number and f"{moment:%a}".upper() == day for moment in found)


@given(st.integers(0, 59), st.integers(0, 23), st.integers(1, 28))
def test_days_of_the_month(minute: int, hour: int, day: int) -> None:
    assert parse_cron(f"{minute} {hour} {day} * ? *").minutes == (minute,)
    found = list(islice(occurrences(f"cron({minute} {hour} {day} * ? *)", None, START, START), 3))
    assert all((moment.minute, moment.hour, moment.day) == (minute, hour, day) for moment in found)
    assert START < found[0] <= START + timedelta(days=31)


WINDOW = {
    "Name": "first-saturday",
    "Schedule": "cron(0 6 ? * SAT#1 *)",
    "ScheduleTimezone": "Europe/Zurich",
    "Duration": 3,
    "Cutoff": 1,
    "AllowUnassociatedTargets": False,
}
TARGET = {"ResourceType": "INSTANCE", "Targets": [{"Key": "tag:Patch Group", "Values": ["g1"]}]}
TASK = {
    "TaskArn": "AWS-RunPatchBaseline",
    "TaskType": "RUN_COMMAND",
    "MaxConcurrency": "50",
    "MaxErrors": "0",
    "TaskInvocationParameters": {"RunCommand": {"Parameters": {"Operation": ["Install"]}}},
}


def create(sandbox: Sandbox, **more: Any) -> str:
    return str(sandbox.client("ssm").create_maintenance_window(**WINDOW | more)["WindowId"])


def test_a_window_is_made_changed_and_deleted(sandbox: Sandbox) -> None:
    ssm, window_id = sandbox.client("ssm"), create(sandbox, Description="tests")
    found = ssm.get_maintenance_window(WindowId=window_id)
    assert (found["Enabled"], found["NextExecutionTime"][-12:]) == (True, "T06:00+01:00")
    updated = ssm.update_maintenance_window(WindowId=window_id, Duration=4, Enabled=False)
    assert (updated["Duration"], updated["Description"], updated["Enabled"]) == (4, "tests", False)
    assert "NextExecutionTime" not in ssm.get_maintenance_window(WindowId=window_id)
    replaced = ssm.update_maintenance_window(WindowId=window_id, Replace=True, **WINDOW)
    assert ("Description" in replaced, replaced["Enabled"]) == (False, True)
    assert code_of(ssm.update_maintenance_window, WindowId=window_id, Replace=True, Name="abc") == "ValidationException"
    ssm.delete_maintenance_window(WindowId=window_id)
    assert code_of(ssm.get_maintenance_window, WindowId=window_id) == "DoesNotExistException"
    assert code_of(ssm.delete_maintenance_window, WindowId=window_id) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"Cutoff": 3},
        {"Schedule": "cron(0 6 * * SAT *)"},
        {"ScheduleTimezone": "Mars"},
        {"StartDate": "soon"},
        {"Schedule": "rate(1 day)", "ScheduleOffset": 2},
    ],
)
def test_windows_that_cannot_be(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    assert code_of(sandbox.client("ssm").create_maintenance_window, **WINDOW | wrong) == "ValidationException"


def test_creation_is_safe_to_repeat_with_a_token(sandbox: Sandbox) -> None:
    assert create(sandbox, ClientToken="t1") == create(sandbox, ClientToken="t1")
    other = WINDOW | {"ClientToken": "t1", "Duration": 5}
    assert code_of(sandbox.client("ssm").create_maintenance_window, **other) == "IdempotentParameterMismatch"


def test_windows_are_listed_and_filtered(sandbox: Sandbox) -> None:
    ssm, first = sandbox.client("ssm"), create(sandbox)
    second = create(sandbox, Name="other")
    ssm.update_maintenance_window(WindowId=second, Enabled=False)

    def found(key: str, value: str) -> list[str]:
        answer = ssm.describe_maintenance_windows(Filters=[{"Key": key, "Values": [value]}])
        return [item["WindowId"] for item in answer["WindowIdentities"]]

    assert (found("Name", "other"), found("Enabled", "true")) == ([second], [first])


def test_targets_and_tasks(sandbox: Sandbox) -> None:
    ssm, window_id = sandbox.client("ssm"), create(sandbox)
    target_id = ssm.register_target_with_maintenance_window(WindowId=window_id, Name="linux", **TARGET)[
        "WindowTargetId"
    ]
    by_target = [{"Key": "WindowTargetIds", "Values": [target_id]}]
    task_id = ssm.register_task_with_maintenance_window(WindowId=window_id, Targets=by_target, **TASK)["WindowTaskId"]
    listed = ssm.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"][0]
    assert (listed["Type"], listed["Priority"], "TaskInvocationParameters" in listed) == ("RUN_COMMAND", 1, False)
    whole = ssm.get_maintenance_window_task(WindowId=window_id, WindowTaskId=task_id)
    assert whole["TaskInvocationParameters"] == TASK["TaskInvocationParameters"]
    changed = ssm.update_maintenance_window_task(WindowId=window_id, WindowTaskId=task_id, Priority=2)
    assert (changed["Priority"], changed["TaskInvocationParameters"]) == (2, TASK["TaskInvocationParameters"])
    safely = {"WindowId": window_id, "WindowTargetId": target_id, "Safe": True}
    assert code_of(ssm.deregister_target_from_maintenance_window, **safely) == "TargetInUseException"
    ssm.update_maintenance_window_target(WindowId=window_id, WindowTargetId=target_id, Name="renamed")
    assert ssm.describe_maintenance_window_targets(WindowId=window_id)["Targets"][0]["Name"] == "renamed"
    ssm.deregister_task_from_maintenance_window(WindowId=window_id, WindowTaskId=task_id)
    ssm.deregister_target_from_maintenance_window(**safely)
    assert ssm.describe_maintenance_window_targets(WindowId=window_id)["Targets"] == []
    assert ssm.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"] == []


def test_tasks_that_cannot_be(sandbox: Sandbox) -> None:
    ssm, window_id = sandbox.client("ssm"), create(sandbox)

    def refused(**more: Any) -> str:
        return code_of(ssm.register_task_with_maintenance_window, WindowId=window_id, **TASK | more)

    nowhere = [{"Key": "WindowTargetIds", "Values": ["00000000-0000-0000-0000-000000000000"]}]
    tags = [{"Key": "InstanceIds", "Values": [LINUX]}]
    assert refused() == "ValidationException"
    assert refused(Targets=nowhere) == "DoesNotExistException"
    assert refused(Targets=tags, MaxErrors=None) == "ValidationException"
    assert refused(Targets=tags, TaskInvocationParameters={"Lambda": {}}) == "ValidationException"
    assert refused(Targets=tags) == ""


def test_which_windows_concern_a_node_and_when(sandbox: Sandbox) -> None:
    ssm, window_id = sandbox.client("ssm"), create(sandbox)
    create(sandbox, Name="empty")
    ssm.register_target_with_maintenance_window(WindowId=window_id, **TARGET)

    def windows(*targets: dict[str, Any]) -> list[str]:
        asked = {"Targets": list(targets), "ResourceType": "INSTANCE"}
        return [item["WindowId"] for item in ssm.describe_maintenance_windows_for_target(**asked)["WindowIdentities"]]

    assert windows({"Key": "InstanceIds", "Values": [LINUX]}) == [window_id]
    assert windows({"Key": "InstanceIds", "Values": [WINDOWS]}) == []
    assert windows({"Key": "tag:Patch Group", "Values": ["g1"]}) == [window_id]
    times = [
        item["ExecutionTime"]
        for item in ssm.describe_maintenance_window_schedule(WindowId=window_id, MaxResults=3)[
            "ScheduledWindowExecutions"
        ]
    ]
    assert len(times) == 3 and times == sorted(times)
    both = ssm.describe_maintenance_window_schedule(MaxResults=40)["ScheduledWindowExecutions"]
    assert len(both) == 40
    assert ssm.describe_maintenance_window_executions(WindowId=window_id)["WindowExecutions"] == []
    arn = {"ResourceType": "MaintenanceWindow", "ResourceId": window_id}
    ssm.add_tags_to_resource(Tags=[{"Key": "a", "Value": "b"}], **arn)
    assert ssm.list_tags_for_resource(**arn)["TagList"] == [{"Key": "a", "Value": "b"}]

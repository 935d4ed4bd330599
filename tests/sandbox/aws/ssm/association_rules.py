# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses in an association beyond its model (API: CreateAssociation; user guide, "Reference: Cron and
rate expressions for Systems Manager")."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

from ..errors import ServiceError
from ..world import Call
from .document_store import DocumentStore
from .documents import checked_parameters
from .schedules import ScheduleError, occurrences
from .send_command import runnable_document

NOT_WITH_INSTANCE = (
    "AssociationName",
    "DocumentVersion",
    "MaxErrors",
    "MaxConcurrency",
    "OutputLocation",
    "ScheduleExpression",
)
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=31)
"""Between two runs: at least the one, less than the other."""


def check_association(call: Call, settings: Mapping[str, Any]) -> None:
    """Raises ServiceError."""
    _check_targets(settings)
    _check_document(call, settings)
    _check_schedule(settings)
    for name in settings.get("CalendarNames") or []:
        if call.store(DocumentStore).get(name).kind != "ChangeCalendar":
            raise ServiceError("InvalidDocument", f"{name} is not of the type ChangeCalendar")
    place = settings.get("OutputLocation")
    if place is not None and not (place.get("S3Location") or {}).get("OutputS3BucketName"):
        raise ServiceError("InvalidOutputLocation", "The output location names no bucket")
    for location in settings.get("TargetLocations") or []:
        if location.get("TargetLocationAlarmConfiguration"):
            raise _invalid("TargetLocationAlarmConfiguration is not supported by State Manager")


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def _check_targets(settings: Mapping[str, Any]) -> None:
    targets, maps = settings.get("Targets") or [], settings.get("TargetMaps")
    if targets and maps:
        raise ServiceError("InvalidTargetMaps", "Targets and TargetMaps cannot be specified together")
    if not targets and not maps and not settings.get("TargetLocations"):
        raise ServiceError("InvalidTarget", "Instance ID or targets must be specified")
    for target in targets:
        key, values = str(target.get("Key") or ""), target.get("Values") or []
        plain = key.lower() in ("instanceids", "parametervalues", "tag-key", "aws:noopautomationtag")
        if not plain and not key.startswith(("tag:", "resource-groups:")):
            raise ServiceError("InvalidTarget", f"The target key {key} is not valid")
        if not values and not key.startswith("tag:"):
            raise ServiceError("InvalidTarget", f"The target {key} has no values")
        if "*" in values and len(values) > 1:
            raise ServiceError("InvalidTarget", "* cannot be given together with other values")


def _check_document(call: Call, settings: Mapping[str, Any]) -> None:
    name, version = settings["Name"], str(settings.get("DocumentVersion") or "$DEFAULT")
    stored = call.store(DocumentStore).get(name)
    stored.version(version)
    if stored.kind == "Automation":
        if settings.get("Targets") and not settings.get("AutomationTargetParameterName"):
            raise ServiceError("InvalidParameters", "AutomationTargetParameterName is required for a runbook")
        return
    if stored.kind != "Command":
        raise ServiceError("InvalidDocument", f"A document of the type {stored.kind} cannot be associated")
    if settings.get("AutomationTargetParameterName") or settings.get("TargetMaps"):
        raise ServiceError("InvalidParameters", f"{name} is no runbook: it has no parameter for targets")
    checked_parameters(runnable_document(call, name, version), settings.get("Parameters") or {})


def _check_schedule(settings: Mapping[str, Any]) -> None:
    expression, offset = settings.get("ScheduleExpression"), settings.get("ScheduleOffset")
    only_then = settings.get("ApplyOnlyAtCronInterval")
    if expression is None:
        if offset:
            raise ServiceError("InvalidSchedule", "ScheduleOffset needs a cron expression")
        return
    if offset and not only_then:
        raise ServiceError("InvalidSchedule", "ScheduleOffset needs ApplyOnlyAtCronInterval")
    if only_then and expression.startswith("rate("):
        raise ServiceError("InvalidSchedule", "ApplyOnlyAtCronInterval is not supported for rate expressions")
    try:
        _check_interval(expression, int(offset or 0))
    except ScheduleError as error:
        raise ServiceError("InvalidSchedule", str(error)) from None


def _check_interval(expression: str, offset: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found: Sequence[datetime] = list(islice(occurrences(plain_schedule(expression), None, start, start, offset), 6))
    for earlier, later in pairwise(found):
        if later - earlier < SHORTEST:
            raise ScheduleError(f"{expression}: an association cannot run more often than every 30 minutes")
        if expression.startswith("rate(") and later - earlier >= LONGEST:
            raise ScheduleError(f"{expression}: a rate must be less than 31 days")


def plain_schedule(expression: str) -> str:
    """An association's schedule without the field of seconds, which can only be 0. Raises ScheduleError."""
    found = re.fullmatch(r"cron\((\S+)((?: +\S+){6})\)", expression.strip())
    if not found:
        return expression
    if found[1] != "0":
        raise ScheduleError(f"{expression}: seconds can only be 0")
    return f"cron({found[2].strip()})"

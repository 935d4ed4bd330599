# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in a fleet file (tests/sandbox/fleets/README.md describes it for people)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .fleet_checks import Field, any_text, either, flag, list_of, mapping, number, one_of, port, text, whole
from .operating_systems import OS_KEYS

_AGE = re.compile(r"-(\d+(?:\.\d+)?)([dh])")


def released(value: Any) -> str:
    """A date, an instant, or an age such as -40d."""
    try:
        instant(value, datetime.now(UTC))
    except ValueError:
        return "a date (2026-10-13), an instant (2026-10-13T17:00:00Z) or an age (-40d, -12h) is allowed"
    return ""


def instant(value: Any, now: datetime) -> datetime:
    """The instant that such a value means. Raises ValueError."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, str):
        raise ValueError(value)
    age = _AGE.fullmatch(value)
    if age:
        return now - timedelta(**{"days" if age[2] == "d" else "hours": float(age[1])})
    parsed = datetime.fromisoformat(value)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def account_id(value: Any) -> str:
    """Twelve digits, as text."""
    return "" if isinstance(value, str) and re.fullmatch(r"\d{12}", value) else "twelve digits in quotes are allowed"


def account_or_subscription(value: Any) -> str:
    """An account's number, or a subscription's GUID."""
    guid = isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F-]{36}", value)
    return "" if guid or not account_id(value) else f"{account_id(value)}, or a subscription's GUID"


def node_id(value: Any) -> str:
    """What a cloud calls a machine: no blanks."""
    return "" if isinstance(value, str) and re.fullmatch(r"\S{3,}", value) else "a text without blanks is allowed"


TEXTS = list_of(text)
OS = one_of(*OS_KEYS)

FLEET = {
    "version": Field(lambda value: "" if value == 1 else "allowed: 1", required=True),
    "default_region": Field(text),
    "credentials": Field(mapping),
    "accounts": Field(list_of(mapping)),
    "azure": Field(mapping),
    "durations": Field(mapping),
    "profiles": Field(mapping),
    "machines": Field(list_of(mapping), required=True),
    "patches": Field(list_of(mapping)),
}
CREDENTIALS = {"access_key": Field(text, required=True), "secret_key": Field(text, required=True)}
ACCOUNT = {
    "id": Field(account_id, required=True),
    "name": Field(text),
    "home": Field(flag),
    "roles": Field(list_of(mapping)),
    "regions": Field(TEXTS),
}
ROLE = {"arn": Field(text, required=True), "external_id": Field(any_text)}
DURATIONS = {name: Field(number(0)) for name in ("boot", "shutdown", "agent", "scan", "agent_update")}
PROFILE = {
    "os": Field(OS),
    "os_version": Field(text),
    "hostname": Field(text),
    "tags": Field(mapping),
    "attributes": Field(mapping),
    "agent_version": Field(text),
    "newest_agent_version": Field(text),
    "agent_installed": Field(flag),
    "power": Field(one_of("running", "stopped")),
    "hybrid": Field(flag),
    "volumes": Field(list_of(mapping)),
    "services": Field(list_of(either(text, mapping))),
    "base_services": Field(flag),
    "installed": Field(either(one_of("all"), TEXTS)),
    "not_applicable": Field(TEXTS),
    "applications": Field(TEXTS),
    "faults": Field(mapping),
    "self_updating": Field(flag),
    "patch_source": Field(text),
    "durations": Field(mapping),
}
MACHINE = {
    "node_id": Field(node_id, required=True),
    "name": Field(text, required=True),
    "account": Field(account_or_subscription),
    "region": Field(text, required=True),
    "profile": Field(text),
    **PROFILE,
}
VOLUME = {
    "volume_id": Field(text),
    "device": Field(text, required=True),
    "size_gib": Field(whole(1), required=True),
    "used_mib": Field(whole(0)),
    "mount": Field(any_text),
    "root": Field(flag),
    "kind": Field(one_of("ebs", "managed_disk", "instance_store", "local")),
    "filesystem": Field(text),
    "label": Field(any_text),
    "attributes": Field(mapping),
}
SERVICE = {
    "name": Field(text, required=True),
    "display_name": Field(text),
    "state": Field(one_of("running", "stopped", "failed")),
    "enabled": Field(flag),
    "ports": Field(list_of(port)),
    "health": Field(flag),
    "broken": Field(flag),
    "start_type": Field(one_of("Automatic", "Manual", "Disabled")),
}
PATCH = {
    "os": Field(either(OS, list_of(OS)), required=True),
    "id": Field(text),
    "package": Field(text),
    "version": Field(text),
    "arch": Field(text),
    "title": Field(text),
    "classification": Field(any_text),
    "severity": Field(any_text),
    "released": Field(released, required=True),
    "product": Field(text),
    "product_family": Field(text),
    "priority": Field(text),
    "section": Field(text),
    "repository": Field(text),
    "advisories": Field(TEXTS),
    "cves": Field(TEXTS),
    "reboot": Field(flag),
    "breaks": Field(TEXTS),
    "supersedes": Field(TEXTS),
    "depends": Field(TEXTS),
    "size_mib": Field(whole(0)),
    "seconds": Field(number(0)),
    "preinstalled": Field(flag),
    "security": Field(flag),
    "from_version": Field(text),
    "description": Field(any_text),
}

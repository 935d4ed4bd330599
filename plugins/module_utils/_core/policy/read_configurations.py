# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading where maintenance configurations of Azure are, and when in a slot each batch has its window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from ..nodes import SUBSCRIPTION
from .fields import Fields
from .model import NATIVE_SERVICES, BatchWindow, ConfigurationSettings

CONFIGURATION_KEYS = ("service", "subscription", "resource_group", "location", "automation_account", "windows")
WINDOW_OF_BATCH_KEYS = ("opens", "duration")

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]\Z")
_LOCATION = re.compile(r"[A-Za-z0-9 ]{2,50}\Z")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]\Z")


def read_configurations(fields: Fields) -> ConfigurationSettings:
    """The mapping ``maintenance_configurations`` among the keys; None where nothing is said."""
    given = fields.sub("maintenance_configurations", CONFIGURATION_KEYS)
    return ConfigurationSettings(
        service=given.choice("service", NATIVE_SERVICES) or None,
        subscription=_text(given, "subscription", SUBSCRIPTION, "the id of a subscription"),
        resource_group=_text(given, "resource_group", _GROUP, "the name of a resource group"),
        location=_text(given, "location", _LOCATION, "a location of Azure such as westeurope"),
        automation_account=_text(given, "automation_account", _ACCOUNT, "the name of an Automation account"),
        windows=_windows(given),
    )


def _text(fields: Fields, key: str, pattern: re.Pattern[str], allowed: str) -> str | None:
    return (fields.text(key, required=allowed, pattern=pattern) or None) if fields.has(key) else None


def _windows(fields: Fields) -> Mapping[str, BatchWindow] | None:
    """The windows by batch; a batch that they do not name has none."""
    if not fields.has("windows"):
        return None
    windows = fields.sub("windows", None)
    return {batch: _window(windows.sub(batch, WINDOW_OF_BATCH_KEYS)) for batch in windows.entries}


def _window(fields: Fields) -> BatchWindow:
    opens = fields.duration("opens", timedelta(0), _DAY)
    duration = fields.duration("duration", _MINUTE, _DAY)
    for key in WINDOW_OF_BATCH_KEYS:
        if not fields.has(key):
            fields.missing(key, "a duration such as PT1H30M")
    for key, length in (("opens", opens), ("duration", duration)):
        if length is not None and length % _MINUTE:
            fields.wrong(key, "whole minutes")
    return BatchWindow(opens or timedelta(0), duration or _MINUTE)

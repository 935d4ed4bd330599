# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses values of a patch baseline before the first request, in the names of the module's options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from .._core.errors import InputError
from .baseline_model import MEMBERS, to_api
from .instances import tag_list
from .model_check import check_request

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_values(params: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Raise InputError for what the service's model does not allow, and for a date that its guide does not.

    ``params`` are the options as they were given, some or all of a baseline's, so that messages count as the user does.
    """
    values = {name: _once(name, params[name]) for name in MEMBERS if params.get(name) is not None}
    listed = tag_list(tags or {})
    try:
        check_request("ssm", "CreatePatchBaseline", {**to_api(values), "Tags": listed})
    except InputError as error:
        raise InputError(_option(error.option, [tag["Key"] for tag in listed]), error.value, error.allowed) from error
    for index, rule in enumerate(values.get("approval_rules", ())):
        if not _is_day(rule.get("approve_until_date", "2000-01-01")):
            option = f"approval_rules[{index}].approve_until_date"
            raise InputError(option, rule["approve_until_date"], "a day that there is, as YYYY-MM-DD")


def _once(name: str, value: Any) -> Any:
    """A value in the order in which it was given, each patch and each value of a filter once, as it will be sent."""
    if name in ("approved_patches", "rejected_patches"):
        return list(dict.fromkeys(value))
    if name == "global_filters":
        return [{**entry, "values": list(dict.fromkeys(entry["values"]))} for entry in value]
    if name == "approval_rules":
        rules = [{key: part for key, part in rule.items() if part is not None} for rule in value]
        return [{**rule, "patch_filters": _once("global_filters", rule["patch_filters"])} for rule in rules]
    return value


def _option(path: str, tag_keys: list[str]) -> str:
    """The option that a member of the request stands for."""
    for member, option in (
        ("approval_rules.patch_rules", "approval_rules"),
        ("patch_filter_group.patch_filters", "patch_filters"),
        ("global_filters.patch_filters", "global_filters"),
    ):
        path = path.replace(member, option)
    tag = re.match(r"tags\[(\d+)\]", path)
    return f"tags.{tag_keys[int(tag[1])]}" if tag else path


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False

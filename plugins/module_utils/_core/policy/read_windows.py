# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading how maintenance windows of AWS do their work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import Formatter

from .fields import Fields
from .located import EMPTY
from .model import CUTOFF_BEHAVIORS, WINDOW_PLACEHOLDERS, WindowSettings

WINDOW_KEYS = (
    "max_concurrency",
    "max_errors",
    "cutoff_behavior",
    "service_role_arn",
    "output_s3_bucket_name",
    "output_s3_key_prefix",
    "install_override_list",
)

_CONCURRENCY = re.compile(r"([1-9]\d{0,6}|[1-9]\d?%|100%)\Z")
_ERRORS = re.compile(r"(0|[1-9]\d{0,6}|[1-9]?\d%|100%)\Z")
_ROLE = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}|\{account\}):role/\S+\Z")
_BUCKET = re.compile(r"[a-z0-9.{}-]{3,63}\Z")
_PREFIX = re.compile(r"\S{1,500}\Z")
_LIST = re.compile(r"(s3|https)://[^\s/]+/\S+\Z")


def read_windows(fields: Fields) -> WindowSettings:
    """The mapping ``maintenance_windows`` among the keys; None where nothing is said."""
    windows = fields.sub("maintenance_windows", WINDOW_KEYS)
    return WindowSettings(
        max_concurrency=_text(windows, "max_concurrency", _CONCURRENCY, 'a number of nodes from 1, or "1%" to "100%"'),
        max_errors=_text(windows, "max_errors", _ERRORS, 'a number of nodes from 0, or "0%" to "100%"'),
        cutoff_behavior=windows.choice("cutoff_behavior", CUTOFF_BEHAVIORS) or None,
        service_role_arn=_text(windows, "service_role_arn", _ROLE, "arn:aws:iam::<account>:role/<name>"),
        output_s3_bucket_name=_text(windows, "output_s3_bucket_name", _BUCKET, "the name of a bucket"),
        output_s3_key_prefix=_text(windows, "output_s3_key_prefix", _PREFIX, "a prefix of up to 500 characters"),
        install_override_list=_text(windows, "install_override_list", _LIST, "s3://<bucket>/<key> or an https URL"),
    )


def _text(fields: Fields, key: str, pattern: re.Pattern[str], allowed: str) -> str | None:
    """A text of this form whose placeholders are known; None when nothing is said."""
    known = WINDOW_PLACEHOLDERS.get(key, ())
    if known:
        allowed += f", in which {_listed(known)} may stand"
    if fields.get(key).kind == EMPTY:
        return None
    text = fields.text(key, required=allowed, pattern=pattern)
    if text and not _placeholders_fit(text, known):
        fields.wrong(key, allowed)
        return None
    return text or None


def _placeholders_fit(text: str, known: Sequence[str]) -> bool:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(
        name is None or (name in known and not spec and not conversion) for _literal, name, spec, conversion in parts
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)

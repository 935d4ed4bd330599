# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of ``ssm_document``."""

from __future__ import annotations

from typing import Any

from .document_model import FORMATS, TYPES

_TEXT = {"type": "str"}


def document_args() -> dict[str, Any]:
    """The argument spec, without what all modules of AWS have."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "content": {"type": "raw"},
        "src": {"type": "path"},
        "document_format": {"type": "str", "choices": list(FORMATS)},
        "document_type": {"type": "str", "choices": list(TYPES)},
        "target_type": _TEXT,
        "display_name": _TEXT,
        "version_name": _TEXT,
        "default_version": _TEXT,
        "cloud_providers": {"type": "list", "elements": "str", "choices": ["AWS", "Azure", "GCP"]},
        "requires": {"type": "list", "elements": "dict", "options": _requires_args()},
        "attachments": {"type": "list", "elements": "dict", "options": _attachment_args()},
        "share_with": {"type": "list", "elements": "str"},
        "purge_share_with": {"type": "bool", "default": True},
        "tags": {"type": "dict"},
        "purge_tags": {"type": "bool", "default": True},
        "force": {"type": "bool", "default": False},
        "account": _TEXT,
    }


def _requires_args() -> dict[str, Any]:
    return {"name": {"type": "str", "required": True}, "version": _TEXT, "require_type": _TEXT, "version_name": _TEXT}


def _attachment_args() -> dict[str, Any]:
    return {
        "key": {
            "type": "str",
            "required": True,
            "choices": ["SourceUrl", "S3FileUrl", "AttachmentReference"],
            "no_log": False,
        },
        "values": {"type": "list", "elements": "str", "required": True},
        "name": _TEXT,
    }

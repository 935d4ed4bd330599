# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node: a machine to patch, as the inventory knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import InputError, did_you_mean

OS_FAMILIES = ("linux", "windows", "")
AZURE = ("azure_vm", "azure_arc")
PROVIDERS = ("aws", *AZURE)
"""The providers of this collection; another name of the same form belongs to a third party's."""

AWS_ACCOUNT = re.compile(r"\d{12}\Z")
SUBSCRIPTION_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
SUBSCRIPTION = re.compile(rf"{SUBSCRIPTION_ID}\Z")
"""What the ids of accounts look like."""

_PROVIDER = re.compile(r"[a-z][a-z0-9_]*\Z")
_TEXT_FIELDS = (
    "node_id",
    "name",
    "provider",
    "account",
    "region",
    "os_family",
    "os",
    "patch_group",
    "application",
    "environment",
    "batch",
)
_PROVIDER_OF_ID = (
    (re.compile(r"m?i-[0-9a-f]+\Z"), "aws"),
    (re.compile(r"(?i)/subscriptions/.+/providers/Microsoft\.Compute/virtualMachines/[^/]+\Z"), "azure_vm"),
    (re.compile(r"(?i)/subscriptions/.+/providers/Microsoft\.HybridCompute/machines/[^/]+\Z"), "azure_arc"),
)


_AZURE_ID = re.compile(r"(?i)/subscriptions/")


@dataclass(frozen=True, slots=True)
class Node:
    """A machine to patch. A text is empty when it is not known; ``node_id`` is unique over all clouds."""

    node_id: str
    name: str = ""
    provider: str = ""
    account: str = ""
    region: str = ""
    os_family: str = ""
    os: str = ""
    patch_group: str = ""
    application: str = ""
    environment: str = ""
    batch: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Node:
        """The node that a dictionary of the option ``nodes`` describes.

        Numbers become text (YAML reads an account or a slot as a number), None becomes an empty text, and a missing
        ``provider`` is told from the form of ``node_id``. Raises :class:`InputError`.
        """
        if not isinstance(data, Mapping):
            raise InputError("nodes", data, "a dictionary with at least node_id")
        known = (*_TEXT_FIELDS, "labels")
        for key in data:
            if key not in known:
                raise InputError("nodes", key, f"the keys {', '.join(known)}{did_you_mean(str(key), known)}")
        texts = {name: _text(f"nodes.{name}", data.get(name)) for name in _TEXT_FIELDS}
        if not texts["node_id"]:
            raise InputError("nodes.node_id", data.get("node_id"), "the id that the provider gave the node, not empty")
        texts["node_id"] = canonical_id(texts["node_id"])
        texts["provider"] = texts["provider"] or provider_of_id(texts["node_id"])
        if texts["provider"] and not _PROVIDER.match(texts["provider"]):
            raise InputError("nodes.provider", texts["provider"], f"{', '.join(PROVIDERS)}, or a name like these")
        if texts["os_family"] not in OS_FAMILIES:
            raise InputError("nodes.os_family", texts["os_family"], "linux, windows, or empty when it is not known")
        return cls(**texts, labels=_labels(data.get("labels")))

    def to_dict(self) -> dict[str, Any]:
        """The node as a dictionary that :meth:`from_dict` reads."""
        return {name: getattr(self, name) for name in _TEXT_FIELDS} | {"labels": dict(self.labels)}

    @property
    def shown(self) -> str:
        """The node in a message: its name and id, or the id alone; of an Azure id what tells it from its neighbours."""
        short = shown_id(self.node_id)
        where = short.removesuffix(f"/{self.name.lower()}") if self.name else short
        return f"{self.name} ({where})" if self.name and self.name != short else short

    @property
    def target(self) -> tuple[str, str]:
        """Account and region: the endpoint over which the node is reached."""
        return (self.account, self.region)


def canonical_id(node_id: str) -> str:
    """The id in the one form by which a node is known; Azure's ids are the same in whatever case they come.

    (Azure Resource Manager compares resource ids without regard to case, and its services answer them in several.)
    """
    return node_id.lower() if _AZURE_ID.match(node_id) else node_id


def shown_id(node_id: str) -> str:
    """An Azure resource id as ``group/name``, any other id as it is."""
    parts = node_id.split("/")
    return f"{parts[4]}/{parts[-1]}" if _AZURE_ID.match(node_id) and len(parts) > 5 else node_id


def provider_of_id(node_id: str) -> str:
    """The provider that gives ids of this form, or an empty text."""
    return next((provider for pattern, provider in _PROVIDER_OF_ID if pattern.match(node_id)), "")


def _text(option: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InputError(option, value, "a text")
    return str(value).strip()


def _labels(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError("nodes.labels", value, "a dictionary of texts")
    return {str(key): _label_text(f"nodes.labels.{key}", text) for key, text in value.items()}


def _label_text(option: str, value: object) -> str:
    """Labels come from tags and inventory variables, where a flag or a fraction is a value like any other."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, float) else _text(option, value)

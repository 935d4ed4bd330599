# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services' models, as botocore ships them."""

from __future__ import annotations

import functools
import re

from moto.core.model import OperationModel, ServiceModel
from moto.core.utils import get_service_model

OWN_SERVICES = ("ec2", "ssm", "sts", "resource-groups")
"""Services whose every request is parsed and checked here. Others are moto's."""

READING = ("Describe", "Get", "List", "Head", "AssumeRole", "Lookup", "Search")


@functools.cache
def service_model(service: str) -> ServiceModel:
    """The model of a service by its signing name."""
    return get_service_model(service)


def operation_model(service: str, operation: str) -> OperationModel | None:
    """The model of an operation; None when the service has no such operation."""
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def is_writing(operation: str) -> bool:
    """Whether an operation changes something. SendCommand does, whatever the command is."""
    return not operation.startswith(READING)


@functools.cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the model, which is written for Java, as Python's.

    The classes of characters ``\\p{L}``, ``\\p{N}``, ``\\p{M}`` become ``\\w``; ``\\p{Z}`` becomes ``\\s``;
    ``\\p{P}`` the ASCII punctuation. ``\\w-/`` inside a class is a literal hyphen in Java.
    """
    text = re.sub(r"\\p\{[LNM]\}", r"\\w", text)
    text = text.replace(r"\p{Z}", r"\s").replace(r"\p{P}", r"!-/:-@\[-`{-~")
    return re.compile(text.replace(r"\w-\/", r"\w\-\/"))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request's path and api version to an operation, or to the refusal in Resource Manager's words."""

from __future__ import annotations

from .errors import ArmError
from .registry import Operation, find, find_type

NOT_SERVED = "The sandbox does not serve it (see tests/sandbox/README.md)."


def route(method: str, path: str, version: str | None) -> tuple[Operation, dict[str, str]]:
    """The operation and the parameters of its path. Raises ArmError."""
    found = find(path)
    if not found:
        raise _unknown(path)
    fitting = [(one, values) for one, values in found if one.method == method]
    if not fitting:
        allowed = sorted({one.method for one, _values in found})
        message = f"The requested resource does not support http method '{method}'."
        raise ArmError(405, "HttpMethodNotAllowed", message, headers={"Allow": ", ".join(allowed)})
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message)
    for one, values in fitting:
        if version in one.versions:
            return one, values
    raise _wrong_version(fitting[0][0], version, [one for one, _values in fitting])


def _wrong_version(first: Operation, version: str, operations: list[Operation]) -> ArmError:
    known = sorted({one for operation in operations for one in operation.versions})
    if not first.namespace or first.namespace.lower() == "microsoft.resources":
        message = f"The api-version '{version}' is invalid. The supported versions are '{','.join(reversed(known))}'."
        return ArmError(400, "InvalidApiVersionParameter", message)
    message = (
        f"No registered resource provider found for location 'global' and API version '{version}' for type "
        f"'{first.resource_type}'. The supported api-versions are '{', '.join(known)}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", message)


def _unknown(path: str) -> ArmError:
    parts = path.strip("/").split("/")
    lower = [part.lower() for part in parts]
    if "providers" not in lower:
        code, message = "InvalidRequestUri", f"The request URI is not valid: '{path}'."
        return ArmError(404, code, f"{message} {NOT_SERVED}")
    place = len(lower) - 1 - lower[::-1].index("providers")
    namespace, types = "".join(parts[place + 1 : place + 2]), parts[place + 2 :: 2]
    if not find_type(namespace):
        message = f"The resource namespace '{namespace}' is invalid."
        return ArmError(404, "InvalidResourceNamespace", f"{message} {NOT_SERVED}")
    message = f"The resource type '{'/'.join(types)}' could not be found in the namespace '{namespace}'."
    return ArmError(404, "InvalidResourceType", f"{message} {NOT_SERVED}")

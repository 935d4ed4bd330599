# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's clouds: where their Resource Manager is, and who issues tokens for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from .._core.errors import CloudError, InputError, did_you_mean

METADATA_PATH = "/metadata/endpoints?api-version=2022-09-01"
"""Where a Resource Manager tells its cloud's endpoints (Azure CLI reads the same for custom clouds)."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud. ``endpoint`` and ``authority`` are URLs without a slash at their end; ``scope`` is what a token is for.

    ``tenant`` is set where the authority has only one (``adfs``). ``well_known``: Microsoft's own authority, which the
    libraries can validate. ``logs`` is the URL of Log Analytics, empty where the cloud tells of none.
    """

    name: str
    endpoint: str
    authority: str
    scope: str
    tenant: str = ""
    well_known: bool = False
    logs: str = ""

    def of_logs(self) -> Cloud:
        """The same cloud, with Log Analytics in the place of Resource Manager. Raises :class:`CloudError`."""
        if not self.logs:
            raise CloudError(
                f"Could not find Log Analytics: the cloud {self.name} tells of none at its Resource Manager "
                f"{self.endpoint} (logAnalyticsResourceId)",
                code="UnknownCloud",
            )
        return replace(self, endpoint=self.logs, scope=f"{self.logs}/.default")


CLOUDS = {
    "AzureCloud": Cloud(
        "AzureCloud",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
        "https://management.azure.com/.default",
        well_known=True,
        logs="https://api.loganalytics.io",
    ),
    "AzureChinaCloud": Cloud(
        "AzureChinaCloud",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://management.chinacloudapi.cn/.default",
        well_known=True,
        logs="https://api.loganalytics.azure.cn",
    ),
    "AzureUSGovernment": Cloud(
        "AzureUSGovernment",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://management.core.usgovcloudapi.net/.default",
        well_known=True,
        logs="https://api.loganalytics.us",
    ),
}

_OTHER_NAMES = {
    "azurepubliccloud": "AzureCloud",
    "azureusgovernmentcloud": "AzureUSGovernment",
}
"""Names that other tools give the same clouds."""


def cloud_of(name: str, fetch: Callable[[str], Any]) -> Cloud:
    """The cloud of the option ``cloud_environment``: a name, or the https URL of a Resource Manager.

    ``fetch`` gets the JSON behind a URL. Raises :class:`InputError` for what is neither, :class:`CloudError` for an
    answer that describes no cloud.
    """
    if "://" in name:
        return _described(name, fetch)
    known = {cloud.lower(): cloud for cloud in CLOUDS} | _OTHER_NAMES
    if name.lower() not in known:
        allowed = f"{', '.join(CLOUDS)}, or the https URL of a Resource Manager that tells its endpoints"
        raise InputError("cloud_environment", name, f"{allowed}{did_you_mean(name, CLOUDS)}")
    return CLOUDS[known[name.lower()]]


def _described(url: str, fetch: Callable[[str], Any]) -> Cloud:
    parts = urlsplit(url)
    if parts.scheme.lower() != "https" or not parts.netloc:
        raise InputError("cloud_environment", url, "a URL that begins with https://, since tokens are sent there")
    source = url if "/metadata/endpoints" in parts.path else f"https://{parts.netloc}{METADATA_PATH}"
    described = fetch(source)
    clouds = described if isinstance(described, list) else [described]
    fitting = [cloud for cloud in clouds if isinstance(cloud, Mapping) and _manager(cloud) == parts.netloc.lower()]
    if not fitting:
        raise CloudError(
            f"Could not find the endpoints of the cloud at {url}: {source} describes no cloud whose Resource Manager "
            f"is {parts.netloc}. Check cloud_environment",
            code="UnknownCloud",
        )
    return _read(fitting[0], source)


def _manager(cloud: Mapping[str, Any]) -> str:
    return urlsplit(str(cloud.get("resourceManager", ""))).netloc.lower()


def _read(cloud: Mapping[str, Any], source: str) -> Cloud:
    authentication = cloud.get("authentication") or {}
    login = str(authentication.get("loginEndpoint") or "").rstrip("/")
    audiences = authentication.get("audiences") or []
    if urlsplit(login).scheme != "https" or not audiences:
        raise CloudError(
            f"Could not read the endpoints at {source}: authentication.loginEndpoint (https) or "
            f"authentication.audiences is missing",
            code="UnknownCloud",
        )
    authority, tenant = authority_of(login)
    return Cloud(
        str(cloud.get("name") or "custom"),
        str(cloud["resourceManager"]).rstrip("/"),
        authority,
        # A slash at an audience's end belongs to it, and the scope then has two.
        f"{audiences[0]}/.default",
        tenant,
        well_known=authority in {known.authority for known in CLOUDS.values()},
        logs=_https(cloud.get("logAnalyticsResourceId")),
    )


def _https(url: Any) -> str:
    """An address without a slash at its end; empty for one that no token may be sent to."""
    text = str(url or "").rstrip("/")
    return text if urlsplit(text).scheme == "https" else ""


def authority_of(url: str) -> tuple[str, str]:
    """An authority's host as a URL, and the tenant in its path (``adfs``), empty when there is none."""
    parts = urlsplit(url)
    return f"https://{parts.netloc}", parts.path.strip("/").split("/")[0]

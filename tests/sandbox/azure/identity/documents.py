# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that say where things are: OpenID discovery, instance discovery, and the endpoints of a cloud.

The endpoints document is how Azure Stack and private clouds are found: ``GET /metadata/endpoints`` of the resource
manager. Its form changed with the api version: an object with few members (2015-01-01), a list of clouds (2018-05-01,
2019-05-01, 2020-06-01), one cloud (2022-09-01).
"""

from __future__ import annotations

from typing import Any

from .audiences import LOGS_PATH

ENDPOINT_VERSIONS = ("2015-01-01", "2018-05-01", "2019-05-01", "2020-06-01", "2022-09-01")
CLOUD = "HybridOpsSandbox"


def openid_configuration(base_url: str, tenant: str) -> dict[str, Any]:
    """OpenID Connect discovery of a directory (OpenID Connect Discovery 1.0, section 4)."""
    here = f"{base_url}/{tenant}"
    named = "{tenantid}" if tenant in ("common", "organizations") else tenant
    return {
        "issuer": f"{base_url}/{named}/v2.0",
        "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
        "token_endpoint": f"{here}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
        "jwks_uri": f"{here}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": base_url.partition("://")[2],
    }


def instance_discovery(base_url: str, tenant: str) -> dict[str, Any]:
    """That this host is an authority (``/common/discovery/instance``)."""
    host = base_url.partition("://")[2]
    return {
        "tenant_discovery_endpoint": f"{base_url}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def user_realm(name: str) -> dict[str, Any]:
    """Where a person signs in: here, not at a federated directory."""
    return {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": name.rpartition("@")[2],
        "cloud_instance_name": CLOUD,
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def cloud_endpoints(base_url: str, version: str) -> Any:
    """The endpoints of this cloud in the form of that api version."""
    audiences = [base_url, "https://management.core.windows.net/", "https://management.azure.com/"]
    authentication = {"loginEndpoint": base_url, "audiences": audiences}
    if version == "2015-01-01":
        return {
            "galleryEndpoint": f"{base_url}/gallery",
            "graphEndpoint": f"{base_url}/graph",
            "portalEndpoint": f"{base_url}/portal",
            "authentication": authentication,
        }
    cloud = {
        "name": CLOUD,
        "portal": f"{base_url}/portal",
        "resourceManager": f"{base_url}/",
        "authentication": {**authentication, "tenant": "common", "identityProvider": "AAD"},
        "graph": f"{base_url}/graph",
        "graphAudience": f"{base_url}/graph",
        "gallery": f"{base_url}/gallery",
        "batch": f"{base_url}/batch",
        "media": f"{base_url}/media",
        "sqlManagement": f"{base_url}/sql",
        "vmImageAliasDoc": f"{base_url}/aliases.json",
        "microsoftGraphResourceId": f"{base_url}/microsoft-graph/",
        "logAnalyticsResourceId": f"{base_url}{LOGS_PATH}",
        "suffixes": {
            "storage": "storage.sandbox.invalid",
            "keyVaultDns": "vault.sandbox.invalid",
            "sqlServerHostname": "database.sandbox.invalid",
            "acrLoginServer": "registry.sandbox.invalid",
        },
    }
    return cloud if version >= "2022-09-01" else [cloud]

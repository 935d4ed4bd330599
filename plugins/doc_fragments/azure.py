# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say with which credentials Azure is asked, and which Azure."""

from __future__ import annotations


class ModuleDocFragment:
    """The options have the names that azure.azcollection gives them."""

    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the credentials come from.
      - With V(auto) the first of these that says who asks is used, and no other is tried after it, O(profile), the
        options O(client_id), O(secret), O(x509_certificate_path), O(ad_user) and so on, the environment, the profile
        V(default) of C(~/.azure/credentials), the Azure CLI's login.
      - V(msi) is a managed identity of the machine where the module runs, O(client_id) chooses a user-assigned one.
      - When unset the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE) is used, else V(auto).
    type: str
    choices: [auto, env, credential_file, cli, msi]
  profile:
    description:
      - A section of the file C(~/.azure/credentials), whose keys have the names of these options.
      - In the environment E(AZURE_PROFILE).
    type: str
  subscription_id:
    description:
      - The subscription for what names none; nodes carry theirs in their id.
      - In the environment E(AZURE_SUBSCRIPTION_ID).
    type: str
  client_id:
    description:
      - The application (service principal). In the environment E(AZURE_CLIENT_ID).
    type: str
  secret:
    description:
      - The application's secret. In the environment E(AZURE_SECRET) or E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description:
      - The tenant that the credentials belong to. In the environment E(AZURE_TENANT) or E(AZURE_TENANT_ID).
      - As an option it also holds for credentials from elsewhere.
    type: str
  ad_user:
    description:
      - A user who signs in with a password only. In the environment E(AZURE_AD_USER) or E(AZURE_USERNAME).
    type: str
  password:
    description:
      - The user's password. In the environment E(AZURE_PASSWORD).
    type: str
  x509_certificate_path:
    description:
      - The application's certificate with its private key, in PEM or PKCS12.
      - In the environment E(AZURE_X509_CERTIFICATE_PATH) or E(AZURE_CLIENT_CERTIFICATE_PATH), its password
        E(AZURE_CLIENT_CERTIFICATE_PASSWORD).
    type: path
  thumbprint:
    description:
      - The certificate's thumbprint (SHA-1, hexadecimal). Not needed; when set, another certificate is refused.
      - In the environment E(AZURE_THUMBPRINT).
    type: str
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureChinaCloud), V(AzureUSGovernment), or for other clouds the C(https) URL of a Resource
        Manager that tells its endpoints at C(/metadata/endpoints).
      - In the environment E(AZURE_CLOUD_ENVIRONMENT). When unset V(AzureCloud).
    type: str
  cert_validation_mode:
    description:
      - Whether certificates of the endpoints are checked. V(ignore) gives tokens to anyone who answers there; use
        O(ca_bundle) instead wherever you can.
      - In the environment E(AZURE_CERT_VALIDATION_MODE). When unset V(validate).
    type: str
    choices: [validate, ignore]
  adfs_authority_url:
    description:
      - The authority that gives tokens, where it is not that of the cloud, such as V(https://adfs.example/adfs).
      - In the environment E(AZURE_ADFS_AUTHORITY_URL).
    type: str
  disable_instance_discovery:
    description:
      - Whether the authority is taken as it is, without asking Microsoft whether it is one, which needs a way to
        C(login.microsoftonline.com). An authority of your own always is.
      - In the environment E(AZURE_DISABLE_INSTANCE_DISCOVERY). When unset V(false).
    type: bool
  ca_bundle:
    description:
      - A file with the certificates of the authorities that are trusted.
      - When unset the environment variables E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) or E(SSL_CERT_FILE) are used.
    type: path
requirements:
  - azure-identity >= 1.16
  - azure-core >= 1.31
  - azure-mgmt-core >= 1.4
notes:
  - Workload identity (federated tokens) is used when E(AZURE_FEDERATED_TOKEN_FILE), E(AZURE_CLIENT_ID) and
    E(AZURE_TENANT_ID) are set and no secret, certificate or user is.
  - Requests are repeated by the collection itself, bounded in time and never one that could act twice. It keeps to the
    number of requests that Azure Resource Manager grants.
"""

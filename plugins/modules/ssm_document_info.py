#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_document_info
short_description: Read Systems Manager documents
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells which documents of its own an account has, with the content of their latest version, who may use them, and if
    wanted their versions and what runs them.
  - One listing, and three or four requests for each document, side by side.
options:
  name:
    description:
      - Only the document with this name, which may be one of AWS. All of the account's own when unset.
    type: str
  document_type:
    description:
      - Only documents of this type.
    type: str
    choices:
      - Command
      - Policy
      - Automation
      - Session
      - Package
      - ApplicationConfiguration
      - ApplicationConfigurationSchema
      - DeploymentStrategy
      - ChangeCalendar
      - Automation.ChangeTemplate
      - ProblemAnalysis
      - ProblemAnalysisTemplate
      - CloudFormation
      - ConformancePackTemplate
      - QuickSetup
      - ManualApprovalPolicy
      - AutoApprovalPolicy
  versions:
    description:
      - Whether the versions of each document are read.
    type: bool
    default: false
  users:
    description:
      - Whether it is looked for the associations and maintenance windows that run each document, which reads the tasks
        of all windows.
    type: bool
    default: false
  account:
    description:
      - The account to work in, that of the module's credentials when unset. How others are reached is told by
        O(accounts).
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - hybridops.patching.attributes
  - hybridops.patching.attributes.aws
  - hybridops.patching.attributes.info
  - hybridops.patching.aws_targets
seealso:
  - module: hybridops.patching.ssm_document
"""

EXAMPLES = r"""
- name: All documents of our own
  hybridops.patching.ssm_document_info:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}

- name: The versions of a document, and what runs it
  hybridops.patching.ssm_document_info:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: Example-StopApplication
    versions: true
    users: true
"""

RETURN = r"""
documents:
  description: The documents, by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    document_type:
      description: Its type.
      type: str
      returned: always
    document_format:
      description: The format in which its latest version is written.
      type: str
      returned: always
    content:
      description: The content of its latest version, as a structure where it is one, as text otherwise.
      type: raw
      returned: always
    latest_version:
      description: Number of its latest version.
      type: str
      returned: always
    default_version:
      description: Number of the version that runs where none is asked for.
      type: str
      returned: always
    version_name:
      description: Name of its latest version.
      type: str
      returned: always
    display_name:
      description: Its name for people.
      type: str
      returned: always
    target_type:
      description: The kind of resource that it runs on.
      type: str
      returned: always
    cloud_providers:
      description: The clouds on whose machines it runs, empty when that is not set.
      type: list
      elements: str
      returned: always
    requires:
      description: Documents that it needs.
      type: list
      elements: dict
      returned: always
    attachments:
      description: Names of its files.
      type: list
      elements: str
      returned: always
    share_with:
      description: Accounts that may use it.
      type: list
      elements: str
      returned: for documents of the account
    tags:
      description: Its tags.
      type: dict
      returned: always
    owner:
      description: The account that it belongs to, or V(Amazon).
      type: str
      returned: always
    status:
      description: The status of its latest version.
      type: str
      returned: always
    versions:
      description:
        - Its versions, newest first, each with V(document_version), V(version_name), V(is_default_version),
          V(document_format), V(created_date) and V(status).
      type: list
      elements: dict
      returned: with O(versions=true)
    users:
      description: Associations and maintenance windows of the account and region that run it.
      type: list
      elements: str
      returned: with O(users=true)
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_info import describe_documents
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_model import TYPES
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    spec = {
        "name": {"type": "str"},
        "document_type": {"type": "str", "choices": list(TYPES)},
        "versions": {"type": "bool", "default": False},
        "users": {"type": "bool", "default": False},
        "account": {"type": "str"},
    }
    run(aws_module({**ACCOUNTS_ARGS, **spec}), describe_documents)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_document
short_description: Manage Systems Manager documents
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes documents of your own, such as the scripts of a step that
    M(hybridops.patching.ssm_command) or a maintenance window runs. A changed content becomes a new version.
  - The service takes no content twice. A content that an earlier version has, of the last 50, becomes no new version;
    that one becomes the default again.
  - Contents are compared by what they mean. Another order of keys, other spacing, or YAML instead of JSON is no
    difference.
  - What is not set stays as it is.
options:
  state:
    description:
      - Whether the document is to exist.
      - V(absent) deletes it with all its versions, and stops sharing it before. It is refused while an association or
        a task of a maintenance window in the account and region runs the document.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The document's name.
    type: str
    required: true
  content:
    description:
      - The content, a structure or a text. A structure is written in O(document_format), JSON unless that is set.
      - Ansible would fill in V({{ … }}), with which documents name their parameters. Use O(src), or C({% raw %}).
      - The content is shown with C(--diff). It is code and no place for secrets; those belong into Parameter Store.
    type: raw
  src:
    description:
      - A file with the content, on the host that runs the module. It is read as it is, without templating.
    type: path
  document_format:
    description:
      - The format in which a new version is written. When unset, JSON, YAML and text are told apart.
    type: str
    choices: [YAML, JSON, TEXT]
  document_type:
    description:
      - What kind of document it is. A new one is a V(Command) when unset. It cannot be changed.
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
  target_type:
    description:
      - The kind of resource that it runs on, such as V(/AWS::EC2::Instance), or V(/) for all. It belongs to a version,
        and the service takes a new version only with another content.
    type: str
  display_name:
    description:
      - A name for people. It belongs to a version, and the service takes a new version only with another content.
    type: str
  version_name:
    description:
      - A name for the version that this content becomes. A version that is there keeps the name that it has, and no
        other version of the document can have it.
    type: str
  default_version:
    description:
      - The version that runs where none is asked for, a number, V(latest), or V(keep) for the one that is the default
        now.
      - When unset, the version with the content where O(content) or O(src) is given, V(keep) otherwise.
    type: str
  cloud_providers:
    description:
      - The clouds on whose machines it runs. They belong to a version, and the service takes a new version only with
        another content.
    type: list
    elements: str
    choices: [AWS, Azure, GCP]
  requires:
    description:
      - Documents that this one needs. The order has no meaning. It cannot be changed.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name or ARN of the document.
        type: str
        required: true
      version:
        description: Version of the document.
        type: str
      require_type:
        description: Type of the document.
        type: str
      version_name:
        description: Name of the version.
        type: str
  attachments:
    description:
      - Files that belong to the document, as a whole. A new version keeps those of the one before when unset.
      - They are compared by their names, since the service tells nothing else about them. Those of a whole folder
        (V(SourceUrl)) are only sent together with another change.
    type: list
    elements: dict
    suboptions:
      key:
        description: Where the file is. V(SourceUrl) is a folder of a bucket, V(S3FileUrl) a file in one,
          V(AttachmentReference) a file of another document.
        type: str
        required: true
        choices: [SourceUrl, S3FileUrl, AttachmentReference]
      values:
        description: The one address.
        type: list
        elements: str
        required: true
      name:
        description: Name of the file.
        type: str
  share_with:
    description:
      - Accounts that may use the document, or V(all).
    type: list
    elements: str
  purge_share_with:
    description:
      - Whether accounts that are not in O(share_with) lose the right to use it. Without effect when O(share_with) is
        not set.
    type: bool
    default: true
  tags:
    description:
      - Tags of the document. V({}) together with O(purge_tags=true) removes all.
    type: dict
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. Without effect when O(tags) is not set.
    type: bool
    default: true
  force:
    description:
      - Sent with the deletion; the service wants it for some types, such as V(ApplicationConfigurationSchema).
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
  - hybridops.patching.aws_targets
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: hybridops.patching.ssm_document_info
  - module: hybridops.patching.ssm_command
"""

EXAMPLES = r"""
- name: A script of our own as a document
  hybridops.patching.ssm_document:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: Example-StopApplication
    content:
      schemaVersion: "2.2"
      description: Stops the application before its node is patched
      parameters:
        service:
          type: String
          allowedPattern: "^[a-z0-9-]+$"
      mainSteps:
        - action: aws:runShellScript
          name: stop
          inputs:
            runCommand:
              - systemctl stop {% raw %}{{ service }}{% endraw %}
    tags:
      team: payroll

- name: A new version, which runs only where it is asked for
  hybridops.patching.ssm_document:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: Example-StopApplication
    content:
      schemaVersion: "2.2"
      description: Stops the application before its node is patched
      mainSteps:
        - action: aws:runShellScript
          name: stop
          inputs:
            runCommand: [systemctl stop payroll]
    version_name: release-2
    default_version: keep

- name: Let that version run everywhere, and let another account use the document
  hybridops.patching.ssm_document:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: Example-StopApplication
    default_version: latest
    share_with: ["222222222222"]

- name: Delete a document with all its versions
  hybridops.patching.ssm_document:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: Example-StopApplication
    state: absent
"""

RETURN = r"""
document:
  description: The document, in check mode as it will be; empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: when it exists
    document_type:
      description: Its type.
      type: str
      returned: when it exists
    document_format:
      description: The format in which its latest version is written.
      type: str
      returned: when it exists
    content:
      description: The content of its latest version, as a structure where it is one, as text otherwise.
      type: raw
      returned: when it exists
    latest_version:
      description: Number of its latest version.
      type: str
      returned: when it exists
    default_version:
      description: Number of the version that runs where none is asked for.
      type: str
      returned: when it exists
    version_name:
      description: Name of its latest version.
      type: str
      returned: when it exists
    display_name:
      description: Its name for people.
      type: str
      returned: when it exists
    target_type:
      description: The kind of resource that it runs on.
      type: str
      returned: when it exists
    cloud_providers:
      description: The clouds on whose machines it runs, empty when that is not set.
      type: list
      elements: str
      returned: when it exists
    requires:
      description: Documents that it needs.
      type: list
      elements: dict
      returned: when it exists
    attachments:
      description: Names of its files.
      type: list
      elements: str
      returned: when it exists
    share_with:
      description: Accounts that may use it.
      type: list
      elements: str
      returned: when it exists and O(share_with) is set
    tags:
      description: Its tags.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.document import manage_document
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_args import document_args
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    spec = {**ACCOUNTS_ARGS, **document_args()}
    run(aws_module(spec, mutually_exclusive=[("content", "src")]), manage_document)


if __name__ == "__main__":
    main()

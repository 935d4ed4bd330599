#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_association
short_description: Manage State Manager associations
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Creates, changes and deletes associations, which run a document on nodes on a schedule. For patching these are scans
    outside of maintenance windows and agents that are kept up to date.
  - What is not set stays as it is. An empty value (V(""), V([]), V({}), V(0)) takes away what is there. The service
    itself forgets at each change whatever it is not sent again, so the module always sends the whole association.
  - Names of associations are not unique. A name that several associations have is refused unless O(association_id) is
    given.
  - When an association is created or changed the service runs it at once, unless O(apply_only_at_cron_interval=true).
options:
  state:
    description:
      - Whether the association is to exist.
    type: str
    choices: [present, absent]
    default: present
  association_name:
    description:
      - The association's name. With O(association_id) the name to give it.
    type: str
  association_id:
    description:
      - The association's id, instead of finding it by name.
    type: str
  name:
    description:
      - The document that it runs, by name or, where another account shares it, by ARN. Needed to create an association.
      - An association cannot be given another document. The module then creates a new one, and when that is there
        deletes the old one, whose history goes with it.
    type: str
  document_version:
    description:
      - Which version of the document it runs, a number, V($LATEST) or V($DEFAULT).
      - When O(name) changes the version becomes V($DEFAULT) unless it is set too.
    type: str
  parameters:
    description:
      - Parameters of the document, each a text or a list of texts. They are set as a whole; parameters that have the
        value which the document gives them anyway make no difference.
    type: dict
  targets:
    description:
      - The nodes, as a whole. Several entries have to be met all. V([]) takes them away.
    type: list
    elements: dict
    suboptions:
      key:
        description: V(InstanceIds), V(tag:KEY), V(resource-groups:Name) or another key that the service knows.
        type: str
        required: true
      values:
        description: Ids, of which V(*) are all nodes of the account and region, values of the tag, or names.
        type: list
        elements: str
        required: true
  target_maps:
    description:
      - For an automation, several assignments of parameters to resources. Excludes O(targets).
    type: list
    elements: dict
  target_locations:
    description:
      - Further accounts and regions in which an automation is to run, as a whole.
    type: list
    elements: dict
    suboptions:
      accounts:
        description: Accounts, or ids of organizational units.
        type: list
        elements: str
      regions:
        description: Regions.
        type: list
        elements: str
      execution_role_name:
        description: Name of the role that runs the automation there.
        type: str
      target_location_max_concurrency:
        description: In how many places it runs at a time, a number or a percentage.
        type: str
      target_location_max_errors:
        description: After how many errors it starts in no further place, a number or a percentage.
        type: str
      include_child_organization_units:
        description: Whether units below the organizational units count too.
        type: bool
      exclude_accounts:
        description: Accounts or organizational units to leave out.
        type: list
        elements: str
      targets:
        description: The targets there, as O(targets).
        type: list
        elements: dict
        suboptions:
          key:
            description: What is compared.
            type: str
            required: true
          values:
            description: The values of which one has to match.
            type: list
            elements: str
            required: true
      targets_max_concurrency:
        description: On how many targets of a place it runs at a time, a number or a percentage.
        type: str
      targets_max_errors:
        description: After how many errors it starts on no further target of a place, a number or a percentage.
        type: str
  automation_target_parameter_name:
    description:
      - The parameter of an automation that gets the target.
    type: str
  schedule_expression:
    description:
      - When it runs, V(cron(…\)), V(rate(…\)) or V(at(…\)), in UTC. Without a schedule it runs once, and again where
        its targets change.
    type: str
  schedule_offset:
    description:
      - How many days after the day of a cron schedule it runs. Needs O(apply_only_at_cron_interval=true).
    type: int
  apply_only_at_cron_interval:
    description:
      - Whether it runs at the times of its schedule only, and not at once whenever it is created or changed.
    type: bool
  calendar_names:
    description:
      - Names or ARNs of Change Calendars. It runs only while they are open.
    type: list
    elements: str
  duration:
    description:
      - After how many hours what is not done is cancelled.
    type: int
  max_concurrency:
    description:
      - On how many nodes it runs at a time, a number or a percentage. All at once when never set.
    type: str
  max_errors:
    description:
      - How many errors are allowed before it starts on no further node, a number or a percentage.
    type: str
  compliance_severity:
    description:
      - How severe it is that the association failed on a node.
    type: str
    choices: [CRITICAL, HIGH, MEDIUM, LOW, UNSPECIFIED]
  sync_compliance:
    description:
      - Whether the result of a run decides about compliance (V(AUTO)), or another request does (V(MANUAL)).
    type: str
    choices: [AUTO, MANUAL]
  output_location:
    description:
      - Where the output is kept; V({}) takes it away.
    type: dict
    suboptions:
      s3_location:
        description: A bucket.
        type: dict
        suboptions:
          output_s3_bucket_name:
            description: Name of the bucket.
            type: str
          output_s3_key_prefix:
            description: Beginning of the keys in it.
            type: str
          output_s3_region:
            description: Region of the bucket. The service finds it out when unset.
            type: str
  alarm_configuration:
    description:
      - A CloudWatch alarm that stops it.
    type: dict
    suboptions:
      alarms:
        description: The alarm, of which the service takes one. V([]) takes it away.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description: Name of the alarm.
            type: str
            required: true
      ignore_poll_alarm_failure:
        description: Whether it goes on when the alarm's state cannot be read.
        type: bool
  association_dispatch_assume_role:
    description:
      - ARN of the role by which State Manager sends it to the nodes, instead of its service-linked role.
    type: str
  tags:
    description:
      - Tags of the association. V({}) together with O(purge_tags=true) removes all.
    type: dict
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. Without effect when O(tags) is not set.
    type: bool
    default: true
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
notes:
  - An association that runs C(AWS-RunPatchBaseline) with the operation C(Install) installs at its own times, held by no
    gate. The plan of a run names it and refuses, unless the policy accepts it.
  - The service has no token that would make the creation safe to repeat. After a lost answer the module looks for the
    name instead of creating a second association; without a name it can only say that it does not know.
seealso:
  - module: hybridops.patching.ssm_association_info
  - module: hybridops.patching.ssm_document
"""

EXAMPLES = r"""
- name: Scan all nodes of the environment every four hours
  hybridops.patching.ssm_association:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    association_name: patch-scan-test
    name: AWS-RunPatchBaseline
    parameters:
      Operation: Scan
    targets:
      - key: tag:Patch Group
        values: [patch_test_0600_batch_1, patch_test_0600_batch_2]
    schedule_expression: rate(4 hours)
    max_concurrency: 10%
    max_errors: 100%
    tags:
      environment: test

- name: Keep all agents up to date, and only at night
  hybridops.patching.ssm_association:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    association_name: agent-updates
    name: AWS-UpdateSSMAgent
    targets:
      - key: InstanceIds
        values: ["*"]
    schedule_expression: cron(0 2 ? * SUN *)
    apply_only_at_cron_interval: true

- name: Let it run on all days, and everything else stay as it is
  hybridops.patching.ssm_association:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    association_name: agent-updates
    schedule_expression: cron(0 2 * * ? *)

- name: Delete an association
  hybridops.patching.ssm_association:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    association_name: patch-scan-test
    state: absent
"""

RETURN = r"""
association:
  description: The association, in check mode as it will be; empty when there is none.
  returned: always
  type: dict
  contains:
    association_id:
      description: Its id, empty in check mode when it would be created.
      type: str
      returned: when it exists
    association_name:
      description: Its name.
      type: str
      returned: when it exists
    name:
      description: The document that it runs.
      type: str
      returned: when it exists
    document_version:
      description: Which version of the document it runs.
      type: str
      returned: when it exists
    parameters:
      description: Parameters of the document, each a list of texts.
      type: dict
      returned: when it exists
    targets:
      description: Its targets, as in O(targets).
      type: list
      elements: dict
      returned: when it exists
    target_maps:
      description: Its assignments of parameters to resources.
      type: list
      elements: dict
      returned: when it exists
    target_locations:
      description: Further accounts and regions, as in O(target_locations).
      type: list
      elements: dict
      returned: when it exists
    automation_target_parameter_name:
      description: The parameter of an automation that gets the target.
      type: str
      returned: when it exists
    schedule_expression:
      description: When it runs, empty without a schedule.
      type: str
      returned: when it exists
    schedule_offset:
      description: Days after the day of its schedule, 0 for none.
      type: int
      returned: when it exists
    apply_only_at_cron_interval:
      description: Whether it runs at the times of its schedule only.
      type: bool
      returned: when it exists
    calendar_names:
      description: Change Calendars that have to be open.
      type: list
      elements: str
      returned: when it exists
    duration:
      description: Hours after which it is cancelled, 0 for none.
      type: int
      returned: when it exists
    max_concurrency:
      description: On how many nodes it runs at a time, empty when not set.
      type: str
      returned: when it exists
    max_errors:
      description: How many errors are allowed, empty when not set.
      type: str
      returned: when it exists
    compliance_severity:
      description: How severe it is that it failed on a node.
      type: str
      returned: when it exists
    sync_compliance:
      description: What decides about compliance.
      type: str
      returned: when it exists
    output_location:
      description: Where the output is kept, as in O(output_location).
      type: dict
      returned: when it exists
    alarm_configuration:
      description: The alarm that stops it, as in O(alarm_configuration).
      type: dict
      returned: when it exists
    association_dispatch_assume_role:
      description: The role by which it is sent to nodes.
      type: str
      returned: when it exists
    tags:
      description: Its tags.
      type: dict
      returned: when it exists
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.association import manage_association
from ansible_collections.hybridops.patching.plugins.module_utils._aws.association_args import association_args
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    spec = {**ACCOUNTS_ARGS, **association_args()}
    run(aws_module(spec, required_one_of=[("association_name", "association_id")]), manage_association)


if __name__ == "__main__":
    main()

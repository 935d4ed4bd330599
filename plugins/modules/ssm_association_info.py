#!/usr/bin/python
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_association_info
short_description: Read State Manager associations
version_added: 0.1.0
author:
  - hybridops.patching contributors (@hybridops)
description:
  - Tells which associations there are, what they run on which nodes and when, and how their last run went.
  - One listing, and two requests for each association that is found, side by side.
options:
  association_name:
    description:
      - Only associations with this name, of which there may be several.
    type: str
  association_id:
    description:
      - Only the association with this id.
    type: str
  name:
    description:
      - Only associations that run this document.
    type: str
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
  - module: hybridops.patching.ssm_association
"""

EXAMPLES = r"""
- name: All that scans or installs patches on a schedule of its own
  hybridops.patching.ssm_association_info:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    name: AWS-RunPatchBaseline

- name: How the last update of the agents went
  hybridops.patching.ssm_association_info:
    region: eu-central-1
    account: "111111111111"
    accounts:
      "111111111111": {role_arn: "arn:aws:iam::111111111111:role/patching"}
    association_name: agent-updates
"""

RETURN = r"""
associations:
  description: The associations, by name and id.
  returned: always
  type: list
  elements: dict
  contains:
    association_id:
      description: Its id.
      type: str
      returned: always
    association_name:
      description: Its name.
      type: str
      returned: always
    name:
      description: The document that it runs.
      type: str
      returned: always
    document_version:
      description: Which version of the document it runs.
      type: str
      returned: always
    parameters:
      description: Parameters of the document, each a list of texts.
      type: dict
      returned: always
    targets:
      description: Its targets, as in the module that manages them.
      type: list
      elements: dict
      returned: always
    target_maps:
      description: Its assignments of parameters to resources.
      type: list
      elements: dict
      returned: always
    target_locations:
      description: Further accounts and regions, as in the module that manages them.
      type: list
      elements: dict
      returned: always
    automation_target_parameter_name:
      description: The parameter of an automation that gets the target.
      type: str
      returned: always
    schedule_expression:
      description: When it runs, empty without a schedule.
      type: str
      returned: always
    schedule_offset:
      description: Days after the day of its schedule, 0 for none.
      type: int
      returned: always
    apply_only_at_cron_interval:
      description: Whether it runs at the times of its schedule only.
      type: bool
      returned: always
    calendar_names:
      description: Change Calendars that have to be open.
      type: list
      elements: str
      returned: always
    duration:
      description: Hours after which it is cancelled, 0 for none.
      type: int
      returned: always
    max_concurrency:
      description: On how many nodes it runs at a time, empty when not set.
      type: str
      returned: always
    max_errors:
      description: How many errors are allowed, empty when not set.
      type: str
      returned: always
    compliance_severity:
      description: How severe it is that it failed on a node.
      type: str
      returned: always
    sync_compliance:
      description: What decides about compliance.
      type: str
      returned: always
    output_location:
      description: Where the output is kept, as in the module that manages it.
      type: dict
      returned: always
    alarm_configuration:
      description: The alarm that stops it, as in the module that manages it.
      type: dict
      returned: always
    association_dispatch_assume_role:
      description: The role by which it is sent to nodes.
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: always
    association_version:
      description: Number of its version.
      type: str
      returned: always
    overview:
      description:
        - How its last run stands, V(status), V(detailed_status), and how many nodes have which status in
          V(association_status_aggregated_count).
      type: dict
      returned: always
    date:
      description: When it was made, ISO 8601.
      type: str
      returned: always
    last_update_association_date:
      description: When it was changed last, ISO 8601.
      type: str
      returned: always
    last_execution_date:
      description: When it ran last, ISO 8601; null when it never did.
      type: str
      returned: always
    last_successful_execution_date:
      description: When it ran last without an error, ISO 8601; null when it never did.
      type: str
      returned: always
"""

from ansible_collections.hybridops.patching.plugins.module_utils._aws.association_info import describe_associations
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import ACCOUNTS_ARGS, aws_module, run


def main() -> None:
    asked = {name: {"type": "str"} for name in ("association_name", "association_id", "name", "account")}
    run(aws_module({**ACCOUNTS_ARGS, **asked}), describe_associations)


if __name__ == "__main__":
    main()

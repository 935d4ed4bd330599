# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a policy: all of it, or the waves of a batch for a play's ``serial``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: policy
short_description: What a policy says
version_added: 0.1.0
author: hybridops.patching contributors (@hybridops)
description:
  - Reads and checks a policy. Everything that is wrong with it is reported at once, with the line.
options:
  _terms:
    description:
      - The policy's file.
    required: true
  waves_of:
    description:
      - Return the waves of this batch, as C(serial) takes them, instead of the policy. Needs O(environment).
    type: str
  environment:
    description:
      - The environment for O(waves_of).
    type: str
  waves:
    description:
      - Waves that a person gives for one run. With O(waves_of) they are returned, as C(serial) takes them, instead of
        those of the policy.
    type: list
    elements: raw
    default: []
"""

EXAMPLES = r"""
- name: Show the batches of a policy
  ansible.builtin.debug:
    msg: "{{ lookup('hybridops.patching.policy', 'policy.yml').batches }}"

- name: Show the waves of a batch
  ansible.builtin.debug:
    msg: "{{ lookup('hybridops.patching.policy', 'policy.yml', waves_of='batch_1', environment='prod') }}"
"""

RETURN = r"""
_raw:
  description:
    - The policy's C(batches) (their names), C(environments) (their names), C(deliveries) (of each environment),
      C(tag_keys), C(group_patterns), C(accounts), C(path) and C(sha256), or with O(waves_of) a list of waves.
  type: list
  elements: raw
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._core.errors import PatchingError
from ..module_utils._core.policy.load import load_policy
from ..module_utils._core.policy.settings import given_waves, waves_for
from ..module_utils._core.policy.view import policy_view


class LookupModule(LookupBase):
    """Reads the policy on the controller."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            policies = [load_policy(str(term)) for term in terms]
            given = given_waves(self.get_option("waves"))
        except PatchingError as error:
            raise AnsibleLookupError(str(error)) from None
        batch = self.get_option("waves_of")
        if batch:
            environment = self.get_option("environment") or ""
            return [list(given or waves_for(policy, environment, batch)) for policy in policies]
        return [policy_view(policy) for policy in policies]

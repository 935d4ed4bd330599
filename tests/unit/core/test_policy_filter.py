# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that say a policy in a cloud's words, the same for both clouds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hybridops.patching.plugins.filter.patch_baselines import patch_baselines
from ansible_collections.hybridops.patching.plugins.filter.patch_configurations import patch_configurations

FILTERS = [patch_baselines, patch_configurations]
POLICY = "patch_policy: {version: 1, environments: [test, prod]}"
NODES = {
    patch_baselines: {"node_id": "i-00000001", "provider": "aws"},
    patch_configurations: {
        "node_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v",
        "provider": "azure_vm",
    },
}


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.yml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("asked_for", FILTERS)
def test_each_warning_says_of_which_environment(policy: str, asked_for: Callable[..., dict[str, Any]]) -> None:
    warnings = asked_for([{**NODES[asked_for], "found": False}], policy, "prod")["warnings"]
    assert warnings
    assert all(text.startswith("prod: ") for text in warnings)


@pytest.mark.parametrize("asked_for", FILTERS)
def test_an_error_is_told_once(policy: str, asked_for: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(AnsibleFilterError, match="environment: 'lab' cannot be used; allowed: test, prod") as caught:
        asked_for([], policy, "lab")
    assert str(caught.value).count("'lab'") == 1
    assert caught.value.__cause__ is None, "Ansible writes every cause behind the error"

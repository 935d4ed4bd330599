# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The narrowest rule that says something wins."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.model import Gate
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.settings import (
    Settings,
    gate_for,
    settings_for,
    tag_keys_for,
    waves_for,
)

from tests.unit.core.builders import policy

LAYERS = """
defaults: {reboot: never, snapshot: if_possible, accept: [same_wave]}
environments: [test, {name: prod, min_free_disk_mib: 1}]
batches:
  - {name: batch_1, min_free_disk_mib: 2, start_stopped: true}
applications:
  - name: shop
    min_free_disk_mib: 3
    accept: []
    batches: [{name: batch_1, min_free_disk_mib: 4, spread_by: [rack, cluster]}]
"""


@pytest.mark.parametrize(("depth", "disk"), [(0, 1), (1, 2), (2, 3), (3, 4)])
def test_from_wide_to_narrow(depth: int, disk: int) -> None:
    found = policy(LAYERS)
    shop = found.application("shop")
    assert shop is not None
    layers = [found.batches[0], shop, shop.batches[0]][:depth]
    environment = found.environment("prod")
    assert environment is not None
    assert settings_for(found, environment, *layers).min_free_disk_mib == disk


def test_what_nobody_says_is_safe() -> None:
    found = policy()
    environment = found.environment("prod")
    assert environment is not None
    assert settings_for(found, environment) == Settings(
        snapshot="required",
        on_failure="hold",
        reboot="with_install",
        start_stopped=False,
        allow_unprotected=False,
        min_free_disk_mib=1024,
        spread_by=("cluster",),
        accept=(),
    )


def test_a_narrow_false_or_empty_value_wins_too() -> None:
    found = policy(LAYERS + "  - {name: strict, start_stopped: false}")
    environment = found.environment("prod")
    assert environment is not None
    settings = settings_for(found, environment, found.batches[0], found.application("strict"))
    assert settings.start_stopped is False
    assert settings_for(found, environment, None, found.application("shop")).accept == ()
    assert settings.accept == ("same_wave",)


def test_waves_and_gate_of_batch_environment_and_defaults() -> None:
    found = policy(
        "defaults: {waves: [1, 100%], gate: {max_failed: 2}}\n"
        "environments: [test, {name: prod, waves: [2], gate: {scope: application}}]\n"
        "batches: [{name: a}, {name: b, waves: [50%]}]"
    )
    assert waves_for(found, "test", "a") == (1, "100%")
    assert waves_for(found, "prod", "a") == (2,)
    assert waves_for(found, "prod", "b") == ("50%",)
    assert gate_for(found, "test") == Gate(max_failed=2)
    assert gate_for(found, "prod") == Gate("application", 2)


def test_tag_keys_of_a_provider() -> None:
    found = policy("tag_keys: {aws: {group: Patching, role: [Role, Function]}}")
    assert tag_keys_for(found, "aws") == {
        "group": ("Patching",),
        "application": ("Application", "application"),
        "role": ("Role", "Function"),
    }
    assert tag_keys_for(found, "azure_arc")["group"] == ("patch",)
    assert tag_keys_for(found, "other") == {}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the policy is true: its examples work, and it has every key, every default and every code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy import (
    read,
    read_approvals,
    read_configurations,
    read_settings,
    read_windows,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import load_policy, parse_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.problems import PolicyError
from ansible_collections.hybridops.patching.plugins.module_utils._core.refusals import CODES, HOLDABLE
from ansible_collections.hybridops.patching.plugins.module_utils._core.systems import OS_FAMILY

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
POLICIES = sorted((ROOT / "playbooks" / "examples" / "policies").glob("*.yml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_a_policy(example: str) -> None:
    assert parse_policy(example).environments


@pytest.mark.parametrize("guide", sorted((ROOT / "docs").glob("a*.md")), ids=lambda path: path.name)
def test_policies_of_the_other_guides_are_policies(guide: Path) -> None:
    for block in re.findall(r"```yaml\n(patch_policy:.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL):
        assert parse_policy(block).environments


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_every_policy_to_copy_is_a_policy(path: Path) -> None:
    assert load_policy(path).environments


def test_the_first_example_is_the_small_policy() -> None:
    small = ROOT / "playbooks" / "examples" / "policies" / "small.yml"
    assert EXAMPLES[0] == small.read_text(encoding="utf-8").removeprefix("---\n")


def test_the_error_in_the_guide_is_the_one_that_is_given() -> None:
    shown = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)[0]
    text = "---\n" + EXAMPLES[0].replace("Zurich", "Zurch").replace("week: first", "week: frist")
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "policy.yml")
    assert str(caught.value) == shown.rstrip()


def test_every_key_is_explained() -> None:
    keys = {
        *read.KEYS,
        *read_settings.SETTING_KEYS,
        *read_settings.GATE_KEYS,
        *read_windows.WINDOW_KEYS,
        *read_configurations.CONFIGURATION_KEYS,
        *read_configurations.WINDOW_OF_BATCH_KEYS,
        *read_approvals.RULE_KEYS,
        *OS_FAMILY,
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in GUIDE] == []


def test_every_code_is_in_the_table_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| ([\w ]+) \| (yes|) ?\|$", GUIDE, re.MULTILINE)
    table = {code: (what, effect, hold == "yes") for code, what, effect, hold in rows if code in CODES}
    assert table == {code.code: (code.what, code.effect, code.code in HOLDABLE) for code in CODES.values()}

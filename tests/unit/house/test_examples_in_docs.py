# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README and the guides show works: policies load, inventories parse, links lead somewhere."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(language: str) -> list[tuple[str, str]]:
    """All code blocks of a language: where they stand, and the code."""
    fence = re.compile(rf"^( *)```{language}\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in fence.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append((f"{page.name}:{line}", textwrap.dedent(match[2])))
    return found


def examples(language: str, begins: str) -> list[object]:
    """The code blocks that begin with something, as parameters named after their place."""
    return [pytest.param(code, id=place) for place, code in blocks(language) if code.startswith(begins)]


@pytest.mark.parametrize("code", examples("yaml", "patch_policy:"))
def test_a_policy_loads(code: str) -> None:
    assert parse_policy(code).batches


@pytest.mark.parametrize("code", examples("yaml", "all:"))
def test_an_inventory_puts_each_host_into_an_environment_and_a_batch(code: str, tmp_path: Path) -> None:
    file = tmp_path / "inventory.yml"
    file.write_text(code)
    inventory = InventoryManager(loader=DataLoader(), sources=[str(file)])
    hosts = inventory.get_hosts()
    assert hosts
    for host in hosts:
        groups = {group.name for group in host.get_groups()}
        assert groups & {"test", "prod"}
        assert groups & {"batch_1", "batch_2"}
        assert host.get_vars()["patch_node_id"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    missing = [target for target in targets if target and not (page.parent / target).exists()]
    assert missing == []

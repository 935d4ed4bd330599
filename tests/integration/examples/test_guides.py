# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the guides to the modules for AWS work as they stand, one after the other."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.integration.examples.play import Stage
from tests.integration.modules.tasks import ROOT

BLOCK = re.compile(r"^```yaml\n(- name:.*?)^```$", re.DOTALL | re.MULTILINE)


def tasks_of(guide: str) -> list[dict[str, Any]]:
    """All tasks that a guide shows, in their order."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return [task for block in BLOCK.findall(text) for task in yaml.safe_load(block)]


@pytest.mark.parametrize("guide", ["aws-baselines.md", "aws-windows.md"])
def test_the_tasks_of_a_guide_work(guide: str, stage: Stage) -> None:
    tasks = tasks_of(guide)
    assert tasks
    changes = [answer["changed"] for task in tasks for answer in stage.play(task)]
    assert any(changes)

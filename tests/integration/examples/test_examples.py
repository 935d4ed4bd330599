# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each example in the documentation of a module for AWS works as it stands, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.integration.examples.play import Stage
from tests.integration.modules.tasks import ROOT

RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
FOR_AWS: list[str] = RUNTIME["action_groups"]["aws"]


@pytest.mark.parametrize("module", FOR_AWS)
def test_the_examples_work(module: str, stage: Stage) -> None:
    assert stage.play_examples(module)


def test_every_module_for_aws_is_in_the_action_group() -> None:
    there = {path.stem for path in Path(ROOT / "plugins" / "modules").glob("*.py")}
    assert {name for name in there if name.startswith(("ssm_", "ec2_"))} == set(FOR_AWS)

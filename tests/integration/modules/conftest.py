# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to run modules against the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.module_utils.basic import AnsibleModule

from tests.integration.modules.in_process import Modules
from tests.integration.modules.tasks import Tasks
from tests.sandbox.client import SandboxProcess


@pytest.fixture
def tasks(sandbox: SandboxProcess, tmp_path: Path) -> Tasks:
    """Tasks against the sandbox as its fleet says."""
    return Tasks(sandbox, tmp_path)


@pytest.fixture
def modules(sandbox: SandboxProcess) -> Modules:
    """Modules called in this process, against the sandbox as its fleet says."""
    return Modules(sandbox)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of calls; in a process that also has Ansible's controller in it, they do not get into the answer."""
    found: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, warning: found.append(warning))
    return found

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox of the tests of machines, started once for a file and put back before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.sandbox.azure.nodes_kit import AzureSandbox


@pytest.fixture(scope="module")
def running() -> Iterator[AzureSandbox]:
    sandbox = AzureSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def azure(running: AzureSandbox) -> AzureSandbox:
    running.reset()
    return running

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sandbox for the tests of a file, as new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.sandbox.wire.sandbox_kit import Sandbox


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    """A sandbox that serves."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def sandbox(started: Sandbox) -> Sandbox:
    """The sandbox, as the fleet describes it."""
    started.reset()
    return started

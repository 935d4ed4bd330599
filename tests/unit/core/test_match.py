# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes a match fits."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.match import Match
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node

WEB = Node(
    "i-1",
    "web01",
    "aws",
    "222222222222",
    "eu-central-1",
    "linux",
    "redhat",
    application="shop",
    labels={"role": "app", "cluster": "c1"},
)


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"os_family": "linux"}, True),
        ({"os_family": "LINUX"}, True),
        ({"os_family": "windows"}, False),
        ({"name": "web*"}, True),
        ({"name": "Web*"}, False),
        ({"name": "web?"}, False),
        ({"name": ("db*", "web*")}, True),
        ({"role": "app", "os": "redhat"}, True),
        ({"role": "app", "os": "suse"}, False),
        ({"role": "*"}, True),
        ({"tier": "*"}, False),
        ({"application": "shop", "account": "2222*", "provider": "aws", "region": "EU-central-1"}, True),
        ({"cluster": "C1"}, False),
    ],
)
def test_fits(conditions: Any, fits: bool) -> None:
    assert Match.of(conditions).fits(WEB) is fits


def test_labels_may_be_given_and_a_node_without_name_goes_by_its_id() -> None:
    assert Match.of({"tier": "gold"}).fits(WEB, {"tier": "gold"})
    assert not Match.of({"role": "app"}).fits(WEB, {})
    assert Match.of({"name": "i-*"}).fits(Node("i-9"))


def test_says_what_it_asks_and_what_does_not_fit() -> None:
    match = Match.of({"role": ("db", "dba"), "os_family": "linux"})
    assert str(match) == "role: db or dba, os_family: linux"
    assert str(Match()) == "every node"
    assert match.unfitting(WEB) == ("role",)

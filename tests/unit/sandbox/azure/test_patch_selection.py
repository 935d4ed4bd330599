# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patches an installation takes, by what it asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.azure.patching.catalogue import available_patches
from tests.sandbox.azure.patching.selection import Chosen, Selection, SelectionError, choose
from tests.sandbox.machines import Machine
from tests.unit.sandbox.machines.machine_kit import one_machine

LINUX: list[dict[str, Any]] = [
    {"package": "openssl", "version": "1:3.0-1", "released": "-60d"},
    {"package": "openssl", "version": "1:3.0-2"},
    {"package": "kernel", "version": "5-1", "reboot": True, "depends": ["linux-firmware.noarch"]},
    {"package": "linux-firmware", "version": "2-1", "arch": "noarch", "classification": "Bugfix"},
    {"package": "vim", "version": "9-1", "classification": "Enhancement"},
]
WINDOWS: list[dict[str, Any]] = [
    {"id": "KB100", "classification": "SecurityUpdates", "reboot": True, "released": "-33d"},
    {"id": "KB200", "classification": "CriticalUpdates", "released": "-10d"},
    {"id": "KB300", "classification": "UpdateRollups"},
    {"id": "KB400", "classification": "DefinitionUpdates"},
    {"id": "KB500", "classification": "Drivers"},
    {"id": "KB50", "classification": "SecurityUpdates", "released": "-90d", "supersedes": []},
]
ALL_LINUX = {"openssl.x86_64", "kernel.x86_64", "linux-firmware.noarch", "vim.x86_64"}


def linux(os: str = "redhat") -> Machine:
    return one_machine(os, LINUX)


def names(chosen: Chosen) -> tuple[set[str], set[str], set[str]]:
    """Selected, excluded, not selected: KB numbers or names."""
    parts = (chosen.selected, chosen.excluded, chosen.not_selected)
    selected, excluded, left = ({item.kb_id or item.name for item in part} for part in parts)
    return selected, excluded, left


def test_only_the_newest_version_of_a_package_is_offered() -> None:
    offered = {item.name: item for item in available_patches(linux())}
    assert offered.keys() == ALL_LINUX
    assert (offered["openssl.x86_64"].version, offered["vim.x86_64"].version) == ("1:3.0-2", "9-1")
    assert {item.classification for item in offered.values()} == {"Security", "Other"}
    assert all(item.published is None and item.kb_id == "" for item in offered.values())


def test_names_have_no_architecture_where_the_package_manager_prints_none() -> None:
    assert {item.name for item in available_patches(one_machine("suse", LINUX[:2]))} == {"openssl"}
    apt: list[dict[str, Any]] = [{"package": "openssl", "version": "3.0-1", "repository": "jammy-security"}]
    assert [(i.name, i.version) for i in available_patches(one_machine("ubuntu", apt))] == [("openssl", "3.0-1")]


def test_windows_names_its_categories_in_the_apis_words() -> None:
    offered = {item.kb_id: item for item in available_patches(one_machine("windows", WINDOWS))}
    kinds = {number: item.classification for number, item in offered.items()}
    assert kinds["100"] == "Security"
    assert kinds["200"] == "Critical"
    assert kinds["300"] == "UpdateRollUp"
    assert kinds["400"] == "Definition"
    assert kinds["500"] == "Updates"
    assert offered["100"].reboot_behavior == "CanRequestReboot"
    assert offered["200"].reboot_behavior == "NeverReboots"
    assert offered["200"].published is not None


@pytest.mark.parametrize(
    ("selection", "selected", "excluded"),
    [
        ({}, ALL_LINUX, set()),
        ({"classifications": ("Security",)}, {"openssl.x86_64", "kernel.x86_64"}, set()),
        ({"classifications": ("Critical",)}, {"openssl.x86_64", "kernel.x86_64"}, set()),
        ({"classifications": ("Other",)}, {"linux-firmware.noarch", "vim.x86_64"}, set()),
        ({"classifications": ("Critical", "Security", "Other")}, ALL_LINUX, set()),
        ({"include": ("vim",)}, {"vim.x86_64"}, set()),
        ({"include": ("vi*",), "classifications": ("Security",)}, ALL_LINUX - {"linux-firmware.noarch"}, set()),
        ({"include": ("openssl=1:3.0-2",)}, {"openssl.x86_64"}, set()),
        ({"include": ("openssl_1:3.0-2",)}, {"openssl.x86_64"}, set()),
        ({"include": ("openssl=9*",)}, set(), set()),
        ({"exclude": ("openssl*",)}, ALL_LINUX - {"openssl.x86_64"}, {"openssl.x86_64"}),
        ({"exclude": ("openssl=0.1",)}, ALL_LINUX - {"openssl.x86_64"}, {"openssl.x86_64"}),
        ({"include": ("vim",), "exclude": ("vim.x86_64",)}, set(), {"vim.x86_64"}),
        (
            {"classifications": ("Security",), "exclude": ("linux-firmware",)},
            {"openssl.x86_64"},
            {"kernel.x86_64"},
        ),
    ],
)
def test_choosing_on_linux(selection: dict[str, Any], selected: set[str], excluded: set[str]) -> None:
    chosen = names(choose(linux(), Selection(**selection)))
    assert chosen == (selected, excluded, ALL_LINUX - selected - excluded)


def test_an_include_can_name_an_older_version() -> None:
    chosen = choose(linux(), Selection(include=("openssl=1:3.0-1",)))
    assert [(item.name, item.version) for item in chosen.selected] == [("openssl.x86_64", "1:3.0-1")]


@pytest.mark.parametrize("both", [("Other", "Security"), ("Critical", "Other")])
def test_classifications_that_the_extension_cannot_tell_apart(both: tuple[str, str]) -> None:
    with pytest.raises(SelectionError, match="Invalid classification combination"):
        choose(linux(), Selection(classifications=both))


@pytest.mark.parametrize(
    ("selection", "selected", "excluded"),
    [
        ({}, {"100", "200", "300", "400", "500", "50"}, set()),
        ({"classifications": ("Security", "Critical")}, {"100", "200", "50"}, set()),
        ({"include": ("KB300",)}, {"300"}, set()),
        ({"include": ("300",), "classifications": ("Critical",)}, {"200", "300"}, set()),
        ({"classifications": ("Security",), "exclude": ("kb100",)}, {"50"}, {"100"}),
        ({"classifications": ("Security",), "exclude_rebooting": True}, {"50"}, {"100"}),
        ({"include": ("100",), "exclude": ("100",)}, set(), {"100"}),
        ({"name_include": ("*KB400*",)}, {"400"}, set()),
        ({"classifications": ("Definition",), "name_exclude": ("*KB400*",)}, set(), {"400"}),
    ],
)
def test_choosing_on_windows(selection: dict[str, Any], selected: set[str], excluded: set[str]) -> None:
    machine = one_machine("windows", WINDOWS)
    got = names(choose(machine, Selection(**selection)))
    assert got[:2] == (selected, excluded)


def test_patches_published_later_are_left_out_on_windows() -> None:
    machine = one_machine("windows", WINDOWS)
    until = machine.clock.now() - timedelta(days=20)
    selected, _excluded, left = names(choose(machine, Selection(published_until=until)))
    assert selected == {"100", "300", "400", "500", "50"}
    assert left == {"200"}

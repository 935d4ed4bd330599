# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that is shown can be given: its options, playbooks, files and variables exist. So do names in texts."""

from __future__ import annotations

import json
import re
import shlex
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.cli.inventory import InventoryCLI
from ansible.cli.playbook import PlaybookCLI
from ansible_collections.hybridops.patching.plugins.module_utils._core.inventory import VARIABLES
from ansible_collections.hybridops.patching.plugins.module_utils._ledger.schema import tables

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "roles").glob("*/README.md")])
PLAYS = sorted((ROOT / "playbooks").rglob("*.yml"))
FENCE = re.compile(r"^ *```(?:sh|shell|console)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"^#   (ansible-.*)$", re.MULTILINE)


def lines(text: str) -> Iterator[str]:
    """The commands of a block: continued lines joined, prompts and what follows ``#`` or ``…`` left out."""
    for line in text.replace("\\\n", " ").splitlines():
        yield re.sub(r"\s(?:#.*|…)$", "", line.strip().removeprefix("$ "))


def shown(program: str) -> list[Any]:
    """The commands that call a program, as parameters named after the page."""
    found = [(page, command) for page in PAGES for block in FENCE.findall(page.read_text()) for command in lines(block)]
    found += [(play, command) for play in PLAYS for command in COMMENT.findall(play.read_text())]
    wanted = [(page, command) for page, command in found if command.split(" ")[0] == program]
    return [pytest.param(command, id=f"{page.name}-{number}") for number, (page, command) in enumerate(wanted)]


def options_of(role: str) -> dict[str, Any]:
    """The variables that a role documents."""
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name: option for entry in specs.values() for name, option in entry["options"].items()}


def variables(arguments: Namespace) -> set[str]:
    """Names of the extra variables of a command."""
    names: set[str] = set()
    for text in arguments.extra_vars:
        names.update(json.loads(text) if text.startswith("{") else [text.partition("=")[0]])
    return names


def parse(cli: type[PlaybookCLI | InventoryCLI], command: str) -> Namespace:
    """The command as Ansible's own parser understands it; what may be left out stands in brackets."""
    words = [word.strip("[]") if word.startswith("[-") else word for word in shlex.split(command)]
    tool = cli(words)
    tool.init_parser()
    arguments: Namespace = tool.parser.parse_args(words[1:])
    return arguments


def missing_files(arguments: Namespace) -> list[str]:
    """Files below playbooks/ that a command names and that are not there."""
    named = [*(arguments.inventory or ()), *(text.partition("=")[2] for text in arguments.extra_vars)]
    return [name for name in named if name.startswith("playbooks/") and not (ROOT / name).exists()]


@pytest.mark.parametrize("command", shown("ansible-playbook"))
def test_a_playbook_can_be_called_like_this(command: str) -> None:
    arguments = parse(PlaybookCLI, command)
    for name in arguments.args:
        playbook = name.removeprefix("hybridops.patching.").removeprefix("playbooks/").removesuffix(".yml")
        assert (ROOT / "playbooks" / f"{playbook}.yml").exists()
        assert name in (f"hybridops.patching.{playbook}", f"playbooks/{playbook}.yml")
    roles = ("patch", "aws_patch_policy", "node_agent", "self_service")
    assert variables(arguments) <= set().union(*(options_of(role) for role in roles))
    assert missing_files(arguments) == []


@pytest.mark.parametrize("command", shown("ansible-inventory"))
def test_an_inventory_can_be_asked_like_this(command: str) -> None:
    assert parse(InventoryCLI, command).inventory


@pytest.mark.parametrize("command", shown("make"))
def test_make_has_the_target(command: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {word for word in shlex.split(command)[1:] if "=" not in word} <= targets


def known_names() -> set[str]:
    """Everything of the collection whose name begins with ``patch_``."""
    plugins = {file.stem for kind in ("modules", "action", "filter") for file in (ROOT / "plugins" / kind).iterdir()}
    playbooks = {file.stem for file in PLAYS}
    of_hosts = {*VARIABLES, "patch_labels", "patch_batch"}
    options = {*options_of("patch"), *options_of("self_service")}
    return {*options, *plugins, *playbooks, *of_hosts, *tables().metadata.tables}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name}")
def test_names_of_the_collection_are_those_that_it_has(page: Path) -> None:
    named = set(re.findall(r"`(patch_[a-z_]+)`", page.read_text()))
    groups = {name for name in named if re.fullmatch(r"patch_(test|prod|lab)_.*", name)}
    assert named - groups - known_names() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name}")
def test_files_that_texts_name_are_there(page: Path) -> None:
    named = set(
        re.findall(r"`((?:playbooks|roles|plugins|tests|meta|tools|changelogs|extensions)/[\w./-]+)`", page.read_text())
    )
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name}")
def test_tasks_are_tasks(page: Path) -> None:
    for block in re.findall(r"^```yaml\n(- name:.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        for task in yaml.safe_load(block):
            assert [key for key in task if key.count(".") == 2], task["name"]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch groups are formed and read back, also when names hold the separator."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.names import (
    GroupName,
    GroupParser,
    check_group_format,
    format_group,
)
from hypothesis import given
from hypothesis import strategies as st

FORMAT = "patch_{environment}_{slot}_{batch}"
KNOWN = {"environment": ["test", "prod", "prod_eu"], "slot": ["0600", "2200"], "batch": ["batch_1", "batch_2"]}
NAME = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,9}", fullmatch=True)


def test_forms_and_reads_the_example_of_the_field() -> None:
    assert format_group(FORMAT, "prod", "0600", "batch_2") == "patch_prod_0600_batch_2"
    assert GroupParser(FORMAT, KNOWN).parse("patch_prod_0600_batch_2") == GroupName("prod", "0600", "batch_2")


@pytest.mark.parametrize(
    "group",
    [
        "patch_prod_0700_batch_1",
        "patch_prod_0600_batch_11",
        "xpatch_prod_0600_batch_1",
        "patch_prod_0600_batch_1\n",
        "patch_PROD_0600_batch_1",
        "manual",
        "",
    ],
)
def test_does_not_read_what_it_would_not_form(group: str) -> None:
    assert GroupParser(FORMAT, KNOWN).parse(group) is None


def test_a_name_with_the_separator_is_told_apart() -> None:
    parser = GroupParser(FORMAT, KNOWN)
    assert parser.parse("patch_prod_eu_0600_batch_1") == GroupName("prod_eu", "0600", "batch_1")
    guess = parser.guess("patch_prod_eu_0700_batch_1")
    assert guess is not None
    assert guess.environment == "prod_eu"


def test_guesses_only_what_has_the_form() -> None:
    parser = GroupParser(FORMAT, KNOWN)
    assert parser.guess("patch_lab_0600_batch_1") == GroupName("lab", "0600", "batch_1")
    assert parser.guess("manual") is None


@given(
    names=st.fixed_dictionaries({part: st.lists(NAME, min_size=1, max_size=4) for part in KNOWN}),
    group_format=st.sampled_from([FORMAT, "{environment}.{batch}", "{batch}/{slot}/{environment}"]),
)
def test_what_is_formed_forms_again_from_what_is_read(names: dict[str, list[str]], group_format: str) -> None:
    parser = GroupParser(group_format, names)
    for environment in names["environment"]:
        group = format_group(group_format, environment, names["slot"][0], names["batch"][0])
        read = parser.parse(group)
        assert read is not None
        assert format_group(group_format, read.environment, read.slot or names["slot"][0], read.batch) == group


@pytest.mark.parametrize(
    ("group_format", "wrong"),
    [
        ("patch_{environment}_{slot}", "lacks {batch}"),
        ("patch_{batch}", "lacks {environment}"),
        ("{environment}_{batch}_{wave}", "placeholder {wave}"),
        ("{environment}_{batch!r}", "placeholder {batch}"),
        ("{environment}_{batch:>9}", "placeholder {batch}"),
        ("{environment}{batch}", "no text before {batch}"),
        ("{environment}_{batch}_{batch}", "twice"),
        ("{environment_{batch}", "is no format"),
        ("{}_{batch}", "placeholder {}"),
    ],
)
def test_a_format_that_could_not_be_read_back_is_refused(group_format: str, wrong: str) -> None:
    assert wrong in check_group_format(group_format)
    with pytest.raises(InputError):
        GroupParser(group_format, KNOWN)


def test_good_formats_are_accepted() -> None:
    for group_format in (FORMAT, "{environment}-{batch}", "p:{batch}:{environment}:{slot}:x"):
        assert check_group_format(group_format) == ""

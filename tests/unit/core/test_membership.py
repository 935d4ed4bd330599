# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines belong to which schedules, and what changes on them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.membership import (
    MATCHED,
    NOT_CONNECTED,
    UNKNOWN_OS,
    UNMATCHED,
    UNTAGGED,
    Decision,
    Member,
    Rules,
    Schedule,
    decide,
    has_token,
    merged,
    name_fits,
    token_of,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.membership_plan import (
    members_by_schedule,
    plan_names,
    plan_queries,
    several,
    twins,
)
from hypothesis import given
from hypothesis import strategies as st

LINUX, WINDOWS = frozenset({"linux"}), frozenset({"windows"})
WORDS = st.text(alphabet="abw019", min_size=1, max_size=3)
NOBODY = {"function_alias": "nobody", "workspace_id": "/w"}
OTHER = {"function_alias": "other", "workspace_id": "/w"}
DELIMITERS = st.sampled_from(["-", "_", " ", ".", "--"])


def member(name: str = "web01", tag: str = "w1", os_family: str = "linux", **changes: Any) -> Member:
    return Member(**{"id": f"/m/{name}", "name": name, "computer": name, "os_family": os_family, "tag": tag} | changes)


def schedule(name: str, os_families: frozenset[str] = LINUX) -> Schedule:
    return Schedule(f"/s/{name}", name, os_families)


class TestTokens:
    @pytest.mark.parametrize(
        ("name", "tag"),
        [
            ("w1", "w1"),
            ("prod-w1-linux", "w1"),
            ("PROD_W1_LINUX", "w1"),
            ("Linux W1", "W1"),
            ("prod-sat-03-00", "sat:03:00"),
            ("(w1)", "w1"),
            ("w11-and-w1", "w1"),
            ("x-w1.5-y", "w1"),
            ("a-w+1-b", "w+1"),
            ("prod-w1", " w1 "),
            ("prod-w1", ":w1:"),
        ],
    )
    def test_a_tag_stands_in_a_name(self, name: str, tag: str) -> None:
        assert has_token(name, tag)

    @pytest.mark.parametrize(
        ("name", "tag"),
        [
            ("prod-w11-linux", "w1"),
            ("prod-1w1", "w1"),
            ("prod-w1a", "w1"),
            ("prod-éw1", "w1"),
            ("prod-w-1", "w1"),
            ("prod-sat_03_00", "sat:03:00"),
            ("prod", ""),
            ("prod-", ":"),
            ("prod-www-b", "w+"),
        ],
    )
    def test_a_tag_does_not_stand_in_a_name(self, name: str, tag: str) -> None:
        assert not has_token(name, tag)

    @given(words=st.lists(WORDS, min_size=1, max_size=5), delimiter=DELIMITERS, tag=WORDS)
    def test_a_word_is_in_a_name_when_it_is_one_of_its_words(self, words: list[str], delimiter: str, tag: str) -> None:
        assert has_token(delimiter.join(words), tag) == (tag in words)

    @given(
        before=st.lists(WORDS, max_size=3),
        parts=st.lists(WORDS, min_size=1, max_size=3),
        after=st.lists(WORDS, max_size=3),
    )
    def test_a_tag_of_several_words_is_found_among_others(
        self, before: list[str], parts: list[str], after: list[str]
    ) -> None:
        assert has_token("-".join([*before, *parts, *after]), ":".join(parts))

    @given(name=st.text(max_size=20), tag=st.text(max_size=6))
    def test_it_is_the_same_in_whatever_case_and_never_more_than_a_substring(self, name: str, tag: str) -> None:
        found = has_token(name, tag)
        assert found == has_token(name.casefold(), tag.casefold())
        assert not found or token_of(tag) in name.casefold()

    @given(word=WORDS, beside=st.sampled_from("az09éß"))
    def test_a_letter_or_digit_beside_it_makes_it_another_word(self, word: str, beside: str) -> None:
        assert not has_token(word + beside, word)


class TestPatterns:
    @pytest.mark.parametrize("name", ["MANUAL-w1", "w1-manual", "x-ManualRun"])
    def test_a_word_is_found_anywhere_in_whatever_case(self, name: str) -> None:
        assert name_fits("MANUAL", name)

    def test_a_pattern_fits_the_whole_name(self) -> None:
        assert name_fits("manual*", "MANUAL-w1")
        assert not name_fits("manual*", "x-manual-w1")

    def test_only_and_ignored(self) -> None:
        rules = Rules(only=("prod-*",), ignored=("MANUAL",))
        assert [rules.concerns(name) for name in ("Prod-w1", "prod-manual", "test-w1")] == [True, False, False]


class TestDecisions:
    def test_tag_and_operating_system_decide(self) -> None:
        schedules = [schedule("w1-linux"), schedule("w1-windows", WINDOWS), schedule("w11-linux")]
        machines = [member("a"), member("b", os_family="windows"), member("c", tag="w11")]
        decisions = decide(Rules(), machines, schedules)
        assert [decision.schedules for decision in decisions] == [
            ("/s/w1-linux",),
            ("/s/w1-windows",),
            ("/s/w11-linux",),
        ]
        assert {decision.reason for decision in decisions} == {MATCHED}

    def test_what_is_ignored_gets_nobody(self) -> None:
        (decision,) = decide(Rules(ignored=("MANUAL",)), [member()], [schedule("w1-MANUAL")])
        assert (decision.schedules, decision.reason) == ((), UNMATCHED)

    @pytest.mark.parametrize(
        ("machine", "reason"),
        [
            (member(connected=False), NOT_CONNECTED),
            (member(connected=False, tag=""), NOT_CONNECTED),
            (member(tag=""), UNTAGGED),
            (member(tag=" : "), UNTAGGED),
            (member(os_family=""), UNKNOWN_OS),
            (member(tag="w2"), UNMATCHED),
            (member(os_family="windows"), UNMATCHED),
        ],
    )
    def test_why_a_machine_is_on_none(self, machine: Member, reason: str) -> None:
        (decision,) = decide(Rules(), [machine], [schedule("w1", LINUX), schedule("any", frozenset({"linux", ""}))])
        assert (decision.schedules, decision.reason) == ((), reason)

    def test_a_mapping_names_the_schedules(self) -> None:
        rules = Rules({"gold": ["Nightly", "weekly"], "w1": []})
        schedules = [schedule("nightly"), schedule("Weekly"), schedule("w1")]
        machines = [member("a", "gold"), member("b", "Gold"), member("c", "w1")]
        assert [decision.schedules for decision in decide(rules, machines, schedules)] == [
            ("/s/nightly", "/s/Weekly"),
            (),
            (),
        ], "a tag's value is not the same in another case, a name is"
        assert rules.unknown_names(["NIGHTLY"]) == ["weekly"]

    def test_a_machine_of_several_places_is_decided_once(self) -> None:
        here, there = member(), member(connected=False)
        decisions = [
            Decision(there, (), NOT_CONNECTED),
            Decision(here, ("/s/1",), MATCHED),
            Decision(here, ("/s/2", "/s/1"), MATCHED),
            Decision(member("b", connected=False), (), NOT_CONNECTED),
            Decision(member("b"), (), UNMATCHED),
        ]
        first, second = merged(decisions)
        assert (first.member, first.schedules, first.reason) == (here, ("/s/1", "/s/2"), MATCHED)
        assert second.reason == UNMATCHED
        assert several([first, second]) == [first]

    def test_machines_by_schedule(self) -> None:
        decisions = decide(Rules(), [member("a"), member("b"), member("c", "w2")], [schedule("w1"), schedule("w3")])
        assert {name: [one.name for one in found] for name, found in members_by_schedule(decisions).items()} == {
            "/s/w1": ["a", "b"]
        }

    def test_twins_are_found_by_what_schedules_call_them(self) -> None:
        one, other = member("a", computer="WEB01"), member("b", computer="web01")
        assert twins([one, other, member("c"), one]) == {"WEB01": [one, other]}


class TestNames:
    def test_who_joins_and_who_leaves(self) -> None:
        change = plan_names(["c", "gone", "A"], ["b", "a", "c"])
        assert change.names == ("c", "A", "b")
        assert (change.joined, change.left) == (("b",), ("gone",))

    @given(st.lists(WORDS), st.lists(WORDS))
    def test_exactly_the_wanted_are_there_afterwards(self, current: list[str], wanted: list[str]) -> None:
        change = plan_names(current, wanted)
        assert set(change.names) == set(wanted)
        assert len(change.names) == len(set(wanted))
        assert change.changed == (set(current) != set(wanted))
        assert not plan_names(change.names, wanted).changed

    @given(st.lists(WORDS))
    def test_order_and_case_are_no_difference(self, names: list[str]) -> None:
        change = plan_names([name.upper() for name in reversed(names)], names)
        assert not change.changed
        assert {name.upper() for name in names} == set(change.names)


class TestPlaceholder:
    def test_it_stands_where_nothing_else_does(self) -> None:
        assert plan_queries([], NOBODY, empty=True) == [NOBODY]
        assert plan_queries([], NOBODY, empty=False) == []
        assert plan_queries([OTHER], NOBODY, empty=True) == [OTHER]

    def test_it_goes_when_machines_come_and_nothing_else_goes(self) -> None:
        assert plan_queries([NOBODY, OTHER], NOBODY, empty=False) == [OTHER]
        assert plan_queries([NOBODY], NOBODY, empty=False) == []

    def test_one_that_stands_in_another_workspace_stays(self) -> None:
        elsewhere = {"function_alias": "nobody", "workspace_id": "/elsewhere"}
        assert plan_queries([elsewhere], NOBODY, empty=True) == [elsewhere]

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact lists: the document that nodes read, what each node gets, and that a run never changes its mind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._aws.commands import CommandSpec
from ansible_collections.hybridops.patching.plugins.module_utils._aws.list_bucket import ListBucket, list_bucket
from ansible_collections.hybridops.patching.plugins.module_utils._aws.list_planner import ListPlanner
from ansible_collections.hybridops.patching.plugins.module_utils._aws.missing_patches import (
    SCAN_FIRST,
    MissingPatch,
    MissingPatches,
    missing_patches,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.override_list import (
    Entry,
    OverrideList,
    included_entries,
    missing_entry,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_lists import (
    ListChoice,
    decide_included,
    decide_omitted,
    judge_unmatched,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    InputError,
    PatchingError,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.scopes import MemoryScope
from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, refusal

A, B, C = (f"i-0000000000000000{letter}" for letter in "abc")
NOW = datetime(2026, 11, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNSCANNED = f"it has not reported; {SCAN_FIRST}"
BUCKET = ListBucket("lists-{account}", "p", "")
KIND = "patch_install"
SPEC = CommandSpec("AWS-RunPatchBaseline", {"Operation": ["Install"]})


def node(node_id: str, os_family: str = "linux", **more: Any) -> Node:
    return Node(node_id=node_id, provider="aws", account=ACCOUNT, region=REGION, os_family=os_family, **more)


def package(name: str, version: str = "0:1-1") -> MissingPatch:
    return MissingPatch(f"{name}.x86_64", f"{name}.x86_64:{version}")


def omit(*names: str, **more: Any) -> ListChoice:
    return ListChoice(BUCKET, omit=names, **more)


_NAMES = st.text("abcdefghij'\"#:&*!|>%@`-+.é ", min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()) or "x"
)
_ENTRIES = st.builds(Entry, _NAMES, st.one_of(st.just(""), _NAMES))


class TestDocument:
    @given(st.lists(_ENTRIES, max_size=20))
    def test_any_yaml_parser_reads_what_was_meant(self, entries: list[Entry]) -> None:
        read = yaml.safe_load(OverrideList.of(entries).text)["patches"] or []
        assert {Entry(one["id"], one.get("title", "")) for one in read} == set(entries)

    @given(st.lists(_ENTRIES, min_size=1, max_size=20), st.randoms())
    def test_order_and_repetition_make_no_other_list(self, entries: list[Entry], random: Any) -> None:
        shuffled = entries * 2
        random.shuffle(shuffled)
        assert OverrideList.of(shuffled).sha256 == OverrideList.of(entries).sha256

    def test_the_layout_is_that_of_the_user_guide(self) -> None:
        text = OverrideList.of([Entry("KB1234567"), Entry("bind.x86_64", "bind.x86_64:32:9.8-1")]).text
        assert text == (
            "patches:\n    -\n        id: 'KB1234567'\n    -\n        id: 'bind.x86_64'\n"
            "        title: 'bind.x86_64:32:9.8-1'\n"
        )

    def test_a_package_is_pinned_to_its_version_and_a_kb_is_not_told_apart_by_its_title(self) -> None:
        assert missing_entry("bind.x86_64", "bind.x86_64:32:9.8-1") == Entry("bind.x86_64", "bind.x86_64:32:9.8-1")
        assert missing_entry("KB1234567", "2026-10 for x64 (KB1234567)") == Entry("KB1234567")
        assert missing_entry("bind.x86_64", "something else") == Entry("bind.x86_64")


class TestIncluded:
    @pytest.mark.parametrize(
        ("name", "family", "entries"),
        [
            ("5044281", "windows", [("KB5044281", "")]),
            ("kb5044281", "windows", [("KB5044281", "")]),
            ("ms17-010", "windows", [("MS17-010", "")]),
            ("bind", "linux", [("bind", "")]),
            ("bind*.x86_64", "linux", [("bind*.x86_64", "")]),
            ("bind.x86_64:32:9.8-1", "linux", [("bind.x86_64", "bind.x86_64:32:9.8-1")]),
            ("bind-32:9.8-1.el9.x86_64", "linux", [("bind.x86_64", "bind.x86_64:32:9.8-1.el9")]),
            ("a-9.8-1.noarch", "linux", [("a.noarch", "a.noarch:9.8-1"), ("a.noarch", "a.noarch:*:9.8-1")]),
            ("java-1.8.0-openjdk.x86_64", "linux", [("java-1.8.0-openjdk.x86_64", "")]),
            ("python3-3to2.noarch", "linux", [("python3-3to2.noarch", "")]),
        ],
    )  # fmt: skip
    def test_each_form_is_the_entry_that_the_service_takes(
        self, name: str, family: str, entries: list[tuple[str, str]]
    ) -> None:
        found = included_entries("include_patches", [name])
        assert found[family] == [Entry(*entry) for entry in entries]
        assert found["linux" if family == "windows" else "windows"] == []

    @pytest.mark.parametrize("name", ["", "a b", "CVE-2026-1", "RHSA-2026:1", "ALAS2-2026-1", "USN-1-1"])
    def test_what_a_list_cannot_name_is_refused(self, name: str) -> None:
        with pytest.raises(InputError, match="include_patches"):
            included_entries("include_patches", [name])

    def test_nodes_get_what_is_for_their_family(self) -> None:
        choice = ListChoice(BUCKET, include=included_entries("include_patches", ["bind"]))
        nodes = [node(A), node(B, "windows"), node(C, ""), node("i-0000000000000000d", "")]
        decided = decide_included(nodes, {C: "linux"}, choice)
        assert list(decided.lists) == [A, C]
        assert (list(decided.skipped), list(decided.refused)) == ([B], ["i-0000000000000000d"])


class TestOmitted:
    def test_the_rest_of_each_node(self) -> None:
        missing = MissingPatches({A: [package("kernel"), package("bind")], B: [package("kernel")], C: []}, {})
        decided = decide_omitted([node(A), node(B), node(C)], missing, omit("kernel"))
        assert [entry.id for entry in decided.lists[A].entries] == ["bind.x86_64"]
        assert decided.skipped[B].startswith("all patches")
        assert decided.skipped[C] == "no patch is missing on it"

    def test_a_cve_names_what_mends_it(self) -> None:
        missing = MissingPatches({A: [MissingPatch("bind.x86_64", cves=("CVE-2026-1",)), package("kernel")]})
        assert [e.id for e in decide_omitted([node(A)], missing, omit("cve-2026-1")).lists[A].entries] == [
            "kernel.x86_64"
        ]

    def test_a_name_that_means_nothing_is_refused_and_tells_how_many_were_silent(self) -> None:
        said = self.refusal([node(A), node(B)], MissingPatches({A: [package("kernel")]}, {B: UNSCANNED}), "kernal")
        assert said.startswith(
            "1 of 2 nodes has reported no scan within 1 day: scan them first (operation=Scan). omit_"
        )
        assert "['kernal'] cannot be used" in said
        said = self.refusal([node(A), node(B)], MissingPatches({}, {A: UNSCANNED, B: UNSCANNED}), "kernel")
        assert said == "2 of 2 nodes have reported no scan within 1 day: scan them first (operation=Scan)"
        said = self.refusal([node(A), node(B)], MissingPatches({A: []}, {B: "Could not read it: denied"}), "kernel")
        assert said.startswith(
            "of 1 of 2 nodes it is not known what they lack: Could not read it: denied. omit_patches"
        )

    def refusal(self, nodes: list[Node], missing: MissingPatches, *names: str) -> str:
        """Why these names are refused; when told to go on they are kept as doubtful."""
        for going in (omit(*names, tolerant=True), omit(*names, predicting=True)):
            decided = decide_omitted(nodes, missing, going)
            judge_unmatched(decided, nodes, {}, going)
            assert decided.unmatched == list(names)
        decided = decide_omitted(nodes, missing, omit(*names))
        with pytest.raises(PatchingError) as caught:
            judge_unmatched(decided, nodes, {}, omit(*names))
        return str(caught.value)

    @pytest.mark.parametrize(
        ("families", "name", "doubtful"),
        [
            ("linux", "KB5044281", False),
            ("linux", "5044281", False),
            ("linux", "kb504*", False),
            ("linux", "MS17-010", False),
            ("linux", "kernal*", True),
            ("linux", "KBX5044281", True),
            ("linux", "*", True),
            ("windows", "kernel*", False),
            ("windows", "openssl.x86_64", False),
            ("windows", "java-1.8.0-openjdk", False),
            ("windows", "KB5044282", True),
            ("windows", "kb50442b1", True),
            ("windows", "bk5044281", True),
            ("windows", "Cumulative*", True),
            ("windows", "CVE-2026-1", True),
            ("linux windows", "KB5044281", True),
            ("linux windows", "kernal", True),
            ("linux ", "KB5044281", True),
        ],
    )  # fmt: skip
    def test_a_name_of_another_system_is_no_typo(self, families: str, name: str, doubtful: bool) -> None:
        known = families.split(" ")
        nodes = [node(f"i-0000000000000000{number}", "") for number in range(len(known))]
        told = {one.node_id: family for one, family in zip(nodes, known, strict=True)}
        choice = omit(name, tolerant=True)
        decided = decide_omitted(nodes, MissingPatches({one.node_id: [] for one in nodes}), choice)
        judge_unmatched(decided, nodes, told, choice)
        assert (decided.unmatched, decided.doubtful) == ([name], [name] if doubtful else [])

    def test_a_prediction_takes_a_silent_node_for_one_that_will_tell(self) -> None:
        missing = MissingPatches({}, {A: "unknown"})
        decided = decide_omitted([node(A)], missing, omit("kernel", predicting=True))
        assert (decided.undecided, decided.refused) == ([A], {})

    @given(
        st.dictionaries(st.sampled_from([A, B, C]), st.sets(st.sampled_from("abcdefgh"), max_size=8)),
        st.sets(st.sampled_from("abcdefgh")),
    )
    def test_nothing_that_was_left_out_is_on_any_list_and_nothing_else_is_lost(
        self, lacking: dict[str, set[str]], names: set[str]
    ) -> None:
        missing = MissingPatches(
            {node_id: [package(name) for name in sorted(found)] for node_id, found in lacking.items()}
        )
        decided = decide_omitted([node(one) for one in lacking], missing, omit(*sorted(names), tolerant=True))
        for node_id, found in lacking.items():
            listed = {entry.id for entry in decided.lists[node_id].entries} if node_id in decided.lists else set()
            assert listed == {f"{name}.x86_64" for name in found - names}
            assert (node_id in decided.skipped) is not bool(listed)
        assert set(decided.unmatched) == names - set().union(*lacking.values())


def state(node_id: str, ended: datetime | None = NOW, missing: int = 1, failed: int = 0) -> dict[str, Any]:
    return {
        "InstanceId": node_id, "PatchGroup": "g", "BaselineId": "pb-0123456789abcdef0", "Operation": "Scan",
        "OperationStartTime": NOW, "OperationEndTime": ended or datetime(1970, 1, 1, tzinfo=UTC),
        "MissingCount": missing, "FailedCount": failed,
    }  # fmt: skip


class TestMissing:
    def read(self, *calls: Any, ids: tuple[str, ...] = (A,), max_age: timedelta = DAY) -> MissingPatches:
        wire = Wire(list(calls))
        found = missing_patches(wire.connection(), ids, max_age, NOW)
        wire.finish()
        return found

    def patches(self, node_id: str, *patches: dict[str, Any]) -> Call:
        known = [
            {"Title": "", "Classification": "S", "Severity": "C", "InstalledTime": NOW, "State": "MISSING", **one}
            for one in patches
        ]
        asked = {
            "InstanceId": node_id, "MaxResults": 100, "Filters": [{"Key": "State", "Values": ["Missing", "Failed"]}],
        }  # fmt: skip
        return Call("describe_instance_patches", asked, {"Patches": known})

    def states(self, *states: dict[str, Any]) -> Call:
        return Call("describe_instance_patch_states", None, {"InstancePatchStates": list(states)})

    def test_missing_and_failed_patches_with_what_they_mend(self) -> None:
        patch = {"KBId": "a.x86_64", "Title": "a.x86_64:0:1-1", "CVEIds": "CVE-1,CVE-2"}
        found = self.read(self.states(state(A, missing=0, failed=1)), self.patches(A, patch))
        assert found.patches == {A: [MissingPatch("a.x86_64", "a.x86_64:0:1-1", ("CVE-1", "CVE-2"))]}

    def test_a_node_that_lacks_nothing_costs_no_request(self) -> None:
        assert self.read(self.states(state(A, missing=0))).patches == {A: []}

    @pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(days=30)])
    def test_an_older_report_is_not_used(self, age: timedelta) -> None:
        found = self.read(self.states(state(A, NOW - DAY - age)))
        assert found.patches == {}
        assert "longer ago than P1D" in found.unknown[A]

    def test_nor_one_of_unknown_age_nor_none(self) -> None:
        found = self.read(self.states(state(A, None)), ids=(A, B))
        assert "is not known" in found.unknown[A]
        assert "no scan or install" in found.unknown[B]

    def test_one_node_that_cannot_be_read_does_not_hide_the_others(self) -> None:
        refused = Call("describe_instance_patches", None, refusal("InvalidInstanceId"))
        found = self.read(self.states(state(A, missing=0), state(B)), refused, ids=(A, B))
        assert (list(found.patches), list(found.unknown)) == ([A], [B])

    def test_when_none_can_be_read_that_is_the_answer(self) -> None:
        with pytest.raises(CloudError):
            self.read(self.states(state(A)), Call("describe_instance_patches", None, refusal("AccessDeniedException")))


class TestRun:
    """A run that was interrupted between the decision and the command."""

    def planner(self, scope: MemoryScope, choice: ListChoice, *calls: Any) -> tuple[ListPlanner, Wire]:
        wire = Wire(list(calls))
        session: Any = FakeSession({(ACCOUNT, REGION): wire})
        return ListPlanner(session, scope, KIND, SPEC, choice), wire

    def decided(self, scope: MemoryScope, choice: ListChoice) -> str:
        """The ledger after a controller that stopped before it sent the command; the list's address."""
        planner, wire = self.planner(
            scope, choice, TestMissing().states(state(A)), TestMissing().patches(A, {"KBId": "KB1234567"})
        )
        (command,) = planner.plan([node(A)]).commands
        wire.finish()
        operation = scope.intend(
            KIND,
            command.nodes,
            poller="ssm_command_info",
            account=ACCOUNT,
            region=REGION,
            request=command.spec.remembered(),
        )
        scope.not_sent(operation, "the service has no such command")
        return str(command.spec.parameters["InstallOverrideList"][0])

    def choice(self, *names: str) -> ListChoice:
        return omit(*names, tolerant=True, max_age=timedelta(days=36500))

    def test_a_node_gets_the_list_that_was_decided_whatever_is_missing_now(self) -> None:
        scope = MemoryScope([node(A)])
        url = self.decided(scope, self.choice("kernel"))
        planner, wire = self.planner(scope, self.choice("kernel"))
        plan = planner.plan([node(A)])
        assert plan.commands[0].spec.parameters["InstallOverrideList"] == [url]
        assert planner.prepare(plan) == plan
        wire.finish()

    def test_the_ledger_has_address_and_hash(self) -> None:
        scope = MemoryScope([node(A)])
        url = self.decided(scope, self.choice())
        (operation,) = scope.written.values()
        noted = operation.request["override_list"]
        assert noted["url"] == url == f"s3://lists-{ACCOUNT}/p/{noted['sha256']}.yml"
        assert noted["sha256"] == OverrideList.of([Entry("KB1234567")]).sha256

    def test_going_on_with_another_choice_is_refused(self) -> None:
        scope = MemoryScope([node(A)])
        self.decided(scope, self.choice("kernel"))
        planner, _wire = self.planner(scope, self.choice("kernel", "bind"))
        with pytest.raises(InputError, match=r"omit_patches.*this run chose"):
            planner.plan([node(A)])

    def test_the_order_of_names_is_no_other_choice(self) -> None:
        assert self.choice("a", "b").digest == self.choice("b", "a").digest
        assert self.choice().digest != ListChoice(BUCKET, include=included_entries("i", ["bind"])).digest


class TestBucket:
    def test_names_are_filled_in(self) -> None:
        bucket = list_bucket({"override_list_bucket": "l-{account}-{region}", "override_list_prefix": "/a/{region}/"})
        assert bucket is not None
        place = bucket.place("1" * 12, REGION)
        assert place.url("h") == f"s3://l-{'1' * 12}-{REGION}/a/{REGION}/h.yml"

    def test_an_empty_prefix_is_none(self) -> None:
        bucket = list_bucket({"override_list_bucket": "lists", "override_list_prefix": ""})
        assert bucket is not None
        assert bucket.place("", "").key("h") == "h.yml"

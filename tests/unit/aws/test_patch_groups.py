# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch groups: which baselines are registered for them."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import patch_group as patch_group_module
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_group import (
    Registered,
    apply,
    plan_absent,
    plan_present,
    registrations,
    resolve,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_group_info import groups_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError
from ansible_collections.hybridops.patching.plugins.module_utils._core.patch_groups import common_start
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.wire import Call, Wire, refusal

LINUX = Registered("pb-0000000000000000a", "rhel", "REDHAT_ENTERPRISE_LINUX")
LINUX_2 = Registered("pb-0000000000000000b", "rhel-2", "REDHAT_ENTERPRISE_LINUX")
WINDOWS = Registered("pb-0000000000000000c", "win", "WINDOWS")
SERVICE = Registered("arn:aws:ssm:eu-central-1:1:patchbaseline/pb-0000000000000000d", "AWS-Ubuntu", "UBUNTU")
KNOWN = [LINUX, LINUX_2, WINDOWS, SERVICE]

registered = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"])).map(
    lambda chosen: {system: Registered(f"{system}{number}", number, system) for system, number in chosen.items()}
)


def by_system(*entries: Registered) -> dict[str, Registered]:
    return {entry.operating_system: entry for entry in entries}


def carried_out(current: dict[str, Registered], changes: Any, known: list[Registered]) -> dict[str, Registered]:
    """What the service would hold after the steps; it refuses a second baseline of an operating system."""
    after = dict(current)
    ids = {entry.baseline_id: entry for entry in known}
    for step in changes.steps:
        entry = ids[step.params["baseline_id"]]
        if step.action.startswith("deregister"):
            assert after.pop(entry.operating_system).baseline_id == entry.baseline_id
        elif step.action.startswith("replace"):
            assert after[entry.operating_system].baseline_id == step.params["replaced_id"]
            after[entry.operating_system] = entry
        else:
            assert entry.operating_system not in after, "AlreadyExistsException"
            after[entry.operating_system] = entry
    return after


class TestRegistration:
    def test_ids_short_ids_and_names(self) -> None:
        wanted = resolve([LINUX.baseline_id, "win", "pb-0000000000000000d"], KNOWN)
        assert wanted == by_system(LINUX, WINDOWS, SERVICE)

    @pytest.mark.parametrize(
        ("given_", "says"),
        [
            (["none"], "id or name"),
            (["rhel", "rhel-2"], "one baseline for REDHAT"),
            (["twin"], "only one baseline has"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, given_: list[str], says: str) -> None:
        twins = [Registered("pb-1", "twin", "SUSE"), Registered("pb-2", "twin", "CENTOS")]
        with pytest.raises(InputError, match=says):
            resolve(given_, [*KNOWN, *twins])

    def test_the_same_baseline_twice_is_one(self) -> None:
        assert resolve(["rhel", LINUX.baseline_id], KNOWN) == by_system(LINUX)

    def test_a_name_of_the_account_s_own_is_meant_before_the_service_s(self) -> None:
        own = Registered("pb-0000000000000000f", SERVICE.name, "UBUNTU")
        assert resolve([SERVICE.name], [SERVICE, own]) == by_system(own)
        assert resolve([SERVICE.baseline_id], [SERVICE, own]) == by_system(SERVICE)

    def test_another_of_the_same_system_is_replaced(self) -> None:
        changes = plan_present("g", by_system(LINUX), by_system(LINUX_2), purge=False)
        assert [step.action.partition("_")[0] for step in changes.steps] == ["replace"]

    def test_others_stay_unless_purged(self) -> None:
        assert not plan_present("g", by_system(LINUX, WINDOWS), by_system(LINUX), purge=False).changed
        purged = plan_present("g", by_system(LINUX, WINDOWS), by_system(LINUX), purge=True)
        assert [entry["baseline_id"] for entry in purged.after["baselines"]] == [LINUX.baseline_id]

    def test_absent_takes_what_is_named_or_all(self) -> None:
        both = by_system(LINUX, WINDOWS)
        assert len(plan_absent("g", both, None).steps) == 2
        for text in (WINDOWS.baseline_id, WINDOWS.name):
            steps = plan_absent("g", both, [text]).steps
            assert [step.params["baseline_id"] for step in steps] == [WINDOWS.baseline_id]

    def test_absent_passes_over_what_is_not_registered(self) -> None:
        both = by_system(LINUX, WINDOWS)
        assert not plan_absent("g", both, [LINUX_2.baseline_id, "gone"]).changed
        assert not plan_absent("g", both, []).changed

    def test_absent_refuses_a_name_that_several_registered_ones_have(self) -> None:
        twins = [Registered("pb-1", "twin", "SUSE"), Registered("pb-2", "twin", "CENTOS")]
        with pytest.raises(InputError, match="only one baseline has"):
            plan_absent("g", by_system(*twins), ["twin"])

    @given(registered, registered, st.booleans())
    def test_carrying_it_out_leads_where_the_plan_says(
        self, current: dict[str, Registered], wanted: dict[str, Registered], purge: bool
    ) -> None:
        changes = plan_present("g", current, wanted, purge=purge)
        after = carried_out(current, changes, [*current.values(), *wanted.values()])
        assert wanted.items() <= after.items()
        assert [entry["baseline_id"] for entry in changes.after["baselines"]] == [
            entry.baseline_id for _system, entry in sorted(after.items())
        ]
        assert not plan_present("g", after, wanted, purge=purge).changed

    def test_only_the_group_itself_is_looked_at(self) -> None:
        answer = {
            "Mappings": [
                {
                    "PatchGroup": name,
                    "BaselineIdentity": {"BaselineId": f"pb-{name:0>17}", "OperatingSystem": "WINDOWS"},
                }
                for name in ("g", "g2")
            ]
        }
        asked = {"MaxResults": 100, "Filters": [{"Key": "NAME_PREFIX", "Values": ["g"]}]}
        wire = Wire([Call("describe_patch_groups", asked, answer)])
        assert registrations(wire.connection(), "g")["WINDOWS"].baseline_id == f"pb-{'g':0>17}"

    def test_a_registration_whose_answer_was_lost_is_done(self) -> None:
        mapping = {"PatchGroup": "g", "BaselineIdentity": {"BaselineId": LINUX.baseline_id, "OperatingSystem": "SUSE"}}
        wire = Wire(
            [
                Call("register_patch_baseline_for_patch_group", None, refusal("InternalServerError", status=500)),
                Call("register_patch_baseline_for_patch_group", None, refusal("AlreadyExistsException")),
                Call("describe_patch_groups", None, {"Mappings": [mapping]}),
            ]
        )
        apply(wire.connection(), "g", plan_present("g", {}, by_system(LINUX), purge=False))
        wire.finish()


NEW, OLD = ({"BaselineId": entry.baseline_id, "PatchGroup": "g"} for entry in (LINUX_2, LINUX))
REGISTER, DEREGISTER = (f"{verb}_patch_baseline_for_patch_group" for verb in ("register", "deregister"))


def mappings(*entries: Registered) -> dict[str, Any]:
    """An answer of DescribePatchGroups about the group ``g``."""
    return {
        "Mappings": [
            {
                "PatchGroup": "g",
                "BaselineIdentity": {
                    "BaselineId": entry.baseline_id,
                    "BaselineName": entry.name,
                    "OperatingSystem": entry.operating_system,
                },
            }
            for entry in entries
        ]
    }


class TestReplacement:
    """The group is without a baseline between two requests, and not after the second was refused."""

    def replace(self, *script: Call) -> Wire:
        wire = Wire([Call(DEREGISTER, OLD), *script])
        apply(wire.connection(), "g", plan_present("g", by_system(LINUX), by_system(LINUX_2), purge=True))
        return wire

    def refused(self, *script: Call) -> str:
        with pytest.raises(CloudError) as raised:
            self.replace(Call(REGISTER, NEW, refusal("ResourceLimitExceededException")), *script)
        assert "Could not register rhel-2" in str(raised.value)
        assert raised.value.code == "ResourceLimitExceededException"
        return str(raised.value)

    def test_it_goes_well(self) -> None:
        self.replace(Call(REGISTER, NEW)).finish()

    def test_the_old_one_is_put_back(self) -> None:
        assert f"rhel ({LINUX.baseline_id}) is registered for g again" in self.refused(Call(REGISTER, OLD))

    def test_that_none_is_registered_is_said(self) -> None:
        says = self.refused(
            Call(REGISTER, OLD, refusal("AccessDeniedException")), Call("describe_patch_groups", None, mappings())
        )
        assert "no baseline for REDHAT_ENTERPRISE_LINUX is registered for g now" in says

    def test_that_another_came_first_is_said(self) -> None:
        third = Registered("pb-0000000000000000e", "third", LINUX.operating_system)
        listed = Call("describe_patch_groups", None, mappings(third))
        says = self.refused(Call(REGISTER, OLD, refusal("AlreadyExistsException")), listed, listed)
        assert f"third ({third.baseline_id}) is registered for g and REDHAT_ENTERPRISE_LINUX now" in says

    def test_that_nothing_is_known_is_said(self) -> None:
        denied = refusal("AccessDeniedException")
        says = self.refused(Call(REGISTER, OLD, denied), Call("describe_patch_groups", None, denied))
        assert "is not known: look with ssm_patch_group_info" in says

    def test_one_that_was_registered_without_an_answer_stays(self) -> None:
        lost = [Call(REGISTER, NEW, refusal("InternalServerError", status=500)) for _attempt in range(40)]
        wire = Wire([Call(DEREGISTER, OLD), *lost])
        # What is left of the lost answers when patience ends is replaced by the listing.
        connection = wire.connection()
        changes = plan_present("g", by_system(LINUX), by_system(LINUX_2), purge=True)
        with mock.patch.object(patch_group_module, "registrations", return_value=by_system(LINUX_2)):
            apply(connection, "g", changes)
        assert set(wire.operations()) == {DEREGISTER, REGISTER}
        assert wire.operations().count(DEREGISTER) == 1


class TestGroupsRead:
    def test_patterns_and_names_in_full(self) -> None:
        entry = {"BaselineId": "pb-1", "BaselineName": "one", "DefaultBaseline": True}
        listed = {("web_1", "UBUNTU"): entry, ("web_1", "SUSE"): entry, ("db", "SUSE"): entry}
        found = groups_of(listed, ["web_*", "none"])
        assert [(group["name"], len(group["baselines"])) for group in found] == [("none", 0), ("web_1", 2)]
        assert [one["operating_system"] for one in found[1]["baselines"]] == ["SUSE", "UBUNTU"]
        assert [group["name"] for group in groups_of(listed, None)] == ["db", "web_1"]

    @given(st.lists(st.text("ab", max_size=4), min_size=1, max_size=4), st.text("ab", max_size=3))
    def test_what_all_begin_with(self, starts: list[str], rest: str) -> None:
        start = common_start([f"{start}*{rest}" for start in starts])
        assert all(one.startswith(start) for one in starts)
        assert any(len(one) == len(start) for one in starts) or len({one[len(start)] for one in starts}) > 1

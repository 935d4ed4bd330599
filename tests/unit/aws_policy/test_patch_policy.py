# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many baselines and groups at once: all is looked at before anything is written, and written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import patch_policy
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_policy import apply_policy
from ansible_collections.hybridops.patching.plugins.module_utils._aws.policy_items import wanted_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError

from tests.unit.aws.wire import ACCOUNT, REGION, Call, FakeSession, Wire, refusal

ID, OTHER_ID = "pb-0123456789abcdef0", "pb-0123456789abcdef1"
GROUP = "patch_prod_0600_batch_1"
RULE = {"patch_filters": [{"key": "PRODUCT", "values": ["*"]}], "approve_after_days": 14}
API_RULES = {
    "PatchRules": [
        {
            "PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]},
            "ApproveAfterDays": 14,
            "ComplianceLevel": "UNSPECIFIED",
            "EnableNonSecurity": False,
        }
    ]
}
IDENTITY = {
    "BaselineId": ID,
    "BaselineName": "prod-suse",
    "OperatingSystem": "SUSE",
    "DefaultBaseline": False,
}


def baseline(name: str = "prod-suse", **values: Any) -> dict[str, Any]:
    """An entry of the option ``baselines`` with what the argument spec adds."""
    entry = {"account": ACCOUNT, "region": None, "name": name, "operating_system": "SUSE", "tags": None}
    return entry | {"approval_rules": [RULE]} | values


def group(*baselines: str, **values: Any) -> dict[str, Any]:
    """An entry of the option ``groups``."""
    return {"account": ACCOUNT, "region": None, "patch_group": GROUP, "baselines": list(baselines)} | values


@dataclass
class FakeModule:
    """What the work needs of a module."""

    params: dict[str, Any]
    check_mode: bool = False
    warnings: list[str] = field(default_factory=list)

    def warn(self, warning: str) -> None:
        """Note a warning."""
        self.warnings.append(warning)


@dataclass
class Estate:
    """Scripted places, and the module's work on them."""

    monkeypatch: pytest.MonkeyPatch
    wires: dict[tuple[str, str], Wire | CloudError] = field(default_factory=dict)

    def apply(
        self,
        baselines: Sequence[dict[str, Any]] = (),
        groups: Sequence[dict[str, Any]] = (),
        windows: Sequence[dict[str, Any]] = (),
        purge: Sequence[dict[str, Any]] = (),
        check_mode: bool = False,
    ) -> dict[str, Any]:
        """The module's result, once every request of the scripts was sent."""
        self.monkeypatch.setattr(patch_policy, "session_of", lambda _module: FakeSession(self.wires))
        params = {"baselines": baselines, "groups": groups, "windows": windows, "purge_windows": purge}
        params["unknown_windows"] = []
        result = apply_policy(FakeModule(params, check_mode))
        for wire in self.wires.values():
            if isinstance(wire, Wire):
                wire.finish()
        return result


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    return Estate(monkeypatch)


NOTHING_THERE = [
    Call("describe_patch_baselines", None, {"BaselineIdentities": []}),
    Call("describe_patch_groups", None, {"Mappings": []}),
]
ALL_THERE: list[Call] = [
    Call("describe_patch_baselines", None, {"BaselineIdentities": [IDENTITY]}),
    Call(
        "get_patch_baseline",
        {"BaselineId": ID},
        {"BaselineId": ID, "Name": "prod-suse", "OperatingSystem": "SUSE", "ApprovalRules": API_RULES},
    ),
    Call("list_tags_for_resource", None, {"TagList": [{"Key": "owner", "Value": "team"}]}),
    Call("describe_patch_groups", None, {"Mappings": [{"PatchGroup": GROUP, "BaselineIdentity": IDENTITY}]}),
]


def test_new_baselines_are_made_then_registered_by_the_id_they_got(estate: Estate) -> None:
    wire = Wire(
        [
            list(NOTHING_THERE),
            Call("create_patch_baseline", None, {"BaselineId": ID}),
            Call(
                "register_patch_baseline_for_patch_group",
                {"BaselineId": ID, "PatchGroup": GROUP},
                {"BaselineId": ID, "PatchGroup": GROUP},
            ),
        ]
    )
    estate.wires[ACCOUNT, REGION] = wire
    result = estate.apply([baseline(tags={"a": 1})], [group("prod-suse")])
    assert result["changed"]
    assert result["baselines"][0]["baseline_id"] == ID
    assert result["groups"][0]["baselines"][0]["baseline_id"] == ID
    sent = dict(wire.sent)["create_patch_baseline"]
    assert sent["ApprovalRules"] == API_RULES
    assert sent["Tags"] == [{"Key": "a", "Value": "1"}]
    assert result["lines"] == [f"{ACCOUNT} {REGION}: new baselines prod-suse; {GROUP} now has prod-suse"]


def test_check_mode_tells_the_same_and_writes_nothing(estate: Estate) -> None:
    estate.wires[ACCOUNT, REGION] = Wire([list(NOTHING_THERE)])
    result = estate.apply([baseline()], [group("prod-suse")], check_mode=True)
    assert result["changed"]
    assert [diff["after_header"] for diff in result["diff"]] == [
        f"patch baseline prod-suse in {ACCOUNT} {REGION}",
        f"patch group {GROUP} in {ACCOUNT} {REGION}",
    ]
    assert result["groups"][0]["baselines"] == [{"baseline_id": "", "name": "prod-suse", "operating_system": "SUSE"}]


def test_what_is_there_is_left_as_it_is(estate: Estate) -> None:
    estate.wires[ACCOUNT, REGION] = Wire([list(ALL_THERE)])
    result = estate.apply([baseline()], [group("prod-suse")])
    assert not result["changed"]
    assert result["diff"] == []
    assert result["lines"] == [f"{ACCOUNT} {REGION}: unchanged baselines prod-suse; {GROUP} has prod-suse"]


def test_tags_are_added_and_none_is_taken_away(estate: Estate) -> None:
    add = Call("add_tags_to_resource", None)
    wire = Wire([list(ALL_THERE), add])
    estate.wires[ACCOUNT, REGION] = wire
    estate.apply([baseline(tags={"hybridops:environment": "prod"})], [group("prod-suse")])
    assert wire.sent[-1][1]["Tags"] == [{"Key": "hybridops:environment", "Value": "prod"}]


def test_another_baseline_of_a_group_gives_way(estate: Estate) -> None:
    other = {**IDENTITY, "BaselineId": OTHER_ID, "BaselineName": "old"}
    there = [*ALL_THERE[:3], Call("describe_patch_groups", None, {"Mappings": [_mapping(other)]})]
    swap = {"PatchGroup": GROUP}
    estate.wires[ACCOUNT, REGION] = Wire(
        [
            there,
            Call("deregister_patch_baseline_for_patch_group", {"BaselineId": OTHER_ID, **swap}),
            Call("register_patch_baseline_for_patch_group", {"BaselineId": ID, **swap}),
        ]
    )
    assert estate.apply([baseline()], [group("prod-suse")])["groups"][0]["changed"]


def test_a_group_may_have_baselines_that_are_not_of_this_call(estate: Estate) -> None:
    mappings = Call("describe_patch_groups", None, {"Mappings": []})
    listed = Call("describe_patch_baselines", None, {"BaselineIdentities": [IDENTITY]})
    register = Call("register_patch_baseline_for_patch_group", {"BaselineId": ID, "PatchGroup": GROUP})
    estate.wires[ACCOUNT, REGION] = Wire([[mappings, listed], register])
    assert estate.apply([], [group("prod-suse")])["changed"]


def test_a_name_of_this_call_stands_for_its_baseline_whoever_else_has_it(estate: Estate) -> None:
    twin = {**IDENTITY, "BaselineId": OTHER_ID, "OperatingSystem": "CENTOS"}
    stranger = {**IDENTITY, "BaselineId": "pb-0123456789abcdef2", "BaselineName": "win", "OperatingSystem": "WINDOWS"}
    listed = Call("describe_patch_baselines", {"MaxResults": 100}, {"BaselineIdentities": [IDENTITY, twin, stranger]})
    estate.wires[ACCOUNT, REGION] = Wire([[*ALL_THERE[1:], listed]])
    result = estate.apply([baseline()], [group("prod-suse", "win")], check_mode=True)
    assert [entry["baseline_id"] for entry in result["groups"][0]["baselines"]] == [ID, "pb-0123456789abcdef2"]


def test_a_name_may_be_that_of_a_baseline_of_each_system(estate: Estate) -> None:
    redhat = baseline(operating_system="REDHAT_ENTERPRISE_LINUX")
    create = [Call("create_patch_baseline", None, {"BaselineId": one}) for one in (ID, OTHER_ID)]
    register = Call("register_patch_baseline_for_patch_group", None)
    estate.wires[ACCOUNT, REGION] = Wire([list(NOTHING_THERE), create, register, register])
    result = estate.apply([baseline(), redhat], [group("prod-suse")])
    assert {entry["operating_system"] for entry in result["groups"][0]["baselines"]} == {
        "REDHAT_ENTERPRISE_LINUX",
        "SUSE",
    }


def test_two_new_baselines_of_one_system_are_refused_for_one_group(estate: Estate) -> None:
    estate.wires[ACCOUNT, REGION] = Wire([list(NOTHING_THERE)])
    with pytest.raises(InputError, match="one baseline for SUSE; prod-suse"):
        estate.apply([baseline(), baseline("other")], [group("prod-suse", "other")])


def test_a_name_is_looked_for_at_the_group_s_own_place(estate: Estate) -> None:
    places = {(ACCOUNT, REGION): ID, ("222222222222", REGION): OTHER_ID}
    for place, baseline_id in places.items():
        register = {"BaselineId": baseline_id, "PatchGroup": GROUP}
        estate.wires[place] = Wire(
            [
                list(NOTHING_THERE),
                Call("create_patch_baseline", None, {"BaselineId": baseline_id}),
                Call("register_patch_baseline_for_patch_group", register),
            ]
        )
    accounts = [account for account, _region in places]
    result = estate.apply(
        [baseline(account=account) for account in accounts],
        [group("prod-suse", account=account) for account in accounts],
    )
    assert [entry["baselines"][0]["baseline_id"] for entry in result["groups"]] == [ID, OTHER_ID]


def test_a_place_that_cannot_be_reached_keeps_all_others_unwritten(estate: Estate) -> None:
    estate.wires[ACCOUNT, REGION] = Wire([Call("describe_patch_baselines", None, {"BaselineIdentities": []})])
    estate.wires["222222222222", REGION] = CloudError("cannot assume the role", code="AccessDenied")
    with pytest.raises(CloudError, match="cannot assume the role"):
        estate.apply([baseline(), baseline(account="222222222222")], [])


def test_a_write_that_fails_says_how_much_was_done_and_registers_nothing(estate: Estate) -> None:
    estate.wires[ACCOUNT, REGION] = Wire([list(NOTHING_THERE), Call("create_patch_baseline", None, {"BaselineId": ID})])
    refused = Call("create_patch_baseline", None, refusal("AccessDeniedException"))
    estate.wires["222222222222", REGION] = Wire(
        [Call("describe_patch_baselines", None, {"BaselineIdentities": []}), refused]
    )
    with pytest.raises(CloudError, match=r"1 of 3 were changed"):
        estate.apply([baseline(), baseline(account="222222222222")], [group("prod-suse")])


@pytest.mark.parametrize(
    ("baselines", "groups", "says"),
    [
        ([baseline(), baseline()], [], "prod-suse.*twice"),
        ([], [group("a"), group("b")], f"{GROUP}.*twice"),
        ([baseline("no spaces please")], [], r"baselines\[0\]\.name of no spaces please"),
        ([baseline(rejected_patches=["a"] * 2 + [f"p{n}" for n in range(51)])], [], r"rejected_patches"),
        ([], [group("a", patch_group="x" * 300)], "patch_group"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(
    estate: Estate, baselines: list[dict[str, Any]], groups: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        estate.apply(baselines, groups)


def test_an_unknown_baseline_of_a_group_is_refused_before_the_first_write(estate: Estate) -> None:
    listed = Call("describe_patch_baselines", None, {"BaselineIdentities": []})
    estate.wires[ACCOUNT, REGION] = Wire([[*NOTHING_THERE, listed]])
    with pytest.raises(InputError, match="prod-typo"):
        estate.apply([baseline()], [group("prod-suse", "prod-typo")])


def test_a_place_is_the_module_s_where_none_is_given() -> None:
    params = {"baselines": [baseline(account=None)], "groups": [group("a", region="eu-west-1")]}
    wanted = wanted_policy({**params, "windows": [], "purge_windows": [], "unknown_windows": []}, REGION)
    assert wanted.baselines[0].place == ("", REGION)
    assert wanted.groups[0].place == (ACCOUNT, "eu-west-1")


def _mapping(identity: dict[str, Any]) -> dict[str, Any]:
    return {"PatchGroup": GROUP, "BaselineIdentity": identity}

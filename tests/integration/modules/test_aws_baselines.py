# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch baselines: every argument set, changed and removed; from what others left; what is refused; lost answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import baseline_info
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_model import SYSTEMS

from tests.integration.estate import Estate
from tests.integration.modules.in_process import Modules

ACCOUNT = "111111111111"
PLACE: dict[str, Any] = {"account": ACCOUNT, "region": "eu-central-1"}
MODULE, INFO = "ssm_patch_baseline", "ssm_patch_baseline_info"
LINUX, WINDOWS = "REDHAT_ENTERPRISE_LINUX", "WINDOWS"
SECURITY = {"key": "CLASSIFICATION", "values": ["Security", "Bugfix"]}
SEVERE = {"key": "SEVERITY", "values": ["Critical", "Important"]}
ALL = {"key": "PRODUCT", "values": ["*"]}
SOURCE = {"name": "mirror", "products": ["*"], "configuration": "[mirror]\nbaseurl=https://mirror.example\n"}
RULE: dict[str, Any] = {"patch_filters": [SECURITY, SEVERE], "approve_after_days": 7}
WHOLE: dict[str, Any] = {
    "name": "whole",
    "operating_system": LINUX,
    "description": "important security updates",
    "approval_rules": [
        {**RULE, "compliance_level": "HIGH", "enable_non_security": True},
        {"patch_filters": [ALL], "approve_until_date": "2026-01-31"},
    ],
    "approved_patches": ["kernel*", "openssl*"],
    "approved_patches_compliance_level": "CRITICAL",
    "approved_patches_enable_non_security": True,
    "rejected_patches": ["httpd*"],
    "rejected_patches_action": "BLOCK",
    "global_filters": [ALL],
    "sources": [SOURCE],
    "tags": {"environment": "test", "owner": "42"},
}
CHANGES: dict[str, tuple[str, list[Any]]] = {
    "description": (LINUX, ["one", "two", ""]),
    "approval_rules": (LINUX, [[RULE], [RULE, {"patch_filters": [ALL], "approve_after_days": 0}], []]),
    "approved_patches": (LINUX, [["kernel*"], ["openssl*", "kernel*"], []]),
    "approved_patches_compliance_level": (LINUX, ["CRITICAL", "INFORMATIONAL", "UNSPECIFIED"]),
    "approved_patches_enable_non_security": (LINUX, [True, False]),
    "rejected_patches": (LINUX, [["httpd*"], ["nginx*"], []]),
    "rejected_patches_action": (LINUX, ["BLOCK", "ALLOW_AS_DEPENDENCY"]),
    "global_filters": (LINUX, [[ALL], [ALL, SECURITY], []]),
    "sources": (LINUX, [[SOURCE], [SOURCE, {**SOURCE, "name": "second"}], []]),
    "available_security_updates_compliance_status": (WINDOWS, ["COMPLIANT", "NON_COMPLIANT", ""]),
    "default_baseline": (LINUX, [True, False]),
    "tags": (LINUX, [{"a": "1", "b": "2"}, {"a": "3", "c": ""}, {}]),
}
"""Each argument as it is first set, changed, and removed; the operating system that it is for."""
OF_RULES: dict[str, tuple[dict[str, Any], ...]] = {
    "a filter": (RULE, RULE | {"patch_filters": [SECURITY]}, RULE | {"patch_filters": [SECURITY, ALL]}),
    "a value of a filter": (RULE, RULE | {"patch_filters": [SECURITY, {"key": "SEVERITY", "values": ["Low"]}]}),
    "the delay": (RULE, RULE | {"approve_after_days": 0}),
    "a date for the delay, and back": (RULE, {"patch_filters": [ALL], "approve_until_date": "2026-01-31"}, RULE),
    "the level": (RULE | {"compliance_level": "HIGH"}, RULE | {"compliance_level": "LOW"}, RULE),
    "whether other updates too": (RULE | {"enable_non_security": True}, RULE),
}
KEPT = {
    "approved_patches": ["bash*"],
    "description": "kept",
    "rejected_patches_action": "BLOCK",
    "approval_rules": [RULE],
}


def told(estate: Estate, name: str) -> dict[str, Any]:
    """The only baseline of the name, as the service tells it."""
    client = estate.client("ssm")
    filters = [{"Key": "NAME_PREFIX", "Values": [name]}]
    (identity,) = client.describe_patch_baselines(Filters=filters)["BaselineIdentities"]
    answer: dict[str, Any] = client.get_patch_baseline(BaselineId=identity["BaselineId"])
    return answer


def without_id(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer["baseline"].items() if key != "baseline_id"}


def test_everything_at_once(modules: Modules) -> None:
    predicted = modules.ok(MODULE, check=True, **PLACE, **WHOLE, default_baseline=True)
    real = modules.quartet(MODULE, **PLACE, **WHOLE, default_baseline=True)
    assert without_id(predicted) == without_id(real)
    (read,) = modules.ok(INFO, **PLACE, name="whole")["baselines"]
    assert {key: read[key] for key in real["baseline"]} == real["baseline"]
    modules.quartet(MODULE, **PLACE, name="whole", state="absent", default_baseline=False)
    assert modules.ok(INFO, **PLACE, name="whole")["baselines"] == []


@pytest.mark.parametrize("option", CHANGES)
def test_each_argument_is_set_changed_and_removed(modules: Modules, option: str) -> None:
    system, values = CHANGES[option]
    kept: dict[str, Any] = {} if system == WINDOWS else {name: value for name, value in KEPT.items() if name != option}
    before = modules.ok(MODULE, **PLACE, name="base", operating_system=system, **kept)["baseline"]
    modules.ok(MODULE, **PLACE, name="base", **{option: values[0]})
    for value in values[1:]:
        after = modules.quartet(MODULE, **PLACE, name="base", **{option: value})["baseline"]
        (read,) = modules.ok(INFO, **PLACE, name="base")["baselines"]
        assert {key: read[key] for key in after} == after
        assert {**after, option: before[option]} == before
    assert after[option] == before[option] or option in KEPT


@pytest.mark.parametrize("change", OF_RULES)
def test_each_part_of_a_rule_is_changed(modules: Modules, estate: Estate, change: str) -> None:
    other = {"patch_filters": [ALL], "approve_after_days": 30}
    first, *changed = OF_RULES[change]
    modules.ok(MODULE, **PLACE, name="base", operating_system=LINUX, approval_rules=[first, other])
    for rule in changed:
        modules.quartet(MODULE, **PLACE, name="base", approval_rules=[other, rule])
        rules = told(estate, "base")["ApprovalRules"]["PatchRules"]
        (there,) = (one for one in rules if one.get("ApproveAfterDays") != 30)
        assert len(there["PatchFilterGroup"]["PatchFilters"]) == len(rule["patch_filters"])
        assert there.get("ApproveAfterDays") == rule.get("approve_after_days")
        assert there.get("ApproveUntilDate") == rule.get("approve_until_date")
        assert there["ComplianceLevel"] == rule.get("compliance_level", "UNSPECIFIED")
        assert there["EnableNonSecurity"] == rule.get("enable_non_security", False)


def test_a_name_is_changed_by_the_id_and_tags_stay_unless_purged(modules: Modules) -> None:
    made = modules.ok(MODULE, **PLACE, name="base", tags={"a": "1"})["baseline"]["baseline_id"]
    renamed = modules.quartet(MODULE, **PLACE, baseline_id=made, name="other", tags={"b": "2"}, purge_tags=False)
    assert renamed["baseline"]["tags"] == {"a": "1", "b": "2"}
    arn = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:patchbaseline/{made}"
    assert modules.unchanged(MODULE, **PLACE, baseline_id=arn)["baseline"]["name"] == "other"


def test_only_what_differs_is_sent(modules: Modules) -> None:
    modules.ok(MODULE, **PLACE, **WHOLE)
    modules.ok(MODULE, **PLACE, name="whole", rejected_patches=[])
    assert modules.sandbox.requests(operation="UpdatePatchBaseline")[-1]["params"].keys() == {
        "BaselineId",
        "RejectedPatches",
    }


def test_all_operating_systems(modules: Modules) -> None:
    rule = {"patch_filters": [ALL], "approve_after_days": 1}
    for system in SYSTEMS:
        modules.ok(MODULE, **PLACE, name="same", operating_system=system, approval_rules=[rule], default_baseline=True)
    found = modules.ok(INFO, **PLACE, name="same", default_only=True)["baselines"]
    assert {one["operating_system"] for one in found} == set(SYSTEMS)
    for system in SYSTEMS:
        modules.ok(MODULE, **PLACE, name="same", operating_system=system, default_baseline=False)
    found = modules.ok(INFO, **PLACE, default_only=True, details=False)["baselines"]
    assert {(one["operating_system"], one["owner"]) for one in found} == {(system, "AWS") for system in SYSTEMS}
    assert next(one["name"] for one in found if one["operating_system"] == WINDOWS) == "AWS-DefaultPatchBaseline"


def _group(*filters: tuple[str, list[str]]) -> dict[str, Any]:
    return {"PatchFilters": [{"Key": key, "Values": values} for key, values in filters]}


OTHER_ORDER: dict[str, Any] = {
    "Name": "whole",
    "OperatingSystem": LINUX,
    "Description": "important security updates",
    "ApprovalRules": {
        "PatchRules": [
            {
                "PatchFilterGroup": _group(("PRODUCT", ["*"])),
                "ApproveUntilDate": "2026-01-31",
                "ComplianceLevel": "UNSPECIFIED",
                "EnableNonSecurity": False,
            },
            {
                "PatchFilterGroup": _group(
                    ("SEVERITY", ["Important", "Critical"]), ("CLASSIFICATION", ["Bugfix", "Security"])
                ),
                "ApproveAfterDays": 7,
                "ComplianceLevel": "HIGH",
                "EnableNonSecurity": True,
            },
        ]
    },
    "ApprovedPatches": ["openssl*", "kernel*"],
    "ApprovedPatchesComplianceLevel": "CRITICAL",
    "ApprovedPatchesEnableNonSecurity": True,
    "RejectedPatches": ["httpd*"],
    "RejectedPatchesAction": "BLOCK",
    "GlobalFilters": _group(("PRODUCT", ["*"])),
    "Sources": [{"Name": "mirror", "Products": ["*"], "Configuration": "[mirror]\nbaseurl=https://mirror.example"}],
    "Tags": [{"Key": "owner", "Value": "42"}, {"Key": "environment", "Value": "test"}],
}
FOREIGN: dict[str, dict[str, Any]] = {
    "nothing but a name": {"Name": "whole", "OperatingSystem": LINUX},
    "empty lists": {
        "Name": "whole",
        "OperatingSystem": LINUX,
        "ApprovalRules": {"PatchRules": []},
        "ApprovedPatches": [],
        "GlobalFilters": {"PatchFilters": []},
        "Sources": [],
    },
    "more of everything": OTHER_ORDER
    | {
        "ApprovedPatches": ["openssl*", "kernel*", "bash*"],
        "RejectedPatches": ["httpd*", "nginx*"],
        "Sources": [*OTHER_ORDER["Sources"], {"Name": "more", "Products": ["*"], "Configuration": "[more]"}],
        "Tags": [{"Key": "console", "Value": "yes"}],
    },
}


def test_the_order_that_others_chose_is_no_difference(modules: Modules, estate: Estate) -> None:
    estate.client("ssm").create_patch_baseline(**OTHER_ORDER)
    modules.unchanged(MODULE, **PLACE, **WHOLE)


@pytest.mark.parametrize("state", FOREIGN)
def test_from_what_others_left(modules: Modules, estate: Estate, state: str) -> None:
    estate.client("ssm").create_patch_baseline(**FOREIGN[state])
    after = modules.quartet(MODULE, **PLACE, **WHOLE)["baseline"]
    assert after["tags"] == WHOLE["tags"]
    assert told(estate, "whole")["ApprovedPatches"] == ["kernel*", "openssl*"]


def test_what_belongs_to_aws(modules: Modules) -> None:
    modules.ok(MODULE, **PLACE, name="mine", operating_system=WINDOWS, default_baseline=True)
    other = "AWS-WindowsPredefinedPatchBaseline-OS"
    (theirs,) = modules.ok(INFO, **PLACE, name=other)["baselines"]
    assert (theirs["owner"], theirs["tags"]) == ("AWS", {})
    for identified in ({"baseline_id": theirs["baseline_id"]}, {"name": "AWS-DefaultPatchBaseline"}):
        modules.quartet(MODULE, **PLACE, **identified, default_baseline=True)
    short = theirs["baseline_id"].rpartition("/")[2]
    after = modules.quartet(MODULE, **PLACE, baseline_id=short, name=other, default_baseline=True)["baseline"]
    assert after == {**{key: theirs[key] for key in after}, "default_baseline": True}
    assert modules.ok(MODULE, **PLACE, name="mine")["baseline"]["default_baseline"] is False
    for options in ({"description": "mine"}, {"tags": {"a": "b"}}, {"name": "mine-too"}, {"state": "absent"}):
        says = modules.refused(MODULE, **PLACE, **{"baseline_id": short, **options})
        assert "belongs to AWS" in says
    modules.quartet(MODULE, **PLACE, baseline_id=short, default_baseline=False)
    says = modules.refused(MODULE, **PLACE, name="AWS-DefaultPatchBaseline", default_baseline=False)
    assert "make another baseline the default" in says


def test_one_in_use_is_deleted_only_when_told_so(modules: Modules) -> None:
    modules.ok(MODULE, **PLACE, name="used", operating_system=LINUX, default_baseline=True)
    for group in ("one", "two"):
        modules.ok("ssm_patch_group", **PLACE, patch_group=group, baselines=["used"])
    absent = {**PLACE, "name": "used", "state": "absent"}
    assert "registered for one, two" in modules.refused(MODULE, **absent)
    assert "default for" in modules.refused(MODULE, **absent, deregister_patch_groups=True)
    assert "registered for one, two" in modules.refused(MODULE, **absent, default_baseline=False)
    gone = modules.quartet(MODULE, **absent, deregister_patch_groups=True, default_baseline=False)
    assert gone["baseline"] == {}
    assert gone["diff"]["before"]["patch_groups"] == ["one", "two"]
    assert modules.ok("ssm_patch_group_info", **PLACE)["patch_groups"] == []


def test_two_of_the_same_name(modules: Modules) -> None:
    made = [modules.ok(MODULE, **PLACE, name="twin", operating_system=system) for system in (WINDOWS, "UBUNTU")]
    ids = [answer["baseline"]["baseline_id"] for answer in made]
    says = modules.refused(MODULE, **PLACE, name="twin", description="x")
    assert f"{', '.join(sorted(ids))} have it: give baseline_id" in says
    modules.quartet(MODULE, **PLACE, name="twin", operating_system="UBUNTU", description="x")
    modules.quartet(MODULE, **PLACE, baseline_id=ids[0], description="y")
    assert len(modules.ok(INFO, **PLACE, name="twin")["baselines"]) == 2


def rule(**changed: Any) -> dict[str, Any]:
    return {"approval_rules": [RULE, {**RULE, "approve_after_days": 30, **changed}]}


def until(day: str) -> dict[str, Any]:
    return {"approval_rules": [RULE, {"patch_filters": [ALL], "approve_until_date": day}]}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a short name": ({"name": "ab"}, "name: 'ab' cannot be used; allowed: 3 to 128 characters"),
    "a name with a space": ({"name": "a b c"}, "name: 'a b c'"),
    "no name": ({"name": ""}, "name: ''"),
    "an id that is none": ({"baseline_id": "pb-1"}, "baseline_id: 'pb-1'"),
    "an unknown id": ({"baseline_id": "pb-0123456789abcdef0"}, "baseline_id: 'pb-0123456789abcdef0'"),
    "an unknown id with a name": ({"baseline_id": "pb-0123456789abcdef0", "name": "base"}, "a baseline that exists"),
    "an operating system": ({"name": "base", "operating_system": "BEOS"}, "value of operating_system must be one of"),
    "a long description": ({"description": "d" * 1025}, "description: "),
    "eleven rules": ({"approval_rules": [RULE] * 11}, "approval_rules: "),
    "a delay": (
        rule(approve_after_days=361),
        "approval_rules[1].approve_after_days: 361 cannot be used; allowed: 0 to",
    ),
    "delay and date": (rule(approve_until_date="2026-01-01"), "mutually exclusive: approve_after_days|approve_until"),
    "a date": (
        until("2026-02-30"),
        "approval_rules[1].approve_until_date: ",
    ),
    "a short date": (until("26-2-1"), "a day that there is, as YYYY-MM-DD"),
    "a level": (rule(compliance_level="SOME"), "value of compliance_level must be one of"),
    "a key": (
        rule(patch_filters=[{"key": "COLOR", "values": ["*"]}]),
        "approval_rules[1].patch_filters[0].key: 'COLOR'",
    ),
    "no values": ({"global_filters": [{"key": "PRODUCT", "values": []}]}, "global_filters[0].values: []"),
    "five filters": (rule(patch_filters=[ALL] * 5), "approval_rules[1].patch_filters: "),
    "51 patches": ({"approved_patches": [f"KB{number}" for number in range(51)]}, "approved_patches: "),
    "a long patch": ({"rejected_patches": ["k" * 101]}, "rejected_patches[0]: "),
    "an action": ({"rejected_patches_action": "IGNORE"}, "value of rejected_patches_action must be one of"),
    "21 sources": ({"sources": [SOURCE] * 21}, "sources: "),
    "a source's name": ({"sources": [{**SOURCE, "name": "a b"}]}, "sources[0].name: 'a b'"),
    "a long source": ({"sources": [{**SOURCE, "configuration": "x" * 1025}]}, "sources[0].configuration: "),
    "no products": ({"sources": [{**SOURCE, "products": []}]}, "sources[0].products: []"),
    "a reserved tag": ({"tags": {"aws:x": "y"}}, "tags: 'aws:x' cannot be used"),
    "a long tag": ({"tags": {"b": "c", "owner": "o" * 257}}, "tags.owner: "),
    "a tag's key": ({"tags": {"what?": "x"}}, "tags.what?: "),
    "absent and the default": ({"name": "base", "state": "absent", "default_baseline": True}, "default_baseline: True"),
    "another operating system": (
        {"name": "base2", "baseline_id": "there", "operating_system": "SUSE"},
        "cannot be chan",
    ),
    "another one to delete": (
        {"baseline_id": "there", "operating_system": "SUSE", "state": "absent"},
        "cannot be chan",
    ),
}


def test_bad_input_is_refused_before_anything_is_written(modules: Modules) -> None:
    there = modules.ok(MODULE, **PLACE, name="base", operating_system=WINDOWS)["baseline"]["baseline_id"]
    for name, (options, says) in BAD.items():
        given = options if {"name", "baseline_id"} & options.keys() else {"name": "base", **options}
        given = {**given, "baseline_id": there} if given.get("baseline_id") == "there" else given
        assert says in modules.refused(MODULE, **PLACE, **given), name


GOOD: dict[str, dict[str, Any]] = {
    "fifty patches, some twice": {"approved_patches": [f"KB{number % 50}" for number in range(80)]},
    "the longest delay": rule(approve_after_days=360),
    "no delay for Ubuntu": {
        "operating_system": "UBUNTU",
        "approval_rules": [{"patch_filters": [{"key": "PRIORITY", "values": ["Required"]}]}],
    },
    "a delay for Debian": {
        "operating_system": "DEBIAN",
        "approval_rules": [{"patch_filters": [ALL], "approve_after_days": 14}],
    },
    "a rule without filters": {"approval_rules": [{"patch_filters": [], "approve_after_days": 0}]},
    "names of all signs": {"name": "A_b-c.9"},
    "tags of other scripts": {"tags": {"Größe": "東京 + 1", "none": None, "number": 7}},
}


def test_what_the_model_allows_is_not_refused(modules: Modules) -> None:
    for number, options in enumerate(GOOD.values()):
        modules.quartet(MODULE, **{**PLACE, "name": f"good-{number}", "operating_system": LINUX, **options})


def test_lost_answers_do_nothing_twice_and_throttles_pass(modules: Modules) -> None:
    sandbox = modules.sandbox
    for operation in (
        "CreatePatchBaseline",
        "RegisterDefaultPatchBaseline",
        "AddTagsToResource",
        "UpdatePatchBaseline",
    ):
        sandbox.fault("drop_after", service="ssm", operation=operation)
    sandbox.fault("throttle", service="ssm", operation="Describe*")
    made = modules.ok(MODULE, **PLACE, **WHOLE, default_baseline=True)["baseline"]["baseline_id"]
    modules.ok(MODULE, **PLACE, name="whole", description="", tags={"a": "b"})
    listed = modules.ok(INFO, **PLACE, owner="Self")["baselines"]
    assert [(one["baseline_id"], one["description"], one["tags"]) for one in listed] == [(made, "", {"a": "b"})]
    modules.unchanged(MODULE, **PLACE, **WHOLE | {"description": "", "tags": {"a": "b"}}, default_baseline=True)
    sandbox.fault("drop_after", service="ssm", operation="DeletePatchBaseline")
    modules.ok(MODULE, **PLACE, name="whole", state="absent", default_baseline=False)
    assert modules.ok(INFO, **PLACE, owner="Self")["baselines"] == []


def test_what_is_there_by_each_filter(modules: Modules) -> None:
    for name, system in (("prod-a", LINUX), ("prod-b", WINDOWS), ("test-a", LINUX)):
        modules.ok(MODULE, **PLACE, name=name, operating_system=system, tags={"for": name})
    modules.ok("ssm_patch_group", **PLACE, patch_group="group", baselines=["prod-a"])

    def names(**options: Any) -> list[str]:
        return [one["name"] for one in modules.ok(INFO, **PLACE, details=False, **options)["baselines"]]

    assert names(owner="Self") == ["prod-a", "prod-b", "test-a"]
    assert names(name_prefix="prod") == ["prod-a", "prod-b"]
    assert names(name="prod") == []
    assert names(operating_system=LINUX, owner="Self") == ["prod-a", "test-a"]
    assert names(operating_system=LINUX, default_only=True) == ["AWS-RedHatDefaultPatchBaseline"]
    assert len(names()) == len(names(owner="AWS")) + 3
    modules.sandbox.clear_requests()
    names(name_prefix="prod")
    assert len(modules.sandbox.requests(service="ssm")) == 1, "details were read that nobody asked for"
    (one,) = modules.ok(INFO, **PLACE, name="prod-a")["baselines"]
    assert (one["patch_groups"], one["tags"]) == (["group"], {"for": "prod-a"})
    assert one["created_date"] <= one["modified_date"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["created_date"])
    assert names(baseline_id=one["baseline_id"]) == ["prod-a"]
    assert names(baseline_id="pb-0123456789abcdef0") == []


def test_effective_patches(modules: Modules, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(baseline_info, "warn", warned.append)
    options = {**PLACE, "effective_patches": True, "details": False}
    (one,) = modules.ok(INFO, **options, name="AWS-DefaultPatchBaseline")["baselines"]
    (patch,) = one["effective_patches"]
    assert (patch["kb_number"], patch["deployment_status"]) == ("KB5044281", "APPROVED")
    assert patch["release_date"] < patch["approval_date"]
    refusal = {"code": "UnsupportedOperatingSystem", "message": "not for this one", "status": 400}
    modules.sandbox.fault("error", operation="DescribeEffectivePatches*", times=None, **refusal)
    answer = modules.ok(INFO, **options, name="AWS-UbuntuDefaultPatchBaseline")
    assert answer["baselines"][0]["effective_patches"] is None
    assert "not for this one" in answer["baselines"][0]["effective_patches_not_told"]
    assert warned == ["The service does not tell the effective patches of baselines for UBUNTU"]

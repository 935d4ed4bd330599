# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding, creating and changing a patch baseline over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws import baseline_module
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline import fetch, list_own
from ansible_collections.hybridops.patching.plugins.module_utils._aws.baseline_module import manage_baseline
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import CloudError, InputError

from tests.unit.aws.wire import REGION, Call, FakeSession, Wire, refusal

ID = "pb-0123456789abcdef0"
RULE = {"patch_filters": [{"key": "SEVERITY", "values": ["Critical", "Important"]}], "approve_after_days": 7}

NAMED = {"MaxResults": 100, "Filters": [{"Key": "NAME_PREFIX", "Values": ["base"]}]}


def identity(baseline_id: str, name: str = "base", system: str = "WINDOWS", default: bool = False) -> dict[str, Any]:
    return {"BaselineId": baseline_id, "BaselineName": name, "OperatingSystem": system, "DefaultBaseline": default}


class TestFind:
    def fetch(self, *identities: dict[str, Any], name: str = "base", system: str | None = None) -> Any:
        listed = Call("describe_patch_baselines", NAMED, {"BaselineIdentities": list(identities)})
        read = Call("get_patch_baseline", None, {"BaselineId": ID, "Name": "base", "OperatingSystem": "UBUNTU"})
        tags = Call("list_tags_for_resource", None, {"TagList": [{"Key": "k", "Value": "v"}]})
        wire = Wire([listed, [read, tags]])
        return fetch(wire.connection(), None, name, system)

    def test_a_longer_name_is_another_baseline(self) -> None:
        assert self.fetch(identity(ID, "base-2")) is None

    def test_the_operating_system_tells_two_of_the_same_name_apart(self) -> None:
        other = identity("pb-0000000000000000f")
        found = self.fetch(other, identity(ID, system="UBUNTU", default=True), system="UBUNTU")
        assert (found["baseline_id"], found["tags"], found["default_baseline"]) == (ID, {"k": "v"}, True)

    def test_of_equal_names_the_account_s_own_is_meant(self) -> None:
        theirs = identity("arn:aws:ssm:eu-central-1:1:patchbaseline/pb-0000000000000000d")
        assert self.fetch(theirs, identity(ID))["baseline_id"] == ID

    def test_an_ambiguous_name_is_refused(self) -> None:
        with pytest.raises(InputError, match=f"pb-0000000000000000f, {ID} have it: give baseline_id"):
            self.fetch(identity(ID), identity("pb-0000000000000000f"))


class FakeModule:
    """As much of a module as the work needs."""

    def __init__(self, params: dict[str, Any], check_mode: bool = False) -> None:
        unset: dict[str, Any] = dict.fromkeys(
            [
                "name", "baseline_id", "operating_system", "description", "approval_rules", "approved_patches",
                "approved_patches_compliance_level", "approved_patches_enable_non_security", "rejected_patches",
                "rejected_patches_action", "global_filters", "sources", "account", "tags", "default_baseline",
                "available_security_updates_compliance_status",
            ]
        )  # fmt: skip
        self.params = {**unset, "state": "present", "purge_tags": True, "deregister_patch_groups": False, **params}
        self.check_mode = check_mode


class TestModule:
    @pytest.fixture(autouse=True)
    def _session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def manage(self, params: dict[str, Any], *script: Call | list[Call], check_mode: bool = False) -> dict[str, Any]:
        wire = Wire(list(script))
        session = FakeSession({("", REGION): wire})
        self.monkeypatch.setattr(baseline_module, "session_of", lambda _module: session)
        result = manage_baseline(FakeModule(params, check_mode))
        wire.finish()
        return result

    def test_check_mode_predicts_the_same_as_the_real_run(self) -> None:
        params = {"name": "base", "operating_system": "UBUNTU", "tags": {"a": 1}, "default_baseline": True}
        none = Call("describe_patch_baselines", NAMED, {"BaselineIdentities": []})
        create = Call("create_patch_baseline", None, {"BaselineId": ID})
        default = Call("register_default_patch_baseline", {"BaselineId": ID}, {"BaselineId": ID})
        predicted = self.manage(params, none, check_mode=True)
        real = self.manage(params, none, create, default)
        assert predicted["changed"] is real["changed"] is True
        assert predicted["diff"] == real["diff"]
        assert {**predicted["baseline"], "baseline_id": ID} == real["baseline"]

    def test_a_create_that_lost_its_answer_is_repeated_with_the_same_token(self) -> None:
        none = Call("describe_patch_baselines", NAMED, {"BaselineIdentities": []})
        wire = Wire(
            [
                none,
                Call("create_patch_baseline", None, refusal("InternalServerError", status=500)),
                Call("create_patch_baseline", None, {"BaselineId": ID}),
            ]
        )
        session = FakeSession({("", REGION): wire})
        self.monkeypatch.setattr(baseline_module, "session_of", lambda _module: session)
        manage_baseline(FakeModule({"name": "base"}))
        tokens = [params["ClientToken"] for operation, params in wire.sent if operation == "create_patch_baseline"]
        assert tokens[0] == tokens[1]

    @pytest.mark.parametrize(
        ("params", "option"),
        [
            ({"name": "x"}, "name"),
            ({"name": "a b c"}, "name"),
            ({"name": "base", "approved_patches": [f"KB{number}" for number in range(51)]}, "approved_patches"),
            ({"name": "base", "approval_rules": [{**RULE, "approve_after_days": 361}]}, "approve_after_days"),
            ({"name": "base", "tags": {"k": "v" * 257}}, "tags"),
            ({"name": "base", "description": "d" * 1025}, "description"),
        ],
    )
    def test_what_the_service_model_refuses_is_refused_before_the_first_request(
        self, params: dict[str, Any], option: str
    ) -> None:
        with pytest.raises(InputError, match=option):
            self.manage(params)

    def test_no_longer_the_default_makes_the_service_s_own_the_default(self) -> None:
        theirs = [identity(f"arn:{n}", n) for n in ("AWS-WindowsPredefined", "AWS-DefaultPatchBaseline")]
        listed = Call("describe_patch_baselines", None, {"BaselineIdentities": theirs})
        register = Call("register_default_patch_baseline", {"BaselineId": "arn:AWS-DefaultPatchBaseline"})
        self.manage({"name": "base", "default_baseline": False}, *there(default=True), listed, register)

    def test_which_one_becomes_the_default_is_not_guessed(self) -> None:
        theirs = [identity(f"arn:{n}", n) for n in ("AWS-OneOfTheirBaselines", "AWS-TwoOfTheirBaselines")]
        listed = Call("describe_patch_baselines", None, {"BaselineIdentities": theirs})
        with pytest.raises(CloudError, match="give default_baseline: true for one of these"):
            self.manage({"name": "base", "default_baseline": False}, *there(default=True), listed)

    def test_a_baseline_that_has_to_be_there_is_not_made_anew_each_time(self) -> None:
        none = Call("describe_patch_baselines", None, {"BaselineIdentities": []})
        with pytest.raises(InputError, match="a baseline that exists"):
            self.manage({"baseline_id": ID, "name": "base"}, none)

    def test_what_was_done_before_a_refusal_is_told(self) -> None:
        absent = {"name": "base", "state": "absent", "deregister_patch_groups": True}
        taken = [Call("deregister_patch_baseline_for_patch_group", {"BaselineId": ID, "PatchGroup": g}) for g in "ab"]
        refused = Call("delete_patch_baseline", None, refusal("ResourceInUseException"))
        with pytest.raises(CloudError, match=r"ResourceInUse(?s:.*)deregistered from a, b before that"):
            self.manage(absent, *there(groups=["a", "b"]), *taken, refused)


def there(*, default: bool = False, groups: Sequence[str] = ()) -> list[Call | list[Call]]:
    """What is asked about the baseline ``base``."""
    read = {"BaselineId": ID, "Name": "base", "OperatingSystem": "WINDOWS", "PatchGroups": list(groups)}
    return [
        Call("describe_patch_baselines", NAMED, {"BaselineIdentities": [identity(ID, default=default)]}),
        [Call("get_patch_baseline", None, read), Call("list_tags_for_resource", None, {})],
    ]


class TestSeam:
    """What a caller of many baselines uses."""

    def test_one_listing_for_many(self) -> None:
        own = {"MaxResults": 100, "Filters": [{"Key": "OWNER", "Values": ["Self"]}]}
        wire = Wire(
            [
                Call("describe_patch_baselines", own, {"BaselineIdentities": [identity(ID)]}),
                *there()[1:],
            ]
        )
        connection = wire.connection()
        listed = list_own(connection)
        found = fetch(connection, None, "base", "WINDOWS", listed)
        assert found is not None
        assert found["baseline_id"] == ID
        assert fetch(connection, None, "other", None, listed) is None
        wire.finish()

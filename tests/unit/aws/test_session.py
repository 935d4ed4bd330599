# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How accounts are reached, and that the SDK never repeats a request by itself."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.module import checked_accounts
from ansible_collections.hybridops.patching.plugins.module_utils._aws.nodes import aws_nodes
from ansible_collections.hybridops.patching.plugins.module_utils._aws.session import AwsSession
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from ansible_collections.hybridops.patching.plugins.module_utils._core.patience import Patience
from ansible_collections.hybridops.patching.plugins.module_utils._core.targets import Target, on_targets, targets_of
from botocore.config import Config

from tests.unit.aws.wire import REGION, Call, Wire, refusal

ROLE = "arn:aws:iam::222222222222:role/patching"
OWN = {"aws_access_key_id": "AKIAOWN", "aws_secret_access_key": "own", "verify": True}
ISSUED = {
    "Credentials": {
        "AccessKeyId": "ASIAISSUED000000",
        "SecretAccessKey": "issued",
        "SessionToken": "token",
        "Expiration": "2026-11-21T12:00:00Z",
    }
}
WHO = Call("get_caller_identity", {}, {"Account": "111111111111"})


class ScriptedSession(AwsSession):
    """A session whose clients answer by a script; it notes with which credentials each was made."""

    def __init__(self, script: list[Call | list[Call]], **values: Any) -> None:
        patience = Patience(sleep=lambda _seconds: None)
        settings = {**OWN, **values.pop("settings", {})}
        super().__init__(values.pop("region", REGION), None, settings, values.pop("accounts", None), patience)
        self.wire = Wire(script)
        self.made: list[tuple[str, str, str]] = []

    def _make_client(self, service: str, region: str, credentials: Any) -> Any:
        self.made.append((service, region, credentials["aws_access_key_id"]))
        wire = self.wire

        class Client:
            def __getattr__(self, operation: str) -> Any:
                return lambda **params: wire.answer(service, operation, params)

        return Client()


class TestAccounts:
    def test_a_listed_account_is_reached_by_its_role_once(self) -> None:
        request = {"RoleArn": ROLE, "RoleSessionName": "night", "ExternalId": "x1"}
        accounts = {"222222222222": {"role_arn": ROLE, "external_id": "x1", "session_name": "night"}}
        session = ScriptedSession([Call("assume_role", request, ISSUED)], accounts=accounts)
        for region in (REGION, "eu-west-1"):
            session.wire.script.append([Call("list_commands", {}, {"Commands": []})])
            session.connect("222222222222", region).call("ssm", "list_commands", "list")
        session.wire.finish()
        assert session.made == [
            ("sts", REGION, "AKIAOWN"), ("ssm", REGION, "ASIAISSUED000000"), ("ssm", "eu-west-1", "ASIAISSUED000000"),
        ]  # fmt: skip

    def test_no_account_means_the_own_credentials_and_costs_no_request(self) -> None:
        session = ScriptedSession([Call("list_commands", {}, {"Commands": []})])
        session.connect().call("ssm", "list_commands", "list")
        assert session.made == [("ssm", REGION, "AKIAOWN")]

    def test_the_own_account_is_asked_for_once(self) -> None:
        session = ScriptedSession([WHO])
        session.connect("111111111111", REGION)
        session.connect("111111111111", "eu-west-1")
        session.wire.finish()

    def test_another_account_without_a_role_is_refused(self) -> None:
        with pytest.raises(CloudError, match=r"account 111111111111.*role_arn.*patch_accounts\.aws of a playbook"):
            ScriptedSession([WHO]).connect("222222222222")

    def test_a_role_that_may_not_be_assumed(self) -> None:
        denied = Call("assume_role", None, refusal("AccessDenied", "not authorized", 403, "AssumeRole"))
        session = ScriptedSession([denied], accounts={"222222222222": {"role_arn": ROLE}})
        targets: list[Target[Node]] = [Target("222222222222", region, ()) for region in (REGION, "eu-west-1")]
        with pytest.raises(CloudError) as caught:
            on_targets(session, targets, lambda _connection, _target: None)
        said = str(caught.value)
        assert said.count(f"Could not assume the role {ROLE} to reach account 222222222222") == 1
        assert "Check role_arn of the account (accounts.aws of the policy" in said
        assert "trust policy" in said
        assert "lacks this permission" not in said
        session.wire.finish()

    def test_a_service_that_was_busy_is_asked_for_the_role_again(self) -> None:
        busy = Call("assume_role", None, refusal("RegionDisabledException", "not active", 403, "AssumeRole"))
        session = ScriptedSession([busy, Call("assume_role", None, ISSUED)], accounts={"2": {"role_arn": ROLE}})
        with pytest.raises(CloudError):
            session.connect("2")
        session.connect("2", "eu-west-1")

    def test_no_region_at_all(self) -> None:
        with pytest.raises(CloudError, match="No region is known"):
            ScriptedSession([], region=None).connect()

    @pytest.mark.parametrize("role", ["text", {}, {"role_arn": ""}, {"role_arn": ROLE, "role": "x"}, None])
    def test_an_account_that_is_no_role(self, role: Any) -> None:
        with pytest.raises(InputError, match=r"accounts\.111111111111"):
            checked_accounts({111111111111: role})

    @pytest.mark.parametrize("account", ["prod", 1, "0123456789012", ""])
    def test_what_is_no_account(self, account: Any) -> None:
        with pytest.raises(InputError, match=r"accounts: .*12 digits, in quotes"):
            checked_accounts({account: {"role_arn": ROLE}})

    def test_account_numbers_may_be_numbers(self) -> None:
        assert checked_accounts({222222222222: {"role_arn": ROLE, "external_id": None}}) == {
            "222222222222": {"role_arn": ROLE}
        }


class TestClients:
    @pytest.mark.parametrize("given", [None, Config(retries={"max_attempts": 9, "mode": "adaptive"}, read_timeout=7)])
    def test_the_sdk_makes_a_single_attempt_whatever_the_user_sets(self, given: Any) -> None:
        session = AwsSession(REGION, "http://127.0.0.1:9", {**OWN, "aws_config": given}, {})
        config = session._client("ssm", None, REGION).meta.config
        assert config.retries["total_max_attempts"] == 1
        assert config.read_timeout == (7 if given else 60)

    def test_an_endpoint_that_is_not_there(self) -> None:
        patience = Patience(connect=0.0)
        session = AwsSession(REGION, "http://127.0.0.1:9", OWN, {}, patience)
        with pytest.raises(CloudError, match="Check that the endpoint can be reached") as caught:
            session.connect().send_once("ssm", "send_command", "send", DocumentName="AWS-RunShellScript")
        assert not isinstance(caught.value, OutcomeUnknown)

    def test_a_profile_that_does_not_exist(self) -> None:
        session = AwsSession(REGION, None, {"profile_name": "no-such-profile"}, {})
        with pytest.raises(CloudError, match="no-such-profile"):
            session.connect().call("ssm", "list_commands", "list")


class TestTargets:
    def test_nodes_by_account_and_region_in_order(self) -> None:
        nodes = [Node("i-1", account="1", region="a"), Node("i-2", account="2"), Node("i-3", account="1", region="a")]
        assert [(t.account, t.region, len(t.items)) for t in targets_of(nodes, "home")] == [
            ("1", "a", 2),
            ("2", "home", 1),
        ]

    def test_nodes_of_other_clouds_and_twins_are_left_out(self) -> None:
        one, two = "i-00000001", "mi-00000000000000002"
        nodes = [Node(one, provider="aws"), Node("vm", provider="azure_vm"), Node(one, provider="aws"), Node(two)]
        assert [node.node_id for node in aws_nodes(nodes)] == [one, two]
        assert [node.node_id for node in aws_nodes(nodes, [two, "i-9"])] == [two]
        assert aws_nodes(nodes, []) == []

    @pytest.mark.parametrize("node_id", ["bogus", "i-1", "mi-00000001", "i-0000000000000000g ", "db01"])
    def test_an_id_that_no_node_can_have_is_refused(self, node_id: str) -> None:
        with pytest.raises(InputError, match=r"nodes\.node_id"):
            aws_nodes([Node(node_id, provider="aws")])

    def test_all_targets_failing_is_the_call_s_failure(self) -> None:
        session = ScriptedSession([WHO])
        targets: list[Target[Node]] = [Target("2", REGION, ()), Target("3", REGION, ())]
        with pytest.raises(CloudError, match=r"Account 2 cannot be reached(.|\n)*Account 3 cannot be reached"):
            on_targets(session, targets, lambda _connection, _target: None)

    def test_one_target_failing_is_told_and_the_other_worked_on(self) -> None:
        session = ScriptedSession([WHO])
        targets: list[Target[Node]] = [Target("111111111111", REGION, ()), Target("3", REGION, ())]
        answers = on_targets(session, targets, lambda connection, _target: connection.place)
        assert [answer for _target, answer in answers.answers] == [f"111111111111 {REGION}"]
        assert [target.account for target, _error in answers.errors] == ["3"]

    def test_a_mistake_of_ours_is_not_hidden(self) -> None:
        with pytest.raises(ZeroDivisionError):
            on_targets(ScriptedSession([]), [Target("", REGION, ())], lambda _connection, _target: 1 / 0)

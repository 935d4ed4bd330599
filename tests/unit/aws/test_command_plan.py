# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands are planned: few requests, the right script for each node, and nothing secret kept."""

from __future__ import annotations

from ansible_collections.hybridops.patching.plugins.module_utils._aws.command_start import text_lists
from ansible_collections.hybridops.patching.plugins.module_utils._aws.commands import (
    CommandSpec,
    marked,
    plan_by_family,
    plan_same,
    script_spec,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.patch_operation import patch_spec
from ansible_collections.hybridops.patching.plugins.module_utils._core.nodes import Node
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.wire import ACCOUNT, REGION

SPEC = CommandSpec("AWS-RunPatchBaseline", {"Operation": ["Scan"]})
A, B = "i-0000000000000000a", "i-0000000000000000b"


def node(node_id: str, account: str = ACCOUNT, region: str = REGION, os_family: str = "linux") -> Node:
    return Node(node_id=node_id, provider="aws", account=account, region=region, os_family=os_family)


class TestPlan:
    def test_fifty_nodes_a_request_and_one_target_each(self) -> None:
        nodes = [node(f"i-{n:017x}") for n in range(120)] + [node("i-0000000000000ffff", region="eu-west-1")]
        plan = plan_same(nodes, SPEC, REGION)
        assert [(c.region, len(c.nodes)) for c in plan.commands] == [
            (REGION, 50), (REGION, 50), (REGION, 20), ("eu-west-1", 1),
        ]  # fmt: skip

    @given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["r1", "r2", ""])), max_size=230))
    def test_every_node_gets_exactly_one_command_of_its_own_target(self, places: list[tuple[str, str]]) -> None:
        nodes = [node(f"i-{n:017x}", account, region) for n, (account, region) in enumerate(places)]
        plan = plan_same(nodes, SPEC, REGION)
        assert sorted(n.node_id for c in plan.commands for n in c.nodes) == [n.node_id for n in nodes]
        for command in plan.commands:
            assert 0 < len(command.nodes) <= 50
            assert {(n.account, n.region or REGION) for n in command.nodes} == {(command.account, command.region)}

    def test_a_node_gets_the_script_of_its_family_or_a_reason(self) -> None:
        specs = {"linux": script_spec("linux", "a\nb", 60, {}), "windows": script_spec("windows", "c", None, {})}
        nodes = [node(A), node(B, os_family="windows"), node("i-0000000000000000c", os_family="")]
        plan = plan_by_family(nodes, specs, REGION)
        assert [(c.spec.document, [n.node_id for n in c.nodes]) for c in plan.commands] == [
            ("AWS-RunShellScript", [A]),
            ("AWS-RunPowerShellScript", [B]),
        ]
        assert plan.commands[0].spec.parameters == {"commands": ["a", "b"], "executionTimeout": ["60"]}
        assert "set os_family" in plan.refused["i-0000000000000000c"]

    def test_a_family_without_a_script_is_refused(self) -> None:
        plan = plan_by_family([node(A, os_family="windows")], {"linux": script_spec("linux", "a", None, {})}, REGION)
        assert plan.commands == ()
        assert "no script for its operating system family windows" in plan.refused[A]

    def test_the_ledger_keeps_no_values(self) -> None:
        kept = CommandSpec("D", {"password": ["geheim"]}).remembered()
        assert kept["parameters"] == ["password"]
        assert "geheim" not in repr(kept)

    def test_a_comment_never_loses_its_mark_nor_grows_too_long(self) -> None:
        assert marked("mark", "") == "mark"
        assert marked("mark", "x" * 200) == "mark " + "x" * 95

    def test_parameters_become_lists_of_texts(self) -> None:
        given_ = {"one": 1, "flag": True, "many": ["a", 2], "text": "t"}
        assert text_lists(given_) == {"one": ["1"], "flag": ["true"], "many": ["a", "2"], "text": ["t"]}


class TestPatchOperation:
    def test_scan_leaves_out_what_it_would_ignore(self) -> None:
        params = {"operation": "Scan", "reboot_option": "NoReboot", "install_override_list": "s3://b/k"}
        assert patch_spec(params, {}).parameters == {"Operation": ["Scan"]}

    def test_install_sends_what_is_set(self) -> None:
        params = {"operation": "Install", "reboot_option": "NoReboot", "install_override_list": "s3://b/k"}
        assert patch_spec(params, {"MaxErrors": "100%"}).request([A], "c") == {
            "DocumentName": "AWS-RunPatchBaseline",
            "InstanceIds": [A],
            "Parameters": {
                "Operation": ["Install"],
                "RebootOption": ["NoReboot"],
                "InstallOverrideList": ["s3://b/k"],
            },
            "Comment": "c",
            "MaxErrors": "100%",
        }

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of the demonstration, brought into force on its fleet over the real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.integration.estate import ROOT, Estate, Played
from tests.sandbox.client import SandboxProcess

pytestmark = pytest.mark.slow

DEMO = ROOT / "playbooks" / "examples" / "demo"
PLACES = {
    "test": {
        ("111111111111", "eu-central-1"): {"redhat", "ubuntu", "windows"},
        ("111111111111", "eu-west-1"): {"amazon_linux_2023", "centos", "suse"},
    },
    "prod": {
        ("222222222222", "eu-central-1"): {"oracle_linux", "redhat", "ubuntu", "windows"},
        ("222222222222", "eu-west-1"): {"amazon_linux_2023", "centos", "suse"},
    },
    "lab": {("111111111111", "eu-central-1"): {"redhat", "windows"}},
}
"""The operating systems of each environment, as the fleet has them."""


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[SandboxProcess]:
    """The fleet of the demonstration."""
    with SandboxProcess("demo", speed=120) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class InForce:
    """A fleet in which the policy is in force, and what the playbook said."""

    estate: Estate
    played: Played

    @property
    def sandbox(self) -> SandboxProcess:
        """The fleet."""
        return self.estate.sandbox


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InForce]:
    """All three environments of the demonstration in one run, for tests that only look."""
    with SandboxProcess("demo", speed=120) as sandbox:
        estate = Estate(tmp_path_factory.mktemp("estate"), sandbox)
        played = apply(estate, None)
        assert played.returncode == 0, played.output
        yield InForce(estate, played)


def apply(estate: Estate, environment: str | None, *arguments: str, **variables: Any) -> Played:
    """Bring an environment of the policy into force, or all of them, or see what that would do."""
    policy = {"patch_policy": str(DEMO / "policy.yml")} | variables
    return estate.play(
        "policy.yml", *arguments, inventory=DEMO / "inventory.yml", patch_environment=environment, **policy
    )


def ssm(sandbox: SandboxProcess, account: str, region: str) -> Any:
    """A client of its own in an account: the tests look with other eyes than the modules."""
    keys = {
        "aws_access_key_id": sandbox.env["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": sandbox.env["AWS_SECRET_ACCESS_KEY"],
    }
    sts = boto3.client("sts", region_name=region, endpoint_url=sandbox.url, **keys)
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/patching", RoleSessionName="look")["Credentials"]
    return boto3.client(
        "ssm",
        region_name=region,
        endpoint_url=sandbox.url,
        aws_access_key_id=role["AccessKeyId"],
        aws_secret_access_key=role["SecretAccessKey"],
        aws_session_token=role["SessionToken"],
    )


def baselines(sandbox: SandboxProcess, account: str, region: str) -> dict[str, dict[str, Any]]:
    """The account's own baselines by name."""
    client = ssm(sandbox, account, region)
    own = client.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
    found = [client.get_patch_baseline(BaselineId=entry["BaselineId"]) for entry in own]
    return {baseline["Name"]: baseline for baseline in found}


def registered(sandbox: SandboxProcess, account: str, region: str) -> dict[str, set[str]]:
    """The names of the baselines that each patch group is registered with."""
    groups: dict[str, set[str]] = {}
    for mapping in ssm(sandbox, account, region).describe_patch_groups()["Mappings"]:
        groups.setdefault(mapping["PatchGroup"], set()).add(mapping["BaselineIdentity"]["BaselineName"])
    return groups


def approved(sandbox: SandboxProcess, account: str, region: str, name: str) -> dict[str, str]:
    """What the service makes of a baseline: the status of each patch by its title."""
    baseline = baselines(sandbox, account, region)[name]
    effective = ssm(sandbox, account, region).describe_effective_patches_for_patch_baseline(
        BaselineId=baseline["BaselineId"], MaxResults=50
    )["EffectivePatches"]
    return {
        entry["Patch"].get("Name") or entry["Patch"]["KbNumber"]: entry["PatchStatus"]["DeploymentStatus"]
        for entry in effective
    }


def delays(baseline: dict[str, Any]) -> list[int]:
    """ApproveAfterDays of each rule."""
    return [rule["ApproveAfterDays"] for rule in baseline["ApprovalRules"]["PatchRules"]]


def test_check_then_apply_then_nothing_is_left_to_do(estate: Estate) -> None:
    check = apply(estate, "test", "--check", "--diff")
    assert check.returncode == 0, check.output
    assert "changed=1" in check
    assert "+++ after: patch baseline hybridops-test-redhat in 111111111111 eu-central-1" in check
    assert "+++ after: patch group patch_test_0600_batch_2 in 111111111111 eu-central-1" in check
    assert "+++ after: maintenance window hybridops-test-scan in 111111111111 eu-west-1" in check
    assert "hybridops-test-scan scans every 4 hours, next 20" in check
    assert estate.sandbox.requests()
    assert estate.sandbox.writes() == []

    first = apply(estate, "test", "--diff")
    assert first.returncode == 0, first.output
    assert "changed=1" in first
    operations = [entry["operation"] for entry in estate.sandbox.writes()]
    assert operations.count("CreatePatchBaseline") == 6
    assert operations.count("RegisterPatchBaselineForPatchGroup") == 6
    assert operations.count("CreateMaintenanceWindow") == 2
    assert len(operations) == 12 + 2 * 3, "a window, its target and its task at two places"

    estate.sandbox.clear_requests()
    for arguments in ((), ("--check", "--diff")):
        again = apply(estate, "test", *arguments)
        assert again.returncode == 0, again.output
        assert "changed=0" in again
        assert "+++ after" not in again
        assert {listing: len(places(estate, listing)) for listing in LISTINGS} == dict.fromkeys(LISTINGS, 2)
        assert estate.sandbox.writes() == []
        estate.sandbox.clear_requests()


LISTINGS = ("DescribePatchBaselines", "DescribePatchGroups", "DescribeMaintenanceWindows")


def places(estate: Estate, listing: str) -> list[tuple[str, str]]:
    """Where a listing was asked for, each first page counted."""
    asked = estate.sandbox.requests(operation=listing)
    found = [(one["account"], one["region"]) for one in asked if not one["params"].get("NextToken")]
    assert len(set(found)) == 2
    return found


@pytest.mark.parametrize("environment", PLACES)
def test_each_environment_has_its_baselines_and_groups(in_force: InForce, environment: str) -> None:
    for place, systems in PLACES[environment].items():
        found = baselines(in_force.sandbox, *place)
        names = {f"hybridops-{environment}-{os}" for os in systems}
        assert {name for name in found if name.startswith(f"hybridops-{environment}-")} == names
        groups = registered(in_force.sandbox, *place)
        windows = {name for name in names if name.endswith("windows")}
        assert groups[f"patch_{environment}_0600_batch_1"] == names - windows
        assert groups.get(f"patch_{environment}_0600_batch_2", set()) == windows
        expected = 14 if environment == "prod" else 0
        for name in names:
            assert delays(found[name]) == [0 if name.endswith("ubuntu") else expected]


def test_prod_waits_for_what_test_gets_at_once(in_force: InForce) -> None:
    test = approved(in_force.sandbox, "111111111111", "eu-central-1", "hybridops-test-redhat")
    prod = approved(in_force.sandbox, "222222222222", "eu-central-1", "hybridops-prod-redhat")
    assert test["sudo"] == "APPROVED"
    assert prod["sudo"] == "PENDING_APPROVAL"
    assert {test["kernel"], prod["kernel"]} == {"APPROVED"}
    assert "vim-minimal" not in test, "an enhancement is no patch that the policy approves"


def test_each_system_gets_the_patches_that_the_policy_means(in_force: InForce) -> None:
    windows = approved(in_force.sandbox, "222222222222", "eu-central-1", "hybridops-prod-windows")
    assert windows["KB5044281"] == "APPROVED"
    assert windows["KB4052623"] == "PENDING_APPROVAL"
    assert "KB890830" not in windows
    ubuntu = approved(in_force.sandbox, "222222222222", "eu-central-1", "hybridops-prod-ubuntu")
    assert ubuntu == {"openssl": "APPROVED", "linux-image-aws": "APPROVED", "libc6": "APPROVED"}
    suse = approved(in_force.sandbox, "222222222222", "eu-west-1", "hybridops-prod-suse")
    assert suse["kernel-default"] == "APPROVED"
    assert suse["glibc"] == "PENDING_APPROVAL"


def test_what_ubuntu_cannot_have_is_said(in_force: InForce) -> None:
    said = "ubuntu: knows no dates of release, so that patches are approved at once and not after 14 days"
    assert in_force.played.output.count(said) == 1, "of prod, and not of test"


def test_all_environments_have_windows_that_scan_and_none_that_installs(in_force: InForce) -> None:
    for environment, places in PLACES.items():
        for place in places:
            client = ssm(in_force.sandbox, *place)
            windows = {
                window["Name"]: window["WindowId"]
                for window in client.describe_maintenance_windows()["WindowIdentities"]
            }
            window_id = windows[f"hybridops-{environment}-scan"]
            (task,) = client.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"]
            whole = client.get_maintenance_window_task(WindowId=window_id, WindowTaskId=task["WindowTaskId"])
            assert whole["TaskInvocationParameters"]["RunCommand"]["Parameters"] == {"Operation": ["Scan"]}
            assert not [name for name in windows if "install" in name]


def test_the_plan_finds_the_default_baseline_only_before(in_force: InForce, estate: Estate) -> None:
    plans = [
        place.play(
            "plan.yml",
            inventory=DEMO / "inventory.yml",
            patch_policy=str(DEMO / "policy.yml"),
            patch_environment="prod",
        )
        for place in (estate, in_force.estate)
    ]
    assert ["default_baseline" in plan for plan in plans] == [True, False]
    assert plans[1].returncode == 0, plans[1].output


def test_a_changed_policy_changes_the_baselines_that_are_there(estate: Estate, tmp_path: Path) -> None:
    assert apply(estate, "lab").returncode == 0
    before = baselines(estate.sandbox, "111111111111", "eu-central-1")
    text = (DEMO / "policy.yml").read_text(encoding="utf-8")
    changed = tmp_path / "changed.yml"
    changed.write_text(text.replace("after_days: 0}", "after_days: 3, rejected: [KB5044099]}"), encoding="utf-8")
    played = apply(estate, "lab", patch_policy=str(changed))
    assert played.returncode == 0, played.output
    after = baselines(estate.sandbox, "111111111111", "eu-central-1")
    assert {name: baseline["BaselineId"] for name, baseline in before.items()} == {
        name: baseline["BaselineId"] for name, baseline in after.items()
    }
    windows = after["hybridops-lab-windows"]
    assert delays(windows) == [3]
    assert windows["RejectedPatches"] == ["KB5044099"]
    assert after["hybridops-lab-redhat"]["RejectedPatches"] == []


def test_a_write_that_is_refused_is_told_and_a_further_call_does_the_rest(estate: Estate) -> None:
    refused = {"operation": "CreatePatchBaseline", "params": {"Name": "hybridops-lab-windows"}}
    estate.sandbox.fault("error", service="ssm", code="AccessDeniedException", status=400, **refused)
    played = apply(estate, "lab")
    assert played.returncode != 0
    assert "create the patch baseline hybridops-lab-windows in 111111111111 eu-central-1" in played
    assert "1 of 5 were changed. A further call does the rest" in played
    assert "Traceback" not in played
    assert registered(estate.sandbox, "111111111111", "eu-central-1") == {}
    assert apply(estate, "lab").returncode == 0
    groups = registered(estate.sandbox, "111111111111", "eu-central-1")
    assert set(groups) == {"patch_lab_0600_batch_1", "patch_lab_0600_batch_2"}

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the playbooks, each with the policies that it is to get along with, and records what it needs of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from ansible_collections.hybridops.patching.plugins.module_utils._core.delivery.native import ENVIRONMENT_TAG

from tests.integration.estate import Estate, Played
from tests.sandbox.aws.iam.evaluate import Access
from tests.sandbox.client import SandboxProcess

from .fleet import BUCKET, CONTROLLER, FLEET, POLICY, REGION, ROLE, STOPPED, TEAM

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SPEED = 240

Policies = Mapping[str, Any]
"""The policy of each playbook by its name, and that of the controller."""


NeedT = TypeVar("NeedT")


@dataclass(slots=True)
class Recorded(Generic[NeedT]):
    """What a playbook needed, in all its plays, and how they ended."""

    needs: list[NeedT] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


class Stage:
    """A fleet on which playbooks are played; what is needed goes to ``recorded``, by the name of the policy."""

    def __init__(self, directory: Path, sandbox: SandboxProcess, policies: Policies | None) -> None:
        self.sandbox = sandbox
        self.estate = Estate(directory, sandbox, POLICY)
        self.recorded: dict[str, Recorded[Access]] = {}
        self._policies = policies

    def _allowed(self, name: str) -> Any:
        return EVERYTHING if self._policies is None else self._policies[name]

    def play(self, playbook: str, *arguments: str, **variables: Any) -> Played:
        """Play a playbook under its policy and that of the controller; faults that are armed strike it."""
        name = playbook.partition(".")[0]
        self.sandbox.set_policies(ROLE, self._allowed(name))
        self.sandbox.set_policies(CONTROLLER, self._allowed("controller"))
        self.sandbox.clear_requests()
        played = self.estate.play(playbook, *arguments, **variables)
        self._record(name, played)
        self.sandbox.set_policies(ROLE)
        self.sandbox.set_policies(CONTROLLER)
        return played

    def _record(self, name: str, played: Played) -> None:
        self.recorded.setdefault(name, Recorded()).played.append(played)
        for entry in self.sandbox.requests():
            owner = "controller" if entry["service"] == "sts" else name
            recorded = self.recorded.setdefault(owner, Recorded())
            recorded.needs += [Access.from_dict(data) for data in entry.get("access", [])]
            if entry["error"] in ("UnauthorizedOperation", "AccessDeniedException", "AccessDenied") or entry[
                "error"
            ].startswith("Sandbox"):
                recorded.refused.append(entry)


def play_run(stage: Stage) -> None:
    """A whole run with everything in it, of which answers are lost, and a node is left running; then it is stopped."""
    stage.sandbox.fault("drop_after", service="ec2", operation="CreateSnapshots")
    stage.sandbox.fault("drop_after", service="ssm", operation="SendCommand", after=1)
    stage.sandbox.fault("error", service="ec2", operation="StopInstances", code="IncorrectInstanceState", status=400)
    run = {"patch_environment": "test", "patch_run_id": "run-1", "patch_reboot_approval": "CHG0042"}
    stage.play("patch.yml", **run)
    stage.play("restore_power.yml", patch_run_id="run-1")


def play_policy(stage: Stage) -> None:
    """A policy brought into force, and again after it changed and others changed what it had made; then a plan."""
    batches = [{key: value for key, value in batch.items() if key != "reboot"} for batch in POLICY["batches"]]
    native = {"name": "test", "approval": "test", "delivery": "native"}
    stage.estate.set_policy(environments=[native], batches=batches)
    stage.play("policy.yml", patch_environment="test")
    change_foreign(stage.estate.client("ssm"))
    stage.estate.set_policy(approvals={"test": {"severities": ["Critical"]}})
    stage.play("policy.yml", patch_environment="test")
    stage.estate.set_policy(environments=POLICY["environments"])
    stage.play("plan.yml", patch_environment="test")


def play_services(stage: Stage) -> None:
    """Agents updated and kept so, by one association that is new and one that is changed; a team that installs what it
    does not leave out. The answers to commands are lost."""
    stage.estate.client("ssm").create_association(
        Name="AWS-UpdateSSMAgent",
        AssociationName="hybridops-test-agents",
        Targets=[{"Key": "tag:Patch Group", "Values": ["theirs"]}],
    )
    stage.sandbox.fault("drop_after", service="ssm", operation="SendCommand")
    stage.play("agents.yml", patch_environment="test", agents_keep_updated=True)
    stage.estate.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    team = {"patch_only_tags": TEAM, "patch_operation": "Install", "patch_omit": ["kernel"]}
    buckets = {"patch_list_bucket": BUCKET, "patch_output_bucket": BUCKET}
    stage.sandbox.fault("drop_after", service="ssm", operation="SendCommand")
    stage.play("self_service.yml", "--limit", "db1,db3", **team, **buckets)


def change_foreign(ssm: Any) -> None:
    """What others may do to that which the policy made: the next time it is put right."""
    ours = [{"Key": "Name", "Values": ["hybridops-test-install-0600"]}]
    window = ssm.describe_maintenance_windows(Filters=ours)["WindowIdentities"][0]
    window_id = window["WindowId"]
    ssm.update_maintenance_window(WindowId=window_id, Cutoff=0, Duration=12)
    target = ssm.describe_maintenance_window_targets(WindowId=window_id)["Targets"][0]
    ssm.update_maintenance_window_target(
        WindowId=window_id,
        WindowTargetId=target["WindowTargetId"],
        Targets=[{"Key": target["Targets"][0]["Key"], "Values": ["theirs"]}],
    )
    task = ssm.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"][0]
    ssm.update_maintenance_window_task(WindowId=window_id, WindowTaskId=task["WindowTaskId"], MaxErrors="7")
    extra = ssm.register_target_with_maintenance_window(
        WindowId=window_id, ResourceType="INSTANCE", Targets=[{"Key": "InstanceIds", "Values": [STOPPED]}]
    )["WindowTargetId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window_id,
        Targets=[{"Key": "WindowTargetIds", "Values": [extra]}],
        TaskArn="AWS-RunShellScript",
        TaskType="RUN_COMMAND",
        MaxConcurrency="1",
        MaxErrors="1",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"commands": ["true"]}}},
    )
    for mapping in ssm.describe_patch_groups()["Mappings"]:
        group, ours = mapping["PatchGroup"], mapping["BaselineIdentity"]
        system = ours["OperatingSystem"]
        theirs = ssm.create_patch_baseline(Name=f"theirs-{system}", OperatingSystem=system)["BaselineId"]
        ssm.deregister_patch_baseline_for_patch_group(BaselineId=ours["BaselineId"], PatchGroup=group)
        ssm.register_patch_baseline_for_patch_group(BaselineId=theirs, PatchGroup=group)
        tags = [{"Key": ENVIRONMENT_TAG, "Value": "theirs"}]
        ssm.add_tags_to_resource(ResourceType="PatchBaseline", ResourceId=ours["BaselineId"], Tags=tags)
    old = {"Key": ENVIRONMENT_TAG, "Value": "test"}
    ssm.create_maintenance_window(
        Name="hybridops-test-old",
        Schedule="cron(0 6 ? * SAT#1 *)",
        Duration=3,
        Cutoff=1,
        AllowUnassociatedTargets=False,
        Tags=[old],
    )


def add_foreign(ssm: Any) -> None:
    """What somebody else made in the account and a plan has to look at: a window and an association that install, soon
    and on other nodes."""
    targets = [{"Key": "tag:team", "Values": ["others"]}]
    window = ssm.create_maintenance_window(
        Name="others", Schedule="rate(1 hour)", Duration=1, Cutoff=0, AllowUnassociatedTargets=False
    )["WindowId"]
    target = ssm.register_target_with_maintenance_window(WindowId=window, ResourceType="INSTANCE", Targets=targets)[
        "WindowTargetId"
    ]
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        TaskArn="AWS-RunPatchBaseline",
        TaskType="RUN_COMMAND",
        MaxConcurrency="1",
        MaxErrors="1",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Install"]}}},
    )
    ssm.create_association(
        Name="AWS-RunPatchBaseline",
        Targets=targets,
        Parameters={"Operation": ["Install"]},
        ScheduleExpression="rate(12 hours)",
    )


SCENARIOS: Mapping[str, Callable[[Stage], None]] = {
    "run": play_run,
    "policy": play_policy,
    "services": play_services,
}
"""What can be played side by side, each on a fleet of its own."""
LEFT_RUNNING = "Stopped before the run and not stopped again: "
"""Why the run fails at its very end: the scenario sees to it, so that power has to be restored."""


def record(name: str, directory: Path, policies: Policies | None) -> dict[str, Recorded[Access]]:
    """Play a scenario; without policies everything is allowed."""
    folder = directory / name
    folder.mkdir()
    with SandboxProcess(FLEET, speed=SPEED, check_answers=False) as sandbox:
        stage = Stage(folder, sandbox, policies)
        add_foreign(stage.estate.client("ssm"))
        SCENARIOS[name](stage)
        return stage.recorded


def record_all(directory: Path, policies: Policies | None) -> dict[str, Recorded[Access]]:
    """Play all scenarios side by side; what was needed, by the name of the policy."""
    with ThreadPoolExecutor(len(SCENARIOS)) as pool:
        return merged(pool.map(lambda name: record(name, directory, policies), SCENARIOS))


def merged(parts: Iterable[Mapping[str, Recorded[NeedT]]]) -> dict[str, Recorded[NeedT]]:
    """What was recorded in several scenarios, by name."""
    together: dict[str, Recorded[NeedT]] = {}
    for recorded in parts:
        for name, one in recorded.items():
            whole = together.setdefault(name, Recorded())
            whole.needs += one.needs
            whole.played += one.played
            whole.refused += one.refused
    return together


def ended_well(name: str, recorded: Recorded[Any]) -> list[str]:
    """What went wrong with a playbook."""
    wrong = [f"{name}: refused {entry['operation']}: {entry['error']} {entry['params']}" for entry in recorded.refused]
    for played in recorded.played:
        good = played.returncode == 0 or (name == "patch" and played.returncode == 2 and LEFT_RUNNING in played)
        if not good:
            wrong.append(f"{name} ended with {played.returncode}:\n{played.output}")
    return wrong

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy as the program knows it: checked, complete with its defaults, and unchangeable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ..match import Match
from ..schedule import When

CONTROLLER, NATIVE = "controller", "native"
DELIVERIES = (CONTROLLER, NATIVE)
REQUIRED, IF_POSSIBLE, NONE = "required", "if_possible", "none"
SNAPSHOTS = (REQUIRED, IF_POSSIBLE, NONE)
HOLD, ROLLBACK = "hold", "rollback"
ON_FAILURE = (HOLD, ROLLBACK)
WITH_INSTALL, SEPARATE, NEVER = "with_install", "separate", "never"
REBOOTS = (WITH_INSTALL, SEPARATE, NEVER)
GATE_SCOPES = ("environment", "application")
CHECK_KINDS = ("service", "port", "http", "command")
MANIFEST = "manifest"
CONTINUE_TASK, CANCEL_TASK = "CONTINUE_TASK", "CANCEL_TASK"
CUTOFF_BEHAVIORS = (CONTINUE_TASK, CANCEL_TASK)
UPDATE_MANAGER, DEPLOYMENT_SCHEDULES = "update_manager", "deployment_schedules"
NATIVE_SERVICES = (UPDATE_MANAGER, DEPLOYMENT_SCHEDULES)

Wave: TypeAlias = "int | str"
"""A number of nodes, or a text such as ``10%`` of the batch's nodes."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a batch waits for: the whole environment or its own application; how many nodes may not have passed."""

    scope: str = "environment"
    max_failed: int = 0
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How one node is treated. A value of None (only on the way to the result) means: as the wider rule says."""

    snapshot: str | None = None
    on_failure: str | None = None
    reboot: str | None = None
    start_stopped: bool | None = None
    allow_unprotected: bool | None = None
    min_free_disk_mib: int | None = None
    spread_by: tuple[str, ...] | None = None
    accept: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How maintenance windows of AWS do their work, in the API's words. None means: as the wider rule says.

    Texts may have the placeholders of :data:`WINDOW_PLACEHOLDERS`. An empty text means that there is none.
    """

    max_concurrency: str | None = None
    max_errors: str | None = None
    cutoff_behavior: str | None = None
    service_role_arn: str | None = None
    output_s3_bucket_name: str | None = None
    output_s3_key_prefix: str | None = None
    install_override_list: str | None = None


WINDOW_PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "service_role_arn": ("account", "region"),
    "output_s3_bucket_name": ("account", "region"),
    "output_s3_key_prefix": ("account", "region", "environment", "slot", "batch"),
    "install_override_list": ("account", "region", "environment", "slot", "batch"),
}
"""What may stand in braces in the texts of :class:`WindowSettings`."""


@dataclass(frozen=True, slots=True)
class BatchWindow:
    """The window of a batch in its slot: how long after the slot it opens, and for how long it is open."""

    opens: timedelta
    duration: timedelta


@dataclass(frozen=True, slots=True)
class ConfigurationSettings:
    """Where the maintenance configurations of Azure are, and when in a slot each batch has its window.

    None means: as the wider rule says. An empty ``subscription`` is that of the nodes; without ``windows`` the batches
    share the slot. ``automation_account`` is where deployment schedules are.
    """

    service: str | None = None
    subscription: str | None = None
    resource_group: str | None = None
    location: str | None = None
    automation_account: str | None = None
    windows: Mapping[str, BatchWindow] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Environment:
    """A stage of the estate: test, prod, ..."""

    name: str
    delivery: str = CONTROLLER
    approval: str = ""
    gate: Gate | None = None
    waves: tuple[Wave, ...] = ()
    settings: NodeSettings = field(default_factory=NodeSettings)
    windows: WindowSettings = field(default_factory=WindowSettings)
    configurations: ConfigurationSettings = field(default_factory=ConfigurationSettings)


@dataclass(frozen=True, slots=True)
class Slot:
    """When an environment may be patched."""

    name: str
    environment: str
    when: When
    duration: timedelta
    cutoff: timedelta


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """Which patches are approved; None means: as the wider or the followed rule says. An empty choice means all."""

    classifications: tuple[str, ...] | None = None
    severities: tuple[str, ...] | None = None
    after_days: int | None = None
    approved: tuple[str, ...] | None = None
    rejected: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The approval rules of one name, with what differs by operating system."""

    name: str
    rules: ApprovalRules = field(default_factory=ApprovalRules)
    by_os: Mapping[str, ApprovalRules] = field(default_factory=dict, hash=False)
    follows: str = ""
    promote: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """An ordered stage of a run, of the whole policy or of one application."""

    name: str
    match: Match = field(default_factory=Match)
    after: tuple[str, ...] = ()
    waves: tuple[Wave, ...] = ()
    settings: NodeSettings = field(default_factory=NodeSettings)


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at when a node has been patched; ``batch`` is empty for every batch of the application.

    ``kind`` is service (its name in ``target``), port, http (the URL; ``status`` is the answer wanted) or command.
    """

    kind: str
    target: str
    batch: str = ""
    status: int | None = None

    def __str__(self) -> str:
        wanted = f" answers {self.status}" if self.status else ""
        return f"{self.kind} {self.target}{wanted}"


@dataclass(frozen=True, slots=True)
class Application:
    """Nodes that belong together: their own batches, hooks and checks."""

    name: str
    batches: tuple[Batch, ...] = ()
    hook_before: str = ""
    hook_after: str = ""
    checks: tuple[Check, ...] = ()
    settings: NodeSettings = field(default_factory=NodeSettings)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Nodes that are not patched, with the reason; ``until`` is the instant at which that ends, None for never."""

    match: Match
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time, from ``start`` up to not including ``end``, when nothing may be changed; no environment means all."""

    start: datetime
    end: datetime
    environments: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """The role through which an account is reached."""

    role_arn: str
    external_id: str = ""
    session_name: str = ""

    def to_dict(self) -> dict[str, str]:
        """As the option ``accounts`` of the modules takes it: what is empty is left out."""
        texts = {"role_arn": self.role_arn, "external_id": self.external_id, "session_name": self.session_name}
        return {key: text for key, text in texts.items() if text}


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. ``source`` is the file that it was read from, ``sha256`` the digest of its bytes."""

    timezone: str
    tag_keys: Mapping[str, Mapping[str, tuple[str, ...]]] = field(hash=False)
    group_format: str
    environments: tuple[Environment, ...]
    slots: tuple[Slot, ...]
    approvals: Mapping[str, ApprovalPolicy] = field(hash=False)
    batches: tuple[Batch, ...]
    gate: Gate
    waves: tuple[Wave, ...]
    settings: NodeSettings
    windows: WindowSettings = field(default_factory=WindowSettings)
    configurations: ConfigurationSettings = field(default_factory=ConfigurationSettings)
    applications: tuple[Application, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    accounts: Mapping[str, Mapping[str, AccountAccess]] = field(default_factory=dict, hash=False)
    source: str = ""
    sha256: str = ""
    version: int = 1

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of all its local times."""
        return ZoneInfo(self.timezone)

    def environment(self, name: str) -> Environment | None:
        """The environment of this name."""
        return next((environment for environment in self.environments if environment.name == name), None)

    def application(self, name: str) -> Application | None:
        """The application of this name, if the policy says anything about it."""
        return next((application for application in self.applications if application.name == name), None)

    def slots_of(self, environment: str) -> tuple[Slot, ...]:
        """The slots of an environment, in the policy's order."""
        return tuple(slot for slot in self.slots if slot.environment == environment)

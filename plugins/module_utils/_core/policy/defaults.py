# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy does not have to say."""

from __future__ import annotations

from datetime import timedelta

from ..match import Match
from .model import (
    CONTINUE_TASK,
    HOLD,
    REQUIRED,
    UPDATE_MANAGER,
    WITH_INSTALL,
    ApprovalPolicy,
    ApprovalRules,
    Batch,
    ConfigurationSettings,
    Gate,
    NodeSettings,
    Wave,
    WindowSettings,
)

TIMEZONE = "UTC"
GROUP_FORMAT = "patch_{environment}_{slot}_{batch}"
DURATION = timedelta(hours=3)
CUTOFF = timedelta(hours=1)
GATE = Gate()
WAVES: tuple[Wave, ...] = ("100%",)

BATCHES = (
    Batch("batch_1", Match.of({"os_family": "linux"})),
    Batch("batch_2", Match.of({"os_family": "windows"}), after=("batch_1",)),
)

TAG_KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    "aws": {"group": ("Patch Group", "PatchGroup"), "application": ("Application", "application")},
    "azure": {"group": ("patch",), "application": ("application",)},
}

SETTINGS = NodeSettings(
    snapshot=REQUIRED,
    on_failure=HOLD,
    reboot=WITH_INSTALL,
    start_stopped=False,
    allow_unprotected=False,
    min_free_disk_mib=1024,
    spread_by=("cluster",),
    accept=(),
)

WINDOWS = WindowSettings(
    max_concurrency="50",
    max_errors="0",
    cutoff_behavior=CONTINUE_TASK,
    service_role_arn="",
    output_s3_bucket_name="",
    output_s3_key_prefix="",
    install_override_list="",
)
"""As many nodes at once, and as few errors, as Run Command has by default."""

CONFIGURATIONS = ConfigurationSettings(
    service=UPDATE_MANAGER, subscription="", resource_group="", location="", automation_account="", windows={}
)

APPROVAL = ApprovalPolicy(
    "", ApprovalRules(("Security", "Bugfix"), ("Critical", "Important"), after_days=7, approved=(), rejected=())
)
"""Security and bug fixes of the two upper severities a week after they came out, as AWS's own baselines choose."""


def cutoff_of(duration: timedelta) -> timedelta:
    """No new installs in the last hour of a slot that is longer than an hour."""
    return CUTOFF if duration > CUTOFF else timedelta(0)

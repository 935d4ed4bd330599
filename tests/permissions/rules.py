# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each need is narrowed: to which resources, and by which conditions.

Reading is narrowed by the type of resource only, since a plan has to see the nodes that nobody put into a patch group.
Writing is narrowed by tags: of nodes by their patch group, of what the collection made by the tags that it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.hybridops.patching.plugins.module_utils._aws.snapshots import DEVICE_TAG, NODE_TAG
from ansible_collections.hybridops.patching.plugins.module_utils._core.delivery.native import ENVIRONMENT_TAG
from ansible_collections.hybridops.patching.plugins.module_utils._core.power_plan import BEFORE_TAG

from tests.sandbox.aws.iam.conditions import conditions_hold
from tests.sandbox.aws.iam.evaluate import Access
from tests.sandbox.aws.iam.patterns import glob
from tests.sandbox.aws.iam.reference import action

NodeTags = tuple[tuple[str, str], ...]
"""Tags, any of which a node has to carry: key, and a pattern of the value."""
GROUPS: NodeTags = (("Patch Group", "patch_*"), ("PatchGroup", "patch_*"))
NODES: Mapping[str, NodeTags] = {"self_service": (("Application", "payroll"),)}
"""The nodes that a policy is for, where it is not for all that are in a patch group."""
READING = ("List", "Read")
Condition = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A part of a statement. ``sid``: the statement that it belongs to."""

    sid: str
    action: str
    resource: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """How needs of some actions on some types of resources are narrowed.

    ``node``: to nodes in a patch group. ``exact``: to the very resource, whatever account and region it is in.
    ``when``: it is for needs that meet the condition only.
    """

    sid: str
    actions: tuple[str, ...]
    types: tuple[str, ...]
    condition: Condition = field(default_factory=dict)
    node: bool = False
    exact: bool = False
    when: Condition = field(default_factory=dict)

    def fits(self, need: Access) -> bool:
        """Whether the rule is for this need."""
        if need.resource_type not in self.types or not any(glob(name, need.action) for name in self.actions):
            return False
        lists = {name: {key: [value] for key, value in keys.items()} for name, keys in self.when.items()}
        return conditions_hold(lists, need.find)


def _rule(sid: str, actions: str, types: str, condition: Condition | None = None, **how: Any) -> Rule:
    return Rule(sid, tuple(actions.split()), tuple(types.split() or [""]), condition or {}, **how)


def _some(tag: str) -> Condition:
    """That there is such a tag, whatever its value."""
    return {"StringLike": {tag: "*"}}


def _joined(*conditions: Condition) -> dict[str, dict[str, Any]]:
    joined: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        for operator, keys in condition.items():
            joined.setdefault(operator, {}).update(keys)
    return joined


def _only(*keys: str) -> Condition:
    """No tags but these; with no key at all DeleteTags would remove every tag."""
    return {"ForAllValues:StringEquals": {"aws:TagKeys": list(keys)}, "Null": {"aws:TagKeys": "false"}}


_OURS = _some(f"aws:ResourceTag/{ENVIRONMENT_TAG}")
_MADE_OURS = _some(f"aws:RequestTag/{ENVIRONMENT_TAG}")
_OF_ACTION = {"StringEquals": {"ec2:CreateAction": "CreateSnapshots"}}
RULES: tuple[Rule, ...] = (
    _rule("AssumeRoles", "sts:AssumeRole", "role", exact=True),
    _rule(
        "PassRoles", "iam:PassRole", "role", {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}, exact=True
    ),
    _rule("Documents", "ssm:SendCommand ssm:CreateAssociation ssm:UpdateAssociation", "document", exact=True),
    _rule("Buckets", "ssm:SendCommand s3:ListBucket s3:GetBucketLocation", "bucket", exact=True),
    _rule("Objects", "s3:GetObject s3:PutObject s3:DeleteObject", "object", exact=True),
    _rule("Associations", "ssm:CreateAssociation ssm:UpdateAssociation", "association"),
    _rule(
        "CommandNodes",
        "ssm:SendCommand ssm:CreateAssociation ssm:UpdateAssociation",
        "instance managed-instance",
        node=True,
    ),
    _rule("WorkOnNodes", "ec2:StartInstances ec2:StopInstances ec2:RebootInstances", "instance", node=True),
    _rule("RememberPower", "ec2:CreateTags ec2:DeleteTags", "instance", _only(BEFORE_TAG), node=True),
    _rule("WorkOnNodes", "ec2:CreateSnapshots", "instance", node=True),
    _rule("SnapshotVolumes", "ec2:CreateSnapshots", "volume"),
    _rule("Snapshots", "ec2:CreateSnapshots", "snapshot", _some(f"aws:RequestTag/{NODE_TAG}")),
    _rule("TagNewSnapshots", "ec2:CreateTags", "snapshot", _OF_ACTION, when=_OF_ACTION),
    _rule("TagDevices", "ec2:CreateTags", "snapshot", _joined(_only(DEVICE_TAG), _some(f"aws:ResourceTag/{NODE_TAG}"))),
    _rule("MakeOurs", "ssm:CreatePatchBaseline ssm:CreateMaintenanceWindow", "", _MADE_OURS),
    _rule("FreeGroups", "ssm:DeregisterPatchBaselineForPatchGroup", "patchbaseline"),
    _rule(
        "ChangeOurs",
        "ssm:Add* ssm:Delete* ssm:Deregister* ssm:Register* ssm:Remove* ssm:Update*",
        "patchbaseline maintenancewindow",
        _OURS,
        when=_OURS,
    ),
    _rule("WindowParts", "ssm:Update* ssm:Deregister*", "windowtarget windowtask"),
)
"""The first rule that fits a need is taken."""
READ = Rule("Read", ("*",), ())
"""What reading needs that no rule fits."""
ORDER = tuple(dict.fromkeys(rule.sid for rule in (READ, *RULES)))
"""The order of statements."""


class NotRuled(LookupError):
    """A need for which nobody has decided how it is narrowed."""


def narrow(need: Access, nodes: NodeTags) -> list[Narrowed]:
    """What allows a need and as little else as can be. ``nodes``: the tags of nodes to write to. Raises NotRuled."""
    known = action(need.action)
    rule = next((rule for rule in RULES if rule.fits(need)), None)
    if rule is None and known.access in READING:
        rule = READ
    if rule is None:
        raise NotRuled(f"{need.action} on {need.resource}: decide in rules.py how it is narrowed")
    resource = _anywhere(need.resource) if rule.exact else _any_of(need)
    if not rule.node:
        return [Narrowed(rule.sid, need.action, resource, _supported(need, rule.condition))]
    family = "ssm:resourceTag" if "ssm:resourcetag" in known.keys else "aws:ResourceTag"
    return [
        Narrowed(
            rule.sid,
            need.action,
            resource,
            _supported(need, _joined(rule.condition, {"StringLike": {f"{family}/{key}": value}})),
        )
        for key, value in nodes
    ]


def _any_of(need: Access) -> str:
    """All resources of the type, in whatever account and region."""
    if not need.resource_type:
        return "*"
    return action(need.action).types[need.resource_type].arn_of("*", "*", "*")


def _anywhere(arn: str) -> str:
    """The same resource in whatever account and region; of an object all in its folder."""
    partition, service, region, account, name = arn.split(":", 5)[1:]
    if service == "s3" and "/" in name:
        name = f"{name.rpartition('/')[0]}/*"
    return ":".join(["arn", partition, service, region and "*", account and "*", name])


def _supported(need: Access, condition: Condition) -> Condition:
    """The condition, if the action has all of its keys on such a resource: others are never met. Raises NotRuled."""
    for keys in condition.values():
        for key in keys:
            if not action(need.action).supports(key, need.resource_type):
                raise NotRuled(f"{need.action} on {need.resource} does not know the condition key {key}")
    return condition

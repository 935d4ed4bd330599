# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From inventory hosts to nodes: the few variables that a run needs of each host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .errors import InputError, PatchingError, did_you_mean
from .nodes import AZURE, OS_FAMILIES, Node, canonical_id, provider_of_id
from .policy.model import Policy
from .policy.view import policy_view

VARIABLES = {
    "patch_node_id": "node_id",
    "patch_provider": "provider",
    "patch_account": "account",
    "patch_region": "region",
    "patch_os_family": "os_family",
    "patch_os": "os",
    "patch_group": "patch_group",
    "patch_application": "application",
}
"""Inventory variables and the field of the node that each sets."""


SHOWN = 5
"""Hosts that a message names."""


def read_inventory(
    policy: Policy,
    environment: str,
    hostvars: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """The nodes of an environment, as the option ``nodes`` of the modules takes them.

    Raises InputError and PatchingError when policy and inventory do not speak of the same environment and batches.
    """
    view = policy_view(policy)
    if environment not in view["environments"]:
        allowed = ", ".join(view["environments"]) + did_you_mean(environment, view["environments"])
        raise InputError("patch_environment", environment, f"an environment of {policy.source}: {allowed}")
    if environment not in groups:
        raise PatchingError(
            f"the inventory has no group {environment}: the hosts of an environment have to be in a group of its name, "
            f"and in one named as their batch ({', '.join(view['batches'])})"
        )
    members = {batch: groups[batch] for batch in view["batches"] if batch in groups}
    nodes = inventory_nodes(hostvars, groups[environment], members, view["tag_keys"], environment)
    _refuse_without_batch(policy, nodes, view["batches"])
    return nodes


def inventory_regions(hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]) -> set[str]:
    """The AWS regions that the hosts of the whole inventory name."""
    found: set[str] = set()
    for host in hosts:
        variables = hostvars[host]
        known = _aws_ec2(variables)
        node_id = _text(variables.get("patch_node_id")) or known.get("node_id", "")
        if provider_of_id(node_id) == "aws":
            found.add(_text(variables.get("patch_region")) or known.get("region", ""))
    return found - {""}


def search_targets(nodes: Sequence[Mapping[str, Any]], regions: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Where to look for nodes that the inventory lacks, by cloud.

    On AWS that is every account of these nodes in every region that is known; Azure is asked for a whole subscription.
    """
    aws = [node for node in nodes if node["provider"] == "aws"]
    everywhere = sorted({str(node["region"]) for node in aws if node["region"]} | set(regions))
    accounts = sorted({str(node["account"]) for node in aws})
    subscriptions = sorted({str(node["account"]) for node in nodes if node["provider"] in AZURE and node["account"]})
    return {
        "aws": [{"account": account, "region": region} for account in accounts for region in everywhere],
        "azure": [{"account": subscription} for subscription in subscriptions],
    }


def _refuse_without_batch(policy: Policy, nodes: Sequence[Mapping[str, Any]], batches: Sequence[str]) -> None:
    """No play would reach such a host, so its node could never pass."""
    left_out = [exclusion.match for exclusion in policy.exclusions]
    lost = [
        str(node["name"])
        for node in nodes
        if not node["batch"] and not any(match.fits(Node.from_dict(node)) for match in left_out)
    ]
    if lost:
        raise PatchingError(
            f"{_some(lost)} of the inventory {'is' if len(lost) == 1 else 'are'} in none of the groups "
            f"{', '.join(batches)}, and a batch is patched by the group of its name: put each host into its group"
        )


def _some(hosts: Sequence[str]) -> str:
    more = f" and {len(hosts) - SHOWN} more" if len(hosts) > SHOWN else ""
    return f"the host{'' if len(hosts) == 1 else 's'} {', '.join(hosts[:SHOWN])}{more}"


def inventory_nodes(
    hostvars: Mapping[str, Mapping[str, Any]],
    hosts: Iterable[str],
    batch_groups: Mapping[str, Sequence[str]],
    tag_keys: Mapping[str, Mapping[str, Sequence[str]]],
    environment: str = "",
) -> list[dict[str, Any]]:
    """The nodes of these hosts, as the option ``nodes`` of the modules takes them.

    ``batch_groups`` are the inventory's groups named as the policy's batches, with their hosts; ``tag_keys`` are the
    policy's; ``environment`` is the group that the hosts are of. What a ``patch_*`` variable does not say is taken from
    the variables that the inventory plugins amazon.aws.aws_ec2 and azure.azcollection.azure_rm set. The order is that
    of the batches' groups, in which Ansible cuts a batch into waves. Raises PatchingError for hosts without an id and
    for one that is in two batches.
    """
    batch_of = _batch_of(batch_groups)
    position = {host: number for number, host in enumerate(batch_of)}
    in_order = sorted(hosts, key=lambda host: position.get(host, len(position)))
    own = {"environment": environment}
    nodes = [_node(host, hostvars[host], batch_of.get(host, ""), tag_keys) | own for host in in_order]
    nameless = [node["name"] for node in nodes if not node["node_id"]]
    if nameless:
        raise PatchingError(
            f"{_some(nameless)} of the inventory {'has' if len(nameless) == 1 else 'have'} no patch_node_id: set that "
            "variable to the instance id, the mi-… id or the Azure resource id, or take the hosts from a cloud's "
            "inventory plugin"
        )
    return nodes


def _batch_of(batch_groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch, hosts in batch_groups.items():
        for host in hosts:
            if host in found:
                raise PatchingError(
                    f"the host {host} of the inventory is in the groups of two batches, {found[host]} and {batch}: "
                    "take it out of one"
                )
            found[host] = batch
    return found


def _node(
    host: str, variables: Mapping[str, Any], batch: str, tag_keys: Mapping[str, Mapping[str, Sequence[str]]]
) -> dict[str, Any]:
    given = {field: _text(variables.get(name)) for name, field in VARIABLES.items()}
    known = _aws_ec2(variables) or _azure_rm(variables)
    node = {field: value or known.get(field, "") for field, value in given.items()}
    node["node_id"] = canonical_id(node["node_id"])
    node["provider"] = node["provider"] or provider_of_id(node["node_id"])
    if node["provider"] in AZURE:
        # The id says them, and variables that a group has for its hosts on AWS must not say otherwise.
        node["account"] = node["node_id"].split("/")[2]
        node["region"] = known.get("region", "")
    tags = _tags(variables)
    keys = tag_keys.get("aws" if node["provider"] == "aws" else "azure") or {}
    lowered = {key.lower(): value for key, value in tags.items()}
    named = lowered | tags if node["provider"] in AZURE else tags
    node["patch_group"] = node["patch_group"] or _first(named, keys.get("group") or ())
    node["application"] = node["application"] or _first(named, keys.get("application") or ())
    labels = lowered | {str(key): _text(value) for key, value in (variables.get("patch_labels") or {}).items()}
    return {**node, "name": host, "batch": batch, "labels": labels}


def _aws_ec2(variables: Mapping[str, Any]) -> dict[str, str]:
    """What amazon.aws.aws_ec2 says, in its own variables."""
    instance = _text(variables.get("instance_id"))
    if not instance:
        return {}
    placement = variables.get("placement") or {}
    windows = _text(variables.get("platform")).lower() == "windows"
    return {
        "node_id": instance,
        "provider": "aws",
        "account": _text(variables.get("owner_id")),
        "region": _text(placement.get("region")) or _text(placement.get("availability_zone"))[:-1],
        "os_family": "windows" if windows else "linux",
    }


def _azure_rm(variables: Mapping[str, Any]) -> dict[str, str]:
    """What azure.azcollection.azure_rm says, in its own variables."""
    resource = _text(variables.get("id"))
    provider = provider_of_id(resource)
    if not provider.startswith("azure"):
        return {}
    system = _text((variables.get("os_profile") or {}).get("system")).lower()
    return {
        "node_id": resource,
        "provider": provider,
        "account": resource.split("/")[2].lower(),
        "region": _text(variables.get("location")),
        "os_family": system if system in OS_FAMILIES else "",
    }


def _tags(variables: Mapping[str, Any]) -> dict[str, str]:
    tags = variables.get("tags")
    return {str(key): _text(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def _first(tags: Mapping[str, str], keys: Sequence[str]) -> str:
    """The value of the first key that has one; a key in lower case is there too where case does not tell keys apart."""
    return next((value for key in keys if (value := tags.get(key) or tags.get(key.lower()))), "")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a policy mean to each other: names that exist, orders that end, slots that have room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from .. import durations
from ..errors import did_you_mean
from ..names import check_group_format, format_group
from .approvals import environment_of_approval
from .model import Batch, Policy
from .order import all_batches, find_cycle, waits_for
from .settings import windows_for
from .words import KIND_WORDS, PRIORITIES, RATING_WORDS

Finding = tuple[str, str]
"""Path of the key, and what is wrong with it."""


def check(policy: Policy) -> Iterator[Finding]:
    """Everything that is wrong between the parts."""
    for rule in RULES:
        yield from rule(policy)


def _environments(policy: Policy) -> Iterator[Finding]:
    names = [environment.name for environment in policy.environments]
    if not names:
        yield "environments", "is missing; allowed: a list of environments, or slots that name them"
    yield from _repeated("environments", names, "environment")
    for index, environment in enumerate(policy.environments):
        if environment.approval:
            yield from _unknown(f"environments[{index}].approval", environment.approval, policy.approvals, "approval")


def _windows(policy: Policy) -> Iterator[Finding]:
    """Where a prefix is said there has to be a bucket."""
    for index, environment in enumerate(policy.environments):
        windows = windows_for(policy, environment.name)
        if windows.output_s3_key_prefix and not windows.output_s3_bucket_name:
            path = f"environments[{index}]" if environment.windows.output_s3_key_prefix else "defaults"
            key = f"{path}.maintenance_windows.output_s3_key_prefix"
            yield key, f"has no bucket in {environment.name}; allowed: together with output_s3_bucket_name"


def _configurations(policy: Policy) -> Iterator[Finding]:
    """Windows are those of batches that there are."""
    batches = list(waits_for(all_batches(policy)))
    named = [("defaults", policy.configurations)]
    named += [(f"environments[{index}]", one.configurations) for index, one in enumerate(policy.environments)]
    for path, configurations in named:
        for batch in configurations.windows or ():
            yield from _unknown(f"{path}.maintenance_configurations.windows.{batch}", batch, batches, "batch")


def _slots(policy: Policy) -> Iterator[Finding]:
    environments = [environment.name for environment in policy.environments]
    yield from _repeated("slots", [f"{slot.name} of {slot.environment}" for slot in policy.slots], "slot")
    for index, slot in enumerate(policy.slots):
        if slot.environment:
            yield from _unknown(f"slots[{index}].environment", slot.environment, environments, "environment")
        if slot.cutoff >= slot.duration:
            cutoff, duration = durations.format_duration(slot.cutoff), durations.format_duration(slot.duration)
            yield f"slots[{index}].cutoff", f"{cutoff} leaves no time for installs; allowed: less than {duration}"


def _batches(policy: Policy) -> Iterator[Finding]:
    yield from _batch_list("batches", policy.batches)
    for index, application in enumerate(policy.applications):
        yield from _batch_list(f"applications[{index}].batches", application.batches)
    own_cycle = any(
        find_cycle(waits_for(batches)) for batches in (policy.batches, *(one.batches for one in policy.applications))
    )
    cycle = [] if own_cycle else find_cycle(waits_for(all_batches(policy)))
    if cycle:
        users = [
            str(index)
            for index, application in enumerate(policy.applications)
            if any(batch.name in cycle and batch.after for batch in application.batches)
        ]
        path = f"applications[{users[-1]}].batches" if users else "batches"
        yield path, f"{_circle(cycle)} when all applications are taken together; a run has one order of batches"


def _batch_list(path: str, batches: Sequence[Batch]) -> Iterator[Finding]:
    names = [batch.name for batch in batches]
    yield from _repeated(path, names, "batch")
    for index, batch in enumerate(batches):
        for before in batch.after:
            yield from _unknown(f"{path}[{index}].after", before, names, "batch")
    cycle = find_cycle(waits_for(batches))
    if cycle:
        index = names.index(cycle[0])
        yield f"{path}[{index}].after", f"{_circle(cycle)}; allowed: an order in which each batch can begin"


def _applications(policy: Policy) -> Iterator[Finding]:
    yield from _repeated("applications", [application.name for application in policy.applications], "application")
    for index, application in enumerate(policy.applications):
        batches = [batch.name for batch in application.batches or policy.batches]
        for number, check_ in enumerate(application.checks):
            if check_.batch:
                yield from _unknown(f"applications[{index}].checks[{number}].batch", check_.batch, batches, "batch")


def _approvals(policy: Policy) -> Iterator[Finding]:
    follows = {name: (approval.follows,) for name, approval in policy.approvals.items() if approval.follows}
    for name, (followed,) in follows.items():
        yield from _unknown(f"approvals.{name}.follows", followed, policy.approvals, "approval")
    cycle = find_cycle(follows)
    if cycle:
        yield f"approvals.{cycle[0]}.follows", f"{' → '.join(cycle)} follow each other; allowed: an end"
        return
    for name, (followed,) in follows.items():
        if followed in policy.approvals and policy.approvals[name].rules.after_days is None:
            yield from _delay(policy, name, followed)


def _words(policy: Policy) -> Iterator[Finding]:
    """A word for a kind or a severity that no system has is a slip, whatever nodes there are."""
    for name, approval in policy.approvals.items():
        path = f"approvals.{name}"
        by_os = ((f"{path}.by_os.{os}", rules) for os, rules in approval.by_os.items())
        for where, rules in ((path, approval.rules), *by_os):
            yield from _unknown_words(f"{where}.classifications", rules.classifications or (), KIND_WORDS)
            yield from _unknown_words(f"{where}.severities", rules.severities or (), (*RATING_WORDS, *PRIORITIES))


def _unknown_words(path: str, words: Iterable[str], known: Sequence[str]) -> Iterator[Finding]:
    names = list(dict.fromkeys(known))
    lowered = {name.lower() for name in names}
    for word in words:
        if word.lower() not in lowered:
            yield path, f"no system has {word!r}; allowed: {', '.join(names)}{did_you_mean(word, names)}"


def _delay(policy: Policy, name: str, followed: str) -> Iterator[Finding]:
    """The delay behind another environment comes from the slots, so both need one."""
    path, remedy = f"approvals.{name}.follows", "or say after_days"
    leader = environment_of_approval(policy, followed)
    if not leader:
        yield path, f"no single environment has the approval {followed!r}, whose slots would give the delay; {remedy}"
        return
    users = [one.name for one in policy.environments if (one.approval or one.name) == name]
    for environment in [leader, *users]:
        if not policy.slots_of(environment):
            yield path, f"the environment {environment!r} has no slot that would give the delay; add one {remedy}"


def _calendar(policy: Policy) -> Iterator[Finding]:
    environments = [environment.name for environment in policy.environments]
    for index, freeze in enumerate(policy.freezes):
        for environment in freeze.environments:
            yield from _unknown(f"freezes[{index}].environments", environment, environments, "environment")


def _groups(policy: Policy) -> Iterator[Finding]:
    wrong = check_group_format(policy.group_format)
    if wrong:
        example = "patch_{environment}_{slot}_{batch}"
        yield "group_format", f"{policy.group_format!r} {wrong}; allowed: a format such as {example}"
        return
    seen: dict[str, tuple[str, str, str]] = {}
    slots = list(dict.fromkeys(slot.name for slot in policy.slots)) or [""]
    batches = list(waits_for(all_batches(policy)))
    for parts in product([one.name for one in policy.environments], slots, batches):
        group = format_group(policy.group_format, *parts)
        other = seen.setdefault(group, parts)
        if other != parts and ("{slot}" in policy.group_format or other[0::2] != parts[0::2]):
            yield (
                "group_format",
                f"{group!r} could mean {' / '.join(other)} and {' / '.join(parts)}; rename one of them",
            )
            return


RULES: tuple[Callable[[Policy], Iterable[Finding]], ...] = (
    _environments,
    _windows,
    _configurations,
    _slots,
    _batches,
    _applications,
    _approvals,
    _words,
    _calendar,
    _groups,
)


def _repeated(path: str, names: Sequence[str], what: str) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name and name in names[:index]:
            yield f"{path}[{index}].name", f"the {what} {name!r} is there twice; allowed: each name once"


def _unknown(path: str, name: str, known: Iterable[str], what: str) -> Iterator[Finding]:
    names = [one for one in known if one]
    if name not in names:
        yield path, f"there is no {what} {name!r}; allowed: {', '.join(names) or 'none'}{did_you_mean(name, names)}"


def _circle(cycle: Sequence[str]) -> str:
    return f"{cycle[0]} waits for itself" if len(cycle) == 2 else f"{' → '.join(cycle)} wait for each other"

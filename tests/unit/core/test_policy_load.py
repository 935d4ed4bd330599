# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy is read with all its problems at once, and with defaults for what it does not say."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy import defaults
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import (
    load_policy,
    parse_policy,
    policy_from_data,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.model import (
    AccountAccess,
    Check,
    Gate,
    Policy,
)
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.problems import PolicyError
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.settings import configurations_for
from ansible_collections.hybridops.patching.plugins.module_utils._core.schedule import When
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.builders import SMALL, policy

EXAMPLES = Path(__file__).parents[3] / "playbooks" / "examples" / "policies"
FULL = (EXAMPLES / "full.yml").read_text(encoding="utf-8")


def problems_of(text: str) -> list[str]:
    """Everything that is wrong with a policy text."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    return [str(problem) for problem in caught.value.problems]


def test_ten_lines_are_a_whole_policy() -> None:
    small = EXAMPLES / "small.yml"
    lines = [line for line in small.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert len(lines) <= 10
    found = load_policy(small)
    assert [environment.name for environment in found.environments] == ["test", "prod"]
    assert [batch.name for batch in found.batches] == ["batch_1", "batch_2"]
    assert found.batches[1].after == ("batch_1",)
    assert found.group_format == "patch_{environment}_{slot}_{batch}"
    assert found.slots[0].when == When(time(6, 0), "saturday", "first")
    assert (found.slots[0].duration, found.slots[0].cutoff) == (timedelta(hours=3), timedelta(hours=1))
    assert (found.gate, found.waves) == (Gate(), ("100%",))
    assert found.source == str(small)
    assert found.sha256 == hashlib.sha256(small.read_bytes()).hexdigest()


def test_one_environment_is_the_least() -> None:
    found = parse_policy("patch_policy: {environments: [prod]}")
    assert (found.timezone, found.slots) == ("UTC", ())
    assert found.batches == defaults.BATCHES


def test_the_full_example_says_everything() -> None:
    found = parse_policy(FULL)
    payroll = found.application("payroll")
    assert payroll is not None
    assert payroll.batches[0].match.conditions == (("role", ("db",)),)
    assert payroll.batches[0].settings.spread_by == ("cluster",)
    assert payroll.batches[1].settings.reboot == "separate"
    assert (payroll.hook_before, payroll.hook_after) == ("drain.yml", "undrain.yml")
    assert Check("http", "https://payroll.example/health", "batch_2", 200) in payroll.checks
    assert Check("service", "postgresql", "batch_1") in payroll.checks
    assert found.waves == (1, "10%", "100%")
    assert found.exclusions[0].until == datetime(2027, 3, 31, 22, 0, tzinfo=UTC)
    assert found.freezes[0].start == datetime(2026, 12, 19, 23, 0, tzinfo=UTC)
    assert found.freezes[0].end == datetime(2027, 1, 4, 23, 0, tzinfo=UTC)
    assert found.accounts["aws"]["222222222222"] == AccountAccess(
        "arn:aws:iam::222222222222:role/patching", session_name="patching"
    )
    assert found.tag_keys["aws"]["application"] == ("Application",)
    configurations = configurations_for(found, "prod")
    assert (configurations.resource_group, configurations.location) == ("patching", "westeurope")
    assert set(configurations.windows or {}) == {"batch_1", "batch_2"}
    assert found.approvals["test"].by_os["windows"].severities == ("Critical",)


def test_a_policy_may_stand_alone_or_below_its_key() -> None:
    below = parse_policy(SMALL)
    alone = parse_policy(
        "\n".join(line.removeprefix("  ") for line in SMALL.splitlines() if not line.startswith("patch_policy"))
    )
    assert alone.slots == below.slots


def test_unquoted_slots_times_and_accounts_are_texts() -> None:
    found = parse_policy(
        "patch_policy:\n  slots:\n    - {name: 0600, environment: no, when: {time: 06:00}}\n"
        "  accounts: {aws: {011111111111: {role_arn: 'arn:aws:iam::011111111111:role/p'}}}\n"
    )
    assert (found.slots[0].name, found.slots[0].environment, found.slots[0].when.at) == ("0600", "no", time(6, 0))
    assert list(found.accounts["aws"]) == ["011111111111"]


def test_variables_that_ansible_read_are_the_same_policy() -> None:
    data = yaml.safe_load(FULL)
    from_data, from_text = policy_from_data(data), parse_policy(FULL)
    assert from_data.slots == from_text.slots
    assert from_data.applications == from_text.applications
    assert from_data.freezes == from_text.freezes
    assert from_data.exclusions == from_text.exclusions
    assert from_data.sha256 == policy_from_data(data).sha256


def test_a_zone_by_its_windows_name_is_told_the_iana_name() -> None:
    (problem,) = problems_of("timezone: W. Europe Standard Time\nenvironments: [prod]\n")
    assert problem.endswith("such as Europe/Zurich or UTC; did you mean 'Europe/Berlin'?")


def test_all_problems_are_told_with_line_key_and_what_is_allowed() -> None:
    found = problems_of(
        """patch_policy:
  timezone: Europe/Zurch
  environments:
    - {name: prod, delivry: controller}
  slots:
    - {name: "0600", environment: prd, when: {week: frist, weekday: saturday, time: "6:00"}}
  defaults: {gate: {max_failed: -1}, waves: [1, 110%], snapshot: always}
  batchs: []
"""
    )
    expected = [
        ("line 2: patch_policy.timezone: 'Europe/Zurch'", "did you mean 'Europe/Zurich'?"),
        ("line 4: patch_policy.environments[0].delivry: there is no such key", "did you mean 'delivery'?"),
        ("line 6: patch_policy.slots[0].environment: there is no environment 'prd'", "did you mean 'prod'?"),
        ("line 6: patch_policy.slots[0].when.time: '6:00'", '"00:00" to "23:59"'),
        ("line 6: patch_policy.slots[0].when.week: 'frist'", "first, second, third, fourth, last"),
        ("line 7: patch_policy.defaults.gate.max_failed: '-1'", "from 0"),
        ("line 7: patch_policy.defaults.snapshot: 'always'", "required, if_possible, none"),
        ("line 7: patch_policy.defaults.waves: '110%'", '[1, "10%", "100%"]'),
        ("line 8: patch_policy.batchs: there is no such key", "did you mean 'batches'?"),
    ]
    assert len(found) == len(expected)
    for problem, (start, allowed) in zip(found, expected, strict=True):
        assert problem.startswith(start)
        assert allowed in problem


def test_the_error_names_the_file_and_counts() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy("patch_policy: {environments: [prod], version: 2}", "policies/prod.yml")
    assert str(caught.value).splitlines() == [
        "policies/prod.yml cannot be used, 1 problem:",
        "  line 1: patch_policy.version: '2' cannot be used; allowed: 1, the only version of the format so far",
    ]


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("environments: [{name: 'a b'}]", "environments[0].name: 'a b' cannot be used"),
        ("environments: [{}]", "environments[0].name: is missing"),
        ("environments: prod", "allowed: a list of environments"),
        ("group_format: 'x_{batch}'", "lacks {environment}"),
        ("batches: [{name: 1st}]", "since it is an Ansible group too"),
        ("batches: [{name: a, match: {os_famly: linux}}]", "did you mean 'os_family'?"),
        ("batches: [{name: a, match: {nmae: x}}]", "did you mean 'name'?"),
        ("batches: [{name: a, match: {role: {x: y}}}]", "match.role: a mapping cannot be used"),
        ("batches: [{name: a, match: linux}]", "match: 'linux' cannot be used; allowed: a mapping"),
        ("batches: [{name: a, waves: []}]", "waves: a list cannot be used"),
        ("batches: [{name: a, waves: '1,50%'}]", "waves: '1,50%' cannot be used"),
        ("batches: [{name: a, waves: [0]}]", "waves: '0' cannot be used"),
        ("defaults: {on_failure: rolback}", "did you mean 'rollback'?"),
        ("defaults: {reboot: later}", "with_install, separate, never"),
        (
            "defaults: {start_stopped: 'yes please'}",
            "start_stopped: 'yes please' cannot be used; allowed: true or false",
        ),
        ("defaults: {min_free_disk_mib: 1 GiB}", "min_free_disk_mib: '1 GiB' cannot be used; allowed: a whole number"),
        ("defaults: {accept: [no_baselin]}", "accept: 'no_baselin' cannot be used"),
        ("defaults: {gate: {scope: batch}}", "environment, application"),
        ("defaults: [snapshot]", "defaults: a list cannot be used; allowed: a mapping"),
        ("applications: [{name: a, checks: [{service: x, port: 1}]}]", "has service and port; allowed: exactly one"),
        ("applications: [{name: a, checks: [{batch: batch_1}]}]", "has none of them; allowed: exactly one"),
        ("applications: [{name: a, checks: [{port: 70000}]}]", "a port from 1 to 65535"),
        ("applications: [{name: a, checks: [{http: example.com}]}]", "begins with http:// or https://"),
        ("applications: [{name: a, checks: [{http: 'http://x/', status: 1000}]}]", "from 100 to 599"),
        ("applications: [{name: a, checks: [{port: 80, status: 200}]}]", "belongs to a check of kind http only"),
        ("applications: [{name: a, hooks: {befor: x.yml}}]", "did you mean 'before'?"),
        ("exclusions: [{match: {name: x}}]", "exclusions[0].reason: is missing"),
        ("exclusions: [{match: {}, reason: r}]", "exclusions[0].match: is missing"),
        ("exclusions: [{match: {name: []}, reason: r}]", "match.name: is empty and would fit no node"),
        ("exclusions: [{match: {name: x}, reason: r, until: tomorrow}]", "until: 'tomorrow' cannot be used"),
        ("freezes: [{from: 2026-12-20, to: 2026-12-01, reason: r}]", "to: '2026-12-01' cannot be used"),
        ("freezes: [{from: 2026-12-20, reason: r}]", "freezes[0].to: is missing"),
        ("freezes: [{from: 2026-02-30, to: 2026-12-01, reason: r}]", "from: '2026-02-30' cannot be used"),
        ("accounts: {aws: {12: {role_arn: 'arn:aws:iam::222222222222:role/x'}}}", "an AWS account of 12 digits"),
        ("accounts: {aws: {'222222222222': {role_arn: x}}}", "role_arn: 'x' cannot be used"),
        ("accounts: {aws: {'222222222222': {}}}", "role_arn: is missing"),
        ("accounts: {gcp: {}}", "accounts.gcp: there is no such key; allowed: aws"),
        ("tag_keys: {AWS: {group: x}}", "tag_keys.AWS: is no provider"),
        ("tag_keys: {aws: {group: {a: b}}}", "tag_keys.aws.group: a mapping cannot be used"),
    ],
)
def test_what_cannot_be_used_is_named(extra: str, problem: str) -> None:
    found = problems_of(SMALL + f"  {extra}\n")
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("approval", "problem"),
    [
        ("{after_days: 361}", "approvals.x.after_days: '361' cannot be used; allowed: a whole number from 0 to 360"),
        ("{after_days: [1]}", "after_days: a list cannot be used"),
        ("{promote: list}", "promote: 'list' cannot be used; allowed: one of manifest"),
        ("{by_os: {windws: {}}}", "did you mean 'windows'?"),
        ("{by_os: {windows: {follows: test}}}", "by_os.windows.follows: there is no such key"),
        ("{classifications: {a: b}}", "classifications: a mapping cannot be used"),
    ],
)
def test_approvals_that_cannot_be_used_are_named(approval: str, problem: str) -> None:
    found = problems_of(f"patch_policy: {{environments: [x], approvals: {{x: {approval}}}}}")
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("slot", "problem"),
    [
        ("name: a, environment: p", "slots[0].when: is missing"),
        ("name: a, environment: p, when: {week: first, time: '06:00'}", "weekday: is missing"),
        ("name: a, environment: p, when: {weekday: sat, time: '06:00'}", "allowed: one of monday"),
        ("name: a, environment: p, when: {time: '24:00'}", "when.time: '24:00' cannot be used"),
        ("name: a, environment: p, when: {time: '06:00'}, duration: 3h", "duration: '3h' cannot be used"),
        ("name: a, environment: p, when: {time: '06:00'}, duration: P2D", "from PT1M to P1D"),
        ("name: a, environment: p, when: {time: '06:00'}, duration: PT1H, cutoff: PT1H", "cutoff: PT1H leaves no time"),
        ("environment: p, when: {time: '06:00'}", "slots[0].name: is missing"),
    ],
)
def test_slots_that_cannot_be_used_are_named(slot: str, problem: str) -> None:
    found = problems_of(f"patch_policy: {{environments: [p], slots: [{{{slot}}}]}}")
    assert any(problem in one for one in found), found
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "allowed: a mapping with patch_policy"),
        ("- a", "a list cannot be used"),
        ("patch_policy:", "environments: is missing"),
        ("patch_policy: {a: [}", "line 1: not valid YAML"),
        ("a: 1\n---\nb: 2", "not valid YAML"),
        ("patch_policy: {environments: [a]}\nslots: []", "line 2: slots: stands beside patch_policy"),
        ("patch_policy: {environments: [a]}\nother: 1", "line 2: other: there is no such key beside patch_policy"),
        (
            "patch_policy:\n  environments: [a]\n  environments: [b]",
            "line 3: the key 'environments' stands here a second",
        ),
        ("patch_policy: {environments: !vault x}", "the tag '!vault' cannot be used"),
        ("patch_policy: {environments: !!binary aGk=}", "cannot be used in a policy"),
        ("patch_policy: &a {environments: *a}", "contains itself"),
        ("patch_policy: {? [a] : b}", "a key has to be a text"),
        ("patch_policy: {environments: [a], timezone: '../../etc/passwd'}", "an IANA time zone"),
        ("[" * 1000, "nested too deeply"),
    ],
)
def test_texts_that_are_no_policy(text: str, problem: str) -> None:
    found = problems_of(text)
    assert any(problem in one for one in found), found


def test_aliases_and_merge_keys_work_and_repeat_no_key() -> None:
    found = parse_policy(
        """patch_policy:
  slots:
    - &base {name: a, environment: p, when: {time: "06:00"}, duration: PT2H}
    - {<<: *base, name: b}
    - {<<: *base, name: c, duration: PT4H}
  environments: [p]
"""
    )
    assert [(slot.name, slot.duration) for slot in found.slots] == [
        ("a", timedelta(hours=2)),
        ("b", timedelta(hours=2)),
        ("c", timedelta(hours=4)),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "cannot be read: No such file"), (b"patch_policy:\n  timezone: \xff\n", "line 2: is not UTF-8 text")],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "policy.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PolicyError, match=problem) as caught:
        load_policy(path)
    assert str(path) in str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=10,
    ),
    st.sampled_from(
        [
            "version", "timezone", "tag_keys", "group_format", "environments", "slots", "approvals", "batches",
            "defaults", "applications", "exclusions", "freezes", "accounts",
        ]
    ),
)  # fmt: skip
def test_whatever_a_key_holds_the_answer_is_a_policy_or_its_problems(value: Any, key: str) -> None:
    data = {"patch_policy": {"environments": ["prod"], key: value}}
    try:
        assert isinstance(policy_from_data(data), Policy)
    except PolicyError as error:
        assert error.problems
        assert all(problem.message for problem in error.problems)


def test_settings_may_stand_wherever_nodes_are_meant() -> None:
    found = policy(
        "environments: [{name: test, snapshot: none, waves: [2]}, {name: prod, gate: {max_failed: 1}}]\n"
        "defaults: {gate: {scope: application}}"
    )
    test, prod = found.environments
    assert (test.settings.snapshot, test.waves, test.gate) == ("none", (2,), None)
    assert prod.gate == Gate("application", 1, allow_empty=False)

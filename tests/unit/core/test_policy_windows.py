# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy may say of maintenance windows: read, merged from wide to narrow, and refused by line and key."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.defaults import WINDOWS
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.load import parse_policy
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.model import WindowSettings
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.order import batch_ranks
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.problems import PolicyError
from ansible_collections.hybridops.patching.plugins.module_utils._core.policy.settings import windows_for

ALL = """
patch_policy:
  environments:
    - test
    - name: prod
      maintenance_windows: {max_concurrency: 10%, max_errors: 5, install_override_list: "s3://b/{environment}.yml"}
  defaults:
    maintenance_windows:
      max_concurrency: 20
      cutoff_behavior: CANCEL_TASK
      service_role_arn: "arn:aws:iam::{account}:role/windows"
      output_s3_bucket_name: "logs-{account}-{region}"
      output_s3_key_prefix: "patching/{environment}/{slot}/{batch}"
"""


def test_an_environment_wins_over_the_defaults_and_those_over_what_is_built_in() -> None:
    found = parse_policy(ALL)
    assert windows_for(found, "prod") == WindowSettings(
        max_concurrency="10%",
        max_errors="5",
        cutoff_behavior="CANCEL_TASK",
        service_role_arn="arn:aws:iam::{account}:role/windows",
        output_s3_bucket_name="logs-{account}-{region}",
        output_s3_key_prefix="patching/{environment}/{slot}/{batch}",
        install_override_list="s3://b/{environment}.yml",
    )
    assert windows_for(found, "test").max_concurrency == "20"
    assert windows_for(found, "test").max_errors == WINDOWS.max_errors == "0"
    assert windows_for(parse_policy("environments: [prod]"), "prod") == WINDOWS


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("max_concurrency", "0", "a number of nodes from 1"),
        ("max_concurrency", "0%", "a number of nodes from 1"),
        ("max_concurrency", "101%", '"1%" to "100%"'),
        ("max_concurrency", "12345678", "a number of nodes"),
        ("max_errors", "-1", "a number of nodes from 0"),
        ("max_errors", "150%", '"0%" to "100%"'),
        ("cutoff_behavior", "STOP", "one of CONTINUE_TASK, CANCEL_TASK"),
        ("service_role_arn", "patching", "arn:aws:iam::<account>:role/<name>, in which {account}, {region} may stand"),
        ("service_role_arn", "arn:aws:iam::{acount}:role/x", "{account}"),
        ("service_role_arn", '"arn:aws:iam::123456789012:role/{slot}"', "{account}, {region} may stand"),
        ("output_s3_bucket_name", "UPPER", "the name of a bucket"),
        ("output_s3_bucket_name", '"b-{batch}"', "{account}, {region} may stand"),
        ("output_s3_key_prefix", '"a {b"', "a prefix"),
        ("output_s3_key_prefix", '"a{"', "a prefix"),
        ("install_override_list", "list.yml", "s3://<bucket>/<key> or an https URL"),
        ("install_override_list", '"s3://b/{os}.yml"', "{account}, {region}, {environment}, {slot}, {batch} may stand"),
        ("install_override_list", '"s3://b/{batch!r}.yml"', "may stand"),
        ("max_retries", "1", "there is no such key"),
    ],
)
def test_what_no_window_can_have_is_refused_by_line_and_key(key: str, value: str, allowed: str) -> None:
    text = f"environments: [prod]\ndefaults:\n  maintenance_windows:\n    {key}: {value}\n"
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    (line,) = str(caught.value).splitlines()[1:]
    assert f"line 4: defaults.maintenance_windows.{key}: " in line
    assert allowed in line


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_concurrency", "1"),
        ("max_concurrency", "100%"),
        ("max_errors", "0"),
        ("max_errors", "0%"),
        ("service_role_arn", "arn:aws-us-gov:iam::123456789012:role/path/x"),
        ("install_override_list", "https://b.s3.eu-central-1.amazonaws.com/list.yml"),
    ],
)
def test_what_a_window_can_have_is_taken(key: str, value: str) -> None:
    found = parse_policy(f"environments: [prod]\ndefaults: {{maintenance_windows: {{{key}: '{value}'}}}}")
    assert getattr(windows_for(found, "prod"), key) == value


def test_a_prefix_without_a_bucket_would_be_of_no_effect() -> None:
    with pytest.raises(PolicyError, match=r"environments\[0\].maintenance_windows.output_s3_key_prefix.*bucket"):
        parse_policy("environments: [{name: prod, maintenance_windows: {output_s3_key_prefix: x}}]")


def test_the_rank_of_a_batch_is_one_more_than_the_last_that_it_waits_for() -> None:
    found = parse_policy(
        "environments: [prod]\n"
        "batches: [{name: a, after: []}, {name: b, after: [a]}, {name: c, after: [a]}, {name: d, after: [b]}]\n"
        "applications: [{name: shop, batches: [{name: c, after: [d]}, {name: d, after: []}]}]"
    )
    assert batch_ranks(found) == {"a": 1, "b": 2, "d": 3, "c": 4}
    assert batch_ranks(parse_policy("environments: [prod]")) == {"batch_1": 1, "batch_2": 2}

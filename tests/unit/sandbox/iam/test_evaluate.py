# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation of IAM policies, held against what the user guide says of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.aws.iam.conditions import NotUnderstood
from tests.sandbox.aws.iam.document import read_document
from tests.sandbox.aws.iam.evaluate import Access, evaluate
from tests.unit.sandbox.iam.cases import CASES, INSTANCE, TAG, Case, allow, deny

WHOLE = {"Version": "2012-10-17"}


def access_of(case: Case) -> Access:
    context = {key.lower(): values for key, values in case.context}
    defaults = {"aws:principalaccount": ("111111111111",)}
    return Access(case.action, case.resource, case.resource_type, defaults | context)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    assert evaluate(read_document(case.document), access_of(case)).allowed is case.allowed


def test_a_decision_says_which_statement_made_it() -> None:
    statements = read_document(WHOLE | {"Statement": [allow(Sid="Yes"), deny(action="ec2:Stop*", Sid="No")]})
    started = evaluate(statements, Access("ec2:StartInstances", INSTANCE, "instance", {}))
    stopped = evaluate(statements, Access("ec2:StopInstances", INSTANCE, "instance", {}))
    other = evaluate(statements, Access("ssm:SendCommand", INSTANCE, "instance", {}))
    assert (started.allowed, started.explicit, started.sid) == (True, False, "Yes")
    assert (stopped.allowed, stopped.explicit, stopped.sid) == (False, True, "No")
    assert (other.allowed, other.explicit, other.sid) == (False, False, "")


REFUSED: dict[str, Any] = {
    "no version": {"Statement": [allow()]},
    "the old version": {"Version": "2008-10-17", "Statement": [allow()]},
    "no statement": WHOLE | {"Statement": []},
    "an unknown element": WHOLE | {"Statement": [allow(Principal="*")]},
    "an effect that there is not": WHOLE | {"Statement": [allow() | {"Effect": "allow"}]},
    "both actions": WHOLE | {"Statement": [allow(NotAction="ec2:*")]},
    "an action that there is not": WHOLE | {"Statement": [allow("ssm:SendComand")]},
    "a wildcard that fits no action": WHOLE | {"Statement": [allow("ssm:Sent*")]},
    "a service that there is not": WHOLE | {"Statement": [allow("sms2:*")]},
    "a resource that is no ARN": WHOLE | {"Statement": [allow(resource="instance/*")]},
    "an ARN with too few parts": WHOLE | {"Statement": [allow(resource="arn:aws:ec2:*")]},
    "a variable before the last part": WHOLE | {"Statement": [allow(resource="${ec2:SourceInstanceARN}")]},
    "an operator that there is not": WHOLE | {"Statement": [allow(condition={"StringIs": {TAG: "a"}})]},
    "a set of an operator that there is not": WHOLE
    | {"Statement": [allow(condition={"ForSome:StringLike": {TAG: "a"}})]},
    "an operator that the guide does not explain": WHOLE
    | {"Statement": [allow(condition={"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "a"}})]},
    "a key that there is not": WHOLE | {"Statement": [allow(condition={"StringLike": {"ec2:Colour": "a"}})]},
    "a Sid with a dash": WHOLE | {"Statement": [allow(Sid="a-b")]},
    "a Sid twice": WHOLE | {"Statement": [allow(Sid="a"), allow(Sid="a")]},
    "no text": WHOLE | {"Statement": [allow(action=[])]},
}


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_in_a_policy_is_not_passed_over(document: Any) -> None:
    with pytest.raises(NotUnderstood):
        read_document(document)


def test_a_key_that_is_not_modelled_is_not_taken_for_absent() -> None:
    statements = read_document(WHOLE | {"Statement": [allow(condition={"StringLike": {"ec2:InstanceType": "t3.*"}})]})
    with pytest.raises(NotUnderstood, match="ec2:InstanceType"):
        evaluate(statements, Access("ec2:StartInstances", INSTANCE, "instance", {}))


def test_a_key_with_several_values_needs_a_set_operator() -> None:
    statements = read_document(WHOLE | {"Statement": [allow(condition={"StringEquals": {"aws:TagKeys": "a"}})]})
    with pytest.raises(NotUnderstood, match="ForAllValues"):
        evaluate(statements, Access("ec2:CreateTags", INSTANCE, "instance", {"aws:tagkeys": ("a", "b")}))

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user is told: what was tried, where, what the service said, and what can be done."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._aws.errors import explain
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, NoRegionError, SSLError

from tests.unit.aws.wire import refusal


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (refusal("AccessDenied", "not authorized to perform sts:AssumeRole"), "lacks this permission"),
        (refusal("UnauthorizedOperation"), "lacks this permission"),
        (refusal("ExpiredTokenException", "expired"), "get new ones"),
        (refusal("UnrecognizedClientException"), "check access_key"),
        (refusal("AuthFailure"), "check access_key"),
        (refusal("InvalidSignatureException"), "check secret_key"),
        (refusal("ThrottlingException"), "repeat later"),
        (refusal("InternalServerError", status=500), "repeat later"),
        (NoCredentialsError(), "Give credentials"),
        (NoRegionError(), "Give a region"),
        (EndpointConnectionError(endpoint_url="https://x"), "endpoint can be reached"),
        (SSLError(endpoint_url="https://x", error="self-signed"), "CA bundle"),
    ],
)
def test_each_error_says_what_can_be_done(error: Exception, advice: str) -> None:
    message = str(explain(error, "read the patch groups in 111111111111 eu-central-1"))
    assert message.startswith("Could not read the patch groups in 111111111111 eu-central-1: ")
    assert advice in message
    assert "Traceback" not in message


def test_the_service_s_words_and_request_are_told() -> None:
    message = str(explain(refusal("InvalidDocument", "no such document"), "send X"))
    assert message == "Could not send X: InvalidDocument: no such document (request r-1)."


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (refusal("AccessDenied"), True),
        (refusal("ThrottlingException"), False),
        (refusal("InternalError", status=500), False),
        (EndpointConnectionError(endpoint_url="https://x"), False),
    ],
)
def test_whether_asking_again_would_help(error: Exception, lasting: bool) -> None:
    assert explain(error, "ask").lasting is lasting

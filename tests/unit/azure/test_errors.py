# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user reads when Azure refuses, and what nobody ever reads."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.answer import Answer
from ansible_collections.hybridops.patching.plugins.module_utils._azure.errors import (
    error_text,
    explain,
    explain_unanswered,
    without_secrets,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.wire import (
    LOST,
    NO_CREDENTIALS,
    NOT_CONNECTED,
    Unanswered,
)

from tests.unit.azure.wire import refused

TOKEN = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJ4Ig.c2lnbmF0dXJl"


def said(status: int, code: str, message: str = "no") -> str:
    return str(explain(refused(status, code, message), "start vm-1 in subscription s"))


@pytest.mark.parametrize(
    ("status", "code", "message", "remedy"),
    [
        (
            403,
            "AuthorizationFailed",
            "The client 'c' does not have authorization to perform action "
            "'Microsoft.Compute/virtualMachines/start/action' over scope '/subscriptions/s' or the scope is invalid.",
            "a role with the permission Microsoft.Compute/virtualMachines/start/action on /subscriptions/s",
        ),
        (403, "Whatever", "no", "guide to permissions"),
        (401, "InvalidAuthenticationTokenTenant", "wrong issuer", "another tenant than the subscription"),
        (401, "InvalidAuthenticationToken", "bad", "check tenant and cloud_environment"),
        (404, "SubscriptionNotFound", "no", "no role in the subscription"),
        (404, "ResourceNotFound", "no", "deleted or moved"),
        (
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Maintenance'.",
            "az provider register --namespace Microsoft.Maintenance",
        ),
        (409, "OperationNotAllowed", "no", "Something else is being done to the resource"),
        (409, "ScopeLocked", "no", "A lock"),
        (
            400,
            "BadRequest",
            "Azure Automation Update Management was deprecated on 31st August 2024 and has been shut down on 28th "
            "February 2025. Please move to Azure Update Manager. Learn more- https://aka.ms/mmaagentbasedservicesshutdown",
            "azure_schedule_migration",
        ),
        (410, "Gone", "Update Management is retired.", "use azure_maintenance_configuration for new schedules"),
        (400, "BadRequest", "The update management schedule x is not valid.", "is not valid."),
        (429, "TooManyRequests", "no", "too many requests"),
        (503, "ServerBusy", "no", "did not answer in time"),
    ],
)
def test_it_says_what_can_be_done(status: int, code: str, message: str, remedy: str) -> None:
    text = said(status, code, message)
    assert text.startswith(f"Could not start vm-1 in subscription s: {code}: ")
    assert remedy in text


def test_the_first_detail_and_the_request_are_told() -> None:
    error = {"code": "BadRequest", "message": "It failed.", "details": [{"code": "X", "message": "The disk is gone"}]}
    text = str(explain(Answer(400, {"error": error}, {"x-ms-request-id": "r-7"}), "do it"))
    assert "It failed: The disk is gone (request r-7)" in text


@pytest.mark.parametrize("body", [None, "<html>Bad gateway</html>", {}, {"error": "odd"}, {"error": None}, []])
def test_an_answer_of_any_form_is_explained(body: Any) -> None:
    assert "HTTP 502" in str(explain(Answer(502, body), "do it"))


def test_errors_of_operations_are_one_line() -> None:
    assert error_text({"code": "Conflict", "message": "a\n b", "details": []}) == "Conflict: a b"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        f"the token {TOKEN} is no good",
        "https://x.blob.core.windows.net/a?sv=1&sig=c2VjcmV0",
        "https://x.azurewebsites.net/api/hook?code=c2VjcmV0",
        "https://x.example/hook?signature=c2VjcmV0",
        "client_secret=c2VjcmV0&grant_type=x",
        '{"password": "c2VjcmV0", "access_token": "c2VjcmV0"}',
    ],
)
def test_nothing_secret_is_in_a_message(text: str) -> None:
    for shown in (
        without_secrets(text),
        said(400, "X", text),
        error_text({"code": "X", "message": text}),
        error_text({"message": "It failed", "details": [{"message": text}]}),
        str(explain_unanswered(Unanswered(LOST, "X", text), "x")),
    ):
        assert "***" in shown
        assert "c2VjcmV0" not in shown
        assert "c2lnbmF0dXJl" not in shown


@pytest.mark.parametrize(
    ("reason", "text", "remedy", "lasting"),
    [
        (NO_CREDENTIALS, "AADSTS7000222: expired", "make a new one", True),
        (NO_CREDENTIALS, "AADSTS700016: unknown application", "check client_id and tenant", True),
        (NO_CREDENTIALS, "AADSTS70021: no match", "federated credential", True),
        (NO_CREDENTIALS, "Also please double check your tenant name or GUID is correct.", "tenant is not known", True),
        (NO_CREDENTIALS, "whatever", "check the credentials, tenant", True),
        (NOT_CONNECTED, "refused", "endpoint can be reached", False),
        (LOST, "timed out", "did not answer in time", False),
    ],
)
def test_no_answer_is_explained_too(reason: str, text: str, remedy: str, lasting: bool) -> None:
    error = explain_unanswered(Unanswered(reason, "Code", text), "read it")
    assert remedy in str(error)
    assert error.lasting is lasting


def test_an_error_in_capital_letters_is_read_too() -> None:
    body = {"Error": {"Code": "InvalidMaintenanceWindow", "Message": "Invalid maintenance window."}}
    error = explain(Answer(400, body), "write the maintenance configuration m")
    assert error.code == "InvalidMaintenanceWindow"
    assert str(error) == (
        "Could not write the maintenance configuration m: InvalidMaintenanceWindow: Invalid maintenance window."
    )


def test_only_the_shutdown_is_explained_by_it() -> None:
    assert "2025-02-28" not in said(400, "BadRequest", "The update management schedule x is not valid.")

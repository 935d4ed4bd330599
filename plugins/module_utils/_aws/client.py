# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that sends requests to AWS and knows when to repeat them.

botocore repeats by itself, also after a connection that broke when the request may already have been acted upon, and
neither counts the total time nor honours Retry-After; so clients are made with a single attempt and the rules are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .._core.errors import CloudError, OutcomeUnknown
from .._core.patience import Patience, pause_before
from .errors import (
    NOT_CONNECTED,
    PARAMETER_ERRORS,
    SDK_ERRORS,
    code_of,
    explain,
    is_answer,
    is_server_fault,
    is_throttled,
    retry_after,
)


class Connection:
    """One account and region: sends requests, repeats what may be repeated, pages lists to their end.

    ``client`` gives the SDK's client of a service. Methods may be called from several threads.
    """

    def __init__(
        self, account: str, region: str, client: Callable[[str], Any], patience: Patience | None = None
    ) -> None:
        self.account = account
        self.region = region
        self._client = client
        self._patience = patience or Patience()

    @property
    def place(self) -> str:
        """Account and region as a message names them."""
        return f"{self.account} {self.region}".strip()

    def sleep(self, seconds: float) -> None:
        """Wait; tests replace it through :class:`Patience`."""
        if seconds > 0:
            self._patience.sleep(seconds)

    def call(self, service: str, operation: str, doing: str, **params: Any) -> dict[str, Any]:
        """Send a request that is safe to repeat. ``doing`` completes "Could not …". Raises :class:`CloudError`."""
        return self._send(service, operation, doing, params, repeatable=True)

    def send_once(self, service: str, operation: str, doing: str, **params: Any) -> dict[str, Any]:
        """Send a request that would act twice when repeated.

        It is repeated only where the service surely did not act: throttled, or never connected. Raises
        :class:`OutcomeUnknown` when the service may have acted, :class:`CloudError` when it surely did not.
        """
        return self._send(service, operation, doing, params, repeatable=False)

    def pages(self, service: str, operation: str, key: str, doing: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page to its end. Raises :class:`CloudError`."""
        token = ""
        while True:
            page = self.call(service, operation, doing, **params, **({"NextToken": token} if token else {}))
            yield from page.get(key) or []
            following = page.get("NextToken") or ""
            if not following:
                return
            if following == token:
                raise CloudError(f"Could not {doing}: the service gave the same page twice", code="SamePageTwice")
            token = following

    def _send(
        self, service: str, operation: str, doing: str, params: dict[str, Any], *, repeatable: bool
    ) -> dict[str, Any]:
        where = f"{doing} in {self.place}" if self.place else doing
        started, attempt = self._patience.clock(), 0
        while True:
            try:
                answer: dict[str, Any] = getattr(self._client(service), operation)(**params)
                return answer
            except SDK_ERRORS as error:
                pause = pause_before(attempt, retry_after(error))
                limit = self._limit(error, repeatable)
                if self._patience.clock() - started + pause > limit:
                    raise _raised(error, where, repeatable) from error
                self._patience.sleep(pause)
                attempt += 1

    def _limit(self, error: Exception, repeatable: bool) -> float:
        """Seconds for which this error is worth another attempt; negative when it is not."""
        if isinstance(error, PARAMETER_ERRORS):
            return -1.0
        if is_throttled(error):
            return self._patience.answer
        if isinstance(error, NOT_CONNECTED):
            return self._patience.connect
        if not repeatable:
            return -1.0
        return self._patience.answer if is_server_fault(error) or _broke_off(error) else -1.0


def _broke_off(error: Exception) -> bool:
    """Whether the connection broke after it was made: no answer, or half of one."""
    return not is_answer(error) and type(error).__name__ in {
        "ConnectionClosedError",
        "HTTPClientError",
        "IncompleteReadError",
        "ReadTimeoutError",
        "ResponseStreamingError",
    }


def _raised(error: Exception, doing: str, repeatable: bool) -> CloudError:
    explained = explain(error, doing)
    acted = is_server_fault(error) or not is_answer(error)
    surely_not = is_throttled(error) or isinstance(error, (*NOT_CONNECTED, *PARAMETER_ERRORS)) or _before_sending(error)
    if not repeatable and acted and not surely_not:
        return OutcomeUnknown(str(explained), code=code_of(error))
    return explained


def _before_sending(error: Exception) -> bool:
    """Whether the SDK gave up before anything left this machine: no credentials, no region, no endpoint."""
    return type(error).__name__ in {
        "CredentialRetrievalError",
        "NoCredentialsError",
        "NoRegionError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "TokenRetrievalError",
    }

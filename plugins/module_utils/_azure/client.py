# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that sends requests to Azure Resource Manager and knows when to repeat them.

The collection has a client of its own, on azure-core's pipeline, and does not use the azure-mgmt packages when it runs:

- azure.azcollection, whose inventory plugins run in the same environment, pins each of them to one version, so that any
  other version of ours could not be installed beside it;
- they take seconds to import, in every module's own process;
- their pollers live in the process that started an operation, while a run keeps handles in its ledger and another
  process waits for them;
- they repeat requests without a bound on the total time, do not repeat a refused POST without Retry-After, and register
  resource providers on their own.

The packages are the oracle in the tests: each request's body is read by their models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .._core.errors import CloudError, OutcomeUnknown, OutOfTime
from .._core.patience import Patience, pause_before
from .answer import Answer
from .errors import explain, explain_unanswered, is_server_fault, is_throttled
from .quota import Quota, kind_of
from .wire import LOST, NO_TOKEN_NOW, NOT_CONNECTED, Unanswered, Wire

_IN_A_PATH = "/:()._-~@$,;+&=!*'"


class Connection:
    """One subscription: sends requests, repeats what may be repeated, pages lists to their end.

    Methods may be called from several threads. ``region`` is for messages only; Resource Manager is one for all.
    """

    def __init__(
        self, account: str, region: str, wire: Wire, quota: Quota | None = None, patience: Patience | None = None
    ) -> None:
        self.account = account
        self.region = region
        self._wire = wire
        self._patience = patience or Patience()
        self._quota = quota or Quota(self._patience.clock)
        self._ahead = timedelta(0)

    @property
    def place(self) -> str:
        """The subscription as a message names it."""
        return f"subscription {self.account}" if self.account else ""

    @property
    def ahead(self) -> timedelta:
        """By how much the service's clock is ahead of this machine's, to a second or two, as its last answer told."""
        return self._ahead

    def sleep(self, seconds: float) -> None:
        """Wait; tests replace it through :class:`Patience`."""
        if seconds > 0:
            self._patience.sleep(seconds)

    def call(
        self,
        method: str,
        path: str,
        api_version: str,
        doing: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request that is safe to repeat: GET, PUT, DELETE, a PATCH that merges, a query by POST.

        ``path`` begins with a slash, such as a resource id; ``doing`` completes "Could not …". Raises
        :class:`CloudError`.
        """
        return self._send(method, self._url(path, api_version, query), doing, body, repeatable=True)

    def send_once(
        self,
        method: str,
        path: str,
        api_version: str,
        doing: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request that would act twice when repeated.

        It is repeated only where the service surely did not act: refused with 429, or never connected. Raises
        :class:`OutcomeUnknown` when the service may have acted, :class:`CloudError` when it surely did not.
        """
        return self._send(method, self._url(path, api_version, query), doing, body, repeatable=False)

    def pages(
        self, path: str, api_version: str, doing: str, query: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page to its end. Raises :class:`CloudError`."""
        url, seen = self._url(path, api_version, query), set[str]()
        while url:
            if url in seen:
                raise CloudError(f"Could not {doing}: the service gave the same page twice", code="SamePageTwice")
            seen.add(url)
            page = self.get_url(url, doing).body
            if not isinstance(page, Mapping) or not isinstance(page.get("value"), list):
                raise CloudError(f"Could not {doing}: the service answered no list", code="NoList")
            yield from page["value"]
            url = str(page.get("nextLink") or "")

    def get_url(self, url: str, doing: str) -> Answer:
        """Read a URL that the service gave: a next page, or what tells of a long-running operation.

        Raises :class:`CloudError`, also for a URL of another host, since the token would go there.
        """
        if _origin(url) != _origin(self._wire.endpoint):
            own, host = urlsplit(self._wire.endpoint).netloc, urlsplit(url).netloc or "no host"
            raise CloudError(
                f"Could not {doing}: the address that the service gave leads to {host}, not to {own}, and is "
                f"not followed",
                code="OtherHost",
            )
        return self._send("GET", url, doing, None, repeatable=True)

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None) -> str:
        parameters = {**({"api-version": api_version} if api_version else {}), **(query or {})}
        asked = f"?{urlencode(parameters, quote_via=quote, safe='$')}" if parameters else ""
        return f"{self._wire.endpoint}{quote(path, safe=_IN_A_PATH)}{asked}"

    def _send(self, method: str, url: str, doing: str, body: Any, *, repeatable: bool) -> Answer:
        where = doing if not self.account or self.account.lower() in doing.lower() else f"{doing} in {self.place}"
        kind = kind_of(method, urlsplit(url).path)
        turn = self._quota.reserve(self.account, kind)
        if self._patience.is_over(turn):
            raise OutOfTime(f"Did not {where}: the time that was given is over")
        self.sleep(turn)
        started, attempt = self._patience.clock(), 0
        while True:
            outcome = self._attempt(method, url, body)
            asked = None
            if isinstance(outcome, Answer):
                self._quota.learn(self.account, kind, outcome)
                self._ahead = outcome.date - datetime.now(UTC) if outcome.date else self._ahead
                if outcome.status < 300:
                    return outcome
                asked = outcome.retry_after
            pause = pause_before(attempt, asked)
            if self._patience.clock() - started + pause > self._limit(outcome, repeatable):
                raise _raised(outcome, where, repeatable)
            pause = max(pause, self._quota.reserve(self.account, kind))
            if self._patience.is_over(pause):
                raise _raised(outcome, where, repeatable)
            self.sleep(pause)
            attempt += 1

    def _attempt(self, method: str, url: str, body: Any) -> Answer | Unanswered:
        try:
            return self._wire.send(method, url, body)
        except Unanswered as error:
            return error

    def _limit(self, outcome: Answer | Unanswered, repeatable: bool) -> float:
        """Seconds for which this outcome is worth another attempt; negative when it is not."""
        if isinstance(outcome, Unanswered):
            if outcome.reason in (NOT_CONNECTED, NO_TOKEN_NOW):
                return self._patience.connect
            return self._patience.answer if repeatable and outcome.reason == LOST else -1.0
        if is_throttled(outcome):
            return self._patience.answer
        return self._patience.answer if repeatable and is_server_fault(outcome) else -1.0


def _origin(url: str) -> tuple[str, str, int | str | None]:
    """Scheme, host and port of an address; services write the port of https, or leave it out."""
    parts = urlsplit(url)
    try:
        port: int | str | None = parts.port
    except ValueError:
        port = parts.netloc
    return parts.scheme.lower(), parts.hostname or "", 443 if port is None and parts.scheme == "https" else port


def _raised(outcome: Answer | Unanswered, doing: str, repeatable: bool) -> CloudError:
    if isinstance(outcome, Unanswered):
        explained, acted = explain_unanswered(outcome, doing), outcome.reason == LOST
    else:
        explained, acted = explain(outcome, doing), is_server_fault(outcome)
    if acted and not repeatable:
        return OutcomeUnknown(str(explained), code=explained.code)
    return explained

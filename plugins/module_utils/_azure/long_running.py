# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for the end of a short operation that the service carries out after its answer.

("Track asynchronous operations", Azure Resource Manager. Long ones are waited for by other processes, from handles.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from .._core.errors import CloudError
from .answer import Answer
from .client import Connection
from .errors import error_text

PAUSE = 2.0
_BADLY = ("failed", "canceled")


def settle(
    connection: Connection, answer: Answer, doing: str, seconds: float, clock: Callable[[], float] = time.monotonic
) -> None:
    """Return when the operation that the answer began has ended. Raises CloudError when it failed, or goes on too long.

    An answer that began none has ended already; ``seconds`` 0 does not wait.
    """
    url, began = answer.async_operation, clock()
    pause = answer.retry_after
    while url and seconds:
        told = connection.get_url(url, f"learn whether it has ended: {doing}")
        body = told.body if isinstance(told.body, Mapping) else {}
        status = str(body.get("status") or "").lower()
        if status in _BADLY:
            error = body.get("error")
            said = error_text(error) if isinstance(error, Mapping) else f"Azure says {body['status']}"
            raise CloudError(f"Could not {doing}: {said}", code=status)
        if status == "succeeded":
            return
        pause = told.retry_after if told.retry_after is not None else pause
        wait = PAUSE if pause is None else pause
        if clock() - began + wait > seconds:
            message = f"Could not {doing} within {seconds:g} s; Azure still works on it (wait_timeout)"
            raise CloudError(message, code="StillUnderWay", lasting=False)
        connection.sleep(wait)

# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that Azure refuses because something else is being done to the machine at the moment.

Extensions, run commands, patch and power operations of one VM get into each other's way for seconds. The refusal (409)
says that nothing was done, so the request may be sent again when that is over.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from .._core.errors import CloudError
from .answer import Answer
from .client import Connection

BUSY_SECONDS = 180.0
PAUSE = 5.0

_BUSY = frozenset(
    {"AnotherOperationInProgress", "Conflict", "ConflictingConcurrentWriteNotAllowed", "ConflictingUserInput"}
)
_SOUNDS_BUSY = re.compile(
    r"in progress|(?:another (?:\w+ )?|ongoing )operation|concurrent|being (?:updated|modified)", re.IGNORECASE
)


def is_busy(error: CloudError) -> bool:
    """Whether a refusal passes by itself. OperationNotAllowed also tells of states that last (a VM that is stopped)."""
    if error.code == "OperationNotAllowed":
        return bool(_SOUNDS_BUSY.search(str(error)))
    return error.code in _BUSY


def when_free(
    connection: Connection,
    send: Callable[[], Answer],
    seconds: float = BUSY_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """The answer of ``send``, which is called again while the machine is busy. Raises what it raised last."""
    began = clock()
    while True:
        try:
            return send()
        except CloudError as error:
            if not is_busy(error) or clock() - began + PAUSE > seconds:
                raise
        connection.sleep(PAUSE)

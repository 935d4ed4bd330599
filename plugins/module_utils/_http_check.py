# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP check of the policy, made from the controller."""

from __future__ import annotations

import time
import urllib.error
from dataclasses import dataclass

from ansible.module_utils.urls import NoSSLError, SSLValidationError, open_url

from ._core.states import FAILED, PASSED
from ._core.verify import CheckResult


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How HTTP checks are made. ``timeout`` and ``delay`` are in seconds."""

    timeout: int = 10
    retries: int = 5
    delay: float = 3
    validate_certs: bool = True
    ca_path: str | None = None


def check_http(label: str, url: str, status: int, settings: HttpSettings) -> CheckResult:
    """Ask ``url`` until it answers ``status``, at most ``retries`` times more than once."""
    detail = ""
    for attempt in range(settings.retries + 1):
        if attempt:
            time.sleep(settings.delay)
        answered, detail = _ask(url, settings)
        if answered == status:
            return CheckResult(label, PASSED, f"answered {answered}")
    return CheckResult(label, FAILED, detail)


def _ask(url: str, settings: HttpSettings) -> tuple[int | None, str]:
    try:
        response = open_url(
            url,
            timeout=settings.timeout,
            validate_certs=settings.validate_certs,
            ca_path=settings.ca_path,
            follow_redirects="none",
            http_agent="hybridops.patching",
        )
    except urllib.error.HTTPError as error:
        return error.code, f"answered {error.code}"
    except urllib.error.URLError as error:
        return None, f"no answer: {error.reason}"
    except (OSError, ValueError, NoSSLError, SSLValidationError) as error:
        return None, f"no answer: {error}"
    return int(response.getcode()), f"answered {response.getcode()}"

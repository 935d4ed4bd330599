# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser for the report's page, which fails the test when the page complains or asks for anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._report.html.page import render_html
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium() -> str:
    """The path of a Chromium; a test run without one fails."""
    wanted = os.environ.get("PATCH_TEST_CHROMIUM")
    found = wanted or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        pytest.fail("no Chromium: set PATCH_TEST_CHROMIUM to one, or put chromium on the PATH")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()


class Reports:
    """Opens records as pages and remembers everything that a quiet page does not do."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._contexts: list[Any] = []
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.url = ""

    def open(self, record: dict[str, Any], address: str = "", **options: Any) -> Page:
        """The page of a record; ``address`` is what follows in the URL, ``options`` are those of a browser context."""
        file = self._folder / f"report-{len(self._contexts)}.html"
        file.write_text(render_html(record), encoding="utf-8")
        self.url = file.as_uri()
        context = self._browser.new_context(viewport=options.pop("viewport", {"width": 1280, "height": 900}), **options)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.url + address)
        return page

    def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def reports(browser: Browser, tmp_path: Path) -> Iterator[Reports]:
    """Pages of records. After the test: no error, no message, no dialog, no request but for the files themselves."""
    opened = Reports(browser, tmp_path)
    yield opened
    opened.close()
    assert opened.complaints == []
    outside = [url for url in opened.requests if not url.startswith(tmp_path.as_uri())]
    assert outside == []

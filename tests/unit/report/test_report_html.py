# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML page as text: nothing breaks out of it, and it asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._report.html import page as page_module
from ansible_collections.hybridops.patching.plugins.module_utils._report.html.data import PIECE, script_json
from ansible_collections.hybridops.patching.plugins.module_utils._report.html.page import render_html
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import report_samples as samples
from tests.report_story import Story, make_run

ALLOWED = {
    *("html", "head", "meta", "title", "style", "script", "body", "header", "main", "nav", "section", "dialog"),
    *("h1", "h2", "h3", "p", "a", "b", "span", "kbd", "ul", "ol", "li", "dl", "dt", "dd", "div", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "form", "label", "select", "input", "button", "noscript"),
    *("svg", "symbol", "path", "circle", "use", "rect", "g", "line", "text"),
}
REFERRING = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "cite", "style"}


class Page(HTMLParser):
    """What a browser would see: elements, texts, scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.style = ""
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append((dict(attrs).get("id") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            name, text = self.scripts[-1]
            self.scripts[-1] = name, text + data
        elif self._inside == "style":
            self.style += data
        else:
            self.words.append(data)

    def data(self, name: str) -> Any:
        """What a data block holds."""
        return json.loads(dict(self.scripts)[name])


def assert_harmless(text: str) -> Page:
    """No foreign element, no handler, no address but those within the page, only our script."""
    page = Page(text)
    for tag, attributes in page.tags:
        assert tag in ALLOWED
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in REFERRING, (tag, name)
            if name in ("href", "xlink:href"):
                assert (value or "").startswith("#")
    blocks = [a for tag, a in page.tags if tag == "script"]
    assert [a.get("type") for a in blocks].count(None) == 1
    assert all(a.get("type") in (None, "application/json") for a in blocks)
    return page


def test_hostile_names_are_text() -> None:
    page = assert_harmless(render_html(samples.hostile_record()))
    index = page.data("index")
    for evil in samples.HOSTILE:
        assert evil in index["texts"]
    assert any("<script>alert(1)</script>" in words for words in page.words)
    assert any("{{ 7 * 7 }}" in words for words in page.words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_harmless_and_kept(text: str) -> None:
    run = samples.failed_run()
    node = run["batches"][0]["nodes"][0]
    node["reason"] = node["name"] = run["environment"] = run["batches"][0]["name"] = text
    run["gates"][0]["reason"] = run["gates"][-1]["reason"] = text
    page = assert_harmless(render_html({"runs": [run]}))
    index = page.data("index")
    row = dict(zip(index["columns"], index["rows"][0], strict=True))
    assert index["texts"][row["reason"]] == text


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_data_cannot_leave_its_block(value: Any) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_the_policy_allows_our_script_and_style_alone() -> None:
    text = render_html(samples.demo_record())
    page = Page(text)
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy") or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for name, inline in (("script-src", page.scripts[-1][1]), ("style-src", page.style)):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_nothing_in_the_page_names_another_host() -> None:
    text = render_html(samples.demo_record())
    hosts = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+", text))
    assert hosts <= {"http://www.w3.org"}  # the name of SVG's namespace, never asked for
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|innerHTML|document\.write|eval\(", text)


def test_the_same_record_gives_the_same_page() -> None:
    assert render_html(samples.demo_record()) == render_html(samples.demo_record())


@pytest.mark.parametrize(
    "record",
    [
        {"runs": []},
        {"runs": [{"run_id": "r"}]},
        {"runs": [{"run_id": "r", "batches": [{"name": "b"}]}]},
        {"runs": [{"run_id": "r", "batches": [{"name": "b", "nodes": [{"node_id": "n"}]}], "gates": [{"batch": "b"}]}]},
        {"runs": [{"run_id": "r", "gates": [{"batch": "elsewhere", "evaluated_at": "2026-11-21T05:00:00Z"}]}]},
    ],
)
def test_a_record_that_has_hardly_begun(record: dict[str, Any]) -> None:
    assert_harmless(render_html(record))


def test_the_manager_reads_it_without_a_script() -> None:
    """Environment, outcome, gate with its reason, failed node with its reason, what to do: all in the page's text."""
    words = " ".join(" ".join(Page(render_html({"runs": [samples.failed_run()]})).words).split())
    for told in (
        "lab",
        "Failed",
        "0 of 2 nodes passed, 1 failed, 1 held; batch_2 did not start.",
        "Gate closed",
        "1 of 1 earlier nodes did not pass: lab-lin-01",
        "no longer running: httpd",
        "Repair the node that failed.",
    ):
        assert told in words


def test_nodes_held_for_a_reason_of_their_own_are_told_together() -> None:
    run = samples.passed_run()
    for node in run["batches"][1]["nodes"]:
        node |= {"verdict": "held", "reason": "excluded: vendor freeze"}
    words = " ".join(" ".join(Page(render_html({"runs": [run]})).words).split())
    assert re.search(r"test-win-01 and 2 more .* excluded: vendor freeze", words)
    assert "Gate open for some" not in words


def test_a_gate_open_for_some() -> None:
    run = samples.passed_run()
    gate = next(gate for gate in run["gates"] if gate["batch"] == "batch_2")
    run["batches"][1]["nodes"][0] |= {"verdict": "held", "reason": gate["reason"]}
    assert "Gate open for some" in render_html({"runs": [run]})


def test_the_proof_of_order_is_in_the_text() -> None:
    words = " ".join(" ".join(Page(render_html({"runs": [samples.passed_run()]})).words).split())
    assert re.search(r"batch_2 began at \d\d:\d\d:\d\d, 3 s after batch_1 had ended at \d\d:\d\d:\d\d\.", words)


def test_the_run_that_wants_attention_is_shown_first() -> None:
    assert '<body data-first="2">' in render_html(samples.demo_record())
    assert '<body data-first="1">' in render_html({"runs": [samples.passed_run(), samples.nothing_run()]})


def test_details_lie_in_pieces() -> None:
    story = Story("prod", "1", "pieces", batches=(("batch_1", "linux", PIECE + 1),))
    page = Page(render_html({"runs": [make_run(story)]}))
    assert [len(page.data(f"piece-{number}")) for number in (0, 1)] == [PIECE, 1]
    assert len(page.data("index")["rows"]) == PIECE + 1


def test_the_list_at_the_top_is_short_and_says_so() -> None:
    fates = {("batch_1", place): "service" for place in range(60)}
    run = make_run(Story("prod", "1", "all-fail", batches=(("batch_1", "linux", 60),), waves=(60,), fates=fates))
    text = render_html({"runs": [run]})
    assert "10 more are in the list of nodes." in text
    assert "and 55 more" in text


def test_without_jinja2_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "JINJA2_IMPORT_ERROR", "ImportError: no jinja2")
    with pytest.raises(ImportError, match="no jinja2"):
        render_html({"runs": []})

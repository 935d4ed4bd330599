# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page at work: what it shows, filters, links, keys, the sheet of a node."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import report_samples as samples

from .conftest import Reports


def of(*runs: dict[str, Any]) -> dict[str, Any]:
    """A record of these runs."""
    return {"runs": list(runs)}


def node(run: dict[str, Any], name: str) -> dict[str, Any]:
    """A node of a run by its name."""
    return next(n for batch in run["batches"] for n in batch["nodes"] if n["name"] == name)


def names(page: Page) -> list[str]:
    """The names in the list as it stands."""
    return page.locator("#table tbody a").all_inner_texts()


def found(page: Page, text: str) -> None:
    """Wait until the list says how many it shows."""
    expect(page.locator("#found")).to_have_text(text)


def test_five_seconds(reports: Reports) -> None:
    """On the first screen: environment, outcome, the closed gate and why, the failed node and why, what to do."""
    page = reports.open(of(samples.failed_run()))
    shown = (
        page.get_by_role("heading", name="lab Failed"),
        page.get_by_text("0 of 2 nodes passed, 1 failed, 1 held; batch_2 did not start."),
        page.locator(".gate.closed"),
        page.get_by_text("1 of 1 earlier nodes did not pass: lab-lin-01").first,
        page.locator(".trouble").get_by_role("link", name="lab-lin-01"),
        page.locator(".trouble .why", has_text="no longer running: httpd"),
        page.get_by_text("Repair the node that failed."),
    )
    for part in shown:
        expect(part).to_be_in_viewport(ratio=1)


def test_the_run_in_trouble_is_chosen_and_others_are_a_click_away(reports: Reports) -> None:
    page = reports.open(samples.demo_record())
    expect(page.locator("section.run:visible h1")).to_have_text("lab Failed")
    found(page, "2 nodes")
    page.locator(".runs").get_by_role("link", name="prod").click()
    expect(page.locator("section.run:visible h1")).to_have_text("prod Passed")
    found(page, "9 nodes")
    assert page.url.endswith("#run=run-20261121-prod")
    expect(page.locator(".runs [aria-current]")).to_have_text("prod")
    page.go_back()
    expect(page.locator("section.run:visible h1")).to_have_text("lab Failed")


def test_filter_by_verdict(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    found(page, "20 nodes")
    assert names(page)[:3] == ["prod-lin-07", "prod-lin-09", "prod-lin-11"]
    page.get_by_role("button", name="Failed 2").click()
    found(page, "2 of 20 nodes")
    assert names(page) == ["prod-lin-07", "prod-lin-09"]
    expect(page.locator('.chips [aria-pressed="true"]')).to_have_text("Failed 2")
    expect(page.get_by_role("button", name="Going")).to_be_hidden()


def test_filters_together_and_counts_follow(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.get_by_label("Batch", exact=True).select_option("batch_1")
    found(page, "14 of 20 nodes")
    page.get_by_label("Application", exact=True).select_option("payroll")
    found(page, "4 of 20 nodes")
    page.get_by_role("button", name="Passed 3").click()
    found(page, "3 of 20 nodes")
    page.get_by_label("Search").fill("LIN-05")
    found(page, "1 of 20 nodes")
    assert names(page) == ["prod-lin-05"]
    page.get_by_role("button", name="Clear").click()
    found(page, "20 nodes")
    expect(page.get_by_label("Search")).to_have_value("")
    expect(page.get_by_role("button", name="Clear")).to_be_disabled()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LIN-12", ["prod-lin-12"]),
        ("httpd", ["prod-lin-09"]),
        ("agent   reboot", ["prod-lin-11"]),
        ("no such thing", []),
        ("(", []),
    ],
)
def test_search_in_names_and_reasons(reports: Reports, text: str, expected: list[str]) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.get_by_label("Search").fill(text)
    found(page, f"{len(expected)} of 20 nodes")
    assert names(page) == expected
    if not expected:
        expect(page.get_by_text("No node fits these filters.")).to_be_visible()


def test_filters_live_in_the_address(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.get_by_role("button", name="Held 6").click()
    page.get_by_label("Search").fill("win")
    found(page, "6 of 20 nodes")
    page.wait_for_url("**#state=held&q=win")
    page.reload()
    found(page, "6 of 20 nodes")
    expect(page.get_by_label("Search")).to_have_value("win")


def test_order_by_a_column_and_back(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    head = page.get_by_role("columnheader", name="Took")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    longest = page.locator("#table tbody tr").first.locator("td.num").last.inner_text()
    assert longest == "27 min 01 s"
    page.get_by_role("columnheader", name="Node").get_by_role("button").click()
    assert names(page)[:2] == ["prod-lin-01", "prod-lin-02"]


def test_deep_link_to_a_node(reports: Reports) -> None:
    wanted = node(samples.failed_run(), "lab-lin-01")
    page = reports.open(samples.demo_record(), f"#node={wanted['node_id']}")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="lab-lin-01 Failed")).to_be_visible()
    page = reports.open(samples.demo_record(), f"#node={samples.passed_run()['batches'][1]['nodes'][0]['node_id']}")
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text("test-win-01 Passed")
    expect(page.locator("section.run h1", has_text="test")).to_be_attached()


def test_a_node_in_two_runs_is_linked_run_by_run(reports: Reports) -> None:
    first, second = samples.passed_run(), samples.nothing_run()
    wanted = first["batches"][0]["nodes"][0]["node_id"]
    page = reports.open(of(first, second), f"#node={wanted}")
    expect(page.get_by_role("heading", name="Patches: none installed by the run")).to_be_visible()
    page = reports.open(of(first, second), f"#run={first['run_id']}&node={wanted}")
    expect(page.get_by_role("heading", name="Patches: 4 installed by the run")).to_be_visible()


@pytest.mark.parametrize(
    "address", ["#node=i-unknown", "#run=unknown", "#state=none&page=99", "#page=-4", "#%", "#list"]
)
def test_an_address_that_means_nothing(reports: Reports, address: str) -> None:
    page = reports.open(samples.demo_record(), address)
    expect(page.locator("section.run:visible h1")).to_have_text("lab Failed")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_everything_about_one_node(reports: Reports) -> None:
    run = samples.failed_run()
    wanted = node(run, "lab-lin-01")
    page = reports.open(of(run))
    page.locator("#table tbody tr").first.locator("td.reason").click()
    sheet = page.get_by_role("dialog")
    for text in (
        *(wanted["node_id"], wanted["patch_group"], wanted["baseline"]["intended"], wanted["account"]),
        *wanted["snapshot_ids"],
        *(operation["handle"] for operation in wanted["operations"]),
        *("running, left as it was", "openssl-libs.x86_64:1:3.2.2-6.el9_5.1", "services before and after"),
        *(
            "Services that ran before and do not run now: httpd",
            "Ports that listened before and do not listen now: 443",
        ),
    ):
        expect(sheet.get_by_text(text).first).to_be_visible()
    phases = sheet.locator("section", has_text="Phases").locator("tbody th").all_inner_texts()
    assert phases == ["plan", "power", "snapshot", "observe", "install", "reboot", "observe after", "verify"]
    missing = sheet.get_by_role("row", name="missing 4 0", exact=True)
    expect(missing).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    assert "node=" not in page.url


def test_a_baseline_that_differs_and_power_that_was_not_restored(reports: Reports) -> None:
    run = samples.passed_run()
    one = next(n for b in run["batches"] for n in b["nodes"] if n["power"]["started_by_run"])
    one["baseline"]["reported"], one["power"]["restored"] = "pb-default", False
    page = reports.open(of(run), f"#node={one['node_id']}")
    expect(page.get_by_text("pb-default differs")).to_be_visible()
    expect(page.get_by_text("stopped, started by the run, not restored")).to_be_visible()


def test_an_azure_id_is_short_in_the_list_and_whole_in_the_sheet(reports: Reports) -> None:
    run = samples.passed_run()
    one = run["batches"][0]["nodes"][0]
    group = "/subscriptions/22222222-0000-4000-8000-000000000002/resourcegroups/rg-shop"
    one["node_id"] = f"{group}/providers/microsoft.compute/virtualmachines/vm-01"
    page = reports.open(of(run))
    row = page.locator("#table").get_by_role("row").filter(has_text=one["name"])
    expect(row.get_by_text("rg-shop/vm-01", exact=True)).to_be_visible()
    row.get_by_role("link", name=one["name"]).click()
    expect(page.get_by_role("dialog").get_by_text(one["node_id"], exact=True)).to_be_visible()


def test_the_sheet_leafs_through_what_the_filters_left(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.get_by_role("button", name="Failed 2").click()
    page.locator("#table").get_by_role("link", name="prod-lin-07").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("1 of 2")).to_be_visible()
    expect(sheet.get_by_role("button", name="Previous")).to_be_disabled()
    sheet.get_by_role("button", name="Next").click()
    expect(sheet.get_by_role("heading", level=2)).to_have_text("prod-lin-09 Failed")
    expect(sheet.get_by_role("button", name="Next")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    expect(sheet.get_by_role("heading", level=2)).to_have_text("prod-lin-07 Failed")
    sheet.get_by_role("button", name="Close").click()
    found(page, "2 of 20 nodes")


def test_a_link_at_the_top_keeps_the_filters(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.get_by_role("button", name="Held 6").click()
    page.locator(".trouble").get_by_role("link", name="prod-lin-09").click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text("prod-lin-09 Failed")
    page.keyboard.press("Escape")
    found(page, "6 of 20 nodes")


def test_keyboard_alone(reports: Reports) -> None:
    page = reports.open(of(samples.mixed_run()))
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("batch_1 prod-lin-0")
    found(page, "9 of 20 nodes")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#table").get_by_role("link", name="prod-lin-07")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading = page.get_by_role("dialog").get_by_role("heading", level=2)
    expect(heading).to_have_text("prod-lin-09 Failed")
    page.keyboard.press("ArrowLeft")
    expect(heading).to_have_text("prod-lin-07 Failed")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focused = page.evaluate("document.activeElement.textContent")
    assert focused.startswith("prod-lin-0")


def test_every_control_is_reached_by_tab(reports: Reports) -> None:
    page = reports.open(of(samples.failed_run()))
    reached = set()
    for _press in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.id || document.activeElement.textContent).trim()"))
    assert {"To the nodes", "theme", "f-batch", "f-application", "f-text", "All 2", "Failed 1", "Took"} <= reached
    assert {"lab-lin-01", "lab-win-01"} <= reached


def test_the_timeline_proves_the_order(reports: Reports) -> None:
    page = reports.open(of(samples.passed_run()))
    told = page.locator(".proof.kept").inner_text()
    assert re.fullmatch(r"batch_2 began at [\d:]{8}, 3 s after batch_1 had ended at [\d:]{8}\.", told)
    lanes = page.locator(".chart .lane:not(.axis)")
    ends, begins = [], []
    batch = ""
    for i in range(lanes.count()):
        lane = lanes.nth(i)
        batch = (lane.locator("p b").all_inner_texts() or [batch])[0]
        boxes = [box for box in (phase.bounding_box() for phase in lane.locator("rect.ph").all()) if box]
        if batch == "batch_1":
            ends.append(max(box["x"] + box["width"] for box in boxes))
        else:
            begins.append(min(box["x"] for box in boxes))
    assert min(begins) >= max(ends) - 3
    expect(page.locator(".chart line.rule").first).to_be_attached()
    assert page.locator(".mark.open").count() == 5


def test_hostile_texts_are_shown_as_they_are(reports: Reports) -> None:
    page = reports.open(samples.hostile_record())
    found(page, "15 nodes")
    assert "<script>alert(1)</script>" in names(page)
    assert page.locator("img, iframe, object, [onload], [onerror], [onmouseover]").count() == 0
    for row in range(15):
        page.locator("#table tbody a").nth(row).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.locator("img, [onload], [onerror], [onmouseover]").count() == 0
        page.keyboard.press("Escape")
    assert page.locator("script:not([type])").count() == 1


@pytest.mark.parametrize(
    "record",
    [
        {"runs": []},
        {"runs": [{"run_id": "r"}]},
        {"runs": [{"run_id": "r", "batches": [{"name": "b", "nodes": [{"node_id": "n"}]}]}]},
    ],
)
def test_a_record_that_has_hardly_begun(reports: Reports, record: dict[str, Any]) -> None:
    page = reports.open(record, "#node=n")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)

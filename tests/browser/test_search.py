"""The Search tab in a real browser."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from distill.search import Plan, results
from distill.search.folder import create
from models.settings import Settings
from tests.browser.conftest import PATIENCE, Server, open_page
from tests.distill.search.fake import Fake, work

pytestmark = pytest.mark.browser


def test_a_candidate_is_looked_at_and_put_into_the_form(
    context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    settings = Settings(home=server.home, threads=1)
    search = create(Plan.of({"teacher": "embedded/teacher", "data": "built-in"}, trials=4), settings)
    work(search, settings, Fake())
    rows = results.collect(search)
    worst = min(rows, key=lambda row: row["reward"])
    number, shape = worst["number"], worst["shape"]

    page = open_page(context, server)
    page.get_by_role("tab", name="Search").click()
    expect(page.locator("#search-status .badge.finished")).to_be_visible()
    expect(page.locator("#small-search")).to_be_hidden()
    expect(page.locator("#search-scatter circle")).to_have_count(len(rows))
    page.locator(f'#search-scatter [data-number="{number}"]').dispatch_event("click")
    expect(page.locator("#search-candidate h4")).to_have_text(f"Candidate {number}")
    expect(page.locator("#search-scatter .chosen")).to_have_attribute("data-number", str(number))

    with page.expect_download(timeout=PATIENCE) as download:
        page.click("#search-csv")
    download.value.save_as(tmp_path / "taken.csv")
    with (tmp_path / "taken.csv").open(encoding="utf-8") as file:
        assert [row["number"] for row in csv.DictReader(file)] == [str(row["number"]) for row in rows]

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("#distil-candidate")
    expect(page.locator("#student input")).to_have_value(
        f"search:{search.search_id}/{number}", timeout=PATIENCE
    )
    told = f"student {shape['encoder_layers']} + {shape['decoder_layers']} layers, {shape['width']} wide"
    expect(page.locator("#check")).to_contain_text(told, timeout=PATIENCE)

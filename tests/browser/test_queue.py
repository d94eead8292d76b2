"""A press that has to wait for others, in a page whose queue is short."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models.errors import ModelUnavailable
from models.serving.pool import ModelPool
from models.settings import Settings
from tests.ui.visitor import Visitor, visiting
from ui.shared import limits

pytestmark = pytest.mark.browser
WAITS = "Waiting for its turn"


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets the models go on, which are held until then."""
    free = threading.Event()

    def held(*_: Any, **__: Any) -> Any:
        assert free.wait(60)
        raise ModelUnavailable("It was held.")

    monkeypatch.setattr(ModelPool, "get", held)
    yield free
    free.set()


@pytest.fixture
def crowded(
    go_on: threading.Event, context: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """A page where somebody else compares and measures, and no second one may."""
    monkeypatch.setitem(limits.COMPARE, "concurrency_limit", 1)
    monkeypatch.setitem(limits.SLOW, "concurrency_limit", 1)
    with visiting(Settings(home=tmp_path, threads=1)) as other:
        first = [
            threading.Thread(
                target=Visitor(str(other.http.base_url)).act, args=(button, "click", {"text": "a"})
            )
            for button in ("run-all", "measure")
        ]
        for each in first:
            each.start()
        page = context.new_page()
        page.goto(str(other.http.base_url))
        page.fill("#text textarea", "the cat sat")
        yield page
        go_on.set()
        for each in first:
            each.join()


def test_who_waits_for_others_is_told_so_and_may_give_up(crowded: Page, go_on: threading.Event) -> None:
    crowded.click("#run-all")
    expect(crowded.locator("#run-all")).to_be_disabled()
    expect(crowded.locator("#queued")).to_contain_text(WAITS)
    crowded.click("#stop")
    expect(crowded.locator("#run-all")).to_be_enabled()
    expect(crowded.locator("#stop")).to_be_disabled()
    expect(crowded.locator("#queued .quiet")).to_have_count(0)
    expect(crowded.locator("#result-original")).to_contain_text("will appear here")
    crowded.click("#run-all")
    expect(crowded.locator("#queued")).to_contain_text(WAITS)
    go_on.set()
    expect(crowded.locator(".card .problem")).to_have_count(3)
    expect(crowded.locator("#queued .quiet")).to_have_count(0)
    expect(crowded.locator("#run-all")).to_be_enabled()


def test_a_measurement_that_waits_for_others_says_so_too(crowded: Page) -> None:
    crowded.click("#measure")
    expect(crowded.locator("#measure-progress")).to_contain_text(WAITS)
    crowded.click("#stop-measuring")
    expect(crowded.locator("#measure")).to_be_enabled()
    expect(crowded.locator("#measure-progress .quiet")).to_have_count(0)


def test_who_is_refused_may_try_again(crowded: Page, go_on: threading.Event) -> None:
    go_on.set()
    crowded.fill("#text textarea", " ")
    for button in ("#run-all", "#measure"):
        crowded.click(button)
        expect(crowded.get_by_text("There is no text yet").last).to_be_visible()
        expect(crowded.locator(button)).to_be_enabled()
    expect(crowded.locator("#queued .quiet")).to_have_count(0)

"""Presenting: one screen at 1920×1080, moved by keys."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Server

pytestmark = pytest.mark.browser
BARS = """
() => [...document.querySelectorAll("#race .lane")].map((lane) => {
  const [track, fill] = [".track", ".fill"].map((part) => lane.querySelector(part).getBoundingClientRect());
  return { seconds: Number(lane.dataset.seconds), share: (fill.right - track.left) / track.width };
})
"""
SETTLED = f"""
() => {{
  const bars = ({BARS})();
  const longest = bars.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  return bars.every((bar) => Math.abs(bar.share / longest.share - bar.seconds / longest.seconds) < 0.01);
}}
"""


def measured(page: Page) -> None:
    """All three have written and been measured, and the bars have come to rest."""
    expect(page.locator("#race .conditions")).to_contain_text("Median of 5 runs", timeout=PATIENCE)
    page.wait_for_function(SETTLED)


def text_of(seconds: str) -> float:
    number, unit = seconds.split()
    return float(number) / (1000 if unit == "ms" else 1)


def test_keys_count_while_the_page_is_being_built(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{server.url}/?present", wait_until="commit")
    page.wait_for_function("typeof present !== 'undefined'")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#slide h2")).to_have_text(re.compile("1 of 5"))
    context.close()


def test_a_presentation_is_one_screen_moved_by_keys(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{server.url}/?present")
    expect(page.locator("#slide")).to_contain_text("Press →")
    expect(page.locator("#run-all")).not_to_be_visible()

    page.keyboard.press("Escape")
    page.locator(".measure input[type=number]").fill("5")
    page.locator(".measure input[type=number]").press("Enter")
    page.locator("#text textarea").fill("A text of my own. The dog ran in the house.")
    page.click("#present")
    expect(page.locator("#slide h2")).to_have_text(re.compile("Your text 1 of 6"))

    # A key in a text box is the box's own.
    page.locator("#text textarea").dispatch_event("keydown", {"key": "PageDown", "bubbles": True})
    page.keyboard.press("PageDown")
    expect(page.locator("#slide h2")).to_have_text(re.compile("2 of 6"))
    page.keyboard.press("ArrowRight")  # what is at work by then is stopped
    page.keyboard.press("ArrowRight")  # and each press counts meanwhile
    expect(page.locator("#slide h2")).to_have_text(re.compile("4 of 6"))
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(page.locator("#slide h2")).to_have_text(re.compile("2 of 6"))
    measured(page)
    for shown in page.locator("#stage .card, #stage .text, #race .lane, #race .words").all():
        expect(shown).to_be_in_viewport(ratio=1)
    for card in page.locator("#stage .card").all():
        assert card.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert page.evaluate("document.querySelector('#stage').scrollHeight") <= 1080
    written = [text_of(each) for each in page.locator("#race .value").all_inner_texts()]
    assert written == pytest.approx([bar["seconds"] for bar in page.evaluate(BARS)], rel=0.05)

    page.keyboard.press("Escape")
    expect(page.locator("#run-all")).to_be_visible()
    expect(page.locator("#race")).not_to_be_visible()
    assert "present" not in page.url
    context.close()

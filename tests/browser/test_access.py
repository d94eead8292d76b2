"""Whether everybody can use the page: contrast, names for a screen reader, the keyboard, a phone."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ElementHandle, Page, expect

from distill import judging
from distill.data.datasets import SAMPLES
from distill.judging import EvaluationPlan
from models.settings import Settings
from tests.browser.conftest import PATIENCE, Server, open_page

pytestmark = pytest.mark.browser
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
CONTROLS = "button, a, label, input, textarea"
NAMED = {"button", "link", "textbox", "combobox", "slider", "spinbutton", "checkbox", "tab"}
TEXT = "The cat sat on the mat. The dog ran in the house, and the city report says people was new."
AT_ONCE = "*, *::before, *::after { transition: none !important; animation: none !important }"


def summarised(page: Page) -> None:
    """All three columns finished, with a note and a tinted word, and everything that folds open."""
    page.fill("#text textarea", TEXT * 60)
    page.click("#run-all")
    expect(page.locator(".card .conditions")).to_have_count(3, timeout=PATIENCE)


def evaluated(server: Server) -> None:
    """The page shows a finished evaluation with every kind of verdict."""
    settings = Settings(home=server.home)
    if not judging.all_evaluations(settings):
        plan = EvaluationPlan(("lead:60", "lead:61", "lead:5"), data=str(SAMPLES / "train.jsonl"), limit=24)
        judging.carry_out(judging.create(plan, settings), settings)


def unfolded(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()
    if tab == "Evaluate":
        page.locator("#evaluation-cases [role=gridcell]").nth(1).click()
        expect(page.locator("#evaluation-case .case").first).to_be_visible()
    for _ in range(2):  # one may hold another
        for fold in page.query_selector_all("button.label-wrap:not(.open)"):
            if fold.is_visible():
                fold.click()


def kinds(page: Page) -> list[ElementHandle]:
    """One visible control of each look."""
    found: dict[str, ElementHandle] = {}
    for control in page.query_selector_all(CONTROLS):
        if control.is_visible() and control.is_enabled():
            look = control.evaluate("e => e.tagName + e.className + e.ariaSelected + (e.placeholder ? 1 : 0)")
            found.setdefault(look, control)
    return list(found.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(scheme: str, browser: Browser, server: Server) -> None:
    evaluated(server)
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 1000})
    page = open_page(context, server)
    page.add_style_tag(content=AT_ONCE)
    body = page.locator("body")
    wrong = {"empty": body.evaluate(CONTRAST)}
    summarised(page)
    page.fill("#text textarea", TEXT)
    expect(page.locator("#freshness .note")).to_be_visible()
    wrong["dimmed"] = body.evaluate(CONTRAST)
    for tab in ("Compare", "Distil", "Evaluate"):
        unfolded(page, tab)
        wrong[tab] = body.evaluate(CONTRAST)
        for control in kinds(page):
            control.hover(force=True)
            wrong[f"{tab}, hovered"] = wrong.get(f"{tab}, hovered", []) + control.evaluate(CONTRAST)
            control.focus()
            wrong[f"{tab}, focused"] = wrong.get(f"{tab}, focused", []) + control.evaluate(CONTRAST)
    context.close()
    assert {state: found for state, found in wrong.items() if found} == {}


def test_each_control_has_a_name_of_its_own(server: Server, context: BrowserContext) -> None:
    evaluated(server)
    page = open_page(context, server)
    summarised(page)
    session = page.context.new_cdp_session(page)
    for tab in ("Compare", "Distil", "Evaluate"):
        unfolded(page, tab)
        expect(page.locator('button[aria-label="Reset to default value"]:visible')).to_have_count(0)
        nodes = [node for node in session.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
        named = Counter(
            (node["role"]["value"], node["name"]["value"].strip())
            for node in nodes
            if node["role"]["value"] in NAMED
        )
        assert sum(named.values()) > 20
        assert {name: count for name, count in named.items() if count > 1 or not name[1]} == {}


def test_control_and_enter_summarise(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.press("#text textarea", "Control+Enter")
    expect(page.locator(".card .conditions")).to_have_count(3, timeout=PATIENCE)
    expect(page.locator("#text textarea")).to_have_value(TEXT)


def test_a_phone_goes_to_the_results_and_stays_where_there_are_none(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#run-all").scroll_into_view_if_needed()
    before = page.evaluate("window.scrollY")
    page.click("#run-all")
    expect(page.get_by_text("There is no text yet")).to_be_visible()
    assert page.evaluate("window.scrollY") == before
    page.fill("#text textarea", TEXT)
    page.click("#run-all")
    expect(page.locator("#result-original")).to_be_in_viewport()

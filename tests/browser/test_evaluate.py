"""The Evaluate tab in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, RUN, Server, open_page

pytestmark = pytest.mark.browser
_PRESS = """keys => [...keys].forEach(key => document.dispatchEvent(new KeyboardEvent("keydown", { key })))"""
_PRESS_ONCE_SHOWN = """text => new Promise(done => {
  const look = () => {
    const shown = document.querySelector("#vote-progress").textContent;
    if (!shown.includes(text)) return requestAnimationFrame(look);
    const clock = performance.now.bind(performance);
    performance.now = () => clock() + 1000;  // a slower hand: no double press
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "1" }));
    done();
  };
  look();
})"""
"""In the first frame that shows the text, when Gradio has not yet done with the press before."""


def evaluate_tab(context: BrowserContext, server: Server) -> Page:
    page = open_page(context, server)
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.locator("#start-evaluation")).to_be_visible()
    return page


def make_a_vote(page: Page) -> str:
    """On the models that are chosen; its link."""
    page.get_by_text("Let people vote").click()
    page.click("#make-poll")
    link = page.locator("#poll-about a")
    expect(link).to_be_visible()
    return str(link.get_attribute("href"))


def vote(context: BrowserContext, link: str) -> int:
    """All texts by key as fast as they come, one of them changed; no name is shown. Returns their number.

    A vote leaves out the texts of which the models wrote the same.
    """
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(link)
    expect(page.locator("#vote-answers button:visible")).to_have_count(5)
    expect(page.locator("#tabs")).to_be_hidden()
    assert "embedded" not in page.locator("#vote").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = re.search(r"Text 1 of (\d)", page.locator("#vote-progress").inner_text())
    assert found
    texts = int(found[1])
    assert 3 <= texts <= 6
    page.evaluate(_PRESS, "211")  # before the page has answered: all are about the first text
    expect(page.locator("#vote-progress")).to_contain_text(f"Text 2 of {texts}")
    for place in range(2, texts + 1):
        page.evaluate(_PRESS_ONCE_SHOWN, f"Text {place} of {texts}")
    expect(page.locator("#vote-end")).to_contain_text("all texts have your answer")
    for place in range(texts, 0, -1):
        page.click("#vote-back")
        expect(page.locator("#vote-progress")).to_contain_text(f"Text {place} of {texts}")
    expect(page.locator("#vote-b.primary")).to_be_visible()
    for place in range(2, texts + 2):
        page.click("#vote-forward")
        expect(page.locator("#vote-progress")).to_contain_text(
            f"Text {place} of {texts}" if place <= texts else "The end"
        )
    expect(page.locator("#vote-end")).to_contain_text("all texts have your answer")
    page.reload()  # the browser is known again
    expect(page.locator("#vote-end")).to_contain_text("all texts have your answer")
    page.click("#vote-back")
    expect(page.locator("#vote-a.primary")).to_be_visible()
    page.click("#vote-bad")
    expect(page.locator("#vote-end")).to_contain_text("all texts have your answer")
    page.click("#vote-back")
    expect(page.locator("#vote-bad.primary")).to_be_visible()
    page.click("#vote-tie")  # changed again at once
    expect(page.locator("#vote-end")).to_contain_text("all texts have your answer")
    page.close()
    return texts


def test_models_are_evaluated_found_again_after_a_kill_and_read_text_by_text(
    context: BrowserContext, own: Server, tmp_path: Path
) -> None:
    page = evaluate_tab(context, own)
    page.locator("#evaluation-texts input").fill("0")
    page.locator("#evaluation-texts input").blur()
    page.click("#start-evaluation")
    expect(page.get_by_text("Give “Maximum texts” 1 or more")).to_be_visible()
    page.locator("#evaluation-texts input").fill("6")
    page.locator("#evaluation-texts input").blur()
    page.click("#start-evaluation")
    expect(page.locator("#evaluation-status .badge.running")).to_be_visible()
    shown = page.locator("#evaluation-status .model").inner_text()
    page.close()
    own.kill()  # the evaluation is a process of its own
    own.start()
    page = evaluate_tab(context, own)
    expect(page.locator("#evaluation-status .model")).to_have_text(shown)
    expect(page.locator("#evaluation-status .badge.finished")).to_be_visible(timeout=RUN)
    expect(page.locator("#evaluation-result")).to_contain_text("There are too few texts to say which")
    expect(page.locator("#evaluation-charts svg")).to_have_count(2)

    cell = page.locator("#evaluation-cases [role=gridcell]").nth(1)
    expect(cell).to_be_visible()
    cell.click()
    expect(page.locator("#evaluation-case .case")).to_have_count(5)  # reference, three models, a lead
    page.get_by_text("Where it stands in the text").nth(1).click()
    expect(page.locator("#evaluation-case details[open] mark.copied").first).to_be_visible()

    for which, listed, said in (("A model failed", False, "No text is like that."), ("All", True, "")):
        page.locator("#evaluation-which input").click()
        page.get_by_role("option", name=which, exact=True).click()
        expect(cell).to_be_visible(visible=listed)
        expect(page.locator("#evaluation-case")).to_have_text(said)
        expect(page.locator("#evaluation-case .quiet")).to_be_visible(visible=not listed)

    link = make_a_vote(page)
    texts = vote(context, link)
    page.click("#refresh-poll")
    expect(page.locator("#poll-result")).to_contain_text(f"Results: 1 person, {texts} answers")

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    for button, suffix in (("jsonl", ".jsonl"), ("report", ".html")):
        with page.expect_download(timeout=PATIENCE) as download:
            page.click(f"#evaluation-{button}")
        file = tmp_path / f"taken{suffix}"
        download.value.save_as(file)
        assert download.value.suggested_filename.endswith(suffix)
    cases = [json.loads(line) for line in (tmp_path / "taken.jsonl").open(encoding="utf-8")]
    assert [case["text"] for case in cases] == [1, 2, 3, 4, 5, 6]
    report = page.context.browser.new_page(java_script_enabled=False, offline=True)  # type: ignore[union-attr]
    report.goto((tmp_path / "taken.html").as_uri())
    expect(report.locator(".answer")).to_have_text("There are too few texts to say which model is better.")
    report.close()

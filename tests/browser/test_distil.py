from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, RUN, Server, insist, open_page
from tests.tiny import make_tiny_t5

pytestmark = pytest.mark.browser


def distil_tab(context: BrowserContext, server: Server) -> Page:
    page = open_page(context, server)
    page.get_by_role("tab", name="Distil").click()
    # Until the load's own events are through, Gradio may set a field back that is typed into.
    expect(page.locator("#check")).to_contain_text("This pair can work")
    return page


def tiny_pair(page: Page, folder: Path) -> None:
    """Choose two tiny models, which train in a moment, and a few examples."""
    make_tiny_t5(folder / "teacher", d_model=32, layers=4, decoder_layers=4, seed=1)
    make_tiny_t5(folder / "student")
    for name in ("teacher", "student"):
        page.locator(f"#{name} input").fill(str(folder / name))
        page.locator(f"#{name} input").press("Enter")
    page.get_by_text("Settings of the preset").click()
    page.locator("#setting-max_examples input").fill("16")
    page.locator("#advanced > button").click()
    expect(page.locator("#check")).to_contain_text("16 wide")


def test_a_run_outlives_the_page_and_the_app_and_its_student_is_compared(
    context: BrowserContext, own: Server
) -> None:
    page = distil_tab(context, own)
    page.get_by_text("Settings of the preset").click()
    page.locator("#setting-max_steps input").fill("6")
    page.locator("#setting-max_examples input").fill("16")
    page.locator("#advanced > button").click()
    page.locator("#setting-lines textarea").fill("validation_examples=4\nevaluation_steps=3")
    page.click("#start-run")
    expect(page.locator(".badge.running")).to_be_visible()
    run = page.locator(".run .model").inner_text()

    page.click("#start-run")
    expect(page.get_by_text("evaluation is in progress")).to_be_visible()

    page.reload()
    page.get_by_role("tab", name="Distil").click()
    expect(page.locator(".run .model")).to_have_text(run)
    page.close()

    own.kill()
    own.start()
    page = distil_tab(context, own)
    expect(page.locator(".run .model")).to_have_text(run)
    expect(page.locator(".badge.finished")).to_be_visible(timeout=RUN)
    expect(page.locator("#run-result")).to_contain_text("Student after")
    expect(page.locator("#chart-loss")).to_be_visible()

    page.click("#compare-run")
    expect(page.locator(".card .model").nth(2)).to_have_text(f"run:{run}")
    page.fill("#text textarea", "The cat sat on the mat and the dog ran in the house.")
    page.click("#run-distilled")  # which converts the student on its first use
    expect(page.locator("#result-distilled .conditions")).to_be_visible(timeout=PATIENCE)


def test_a_setting_that_cannot_be_is_said_before_the_start(context: BrowserContext, server: Server) -> None:
    page = distil_tab(context, server)
    page.get_by_text("Settings of the preset").click()
    batch_size = page.locator("#setting-batch_size input")

    def set_to_nothing() -> None:
        batch_size.fill("0")
        batch_size.press("Enter")

    insist(set_to_nothing, page.get_by_text("“Batch size” is 0"))
    page.get_by_text("Report:").click()
    expect(page.get_by_text("This pair can work")).to_be_visible()
    expect(page.locator("#setting-max_steps input")).to_have_value("")


def test_a_run_is_cancelled_and_resumed_from_the_page(
    context: BrowserContext, own: Server, tmp_path: Path
) -> None:
    page = distil_tab(context, own)
    tiny_pair(page, tmp_path)
    page.locator("#setting-max_steps input").fill("5000")
    page.click("#start-run")
    expect(page.locator(".run-steps")).to_contain_text("of 5,000", timeout=RUN)
    page.click("#cancel-run")
    expect(page.locator(".badge.cancelled")).to_be_visible(timeout=RUN)
    page.click("#resume-run")
    expect(page.locator(".badge.running")).to_be_visible()
    page.click("#cancel-run")
    expect(page.locator(".badge.cancelled")).to_be_visible(timeout=RUN)
    expect(page.locator("#run-table")).to_contain_text("Cancelled")


def test_a_method_is_picked_and_its_terms_and_gradients_are_drawn(
    context: BrowserContext, own: Server, tmp_path: Path
) -> None:
    page = distil_tab(context, own)
    tiny_pair(page, tmp_path)
    page.locator("#method input").click()
    page.get_by_role("option", name="All of them together").click()
    expect(page.locator("#method-about")).to_contain_text("TinyBERT")
    page.locator("#setting-max_steps input").fill("4")
    expect(page.locator("#setting-attention_weight input")).to_have_value("1")
    page.locator("#setting-lines textarea").fill("depth_grow=2")
    page.locator("#setting-lines textarea").blur()
    expect(page.get_by_text("Did you mean depth_growth?")).to_be_visible()
    page.locator("#setting-lines textarea").fill("depth_growth=2\nvalidation_examples=4\nevaluation_steps=2")
    page.locator("#setting-lines textarea").blur()
    expect(page.get_by_text("This pair can work")).to_be_visible()
    page.click("#start-run")
    expect(page.locator(".badge.finished")).to_be_visible(timeout=RUN)
    expect(page.locator("#run-status")).to_contain_text("All of them together")
    for term in ("soft", "hard", "hidden", "embedding", "attention"):
        expect(page.locator(f"#chart-{term} canvas, #chart-{term} svg").first).to_be_visible()
    expect(page.locator("#chart-relation")).not_to_be_visible()
    page.get_by_role("tab", name="Gradients").click()
    expect(page.locator("#chart-encoder-gradients")).to_contain_text("encoder.0")
    page.get_by_role("tab", name="Schedules").click()
    expect(page.get_by_text("Alpha stays 0.7 and the temperature 2.")).to_be_visible()


def test_methods_are_compared_found_again_after_a_reload_and_cancelled(
    context: BrowserContext, own: Server, tmp_path: Path
) -> None:
    page = distil_tab(context, own)
    tiny_pair(page, tmp_path)
    page.locator("#methods-budget input").fill("soon")
    page.click("#start-methods")
    expect(page.get_by_text("The budget is 'soon'")).to_be_visible()
    page.get_by_label("All of them together").uncheck()
    page.locator("#setting-lines textarea").fill("validation_examples=3")
    page.locator("#methods-budget input").fill("3")
    page.get_by_label("number input for Seeds").fill("1")
    page.click("#start-methods")
    expect(page.locator("#methods-status .badge.running")).to_be_visible()
    shown = page.locator("#methods-status .model").inner_text()
    page.reload()
    page.get_by_role("tab", name="Distil").click()
    expect(page.locator("#methods-status .model")).to_have_text(shown)
    page.click("#cancel-methods")
    expect(page.locator("#methods-status .badge.cancelled")).to_be_visible(timeout=RUN)
    page.click("#resume-methods")
    expect(page.locator("#methods-status .badge.finished")).to_be_visible(timeout=RUN)
    expect(page.locator("#methods-result")).to_contain_text("Soft targets")
    expect(page.locator("#methods-result")).to_contain_text("cross-entropy only comes to ROUGE-L")
    expect(page.locator("#methods-pictures img").first).to_be_visible()

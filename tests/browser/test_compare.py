import csv
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models.folders.inspection import inspect
from models.store.catalogue import EMBEDDED
from tests.browser.conftest import PATIENCE, Server, open_page
from tests.tiny import make_tiny_t5

pytestmark = pytest.mark.browser
ROLES = ("original", "teacher", "distilled")
TEXT = "The cat sat on the mat. The dog ran in the house, and the city report says people was new."


CLOCKS = """
() => {
  window.clocks = [];
  const look = () => {
    const clock = document.querySelector("#result-teacher .text.unfinished + .clock span");
    const shown = clock && (clock.textContent || getComputedStyle(clock, "::after").content);
    if (shown) window.clocks.push(parseFloat(shown.replace('"', "")));
    requestAnimationFrame(look);
  };
  look();
}
"""
"""What the teacher's clock shows in each frame while its text grows."""


def finished(page: Page, number: int = 3) -> None:
    expect(page.locator(".card .conditions")).to_have_count(number, timeout=PATIENCE)
    expect(page.locator("#run-all")).to_be_enabled(timeout=PATIENCE)


def test_three_models_are_compared_and_logged(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Sport", exact=True).click()
    expect(page.locator("#text textarea")).not_to_have_value("")
    expect(page.locator("#counter")).to_contain_text("tokens")
    page.click("#run-all")
    finished(page)
    for role in ROLES:
        column = page.locator(f"#result-{role}")
        for figure in ("Latency", "tokens/s", "Memory", "ROUGE-L", "one run"):
            expect(column).to_contain_text(figure)
    expect(page.locator("#result-distilled .versus")).to_contain_text("The teacher took")
    for role in ROLES:
        expect(page.locator("#log-table")).to_contain_text(f"embedded/{role}")
    with page.expect_download() as download:
        page.click("#download-csv")
    download.value.save_as(tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["role"] for row in rows) == sorted(ROLES)
    assert all(float(row["seconds"]) > 0 for row in rows)
    assert {row["input"] for row in rows} == {page.input_value("#text textarea")}
    assert all(row["reference"] for row in rows)


def test_a_pasted_text_leaves_the_example_s_reference_behind(page: Page) -> None:
    page.get_by_text("Reference summary").click()
    page.get_by_role("button", name="Sport", exact=True).click()
    expect(page.locator("#reference textarea")).not_to_have_value("")
    page.locator("#text textarea").focus()
    page.keyboard.press("Control+a")
    page.evaluate(  # as a paste does it: one change, no key
        "text => navigator.clipboard ? document.execCommand('insertText', false, text) : 0", TEXT
    )
    expect(page.locator("#reference textarea")).to_have_value("")
    page.click("#run-original")
    finished(page, 1)
    expect(page.locator("#result-original")).not_to_contain_text("ROUGE")
    page.get_by_role("button", name="Health", exact=True).click()
    expect(page.locator("#reference textarea")).not_to_have_value("")


def test_summaries_of_an_earlier_text_are_dimmed_until_they_are_made_again(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.click("#run-original")
    finished(page, 1)
    page.click("#run-distilled")
    finished(page, 2)
    expect(page.locator("#freshness .note")).to_have_count(0)
    page.fill("#text textarea", f"{TEXT} And one more sentence.")
    expect(page.locator("#freshness")).to_contain_text(
        "The summaries of the original and the distilled model"
    )
    assert page.locator("#result-original").evaluate("e => getComputedStyle(e).filter") == "grayscale(1)"
    page.click("#run-original")
    expect(page.locator("#freshness")).to_contain_text("The summary of the distilled model is")
    assert page.locator("#result-original").evaluate("e => getComputedStyle(e).filter") == "none"
    page.fill("#text textarea", TEXT)
    expect(page.locator("#freshness")).to_contain_text("The summary of the original is")


def test_the_counter_counts_for_the_model_that_is_chosen(page: Page, tmp_path: Path) -> None:
    page.fill("#text textarea", TEXT * 60)
    expect(page.locator("#counter .over")).to_contain_text(
        f"over the limit of {inspect(EMBEDDED / 'original').input_tokens}"
    )
    make_tiny_t5(tmp_path / "tiny", n_positions=100)
    page.get_by_text("Change the original").click()
    page.locator("#model-original input").fill(str(tmp_path / "tiny"))
    page.locator("#model-original input").press("Enter")
    expect(page.locator("#counter .over")).to_contain_text("over the limit of 100")


def test_one_column_by_itself_with_another_model(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.get_by_text("Change the distilled model").click()
    page.locator("#model-distilled input").fill("embedded/original")
    page.locator("#model-distilled input").press("Enter")
    expect(page.locator(".card .model").nth(2)).to_have_text("embedded/original")
    page.click("#run-distilled")
    finished(page, 1)


def test_rules_refine_a_column_when_their_box_is_ticked(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.click("#run-original")
    finished(page, 1)
    expect(page.locator("#result-original")).not_to_contain_text("ules")
    page.get_by_text("Decoding settings").click()
    page.locator("#refine input").check()
    page.click("#run-original")
    refined = page.locator("#result-original .note").filter(has_text="ules")  # a busy machine has a note too
    expect(refined).to_be_visible(timeout=PATIENCE)


def test_a_column_runs_on_the_engine_chosen_for_it(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.get_by_text("Change the distilled model").click()
    page.locator("#engine-distilled input").click()
    page.get_by_role("option", name="PyTorch, float32").click()
    expect(page.locator(".card .model").nth(2)).to_have_text("embedded/distilled@torch:float32")
    page.click("#run-distilled")
    finished(page, 1)
    expect(page.locator("#result-distilled .conditions")).to_contain_text("float32 · torch")


def test_the_clock_runs_on_while_the_text_grows(page: Page) -> None:
    page.fill("#text textarea", TEXT * 10)
    page.get_by_text("Decoding settings").click()
    page.get_by_label("number input for Beams").fill("1")
    page.get_by_label("number input for Beams").press("Enter")
    page.get_by_label("number input for Shortest").fill("80")
    page.get_by_label("number input for Shortest").press("Enter")
    page.locator("#engines input").click()
    page.get_by_role("option", name="All on PyTorch").click()  # takes seconds, and the text grows meanwhile
    page.evaluate(CLOCKS)
    page.click("#run-teacher")
    finished(page, 1)
    clocks = page.evaluate("window.clocks")
    assert clocks == sorted(clocks)
    assert clocks[-1] >= 0.2


def test_html_is_shown_as_text(page: Page) -> None:
    page.fill("#text textarea", f'<img src=x onerror="window.harmed = 1"> <b>{TEXT}</b>')
    page.get_by_text("Reference summary").click()
    page.fill("#reference textarea", '<img src=x onerror="window.harmed = 1">')
    page.click("#run-teacher")
    finished(page, 1)
    assert page.evaluate("window.harmed") is None
    assert page.locator(".card img").count() == 0


def test_an_unknown_model_is_named_safely_and_hurts_no_other(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.get_by_text("Change the original").click()
    page.locator("#model-original input").fill("/no/<b>such</b>")
    page.locator("#model-original input").press("Enter")
    expect(page.locator(".card .model").first).to_have_text("/no/<b>such</b>")
    page.click("#run-all")
    finished(page, 2)
    expect(page.locator("#result-original .problem")).to_contain_text("/no/<b>such</b>")


def test_nothing_to_summarise_is_said(page: Page) -> None:
    page.fill("#text textarea", "   ")
    page.click("#run-all")
    expect(page.get_by_text("There is no text yet")).to_be_visible()
    expect(page.locator("#run-all")).to_be_enabled()


def test_a_long_text_tells_what_is_cut(page: Page) -> None:
    page.fill("#text textarea", TEXT * 60)
    limit = inspect(EMBEDDED / "original").input_tokens
    expect(page.locator("#counter .over")).to_contain_text(f"over the limit of {limit}")
    page.click("#run-distilled")
    finished(page, 1)
    expect(page.locator("#result-distilled .note").filter(has_text="were cut off")).to_be_visible()


def test_stop_frees_the_buttons(page: Page) -> None:
    page.fill("#text textarea", TEXT * 100)
    page.get_by_text("Decoding settings").click()
    page.get_by_label("Summarise it in parts").check()  # long enough to be stopped on any machine
    page.click("#run-all")
    # A model that was changed now would get the name above another one's summary.
    expect(page.locator("#model-set input").first).to_be_disabled()
    page.click("#stop")
    expect(page.locator("#run-all")).to_be_enabled()
    expect(page.locator("#model-set input").first).to_be_enabled()
    expect(page.locator(".card [data-clock]")).to_have_count(0)
    page.click("#run-original")  # is not dropped, although the stopped one may have to be waited for
    expect(page.locator("#stop")).to_be_enabled()


def test_two_buttons_at_once_are_one_run(page: Page) -> None:
    """Each run goes on from the session it was given, so a second one would lose the first one's results."""
    page.fill("#text textarea", TEXT)
    for role in ("original", "distilled"):  # sooner than the answer that disables the other button
        page.evaluate(f"document.querySelector('#run-{role}').click()")
    finished(page, 1)
    expect(page.locator("#run-all")).to_be_enabled()
    page.click("#run-distilled")
    finished(page, 2)
    for role in ("original", "distilled"):
        expect(page.locator("#log-table")).to_contain_text(f"embedded/{role}")


def test_visitors_do_not_see_each_others_results(page: Page, context: BrowserContext, server: Server) -> None:
    other = open_page(context, server)
    page.fill("#text textarea", TEXT)
    page.click("#run-original")
    finished(page, 1)
    expect(other.locator(".card .conditions")).to_have_count(0)
    expect(other.locator("#log-table")).not_to_be_visible()


@pytest.mark.parametrize("tab", ["Compare", "Distil"])
def test_a_phone_scrolls_in_one_direction(tab: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.fill("#text textarea", TEXT)
    page.click("#run-distilled")
    finished(page, 1)
    page.get_by_role("tab", name=tab).click()
    expect(page.locator("#run-all" if tab == "Compare" else "#start-run")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_engines_are_chosen_for_all_columns_at_once(page: Page) -> None:
    page.locator("#engines input").click()
    page.get_by_role("option", name="Only the distilled on CTranslate2 int8").click()
    models = page.locator(".card .model")
    expect(models.nth(1)).to_have_text("embedded/teacher@torch:float32")
    expect(models.nth(2)).to_have_text("embedded/distilled@ctranslate2:int8")
    page.get_by_text("Change the distilled model").click()
    page.locator("#engine-distilled input").click()
    page.get_by_role("option", name="PyTorch, float32").click()
    expect(models.nth(2)).to_have_text("embedded/distilled@torch:float32")
    expect(page.locator("#engines input")).to_have_value("")


def test_measuring_again_and_again_leaves_the_columns_alone(page: Page) -> None:
    page.fill("#text textarea", TEXT)
    page.click("#run-original")
    finished(page, 1)
    page.locator(".measure input[type=number]").fill("5")
    page.locator(".measure input[type=number]").press("Enter")
    page.click("#measure")
    expect(page.locator("#measured tbody tr")).to_have_count(3, timeout=PATIENCE)
    expect(page.locator("#measured")).to_contain_text("5 runs of each model")
    expect(page.locator("#measured")).to_contain_text("from 20 runs on")
    expect(page.locator("#measure-chart")).to_be_visible()
    expect(page.locator("#measure")).to_be_enabled()
    expect(page.locator(".card #result-original .conditions")).to_be_visible()
    expect(page.locator("#log-table")).to_contain_text("embedded/original")
    expect(page.locator("#result-teacher")).to_contain_text("will appear here")
    note = page.locator("#measured-freshness .note")
    expect(note).to_have_count(0)
    page.fill("#text textarea", f"{TEXT} And one more sentence.")
    expect(note).to_contain_text("These figures are of another text.")
    page.get_by_text("Decoding settings").click()
    page.get_by_label("number input for Shortest").fill("200")  # more than the longest
    page.get_by_label("number input for Shortest").press("Enter")
    expect(note).to_contain_text("of another text and other decoding settings.")
    page.get_by_label("number input for Shortest").fill("0")
    page.get_by_label("number input for Shortest").press("Enter")
    page.fill("#text textarea", TEXT)
    expect(note).to_have_count(0)


def test_a_measurement_is_stopped(page: Page) -> None:
    page.fill("#text textarea", TEXT * 20)
    page.locator(".measure input[type=number]").fill("50")
    page.locator(".measure input[type=number]").press("Enter")
    page.click("#measure")
    expect(page.locator("#measure-progress")).to_contain_text("of 50 of each model", timeout=PATIENCE)
    page.click("#stop-measuring")
    expect(page.locator("#measured")).to_contain_text("Stopped", timeout=PATIENCE)
    expect(page.locator("#measure")).to_be_enabled()
    expect(page.locator("#measure-progress .quiet")).to_have_count(0)


def test_nothing_to_measure_is_said(page: Page) -> None:
    page.click("#measure")
    expect(page.get_by_text("There is no text yet")).to_be_visible()
    expect(page.locator("#measure")).to_be_enabled()


def test_a_kept_comparison_is_opened_by_its_link_and_deleted(page: Page, context: BrowserContext) -> None:
    page.fill("#text textarea", TEXT)
    page.click("#run-distilled")
    finished(page, 1)
    page.get_by_role("button", name="Keep and share").click()
    page.click("#keep")
    address = page.locator("#kept-link a").evaluate("link => link.href")
    kept = context.new_page()
    kept.goto(address)
    summary = page.locator("#result-distilled .text").inner_text()
    expect(kept.locator("#kept .text")).to_have_text(summary, timeout=PATIENCE)
    expect(kept.locator("#kept .kept-text")).to_have_text(TEXT)
    page.click("#delete-kept")
    expect(page.locator("#kept-link")).to_contain_text("Moved to the trash")
    kept.reload()
    expect(kept.locator("#kept")).to_contain_text("There is no kept comparison", timeout=PATIENCE)

"""Links to kept comparisons."""

from collections.abc import Callable
from dataclasses import replace

import gradio as gr
import pytest

from ui.compare import compare_tab, kept, kept_rendering
from ui.compare.kept_events import opened, shown
from ui.shared import rendering
from ui.shared.result import Result
from ui.shared.studio import Studio

EVIL = "<script>alert(1)</script>"
Make = Callable[..., Result]


@pytest.fixture
def made(make_result: Make, studio: Studio) -> kept.Kept:
    result = replace(make_result("teacher"), text="The cat sat on the mat.", reference="A cat sat.")
    return kept.keep({"teacher": result}, {"teacher": "10 M parameters"}, studio.settings)


def test_a_link_shows_all_of_it_and_says_that_it_is_kept(made: kept.Kept, studio: Studio) -> None:
    html = opened(made.id, studio)["value"]
    assert f"A kept comparison of {kept_rendering.when(made)}" in html
    assert "The cat sat on the mat." in html
    assert "A cat sat." in html
    assert rendering.finished(made.results["teacher"], made.results) in html
    assert "10 M parameters" in html
    assert "<dt>Beams</dt><dd>4</dd>" in html
    assert "<dt>Shortest, in tokens</dt><dd>the model’s default</dd>" in html


def test_an_unknown_link_is_one_sentence_and_the_plain_page_nothing(studio: Studio) -> None:
    assert "There is no kept comparison at this address" in opened(EVIL, studio)["value"]
    assert "<script" not in opened(EVIL, studio)["value"]
    assert opened(None, studio) == gr.skip()


def test_the_date_in_words() -> None:
    assert (
        kept_rendering.when(kept.Kept("", "2026-11-08T07:05:09+00:00", {}, {}))
        == "8 November 2026, 07:05 UTC"
    )


def test_the_list_holds_what_is_kept(made: kept.Kept, studio: Studio) -> None:
    html, chooser, button = shown(studio)
    assert f"./?comparison={made.id}" in html
    assert (kept_rendering.label(made), made.id) in chooser["choices"]
    for each in kept.all_kept(studio.settings):
        kept.delete(each.id, studio.settings)
    html, chooser, button = shown(studio)
    assert html == kept_rendering.NONE
    assert not chooser["visible"]
    assert not button["visible"]


def test_nothing_that_was_written_is_markup(make_result: Make, studio: Studio) -> None:
    result = replace(make_result("teacher", text=EVIL, model=EVIL), text=EVIL, long_input=EVIL)
    evil = kept.Kept("0" * 16, "2026-01-01T00:00:00+00:00", {"teacher": result}, {"teacher": EVIL})
    assert "<script" not in kept_rendering.comparison(evil) + kept_rendering.listed([evil])


@pytest.mark.parametrize("distil", [False, True])
def test_strangers_get_no_way_to_keep(distil: bool, studio: Studio) -> None:
    public = replace(studio, settings=replace(studio.settings, visitor=True, enable_distill=distil))
    with gr.Blocks():
        tab = compare_tab.build(public)
    assert (tab.kept is not None) is distil

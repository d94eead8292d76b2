import re
from pathlib import Path

from ui.shared.tables import interval_cell, scrolling, table

UI = Path(__file__).parents[3] / "ui"


def test_a_table_is_reached_by_keyboard_and_has_a_name() -> None:
    html = table(["Model", "Size"], [["a", "1"], ["b", "2"]], "Sizes")
    assert html.startswith('<div class="scroll" tabindex="0" role="region" aria-label="Sizes"><table')
    assert "<thead><tr><th>Model</th><th>Size</th></tr></thead>" in html
    assert html.count("<tr><td>") == 2


def test_a_line_of_one_cell_is_a_heading_over_all_columns() -> None:
    html = table(["Model", "Size"], [["Trained here"], ["a", "1"]], "Sizes")
    assert '<tr><th class="part" colspan="2">Trained here</th></tr><tr><td>a</td>' in html


def test_the_name_of_a_box_is_escaped() -> None:
    assert 'class="document" tabindex="0" role="region" aria-label="&quot;a&lt;b&quot;"' in scrolling(
        "", '"a<b"', "document"
    )


def test_a_score_has_its_interval_below_it() -> None:
    assert interval_cell({"f": 0.132, "low": 0.1, "high": 0.15}) == '13.2<div class="sub">10.0–15.0</div>'
    assert interval_cell(None) == "—"


def test_every_box_that_scrolls_is_made_here() -> None:
    own = re.compile(r"<\w+ class=\"(scroll|document|kept-text)\b")
    assert [file.name for file in UI.rglob("*.py") if own.search(file.read_text(encoding="utf-8"))] == []

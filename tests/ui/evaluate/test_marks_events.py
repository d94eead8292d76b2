"""Marking a text of an evaluation, as a browser does it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from distill import judging
from distill.judging import Evaluation, EvaluationPlan, marks
from models.settings import Settings
from tests.distill.judging.test_evaluation import write_data
from tests.ui.visitor import Visitor, visiting


@pytest.fixture
def found(tmp_path: Path, settings: Settings) -> Evaluation:
    """Two leads on three texts."""
    rows = [{"document": f"word{n} b{n} c{n}", "summary": f"word{n}"} for n in (1, 2, 3)]
    data = write_data(tmp_path / "data.jsonl", rows)
    evaluation = judging.create(EvaluationPlan(("lead:1", "lead:2"), data), settings)
    judging.carry_out(evaluation, settings)
    return evaluation


@pytest.fixture
def visitor(settings: Settings) -> Iterator[Visitor]:
    with visiting(settings) as visitor:
        yield visitor


def test_a_text_that_is_open_is_marked_listed_and_taken_away(found: Evaluation, visitor: Visitor) -> None:
    visitor.open("mark-case")
    assert "Open a text of the evaluation first" in visitor.act("mark-case", "click")
    row = {"index": [1, 0], "value": 2, "row_value": [2, "word2 b2 c2"]}
    opened = visitor.act("evaluation-cases", "select", told=row)
    assert "Mark text 2" in opened
    assert "marked text" not in opened
    told = visitor.act("mark-case", "click")
    assert "Take the mark off text 2" in told
    assert "Download 1 marked text (CSV)" in told
    assert marks.marked(found) == {2}
    listed = visitor.act("evaluation-which", "input", {"evaluation-which": "marked"})
    assert "word2 b2 c2" in listed
    assert "word1 b1 c1" not in listed
    assert "Open a text of the evaluation first" in visitor.act("mark-case", "click")  # none is open now
    visitor.act("evaluation-cases", "select", told=row)
    assert "marked text" not in visitor.act("mark-case", "click")
    assert marks.marked(found) == set()


def test_a_filter_that_leaves_no_text_says_so_and_shows_no_table(found: Evaluation, visitor: Visitor) -> None:
    visitor.open("evaluation-cases")
    none = visitor.act("evaluation-which", "input", {"evaluation-which": "failed"})
    assert "No text is like that." in none
    assert "headers" not in none
    again = visitor.act("evaluation-which", "input", {"evaluation-which": "all"})
    assert "No text is like that." not in again
    assert "word1 b1 c1" in again


def test_two_who_mark_the_same_text_both_have_it_marked(
    found: Evaluation, visitor: Visitor, settings: Settings
) -> None:
    row = {"index": [1, 0], "value": 2, "row_value": [2, "word2 b2 c2"]}
    visitor.open("mark-case")
    assert "Mark text 2" in visitor.act("evaluation-cases", "select", told=row)
    marks.put(found, 2, True, settings)  # on another page
    assert "Take the mark off text 2" in visitor.act("mark-case", "click")
    assert marks.marked(found) == {2}


def test_a_text_with_half_a_character_is_listed(tmp_path: Path, settings: Settings, visitor: Visitor) -> None:
    rows = [{"document": f"cut \ud83d off {n} b c", "summary": "cut"} for n in range(3)]
    data = write_data(tmp_path / "half.jsonl", rows)
    judging.carry_out(judging.create(EvaluationPlan(("lead:1", "lead:2"), data), settings), settings)
    assert "cut ? off" in visitor.open("evaluation-cases")


def test_nobody_finds_an_evaluations_files_by_its_id(
    found: Evaluation, visitor: Visitor, settings: Settings
) -> None:
    visitor.open("evaluation-cases")
    assert list(settings.temporary.rglob("cases.csv"))
    guess = settings.temporary / "evaluations" / found.evaluation_id / "cases.csv"
    assert visitor.http.get(f"gradio_api/file={guess}").status_code == 403

"""Marked texts: set, taken away, found again, written as files."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from distill import judging
from distill.judging import Evaluation, EvaluationPlan, cases, marks
from models.errors import BadRequest
from models.settings import Settings
from tests.distill.judging.test_evaluation import write_data


@pytest.fixture
def found(tmp_path: Path, settings: Settings) -> Evaluation:
    """Two leads on three texts."""
    rows = [{"document": f"word{n} b{n} c{n}", "summary": f"word{n}"} for n in range(3)]
    data = write_data(tmp_path / "data.jsonl", rows)
    evaluation = judging.create(EvaluationPlan(("lead:1", "lead:2"), data), settings)
    judging.carry_out(evaluation, settings)
    return evaluation


def test_a_mark_stays_with_the_evaluation_until_taken_away(found: Evaluation, settings: Settings) -> None:
    assert marks.marked(found) == set()
    marks.put(found, 3, True, settings)
    marks.put(found, 1, True, settings)
    again = judging.find(found.evaluation_id, settings)
    assert marks.marked(again) == {1, 3}
    for _ in range(2):
        marks.put(again, 3, False, settings)
        marks.put(again, 1, True, settings)
        assert marks.marked(found) == {1}


def test_no_text_is_read_to_mark_one(
    found: Evaluation, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evaluation, "texts", lambda _: pytest.fail("read"))
    marks.put(found, 3, True, settings)
    assert marks.marked(found) == {3}


def test_nothing_is_marked_before_there_is_anything_to_read(settings: Settings) -> None:
    begun = judging.create(EvaluationPlan(("lead:1",)), settings)
    with pytest.raises(BadRequest, match="Open a text of the evaluation first"):
        marks.put(begun, 1, True, settings)


def test_the_list_can_show_the_marked_ones_alone(found: Evaluation, settings: Settings) -> None:
    marks.put(found, 2, True, settings)
    noted = marks.noted(found, found.cases())
    assert [case["text"] for case in cases.chosen(noted, "marked")] == [2]
    assert len(cases.chosen(noted)) == 3
    assert cases.chosen(found.cases(), "marked") == []


def test_the_marked_ones_are_written_as_all_are(
    found: Evaluation, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    assert marks.write(found, found.cases(), folder) == []
    marks.put(found, 1, True, settings)
    marks.put(found, 3, True, settings)
    flat, lines = marks.write(found, found.cases(), folder)
    assert [json.loads(line) for line in lines.open()] == [found.cases()[0], found.cases()[2]]
    wanted = [row for row in csv.DictReader((found.folder / "cases.csv").open()) if row["text"] != "2"]
    assert [*csv.DictReader(flat.open())] == wanted


@pytest.mark.parametrize("text", [None, 0, 4])
def test_only_a_text_of_the_evaluation_is_marked(
    text: int | None, found: Evaluation, settings: Settings
) -> None:
    with pytest.raises(BadRequest, match="Open a text of the evaluation first"):
        marks.put(found, text, True, settings)
    assert marks.marked(found) == set()


def test_a_visitor_marks_nothing_where_nothing_may_be_changed(found: Evaluation, settings: Settings) -> None:
    with pytest.raises(BadRequest, match="ENABLE_DISTILL=0"):
        marks.put(found, 1, True, replace(settings, visitor=True, enable_distill=False))

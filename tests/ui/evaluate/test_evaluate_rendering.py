"""The Evaluate tab's HTML: words for verdicts, what is escaped, what is left out; and its fields."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from distill import judging
from distill.judging import EvaluationPlan, marks
from models.errors import BadRequest
from models.settings import Settings
from tests.distill.judging.test_evaluation import write_data
from ui.evaluate import (
    asking,
    cases_rendering,
    evaluate_events,
    evaluate_rendering,
    evaluate_tab,
    marks_events,
)
from ui.evaluate.marks_panel import Opened
from ui.shared.studio import Studio

NASTY = "<b>bold</b>"


@pytest.fixture
def found(tmp_path: Path, settings: Settings) -> judging.Evaluation:
    """Three leads on 24 texts, of which the middle one is the best."""
    rows = [{"document": f"word{n} b{n} c{n} {NASTY}", "summary": f"word{n} b{n} c{n}"} for n in range(24)]
    data = write_data(tmp_path / "data.jsonl", rows)
    plan = EvaluationPlan.from_dict({"models": ["lead:2", "lead:3", "lead:1"], "data": data})
    evaluation = judging.create(plan, settings)
    judging.carry_out(evaluation, settings)
    return evaluation


def test_verdicts_are_plain_words(found: judging.Evaluation) -> None:
    html = evaluate_rendering.result(found.result())
    assert '<span class="verdict good">better</span>' in html
    assert '<span class="verdict bad">worse</span>' in html
    assert "lead:3 is better than lead:2; lead:1 is worse than it." in html
    assert "Holm’s correction for 2" in html
    assert evaluate_rendering.charts(found.result()) == ""  # baselines have neither latency nor size


def test_quality_is_left_out_without_references(found: judging.Evaluation) -> None:
    result = {**(found.result() or {}), "references": False}
    rows = [
        {**row, **dict.fromkeys(("rouge1", "rouge2", "rougeL", "difference"))} for row in result["results"]
    ]
    html = evaluate_rendering.result({**result, "results": rows})
    assert "Quality" not in html
    assert "What they write" in html
    assert evaluate_rendering.result(None) == evaluate_rendering.charts(None) == ""


def test_a_text_is_read_with_what_was_copied(found: judging.Evaluation) -> None:
    case = found.cases()[1]
    html = cases_rendering.case(case)
    assert NASTY not in html
    assert '<mark class="copied">word1 b1 c1</mark>' in html
    failed = {**case, "answers": {"m": {"failed": NASTY}}}
    assert '<div class="problem">&lt;b&gt;bold' in cases_rendering.case(failed)


def test_the_table_has_a_row_a_text(found: judging.Evaluation) -> None:
    table = cases_rendering.cases_frame(found.cases())
    assert list(table.columns) == [
        "Text",
        "Begins",
        "lead:2",
        "lead:3",
        "lead:1",
        "Gap",
        "In common",
        "Faults",
    ]
    assert list(table.iloc[0][["Text", "lead:2", "lead:3", "lead:1", "Gap", "Faults"]]) == [
        1,
        80,
        100,
        50,
        50,
        0,
    ]


def test_everything_is_drawn_and_can_be_taken_away(found: judging.Evaluation, settings: Settings) -> None:
    drawn = evaluate_events.drawn(found, settings)
    assert drawn[0].job_id == found.evaluation_id
    *_, report, models = drawn
    files = [Path(update["value"]) for update in drawn[-5:-1]]
    assert all(file.is_relative_to(settings.temporary) and file.is_file() for file in files)
    assert Path(report["value"]).name == "report.html"
    assert models["choices"] == ["lead:2", "lead:3", "lead:1"]  # of which people can vote
    assert len(drawn) == len(evaluate_events.drawn(None, settings))


FIELDS: dict[str, Any] = {
    "models": ["a", "b"],
    "lead": True,
    "beams": 4,
    "longest": 128,
    "source": "built-in",
}
FIELDS |= {"file": None, "document": None, "summary": None, "hub": None, "texts": 5, "shuffle": True}


def test_fields_become_a_plan() -> None:
    assert EvaluationPlan.from_dict(asking.values(**FIELDS)) == EvaluationPlan(
        ("a", "b", "lead:=b"), limit=5, shuffle=True
    )
    assert asking.values(**{**FIELDS, "source": "hub", "hub": " xsum "})["data"] == "xsum"
    file = asking.values(**{**FIELDS, "source": "file", "file": "f.csv", "document": "text"})
    assert (file["data"], file["document_column"], file["summary_column"]) == ("f.csv", "text", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"models": ["a"]}, "Choose two to six models; 1 is chosen"),
        ({"models": None}, "Choose two to six models; 0 are chosen"),
        ({"texts": 0}, "Give “Maximum texts” 1 or more"),
        ({"source": "file"}, "Upload a csv"),
        ({"source": "hub"}, "Choose a hub data set"),
    ],
)
def test_what_is_missing_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        asking.values(**{**FIELDS, **changes})


def test_it_is_closed_where_distilling_is(settings: Settings) -> None:
    with gr.Blocks():
        closed = Studio(replace(settings, enable_distill=False), None)  # type: ignore[arg-type]
        assert evaluate_tab.build(closed) is None


def test_marks_are_counted_and_taken_away_as_files(found: judging.Evaluation, settings: Settings) -> None:
    cases = found.cases()
    opened, button, *downloads = marks_events.shown(found, cases, None, settings)
    assert (opened, button["visible"], [file["visible"] for file in downloads]) == (
        Opened(),
        False,
        [False] * 2,
    )
    for text in (2, 24):
        marks.put(found, text, True, settings)
    opened, button, *downloads = marks_events.shown(found, cases, 2, settings)
    assert (opened, button["visible"]) == (Opened(2, True), True)
    assert button["value"] == "Take the mark off text 2"
    assert [file["label"] for file in downloads] == [
        "Download 2 marked texts (CSV)",
        "Download 2 marked texts (JSON Lines)",
    ]
    for file in downloads:
        assert Path(file["value"]).is_relative_to(settings.temporary)  # where the page may serve from
    assert marks_events.shown(found, cases, 3, settings)[1]["value"] == "Mark text 3"


def test_what_is_drawn_fits_the_tab(found: judging.Evaluation, settings: Settings) -> None:
    with gr.Blocks():
        tab = evaluate_tab.build(Studio(settings, None))  # type: ignore[arg-type]
    assert tab
    assert len(evaluate_events.drawn(None, settings)) == len(tab.outputs)
    drawn = dict(zip(tab.outputs, evaluate_events.drawn(found, settings), strict=True))
    assert drawn[tab.marks.mark]["visible"] is False
    assert [drawn[file]["visible"] for file in tab.marks.downloads] == [False, False]
    marks.put(found, 1, True, settings)
    drawn = dict(zip(tab.outputs, evaluate_events.drawn(found, settings), strict=True))
    assert [drawn[file]["visible"] for file in tab.marks.downloads] == [True, True]
    same = evaluate_events.drawn(found, settings, evaluate_events.look(found))
    assert len(same) == len(tab.outputs)

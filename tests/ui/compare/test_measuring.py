from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.decoding import Decoding
from models.errors import BadRequest
from models.serving.pool import ModelPool
from models.store.catalogue import ROLES
from ui.compare.comparing import Request
from ui.compare.measuring import Measured, Progress, measure
from ui.shared.studio import Studio

TEXT = "the cat sat on the mat and the dog ran in the house"


def request(studio: Studio, **models: str | None) -> Request:
    return Request(TEXT, {**studio.columns("embedded"), **models}, Decoding(beams=1, max_new_tokens=4))


def test_each_model_runs_so_often_and_once_to_warm_up(studio: Studio) -> None:
    steps = list(measure(request(studio), 3, studio))
    last = steps[-1][1]
    assert {role: len(summaries) for role, summaries in last.summaries.items()} == dict.fromkeys(ROLES, 3)
    assert all(summary.tokens_out <= 4 for summaries in last.summaries.values() for summary in summaries)
    assert [step.share for step, _ in steps[-4:]] == [0.0, 1 / 3, 2 / 3, 1.0]
    assert sum(step.text.startswith("Warming") for step, _ in steps) == 3
    assert [measured.runs for _, measured in steps[-4:]] == [0, 1, 2, 3]


def test_a_column_without_a_model_is_left_out(studio: Studio) -> None:
    *_, (_, last) = measure(request(studio, distilled=None), 1, studio)
    assert set(last.summaries) == {"original", "teacher"}
    with pytest.raises(BadRequest, match="no model to measure"):
        next(measure(request(studio, **dict.fromkeys(ROLES)), 1, studio))


def test_a_model_that_fails_leaves_the_others_alone(studio: Studio) -> None:
    *_, (_, last) = measure(request(studio, teacher="/no/such/folder"), 2, studio)
    assert set(last.summaries) == {"original", "distilled"}
    assert "no folder" in last.problems["teacher"]
    assert last.runs == 2


def test_where_all_fail_nothing_runs(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(ModelPool, "get", broken)
    *_, (step, last) = measure(request(studio), 2, studio)
    assert step == Progress("No model could be measured.")
    assert last.runs == 0
    assert set(last.problems) == set(ROLES)
    assert not any("secret" in problem for problem in last.problems.values())


def test_a_run_in_progress_marks_the_figures(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distill.runs.active", lambda settings: Path())
    *_, (_, last) = measure(request(studio), 1, studio)
    assert last.busy


def test_the_number_of_runs_is_that_of_whole_rounds(make_result: Callable[..., Any]) -> None:
    summary = make_result().summary
    assert Measured(5).runs == 0
    assert Measured(5, {"teacher": (summary, summary), "original": (summary,)}).runs == 1

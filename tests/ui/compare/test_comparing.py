import os
import re
from collections.abc import Callable, Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any

import pytest

from models.decoding import Decoding
from models.errors import BadRequest
from models.serving.measure import Load
from models.serving.summarizer import Summarizer, Summary
from models.store.catalogue import ROLES
from ui.compare import comparing, results_log
from ui.compare.comparing import Request, compare, order
from ui.shared.result import Result, Session
from ui.shared.studio import Studio

TEXT = "the cat sat on the mat and the dog ran in the house"


def request(studio: Studio, beams: int = 1, **changes: Any) -> Request:
    models: dict[str, str | None] = {**studio.columns("embedded"), **changes.pop("models", {})}
    decoding = Decoding(beams=beams, max_new_tokens=changes.pop("tokens", 6))
    return Request(TEXT, models, decoding, **changes)


def finish(steps: Any) -> tuple[dict[str, str], Session]:
    columns: dict[str, str] = {}
    session = Session()
    for shown, now in steps:
        columns, session = {**columns, **shown}, now
    return columns, session


def test_all_three_are_summarised_and_set_against_each_other(studio: Studio) -> None:
    columns, session = finish(compare(request(studio), ROLES, Session(), studio))
    assert set(session.results) == set(ROLES)
    assert [result.role for result in session.rows] == list(ROLES)
    assert "The teacher took" in columns["distilled"]
    assert all("one run" in columns[role] for role in ROLES)


def test_greedy_text_grows_and_beams_tick(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "REFRESH", 0.0)
    slow = {"models": {"teacher": f"{studio.columns('embedded')['teacher']}@torch"}, "tokens": 100}
    for beams in (1, 2):
        asked = request(studio, beams, **slow)  # long enough for a reader to see it grow
        steps = [shown for shown, _ in compare(asked, ["teacher"], Session(), studio)]
        texts = [step["teacher"] for step in steps if "data-clock" in step["teacher"]]
        grown = {text for text in texts if "unfinished" in text}
        assert texts[0] not in grown
        assert len(grown) > 1 if beams == 1 else len(grown) <= 1  # with beams at most the text as it is done


@pytest.mark.parametrize(
    ("clock", "said"), [("seconds", "Summarising…"), ("queue_seconds", "Waiting for another summary")]
)
def test_it_can_be_stopped_where_there_is_no_news(
    clock: str,
    said: str,
    studio: Studio,
    make_result: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gradio ends a comparison only where it yields, and beams write nothing before their end."""
    monkeypatch.setattr(comparing, "REFRESH", 0.0)
    monkeypatch.setattr(comparing, "BEAT", 0.0)
    left: list[bool] = []

    def stream(*_: Any) -> Iterator[Summary]:
        try:
            for passed in range(1, 5):
                yield make_result(text="", finished=False, **{clock: float(passed)}).summary
        finally:
            left.append(True)

    monkeypatch.setattr(Summarizer, "stream", stream)
    steps = compare(request(studio, beams=4), ["teacher"], Session(), studio)
    for _ in range(2):  # the second time without news
        while said not in next(steps)[0]["teacher"]:
            pass
    steps.close()  # type: ignore[attr-defined]
    assert left


def test_a_column_that_has_waited_shows_a_clock_while_it_works(
    studio: Studio, make_result: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With beams there is no text to tell that the wait is over."""
    monkeypatch.setattr(comparing, "REFRESH", 0.0)
    looks = [(0.0, 0.01), (0.25, 0.01), (0.25, 0.01), (0.5, 0.01), (9.0, 0.02), (9.0, 0.27), (9.0, 0.52)]

    def stream(*_: Any) -> Iterator[Summary]:
        for queued, seconds in looks:
            yield make_result(text="", finished=False, queue_seconds=queued, seconds=seconds).summary
        yield make_result(text="Done.", queue_seconds=9.0, seconds=0.6).summary

    monkeypatch.setattr(Summarizer, "stream", stream)
    steps = compare(request(studio, beams=4), ["teacher"], Session(), studio)
    words = ("Waiting for another summary", "data-clock")
    shown = [word for step, _ in steps for word in words if word in step["teacher"]]
    # Once in line it stays so until it works: its wait is counted in steps, and two looks may find the same.
    assert [word for word, _ in groupby(shown)] == ["data-clock", *words]


def test_a_broken_model_leaves_the_others_alone(studio: Studio) -> None:
    wrong = {"teacher": "/no/such/<b>folder</b>"}
    columns, session = finish(compare(request(studio, models=wrong), ROLES, Session(), studio))
    assert set(session.results) == {"original", "distilled"}
    assert "problem" in columns["teacher"]
    assert "<b>" not in columns["teacher"]


def test_an_unexpected_error_is_not_shown(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(studio.pool, "get", broken)
    columns, _ = finish(compare(request(studio), ["teacher"], Session(), studio))
    assert "Something went wrong on our side" in columns["teacher"]
    assert "secret" not in columns["teacher"]


def test_a_set_without_a_student_says_how_to_get_one(studio: Studio) -> None:
    columns, session = finish(
        compare(request(studio, models={"distilled": None}), ["distilled"], Session(), studio)
    )
    assert "no distilled model" in columns["distilled"]
    assert not session.rows


def test_the_order_rotates_between_comparisons(studio: Studio) -> None:
    assert [order(ROLES, turn)[0] for turn in range(4)] == [*ROLES, ROLES[0]]
    _, session = finish(compare(request(studio), ROLES, Session(), studio))
    _, session = finish(compare(request(studio), ROLES, session, studio))
    assert [result.role for result in session.rows[3:]] == ["teacher", "distilled", "original"]


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_no_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="no text"):
        Request(text, {}, Decoding())


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "the cat 🙂🙂🙂", "the cat 日本語", "a" * 5000, "</s> <pad>"]
)
def test_odd_texts_are_summarised_safely(text: str, studio: Studio) -> None:
    asked = Request(text, {"teacher": "embedded/teacher"}, Decoding(beams=1, max_new_tokens=4))
    columns, session = finish(compare(asked, ["teacher"], Session(), studio))
    assert "teacher" in session.results
    assert not re.search(r"<script|<pad>", columns["teacher"])


def test_a_text_that_the_model_cannot_read_is_refused_in_its_column(studio: Studio) -> None:
    asked = Request("日本語のテキスト", {"teacher": "embedded/teacher"}, Decoding(beams=1, max_new_tokens=4))
    columns, session = finish(compare(asked, ["teacher"], Session(), studio))
    assert "100% of this text is not in the vocabulary of embedded/teacher" in columns["teacher"]
    assert not session.results


def test_a_reference_gives_rouge(studio: Studio) -> None:
    _, session = finish(compare(request(studio, reference="the cat sat"), ["teacher"], Session(), studio))
    assert set(session.results["teacher"].rouge or {}) == {"rouge1", "rouge2", "rougeL", "rougeLsum"}


@pytest.mark.parametrize("refine", [False, True])
def test_rules_refine_where_they_are_asked_to(
    refine: bool, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "models.text.writing.finish", lambda text, source, cut: "The cat sat on the mat. And <7> dogs ran"
    )
    asked = request(studio, refine=refine)
    columns, session = finish(compare(asked, ["teacher"], Session(), studio))
    result, log = session.results["teacher"], results_log.row(session.results["teacher"])
    if refine:
        assert result.summary.text == log["text"] == "The cat sat on the mat."
        assert result.overlap.words == 6
        why = "unfinished: “And <7> dogs ran” cut"
        assert log["rules"] == why
        assert "Refined with rules. <strong>unfinished</strong>: “And &lt;7&gt; dogs" in columns["teacher"]
    else:
        assert result.summary.text.endswith("dogs ran")
        assert (result.rules, log["rules"]) == (None, None)
        assert "rules" not in columns["teacher"]


def test_what_rules_cannot_mend_is_said(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.text.writing.finish", lambda text, source, cut: "The 7 cats sat on the mat.")
    columns, session = finish(compare(request(studio, refine=True), ["teacher"], Session(), studio))
    assert session.results["teacher"].summary.text == "The 7 cats sat on the mat."
    said = "Rules changed nothing. They would reject it: <strong>invented numbers</strong>: not in"
    assert said in columns["teacher"]


def test_a_run_in_progress_marks_the_figures(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distill.runs.active", lambda settings: Path())
    columns, _ = finish(compare(request(studio), ["teacher"], Session(), studio))
    assert "busy with other work" in columns["teacher"]


def test_whatever_else_uses_the_machine_marks_the_figures(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look finds ten seconds more, of which others had five on each core."""
    looks = (Load(10.0 * n, 5.0 * n * (os.cpu_count() or 1), 0.0) for n in count())
    monkeypatch.setattr("models.serving.measure.load", lambda: next(looks))
    columns, session = finish(compare(request(studio), ["teacher"], Session(), studio))
    assert session.results["teacher"].busy
    assert "busy with other work" in columns["teacher"]


def test_a_quiet_machine_marks_none(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.serving.measure.load", lambda: Load(0.0, 0.0, 0.0))
    columns, _ = finish(compare(request(studio), ["teacher"], Session(), studio))
    assert "busy" not in columns["teacher"]


def test_a_reference_without_end_is_refused(studio: Studio) -> None:
    with pytest.raises(BadRequest, match="10,001 characters; 10,000"):
        request(studio, reference="a" * 10_001)


def test_a_text_that_no_model_takes_is_refused_before_it_is_kept() -> None:
    with pytest.raises(BadRequest, match="1,000,001 characters; 1,000,000"):
        Request("a" * 1_000_001, {}, Decoding())

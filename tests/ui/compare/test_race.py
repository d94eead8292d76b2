import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from distill.stats import Spread
from models.decoding import Decoding
from models.store.catalogue import ROLES
from ui.compare.comparing import Request
from ui.compare.measuring import Measured
from ui.compare.race import in_words, matching, race
from ui.shared.result import Result, Session

Make = Callable[..., Result]
SECONDS = {"original": 0.5, "teacher": 1.0, "distilled": 0.25}


def columns(make_result: Make, busy: bool = False) -> Session:
    results = {role: make_result(role, busy=busy, seconds=seconds) for role, seconds in SECONDS.items()}
    return Session({role: replace(result, text="one") for role, result in results.items()})


def runs(session: Session, seconds: Mapping[str, list[float]], wanted: int = 5, **request: Any) -> Measured:
    asked = replace(Request("one", {}, Decoding()), **request)
    summaries = {
        role: [replace(session.results[role].summary, seconds=value) for value in values]
        for role, values in seconds.items()
    }
    return Measured(wanted, summaries, request=asked)


MEASURED = {
    "original": [1.0, 1.0, 1.0, 1.0, 1.0],
    "teacher": [2.0, 2.0, 2.0, 2.0, 9.0],
    "distilled": [0.5, 0.5, 0.5, 0.5, 0.5],
}


def bars(html: str) -> dict[str, float]:
    found = re.findall(r'data-role="(\w+)" data-seconds="([\d.]+)"', html)
    return {role: float(seconds) for role, seconds in found}


def test_a_bar_per_role_is_there_before_any_figure() -> None:
    html = race(Session())
    assert html.count('class="fill"') == 3
    assert bars(html) == {}


def test_one_run_shows_its_latencies_and_claims_no_ratio(make_result: Make) -> None:
    html = race(columns(make_result))
    assert bars(html) == SECONDS
    assert re.findall(r'class="value">([^<]*)', html) == ["0.50 s", "1.00 s", "0.25 s"]
    assert "one run says little" in html
    assert "times" not in html
    assert "58 tokens · torch float32 on cpu" in html


def test_medians_and_the_ratio_in_words(make_result: Make) -> None:
    session = columns(make_result)
    html = race(session, runs(session, MEASURED))
    assert bars(html) == {"original": 1.0, "teacher": 2.0, "distilled": 0.5}
    assert "The distilled model is <strong>4.0 times as fast</strong> as the teacher." in html
    assert "The original is <strong>2.0 times as fast</strong> as the teacher." in html
    assert "Median of 5 runs of each model, in turns · 4 beams · 412 tokens in" in html
    assert "the distilled model 4.0× to 18×" in html


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (Spread(9, 3.14, 2.9, 3.3, None, None), "is <strong>3.1 times as fast</strong> as the teacher."),
        (Spread(9, 0.5, 0.4, 0.6, None, None), "takes <strong>2.0 times as long</strong> as the teacher."),
        (Spread(9, 1.04, 1.02, 1.1, None, None), "is about as fast as the teacher."),
        (Spread(9, 0.96, 0.9, 0.99, None, None), "is about as fast as the teacher."),
        (Spread(9, 1.0, 0.5, 2.0, None, None), "and the teacher cannot be told apart in speed."),
        (Spread(9, 1.1, 0.9, 1.2, None, None), "and the teacher cannot be told apart in speed."),
    ],
)
def test_no_sentence_is_surer_than_its_interval(ratio: Spread, said: str) -> None:
    assert in_words("distilled", ratio, "teacher") == f"The distilled model {said}"


def test_too_few_runs_say_no_ratio(make_result: Make) -> None:
    session = columns(make_result)
    html = race(session, runs(session, {role: [1.0, 1.0] for role in ROLES}, wanted=10))
    assert "Stopped after 2 of 10 runs: too few" in html
    assert "times as" not in html


def test_runs_on_another_engine_are_not_shown(make_result: Make) -> None:
    session = columns(make_result)
    measured = runs(session, MEASURED)
    for role, summaries in measured.summaries.items():
        for changed in ({"engine": "ctranslate2"}, {"dtype": "int8"}, {"device": "cuda"}):
            other = [replace(each, **changed) for each in summaries]
            moved = replace(measured, summaries={**measured.summaries, role: other})
            assert not matching(session, moved)


@pytest.mark.parametrize("other", [{"text": "two"}, {"long_input": "parts"}])
def test_runs_of_anything_else_are_not_shown(other: dict[str, Any], make_result: Make) -> None:
    session = columns(make_result)
    assert matching(session, runs(session, MEASURED))
    measured = runs(session, MEASURED, **other)
    assert not matching(session, measured)
    assert bars(race(session, measured)) == SECONDS


def test_runs_of_another_model_or_of_other_settings_are_not_shown(make_result: Make) -> None:
    session = columns(make_result)
    result = session.results["teacher"]
    for changed in (
        replace(result, summary=replace(result.summary, model="t5/teacher")),
        replace(result, decoding=Decoding(beams=1)),
    ):
        assert not matching(session.add(changed), runs(session, MEASURED))


def test_a_column_that_failed_has_a_bar_without_a_figure(make_result: Make) -> None:
    session = columns(make_result).without("distilled")
    html = race(session, runs(session, {"original": MEASURED["original"], "teacher": MEASURED["teacher"]}))
    assert bars(html) == {"original": 1.0, "teacher": 2.0}
    assert html.count('class="fill"') == 3


def test_a_busy_machine_is_said(make_result: Make) -> None:
    assert "busy with other work" in race(columns(make_result, busy=True))
    assert "busy" not in race(columns(make_result))

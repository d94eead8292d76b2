"""Judging: batches score as single calls do, and only some texts are timed."""

import logging
from pathlib import Path
from typing import Any

import pytest

from distill.data import Example
from distill.judging import scoring
from distill.tasks import means
from distill.tasks.summarize import Summarize
from distill.tasks.summarize.evaluation import score_table
from models.decoding import Decoding
from models.serving.pool import ModelPool
from models.settings import Settings
from tests.distill.helpers import train

DECODING = Decoding(beams=2, max_new_tokens=8)
EXAMPLES = [
    Example("the cat sat on the mat. " * (n % 5 + 1) + "a dog ran. " * n, "the cat") for n in range(23)
]


def test_scores_are_those_of_the_summaries_one_by_one(tiny: Path, settings: Settings) -> None:
    pool, told = ModelPool(settings), []
    row = scoring.judge_model(pool, str(tiny), EXAMPLES, DECODING, Summarize(), told.append)
    alone = [pool.get(str(tiny)).summarize(example.document, DECODING) for example in EXAMPLES]
    task = Summarize()
    expected = means(task, task.score([one.text for one in alone], EXAMPLES))
    assert {kind: row[kind]["f"] for kind in expected} == pytest.approx(expected)
    assert row["mean_tokens"] == sum(one.tokens_out for one in alone) / 23
    assert (row["n"], row["timed_texts"]) == (23, 20)
    assert (row["engine"], row["device"], row["dtype"], row["beams"]) == ("ctranslate2", "cpu", "int8", 2)
    assert 23 in told
    assert sorted(told) == told


def test_few_texts_are_all_timed(tiny: Path, settings: Settings) -> None:
    row = scoring.judge_model(ModelPool(settings), str(tiny), EXAMPLES[:3], DECODING, Summarize())
    assert row["timed_texts"] == 3
    assert row["seconds"] > 0


def test_the_log_says_how_long_the_rest_will_take(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr(scoring.time, "monotonic", lambda: now[0])
    progress = scoring._Progress("m", 40, lambda count: None)
    with caplog.at_level(logging.INFO):
        for count, seconds in ((4, 104.0), (10, 110.0), (12, 112.0), (40, 113.0)):
            now[0] = seconds
            progress(count)
    assert [record.getMessage() for record in caplog.records] == [
        "m: 10 of 40 summaries, about 0:00:30 left",
        "m: 40 of 40 summaries",
    ]


def test_the_table_has_a_retention_where_there_is_a_teacher() -> None:
    score = {"f": 0.2, "low": 0.1, "high": 0.3}
    row = {
        "model": "m",
        "n": 7,
        **dict.fromkeys(("rouge1", "rouge2", "rougeL"), score),
        "flaws": {},
        "difference": None,
    }
    bare, shared = (score_table([{**row, "retention": share}]).splitlines() for share in (None, 0.5))
    assert bare[0].split() == ["model", "n", "ROUGE-1", "ROUGE-2", "ROUGE-L"]
    assert bare[1].endswith("20.0 (10.0–30.0)")
    assert shared[0].endswith("retention")
    assert shared[1].endswith("20.0 (10.0–30.0)         50.0%")


def test_a_run_whose_student_got_worse_does_not_end_as_a_success(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scores are given, since a tiny model has none to lose; all else is a run's own."""

    def scored(pool: Any, name: str, examples: Any, *rest: Any) -> dict[str, Any]:
        rest[-1](["nothing"] * 8 if name.startswith("run:") else [one.summary for one in examples])
        score = {"f": 0.5, "low": 0.4, "high": 0.6}
        return {"model": name, "n": 8, **dict.fromkeys(("rouge1", "rouge2", "rougeL"), score)}

    monkeypatch.setattr(scoring, "judge_model", scored)
    run = train({**values, "max_steps": 1, "evaluation_steps": 9, "validation_examples": 8}, tmp_path)
    verdict = (run.result() or {})["verdict"]
    assert (verdict["word"], verdict["n"], verdict["difference"]["f"]) == ("worse", 8, -1)
    assert run.status().status == "finished"
    assert run.status().message == (
        "Finished, but worse than before training: 100.0 points of ROUGE-L lost on 8 validation examples. "
        "Try a lower learning rate."
    )

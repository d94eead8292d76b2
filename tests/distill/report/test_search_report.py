"""The report of a search: what its candidates support, and nothing of a search without any."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill import report
from distill.errors import RunConflict
from distill.jobs.files import write_json
from distill.report import search_says, search_tables
from distill.report.searched import Searched
from distill.search import Plan, picks, results, searches
from distill.search.folder import Search
from models.settings import Settings
from tests.distill.report.rows import NASTY, ROWS, SHAPE, row
from tests.distill.report.test_report import check_alone
from tests.distill.search.fake import Fake, new, plan, work
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture


@pytest.fixture
def found(settings: Settings) -> Search:
    """A search that has ended, beside one by another sampler."""
    for sampler in ("tpe", "random"):
        search = new(settings, trials=2, sampler=sampler)
        work(search, settings, Fake())
    return search


def searched(rows: list[results.Row], **beside: list[results.Row]) -> Searched:
    """Candidates of a search that is not there."""
    return Searched(Search(Path("nowhere")), "tpe, seed 42", rows, beside)


def check_picks(found: Search, settings: Settings) -> None:
    """They are told with what became of them."""
    rows = results.collect(found)
    budgets = [picks.LatencyBudget.parse(text) for text in ("1000", "2x")]
    chosen = picks.pick(rows, budgets, found.plan().reward)
    found.note("picks", "picks", chosen)
    [picked, *_] = report.compose(found.search_id, settings).tables
    assert [(line[1], line[-1]) for line in picked.rows] == [
        ("1000 ms", "not distilled yet"), ("2 × teacher", "not distilled yet"),
    ]  # fmt: skip
    score = {"f": 0.25, "low": 0.2, "high": 0.3}
    student = {**chosen[0]["row"], "name": "pick 1000 ms", "run": "20260101-000000"}
    student |= dict.fromkeys(("rouge1", "rouge2", "rougeL"), score)
    write_json(found.folder / "distilled.json", [student])
    found.note("distilled", "training", {"steps": 70, "tune_steps": 7})
    sheet = report.compose(found.search_id, settings)
    assert sheet.tables[0].rows[0][-1] == "run 20260101-000000"
    assert sheet.tables[1].rows[0][4:7] == ("25.0\n(20.0–\u206030.0)",) * 3
    assert ("runs", "pick 1000 ms: 20260101-000000") in sheet.lineage
    assert sheet.commands[-2:] == [
        f"python -m distill search pick {found.search_id} --latency-budgets 1000ms,2x",
        f"python -m distill search distil {found.search_id} --steps 70 --tune 7",
    ]


def test_a_search_on_one_page(found: Search, settings: Settings, tmp_path: Path) -> None:
    page = report.write(found.search_id, settings, tmp_path / "search.html").read_text(encoding="utf-8")
    check_alone(page)
    sheet = report.compose(f"search:{found.search_id}", settings)
    rows = results.ranked(results.collect(found))
    assert sheet.answer.startswith(
        f"Of {len(rows)} candidates that came through, number {rows[0]['number']} has"
    )
    assert page.count("<svg") == 3  # by latency and loss; best rewards over candidates and over time
    asked = dict(sheet.asked)
    assert (asked["seed"], asked["chosen by"]) == ("42", "chance")
    assert asked["state"] == "2 of 2 candidates; finished"
    beside, candidates = sheet.tables
    assert [int(line[0].partition(":")[0]) for line in candidates.rows] == [each["number"] for each in rows]
    assert [line[0][:11] for line in beside.rows] == ["random, see", "tpe, seed 4"]
    assert "No candidate has been picked" in sheet.says[-1]
    check_picks(found, settings)


def test_the_answer_is_no_more_than_the_figures_support() -> None:
    rows = [row(0, 0.5, 2.0, 0.506), row(1, 0.5, 2.004, 0.505), row(2, 0.9, 3.0, 0.244)]
    good = searched(rows)
    answer = search_says.answer(good, plan())
    assert answer == (
        "Of 3 candidates that came through, number 0 has the best reward: 2+1 layers, 64 wide, 2 × 32 heads,"
        " 128 inside (relu), tied, 0.0 M parameters; it takes 0.50 (0.45–0.55) times as long as t; its"
        " held-out loss is 2.000."
    )
    # (1 − 2/4) · (0.55/0.6)^−0.06 = 0.5026 and (0.45/0.6) gives 0.5087; the next one's is 0.5077 at best
    lead, once, *_ = search_says.says(good, plan(), True)
    assert "from 0.503 to 0.509; that of one other may be as high" in lead
    assert "a small lead may be chance" in once
    alone = search_says.says(searched(rows[:1]), plan(), False)
    assert "1 candidate has come through, and 40 are needed" in alone[1]
    nothing = searched([{**rows[0], "failed": True, "reason": "diverged"}])
    assert search_says.answer(nothing, plan()) == "No candidate came through; 1 failed, as the table says."
    assert search_says.says(nothing, plan(), False) == []


def test_candidates_that_failed_are_told_with_the_reason() -> None:
    *_, good, failed = search_tables.tables(searched(ROWS))
    assert [line[0][:2] for line in good.rows] == ["1:", "2:", "0:"]
    assert [line[-1] for line in good.rows] == ["front", "front, free", ""]
    assert failed.rows == [(f"3: {results.words(SHAPE)}", NASTY)]
    many = searched([row(number, 0.5, 2.0, 0.5) for number in range(201)])
    *_, good, failed = search_tables.tables(many)
    assert (len(good.rows), good.title[:31]) == (200, "The best 200 of 201 candidates:")


def test_its_command_starts_the_same_search(
    settings: Settings, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {"teacher": "embedded/teacher", "data": "built-in", "epochs": 2.0, "temperature": 3.0}
    own: dict[str, Any] = {"trials": 1, "sampler": "nsga2", "multi": True, "slowest": 2.0, "seed": 7}
    asked = Plan.of(base, space={"kind": ["relu"]}, **own)
    search = searches.create(asked, settings)
    work(search, settings, Fake())
    space, start = report.compose(search.search_id, settings).commands
    subprocess.run(space, shell=True, check=True, cwd=tmp_path)
    again: list[Plan] = []

    def begin(plan: Plan, *_: Any) -> Search:
        again.append(plan)
        raise RunConflict("Not for real.")

    monkeypatch.setattr(searches, "begin", begin)
    monkeypatch.chdir(tmp_path)
    assert call(*start.split()[3:])[0] == 2
    assert again[0].config() == asked.config()
    assert replace(again[0], base={}) == replace(asked, base={})


def test_a_search_without_a_candidate_has_no_report(settings: Settings, tmp_path: Path) -> None:
    search = new(settings)
    with pytest.raises(RunConflict, match="has ended yet; it is running: a report needs one"):
        report.write(search.search_id, settings, tmp_path / "search.html")
    assert not (tmp_path / "search.html").exists()

"""Reports: one file that needs nothing else, of what has figures, and of nothing else."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill import judging, report, votes
from distill.errors import BadConfig, DistillError, RunConflict, RunNotFound
from distill.judging import EvaluationPlan
from distill.report import of_evaluation, of_run, of_vote
from distill.report.sheet import facts, flat, made_with
from distill.runs import Run
from models.settings import Settings
from tests.distill.test_cli import Call, call
from tests.distill.votes.voters import PERSON

__all__ = ["call"]  # a fixture
NASTY = "<img src=http://example.com/x onerror=alert(1)>"


@pytest.fixture
def evaluated(settings: Settings, tmp_path: Path) -> str:
    """An evaluation of two leads on 24 texts."""
    texts = [f"word{n} b{n} c{n} {NASTY}" for n in range(24)]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps({"document": text, "summary": text}) for text in texts))
    plan = EvaluationPlan.from_dict({"models": ["lead:2", "lead:3"], "data": str(data)})
    evaluation = judging.create(plan, settings)
    judging.carry_out(evaluation, settings)
    return evaluation.evaluation_id


def check_alone(page: str) -> None:
    """It runs no script and fetches nothing."""
    assert "<script" not in page
    assert not re.search(r"""<[^>]+\b(src|href|action)\s*=""", page)
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_an_evaluation_on_one_page(evaluated: str, settings: Settings, tmp_path: Path) -> None:
    page = report.write(evaluated, settings, tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    check_alone(page)
    assert '<p class="answer">lead:3 is better than lead:2.</p>' in page
    assert "better, p = " in page
    assert "&lt;img src=http" in page
    assert "python -m distill evaluate lead:2 lead:3 --data" in page
    assert "Text 1: one of the largest gaps" in page


def test_what_it_says_can_be_repeated(evaluated: str, settings: Settings, call: Call) -> None:
    [command] = report.compose(evaluated, settings).commands
    code, answer, _ = call(*command.split()[3:])
    assert code == 0
    again = judging.find(answer["evaluation_id"], settings)
    assert again.plan() == judging.find(evaluated, settings).plan()
    assert answer["results"] == (judging.find(evaluated, settings).result() or {})["results"]


def test_a_run_on_one_page(whole: Run, tmp_path: Path, values: dict[str, Any]) -> None:
    settings = Settings(home=whole.home, threads=1)
    out = report.write(f"run:{whole.run_id}", settings, tmp_path / "run.html")
    page = out.read_text(encoding="utf-8")
    check_alone(page)
    sheet = report.compose(whole.run_id, settings)
    assert sheet.answer.startswith("The student cannot be told apart") or "Training made" in sheet.answer
    assert [row[0] for row in sheet.tables[0].rows] == [
        row["label"] for row in (whole.result() or {})["rows"]
    ]
    assert (sheet.cost[0][0], sheet.cost[0][1][:11]) == ("training", "14 steps in")
    assert f"--set max_steps={values['max_steps']}" in sheet.commands[0]
    assert page.count("<svg") == 2
    assert sheet.go_on == [f"python -m distill export {whole.run_id} FOLDER"]
    assert "How to go on from here" in page


@pytest.mark.parametrize(
    ("settings", "evaluated"),
    [
        ({"teacher": "t", "student": "s", "data": "built-in"}, "run:1 lead:= t s --data built-in"),
        ({"teacher": None, "student": "s", "data": "xsum"}, "run:1 lead:= s --data xsum"),
        (
            {"teacher": "t", "student": "layers:1+1", "data": "a.csv", "validation": "b.csv"},
            "run:1 lead:= t --data b.csv",
        ),
        ({"teacher": "t", "student": "s", "data": "a.csv", "validation": None}, None),
    ],
)
def test_a_student_is_judged_on_what_it_has_not_learnt_from(
    settings: dict[str, Any], evaluated: str | None
) -> None:
    exported, *judged = of_run._go_on("1", settings)
    assert exported == "python -m distill export 1 FOLDER"
    assert judged == ([f"python -m distill evaluate {evaluated}"] if evaluated else [])


@pytest.mark.parametrize(
    ("models", "chosen"), [("a b c d", "a b c"), ("a b", "a b"), ("a", None)], ids=["four", "two", "one"]
)
def test_from_an_evaluation_people_can_be_asked(models: str, chosen: str | None) -> None:
    wanted = [f"python -m distill votes create 1 --models {chosen}"] if chosen else []
    assert of_evaluation._voting("1", models.split()) == wanted


def test_a_vote_on_one_page(evaluated: str, settings: Settings, tmp_path: Path, call: Call) -> None:
    poll = votes.create(evaluated, settings, ("lead:2", "lead:3"), texts=2, scales=True)
    with pytest.raises(RunConflict, match="Nobody has voted"):
        report.compose(poll.poll_id, settings)
    for person in range(8):
        votes.cast(poll, PERSON.format(person), 1, "lead:3", settings, {"lead:3": {"fluency": 4}})
        votes.cast(poll, PERSON.format(person), 2, "lead:3" if person < 6 else votes.TIE, settings)
    page = report.write(poll.poll_id, settings, tmp_path / "vote.html").read_text(encoding="utf-8")
    check_alone(page)
    assert '<p class="answer">On these texts people prefer lead:3.</p>' in page
    assert "&lt;img src=http" in page
    found = report.compose(f"vote:{poll.poll_id}", settings)
    assert [row[:3] for row in found.tables[0].rows] == [
        ("lead:2", "0", "0%"),
        ("lead:3", "14", "88%"),
        ("tie", "2", "12%"),
        ("all bad", "0", "0%"),
    ]
    assert [row[:3] for row in found.tables[2].rows] == [("lead:3", "fluency", "4.00")]
    assert [case.title for case in found.cases] == [
        "Text 1: where people agreed most",
        "Text 2: where people agreed least",
    ]
    assert [note for _, _, note in found.cases[1].summaries] == ["best for 0 of 8", "best for 6 of 8"]
    code, again, _ = call(*found.commands[0].split()[3:])
    assert (code, again["models"], again["texts"], again["scales"]) == (0, ["lead:2", "lead:3"], 2, True)
    noted = (judging.find(evaluated, settings).result() or {})["environment"]
    assert found.environment == facts(noted)
    shutil.rmtree(settings.home / "evaluations")
    assert report.compose(poll.poll_id, settings).environment == []
    with pytest.raises(BadConfig, match="owner's password"):  # before the owner shows the results
        report.compose(poll.poll_id, replace(settings, visitor=True, owner_password="x"))


@pytest.mark.parametrize("noted", [{"commit": "c", "device": "H200", "seed": 1}, {}])
def test_work_was_made_with_what_its_first_run_noted(tmp_path: Path, noted: dict[str, Any]) -> None:
    """Not with what is there when a report is written."""
    gone, first, last = (Run(tmp_path / name) for name in ("gone", "first", "last"))
    for run, lineage in ((first, noted), (last, noted and {"commit": "d"})):
        run.folder.mkdir()
        run.lineage_file.write_text(json.dumps(lineage))
    expected = {name: value for name, value in noted.items() if name != "seed"}
    assert made_with([gone, first, last]) == expected


def test_several_things_share_a_page(evaluated: str, settings: Settings, tmp_path: Path) -> None:
    page = report.write([evaluated, f"evaluation:{evaluated}"], settings, tmp_path / "r.html").read_text()
    assert page.count("<section>") == 2


def test_what_has_no_figures_has_no_report(
    settings: Settings, call: Call, tmp_path: Path, evaluated: str
) -> None:
    out = str(tmp_path / "report.html")
    code, _, errors = call("report", "nothing", "--out", out)
    assert code == 2
    assert (
        "There is no run, comparison, evaluation, vote or search 'nothing'. The newest are "
        f"evaluation:{evaluated}" in errors
    )
    begun = judging.create(EvaluationPlan(("lead:2",)), settings)
    begun.update(status="cancelled")
    with pytest.raises(RunConflict, match="is cancelled: a report needs all of its figures"):
        report.write(begun.evaluation_id, settings, Path(out))
    assert not Path(out).exists()
    with pytest.raises(RunNotFound, match="There is none yet"):
        report.compose("x", Settings(home=tmp_path / "empty"))
    with pytest.raises(BadConfig, match="cannot be written"):
        report.write(evaluated, settings, tmp_path)
    code, answer, _ = call("report", evaluated, "--out", out)
    assert (code, answer["bytes"]) == (0, Path(out).stat().st_size)


def test_damage_of_one_kind_hides_no_other(evaluated: str, settings: Settings) -> None:
    (settings.home / "votes.sqlite").write_text("damaged, and longer than the header of a database: " * 20)
    assert (
        report.compose(evaluated, settings).title == report.compose(f"evaluation:{evaluated}", settings).title
    )
    for name in ("nothing", f"vote:{evaluated}"):
        with pytest.raises(DistillError, match=r"votes\.sqlite"):
            report.compose(name, settings)
    with pytest.raises(RunNotFound, match=f"no .* 'run:nothing'. The newest are evaluation:{evaluated}"):
        report.compose("run:nothing", settings)


def test_settings_are_found_in_whatever_section() -> None:
    assert flat({"a": 1, "part": {"b": 2, "deep": {"c": None}}}) == {"a": 1, "b": 2, "c": None}


@pytest.mark.parametrize(
    ("gap", "agreement", "why"),
    [
        (0.2, 0.1, "one of the largest gaps in ROUGE-L"),
        (None, 0.1, "summaries that differ most"),
        (None, None, "one of the first"),  # a single model
    ],
)
def test_a_text_of_an_evaluation_is_shown_for_a_reason_it_has(
    gap: float | None, agreement: float | None, why: str
) -> None:
    case = {"text": 1, "document": "d", "reference": None, "answers": {}, "gap": gap, "agreement": agreement}
    assert [shown.title for shown in of_evaluation._cases([case])] == [f"Text 1: {why}"]


def test_where_people_agreed_alike_everywhere_they_agreed_least_nowhere() -> None:
    found = [votes.Case(text, "d", {"a": "x", "b": "y"}, {"a": 3, "b": 0}) for text in (1, 2)]
    assert [shown.title for shown in of_vote._cases(found)] == ["Text 1: where people agreed most"]

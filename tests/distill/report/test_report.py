"""Reports: one file that needs nothing else, of what has figures, and of nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from distill import judging, report
from distill.errors import BadConfig, RunConflict, RunNotFound
from distill.judging import EvaluationPlan
from distill.report.sheet import flat
from distill.runs import Run
from models.settings import Settings
from tests.distill.test_cli import Call, call

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
        f"There is no run, comparison or evaluation 'nothing'. The newest are evaluation:{evaluated}"
        in errors
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


def test_settings_are_found_in_whatever_section() -> None:
    assert flat({"a": 1, "part": {"b": 2, "deep": {"c": None}}}) == {"a": 1, "b": 2, "c": None}

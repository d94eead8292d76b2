"""Validation, the teacher's reference and the end table judge in one way."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from distill.jobs.files import read_json
from distill.judging import scoring
from distill.runs import Run
from models.settings import Settings
from tests.distill.helpers import figures, new_run, train

SENTENCES = ("the cat sat on the mat.", "a dog ran in the city.", "people and the new house.")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> Run:
    """A run whose student comes to write sentences, of which the longest length cuts the last one off."""
    home = tmp_path_factory.mktemp("sentences")
    rows = [
        {
            "document": f"{' '.join(SENTENCES[n % 3 :] + SENTENCES[: n % 3])} {n}",
            "summary": " ".join(SENTENCES),
        }
        for n in range(30)
    ]
    data = home / "data.jsonl"
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    learning = {"learning_rate": 2e-2, "alpha": 0.0, "max_steps": 60, "batch_size": 8, "accumulation": 1}
    more = {
        "evaluation_steps": 20,
        "save_steps": 60,
        "validation_examples": 6,
        "target_tokens": 11,
        "beams": 2,
    }
    return train({**values, **learning, **more, "data": str(data)}, home)


def _row(run: Run, label: str) -> dict[str, Any]:
    return next(row for row in (run.result() or {})["rows"] if row["label"] == label)


def test_the_last_validation_says_what_the_end_table_says(run: Run) -> None:
    last, after = run.metrics()[-1], _row(run, "student after")
    assert after["rougeL"]["f"] > 0.3, "a student that writes nothing proves nothing"
    for kind in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
        assert last[f"validation_{kind}"] == pytest.approx(after[kind]["f"], abs=1e-9)


def test_a_share_of_the_teacher_divides_like_by_like(run: Run) -> None:
    reference, teacher = read_json(run.folder / "teacher.json") or {}, _row(run, "teacher")
    assert reference["rougeL"] == teacher["rougeL"]
    if teacher["rougeL"]["f"]:
        expected = _row(run, "student after")["retention"]
        assert run.metrics()[-1]["validation_retention"] == pytest.approx(expected)


def test_each_figure_says_on_how_many_examples_it_rests(run: Run) -> None:
    validations = [row for row in run.metrics() if "validation_loss" in row]
    assert [row["validation_examples"] for row in validations] == [6, 6, 6]
    assert (read_json(run.folder / "teacher.json") or {})["n"] == _row(run, "teacher")["n"] == 6


def test_nothing_is_left_of_a_validation(run: Run) -> None:
    assert not (run.folder / "validating").exists()
    converted = [path.name for path in (run.home / "ctranslate2").iterdir()]
    assert len(converted) == len(_contestants(run)), "one for each model of the table, none for a validation"


def _contestants(run: Run) -> set[str]:
    found = scoring._contestants(run, run.config(), Settings(home=run.home, threads=1))
    return {name for _, name in found}


def test_a_validation_runs_the_student_once(values: dict[str, Any], tmp_path: Path) -> None:
    from distill.training.assembling import make_trainer
    from distill.training.materials import load_materials

    run = new_run({**values, "validation_examples": 4}, tmp_path)
    materials = load_materials(run.config(), Settings(home=tmp_path, threads=1))
    trainer, calls = make_trainer(run, run.config(), materials), Counter[bool]()
    materials.student.register_forward_hook(lambda *_: calls.update([torch.is_grad_enabled()]))
    found = trainer.evaluate()
    assert calls == {False: 1}
    assert "eval_loss" in found


@pytest.mark.parametrize("engine", ["ctranslate2", "torch"])
def test_a_validation_draws_no_random_numbers_of_training(
    engine: str, values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The student has dropout, which would tell."""
    monkeypatch.setattr("models.engines._torch_sees_gpu", lambda: engine == "torch")
    short = {**values, "max_steps": 3, "validation_examples": 2}
    often, last = (figures(train({**short, "evaluation_steps": steps}, tmp_path)) for steps in (1, 1000))
    assert (len(often), len(last)) == (6, 4)
    assert [row for row in often if "loss" in row] == last[:3]
    assert often[-1] == last[-1]

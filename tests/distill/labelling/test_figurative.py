"""The figurative distiller end to end on tiny models: its steps, going on with them, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest

from distill import data, runs
from models.settings import Settings
from tests.distill.test_cli import Call, call, training

__all__ = ["call", "training"]  # fixtures


@pytest.fixture
def options(training: list[str], tiny_teacher: Path) -> list[str]:
    """A figurative distillation of 40 articles, 4 of them held out; greedy, two steps a run."""
    held_out = ["--set", "validation_examples=4", "--max-examples", "20"]
    return ["--teacher", str(tiny_teacher), *training, *held_out, "--beams", "1", "--rules", "none"]


def test_three_steps(call: Call, options: list[str], tiny: Path, settings: Settings) -> None:
    code, answer, errors = call("figurative", *options)
    assert code == 0, errors
    folder, steps = Path(answer["folder"]), answer["steps"]
    assert steps["label"]["written"] == 20
    learned, tuned = (runs.find(steps[step]["run_id"], settings) for step in ("learn", "tune"))
    assert (learned.config().data, learned.config().student) == (steps["label"]["out"], str(tiny))
    assert tuned.config().student == f"run:{learned.run_id}"
    assert Path(answer["student"]) == tuned.student
    labels, train, validation = (
        data.load(str(folder / f"{name}.jsonl")).rows for name in ("labels", "train", "validation")
    )
    assert tuned.config().data == str(folder / "train.jsonl")
    assert [row.document for row in labels] == [row.document for row in train]
    assert not {row.document for row in validation} & {row.document for row in train}
    assert labels[0].summary != train[0].summary
    for run in (learned, tuned):
        assert run.config().validation == str(folder / "validation.jsonl")
        assert run.config().teacher is None
    again = call("figurative", *options)[1]
    assert again["student"] == answer["student"]
    assert len(runs.all_runs(settings)) == 2
    assert len(list((settings.home / "figurative").iterdir())) == 1


@pytest.mark.parametrize("step", ["learn", "tune"])
def test_begun_again_it_goes_on(
    step: str, call: Call, options: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = call("figurative", *options)[1]
    run = runs.find(whole["steps"][step]["run_id"], settings)
    run.update(status="interrupted")
    begun: list[str] = []

    def carry_out(run: runs.Run, settings: Settings) -> dict[str, Any]:
        begun.append(run.run_id)
        run.update(status="finished")
        return {"run_id": run.run_id, "student": str(run.student)}

    monkeypatch.setattr("distill.training.work.carry_out", carry_out)
    (run.folder / "stop").touch()
    assert call("figurative", *options)[0] == 0
    assert begun == [run.run_id]
    assert not run.stop_requested()


def test_a_cancelled_run_ends_it(
    call: Call, options: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(run: runs.Run, settings: Settings) -> dict[str, Any]:
        run.update(status="cancelled")
        return {"student": None}

    monkeypatch.setattr("distill.training.work.carry_out", cancelled)
    code, _, errors = call("figurative", *options)
    assert code == 2
    assert "was cancelled. The same command continues it." in errors
    assert len(runs.all_runs(settings)) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["--student", "layers:1+1"], "does not exist yet"),
        (["--set", "task=copy"], "no labels to tune on"),
        (["--set", "processes=2"], "leave processes out"),
        (["--teacher", "/no/such"], "no folder '/no/such'"),
        (["--student", "/no/such"], "no folder '/no/such'"),
        (["--rules", "nonsense"], "no rule 'nonsense'"),
        (["--set", "reward_rules=all"], "reward_rules cannot have duplicate"),
        (["--rules", "length:fewest=1000"], "The rules left none of 20 summaries"),
    ],
)
def test_what_cannot_work_is_said_before_any_run(
    changed: list[str], words: str, call: Call, options: list[str], settings: Settings
) -> None:
    code, _, errors = call("figurative", *options, *changed)
    assert (code, words in errors) == (2, True), errors
    assert not runs.all_runs(settings)


def test_it_waits_for_no_other_run(call: Call, options: list[str], settings: Settings) -> None:
    from distill.jobs.processes import RunLock

    with RunLock(settings.home):
        code, _, errors = call("figurative", *options)
    assert (code, "evaluation is in progress" in errors) == (2, True)


def test_columns_of_another_name(call: Call, options: list[str], tmp_path: Path) -> None:
    source = Path(options[options.index("--data") + 1])
    renamed = source.read_text().replace('"document"', '"body"').replace('"summary"', '"gist"')
    (tmp_path / "renamed.jsonl").write_text(renamed)
    options[options.index("--data") + 1] = str(tmp_path / "renamed.jsonl")
    columns = ["--set", "document_column=body", "--set", "summary_column=gist"]
    code, answer, errors = call("figurative", *options, *columns)
    assert code == 0, errors
    assert answer["steps"]["label"]["written"] == 20

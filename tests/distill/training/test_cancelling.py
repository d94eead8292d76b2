"""A run is cancelled quickly wherever it is, and loses nothing by it."""

from pathlib import Path
from typing import Any

import pytest

from distill.judging import scoring
from distill.runs import Run, checkpoints
from distill.training.recorder import Recorder
from models.serving.summarizer import Summarizer
from models.settings import Settings
from tests.distill.helpers import carry_out, new_run, weights
from tests.tiny import make_tiny_t5


@pytest.fixture
def short(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "max_steps": 4, "evaluation_steps": 2, "save_steps": 4, "validation_examples": 2}


def test_while_it_validates(short: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, original = new_run(short, tmp_path), Recorder.on_prediction_step

    def stop(self: Recorder, *rest: Any, **more: Any) -> None:
        (run.folder / "stop").touch()
        original(self, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_prediction_step", stop)
        answer = carry_out(run)
    assert (answer["student"], answer["steps"]) == (None, 2)
    assert run.status().status == "cancelled"
    assert [checkpoints.step(path) for path in checkpoints.newest_first(run.checkpoints)] == [2]
    assert not any("validation_loss" in row for row in run.metrics())
    run.clear_stop()
    assert carry_out(run)["steps"] == 4
    rows = run.metrics()
    assert [row["step"] for row in rows] == [1, 2, 2, 3, 4, 4]
    assert ["validation_loss" in row for row in rows] == [False, False, True, False, False, True], (
        "made up for"
    )


@pytest.mark.parametrize(
    ("writer", "step"), [("student", 2), ("teacher", 0)], ids=["validation", "teacher's reference"]
)
def test_while_a_model_writes(
    writer: str, step: int, short: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, writing = new_run({**short, "save_steps": 100}, tmp_path), Summarizer.summarize_many

    def stop(self: Summarizer, *texts: Any, **options: Any) -> Any:
        if ("validating" in self.name) == (writer == "student"):
            (run.folder / "stop").touch()
        return writing(self, *texts, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Summarizer, "summarize_many", stop)
        assert carry_out(run)["steps"] == step
    assert run.status().status == "cancelled"
    found = checkpoints.newest_first(run.checkpoints)
    assert [checkpoints.step(path) for path in found] == ([step] if step else [])
    assert (run.folder / "teacher.json").exists() == (writer == "student")
    assert not (run.folder / "validating").exists()
    run.clear_stop()
    assert carry_out(run)["steps"] == 4


def test_while_the_student_is_judged(
    short: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, said = new_run(short, tmp_path), []
    update = Run.update

    def stop(self: Run, **changes: Any) -> None:
        said.append(changes.get("message"))
        update(self, **changes)
        if said[-1] == "Judging student before: 2 of 2 summaries":
            (run.folder / "stop").touch()

    with monkeypatch.context() as patch:
        patch.setattr(Run, "update", stop)
        carry_out(run)
    assert "Judging student after: 2 of 2 summaries" in said
    assert "Judging teacher: 2 of 2 summaries" not in said
    status = run.status()
    assert (status.status, status.message) == (
        "cancelled",
        "Cancelled while the student was judged. Resume judges it again.",
    )
    trained = weights(run)
    run.clear_stop()
    carry_out(run)
    assert run.status().status == "finished"
    assert [row["label"] for row in (run.result() or {})["rows"]][-1] == "teacher"
    assert all((trained[name] == weight).all() for name, weight in weights(run).items())


@pytest.mark.parametrize(("fits", "labels"), [(True, ["original"]), (False, [])])
def test_a_teacher_of_ones_own_is_judged_beside_an_original_that_fits(
    fits: bool, labels: list[str], tiny: Path, short: dict[str, Any], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    run = new_run(short, tmp_path)
    (run.folder / "student").symlink_to(tiny)
    trio = tmp_path / "trio"
    trio.mkdir()
    (trio / "original").symlink_to(tiny if fits else make_tiny_t5(tmp_path / "other", vocab_size=200))
    monkeypatch.setattr("models.store.catalogue.EMBEDDED", trio)
    found = scoring._contestants(run, run.config(), Settings(home=tmp_path))
    assert [label for label, _ in found if label == "original"] == labels
    t5 = scoring._contestants(run, run.config(), Settings(home=tmp_path, model_set="t5"))
    assert "original" not in dict(t5), "what is not on this machine is not fetched for a comparison"

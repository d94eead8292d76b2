"""Stopped, broken and damaged runs end as if nothing had happened."""

import errno
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from distill.errors import BadData, DistillError
from distill.jobs.explaining import explain
from distill.runs import Run, checkpoints
from distill.runs.kept import teacher_score
from distill.tasks.summarize import Summarize
from distill.training import work
from distill.training.recorder import Recorder
from tests.distill.helpers import assert_same_end, carry_out, figures, new_run
from tests.distill.power_cut import PowerCut, cut_at_step


def _hidden(first: Exception, *others: Exception) -> Exception:
    """An error that others hide, each raised while the one before it was handled."""
    for error in others:
        try:
            try:
                raise first
            finally:
                raise error
        except Exception as last:
            first = last
    return first


@pytest.fixture(scope="session")
def cut_folder(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any], whole: Run) -> Path:
    """A home with a run that was cut off in step 11, after the checkpoints of steps 4 and 8."""
    home = tmp_path_factory.mktemp("cut")
    with pytest.MonkeyPatch.context() as patch:
        cut_at_step(patch, 11)
        with pytest.raises(PowerCut):
            carry_out(new_run(values, home))
    return home


@pytest.fixture
def cut(cut_folder: Path, tmp_path: Path) -> Run:
    """A copy of that run."""
    home = shutil.copytree(cut_folder, tmp_path / "home")
    [folder] = (home / "runs").iterdir()
    return Run(folder)


def test_a_cut_run_goes_on_and_ends_the_same(cut: Run, whole: Run) -> None:
    assert [row["step"] for row in cut.metrics() if "loss" in row] == list(range(1, 11))
    assert [checkpoints.step(path) for path in checkpoints.newest_first(cut.checkpoints)] == [8, 4]
    answer = carry_out(cut)
    assert answer["steps"] == 14
    assert cut.status().status == "finished"
    assert_same_end(cut, whole)


@pytest.mark.parametrize("step", [8, 14])
def test_cut_within_a_checkpoint(
    step: int, values: dict[str, Any], whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(values, tmp_path)
    with monkeypatch.context() as patch:
        cut_at_step(patch, step, "on_save")
        with pytest.raises(PowerCut):
            carry_out(run)
    (run.checkpoints / f"checkpoint-{step}" / "optimizer.pt").write_bytes(b"half")
    carry_out(run)
    assert_same_end(run, whole)


@pytest.mark.parametrize("place", ["save_once", "judge"])
def test_cut_after_the_last_step(
    place: str, values: dict[str, Any], whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library itself would train a step too many here."""
    run = new_run(values, tmp_path)

    def cut(*_: Any) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(work, place, cut)
        with pytest.raises(PowerCut):
            carry_out(run)
    answer = carry_out(run)
    assert answer["steps"] == 14
    assert_same_end(run, whole)
    assert _scores(run) == _scores(whole)


@pytest.mark.parametrize("step", [7, 14])
def test_cancelled_within_a_validation_it_makes_up_for_it(
    step: int, values: dict[str, Any], whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, original = new_run(values, tmp_path), Recorder.on_prediction_step

    def cancel(self: Recorder, args: Any, state: Any, *rest: Any, **more: Any) -> None:
        if state.global_step == step:
            (run.folder / "stop").touch()
        original(self, args, state, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "on_prediction_step", cancel)
        for _ in range(2):  # once in training, once while it is made up for
            assert carry_out(run)["steps"] == step
            assert run.status().status == "cancelled"
            run.clear_stop()
    carry_out(run)
    assert_same_end(run, whole)
    mine, wanted = (load_file(each.folder / "objective.safetensors") for each in (run, whole))
    torch.testing.assert_close(mine, wanted, rtol=0, atol=1e-6)


def _scores(run: Run) -> list[Any]:
    return [(row["label"], row["rougeL"], row["mean_tokens"]) for row in (run.result() or {})["rows"]]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 2, len(content) // 2 + 256)
    content[middle] = bytes(byte ^ 0xFF for byte in content[middle])
    path.write_bytes(content)


def _edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "weights cut": lambda folder: _truncate(folder / "model.safetensors"),
    "weights gone": lambda folder: (folder / "model.safetensors").unlink(),
    "weights empty": lambda folder: (folder / "model.safetensors").write_bytes(b""),
    "optimizer cut": lambda folder: _truncate(folder / "optimizer.pt"),
    "optimizer flipped": lambda folder: _flip(folder / "optimizer.pt"),
    "optimizer gone": lambda folder: (folder / "optimizer.pt").unlink(),
    "scheduler cut": lambda folder: _truncate(folder / "scheduler.pt"),
    "random state garbage": lambda folder: (folder / "rng_state.pth").write_bytes(b"garbage"),
    "state cut": lambda folder: _truncate(folder / "trainer_state.json"),
    "weights changed": lambda folder: _flip(folder / "model.safetensors"),
    "objective changed": lambda folder: _flip(folder / "objective.safetensors"),
    "config of other types": lambda folder: (folder / "config.json").write_text('{"d_model": []}'),
    "config a list": lambda folder: (folder / "config.json").write_text("[]"),
    "config gone": lambda folder: (folder / "config.json").unlink(),
    "state of another step": lambda folder: _edit(folder / "trainer_state.json", global_step="8"),
    "state with a key": lambda folder: _edit(folder / "trainer_state.json", of_a_later_version=1),
    "state of other types": lambda folder: _edit(folder / "trainer_state.json", log_history=5, max_steps="x"),
    "state that ends early": lambda folder: _edit(folder / "trainer_state.json", max_steps=8),
    "state nested": lambda folder: (folder / "trainer_state.json").write_text("[" * 100_000),
    "marked by garbage": lambda folder: (folder / "complete").write_text("garbage"),
    "marked with other sums": lambda folder: _edit(folder / "complete", **{"config.json": 5}),
    "state gone": lambda folder: (folder / "trainer_state.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_unreadable_checkpoint_is_put_aside(
    damage: str, cut: Run, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGES[damage](cut.checkpoints / "checkpoint-8")
    with caplog.at_level(logging.WARNING):
        found = checkpoints.newest_readable(cut.checkpoints)
    assert found is not None
    assert checkpoints.step(found) == 4
    assert "checkpoint-8 cannot be read" in caplog.text
    assert len(list(cut.checkpoints.glob("damaged-*-checkpoint-8"))) == 1
    assert checkpoints.newest_readable(cut.checkpoints) == found


@pytest.mark.parametrize("damage", ["weights cut", "weights changed", "state of other types"])
def test_a_run_goes_on_from_the_checkpoint_before_an_unreadable_one(
    damage: str, cut: Run, whole: Run, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGES[damage](cut.checkpoints / "checkpoint-8")
    carry_out(cut)
    assert_same_end(cut, whole)
    assert "checkpoint-8 cannot be read" in caplog.text


def test_a_checkpoint_of_an_earlier_version_is_gone_on_with(cut: Run) -> None:
    """It took no checksums."""
    (cut.checkpoints / "checkpoint-8" / "complete").write_bytes(b"")
    found = checkpoints.newest_readable(cut.checkpoints)
    assert found is not None
    assert checkpoints.step(found) == 8


@pytest.mark.parametrize("text", ["", "[]", "5", '{"rougeL": 5}', '{"rougeL": {"f": "x"}}', '{"rougeL": {}}',
                                  '{"rougeL": {"f": 7}}', "[" * 100_000])  # fmt: skip
def test_a_note_on_the_teacher_that_cannot_be_read_is_made_anew(
    text: str, cut: Run, caplog: pytest.LogCaptureFixture
) -> None:
    assert teacher_score(cut, Summarize().main) is not None
    (cut.folder / "teacher.json").write_text(text)
    assert teacher_score(cut, Summarize().main) is None
    assert "teacher.json cannot be read: the teacher is judged again" in caplog.text


def test_a_run_whose_teacher_s_note_is_damaged_judges_it_again(cut: Run, whole: Run) -> None:
    (cut.folder / "teacher.json").write_text('{"rougeL": 5}')
    carry_out(cut)
    assert_same_end(cut, whole)


def test_a_student_that_has_changed_since_it_was_saved_is_saved_again(
    whole: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the run was cancelled while it was judged."""
    [folder] = (Path(shutil.copytree(whole.home, tmp_path / "home")) / "runs").iterdir()
    run = Run(folder)
    _flip(run.student / "model.safetensors")
    carry_out(run)
    assert_same_end(run, whole)
    assert "The student folder is damaged (model.safetensors has changed since" in caplog.text
    assert len(list(folder.glob("damaged-*-student"))) == 1
    before = (run.student / "model.safetensors").stat().st_mtime_ns
    carry_out(run)
    assert (run.student / "model.safetensors").stat().st_mtime_ns == before, "whole, it is left alone"


@pytest.mark.parametrize("text", ["{", '{"data_sha256": null, "validation_sha256": 5}'])
def test_a_lineage_that_cannot_be_read_is_told(text: str, cut: Run, caplog: pytest.LogCaptureFixture) -> None:
    (cut.folder / "lineage.json").write_text(text)
    carry_out(cut)
    assert "whether the data is still the same is not known" in caplog.text
    assert cut.lineage()["data_sha256"]


@pytest.mark.parametrize("threads", [10**9, -1, "x", None])
def test_a_number_of_threads_that_no_machine_has_is_not_taken(cut: Run, whole: Run, threads: Any) -> None:
    """The library would end the process without a word."""
    _edit(cut.folder / "lineage.json", threads=threads)
    carry_out(cut)
    assert_same_end(cut, whole)


def test_a_run_whose_checkpoints_are_all_unreadable_starts_again(cut: Run, whole: Run) -> None:
    for folder in cut.checkpoints.glob("checkpoint-*"):
        _truncate(folder / "optimizer.pt")
    carry_out(cut)
    assert_same_end(cut, whole)


@pytest.mark.parametrize("method", ["on_log", "on_save"])
def test_a_full_disk_fails_the_run_clearly_and_it_goes_on_later(
    method: str, values: dict[str, Any], whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(values, tmp_path)
    with monkeypatch.context() as patch:
        cut_at_step(patch, 8, method, OSError(errno.ENOSPC, "No space left on device"))
        with pytest.raises(DistillError, match=r"The disk is full\. Free some space"):
            carry_out(run)
    status = run.status()
    assert status.status == "failed"
    assert "goes on from its last checkpoint" in status.message
    carry_out(run)
    assert_same_end(run, whole)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "The disk is full"),
        (RuntimeError("[enforce fail at inline_container.cc] . PytorchStreamWriter failed writing file "
                      "data/3: file write failed"), "The disk is full"),
        (Exception("Error while serializing: I/O error: No space left on device (os error 28)"),
         "The disk is full"),
        (RuntimeError("basic_ios::clear: iostream error"), "The disk is full"),
        (_hidden(RuntimeError("basic_ios::clear: iostream error"),
                 RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 18432 vs 18324")),
         "The disk is full"),
        (_hidden(OSError(errno.ENOSPC, "No space left on device"), ValueError("closed"), ValueError("x")),
         "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"),
         "could not read or write its files: /x: Permission denied. Fix"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "/.x.1", None, "/x"), "its files: /x: Is a dir"),
        (MemoryError(), "Memory ran out: lower batch_size"),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
         "Memory ran out"),
        (ValueError("strange\nthing"), "The run failed: ValueError: strange. The log has the details."),
        (ValueError(), "The run failed: ValueError: . The log"),
    ],
)  # fmt: skip
def test_errors_are_explained_in_a_line(error: Exception, words: str) -> None:
    assert words in explain(error)
    assert "\n" not in explain(error)


def test_a_traceback_is_for_the_log_alone(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = new_run(values, tmp_path)
    cut_at_step(monkeypatch, 1, error=ValueError("strange"))
    with pytest.raises(DistillError, match="ValueError: strange"):
        carry_out(run)
    assert "Traceback" in run.log_tail()
    assert "Traceback" not in caplog.text


def test_a_status_that_cannot_be_written_does_not_hide_the_reason(
    cut: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Run.update

    def update(self: Run, **changes: Any) -> None:
        if changes.get("status") == "failed":
            raise OSError(errno.ENOSPC, "No space left on device")
        original(self, **changes)

    monkeypatch.setattr(Run, "update", update)
    cut_at_step(monkeypatch, 9, error=OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(DistillError, match="The disk is full"):
        carry_out(cut)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_torch_finds_full_is_called_that(
    values: dict[str, Any], whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second error, on closing the file, hides the first."""
    real = torch.save

    def save(value: Any, file: Any, *rest: Any, **more: Any) -> None:
        real(value, "/dev/full" if Path(str(file)).name == "optimizer.pt" else file, *rest, **more)

    run = new_run(values, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", save)
        with pytest.raises(DistillError, match=r"The disk is full\. Free some space"):
            carry_out(run)
    carry_out(run)
    assert_same_end(run, whole)


def test_data_that_changed_in_between_is_noticed(cut: Run, values: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(Path(values["data"]).read_text().replace("cat", "dog"))
    config = {**cut.config().as_dict(), "data": str(other)}
    from distill.jobs.files import write_json

    write_json(cut.folder / "config.json", config)
    with pytest.raises(BadData, match="has changed since this run began; start a new run"):
        carry_out(cut)
    assert cut.status().status == "failed"


def test_a_request_to_stop_before_training_is_obeyed(cut: Run) -> None:
    (cut.folder / "stop").touch()
    rows = figures(cut)
    answer = carry_out(cut)
    assert answer["student"] is None
    assert answer["steps"] == 8
    assert cut.status().status == "cancelled"
    assert cut.status().message == "Cancelled at step 8. Resume continues from there."
    assert figures(cut) == rows
    assert not cut.student.exists()


@pytest.mark.parametrize(
    ("logs", "what"),
    [({"loss": float("nan")}, "loss"), ({"loss": float("inf")}, "loss"),
     ({"loss": 1.0, "grad_norm": float("nan")}, "gradient")],
)  # fmt: skip
def test_figures_that_are_not_finite_end_the_run_before_a_checkpoint(
    logs: dict[str, float], what: str, values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distill.training.trainer import DistillationTrainer

    original = DistillationTrainer.log

    def log(self: Any, real: dict[str, float], *rest: Any) -> None:
        original(self, {**real, **logs} if "loss" in real and self.state.global_step == 4 else real, *rest)

    monkeypatch.setattr(DistillationTrainer, "log", log)
    run = new_run(values, tmp_path)
    with pytest.raises(DistillError, match=f"The {what} is not finite at step 4. The checkpoints before"):
        carry_out(run)
    assert run.status().status == "failed"
    assert checkpoints.newest_first(run.checkpoints) == []


def test_a_machine_without_git_trains_too(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    run = new_run({**values, "max_steps": 1, "validation_examples": 1}, tmp_path)
    carry_out(run)
    assert run.lineage()["commit"] is None
    assert (run.lineage()["empty_rows"], run.lineage()["broken_rows"]) == (0, 0)


def test_a_missing_original_is_left_out_of_the_end_table(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distill.judging import scoring

    contestants = scoring._contestants
    monkeypatch.setattr(
        scoring, "_contestants", lambda *args: [*contestants(*args), ("original", "/no/model")]
    )
    run = new_run({**values, "max_steps": 1, "validation_examples": 1}, tmp_path)
    carry_out(run)
    labels = [row["label"] for row in (run.result() or {})["rows"]]
    assert labels == ["student after", "student before", "teacher"]


def test_it_does_not_go_on_with_another_model_of_the_same_name(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("teacher", "student"):
        model = tmp_path / role
        shutil.copytree(values[role], model)
        run = new_run({**values, role: str(model)}, tmp_path / f"home of {role}")
        with monkeypatch.context() as patch:
            cut_at_step(patch, 8, "on_save")
            with pytest.raises(PowerCut):
                carry_out(run)
        (model / "generation_config.json").open("a").write("\n")
        with pytest.raises(BadData, match=f"The {role} is another model now than when this run began"):
            carry_out(run)

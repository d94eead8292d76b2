"""A run goes to the trash and comes back; what is at work, or stood upon, is said."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import RunConflict, RunNotFound
from distill.jobs import processes, trash
from distill.jobs.checksums import checksums
from distill.jobs.files import write_json
from distill.runs import Run, deleting
from models.engines import conversion
from models.errors import BadRequest
from models.settings import Settings


def _run(settings: Settings, status: str = "finished", **values: Any) -> Run:
    run = runs.create(RunConfig.from_dict({"student": "s", "teacher": "t", **values}), settings)
    run.update(status=status)
    return run


def _job(settings: Settings, place: str, file: str, values: dict[str, Any]) -> Path:
    folder = settings.home / place
    folder.mkdir(parents=True)
    write_json(folder / file, values)
    return folder


def test_a_deleted_run_comes_back_as_it_was(settings: Settings) -> None:
    run, other = _run(settings), _run(settings)
    (run.folder / "log.txt").write_text("12345")
    before = checksums(run.folder)
    deleting.delete(run, settings)
    assert [each.run_id for each in runs.all_runs(settings)] == [other.run_id]
    assert checksums(settings.home / "trash" / "runs" / run.run_id) == before
    (found,) = trash.contents(settings)
    sizes = [path.stat().st_size for path in (settings.home / "trash/runs" / run.run_id).iterdir()]
    assert found.as_dict() == {"kind": "run", "id": run.run_id, "bytes": sum(sizes)}
    assert trash.restore(f"run:{run.run_id}", settings) == run.folder
    assert checksums(run.folder) == before
    assert trash.contents(settings) == []


def test_what_a_deleted_run_s_student_was_converted_to_goes_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_convert", lambda folder, target, quantization: target.mkdir())
    run, other = _run(settings), _run(settings)
    for each in (run, other):
        each.student.mkdir()
        write_json(each.student / "config.json", {"of": each.run_id})
    gone = [conversion.converted(run.student, precision, settings.home) for precision in ("int8", "float32")]
    kept = conversion.converted(other.student, "int8", settings.home)
    with pytest.raises(BadRequest):
        deleting.delete(run, replace(settings, visitor=True, enable_distill=False))
    assert all(entry.is_dir() for entry in gone)
    deleting.delete(run, settings)
    assert list(kept.parent.iterdir()) == [kept]


def test_a_running_run_is_not_deleted_and_one_whose_process_died_is(settings: Settings) -> None:
    run = _run(settings, "running")
    with pytest.raises(RunConflict, match="cancel it first"):
        deleting.delete(run, settings)
    assert run.folder.is_dir()
    run.belongs_to({"pid": 2**22 + 1, "started": 0.0})
    deleting.delete(run, settings)
    assert not run.folder.exists()


def test_what_builds_on_a_run_is_named_whatever_it_calls_it(settings: Settings) -> None:
    run = _run(settings)
    student = _run(settings, teacher=f"run:{run.run_id}")
    folder = _run(settings, student=str(run.student))
    among = _run(settings, more_teachers=f"gone, run:{run.run_id}@torch ,other")
    _job(settings, "comparisons/c", "progress.json", {"runs": {"ce/42": run.run_id}})
    _job(settings, "evaluations/e", "plan.json", {"models": ["x", f"run:{run.run_id}@torch:float32"]})
    _job(settings, "searches/s", "plan.json", {"base": {"teacher": f"run:{run.run_id}"}})
    _job(settings, "figurative/f", "runs.json", {"tune": run.run_id})
    _job(settings, "evaluations/other", "plan.json", {"models": [f"run:{run.run_id}0,x", f"{run.folder}0"]})
    assert deleting.dependents(run, replace(settings, distilled_model=f"run:{run.run_id}")) == [
        f"run {student.run_id}",
        f"run {folder.run_id}",
        f"run {among.run_id}",
        "comparison c",
        "evaluation e",
        "search s",
        "figurative distillation f",
        "the setting DISTILLED_MODEL",
    ]
    assert deleting.dependents(student, settings) == []
    elsewhere = replace(settings, home=settings.home / "one, two")
    lasting = _run(elsewhere)
    user = _run(elsewhere, teacher=str(lasting.student))
    assert deleting.dependents(lasting, elsewhere) == [f"run {user.run_id}"]


def test_a_run_that_is_being_evaluated_is_not_deleted(settings: Settings) -> None:
    run = _run(settings)
    folder = _job(settings, "evaluations/e", "plan.json", {"models": [f"run:{run.run_id}"]})
    write_json(folder / "status.json", {"status": "running"})
    write_json(folder / "process.json", processes.identity(os.getpid()))
    with pytest.raises(RunConflict, match="evaluation e is at work on the run"):
        deleting.delete(run, settings)
    write_json(folder / "status.json", {"status": "finished"})
    deleting.delete(run, settings)


def test_nothing_in_the_trash_or_at_its_place_is_ever_overwritten(settings: Settings) -> None:
    run = _run(settings)
    deleting.delete(run, settings)
    run.folder.mkdir()
    (run.folder / "config.json").write_text('{"student": "new"}')
    with pytest.raises(RunConflict, match="another run"):
        trash.restore(run.run_id, settings)
    with pytest.raises(RunConflict, match="holds another run"):
        deleting.delete(run, settings)
    assert (run.folder / "config.json").read_text() == '{"student": "new"}'
    assert len(trash.contents(settings)) == 1


def test_the_trash_is_emptied_for_good_also_after_an_attempt_that_was_broken_off(settings: Settings) -> None:
    assert trash.empty(settings) == []
    run = _run(settings)
    deleting.delete(run, settings)
    rest = settings.home / ".emptied-1"
    rest.mkdir()
    assert [each.id for each in trash.empty(settings)] == [run.run_id]
    assert not rest.exists()
    assert [path.name for path in settings.home.iterdir()] == ["runs"]
    with pytest.raises(RunNotFound, match="holds nothing"):
        trash.restore(run.run_id, settings)


def test_a_visitor_deletes_nothing_where_no_runs_may_be_started(settings: Settings) -> None:
    run = _run(settings)
    with pytest.raises(BadRequest, match="ENABLE_DISTILL=0"):
        deleting.delete(run, replace(settings, visitor=True, enable_distill=False))
    assert run.folder.is_dir()

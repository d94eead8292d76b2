"""A run's folder: found, listed, read, whatever was left in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import RunConflict, RunNotFound
from distill.jobs import files, processes
from distill.jobs.status import RunStatus
from distill.runs import Run
from models.settings import Settings

DEAD = {"pid": 2**22 + 1, "started": 0.0}


def _new(settings: Settings, **values: Any) -> Run:
    return runs.create(RunConfig.from_dict({"student": "s", **values}), settings)


def _dead(settings: Settings, **values: Any) -> Run:
    run = _new(settings, **values)
    run.belongs_to(DEAD)
    return run


def _checkpoint(run: Run, step: int, complete: bool = True) -> None:
    folder = run.checkpoints / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    if complete:
        (folder / "complete").touch()


def test_a_new_run_is_listed_found_and_active(settings: Settings) -> None:
    assert runs.all_runs(settings) == []
    assert runs.active(settings) is None
    run = _new(settings, teacher="t")
    assert runs.find(run.run_id, settings).folder == run.folder
    assert runs.find(f"run:{run.run_id}", settings).folder == run.folder
    assert run.config() == RunConfig(student="s", teacher="t")
    active = runs.active(settings)
    assert active is not None
    assert active.run_id == run.run_id
    assert run.status().as_dict()["status"] == "running"
    assert (run.lineage(), run.result(), run.metrics(), run.log_tail()) == ({}, None, [], "")


def test_runs_of_one_second_have_folders_of_their_own(settings: Settings) -> None:
    made = [_new(settings) for _ in range(4)]
    assert len({run.run_id for run in made}) == 4
    assert {run.run_id for run in runs.all_runs(settings)} == {run.run_id for run in made}


def test_the_newest_is_listed_first(settings: Settings) -> None:
    for name in ("20260101-000000", "20270101-000000", "20260601-000000"):
        (settings.runs / name).mkdir(parents=True)
        (settings.runs / name / "config.json").write_text('{"student": "s"}')
    assert [run.run_id[:6] for run in runs.all_runs(settings)] == ["202701", "202606", "202601"]


@pytest.mark.parametrize("run_id", ["", "nope", "../runs", "..", "a/b", "a\0b", "x" * 300, ".hidden"])
def test_ids_of_no_run(settings: Settings, run_id: str) -> None:
    with pytest.raises(RunNotFound, match=r"There is no run .* Newest ones: none yet"):
        runs.find(run_id, settings)


def test_what_cannot_be_found_is_answered_with_what_can(settings: Settings) -> None:
    run = _new(settings)
    with pytest.raises(RunNotFound, match=run.run_id):
        runs.find("nope", settings)


def test_a_dead_process_makes_an_interrupted_run(settings: Settings) -> None:
    run = _dead(settings)
    run.update(step=12, eta_seconds=5.0)
    _checkpoint(run, 9)
    _checkpoint(run, 10)
    _checkpoint(run, 12, complete=False)
    status = run.status()
    assert status.status == "interrupted"
    assert status.message == "The process ended unexpectedly at step 12. Resume continues from step 10."
    assert status.eta_seconds is None
    assert runs.active(settings) is None


def test_a_dead_process_that_was_to_stop_was_cancelled(settings: Settings) -> None:
    run = _dead(settings)
    run.update(eta_seconds=5.0)
    (run.folder / "stop").touch()
    assert run.status().status == "cancelled"
    assert run.status().message == "Cancelled. Resume continues from step 0."
    assert run.status().eta_seconds is None


def test_a_run_that_ends_while_it_is_looked_at(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _dead(settings)

    def ends(_: Any) -> bool:
        run.update(status="finished", message="Finished")
        return False

    monkeypatch.setattr(processes, "is_alive", ends)
    assert run.status().status == "finished"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"status": "run'])
def test_a_status_that_cannot_be_read(settings: Settings, text: str) -> None:
    run = _dead(settings)
    (run.folder / "status.json").write_text(text)
    assert run.status().status == "interrupted"


@pytest.mark.parametrize(
    "wrong",
    [{"step": "x"}, {"steps": None}, {"terms": 5}, {"terms": {"loss": "x"}}, {"warnings": "x"},
     {"warnings": [5]}, {"message": []}, {"student": 5}, {"created": "now"}, {"eta_seconds": {}},
     {"of_a_later_version": 1}],
)  # fmt: skip
def test_a_status_is_read_as_far_as_it_can_be(settings: Settings, wrong: dict[str, Any]) -> None:
    run = _dead(settings)
    blank = RunStatus(run.run_id, "finished")
    (run.folder / "status.json").write_text(json.dumps({"status": "finished", **wrong}))
    assert run.status() == blank
    (run.folder / "status.json").write_text(json.dumps({"status": ["finished"]}))
    assert run.status().status == "interrupted"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mood": "good"}, "does not know the saved setting 'mood'. Go on with the version that saved it"),
        ({"epochs": "many"}, "epochs is 'many'; it must be a number"),
        ({"student": 5}, "student is 5; it must be text"),
        ({"alpha": 7}, "alpha is 7.0; use a value from 0 to 1"),
    ],
)
def test_a_saved_setting_that_cannot_be_followed_is_named(
    settings: Settings, change: dict[str, Any], words: str
) -> None:
    run = _dead(settings)
    saved = json.loads((run.folder / "config.json").read_text())
    (run.folder / "config.json").write_text(json.dumps({**saved, **change}))
    with pytest.raises(RunConflict, match=f"The settings of the run {run.run_id} cannot be used: ") as caught:
        run.config()
    assert words in str(caught.value)


def test_a_setting_that_an_earlier_version_did_not_have_takes_its_default(settings: Settings) -> None:
    run = _dead(settings)
    (run.folder / "config.json").write_text(json.dumps({"student": "s"}))
    assert run.config() == RunConfig(student="s")


@pytest.mark.parametrize("text", ['{"rows": 5}', '{"rows": [5]}', '{"rows": [{}]}', "{}", "[]",
                                  '{"rows": [{"model": "m", "rouge1": 5}]}',
                                  '{"rows": [{"model": "m", "rouge1": {}, "rouge2": {}, "rougeL": {}}]}',
                                 ])  # fmt: skip
def test_a_damaged_end_table_is_none(settings: Settings, text: str) -> None:
    run = _new(settings)
    (run.folder / "result.json").write_text(text)
    assert run.result() is None


SCORE = {"f": 0.2, "low": 0.1, "high": 0.3}
ROW = {"model": "m", "rouge1": SCORE, "rouge2": SCORE, "rougeL": SCORE}
VERDICT = {"word": "worse", "n": 4, "difference": SCORE}


@pytest.mark.parametrize(
    "change",
    [
        {"rouge1": {**SCORE, "f": "x"}},
        {"rouge2": {**SCORE, "low": None}},
        {"model": 5},
        {"seconds": "s"},
        {"n": 2.5},
        {"label": 5},
        {"retention": 10**400},
    ],
)
def test_an_end_table_with_one_odd_value_is_none(settings: Settings, change: dict[str, Any]) -> None:
    run = _new(settings)
    (run.folder / "result.json").write_text(json.dumps({"rows": [ROW], "examples": 4, "verdict": VERDICT}))
    assert run.result() == {"rows": [ROW], "examples": 4, "verdict": VERDICT}
    (run.folder / "result.json").write_text(json.dumps({"rows": [{**ROW, **change}]}))
    assert run.result() is None


@pytest.mark.parametrize("verdict", ["better", {}, {**VERDICT, "n": None}, {**VERDICT, "difference": 5}])
def test_a_damaged_verdict_is_left_out(settings: Settings, verdict: Any) -> None:
    run = _new(settings)
    (run.folder / "result.json").write_text(json.dumps({"rows": [ROW], "examples": [], "verdict": verdict}))
    assert run.result() == {"rows": [ROW]}


def test_a_step_that_no_run_has_is_left_out(settings: Settings) -> None:
    run = _new(settings)
    lines = [{"step": 10**400}, {"step": True}, {"step": -1}, {"step": 3, "loss": 1.0}]
    (run.folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert run.metrics() == [{"step": 3, "loss": 1.0}]


def test_settings_that_cannot_be_read(settings: Settings) -> None:
    run = _dead(settings)
    (run.folder / "config.json").write_text("{")
    with pytest.raises(RunConflict, match=r"settings of the run .* cannot be read"):
        run.config()
    assert [found.status().status for found in runs.all_runs(settings)] == ["interrupted"]


def test_a_torn_line_of_metrics_is_left_out_and_ended(settings: Settings) -> None:
    run = _new(settings)
    run.record({"step": 1, "loss": 2.0})
    with (run.folder / "metrics.jsonl").open("a") as lines:
        lines.write('{"step": 2, "lo')
    assert [row["step"] for row in run.metrics()] == [1]
    run.record({"step": 2, "loss": float("nan")})
    run.record({"step": 3, "loss": float("inf")})
    assert run.metrics() == [{"step": 1, "loss": 2.0}, {"step": 2, "loss": None}, {"step": 3, "loss": None}]


def test_of_metrics_only_what_was_appended_is_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other, read, objects = _new(settings), _new(settings), [], files._objects

    def note(lines: bytes) -> list[dict[str, Any]]:
        read.append(lines)
        return objects(lines)

    for step in (1, 2):
        run.record({"step": step})
        assert len(run.metrics()) == step
        monkeypatch.setattr(files, "_objects", note)
    assert b"".join(read) == b'{"step": 2}'
    assert other.metrics() == []  # which has none of the one's rows
    assert [row["step"] for row in run.metrics()] == [1, 2]


def test_metrics_that_were_cut_or_replaced_are_read_anew(settings: Settings) -> None:
    run = _new(settings)
    file = run.folder / "metrics.jsonl"
    for step in (1, 2, 3):
        run.record({"step": step})
    assert len(run.metrics()) == 3
    os.truncate(file, len('{"step": 1}\n'))
    assert run.metrics() == [{"step": 1}]
    run.record({"step": 2, "loss": 2.0})
    assert run.metrics() == [{"step": 1}, {"step": 2, "loss": 2.0}]
    files.write_json_lines(file, [{"step": step} for step in range(1, 9)])
    assert len(run.metrics()) == 8


def test_steps_repeated_after_a_resume_count_once(settings: Settings) -> None:
    run = _new(settings)
    for row in (
        {"step": 1, "loss": 1.0}, {"step": 2, "loss": 2.0}, {"step": 2, "validation_loss": 3.0},
        {"step": 2, "loss": 2.5}, {"step": 3, "loss": 4.0},
    ):  # fmt: skip
        run.record(row)
    assert run.metrics() == [
        {"step": 1, "loss": 1.0}, {"step": 2, "loss": 2.5}, {"step": 2, "validation_loss": 3.0},
        {"step": 3, "loss": 4.0},
    ]  # fmt: skip


def test_the_log_s_tail(settings: Settings) -> None:
    run = _new(settings)
    (run.folder / "log.txt").write_text("\n".join(f"line {n} ü" for n in range(1000)))
    assert run.log_tail(2) == "line 998 ü\nline 999 ü"


def test_only_a_running_run_is_cancelled(settings: Settings) -> None:
    run = _dead(settings)
    with pytest.raises(RunConflict, match="is not running: it is interrupted"):
        run.cancel()
    assert not run.stop_requested()


@pytest.mark.parametrize("status", ["finished", "running"])
def test_only_a_stopped_run_is_resumed(settings: Settings, status: str) -> None:
    run = _new(settings)
    run.update(status=status)
    with pytest.raises(RunConflict, match=f"is {status}; only interrupted, cancelled, failed runs"):
        run.resume(settings)


def test_a_reader_never_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distill.jobs.files import read_json, write_json

    path = tmp_path / "a.json"
    write_json(path, {"a": 1})

    def full(self: Path, *_: Any, **__: Any) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", ["[1]", "[" * 100_000, '"x"'], ids=["list", "nested", "text"])
def test_a_damaged_file_of_one_run_takes_no_other_with_it(settings: Settings, damage: str) -> None:
    good, bad = _new(settings), _new(settings)
    good.update(status="finished")
    for name in ("status.json", "process.json", "result.json", "lineage.json"):
        (bad.folder / name).write_text(damage)
    bad.record({"step": None, "loss": 1.0})
    states = {run.run_id: run.status().status for run in runs.all_runs(settings)}
    assert states == {good.run_id: "finished", bad.run_id: "interrupted"}
    assert (bad.result(), bad.lineage(), bad.metrics()) == (None, {}, [])
    bad.update(status="running")
    assert bad.status().status == "interrupted"
    (bad.folder / "config.json").write_text('{"student": "s", "alpha": "y"}')
    with pytest.raises(RunConflict, match="alpha is 'y'"):
        bad.config()


@pytest.mark.parametrize("name", [None, 1, ["a"], {}])
def test_an_id_that_is_no_text_names_no_run(settings: Settings, name: Any) -> None:
    with pytest.raises(RunNotFound):
        runs.find(name, settings)

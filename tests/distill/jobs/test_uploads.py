"""Uploaded data is kept for the work that was started with it, and for nothing that was refused."""

import os
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from distill import comparison, judging, runs
from distill.errors import BadConfig, DistillError
from distill.jobs import processes, trash, uploads
from distill.jobs.job_folder import JobFolder
from distill.search import Plan, searches
from models.settings import Settings
from tests.distill.test_cli import Call, call

__all__ = ["call"]  # a fixture
TEACHER = "embedded/teacher"
RUN = {"student": "embedded/original", "teacher": TEACHER}


def _search(values: dict[str, Any], settings: Settings) -> Any:
    return searches.start(Plan.of(values), settings)


STARTS = {
    "run": (runs.start, RUN, {"epochs": 0}),
    "comparison": (comparison.start, {**RUN, "methods": "logit"}, {"budget": "soon"}),
    "evaluation": (judging.start, {"models": [TEACHER]}, {"limit": 0}),
    "search": (_search, {"teacher": TEACHER}, {"alpha": 0}),
}


@pytest.fixture
def upload(settings: Settings) -> Path:
    path = settings.temporary / "abc" / "news.csv"
    path.parent.mkdir(parents=True)
    path.write_text("document,summary\na,b\n")
    return path


def _started(kind: str, upload: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> JobFolder:
    """Work of this kind on an upload, whose process does nothing."""
    monkeypatch.setattr(JobFolder, "spawn", lambda *_: None)
    start, values, _ = STARTS[kind]
    return start({**values, "data": str(upload)}, settings)


@pytest.mark.parametrize("kind", STARTS)
def test_work_names_its_copy_of_an_upload(
    kind: str, upload: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _started(kind, upload, settings, monkeypatch)
    (copy,) = settings.uploads.glob("*/news.csv")
    upload.unlink()
    assert copy.read_text() == "document,summary\na,b\n"
    plan = (job.folder / job.plan_file).read_text()
    assert str(copy) in plan
    assert str(upload) not in plan


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.parametrize("why", ["a setting", "a name", "busy"])
def test_of_an_upload_that_is_refused_nothing_stays(
    kind: str, why: str, upload: Path, settings: Settings
) -> None:
    start, values, wrong = STARTS[kind]
    name = {"models": [TEACHER, "no such model"]} if kind == "evaluation" else {"teacher": "no such model"}
    changes = {"a setting": wrong, "a name": name, "busy": {}}[why]
    busy = processes.RunLock(settings.home) if why == "busy" else nullcontext()
    with busy, pytest.raises(DistillError):
        start({**values, **changes, "data": str(upload)}, settings)
    assert not settings.uploads.exists()


@pytest.mark.parametrize("kind", ["run", "comparison", "search"])
@pytest.mark.parametrize(
    ("rules", "words"), [("lenght", "no rule 'lenght'"), ("all", "cannot have duplicate")]
)
def test_reward_rules_are_checked_before_anything_is_made(
    kind: str, rules: str, words: str, upload: Path, settings: Settings
) -> None:
    start, values, _ = STARTS[kind]
    with pytest.raises(BadConfig, match=words):
        start({**values, "reward_rules": rules, "data": str(upload)}, settings)
    assert not settings.uploads.exists()
    assert not list(settings.home.glob("*/*/status.json"))


@pytest.mark.parametrize("data", ["built-in", "xsum", "/no/such/file.csv", 7, None])
def test_other_data_stays_where_it_is(data: Any, settings: Settings) -> None:
    assert uploads.kept({"data": data}, settings) == {}


@pytest.mark.parametrize("kind", STARTS)
def test_an_upload_is_unused_once_no_work_names_it(
    kind: str, upload: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _started(kind, upload, settings, monkeypatch)
    (copies,) = settings.uploads.iterdir()
    os.utime(copies, (0, 0))
    assert uploads.unused(settings) == []
    if kind == "run":
        trash.put(job.folder, settings)
        assert uploads.unused(settings) == []  # it may come back
        trash.empty(settings)
    else:
        shutil.rmtree(job.folder)
    assert uploads.unused(settings) == [copies]
    uploads.kept({"data": str(upload)}, settings)
    assert uploads.unused(settings) == []  # new again


def test_the_command_deletes_only_uploads_that_are_unused(
    call: Call, settings: Settings, upload: Path
) -> None:
    uploads.kept({"data": str(upload)}, settings)
    (copies,) = settings.uploads.iterdir()
    assert call("trash", "uploads")[:2] == (0, {"deleted": []})
    os.utime(copies, (0, 0))
    assert call("trash", "uploads")[:2] == (0, {"deleted": [str(copies)]})
    assert list(settings.uploads.iterdir()) == []

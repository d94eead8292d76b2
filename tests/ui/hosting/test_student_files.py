"""Students handed out as zips."""

import io
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from distill import runs
from distill.config import RunConfig
from distill.jobs.checksums import checksums
from distill.jobs.files import write_json
from distill.runs import Run
from models.settings import Settings, make_home
from tests.tiny import make_tiny_bart, make_tiny_t5
from ui.hosting import student_files


@pytest.fixture
def run(settings: Settings) -> Run:
    make_home(settings.temporary)
    run = runs.create(RunConfig(student="embedded/original", teacher="embedded/teacher"), settings)
    make_tiny_t5(run.student)
    write_json(run.folder / "checksums.json", {"student": checksums(run.student)})
    run.update(status="finished", student=f"run:{run.run_id}")
    return run


def client(settings: Settings) -> TestClient:
    return TestClient(Starlette(**student_files.of_app(settings)))


def open_below(folder: Path) -> list[str]:
    """The files below a folder that this process has open, deleted ones too."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.append(str(descriptor.readlink()))
    return sorted(path for path in found if path.startswith(str(folder)))


def test_a_student_is_handed_out_whole_and_leaves_nothing_behind(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    (run.student / "README.md").write_text("an older card")
    before = open_below(settings.home)
    answer = client(settings).get(f"/students/{run.run_id}.zip")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="student-{run.run_id}.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / f"student-{run.run_id}"
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: transformers")
    assert "Distilled from `embedded/teacher`" in card
    for copy in (folder, run.student):
        (copy / "README.md").unlink()
    assert checksums(folder) == checksums(run.student)
    assert list(settings.temporary.iterdir()) == []
    assert open_below(settings.home) == before


@pytest.mark.parametrize(
    ("make", "tag", "rest"),
    [
        (make_tiny_t5, "t5", " and begin each\ninput with `summarize: `.\n\n## How"),
        (make_tiny_bart, "bart", ".\n\n## How"),
    ],
)
def test_the_card_tells_how_such_a_model_is_asked(
    run: Run, settings: Settings, make: Callable[[Path], Path], tag: str, rest: str
) -> None:
    shutil.rmtree(run.student)
    make(run.student)
    write_json(run.folder / "checksums.json", {"student": checksums(run.student)})
    answer = client(settings).get(f"/students/{run.run_id}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        card = archive.read(f"student-{run.run_id}/README.md").decode()
    assert f"tags: [summarization, {tag}, distillation]\n" in card
    assert f"`AutoModelForSeq2SeqLM.from_pretrained`{rest}" in card


def test_what_cannot_be_handed_out_is_said(run: Run, settings: Settings) -> None:
    unfinished = runs.create(RunConfig(student="embedded/original"), settings)
    with (run.student / "model.safetensors").open("ab") as weights:
        weights.write(b"0")
    for name, code, said in (
        (unfinished.run_id, 409, "has no student yet"),
        (run.run_id, 409, "is damaged"),
        ("nobody", 404, "There is no run"),
        ("..", 404, "There is no run"),
    ):
        answer = client(settings).get(f"/students/{name}.zip")
        assert answer.status_code == code
        assert said in answer.text
    assert list(settings.temporary.iterdir()) == []


def test_where_visitors_see_no_runs_they_get_no_student(run: Run, settings: Settings) -> None:
    answer = client(replace(settings, enable_distill=False)).get(f"/students/{run.run_id}.zip")
    assert answer.status_code == 404

"""What a visitor of a public Space can and cannot do where its owner has switched nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import gradio as gr
import pytest

import app
from models.settings import Settings
from models.store import catalogue
from tests.ui.visitor import Visitor, visiting
from ui import page

# By SYSTEM, Gradio looks for a package that Spaces bring, in a thread of its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
SPACE = {"SPACE_ID": "me/mine", "SPACE_HOST": "me-mine.hf.space", "SYSTEM": "spaces"}
SPACE |= {"GRADIO_SERVER_NAME": "0.0.0.0"}
SWITCHES = ("ENABLE_DISTILL", "ALLOW_CUSTOM_MODELS", "MODEL_SET", "STUDIO_OWNER_PASSWORD", "GRADIO_SHARE")
CLOSED = {
    *("start-run", "check-data", "tune-teacher", "start-methods"),
    *("start-search", "distil-candidate", "start-evaluation", "make-poll", "show-poll"),
    *("keep", "delete-kept", "kept-list"),
}
"""What starts, keeps, deletes or lists something, by element."""


@pytest.fixture(scope="module")
def visitor(trio: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Of the page that `python app.py` serves when the environment is that of a Space."""
    served: list[Settings] = []
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch, mock.patch.dict(os.environ, {**SPACE, "STUDIO_HOME": home}):
        for name in SWITCHES:
            os.environ.pop(name, None)
        patch.setattr(catalogue, "EMBEDDED", trio)
        patch.setattr(page, "launch", lambda settings, **_: served.append(settings))
        assert app.main([]) == 0
        with visiting(served[0]) as visitor:
            yield visitor


def test_texts_are_summarised(visitor: Visitor) -> None:
    answer = visitor.call("compare", "the cat sat on the mat", 1, 4)
    assert "event: complete" in answer
    assert [name for name in ("original", "teacher", "distilled") if f"embedded/{name}" not in answer] == []


def test_nothing_is_there_that_starts_keeps_or_lists_something(visitor: Visitor, settings: Settings) -> None:
    config = visitor.http.get("config").json()
    here = {part["props"].get("elem_id") for part in config["components"]}
    assert _elements(page.build(settings)) >= CLOSED  # so these are their names
    assert CLOSED & here == set()
    said = json.dumps(config)
    for what in ("Distilling", "Searching", "Evaluating"):
        assert f"{what} is switched off on this server" in said


def _elements(blocks: gr.Blocks) -> set[str | None]:
    return {block.elem_id for block in blocks.blocks.values()}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("start_run", {"teacher": "embedded/teacher", "student": "embedded/original"}),
        ("run_status", "20260101-000000"),
        ("cancel_run", "20260101-000000"),
        ("resume_run", "20260101-000000"),
        ("list_runs", None),
    ],
)
def test_the_endpoints_of_runs_are_switched_off(name: str, data: object, visitor: Visitor) -> None:
    assert "Distilling is switched off on this server" in visitor.call(name, *([data] if data else []))


@pytest.mark.parametrize("model", ["someone/model", "/etc", "run:../x", "search:x/1"])
def test_only_the_studio_s_own_models_are_used(model: str, visitor: Visitor) -> None:
    answer = visitor.call("summarize", "the cat", model, 1, 4)
    assert "event: error" in answer
    assert "own models" in answer or "no student" in answer or "is not a run" in answer or "search" in answer


def test_no_file_can_be_left_here(visitor: Visitor) -> None:
    files = {"files": ("data.csv", b"x")}
    assert visitor.http.post("gradio_api/upload", files=files).status_code == 403

import threading
from pathlib import Path
from typing import Any

import pytest

from models.engines import conversion
from ui.compare import preparing
from ui.compare.preparing import Preparation, Stage
from ui.shared.studio import Studio


def test_the_models_of_the_page_are_converted_in_the_background(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = threading.Event(), threading.Event()
    made: list[str] = []

    def convert(folder: Path, *_: Any) -> Path:
        asked.set()
        assert told.wait(60)
        made.append(folder.name)
        return folder

    monkeypatch.setattr(conversion, "converted", convert)
    preparation = Preparation(studio, ["embedded/original", None, "embedded/no-such", "embedded/distilled"])
    assert preparation.stage is None
    thread = preparation.start()
    assert asked.wait(60)
    assert preparation.stage == Stage(0, 3, "embedded/original")
    told.set()
    thread.join(60)
    assert made == ["original", "distilled"]  # what cannot be had is left to whoever asks for it
    assert preparation.stage is None


def test_the_notice_says_what_and_how_far() -> None:
    assert preparing.notice(None) == ""
    shown = preparing.notice(Stage(1, 3, "<b>"))
    assert "Making &lt;b&gt; ready for its first use (2 of 3)" in shown
    assert 'aria-valuenow="33"' in shown

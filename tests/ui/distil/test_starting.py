from pathlib import Path
from typing import Any

import pytest

from distill import runs
from distill.config import RunConfig
from distill.errors import BadConfig
from models.settings import Settings
from ui.distil import starting


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"student": "s"}, "No teacher was named"),
        ({"student": "s", "teacher": " "}, "No teacher was named"),
        ({"student": "s", "teacher": "t", "task": "copy"}, "task is 'copy'"),
        ({"student": "s", "teacher": "t", "data": 7}, "data is 7"),
        (["student"], "object of settings"),
    ],
)
def test_what_is_no_distillation_is_refused(config: Any, message: str, settings: Settings) -> None:
    with pytest.raises(BadConfig, match=message):
        starting.start(config, settings)
    assert not runs.all_runs(settings)


@pytest.mark.parametrize("as_file", [True, False])
def test_data_that_a_client_uploads_is_kept(
    as_file: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs.Run, "spawn", lambda *_: None)
    upload = settings.temporary / "abc" / "news.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("document,summary\na,b\n")
    given = {"path": str(upload), "meta": {"_type": "gradio.FileData"}} if as_file else str(upload)
    models = {"student": "embedded/original", "teacher": "embedded/teacher"}
    started = starting.start({**models, "data": given, "validation": given}, settings).config().as_dict()
    for name in ("data", "validation"):
        assert Path(started[name]).is_relative_to(settings.home / "uploads")
        assert Path(started[name]).read_text() == upload.read_text()


def test_a_teacher_is_tuned_on_the_labels_of_the_same_data(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, Any] = {}
    monkeypatch.setattr(runs, "start", lambda config, _: started.update(config))
    given = {"teacher": "t", "student": "s", "data": "xsum", "preset": "quick", "method": "multi"}
    given |= {"attention_weight": 1.0, "teacher_cache": True, "more_teachers": "u", "max_steps": 7}
    starting.tune_teacher(given, settings)
    config = RunConfig.from_dict(started)
    assert (config.student, config.teacher, config.data, config.max_steps) == ("t", None, "xsum", 7)
    assert config == RunConfig.from_dict({"student": "t", "data": "xsum", "preset": "quick", "max_steps": 7})

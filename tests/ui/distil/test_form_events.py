from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from models.store import hub
from ui.distil import form_values
from ui.distil.form_events import caught_up, checked, tried
from ui.shared import data_fields
from ui.shared.studio import Studio


def values(teacher: str, student: str, lines: str = "") -> tuple[Any, ...]:
    data = ("built-in", None, None, None, None)
    shown = {**form_values.preset_values("quick"), **form_values.method_values("logit")}
    return (teacher, "model", student, 4, 2, *data, "logit", "quick", lines, *shown.values())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the hub was asked for."""
    found: list[str] = []

    def ask(source: str, *_: Any) -> Path:
        found.append(source)
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(hub, "download", ask)
    return found


def test_a_pair_on_this_machine_is_checked(studio: Studio, asked: list[str]) -> None:
    assert "This pair can work" in checked(values("embedded/teacher", "embedded/original"), studio)
    assert not asked


def test_a_wrong_setting_is_said_before_the_start(studio: Studio) -> None:
    said = checked(values("embedded/teacher", "embedded/original", "depth_grow=2"), studio)
    assert "Did you mean depth_growth" in said


@pytest.mark.parametrize("better", [True, False])
def test_a_weak_teacher_may_be_tuned_first(
    better: bool, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_models(names: list[str], *_: Any, **__: Any) -> list[dict[str, Any]]:
        scores = (0.3, 0.2) if better else (0.2, 0.2)
        return [
            {"model": name, "n": 9, "rougeL": {"f": score}, "scores": {"rougeL": [score] * 9}}
            for name, score in zip(names, scores, strict=True)
        ]

    monkeypatch.setattr("distill.judging.judge_models", judge_models)
    said, weak = tried(values("embedded/teacher", "embedded/original"), studio)
    assert weak is not better
    assert ("cannot tell whether the teacher is better" in said) is not better


def test_what_cannot_be_checked_offers_nothing(studio: Studio) -> None:
    assert not tried(values("/no/such", "embedded/original"), studio)[1]


def test_a_hub_model_is_not_fetched_to_be_checked(studio: Studio, asked: list[str]) -> None:
    assert "someone/model is not on this machine yet" in checked(
        values("embedded/teacher", "someone/model"), studio
    )
    assert not asked


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("owner", ["someone", "t5"])
def test_a_copy_of_a_hub_model_is_checked_without_asking(
    owner: str, own: bool, studio: Studio, trio: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cached(source: str, revision: str | None, cache: Path | None) -> Path | None:
        folder = trio / {"google-t5/t5-small": "original", "google-t5/t5-base": "teacher"}.get(
            source, source.partition("/")[2]
        )
        return folder if (cache is None) == own else None

    monkeypatch.setattr(hub, "cached", cached)
    assert "This pair can work" in checked(values(f"{owner}/teacher", f"{owner}/original"), studio)
    assert not asked


def test_a_file_that_cannot_be_read_is_said_before_the_start(studio: Studio, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes("document,summary\nä,ö".encode("latin-1"))
    chosen = [*values("embedded/teacher", "embedded/original")]
    chosen[5:7] = ["file", str(bad)]
    assert "bad.csv is not UTF-8 text" in checked(tuple(chosen), studio)
    assert all(update["choices"] == [] for update in data_fields.columns_of(str(bad), studio.settings))


def test_what_is_read_of_a_file_is_told(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("title,text,summary\na,<b>,c\nd,,e\n")
    chosen = [*values("embedded/teacher", "embedded/original")]
    chosen[5:7] = ["file", str(file)]
    shown = checked(tuple(chosen), studio)
    assert "Data: 1 example (texts from “text”, summaries from “summary”; “title” might be" in shown
    assert "of 2 rows; " in shown
    assert "left out: 1 without a text (first: row 2, “e”)" in shown


def test_an_answer_for_fields_changed_meanwhile_gives_way(studio: Studio) -> None:
    asked = values("embedded/teacher", "embedded/original")
    assert caught_up(asked, asked, studio) == gr.skip()
    said, tune = caught_up(asked, values("embedded/teacher", "embedded/original", "depth_grow=2"), studio)
    assert "Did you mean depth_growth" in said
    assert not tune["visible"]

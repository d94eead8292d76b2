from pathlib import Path
from typing import Any

import pytest

from models import hub
from ui import run_form
from ui.form_events import checked
from ui.studio import Studio


def values(teacher: str, student: str) -> tuple[Any, ...]:
    data = ("built-in", None, None, None, None)
    settings = run_form.preset_values("quick").values()
    return (teacher, "model", student, 4, 2, *data, "quick", *settings)


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

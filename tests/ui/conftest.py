"""A studio whose embedded trio is three tiny models, and results to render."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.decoding import Decoding, Summary
from models.serving.pool import ModelPool
from models.settings import Settings
from models.store import catalogue
from tests.tiny import make_tiny_t5
from ui.shared.result import Result
from ui.shared.studio import Studio
from ui.shared.words import overlap


@pytest.fixture(scope="session")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny original, teacher and distilled model."""
    folder = tmp_path_factory.mktemp("trio")
    make_tiny_t5(folder / "original", seed=1)
    make_tiny_t5(folder / "teacher", d_model=32, layers=4, decoder_layers=4, seed=2)
    make_tiny_t5(folder / "distilled", decoder_layers=1, seed=3)
    return folder


@pytest.fixture(scope="session")
def shared_studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """One studio for all tests, so that each model is loaded once."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), threads=1)
    return Studio(settings, ModelPool(settings))


@pytest.fixture
def studio(shared_studio: Studio, trio: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio with the tiny trio as its embedded set."""
    monkeypatch.setattr(catalogue, "EMBEDDED", trio)
    return shared_studio


@pytest.fixture
def make_result() -> Callable[..., Result]:
    """Make a result by hand; arguments replace fields of its summary."""

    def make(role: str = "teacher", source: str = "a", busy: bool = False, **changes: Any) -> Result:
        figures: dict[str, Any] = {
            "model": f"embedded/{role}",
            "text": "the cat sat on a sofa",
            "tokens_in": 412,
            "tokens_out": 58,
            "tokens_cut": 0,
            "seconds": 1.0,
            "queue_seconds": 0.0,
            "ttft": None,
            "tokens_per_second": 58.0,
            "weights_bytes": 10_000_000,
            "peak_bytes": None,
            "process_bytes": 800_000_000,
            "device": "cpu",
            "dtype": "float32",
            "engine": "torch",
        }
        rouge, gpu = changes.pop("rouge", None), changes.pop("gpu", None)
        summary = Summary(**{**figures, **changes})
        text = overlap(summary.text, "the cat sat on the mat")
        return Result(role, summary, text, Decoding(), source, "2026-01-01T00:00:00+00:00", rouge, busy, gpu)

    return make

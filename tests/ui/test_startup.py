from pathlib import Path

import pytest

from distill.benchmark import startup
from distill.benchmark.startup import bench_startup, start_app
from distill.errors import BadConfig
from models.errors import ModelUnavailable
from models.serving.pool import ModelPool
from models.settings import Settings


def test_the_first_summary_needs_no_torch(settings: Settings) -> None:
    ModelPool(settings).get("embedded/distilled")  # converted, as after any first use
    start = start_app(settings, "The cat sat on the mat.", watch_imports=True)
    assert start.imported == ()
    assert start.page > 0 < start.summary
    assert start.process_bytes > 50_000_000


def test_imports_are_read_from_what_python_tells(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(
        "Serving\nimport time:  12 | 90 |   torch\nimport time: 1 | 1 | datasets.load\n| transformers"
    )
    assert startup._imported(log) == ("torch",)


def test_an_app_that_does_not_start_is_quoted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_APP", ("-c", "print('first'); raise SystemExit('no disk')"))
    with pytest.raises(ModelUnavailable, match="it said last: no disk"):
        start_app(settings, "text")


def test_no_starts_are_refused(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="--n is 0"):
        bench_startup(settings, n=0)


def test_the_table_says_the_ratio_and_the_imports() -> None:
    figures = {"median": 3.0, "low": 2.5, "high": 3.5}
    start = {"process_bytes": 280_000_000, "imported": []}
    result = {
        "n": 5, "page": figures, "bare": figures, "ratio": 1.0, "summary": figures, "usual": start,
        "torch": {"process_bytes": 600_000_000, "imported": ["torch"]},
    }  # fmt: skip
    told = startup.startup_table(result)
    assert "3.00 s (2.50–3.50)" in told
    assert "280 MB after the first summary; imported none of torch, transformers, datasets, optuna" in told
    assert "600 MB after the first summary; imported torch" in told

"""Measuring side by side: same texts, forced lengths, ratios text by text."""

from pathlib import Path

import pytest

from distill.benchmark import bench, table
from distill.errors import BadConfig
from models.settings import Settings


def test_measures_models_in_turns(tiny: Path, tiny_teacher: Path, settings: Settings) -> None:
    names = [f"{tiny_teacher}@torch", str(tiny)]
    result = bench(names, "built-in", settings, n=3, beams=[1, 2], input_tokens=[32], new_tokens=5)
    assert [(row["model"], row["beams"]) for row in result["rows"]] == [(m, b) for b in (1, 2) for m in names]
    for row in result["rows"]:
        assert (row["n"], row["tokens_in"], row["tokens_out"]) == (3, 32, 5)
        assert row["p5"] is None
        assert (row["ttft"] is None) == (row["beams"] > 1)
    assert [row["engine"] for row in result["rows"][:2]] == ["torch", "ctranslate2"]
    for ratio in result["ratios"]:
        assert (ratio["model"], ratio["reference"]) == (names[1], names[0])
        assert ratio["low"] <= ratio["times_faster"] <= ratio["high"]
    assert "(under 20 runs)" in table(result)
    assert result["limits"] == {}


def test_percentiles_come_with_twenty_runs(tiny: Path, settings: Settings) -> None:
    data = settings.home / "texts.jsonl"
    settings.home.mkdir(parents=True)
    data.write_text('{"document": "the cat sat", "summary": "cat"}\n' * 20)
    [row] = bench([str(tiny)], str(data), settings, n=20, beams=[1], new_tokens=2)["rows"]
    assert row["p5"] <= row["seconds"] <= row["p95"]


def test_refuses_a_reference_that_is_not_measured(tiny: Path, settings: Settings) -> None:
    with pytest.raises(BadConfig, match="none of the models"):
        bench([str(tiny)], "built-in", settings, reference="embedded/teacher")

"""Measuring training: every way trains, the baseline is a real one, and the cache's error is told."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from distill.benchmark import training, training_ways
from distill.benchmark.reports_loop import reports_epoch
from distill.benchmark.signal_error import TOPS, signal_error
from distill.config import RunConfig
from distill.errors import BadConfig
from distill.training.materials import Materials, load_materials
from distill.training.trainer import DistillationTrainer
from models.settings import Settings


@pytest.fixture
def config(values: dict[str, Any]) -> RunConfig:
    return RunConfig.from_dict({**values, "max_examples": 12, "max_steps": None, "epochs": 1})


@pytest.fixture
def materials(config: RunConfig, settings: Settings) -> Materials:
    return load_materials(config, settings)


def test_measures_all_ways(
    values: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        training, "peak_memory", lambda *_: {"process_bytes": 5_000_000, "device_bytes": None}
    )
    lengths = {"input_tokens": 32, "target_tokens": 12}
    names = (values["teacher"], values["student"], values["data"])
    result = training.bench_train(*names, settings, examples=12, rounds=2, **lengths)
    assert [row["way"] for row in result["rows"]] == list(training_ways.WAYS)
    for row in result["rows"]:
        assert row["seconds"]["n"] == 2
        assert row["examples_per_second"] == pytest.approx(12 / row["seconds"]["median"])
        assert row["tokens_per_second"] > row["examples_per_second"]
    assert ("cached", "labels") in [(row["way"], row["against"]) for row in result["ratios"]]
    assert [row["k"] for row in result["errors"]] == list(TOPS)
    assert "top 16" in training.training_table(result)
    assert list(settings.home.iterdir()) == [], "it cleans up"


def test_the_cached_way_asks_no_teacher(
    values: dict[str, Any], materials: Materials, settings: Settings, tmp_path: Path
) -> None:
    asked = []
    materials.teachers[0].register_forward_hook(lambda *_: asked.append(1))
    workload = training_ways.Workload(
        {**values, "max_examples": 12, "max_steps": None, "epochs": 1}, settings, tmp_path
    )
    for name, expected in (
        ("cached", True),
        ("cached", False),
        ("live", True),
        ("first", True),
        ("first", True),
    ):
        asked.clear()
        assert training_ways.epoch(name, workload, materials, seed=len(asked)) > 0
        assert bool(asked) == expected, name


def test_no_validation_is_timed(
    values: dict[str, Any],
    materials: Materials,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DistillationTrainer, "evaluate", None)
    own = {**values, "max_examples": 12, "max_steps": None, "epochs": 1, "evaluation_steps": 10**7}
    workload = training_ways.Workload(own, settings, tmp_path)
    assert training_ways.epoch("labels", workload, materials, seed=0) > 0


@pytest.mark.parametrize("padded", [True, False])
def test_the_report_s_loop_learns(config: RunConfig, materials: Materials, padded: bool) -> None:
    before = copy.deepcopy(materials.student.state_dict())
    assert reports_epoch(replace(config, learning_rate=1e-3), materials, padded=padded) > 0
    after = materials.student.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_more_logits_are_closer_to_all(config: RunConfig, materials: Materials, tmp_path: Path) -> None:
    rows = signal_error(config, materials, tmp_path, examples=6)
    errors = [row["gradient_error"] for row in rows]
    assert errors == sorted(errors, reverse=True)
    assert rows[-1]["gradient_cosine"] > rows[0]["gradient_cosine"]
    assert rows[-1]["loss_error"] < rows[0]["loss_error"]
    assert rows[0]["bytes"] == 4 * 4 + 8


def test_several_teachers_are_refused(values: dict[str, Any], settings: Settings) -> None:
    names = (values["teacher"], values["student"], values["data"])
    with pytest.raises(BadConfig, match="one teacher"):
        training.bench_train(
            *names, settings, examples=4, rounds=1, more_teachers=values["teacher"], input_tokens=32
        )


def test_no_round_is_refused(settings: Settings) -> None:
    with pytest.raises(BadConfig, match="rounds is 0"):
        training.bench_train("t", "s", "built-in", settings, examples=4, rounds=0)

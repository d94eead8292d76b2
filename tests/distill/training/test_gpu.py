"""Training on a real CUDA device."""

import math
from pathlib import Path
from typing import Any

import pytest

from models.folders.inspection import inspect
from tests.distill.helpers import train, weights

pytestmark = pytest.mark.gpu


@pytest.fixture
def on_gpu(values: dict[str, Any], plain: Path) -> dict[str, Any]:
    """A few steps of a student without dropout, so that precisions can be compared."""
    return {**values, "student": str(plain), "max_steps": 6, "evaluation_steps": 3}


def test_float16_trains_as_float32_does(on_gpu: dict[str, Any], tmp_path: Path) -> None:
    exact, half = (
        train({**on_gpu, "precision": precision}, tmp_path / precision)
        for precision in ("float32", "float16")
    )
    assert exact.lineage()["device"] != "cpu"
    for mine, other in zip(half.metrics(), exact.metrics(), strict=True):
        for term in ("soft", "hard", "validation_soft", "validation_hard"):
            if term in other:
                assert mine[term] == pytest.approx(other[term], rel=0.02), (term, mine["step"])
    before, after = weights_of_start(on_gpu), weights(half)
    assert any((after[name] - tensor).abs().max() > 1e-4 for name, tensor in before.items())
    assert all(math.isfinite(float(tensor.sum())) for tensor in after.values())


def weights_of_start(values: dict[str, Any]) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(Path(values["student"]) / "model.safetensors")


def test_the_memory_of_a_step_is_the_devices_peak(on_gpu: dict[str, Any], tmp_path: Path) -> None:
    """From the second step on AdamW's moments are there too: four values a weight of the student."""
    import torch

    run = train(on_gpu, tmp_path)
    rows = [row for row in run.metrics() if "loss" in row][1:]
    teacher, student = (inspect(Path(on_gpu[name])).parameters for name in ("teacher", "student"))
    least = 4 * (teacher + 4 * student)
    assert all(least <= row["memory_bytes"] < torch.cuda.mem_get_info()[1] for row in rows)

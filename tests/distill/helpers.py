"""Running tiny runs, and comparing what they leave."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from distill import runs
from distill.config import RunConfig
from distill.runs import Run
from distill.runs.metrics import TIMED
from models.settings import Settings

ROOT = Path(__file__).parents[2]


def new_run(values: dict[str, Any], home: Path) -> Run:
    """A run's folder, nothing done yet."""
    return runs.create(RunConfig.from_dict(values), Settings(home=home, threads=1))


def carry_out(run: Run) -> dict[str, Any]:
    """Carry a run out in this process."""
    from distill.training.work import carry_out

    return carry_out(run, Settings(home=run.folder.parents[1], threads=1))


def train(values: dict[str, Any], home: Path) -> Run:
    """A run carried out in this process."""
    run = new_run(values, home)
    carry_out(run)
    return run


def figures(run: Run) -> list[dict[str, Any]]:
    """The metrics without what differs between equal runs."""
    return [{name: row[name] for name in row if name not in TIMED} for row in run.metrics()]


def assert_same_end(run: Run, expected: Run) -> None:
    """Same metrics at every step and the same student, to 1e-6."""
    mine, wanted = figures(run), figures(expected)
    assert [row["step"] for row in mine] == [row["step"] for row in wanted]
    for row, other in zip(mine, wanted, strict=True):
        assert row == pytest.approx(other, abs=1e-6), row["step"]
    torch.testing.assert_close(weights(run), weights(expected), rtol=0, atol=1e-6)


def weights(run: Run) -> dict[str, torch.Tensor]:
    """The student's."""
    return load_file(run.student / "model.safetensors")


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait until the condition gives something true, and return it."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        pause.wait(0.05)
    raise AssertionError(f"Nothing in {seconds} s.")

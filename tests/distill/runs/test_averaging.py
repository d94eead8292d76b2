"""The mean of a run's student and the model it started from."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from distill.errors import BadConfig, RunConflict
from distill.families.model_folder import load_model
from distill.runs import Run
from distill.runs.export import export_student
from models.errors import ModelUnavailable
from models.settings import Settings
from tests.distill.helpers import train
from tests.tiny import make_tiny_t5


@pytest.fixture
def trained(tmp_path: Path, values: dict[str, Any]) -> Run:
    """Two steps from a model that may be changed."""
    start = make_tiny_t5(tmp_path / "start")
    return train({**values, "student": str(start), "learning_rate": 1e-1}, tmp_path / "home")


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder).state_dict()


def test_the_start_has_its_share_in_every_weight(trained: Run, tmp_path: Path) -> None:
    export_student(trained, tmp_path / "mean", Settings(home=trained.home), start_share=0.25)
    mean, after, before = (
        _weights(folder) for folder in (tmp_path / "mean", trained.student, tmp_path / "start")
    )
    assert not torch.equal(after["shared.weight"], before["shared.weight"])
    for name, weight in mean.items():
        torch.testing.assert_close(weight, 0.75 * after[name] + 0.25 * before[name])
    card = (tmp_path / "mean" / "README.md").read_text()
    assert "with a share of 0.25" in card
    assert "student after" not in card


def test_it_is_tied_as_before(trained: Run, tmp_path: Path) -> None:
    export_student(trained, tmp_path / "mean", Settings(home=trained.home), start_share=0.5)
    model: Any = load_model(tmp_path / "mean")
    assert model.lm_head.weight is model.shared.weight


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, float("nan")])
def test_a_share_is_above_none_and_below_all(share: float, trained: Run, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="above 0 and below 1"):
        export_student(trained, tmp_path / "mean", Settings(home=trained.home), start_share=share)
    assert not (tmp_path / "mean").exists()


def test_another_start_is_no_start(trained: Run, tmp_path: Path) -> None:
    settings = Settings(home=trained.home)
    shutil.rmtree(tmp_path / "start")
    with pytest.raises(ModelUnavailable):
        export_student(trained, tmp_path / "mean", settings, start_share=0.5)
    make_tiny_t5(tmp_path / "start", seed=7)
    with pytest.raises(RunConflict, match="has changed since"):
        export_student(trained, tmp_path / "mean", settings, start_share=0.5)
    assert not (tmp_path / "mean").exists()


def test_a_student_cut_from_its_teacher_began_as_it_was_cut(
    tiny_teacher: Path, tmp_path: Path, values: dict[str, Any]
) -> None:
    cut = {**values, "teacher": str(tiny_teacher), "student": "layers:2+1", "learning_rate": 1e-1}
    run = train(cut, tmp_path / "home")
    export_student(run, tmp_path / "mean", Settings(home=run.home), start_share=0.5)
    mean, after, before = (_weights(folder) for folder in (tmp_path / "mean", run.student, run.initial))
    assert not torch.equal(after["shared.weight"], before["shared.weight"])
    torch.testing.assert_close(mean["shared.weight"], (after["shared.weight"] + before["shared.weight"]) / 2)

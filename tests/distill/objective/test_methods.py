"""Every way to teach runs, watches what it should, and goes on after a cut as if nothing had happened."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from distill.config.presets import METHODS
from distill.errors import DistillError
from distill.families.model_folder import load_model
from distill.families.t5 import T5
from distill.runs import Run, checkpoints
from distill.training.monitoring import Dominance
from distill.training.recorder import Recorder
from tests.distill.helpers import assert_same_end, carry_out, figures, new_run, train
from tests.distill.power_cut import PowerCut, cut_at_step
from tests.tiny import make_tiny_t5

TERMS = {
    "hidden": {"hidden", "embedding"},
    "attention": {"attention"},
    "multi": {"hidden", "embedding", "attention"},
    "relation": {"relation"},
    "contrastive": {"contrastive"},
}


@pytest.fixture(scope="session")
def other_shape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student of another width, depth and number of heads than the teacher."""
    return make_tiny_t5(
        tmp_path_factory.mktemp("other") / "t5", d_model=24, layers=2, decoder_layers=1, heads=3
    )


@pytest.fixture
def short(values: dict[str, Any], other_shape: Path) -> dict[str, Any]:
    """Settings of a run of four steps with a checkpoint after the second."""
    return {
        **values,
        "student": str(other_shape),
        "max_steps": 4,
        "save_steps": 2,
        "evaluation_steps": 1000,
        "validation_examples": 2,
        "relation_heads": 2,
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_cut_run_ends_the_same_with_every_method(
    method: str, short: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train({**short, "method": method}, tmp_path / "whole")
    rows = [row for row in figures(whole) if "loss" in row]
    assert all(TERMS.get(method, set()) <= set(row) for row in rows)
    run = new_run({**short, "method": method}, tmp_path / "cut")
    with monkeypatch.context() as patch:
        cut_at_step(patch, 4)
        with pytest.raises(PowerCut):
            carry_out(run)
    assert [checkpoints.step(path) for path in checkpoints.newest_first(run.checkpoints)] == [2]
    carry_out(run)
    assert_same_end(run, whole)


def _student_names(run: Run) -> set[str]:
    from safetensors.torch import load_file

    return set(load_file(run.student / "model.safetensors"))


def test_projections_train_and_stay_outside_the_student(short: dict[str, Any], tmp_path: Path) -> None:
    from safetensors.torch import load_file

    one = train({**short, "method": "multi", "attention_heads": "learned", "max_steps": 1}, tmp_path / "one")
    four = train({**short, "method": "multi", "attention_heads": "learned"}, tmp_path / "four")
    first, last = (load_file(run.folder / "objective.safetensors") for run in (one, four))
    names = {f"features.projections.{name}.weight" for name in ("encoder", "decoder", "embedding")}
    names |= {f"features.projections.heads_{name}.weight" for name in ("encoder", "decoder", "cross")}
    assert names <= set(first)
    assert all((first[name] != last[name]).any() for name in names)
    plain = train({**short, "max_steps": 1}, tmp_path / "plain")
    assert _student_names(four) == _student_names(plain)


def test_a_learnable_temperature_moves_within_its_range(short: dict[str, Any], tmp_path: Path) -> None:
    run = train({**short, "method": "curriculum", "max_steps": 10}, tmp_path)
    found = [row["temperature"] for row in figures(run) if "loss" in row]
    assert found[0] == pytest.approx(2.0)
    assert len(set(found)) > 3, "it must be trained"
    assert all(1 < value < 21 for value in found)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"relation_weight": 1, "relation_heads": 5}, "must divide the student's attention width of 24"),
        ({"hidden_weight": 1, "encoder_map": "0-9"}, "Layer pair 0-9 does not exist"),
        ({"hidden_weight": 1, "encoder_map": "all"}, "'all' is not a layer map"),
    ],
)
def test_what_does_not_fit_the_shapes_is_told(
    settings: dict[str, Any], told: str, short: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(DistillError, match=told):
        train({**short, **settings}, tmp_path)


def test_shown_attentions_are_whole_in_training(tiny: Path) -> None:
    import torch

    model: Any = load_model(tiny).train()
    assert model.config.dropout_rate > 0
    T5().expose_attention(model)
    ids = torch.tensor([[5, 9, 7, 1]])
    answer = model(input_ids=ids, decoder_input_ids=ids, output_attentions=True)
    for probabilities in (*answer.encoder_attentions, *answer.decoder_attentions, *answer.cross_attentions):
        torch.testing.assert_close(probabilities.sum(-1), torch.ones(probabilities.shape[:-1]))


def test_alpha_zero_asks_no_teacher(short: dict[str, Any], tmp_path: Path) -> None:
    run = train({**short, "method": "ce", "max_steps": 1}, tmp_path)
    assert "soft" not in figures(run)[0]


def test_a_student_that_has_caught_up_with_its_teacher_is_told(short: dict[str, Any], tmp_path: Path) -> None:
    run = train({**short, "teacher": short["student"], "max_steps": 1, "evaluation_steps": 1}, tmp_path)
    assert any("caught up with its teacher" in warning for warning in run.status().warnings)


@pytest.mark.parametrize(("retention", "told"), [(1.0, True), (0.9, False)])
def test_a_teacher_that_summarises_better_is_not_blamed(
    retention: float, told: bool, short: dict[str, Any], tmp_path: Path
) -> None:
    run = new_run(short, tmp_path)
    row = {"validation_teacher_hard": 8.0, "validation_hard": 3.0, "validation_retention": retention}
    Recorder._compare_with_teacher(cast(Any, SimpleNamespace(run=run)), row)
    assert bool(run.status().warnings) == told


def test_dominance_is_noticed_once() -> None:
    watch = Dominance()
    said = [watch.see({"soft": 0.01, "hidden": 9.0}) for _ in range(45)]
    assert said.index("hidden") == 19
    assert said.count("hidden") == 1
    even = Dominance()
    assert not any(even.see({"soft": 1.0, "hidden": 9.0}) for _ in range(45))


def test_a_student_deeper_than_its_teacher_learns_from_its_logits(
    short: dict[str, Any], tmp_path: Path
) -> None:
    deeper = make_tiny_t5(tmp_path / "deeper", layers=5, decoder_layers=5)
    run = train({**short, "student": str(deeper), "max_steps": 1}, tmp_path)
    assert "soft" in run.metrics()[0]
    with pytest.raises(DistillError, match="map by pairs"):
        train({**short, "student": str(deeper), "max_steps": 1, "hidden_weight": 1}, tmp_path)

"""The weighted sum and its named terms."""

from pathlib import Path
from typing import Any

import pytest
import torch

from distill.config import RunConfig
from distill.families import anatomy_of
from distill.families.model_folder import load_model
from distill.families.signal import Signal
from distill.families.t5 import T5
from distill.losses import label_loss, logit_loss
from distill.objective.feature_terms import Counts, Masks
from distill.objective.objective import Objective, Outcome
from tests.tiny import make_tiny_t5

GENERATOR = torch.Generator().manual_seed(0)
STUDENT, TEACHER = (torch.randn(2, 3, 5, generator=GENERATOR) for _ in range(2))
LABELS = torch.tensor([[1, 2, 3], [4, -100, -100]])
MASKS = Masks(torch.ones(2, 4).long(), (LABELS != -100).long())
ALL_TERMS = {
    f"{name}_weight": 1.0 for name in ("hidden", "embedding", "attention", "relation", "contrastive")
}


def objective(**settings: Any) -> Objective:
    return Objective(RunConfig(student="s", teacher="t", **settings))


def outcome(made: Objective, teacher: torch.Tensor | None = TEACHER, **more: Any) -> Outcome:
    given = {"labels": LABELS, **more}
    signal = Signal(teacher) if teacher is not None else None
    return made(student=Signal(STUDENT), teacher=signal, masks=MASKS, **given)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_weighs_the_soft_term(alpha: float) -> None:
    found = outcome(objective(alpha=alpha))
    soft = logit_loss(student=STUDENT, teacher=TEACHER, mask=MASKS.target, temperature=2.0)
    hard = label_loss(student=STUDENT, labels=LABELS, mask=MASKS.target)
    assert found.terms == {"soft": soft, "hard": hard}
    assert found.settings == {"alpha": alpha, "temperature": 2.0}
    torch.testing.assert_close(found.total, alpha * soft + (1 - alpha) * hard)


def test_without_a_teacher_the_labels_are_all() -> None:
    found = outcome(objective(), teacher=None)
    assert torch.equal(found.total, label_loss(student=STUDENT, labels=LABELS, mask=MASKS.target))
    assert found.terms == {"hard": found.total}


def test_without_labels_the_teacher_is_all() -> None:
    found = outcome(objective(alpha=0.3), labels=None)
    assert set(found.terms) == {"soft"}
    assert torch.equal(found.total, found.terms["soft"])


def test_the_terms_hold_no_graph() -> None:
    student = STUDENT.clone().requires_grad_()
    found = objective()(student=Signal(student), teacher=Signal(TEACHER), labels=LABELS, masks=MASKS)
    assert found.total.requires_grad
    assert not any(term.requires_grad for term in found.terms.values())


def test_count_is_shared_by_all_terms() -> None:
    twice = Counts.of([MASKS, MASKS])
    assert [int(count) for count in (twice.input, twice.target, twice.examples)] == [16, 8, 4]
    whole, half = outcome(objective()), outcome(objective(), counts=twice)
    torch.testing.assert_close(half.total, whole.total / 2)
    for name, term in half.terms.items():
        torch.testing.assert_close(term, whole.terms[name] / 2)


def test_schedules_move_alpha_and_temperature() -> None:
    made = objective(
        alpha=0.8, alpha_schedule="linear", alpha_end=0.4, temperature_schedule="cosine", temperature_end=1
    )
    assert outcome(made, progress=0.5).settings == pytest.approx({"alpha": 0.6, "temperature": 1.5})


@pytest.mark.parametrize("start", [1.001, 1.5, 2.0, 20.999])
def test_a_learnable_temperature_starts_where_the_settings_say(start: float) -> None:
    made = objective(temperature=start, temperature_schedule="learnable")
    assert outcome(made, progress=0).settings["temperature"] == pytest.approx(start)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Any, Any]:
    """A student and a teacher that differ in width, depth and heads, with eager attention."""
    small = make_tiny_t5(tmp_path / "s", d_model=16, layers=2, decoder_layers=1, heads=2, dropout_rate=0.0)
    large = make_tiny_t5(
        tmp_path / "t", d_model=24, layers=3, decoder_layers=2, heads=3, seed=1, dropout_rate=0.0
    )
    models: list[Any] = [load_model(folder) for folder in (small, large)]
    for model in models:
        model.set_attn_implementation("eager")
    return models[0], models[1]


def batch() -> tuple[dict[str, torch.Tensor], torch.Tensor, Masks]:
    ids = torch.tensor([[5, 9, 7, 1], [6, 1, 0, 0]])
    inputs = {
        "input_ids": ids,
        "attention_mask": (ids != 0).long(),
        "labels": torch.tensor([[5, 9, 1], [6, 1, -100]]),
    }
    labels = inputs["labels"]
    return inputs, labels, Masks(inputs["attention_mask"], (labels != -100).long())


def answer(made: Objective, student: Any, teacher: Any) -> Outcome:
    inputs, labels, masks = batch()
    mine = T5().observe(student, inputs, made.needs)
    with torch.no_grad():
        theirs = T5().observe(teacher, inputs, made.teacher_needs)
    return made(student=mine, teacher=theirs, labels=labels, masks=masks)


@pytest.mark.parametrize("heads", ["average", "learned"])
def test_every_term_at_once_over_other_widths_depths_and_heads(pair: tuple[Any, Any], heads: str) -> None:
    student, teacher = pair
    config = RunConfig(student="s", teacher="t", attention_heads=heads, relation_heads=2, **ALL_TERMS)
    made = Objective(config, anatomy_of(student), anatomy_of(teacher))
    found = answer(made, student, teacher)
    assert set(found.terms) == {"soft", "hard", "hidden", "embedding", "attention", "relation", "contrastive"}
    weighted = sum(found.weights[name] * term for name, term in found.terms.items())
    torch.testing.assert_close(found.total.detach(), torch.as_tensor(weighted))
    found.total.backward()
    assert all(
        parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in made.parameters()
    )
    assert all(parameter.grad is not None for parameter in student.parameters())


def test_a_student_that_is_its_teacher_has_nothing_left_to_learn(pair: tuple[Any, Any]) -> None:
    _, teacher = pair
    weights = {**ALL_TERMS, "contrastive_weight": 0.0}
    made = Objective(
        RunConfig(student="s", teacher="t", relation_heads=3, **weights),
        anatomy_of(teacher),
        anatomy_of(teacher),
    )
    found = answer(made, teacher, teacher)
    for name in ("soft", "hidden", "embedding", "attention", "relation"):
        assert float(found.terms[name]) == pytest.approx(0, abs=1e-6), name
    assert not list(made.parameters()), "equal widths need no projection"


def test_balance_brings_each_term_to_the_soft_one_s_size(pair: tuple[Any, Any]) -> None:
    student, teacher = pair
    config = RunConfig(student="s", teacher="t", hidden_weight=2.0, attention_weight=0.5, balance=True)
    made = Objective(config, anatomy_of(student), anatomy_of(teacher))
    for _ in range(2):  # two batches of the step that only measures
        found = answer(made, student, teacher)
        assert (found.weights["hidden"], found.weights["attention"]) == (0, 0)
    made.end_step()
    found = answer(made, student, teacher)
    soft = float(found.terms["soft"])
    assert float(found.weights["hidden"] * found.terms["hidden"]) == pytest.approx(2 * soft, rel=1e-4)
    assert float(found.weights["attention"] * found.terms["attention"]) == pytest.approx(soft / 2, rel=1e-4)


def test_balance_takes_a_step_s_sizes_in_once_however_many_batches_it_has(pair: tuple[Any, Any]) -> None:
    """By hand: after steps of sizes 2 (in two batches) and 6, a size runs at 0.95 · 2 + 0.05 · 6 = 2.2."""
    student, teacher = pair
    made = Objective(
        RunConfig(student="s", teacher="t", hidden_weight=1.0, balance=True),
        anatomy_of(student),
        anatomy_of(teacher),
    )
    for sizes in ([(1.0, 4.0), (1.0, 4.0)], [(6.0, 8.0)]):
        for soft, hidden in sizes:
            made._scales(torch.tensor(soft), {"hidden": torch.tensor(hidden)})
        made.end_step()
    assert made.running.tolist() == pytest.approx([2.2, 8.0])
    made.eval()
    assert float(made._scales(torch.tensor(9.0), {"hidden": torch.tensor(9.0)})["hidden"]) == pytest.approx(
        2.2 / 8
    )
    made.end_step()  # a validation leaves nothing behind
    assert float(made.sizes.abs().sum()) == 0


def test_hooks_are_gone_afterwards(pair: tuple[Any, Any]) -> None:
    student, teacher = pair
    config = RunConfig(student="s", teacher="t", relation_weight=1.0, relation_heads=2)
    answer(Objective(config, anatomy_of(student), anatomy_of(teacher)), student, teacher)
    for model in pair:
        assert not model.encoder.block[-1].layer[0].SelfAttention.q._forward_hooks


def test_what_it_has_learnt_is_kept(pair: tuple[Any, Any], tmp_path: Path) -> None:
    student, teacher = pair
    config = RunConfig(
        student="s", teacher="t", hidden_weight=1.0, balance=True, temperature_schedule="learnable"
    )
    first, second = (Objective(config, anatomy_of(student), anatomy_of(teacher)) for _ in range(2))
    answer(first, student, teacher)
    first.save(tmp_path)
    second.load(tmp_path)
    for name, value in first.state_dict().items():
        assert torch.equal(second.state_dict()[name], value), name

"""Distance of attention probabilities."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from distill.losses import attention_loss
from tests.distill.losses import checks
from tests.distill.losses.checks import MASK, normal

METRICS = ["mse", "kl", "cosine"]


def _probabilities(heads: int, *, seed: int, keys: Tensor = MASK) -> Tensor:
    """Rows that sum to 1 and give exactly 0 to padding, as a softmax over masked scores does."""
    scores = 2 * normal(len(keys), heads, 5, keys.shape[1], seed=seed)
    return scores.masked_fill(keys[:, None, None, :] == 0, torch.finfo(scores.dtype).min).softmax(-1)


def _by_query(loss: checks.Loss) -> checks.Loss:
    """The loss with queries second, as the shared checks cut and fill along the second dimension."""
    return lambda *, student, teacher, mask, **rest: loss(
        student=student.transpose(1, 2), teacher=teacher.transpose(1, 2), mask=mask, **rest
    )


def _numpy(student: Tensor, teacher: Tensor, mask: Tensor, keys: Tensor, metric: str) -> float:
    """By loops over examples, heads and queries, each row cut to the keys that are there."""
    total, rows = 0.0, 0
    for example in range(len(mask)):
        there = keys[example].numpy().astype(bool)
        for query in np.flatnonzero(mask[example].numpy()):
            rows += 1
            for head in range(student.shape[1]):
                q = student[example, head, query].double().numpy()[there]
                p = teacher[example, head, query].double().numpy()[there]
                value = {
                    "mse": np.mean((p - q) ** 2),
                    "kl": np.sum(p * (np.log(p) - np.log(q))),
                    "cosine": 1 - p @ q / np.sqrt((p @ p) * (q @ q)),
                }[metric]
                total += value / student.shape[1]
    return total / rows


def test_known_numbers() -> None:
    student = torch.tensor([[[[0.25, 0.75], [1.0, 0.0]]]])
    teacher = torch.tensor([[[[0.5, 0.5], [0.0, 1.0]]]])
    loss = partial(attention_loss, student=student, teacher=teacher)
    assert loss(mask=torch.tensor([[1, 1]])).item() == pytest.approx((0.0625 + 1) / 2)
    first = torch.tensor([[1, 0]])
    kl = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    assert loss(mask=first, metric="kl").item() == pytest.approx(kl)
    assert loss(mask=first, metric="cosine").item() == pytest.approx(1 - 0.5 / math.sqrt(0.5 * 0.625))


@pytest.mark.parametrize("metric", METRICS)
def test_equals_numpy_on_self_and_cross_attention(metric: str) -> None:
    keys = torch.tensor([[1, 1, 1, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0]])
    for there in (MASK, keys):
        student, teacher = (_probabilities(2, seed=s, keys=there) for s in (0, 1))
        loss = attention_loss(student=student, teacher=teacher, mask=MASK, metric=metric)
        assert loss.item() == pytest.approx(_numpy(student, teacher, MASK, there, metric), rel=1e-5)


def test_equals_torch_s_own_where_nothing_is_masked() -> None:
    student, teacher = (_probabilities(2, seed=s, keys=torch.ones(3, 5)) for s in (0, 1))
    loss = partial(attention_loss, student=student, teacher=teacher, mask=torch.ones(3, 5))
    torch.testing.assert_close(loss(), nn.MSELoss()(student, teacher))
    kl = nn.KLDivLoss(reduction="batchmean")(student.log().flatten(0, 2), teacher.flatten(0, 2))
    torch.testing.assert_close(loss(metric="kl"), kl)


def test_cosine_is_half_of_attention_transfer_s_squared_distance() -> None:
    student, teacher = (_probabilities(1, seed=s, keys=torch.ones(1, 5)) for s in (0, 1))
    normalised = [nn.functional.normalize(values, dim=-1) for values in (student, teacher)]
    expected = (normalised[0] - normalised[1]).square().sum(-1).mean() / 2
    got = attention_loss(student=student, teacher=teacher, mask=torch.ones(1, 5), metric="cosine")
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("metric", METRICS)
def test_properties(metric: str) -> None:
    loss = _by_query(partial(attention_loss, metric=metric))
    student, teacher = (_probabilities(2, seed=s).transpose(1, 2) for s in (0, 1))
    # Of the scores: the gradient of the KL by a probability alone is -1, which the softmax makes 0.
    checks.equal_is_zero(
        lambda *, student, teacher, mask: loss(
            student=student.softmax(-1), teacher=teacher.softmax(-1), mask=mask
        ),
        normal(3, 5, 2, 5),
        MASK,
    )
    checks.nothing_counts_is_zero(loss, student, teacher, MASK)
    checks.masked_places_do_not_matter(loss, student, teacher, MASK)
    checks.every_token_weighs_the_same(loss, student, teacher, MASK)
    checks.halves_are_widened(loss, student, teacher, MASK)
    full = [_probabilities(2, seed=s, keys=torch.ones(3, 5)).transpose(1, 2) for s in (0, 1)]
    checks.gradient_is_right(loss, full[0], full[1], MASK)


@pytest.mark.parametrize("metric", METRICS)
def test_padded_keys_change_nothing(metric: str) -> None:
    student, teacher = (_probabilities(2, seed=s, keys=torch.ones(2, 4)) for s in (0, 1))
    mask = torch.ones(2, 5)
    loss = attention_loss(student=student, teacher=teacher, mask=mask, metric=metric)
    wider = [nn.functional.pad(values, (0, 3)) for values in (student, teacher)]
    torch.testing.assert_close(
        attention_loss(student=wider[0], teacher=wider[1], mask=mask, metric=metric), loss
    )


@pytest.mark.parametrize("metric", METRICS)
def test_other_head_counts_are_averaged(metric: str) -> None:
    student, teacher = _probabilities(2, seed=0), _probabilities(4, seed=1)
    means = [values.mean(1, keepdim=True) for values in (student, teacher)]
    got = attention_loss(student=student, teacher=teacher, mask=MASK, metric=metric)
    expected = attention_loss(student=means[0], teacher=means[1], mask=MASK, metric=metric)
    assert torch.equal(got, expected)


@pytest.mark.parametrize("metric", METRICS)
def test_a_learned_map_of_heads(metric: str) -> None:
    # Teacher heads that are mixes of the student's are matched exactly by the map that made them.
    student = _probabilities(2, seed=0)
    weight = torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.1, 0.9]])
    teacher = torch.einsum("ts,bsqk->btqk", weight, student)
    loss = partial(attention_loss, student=student, teacher=teacher, mask=MASK, metric=metric)
    assert loss(projection=weight).item() == pytest.approx(0, abs=1e-6)
    layer = nn.Linear(2, 3, bias=False)
    nn.init.constant_(layer.weight, 0.5)
    loss(projection=layer).backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().sum() > 0
    full = [_probabilities(heads, seed=heads, keys=torch.ones(3, 5)).transpose(1, 2) for heads in (2, 3)]
    by_query = _by_query(partial(attention_loss, metric=metric))
    checks.gradient_is_right(by_query, full[0], full[1], MASK, weight)


def test_kl_of_mapped_heads_is_that_of_distributions() -> None:
    # A map's scale does not matter, and what it makes negative counts as nothing.
    student, teacher = _probabilities(2, seed=0), _probabilities(2, seed=1)
    loss = partial(attention_loss, student=student, teacher=teacher, mask=MASK, metric="kl")
    torch.testing.assert_close(loss(projection=3 * torch.eye(2)), loss())
    assert 0 < loss(projection=torch.tensor([[1.0, -0.5], [0.0, 1.0]])).item() < math.inf


def test_a_student_that_looks_away_has_a_finite_loss() -> None:
    student = torch.tensor([[[[1.0, 0.0]]]], requires_grad=True)
    loss = attention_loss(
        student=student, teacher=torch.tensor([[[[0.5, 0.5]]]]), mask=torch.ones(1, 1), metric="kl"
    )
    loss.backward()
    assert loss.isfinite()
    assert student.grad is not None
    assert student.grad.isfinite().all()


def test_errors() -> None:
    student, teacher = _probabilities(2, seed=0), _probabilities(4, seed=1)
    with pytest.raises(ValueError, match="metric='mae': choose mse, kl or cosine"):
        attention_loss(student=student, teacher=teacher, mask=MASK, metric="mae")
    with pytest.raises(ValueError, match="gives 3 heads, the teacher has 4"):
        attention_loss(student=student, teacher=teacher, mask=MASK, projection=torch.ones(3, 2))

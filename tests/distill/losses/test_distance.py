"""Distance of states and of embeddings: two losses, one measure."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from distill.losses import embedding_loss, hidden_loss
from tests.distill.losses import checks
from tests.distill.losses.checks import MASK, normal

STUDENT, TEACHER = normal(3, 5, 4), normal(3, 5, 4, seed=1)
LOSSES = [
    pytest.param(partial(loss, metric=metric), id=f"{loss.__name__}-{metric}")
    for loss in (hidden_loss, embedding_loss)
    for metric in ("mse", "cosine")
]


@pytest.mark.parametrize("loss", [hidden_loss, embedding_loss])
def test_known_numbers(loss: checks.Loss) -> None:
    # Squared differences 9 + 16 over two numbers, and 1 + 1; the third token is masked.
    student = torch.tensor([[[3.0, 4.0], [1.0, 1.0], [7.0, 7.0]]])
    teacher = torch.tensor([[[0.0, 0.0], [0.0, 2.0], [0.0, 0.0]]])
    mask = torch.tensor([[1, 1, 0]])
    mean = loss(student=student, teacher=teacher, mask=mask)
    assert mean.item() == pytest.approx((25 / 2 + 2 / 2) / 2)
    # Cosines of (1, 0) with (1, 1) and of (0, 1) with (0, -2).
    student = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]])
    teacher = torch.tensor([[[1.0, 1.0], [0.0, -2.0], [-1.0, -1.0]]])
    cosine = loss(student=student, teacher=teacher, mask=mask, metric="cosine")
    assert cosine.item() == pytest.approx(((1 - math.sqrt(0.5)) + 2) / 2)


@pytest.mark.parametrize("loss", LOSSES)
def test_properties(loss: checks.Loss) -> None:
    checks.equal_is_zero(loss, STUDENT, MASK)
    checks.nothing_counts_is_zero(loss, STUDENT, TEACHER, MASK)
    checks.masked_places_do_not_matter(loss, STUDENT, TEACHER, MASK)
    checks.every_token_weighs_the_same(loss, STUDENT, TEACHER, MASK)
    checks.halves_are_widened(loss, STUDENT, TEACHER, MASK)
    checks.gradient_is_right(loss, STUDENT, TEACHER, MASK)


@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_of_a_projection_is_right(loss: checks.Loss) -> None:
    checks.gradient_is_right(loss, STUDENT, normal(3, 5, 6, seed=1), MASK, normal(6, 4, seed=2))


def test_equals_torch_s_own_where_nothing_is_masked() -> None:
    # What TinyBERT's code calls on states mapped by its linear layer.
    weight, teacher = normal(6, 4, seed=2), normal(3, 5, 6, seed=1)
    got = hidden_loss(student=STUDENT, teacher=teacher, mask=torch.ones(3, 5), projection=weight)
    torch.testing.assert_close(got, nn.MSELoss()(STUDENT @ weight.T, teacher))


@pytest.mark.parametrize("metric", ["mse", "cosine"])
def test_equals_numpy(metric: str) -> None:
    weight, teacher = normal(6, 4, seed=2, dtype=torch.float64), normal(3, 5, 6, seed=1, dtype=torch.float64)
    student = normal(3, 5, 4, dtype=torch.float64)
    got = hidden_loss(student=student, teacher=teacher, mask=MASK, metric=metric, projection=weight)
    values = []
    for row, column in np.argwhere(MASK.numpy()):
        mapped, target = weight.numpy() @ student[row, column].numpy(), teacher[row, column].numpy()
        cosine = mapped @ target / np.sqrt((mapped @ mapped) * (target @ target))
        values.append(np.mean((mapped - target) ** 2) if metric == "mse" else 1 - cosine)
    assert got.item() == pytest.approx(np.mean(values), rel=1e-12)


def test_a_layer_and_its_weight_are_the_same_projection() -> None:
    layer, teacher = nn.Linear(4, 6, bias=False), normal(3, 5, 6, seed=1)
    as_layer = hidden_loss(student=STUDENT, teacher=teacher, mask=MASK, projection=layer)
    assert torch.equal(
        as_layer, hidden_loss(student=STUDENT, teacher=teacher, mask=MASK, projection=layer.weight)
    )


def test_a_projection_learns() -> None:
    layer, teacher = nn.Linear(4, 6, bias=False), normal(3, 5, 6, seed=1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = hidden_loss(student=STUDENT, teacher=teacher, mask=MASK, projection=layer)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


def test_widths_that_differ_want_a_projection() -> None:
    with pytest.raises(ValueError, match="width, 1, is not the teacher's, 4: give projection="):
        hidden_loss(student=STUDENT[..., :1], teacher=TEACHER, mask=MASK)


def test_unknown_metric() -> None:
    with pytest.raises(ValueError, match="metric='mae': choose mse or cosine"):
        hidden_loss(student=STUDENT, teacher=TEACHER, mask=MASK, metric="mae")

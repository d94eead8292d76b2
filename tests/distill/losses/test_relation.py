"""Relations of tokens by MiniLMv2."""

import math
from functools import partial

import numpy as np
import pytest
import torch

from distill.losses import relation_loss
from tests.distill.losses import checks
from tests.distill.losses.checks import MASK, normal

STUDENT, TEACHER = normal(3, 5, 4), normal(3, 5, 12, seed=1)


def test_known_numbers() -> None:
    # One head of width 1: the student's rows are softmax(1, 0) and softmax(0, 0), the teacher's even.
    student, teacher = torch.tensor([[[1.0], [0.0]]]), torch.zeros(1, 2, 1)
    kl = math.log(1 + math.e) - 0.5 - math.log(2)
    got = relation_loss(student=student, teacher=teacher, mask=torch.ones(1, 2), heads=1)
    assert got.item() == pytest.approx(kl / 2)
    # Scores are divided by √d: four numbers of 1 give 4 / √4.
    wide = torch.tensor([[[1.0] * 4, [0.0] * 4]])
    got = relation_loss(student=wide, teacher=teacher, mask=torch.ones(1, 2), heads=1)
    assert got.item() == pytest.approx((math.log(1 + math.e**2) - 1 - math.log(2)) / 2)


def test_equals_numpy() -> None:
    def relations(values: np.ndarray, heads: int) -> list[np.ndarray]:
        """One example without its padding, as the paper writes it."""
        found = []
        for part in np.split(values, heads, axis=-1):
            weights = np.exp(part @ part.T / np.sqrt(part.shape[-1]))
            found.append(weights / weights.sum(-1, keepdims=True))
        return found

    student, teacher = normal(3, 5, 4, dtype=torch.float64), normal(3, 5, 12, seed=1, dtype=torch.float64)
    total = 0.0
    for example, length in enumerate(MASK.sum(1).tolist()):
        ours, theirs = (relations(values[example, :length].numpy(), 2) for values in (student, teacher))
        total += sum((p * np.log(p / q)).sum() / 2 for q, p in zip(ours, theirs, strict=True))
    got = relation_loss(student=student, teacher=teacher, mask=MASK, heads=2)
    assert got.item() == pytest.approx(total / MASK.sum().item(), rel=1e-12)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_properties(heads: int) -> None:
    loss = partial(relation_loss, heads=heads)
    checks.equal_is_zero(loss, STUDENT, MASK)
    checks.nothing_counts_is_zero(loss, STUDENT, TEACHER, MASK)
    checks.masked_places_do_not_matter(loss, STUDENT, TEACHER, MASK)
    checks.every_token_weighs_the_same(loss, STUDENT, TEACHER, MASK)
    checks.halves_are_widened(loss, STUDENT, TEACHER, MASK)
    checks.gradient_is_right(loss, STUDENT, TEACHER, MASK)


def test_an_example_with_nothing_in_it_is_no_nan() -> None:
    mask = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
    student = STUDENT.clone().requires_grad_()
    loss = relation_loss(student=student, teacher=TEACHER, mask=mask, heads=2)
    loss.backward()
    others = relation_loss(student=STUDENT[[0, 2]], teacher=TEACHER[[0, 2]], mask=mask[[0, 2]], heads=2)
    torch.testing.assert_close(loss.detach(), others)
    assert student.grad is not None
    assert student.grad.isfinite().all()


@pytest.mark.parametrize("heads", [0, 3, 8])
def test_heads_have_to_divide_the_widths(heads: int) -> None:
    with pytest.raises(ValueError, match=f"heads={heads} does not divide the width 4"):
        relation_loss(student=STUDENT, teacher=TEACHER, mask=MASK, heads=heads)

"""InfoNCE of pooled states against the teacher's."""

import math

import numpy as np
import pytest
import torch

from distill.losses import contrastive_loss
from tests.distill.losses import checks
from tests.distill.losses.checks import MASK, normal

STUDENT, TEACHER = normal(3, 5, 4), normal(3, 5, 4, seed=1)


def test_known_numbers() -> None:
    # Orthogonal texts, student = teacher: each row is softmax(1 / T, 0, 0).
    states = torch.eye(3)[:, None, :] * torch.tensor([1.0, 5.0, 0.1])[:, None, None]
    loss = contrastive_loss(student=states, teacher=states, mask=torch.ones(3, 1), temperature=0.5)
    assert loss.item() == pytest.approx(math.log(1 + 2 * math.exp(-2)))
    # All texts alike to the student: no better than a guess.
    alike = torch.ones(3, 1, 3)
    loss = contrastive_loss(student=alike, teacher=states, mask=torch.ones(3, 1))
    assert loss.item() == pytest.approx(math.log(3))


@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_equals_numpy(temperature: float) -> None:
    student, teacher = normal(3, 5, 4, dtype=torch.float64), normal(3, 5, 6, seed=1, dtype=torch.float64)
    weight = normal(6, 4, seed=2, dtype=torch.float64)
    lengths = MASK.sum(1).tolist()
    ours = [weight.numpy() @ student[i, :n].numpy().mean(0) for i, n in enumerate(lengths)]
    theirs = [teacher[i, :n].numpy().mean(0) for i, n in enumerate(lengths)]
    total = 0.0
    for i, mine in enumerate(ours):
        scores = [mine @ other / np.linalg.norm(mine) / np.linalg.norm(other) for other in theirs]
        exps = np.exp(np.array(scores) / temperature)
        total -= np.log(exps[i] / exps.sum())
    got = contrastive_loss(
        student=student, teacher=teacher, mask=MASK, temperature=temperature, projection=weight
    )
    assert got.item() == pytest.approx(total / 3, rel=1e-12)


def test_the_teacher_s_own_directions_are_the_minimum() -> None:
    # Three texts at equal angles: no student does better than one that equals the teacher.
    angles = torch.arange(3, dtype=torch.float64) * 2 * math.pi / 3
    teacher = torch.stack([angles.cos(), angles.sin()], dim=-1)[:, None, :]
    mask = torch.ones(3, 1)
    student = teacher.clone().requires_grad_()
    best = contrastive_loss(student=student, teacher=teacher, mask=mask, temperature=0.5)
    best.backward()
    assert best.item() == pytest.approx(math.log(1 + 2 * math.exp(-1.5 / 0.5)))
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-12
    for seed in range(20):
        other = normal(3, 1, 2, seed=seed, dtype=torch.float64)
        assert contrastive_loss(student=other, teacher=teacher, mask=mask, temperature=0.5) > best


def test_a_lone_text_has_no_loss() -> None:
    student = STUDENT[:1].clone().requires_grad_()
    loss = contrastive_loss(student=student, teacher=TEACHER[:1], mask=MASK[:1])
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert not student.grad.any()


def test_properties() -> None:
    checks.nothing_counts_is_zero(contrastive_loss, STUDENT, TEACHER, MASK)
    checks.masked_places_do_not_matter(contrastive_loss, STUDENT, TEACHER, MASK)
    checks.halves_are_widened(contrastive_loss, STUDENT, TEACHER, MASK)
    checks.gradient_is_right(contrastive_loss, STUDENT, TEACHER, MASK)
    checks.gradient_is_right(contrastive_loss, STUDENT, normal(3, 5, 6, seed=1), MASK, normal(6, 4, seed=2))


def test_order_and_padding_change_nothing() -> None:
    loss = contrastive_loss(student=STUDENT, teacher=TEACHER, mask=MASK)
    order = [2, 0, 1]
    shuffled = contrastive_loss(student=STUDENT[order], teacher=TEACHER[order], mask=MASK[order])
    torch.testing.assert_close(shuffled, loss)
    wider = [torch.nn.functional.pad(values, (0, 0, 0, 4), value=9.0) for values in (STUDENT, TEACHER)]
    padded = contrastive_loss(student=wider[0], teacher=wider[1], mask=torch.nn.functional.pad(MASK, (0, 4)))
    torch.testing.assert_close(padded, loss)


def test_an_empty_text_is_neither_asked_nor_a_candidate() -> None:
    mask = MASK.clone()
    mask[1] = 0
    got = contrastive_loss(student=STUDENT, teacher=TEACHER, mask=mask)
    kept = [0, 2]
    expected = contrastive_loss(student=STUDENT[kept], teacher=TEACHER[kept], mask=MASK[kept])
    torch.testing.assert_close(got, expected)


def test_widths_that_differ_want_a_projection() -> None:
    with pytest.raises(ValueError, match="give projection="):
        contrastive_loss(student=STUDENT[..., :3], teacher=TEACHER, mask=MASK)

"""Cross-entropy on the labels."""

import math

import pytest
import torch

from distill.losses import label_loss


def test_known_numbers() -> None:
    # Softmax of (0, ln 3) is (1/4, 3/4); of (0, 0) it is (1/2, 1/2).
    student = torch.tensor([[[0.0, math.log(3)], [0.0, 0.0]]])
    mean = label_loss(student=student, labels=torch.tensor([[0, 1]]), mask=torch.tensor([[1, 1]]))
    assert mean.item() == pytest.approx((math.log(4) + math.log(2)) / 2)


def test_a_masked_place_may_hold_anything() -> None:
    student = torch.tensor([[[0.0, math.log(3)], [1e4, -1e4]]])
    loss = label_loss(student=student, labels=torch.tensor([[0, -100]]), mask=torch.tensor([[1, 0]]))
    assert loss.item() == pytest.approx(math.log(4))


def test_equals_the_library_s_cross_entropy_over_any_grouping() -> None:
    generator = torch.Generator().manual_seed(0)
    student = torch.randn(3, 5, 7, generator=generator)
    labels = torch.randint(7, (3, 5), generator=generator)
    labels[0, 3:] = labels[2, 1:] = -100
    mask = (labels != -100).long()
    whole = label_loss(student=student, labels=labels, mask=mask)
    expected = torch.nn.functional.cross_entropy(student.reshape(-1, 7), labels.reshape(-1))
    alone = sum(
        label_loss(
            student=student[i : i + 1], labels=labels[i : i + 1], mask=mask[i : i + 1], count=mask.sum()
        )
        for i in range(3)
    )
    torch.testing.assert_close(whole, expected)
    torch.testing.assert_close(alone, expected)


def test_all_masked_is_zero_with_no_gradient() -> None:
    student = torch.randn(2, 3, 4, requires_grad=True)
    labels = torch.full((2, 3), -100)
    loss = label_loss(student=student, labels=labels, mask=torch.zeros(2, 3))
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert torch.equal(student.grad, torch.zeros(2, 3, 4))


def test_gradient_is_right() -> None:
    student = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    labels, mask = torch.tensor([[0, 1, 2], [3, 0, 0]]), torch.tensor([[1, 1, 1], [1, 0, 0]])
    assert torch.autograd.gradcheck(lambda s: label_loss(student=s, labels=labels, mask=mask), student)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_widened(dtype: torch.dtype) -> None:
    student = torch.randn(2, 3, 400).to(dtype)
    labels, mask = torch.randint(400, (2, 3)), torch.ones(2, 3)
    loss = label_loss(student=student, labels=labels, mask=mask)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, label_loss(student=student.float(), labels=labels, mask=mask))

"""Forward KL of softened distributions."""

import math

import pytest
import torch

from distill.losses import logit_loss

HALF = math.log(2)


def _pair(*shape: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator), torch.randn(*shape, generator=generator)


def test_known_numbers() -> None:
    # Teacher (1/2, 1/2), student (1/4, 3/4): KL = 1/2 ln 2 + 1/2 ln(2/3).
    student, teacher = torch.tensor([[[0.0, math.log(3)]]]), torch.zeros(1, 1, 2)
    loss = logit_loss(student=student, teacher=teacher, mask=torch.ones(1, 1))
    assert loss.item() == pytest.approx(0.5 * HALF + 0.5 * math.log(2 / 3))


def test_the_direction_is_teacher_to_student() -> None:
    # With the roles swapped: 1/4 ln(1/2) + 3/4 ln(3/2).
    teacher, student = torch.tensor([[[0.0, math.log(3)]]]), torch.zeros(1, 1, 2)
    loss = logit_loss(student=student, teacher=teacher, mask=torch.ones(1, 1))
    assert loss.item() == pytest.approx(-0.25 * HALF + 0.75 * math.log(1.5))


def test_temperature_softens_and_is_scaled_back() -> None:
    # At T = 2 logits (0, 2 ln 3) soften to (1/4, 3/4); T² = 4.
    student, teacher = torch.tensor([[[0.0, 2 * math.log(3)]]]), torch.zeros(1, 1, 2)
    loss = logit_loss(student=student, teacher=teacher, mask=torch.ones(1, 1), temperature=2.0)
    assert loss.item() == pytest.approx(4 * (0.5 * HALF + 0.5 * math.log(2 / 3)))


def test_equal_models_have_no_loss_and_no_gradient() -> None:
    student, _ = _pair(2, 3, 50)
    student.requires_grad_()
    loss = logit_loss(student=student, teacher=student.detach(), mask=torch.ones(2, 3), temperature=2.0)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-6


def test_masked_places_and_the_company_in_a_batch_change_nothing() -> None:
    student, teacher = _pair(3, 4, 9)
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
    whole = logit_loss(student=student, teacher=teacher, mask=mask, temperature=3.0)
    alone = sum(
        logit_loss(
            student=student[i : i + 1, : int(mask[i].sum())],
            teacher=teacher[i : i + 1, : int(mask[i].sum())],
            mask=mask[i : i + 1, : int(mask[i].sum())],
            temperature=3.0,
            count=mask.sum(),
        )
        for i in range(3)
    )
    torch.testing.assert_close(whole, alone)
    student[mask == 0], teacher[mask == 0] = 1e4, -1e4
    torch.testing.assert_close(
        logit_loss(student=student, teacher=teacher, mask=mask, temperature=3.0), whole
    )


def test_all_masked_is_zero_with_no_gradient() -> None:
    student, teacher = _pair(2, 3, 4)
    student.requires_grad_()
    loss = logit_loss(student=student, teacher=teacher, mask=torch.zeros(2, 3))
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert torch.equal(student.grad, torch.zeros(2, 3, 4))


def test_the_gradient_keeps_its_size_at_high_temperatures() -> None:
    student, teacher = _pair(2, 3, 20)

    def size(temperature: float) -> float:
        logits = student.clone().requires_grad_()
        logit_loss(student=logits, teacher=teacher, mask=torch.ones(2, 3), temperature=temperature).backward()
        assert logits.grad is not None
        return float(logits.grad.norm())

    assert size(50.0) / size(25.0) == pytest.approx(1, abs=0.05)


def test_surplus_padding_of_a_vocabulary_is_left_out() -> None:
    student, teacher = _pair(1, 2, 32100)
    padded = torch.cat([teacher, torch.full((1, 2, 28), 50.0)], dim=-1)
    mask = torch.ones(1, 2)
    expected = logit_loss(student=student, teacher=teacher, mask=mask)
    assert torch.equal(logit_loss(student=student, teacher=padded, mask=mask), expected)
    assert torch.equal(
        logit_loss(student=padded, teacher=student, mask=mask),
        logit_loss(student=teacher, teacher=student, mask=mask),
    )


def test_gradient_is_right() -> None:
    student, teacher = (tensor.double() for tensor in _pair(2, 3, 4))
    mask = torch.tensor([[1, 1, 0], [1, 0, 0]])
    assert torch.autograd.gradcheck(
        lambda s: logit_loss(student=s, teacher=teacher, mask=mask, temperature=2.0), student.requires_grad_()
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_widened(dtype: torch.dtype) -> None:
    student, teacher = (tensor.to(dtype) for tensor in _pair(2, 3, 400))
    loss = logit_loss(student=student, teacher=teacher, mask=torch.ones(2, 3), temperature=2.0)
    wide = logit_loss(
        student=student.float(), teacher=teacher.float(), mask=torch.ones(2, 3), temperature=2.0
    )
    assert loss.dtype == torch.float32
    assert torch.equal(loss, wide)

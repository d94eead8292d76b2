"""What must hold for every loss on states; each test file applies them to its own."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

Loss = Callable[..., Tensor]
MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]])


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    """The same numbers at every call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def equal_is_zero(loss: Loss, values: Tensor, mask: Tensor) -> None:
    """A student that equals its teacher has no loss and nothing to learn."""
    student = values.clone().requires_grad_()
    got = loss(student=student, teacher=values, mask=mask)
    got.backward()
    assert got.item() == pytest.approx(0, abs=1e-6)
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-6


def nothing_counts_is_zero(loss: Loss, student: Tensor, teacher: Tensor, mask: Tensor) -> None:
    """All masked: exactly 0, a gradient of exactly 0, even where the masked places hold NaN."""
    for value in (0.5, float("nan")):
        values = torch.full_like(student, value).requires_grad_()
        got = loss(student=values, teacher=torch.full_like(teacher, value), mask=torch.zeros_like(mask))
        got.backward()
        assert got.item() == 0
        assert values.grad is not None
        assert torch.equal(values.grad, torch.zeros_like(values))


def masked_places_do_not_matter(loss: Loss, student: Tensor, teacher: Tensor, mask: Tensor) -> None:
    """Neither the value nor the gradient knows what stands there, NaN included."""

    def run(filler: float) -> tuple[Tensor, Tensor]:
        left, right = student.clone(), teacher.clone()
        left[mask == 0] = right[mask == 0] = filler
        left.requires_grad_()
        got = loss(student=left, teacher=right, mask=mask)
        got.backward()
        assert left.grad is not None
        return got.detach(), left.grad

    clean, dirty = run(0.25), run(float("nan"))
    assert clean[0] > 0
    torch.testing.assert_close(dirty, clean)
    assert torch.equal(clean[1][mask == 0], torch.zeros_like(clean[1][mask == 0]))


def every_token_weighs_the_same(loss: Loss, student: Tensor, teacher: Tensor, mask: Tensor) -> None:
    """A padded batch is the token-weighted mean of its examples alone and unpadded, `(batch, length, …)`."""
    whole = loss(student=student, teacher=teacher, mask=mask)
    lengths = mask.sum(1).tolist()
    alone = [
        n * loss(student=student[i : i + 1, :n], teacher=teacher[i : i + 1, :n], mask=mask[i : i + 1, :n])
        for i, n in enumerate(lengths)
    ]
    torch.testing.assert_close(whole, torch.stack(alone).sum() / sum(lengths))


def gradient_is_right(loss: Loss, student: Tensor, teacher: Tensor, mask: Tensor, *others: Tensor) -> None:
    """Against finite differences in float64, for the student and for whatever else is learned."""
    inputs = [values.double().requires_grad_() for values in (student, *others)]
    assert torch.autograd.gradcheck(
        lambda values, *rest: loss(
            student=values,
            teacher=teacher.double(),
            mask=mask,
            **dict(zip(["projection"], rest, strict=False)),
        ),
        inputs,
    )


def halves_are_widened(loss: Loss, student: Tensor, teacher: Tensor, mask: Tensor) -> None:
    """Half precision gives the number that float32 gives for the same values."""
    for dtype in (torch.float16, torch.bfloat16):
        left, right = student.to(dtype), teacher.to(dtype)
        got = loss(student=left, teacher=right, mask=mask)
        assert got.dtype == torch.float32
        assert torch.equal(got, loss(student=left.float(), teacher=right.float(), mask=mask))

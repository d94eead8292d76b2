"""How far apart two vectors at every token are; shared by the losses on states and on embeddings."""

from collections.abc import Callable
from typing import Literal

import torch.nn.functional as F
from torch import Tensor

from distill.losses.masking import at_least_float32, masked_mean, zero_masked

Metric = Literal["mse", "cosine"]
Projection = Callable[[Tensor], Tensor] | Tensor


def token_distance(
    *,
    student: Tensor,
    teacher: Tensor,
    mask: Tensor,
    metric: Metric,
    projection: Projection | None,
    count: Tensor | None = None,
) -> Tensor:
    """Mean over unmasked tokens; arguments as in `hidden_loss`."""
    mapped = project(zero_masked(student, mask.unsqueeze(-1)), projection)
    target = zero_masked(teacher, mask.unsqueeze(-1))
    check_widths(mapped, target)
    if metric == "mse":
        return masked_mean((mapped - target).square().mean(-1), mask, count)
    if metric == "cosine":
        return masked_mean(1 - F.cosine_similarity(mapped, target, dim=-1), mask, count)
    raise ValueError(f"metric={metric!r}: choose mse or cosine.")


def project(values: Tensor, projection: Projection | None) -> Tensor:
    """Map the last dimension by a weight `(out, in)` or a callable such as a linear layer without bias."""
    if projection is None:
        return values
    if isinstance(projection, Tensor):
        return at_least_float32(F.linear(values, at_least_float32(projection)))
    return at_least_float32(projection(values))


def check_widths(student: Tensor, teacher: Tensor) -> None:
    """Refuse shapes that would otherwise broadcast to a wrong number."""
    if student.shape[-1] != teacher.shape[-1]:
        raise ValueError(
            f"The student's width, {student.shape[-1]}, is not the teacher's, {teacher.shape[-1]}: give"
            " projection=, a map from the one to the other."
        )

"""Alpha and temperature over a run: set in advance, learnt, or chosen by the teacher's certainty."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from distill.config.sections import LEARNABLE

Schedule = Callable[[float], float]
"""From the run's progress, 0 to 1, to a value."""


def schedule(kind: str, start: float, end: float | None) -> Schedule:
    """`linear` and `cosine` go from `start` to `end`; any other kind stays at `start`."""
    if kind == "linear" and end is not None:
        return lambda progress: start + (end - start) * progress
    if kind == "cosine" and end is not None:
        return lambda progress: end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
    return lambda progress: start


class LearnableTemperature(nn.Module):
    """A temperature that is trained to make the soft term *larger*, ever more so as the run goes on.

    Trained to make it smaller, it would only run to the bound where all distributions look alike. The
    reversed gradient grows from 0 to `REVERSAL` along a cosine: an easy start and harder lessons later. As
    the global temperature of Li et al. (2023), Curriculum Temperature for Knowledge Distillation,
    arXiv:2211.16231, with their range of 1 to 21, but starting where the run's settings say.

    Args:
        start: T at the first step, within the range.
    """

    LOW, HIGH = LEARNABLE
    REVERSAL = 1.0

    def __init__(self, start: float) -> None:
        super().__init__()
        share = (start - self.LOW) / (self.HIGH - self.LOW)
        self.position = nn.Parameter(torch.tensor(math.log(share / (1 - share))))

    def forward(self, progress: float) -> Tensor:
        """T as a scalar; what flows back through it is reversed and scaled by the curriculum."""
        strength = self.REVERSAL * (1 - math.cos(math.pi * min(progress, 1.0))) / 2
        position: Any = _Reversed.apply(self.position, strength)
        return self.LOW + (self.HIGH - self.LOW) * torch.sigmoid(position)


class _Reversed(torch.autograd.Function):
    """The identity, whose gradient is turned round: Ganin & Lempitsky (2015), arXiv:1409.7495."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None


def adaptive_temperature(teacher: Tensor, mask: Tensor, base: float) -> Tensor:
    """A temperature for each example: `base` at the batch's mean entropy, higher where the teacher is surer.

    A sure teacher's distribution is nearly one-hot and tells little beyond the label until it is softened; an
    unsure one's is soft already. T = base · (1 + (mean entropy − entropy) / (mean entropy + entropy)), with
    entropies averaged over an example's target tokens and the mean taken over the batch; from base / 4 to
    2 · base. (Its mean over a batch is a little above base: the factor is convex in the entropy.)

    Args:
        teacher: Logits, `(batch, target_length, vocab)`.
        mask: `(batch, target_length)`, 1 = counts.
        base: T of an example that is as hard as the batch's mean.

    Returns:
        `(batch, 1, 1)`.
    """
    logs = torch.log_softmax(teacher.float(), dim=-1)
    entropies = -(logs.exp() * logs).sum(-1)
    counted = mask.to(entropies.dtype)
    each = (entropies * counted).sum(1) / counted.sum(1).clamp(min=1)
    mean = (entropies * counted).sum() / counted.sum().clamp(min=1)
    factor = 1 + (mean - each) / (mean + each).clamp(min=1e-6)
    return (base * factor).clamp(min=base / 4).view(-1, 1, 1)

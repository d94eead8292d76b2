"""Soft targets: match the teacher's distribution over the next token."""

import torch.nn.functional as F
from torch import Tensor

from distill.losses.masking import at_least_float32, masked_mean


def logit_loss(
    *, student: Tensor, teacher: Tensor, mask: Tensor, temperature: float = 1.0, count: Tensor | None = None
) -> Tensor:
    """Forward KL of softened distributions, `T² · KL(teacher_T ‖ student_T)`, in nats per unmasked token.

    Softmax and sums are computed in float32 or wider. T² keeps the gradient's size whatever the temperature.
    Where one model pads its vocabulary further than the other (32100 and 32128), the surplus logits are
    left out of both.

    Args:
        student, teacher: Logits, `(batch, target_length, vocab)`.
        mask: `(batch, target_length)`, 1 = counts.
        temperature: T > 0.
        count: See `masked_mean`.

    References:
        Hinton, Vinyals & Dean (2015), Distilling the Knowledge in a Neural Network, arXiv:1503.02531.
    """
    vocabulary = min(student.shape[-1], teacher.shape[-1])
    student_log = F.log_softmax(at_least_float32(student[..., :vocabulary]) / temperature, dim=-1)
    teacher_log = F.log_softmax(at_least_float32(teacher[..., :vocabulary]) / temperature, dim=-1)
    divergence = F.kl_div(student_log, teacher_log, log_target=True, reduction="none").sum(-1)
    return temperature**2 * masked_mean(divergence, mask, count)

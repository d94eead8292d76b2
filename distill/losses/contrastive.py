"""Contrast: a text's encoding should be nearer to the teacher's encoding of that text than of any other."""

import torch
import torch.nn.functional as F
from torch import Tensor

from distill.losses.distance import Projection, check_widths, project
from distill.losses.masking import NEVER, masked_mean, zero_masked


def contrastive_loss(
    *,
    student: Tensor,
    teacher: Tensor,
    mask: Tensor,
    temperature: float = 0.07,
    projection: Projection | None = None,
    count: Tensor | None = None,
) -> Tensor:
    """InfoNCE of pooled encoder states, in nats per text; needs no labels.

    States are averaged over unmasked tokens, the student's mean mapped to the teacher's width, both scaled to
    length 1. For every text, softmax(cosines with all the teacher's / temperature) should pick its own. It is
    0 in a batch of one text, ln(batch) where all texts look alike, and unlike the other losses it depends by
    its nature on the other texts of the batch. Texts without any unmasked token are left out.

    Args:
        student: Last encoder states, `(batch, length, student_width)`.
        teacher: `(batch, length, teacher_width)`.
        mask: `(batch, length)`, 1 = counts.
        temperature: Temperature of the softmax over the batch; 0.07 is that of MoCo and CLIP.
        projection: See `hidden_loss`.
        count: See `masked_mean`, of texts.

    Raises:
        ValueError: On widths that differ with no projection between them.

    References:
        van den Oord et al. (2018), arXiv:1807.03748; Tian et al. (2020), Contrastive Representation
        Distillation, arXiv:1910.10699; mean pooling of T5's encoder: Ni et al. (2022), arXiv:2108.08877.
    """
    ours, theirs = project(_pooled(student, mask), projection), _pooled(teacher, mask)
    check_widths(ours, theirs)
    present = (mask != 0).any(-1)
    cosines = F.normalize(ours, dim=-1) @ F.normalize(theirs, dim=-1).T
    scores = (cosines / temperature).masked_fill(~present, NEVER)
    own = torch.arange(len(scores), device=scores.device)
    return masked_mean(F.cross_entropy(scores, own, reduction="none"), present, count)


def _pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over unmasked tokens, `(batch, width)`; 0 where there are none."""
    total = zero_masked(states, mask.unsqueeze(-1)).sum(1)
    return total / (mask != 0).sum(-1, keepdim=True).clamp(min=1)

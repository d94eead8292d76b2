"""Hard targets: cross-entropy on the reference tokens."""

import torch.nn.functional as F
from torch import Tensor

from distill.losses.by_token import by_token
from distill.losses.masking import at_least_float32, masked_mean


def label_loss(
    *,
    student: Tensor,
    labels: Tensor,
    mask: Tensor,
    count: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Cross-entropy in nats per unmasked token, computed in float32 or wider.

    Args:
        student: Logits, `(batch, target_length, vocab)`.
        labels: Token ids, `(batch, target_length)`; masked places may hold anything.
        mask: `(batch, target_length)`, 1 = counts.
        count: See `masked_mean`.
        weights: `(batch,)`, what each example's tokens are multiplied with.
    """
    targets = labels.masked_fill(mask == 0, 0)
    values = by_token(_cross_entropy, student, targets)
    return masked_mean(values if weights is None else values * weights.unsqueeze(1), mask, count)


def _cross_entropy(student: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(at_least_float32(student), targets, reduction="none")

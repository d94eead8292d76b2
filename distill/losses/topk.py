"""A teacher's logits cut to the largest ones, with the rest as one number."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class TopK:
    """The k largest logits of each target token, and what all others weigh together.

    Args:
        logits: `(batch, target_length, k)`, unscaled, in any order.
        ids: Their places in the vocabulary, int64, `(batch, target_length, k)`.
        tail: `logsumexp(others / temperature)`, `(batch, target_length)`.
        temperature: T that `tail` was computed at.
        vocabulary: How many classes the k and the tail are of; None: as many as the student has.
    """

    logits: Tensor
    ids: Tensor
    tail: Tensor
    temperature: float
    vocabulary: int | None = None

    def outside(self) -> Tensor:
        """The probability at `temperature` of all others together, `(batch, target_length)`."""
        top = (self.logits.float() / self.temperature).logsumexp(-1)
        return torch.sigmoid(self.tail.float() - top)

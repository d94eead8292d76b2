"""Learning from what the student's own writing is worth."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from distill.losses import label_loss
from distill.objective.feature_terms import Counts, Masks


@dataclass(frozen=True)
class Rewards:
    """How good what the student wrote is.

    Args:
        advantages: `(batch,)`, above 0 for what is to become likelier.
        mean: Of all the rewards, to be shown.
        temperature: The student wrote at it.
    """

    advantages: Tensor
    mean: Tensor
    temperature: float


def reward_loss(logits: Any, labels: Tensor, masks: Masks, counts: Counts | None, rewards: Rewards) -> Tensor:
    """REINFORCE (Williams, 1992): minus each token's log-probability times its text's advantage; their mean.

    Args:
        logits: The student's, `(batch, target_length, vocab)`.
        labels: What it wrote, `(batch, target_length)`.
        masks, counts: Which places count, and what the mean is taken over.
        rewards: What it is worth.
    """
    return label_loss(
        student=logits / rewards.temperature,
        labels=labels,
        mask=masks.target,
        count=counts.target if counts else None,
        weights=rewards.advantages,
    )

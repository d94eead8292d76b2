"""Several teachers of one vocabulary as one."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from distill.errors import BadConfig


def mixed(logits: Sequence[Tensor], weights: Sequence[float] | None, confidence: bool = False) -> Tensor:
    """The logarithm of the teachers' averaged probabilities, which serves as logits.

    Args:
        logits: Each `(batch, target_length, vocab)`; surplus padding of a vocabulary is left out.
        weights: Of the teachers, adding up to 1; None for equal ones.
        confidence: Weigh each teacher, token by token, by how sure it is instead: by the softmax of its
            negative entropy (in the spirit of Kwon et al., 2020, Adaptive Knowledge Distillation Based on
            Entropy).
    """
    vocabulary = min(part.shape[-1] for part in logits)
    logs = torch.stack([torch.log_softmax(part[..., :vocabulary].float(), dim=-1) for part in logits])
    if confidence:
        shares = torch.softmax((logs.exp() * logs).sum(-1, keepdim=True), dim=0)
    else:
        given = weights or [1 / len(logits)] * len(logits)
        shares = torch.tensor(given, device=logs.device).view(-1, 1, 1, 1)
    return torch.logsumexp(logs + shares.log(), dim=0)


def parse_weights(text: str, teachers: int) -> list[float] | None:
    """`equal` and `confidence` → None; `0.7,0.3` → numbers that add up to 1.

    Raises:
        BadConfig: Something else, or not one number for each teacher.
    """
    if text in ("equal", "confidence"):
        return None
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != teachers or min(found, default=0) <= 0 or not math.isfinite(sum(found)):
        raise BadConfig(
            f"teacher_weights is {text!r}; use equal, confidence, or {teachers} positive numbers by comma."
        )
    return [value / sum(found) for value in found]

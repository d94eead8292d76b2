"""Self-attention relations: how alike the teacher finds any two tokens, whatever the widths."""

import torch.nn.functional as F
from torch import Tensor

from distill.losses.masking import NEVER, masked_mean, zero_masked


def relation_loss(
    *, student: Tensor, teacher: Tensor, mask: Tensor, heads: int, count: Tensor | None = None
) -> Tensor:
    """MiniLMv2: KL(teacher ‖ student) of the tokens' relations, in nats, a mean over heads and tokens.

    Vectors of one kind (queries, keys or values) are cut into `heads` relation heads of width d, and every
    token's relation to all unmasked tokens is softmax(X Xᵀ / √d). The widths of the two models and their
    numbers of attention heads may differ, and no projection is needed. In a decoder the relations reach
    over later tokens too.

    Args:
        student: Queries, keys or values of one layer, heads side by side, `(batch, length, student_width)`.
        teacher: The same kind, `(batch, length, teacher_width)`.
        mask: `(batch, length)`, 1 = counts.
        heads: Relation heads, a divisor of both widths.
        count: See `masked_mean`.

    Raises:
        ValueError: If `heads` does not divide a width.

    References:
        Wang et al. (2021), MiniLMv2, arXiv:2012.15828, equations 5 to 8.
    """
    ours, theirs = (_relations(values, mask, heads) for values in (student, teacher))
    rows = F.kl_div(ours, theirs, log_target=True, reduction="none").sum(-1)
    return masked_mean(rows.mean(1), mask, count)


def _relations(values: Tensor, mask: Tensor, heads: int) -> Tensor:
    """Log-probabilities, `(batch, heads, length, length)`."""
    width = values.shape[-1]
    if heads < 1 or width % heads:
        raise ValueError(f"heads={heads} does not divide the width {width}; choose a divisor of both widths.")
    cut = zero_masked(values, mask.unsqueeze(-1)).unflatten(-1, (heads, width // heads)).transpose(1, 2)
    scores = cut @ cut.transpose(-1, -2) * (width // heads) ** -0.5
    return F.log_softmax(scores.masked_fill(mask[:, None, None, :] == 0, NEVER), dim=-1)

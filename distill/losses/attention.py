"""Attention maps: look where the teacher looks."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from distill.losses.distance import Projection, project
from distill.losses.masking import masked_mean, zero_masked


def attention_loss(
    *,
    student: Tensor,
    teacher: Tensor,
    mask: Tensor,
    metric: Literal["mse", "kl", "cosine"] = "mse",
    projection: Projection | None = None,
    count: Tensor | None = None,
) -> Tensor:
    """Distance of a student layer's attention probabilities to the teacher's, a mean over heads and queries.

    For every head and unmasked query, the row of probabilities over the keys is compared:

    - `mse`: mean of the squared difference over the keys that any unmasked query looks at in either model,
      which leaves padding out. TinyBERT does this to the scores before the softmax; transformers returns
      T5's probabilities, for which the numbers are far smaller (a row sums to 1), so that the term wants a
      larger weight.
    - `kl`: KL(teacher ‖ student) in nats (MobileBERT, MiniLM).
    - `cosine`: 1 − cosine, half of attention transfer's squared distance of normalised maps.

    Where the numbers of heads differ, both are averaged over their heads, unless `projection` maps the
    student's heads onto the teacher's. For `kl` mapped rows are cut at 0 and scaled back to a sum of 1, so
    begin with positive weights. Attention dropout acts on what transformers returns: switch it off.

    Args:
        student: `(batch, student_heads, queries, keys)`.
        teacher: `(batch, teacher_heads, queries, keys)`.
        mask: Queries, `(batch, queries)`, 1 = counts.
        metric: See above.
        projection: A weight `(teacher_heads, student_heads)`, or a callable on a last dimension of heads.
        count: See `masked_mean`.

    Raises:
        ValueError: On another metric, or a projection to another number of heads than the teacher's.

    References:
        Jiao et al. (2020), arXiv:1909.10351; Sun et al. (2020), arXiv:2004.02984; Wang et al. (2020),
        arXiv:2002.10957; Zagoruyko & Komodakis (2017), arXiv:1612.03928.
    """
    counts = mask[:, None, :, None]
    student, teacher = _same_heads(zero_masked(student, counts), zero_masked(teacher, counts), projection)
    if metric == "mse":
        number = _looked_at(student, teacher).sum(-1).clamp(min=1)[:, None, None]
        rows = (student - teacher).square().sum(-1) / number
    elif metric == "kl":
        rows = _kl_rows(_distribution(student) if projection is not None else student, teacher)
    elif metric == "cosine":
        rows = 1 - F.cosine_similarity(student, teacher, dim=-1)
    else:
        raise ValueError(f"metric={metric!r}: choose mse, kl or cosine.")
    return masked_mean(rows.mean(1), mask, count)


def _same_heads(student: Tensor, teacher: Tensor, projection: Projection | None) -> tuple[Tensor, Tensor]:
    """Mapped, averaged, or as they are."""
    if projection is not None:
        student = project(student.movedim(1, -1), projection).movedim(-1, 1)
        if student.shape[1] != teacher.shape[1]:
            raise ValueError(
                f"The projection gives {student.shape[1]} heads, the teacher has {teacher.shape[1]}: use a"
                " weight (teacher_heads, student_heads)."
            )
    elif student.shape[1] != teacher.shape[1]:
        return student.mean(1, keepdim=True), teacher.mean(1, keepdim=True)
    return student, teacher


def _looked_at(student: Tensor, teacher: Tensor) -> Tensor:
    """Keys `(batch, keys)` with any weight at all: a softmax gives exactly 0 to padding alone."""
    return ((student != 0) | (teacher != 0)).any(1).any(1)


def _distribution(mapped: Tensor) -> Tensor:
    """A mix of heads may leave the simplex; bring its rows back."""
    positive = mapped.clamp(min=1e-12)
    return positive / positive.sum(-1, keepdim=True)


def _kl_rows(student: Tensor, teacher: Tensor) -> Tensor:
    """KL over the last dimension; a key neither looks at adds 0."""
    log_student = student.clamp(min=torch.finfo(torch.float32).tiny).log()
    return F.kl_div(log_student, teacher, reduction="none").sum(-1)

"""Hidden states: match what the teacher's layer says about every token."""

from torch import Tensor

from distill.losses.distance import Metric, Projection, token_distance


def hidden_loss(
    *,
    student: Tensor,
    teacher: Tensor,
    mask: Tensor,
    metric: Metric = "mse",
    projection: Projection | None = None,
    count: Tensor | None = None,
) -> Tensor:
    """Distance of one student layer's states to those of the teacher layer it looks at.

    `mse` is the mean over unmasked tokens and the teacher's width (TinyBERT; MobileBERT's feature map
    transfer); `cosine` the mean over unmasked tokens of 1 − cosine (DistilBERT). In float32 or wider.

    Args:
        student: `(batch, length, student_width)`.
        teacher: `(batch, length, teacher_width)`.
        mask: `(batch, length)`, 1 = counts.
        metric: See above.
        projection: A linear map of the student's width to the teacher's, without activation or bias: a weight
            `(teacher_width, student_width)` or a callable. Needed where the widths differ.
        count: See `masked_mean`.

    Raises:
        ValueError: On another metric, or on widths that differ with no projection between them.

    References:
        Jiao et al. (2020), TinyBERT, arXiv:1909.10351; Sun et al. (2020), MobileBERT, arXiv:2004.02984;
        Sanh et al. (2019), DistilBERT, arXiv:1910.01108.
    """
    return token_distance(
        student=student, teacher=teacher, mask=mask, metric=metric, projection=projection, count=count
    )

"""Embeddings: match the vectors the first layer reads."""

from torch import Tensor

from distill.losses.distance import Metric, Projection, token_distance


def embedding_loss(
    *,
    student: Tensor,
    teacher: Tensor,
    mask: Tensor,
    metric: Metric = "mse",
    projection: Projection | None = None,
    count: Tensor | None = None,
) -> Tensor:
    """Distance of the student's token embeddings to the teacher's, as `hidden_loss` measures it.

    Args:
        student: Embeddings of the batch's tokens, `(batch, length, student_width)`.
        teacher: `(batch, length, teacher_width)`.
        mask: `(batch, length)`, 1 = counts.
        metric: `mse` or `cosine`.
        projection: See `hidden_loss`; the map is the embeddings' own, not a layer's.
        count: See `masked_mean`.

    Raises:
        ValueError: On another metric, or on widths that differ with no projection between them.

    References:
        Jiao et al. (2020), TinyBERT, arXiv:1909.10351, equation 9.
    """
    return token_distance(
        student=student, teacher=teacher, mask=mask, metric=metric, projection=projection, count=count
    )

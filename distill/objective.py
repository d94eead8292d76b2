"""What a student is trained towards: a weighted sum of losses, and every term by its name."""

from dataclasses import dataclass

from torch import Tensor

from distill.losses import label_loss, logit_loss


@dataclass(frozen=True)
class Objective:
    """`alpha · T² · KL(teacher_T ‖ student_T) + (1 − alpha) · cross-entropy`.

    Args:
        alpha: Weight of the **soft** term, 0 to 1. (The literature has both meanings; here 1 listens to the
            teacher alone.)
        temperature: T of the soft term.
    """

    alpha: float
    temperature: float

    def __call__(
        self,
        *,
        student: Tensor,
        teacher: Tensor | None,
        labels: Tensor,
        mask: Tensor,
        count: Tensor | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The total and its terms, unweighted, as scalars.

        Args:
            student, teacher: Logits, `(batch, target_length, vocab)`; without a teacher the labels are all.
            labels: Token ids, `(batch, target_length)`.
            mask: `(batch, target_length)`, 1 = counts.
            count: See `distill.losses.masking.masked_mean`.
        """
        hard = label_loss(student=student, labels=labels, mask=mask, count=count)
        if teacher is None:
            return hard, {"hard": hard.detach()}
        soft = logit_loss(
            student=student, teacher=teacher, mask=mask, temperature=self.temperature, count=count
        )
        total = self.alpha * soft + (1 - self.alpha) * hard
        return total, {"soft": soft.detach(), "hard": hard.detach()}
